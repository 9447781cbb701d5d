/* A judged set's documents as an index. */
#include "eval/corpus.h"

#include "base/file.h"
#include "content/import.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- BEIR's documents as a tree of Markdown files ------------------------------------------------------------------
 */

/* A document without a title is named by its first words, as an author would have done. */
static parry_str title_of(const parry_document *d)
{
    parry_str title = parry_str_trim(d->title), first = parry_str_trim(d->text);
    if (title.n > 0)
        return title;
    for (size_t i = 0; i < first.n; i++) {
        char c = first.p[i];
        if (c == '\n' || (i > 20 && (c == '.' || c == '?' || c == '!'))) {
            first.n = i;
            break;
        }
    }
    return parry_utf8_cut(first, 100);
}

static parry_code write_document(parry_arena *a, const char *tree, const parry_document *d, parry_err *err)
{
    parry_str title = title_of(d);
    json_t *quoted = json_stringn(title.p ? title.p : "", title.n); /* a JSON string is a YAML string */
    char *text = quoted != NULL ? json_dumps(quoted, JSON_ENCODE_ANY) : NULL;
    json_decref(quoted);
    if (text == NULL)
        return parry_fail(err, PARRY_INVALID, "the title of document %.*s is not UTF-8", PARRY_FMT(d->id));
    parry_buf b = PARRY_BUF(PARRY_ARTICLE_MAX_BYTES);
    parry_buf_printf(&b, "---\nid: %.*s\ntitle: %s\n---\n\n", PARRY_FMT(d->article), text);
    for (size_t at = 0; at < d->text.n; at++) { /* plain text, not Markdown: a line is a line */
        parry_buf_addc(&b, d->text.p[at]);
        if (d->text.p[at] == '\n')
            parry_buf_addc(&b, '\n');
    }
    parry_buf_addc(&b, '\n');
    free(text);
    FILE *f = fopen(parry_str_printf(a, "%s/%.*s.md", tree, PARRY_FMT(d->article)).p, "wb");
    bool ok = f != NULL && fwrite(b.p, 1, b.n, f) == b.n;
    ok = f != NULL && fclose(f) == 0 && ok;
    parry_buf_free(&b);
    return ok ? PARRY_OK : parry_fail_errno(err, "cannot write document %.*s in %s", PARRY_FMT(d->article), tree);
}

static parry_code write_tree(const char *tree, const parry_judged_set *set, parry_err *err)
{
    parry_arena *a = parry_arena_new();
    parry_code code = parry_tree_remove(tree, err);
    if (code == PARRY_OK)
        code = parry_dir_make(tree, err);
    for (size_t i = 0; code == PARRY_OK && i < set->ndocuments; i++)
        code = write_document(a, tree, &set->documents[i], err);
    parry_arena_free(a);
    return code;
}

/* ---- the index -----------------------------------------------------------------------------------------------------
 */

static parry_code bring_up(const char *data, parry_store *store, const parry_indexer_options *o, parry_err *err)
{
    parry_indexer *indexer = NULL;
    parry_index_report report;
    parry_code code = parry_indexer_open(data, store, o, &indexer, err);
    if (code == PARRY_OK)
        code = parry_indexer_run(indexer, -1, &report, err);
    parry_indexer_close(indexer);
    return code;
}

static parry_code import(parry_store *store, const char *tree, bool all, parry_err *err)
{
    parry_import_report report = {0};
    parry_code code = parry_import_tree(store, tree, &(parry_import_options){0}, &report, err);
    if (code == PARRY_OK && report.files == 0)
        return parry_fail(err, PARRY_INVALID, "%s has no Markdown files", tree);
    if (code == PARRY_OK && all && report.refused > 0)
        return parry_fail(err, PARRY_INVALID, "%zu documents of the set were refused by the import", report.refused);
    return code;
}

static const char *tree_of(parry_arena *a, const parry_corpus *c)
{
    const char *content = parry_str_printf(a, "%s/content", c->set).p;
    return c->tree != NULL ? c->tree : parry_file_exists(content) ? content : c->set;
}

static parry_code read_over_articles(parry_arena *a, const parry_corpus *c, parry_store *store, parry_judged_set *out,
                                     parry_err *err)
{
    parry_document *documents;
    size_t n;
    parry_code code = parry_judged_articles(a, store, &documents, &n, err);
    if (code == PARRY_OK)
        code = parry_judged_over(a, c->set, store, documents, n, out, err);
    if (code == PARRY_OK && out->nqueries == 0)
        return parry_fail(err, PARRY_NOT_FOUND, "no judged queries in %s: neither queries.jsonl nor judgements*.tsv",
                          c->set);
    return code;
}

parry_code parry_corpus_build(parry_arena *a, const char *dir, const parry_corpus *c, const parry_indexer_options *o,
                              parry_judged_set *out, parry_err *err)
{
    const char *written = parry_str_printf(a, "%s/tree", dir).p, *data = parry_str_printf(a, "%s/data", dir).p;
    bool beir = c->tree == NULL && parry_file_exists(parry_str_printf(a, "%s/corpus.jsonl", c->set).p);
    parry_store *store = NULL;
    parry_code code = PARRY_OK;
    if (!parry_file_exists(c->set))
        code = parry_fail(err, PARRY_NOT_FOUND, "there is no %s", c->set);
    if (code == PARRY_OK && beir && (code = parry_judged_read(a, c->set, out, err)) == PARRY_OK)
        code = write_tree(written, out, err);
    if (code == PARRY_OK)
        code = parry_store_open(data, &store, err);
    if (code == PARRY_OK)
        code = import(store, beir ? written : tree_of(a, c), beir, err);
    if (code == PARRY_OK)
        code = bring_up(data, store, o, err);
    if (code == PARRY_OK && !beir)
        code = read_over_articles(a, c, store, out, err);
    parry_store_close(store);
    return code;
}
