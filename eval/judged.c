/* Reads a judged set. Ids are looked up in sorted tables: sets are read once and are small. */
#include "eval/judged.h"

#include "base/file.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

enum { FILE_MAX = 1 << 30 };

typedef struct name_index {
    parry_str id;
    uint32_t at;
} name_index;

static int by_id(const void *x, const void *y)
{
    return parry_str_cmp(((const name_index *)x)->id, ((const name_index *)y)->id);
}

static const name_index *look_up(const name_index *names, size_t n, parry_str id)
{
    name_index key = {id, 0};
    return n > 0 ? bsearch(&key, names, n, sizeof key, by_id) : NULL;
}

typedef parry_code (*line_fn)(void *ctx, parry_arena *a, parry_str line, const char *where, parry_err *err);

static parry_code each_line(parry_arena *a, const char *dir, const char *file, bool header, line_fn fn, void *ctx,
                            parry_err *err)
{
    char path[4096], where[160];
    parry_str rest, line;
    snprintf(path, sizeof path, "%s/%s", dir, file);
    parry_code code = parry_file_read(a, path, FILE_MAX, &rest, err);
    for (unsigned n = 1; code == PARRY_OK && parry_str_split(&rest, '\n', &line); n++) {
        line = parry_str_trim(line);
        if (line.n == 0 || (header && n == 1))
            continue;
        snprintf(where, sizeof where, "%s:%u", file, n);
        code = fn(ctx, a, line, where, err);
    }
    return code;
}

static parry_str field(parry_arena *a, const json_t *row, const char *key)
{
    const json_t *v = json_object_get(row, key);
    if (!json_is_string(v))
        return parry_str_of("");
    size_t n = json_string_length(v);
    char *text = parry_str_z(a, parry_str_make(json_string_value(v), n));
    for (size_t i = 0; i < n; i++)
        text[i] = text[i] == 0 ? ' ' : text[i]; /* a file of Markdown could not hold it */
    return parry_str_make(text, n);
}

static parry_code parse_row(parry_arena *a, parry_str line, const char *where, parry_document *out, parry_err *err)
{
    json_error_t je;
    json_t *row = json_loadb(line.p, line.n, JSON_ALLOW_NUL, &je);
    if (row == NULL)
        return parry_fail(err, PARRY_INVALID, "%s: not JSON: %s", where, je.text);
    *out = (parry_document){field(a, row, "_id"), field(a, row, "title"), field(a, row, "text")};
    json_decref(row);
    return out->id.n > 0 ? PARRY_OK : parry_fail(err, PARRY_INVALID, "%s: no \"_id\"", where);
}

typedef struct document_list {
    parry_document *d;
    size_t n, cap;
} document_list;

static parry_code add_document(void *ctx, parry_arena *a, parry_str line, const char *where, parry_err *err)
{
    document_list *list = ctx;
    parry_document d;
    parry_code code = parse_row(a, line, where, &d, err);
    if (code == PARRY_OK) {
        list->d = parry_arena_grow(a, list->d, list->n, &list->cap, sizeof d);
        list->d[list->n++] = d;
    }
    return code;
}

typedef struct joiner {
    parry_judged_query *queries;
    name_index *query_names, *document_names;
    size_t nqueries, ndocuments;
} joiner;

static bool find_pair(const joiner *j, parry_str query, parry_str document, parry_judged_query **q, uint32_t *d)
{
    const name_index *qn = look_up(j->query_names, j->nqueries, query);
    const name_index *dn = look_up(j->document_names, j->ndocuments, document);
    if (qn == NULL || dn == NULL)
        return false;
    *q = &j->queries[qn->at];
    *d = dn->at;
    return true;
}

static parry_code add_judgement(void *ctx, parry_arena *a, parry_str line, const char *where, parry_err *err)
{
    parry_str query, document, grade;
    if (!parry_str_split(&line, '\t', &query) || !parry_str_split(&line, '\t', &document) ||
        !parry_str_split(&line, '\t', &grade))
        return parry_fail(err, PARRY_INVALID, "%s: want query-id, corpus-id and score, separated by tabs", where);
    parry_judged_query *q;
    uint32_t d;
    if (!find_pair(ctx, query, document, &q, &d))
        return PARRY_OK; /* judged, but not in this corpus: as the usual tools do */
    q->judgements = parry_arena_grow(a, q->judgements, q->njudgements, &q->capjudgements, sizeof *q->judgements);
    q->judgements[q->njudgements++] = (parry_judgement){d, (int)strtol(parry_str_z(a, grade), NULL, 10)};
    return PARRY_OK;
}

static parry_code add_exclusion(void *ctx, parry_arena *a, parry_str line, const char *where, parry_err *err)
{
    parry_str query, document;
    if (!parry_str_split(&line, '\t', &query) || !parry_str_split(&line, '\t', &document))
        return parry_fail(err, PARRY_INVALID, "%s: want query-id and corpus-id, separated by a tab", where);
    parry_judged_query *q;
    uint32_t d;
    if (!find_pair(ctx, query, parry_str_trim(document), &q, &d))
        return PARRY_OK;
    q->exclude = parry_arena_grow(a, q->exclude, q->nexclude, &q->capexclude, sizeof *q->exclude);
    q->exclude[q->nexclude++] = d;
    return PARRY_OK;
}

static name_index *name_all(parry_arena *a, const parry_document *d, size_t n)
{
    name_index *names = PARRY_ARRAY(a, name_index, n + 1);
    for (size_t i = 0; i < n; i++)
        names[i] = (name_index){d[i].id, (uint32_t)i};
    qsort(names, n, sizeof *names, by_id);
    return names;
}

static bool has_file(const char *dir, const char *file)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", dir, file);
    return parry_file_exists(path);
}

/* Queries that have a judgement, then the ones known to have no answer. */
static void keep_judged(parry_arena *a, const joiner *j, const document_list *oos, parry_judged_set *out)
{
    out->queries = PARRY_ARRAY(a, parry_judged_query, j->nqueries + oos->n + 1);
    for (size_t i = 0; i < j->nqueries; i++)
        if (j->queries[i].njudgements > 0)
            out->queries[out->nqueries++] = j->queries[i];
    for (size_t i = 0; i < oos->n; i++)
        out->queries[out->nqueries++] = (parry_judged_query){.id = oos->d[i].id, .text = oos->d[i].text};
}

parry_code parry_judged_read(parry_arena *a, const char *dir, parry_judged_set *out, parry_err *err)
{
    document_list documents = {0}, queries = {0}, oos = {0};
    parry_code code = each_line(a, dir, "corpus.jsonl", false, add_document, &documents, err);
    if (code == PARRY_OK)
        code = each_line(a, dir, "queries.jsonl", false, add_document, &queries, err);
    if (code == PARRY_OK && has_file(dir, "queries_oos.jsonl"))
        code = each_line(a, dir, "queries_oos.jsonl", false, add_document, &oos, err);
    if (code != PARRY_OK)
        return code;
    joiner j = {PARRY_ARRAY(a, parry_judged_query, queries.n + 1), name_all(a, queries.d, queries.n),
                name_all(a, documents.d, documents.n), queries.n, documents.n};
    for (size_t i = 0; i < queries.n; i++)
        j.queries[i] = (parry_judged_query){.id = queries.d[i].id, .text = queries.d[i].text, .answerable = true};
    code = each_line(a, dir, "qrels.tsv", true, add_judgement, &j, err);
    if (code == PARRY_OK && has_file(dir, "exclude.tsv"))
        code = each_line(a, dir, "exclude.tsv", true, add_exclusion, &j, err);
    if (code != PARRY_OK)
        return code;
    *out = (parry_judged_set){.documents = documents.d, .ndocuments = documents.n};
    size_t end = strlen(dir);
    while (end > 1 && dir[end - 1] == '/')
        end--;
    size_t start = end;
    while (start > 0 && dir[start - 1] != '/')
        start--;
    out->name = parry_str_copy(a, parry_str_make(dir + start, end - start));
    keep_judged(a, &j, &oos, out);
    return PARRY_OK;
}
