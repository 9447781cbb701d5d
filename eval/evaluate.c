/* A judged set through the whole house, and what came out. */
#include "eval/evaluate.h"

#include "base/file.h"
#include "content/import.h"
#include "engine/context.h"
#include "eval/metrics.h"

#include <stdlib.h>
#include <unistd.h>

const char *const parry_stage_names[PARRY_STAGES] = {"understand", "text", "encode", "vector", "fuse", "show", "total"};

enum { DEPTH = 10, RUN_DEPTH = 100 };

/* ---- the corpus as a tree of Markdown files ------------------------------------------------------------------------
 */

/* A document without a title is named by its first words, as an author would have done. */
static parry_str title_of(const parry_document *d)
{
    parry_str title = parry_str_trim(d->title), first = parry_str_trim(d->text);
    if (title.n > 0)
        return title;
    for (size_t i = 0; i < first.n; i++) {
        if (first.p[i] == '\n' || (i > 20 && memchr(".?!", first.p[i], 3) != NULL)) {
            first.n = i;
            break;
        }
    }
    return parry_utf8_cut(first, 100);
}

static parry_code write_document(parry_arena *a, const char *tree, size_t i, const parry_document *d, parry_err *err)
{
    parry_str title = title_of(d);
    json_t *quoted = json_stringn(title.p ? title.p : "", title.n); /* a JSON string is a YAML string */
    char *text = quoted != NULL ? json_dumps(quoted, JSON_ENCODE_ANY) : NULL;
    json_decref(quoted);
    if (text == NULL)
        return parry_fail(err, PARRY_INVALID, "the title of document %.*s is not UTF-8", PARRY_FMT(d->id));
    parry_buf b = PARRY_BUF(PARRY_ARTICLE_MAX_BYTES);
    parry_buf_printf(&b, "---\nid: d%zu\ntitle: %s\n---\n\n", i, text);
    for (size_t at = 0; at < d->text.n; at++) { /* plain text, not Markdown: a line is a line */
        parry_buf_addc(&b, d->text.p[at]);
        if (d->text.p[at] == '\n')
            parry_buf_addc(&b, '\n');
    }
    parry_buf_addc(&b, '\n');
    free(text);
    FILE *f = fopen(parry_str_printf(a, "%s/d%zu.md", tree, i).p, "wb");
    bool ok = f != NULL && fwrite(b.p, 1, b.n, f) == b.n;
    ok = f != NULL && fclose(f) == 0 && ok;
    parry_buf_free(&b);
    return ok ? PARRY_OK : parry_fail_errno(err, "cannot write document %zu in %s", i, tree);
}

static parry_code write_tree(const char *tree, const parry_judged_set *set, parry_err *err)
{
    parry_arena *a = parry_arena_new();
    parry_code code = parry_dir_make(tree, err);
    for (size_t i = 0; code == PARRY_OK && i < set->ndocuments; i++)
        code = write_document(a, tree, i, &set->documents[i], err);
    parry_arena_free(a);
    return code;
}

/* ---- one query -----------------------------------------------------------------------------------------------------
 */

typedef struct bench {
    const parry_judged_set *set;
    const parry_evaluation_options *o;
    parry_searcher *searcher;
    parry_generation *generation;
    parry_evaluation *sum;
    double *answerable, *unanswerable; /* top scores */
    size_t nanswerable, nunanswerable;
} bench;

/* Ids are "d" and the document's index; a hit's strings are not zero-terminated. */
static uint32_t document_of(const parry_hit *h)
{
    uint32_t n = 0;
    for (size_t i = 1; i < h->id.n; i++)
        n = n * 10 + (uint32_t)(h->id.p[i] - '0');
    return n;
}

static int grade_of(const parry_judged_query *q, uint32_t document)
{
    for (size_t i = 0; i < q->njudgements; i++)
        if (q->judgements[i].document == document)
            return q->judgements[i].grade;
    return 0;
}

static void add_metrics(bench *b, parry_arena *a, const parry_judged_query *q, const parry_results *r)
{
    int grades[DEPTH] = {0}, *ideal = PARRY_ARRAY(a, int, q->njudgements);
    for (size_t i = 0; i < q->njudgements; i++)
        ideal[i] = q->judgements[i].grade;
    size_t n = r->n < DEPTH ? r->n : DEPTH;
    for (size_t i = 0; i < n; i++)
        grades[i] = grade_of(q, document_of(&r->hits[i]));
    b->sum->ndcg10 += parry_ndcg(grades, n, ideal, q->njudgements, DEPTH);
    b->sum->recall10 += parry_recall(grades, n, ideal, q->njudgements, DEPTH);
    b->sum->mrr10 += parry_reciprocal_rank(grades, n, DEPTH);
}

static void add_times(parry_evaluation *e, const parry_results *r)
{
    int64_t t[PARRY_STAGES] = {r->understand_ns, r->text_ns, r->encode_ns, r->vector_ns, r->fuse_ns, r->show_ns, 0};
    for (int i = 0; i < PARRY_STAGES - 1; i++)
        t[PARRY_STAGES - 1] += t[i];
    for (int i = 0; i < PARRY_STAGES; i++)
        parry_hist_add(e->stages[i], t[i]);
}

static void write_run(const bench *b, const parry_judged_query *q, const parry_results *r)
{
    for (size_t i = 0; b->o->run != NULL && i < r->n; i++)
        fprintf(b->o->run, "%.*s\tQ0\t%.*s\t%zu\t%.6f\tparry-%s\n", PARRY_FMT(q->id),
                PARRY_FMT(b->set->documents[document_of(&r->hits[i])].id), i + 1, r->hits[i].score,
                parry_mode_name(r->mode));
}

static void write_names(FILE *f, const parry_hit *h)
{
    fprintf(f, "Q\tquery\tanswerable");
    for (int i = 0; i < PARRY_FEATURES; i++)
        fprintf(f, "\t%s", parry_feature_name((parry_feature)i));
    fprintf(f, "\nC\tdocument\tgrade");
    for (size_t i = 0; i < h->nparts; i++)
        fprintf(f, "\t%s", h->parts[i].name);
    fputc('\n', f);
}

/* A line Q a query, with its context, and a line C a candidate, with its signals; their names come first. */
static void write_signals(const bench *b, const parry_judged_query *q, const parry_results *r)
{
    FILE *f = b->o->signals;
    if (f == NULL || r->n == 0)
        return;
    if (ftell(f) == 0)
        write_names(f, &r->hits[0]);
    fprintf(f, "Q\t%.*s\t%d", PARRY_FMT(q->id), q->answerable);
    for (int i = 0; i < PARRY_FEATURES; i++)
        fprintf(f, "\t%.6g", r->context[i]);
    fputc('\n', f);
    for (size_t h = 0; h < r->n; h++) {
        uint32_t document = document_of(&r->hits[h]);
        fprintf(f, "C\t%u\t%d", document, grade_of(q, document));
        for (size_t i = 0; i < r->hits[h].nparts; i++)
            fprintf(f, "\t%.5f", r->hits[h].parts[i].value);
        fputc('\n', f);
    }
}

static parry_code run_query(bench *b, parry_arena *a, const parry_judged_query *q, parry_err *err)
{
    parry_str *exclude = PARRY_ARRAY(a, parry_str, q->nexclude);
    for (size_t i = 0; i < q->nexclude; i++)
        exclude[i] = parry_str_printf(a, "d%u", q->exclude[i]);
    parry_query query = {.text = parry_utf8_cut(q->text, PARRY_QUERY_MAX_BYTES),
                         .mode = b->o->mode,
                         .limit = RUN_DEPTH,
                         .explain = b->o->signals != NULL,
                         .exclude = exclude,
                         .nexclude = q->nexclude};
    parry_results r;
    parry_code code = parry_search(b->searcher, b->generation, &query, a, &r, err);
    if (code != PARRY_OK) {
        parry_err_context(err, "query %.*s", PARRY_FMT(q->id));
        return code;
    }
    double top = r.n > 0 ? r.hits[0].score : 0;
    b->sum->mode = r.mode;
    add_times(b->sum, &r);
    write_run(b, q, &r);
    write_signals(b, q, &r);
    if (q->answerable) {
        add_metrics(b, a, q, &r);
        b->answerable[b->nanswerable++] = top;
    } else {
        b->unanswerable[b->nunanswerable++] = top;
    }
    return PARRY_OK;
}

static parry_code run_queries(bench *b, parry_err *err)
{
    parry_arena *keep = parry_arena_new(), *a = parry_arena_new();
    parry_evaluation *e = b->sum;
    parry_code code = PARRY_OK;
    b->answerable = PARRY_ARRAY(keep, double, b->set->nqueries);
    b->unanswerable = PARRY_ARRAY(keep, double, b->set->nqueries);
    for (size_t i = 0; code == PARRY_OK && i < b->set->nqueries; i++) {
        code = run_query(b, a, &b->set->queries[i], err);
        parry_arena_reset(a);
    }
    double n = b->nanswerable > 0 ? (double)b->nanswerable : 1;
    e->queries = b->nanswerable;
    e->unanswerable = b->nunanswerable;
    e->ndcg10 /= n;
    e->recall10 /= n;
    e->mrr10 /= n;
    e->auroc = parry_auroc(b->answerable, b->nanswerable, b->unanswerable, b->nunanswerable);
    parry_arena_free(a);
    parry_arena_free(keep);
    return code;
}

/* ---- the whole -----------------------------------------------------------------------------------------------------
 */

static parry_code build_index(const char *dir, const parry_judged_set *set, const parry_indexer_options *o,
                              parry_err *err)
{
    parry_arena *a = parry_arena_new();
    parry_store *store = NULL;
    parry_indexer *indexer = NULL;
    parry_import_report imported;
    parry_index_report indexed;
    const char *tree = parry_str_printf(a, "%s/tree", dir).p, *data = parry_str_printf(a, "%s/data", dir).p;
    parry_code code = parry_tree_remove(tree, err);
    if (code == PARRY_OK)
        code = write_tree(tree, set, err);
    if (code == PARRY_OK)
        code = parry_store_open(data, &store, err);
    if (code == PARRY_OK)
        code = parry_import_tree(store, tree, &(parry_import_options){0}, &imported, err);
    if (code == PARRY_OK && imported.refused > 0)
        code = parry_fail(err, PARRY_INVALID, "%zu documents of the set were refused by the import", imported.refused);
    if (code == PARRY_OK)
        code = parry_indexer_open(data, store, o, &indexer, err);
    if (code == PARRY_OK)
        code = parry_indexer_run(indexer, -1, &indexed, err);
    parry_indexer_close(indexer);
    parry_store_close(store);
    parry_arena_free(a);
    return code;
}

static parry_code run_on(const char *dir, const parry_judged_set *set, const parry_evaluation_options *o,
                         parry_evaluation *out, parry_err *err)
{
    parry_arena *a = parry_arena_new();
    parry_index *index = NULL;
    parry_code code = parry_index_open(parry_str_printf(a, "%s/data/index", dir).p, &index, err);
    if (code == PARRY_OK) {
        bench b = {.set = set,
                   .o = o,
                   .sum = out,
                   .searcher = parry_searcher_new(o->indexer.encoder),
                   .generation = parry_index_acquire(index)};
        out->documents = parry_generation_get_info(b.generation)->narticles;
        out->passages = parry_generation_get_info(b.generation)->npassages;
        code = run_queries(&b, err);
        parry_generation_release(b.generation);
        parry_searcher_free(b.searcher);
    }
    parry_index_close(index);
    parry_arena_free(a);
    return code;
}

parry_code parry_evaluate(const parry_judged_set *set, const parry_evaluation_options *o, parry_evaluation *out,
                          parry_err *err)
{
    char temporary[] = "/tmp/parry-eval-XXXXXX";
    const char *dir = o->data_dir;
    if (dir == NULL && (dir = mkdtemp(temporary)) == NULL)
        return parry_fail_errno(err, "cannot make a temporary folder in /tmp");
    parry_evaluation e = {.mode = o->mode};
    for (int i = 0; i < PARRY_STAGES; i++)
        e.stages[i] = parry_hist_new();
    parry_code code = build_index(dir, set, &o->indexer, err);
    if (code == PARRY_OK)
        code = run_on(dir, set, o, &e, err);
    if (o->data_dir == NULL && parry_tree_remove(dir, NULL) != PARRY_OK && code == PARRY_OK)
        code = parry_fail(err, PARRY_IO, "cannot remove %s: remove it by hand", dir);
    if (code == PARRY_OK)
        *out = e;
    else
        parry_evaluation_free(&e);
    return code;
}

void parry_evaluation_free(parry_evaluation *e)
{
    for (int i = 0; i < PARRY_STAGES; i++) {
        parry_hist_free(e->stages[i]);
        e->stages[i] = NULL;
    }
}
