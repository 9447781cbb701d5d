/* Judged queries, several ways side by side. */
#include "eval/evaluate.h"

#include "base/file.h"
#include "engine/calibration.h"
#include "eval/metrics.h"
#include "eval/trec.h"

#include <stdlib.h>
#include <unistd.h>

const char *const parry_stage_names[PARRY_STAGES] = {"understand", "text", "encode", "vector", "fuse", "show", "total"};

enum { SEED = 1 };

typedef struct bench {
    const parry_judged_set *set;
    const parry_evaluation_options *o;
    parry_searcher *searcher;
    parry_generation *generation;
    parry_arena *keep; /* for what outlives a query */
    parry_evaluation *e;
} bench;

double parry_surety_of(const parry_results *r, bool *calibrated)
{
    *calibrated = r->mode == PARRY_HYBRID;
    return *calibrated ? (r->probability > 0 ? r->probability : 0) : r->n > 0 ? r->hits[0].score : 0;
}

/* ---- columns -------------------------------------------------------------------------------------------------------
 */

static parry_column *add_column(bench *b, const char *name, parry_mode mode, bool ablated)
{
    if (b->e->ncolumns == PARRY_EVALUATION_COLUMNS)
        return NULL;
    parry_column *c = &b->e->columns[b->e->ncolumns++];
    *c = (parry_column){.name = name, .mode = mode, .ablated = ablated};
    for (int m = 0; m < PARRY_MEASURES; m++)
        c->of[m] = PARRY_ARRAY(b->keep, double, b->set->nqueries + 1);
    if (ablated)
        return c;
    for (int i = 0; i < PARRY_STAGES; i++)
        c->stages[i] = parry_hist_new();
    c->surety = (parry_surety){.calibrated = true,
                               .said = PARRY_ARRAY(b->keep, double, b->set->nqueries + 1),
                               .right = PARRY_ARRAY(b->keep, bool, b->set->nqueries + 1)};
    if (b->o->gold_removed)
        c->surety.removed = PARRY_ARRAY(b->keep, double, b->set->nqueries + 1);
    return c;
}

/* "text.title" stands for itself, "text.*" for all signals of that side. */
static bool names_part(const char *name, const char *part)
{
    size_t n = strlen(name);
    return strcmp(name, part) == 0 || (n > 0 && name[n - 1] == '*' && strncmp(name, part, n - 1) == 0);
}

static const char *column_signal(const parry_column *c) { return c->name + strlen("- "); }

static void add_ablation(bench *b, const char *signal, size_t n, const char *more)
{
    parry_str name = parry_str_printf(b->keep, "- %.*s%s", (int)n, signal, more);
    for (size_t i = 0; i < b->e->ncolumns; i++)
        if (parry_str_eqz(name, b->e->columns[i].name))
            return;
    add_column(b, name.p, b->o->modes[0], true);
}

static void add_ablations(bench *b, const parry_hit *h)
{
    for (size_t i = 0; i < h->nparts; i++) {
        const char *name = h->parts[i].name, *dot = strchr(name, '.');
        add_ablation(b, name, strlen(name), "");
        if (dot != NULL)
            add_ablation(b, name, (size_t)(dot - name), ".*");
    }
}

/* ---- one query, one way --------------------------------------------------------------------------------------------
 */

static void add_times(parry_column *c, const parry_results *r)
{
    int64_t t[PARRY_STAGES] = {r->understand_ns, r->text_ns, r->encode_ns, r->vector_ns, r->fuse_ns, r->show_ns, 0};
    for (int i = 0; i < PARRY_STAGES - 1; i++)
        t[PARRY_STAGES - 1] += t[i];
    for (int i = 0; i < PARRY_STAGES; i++)
        parry_hist_add(c->stages[i], t[i]);
}

static void write_names(FILE *f, const parry_hit *h)
{
    fprintf(f, "Q\tquery\tgold");
    for (int i = 0; i < PARRY_FEATURES; i++)
        fprintf(f, "\t%s", parry_feature_name((parry_feature)i));
    for (int i = 0; i < PARRY_EVIDENCE; i++)
        fprintf(f, "\tevidence.%s", parry_evidence_name(i));
    fprintf(f, "\nC\tdocument\tgrade");
    for (size_t i = 0; i < h->nparts; i++)
        fprintf(f, "\t%s", h->parts[i].name);
    fputc('\n', f);
}

/* A line Q a query, with its context, and a line C a candidate, with its signals; their names come first. Gold: 1 is
 * there, 0 there is none, -1 was taken out. */
static void write_signals(const bench *b, const parry_judged_query *q, const parry_results *r,
                          const parry_ranking *rank, int gold)
{
    FILE *f = b->o->signals;
    if (f == NULL || r->n == 0)
        return;
    if (ftell(f) == 0)
        write_names(f, &r->hits[0]);
    fputs("Q\t", f);
    parry_trec_id(f, q->id);
    fprintf(f, "\t%d", gold);
    for (int i = 0; i < PARRY_FEATURES; i++)
        fprintf(f, "\t%.6g", r->context[i]);
    for (int i = 0; i < PARRY_EVIDENCE; i++)
        fprintf(f, "\t%.6g", r->evidence[i]);
    fputc('\n', f);
    for (size_t h = 0; h < r->n; h++) {
        uint32_t d = rank->documents[h];
        fputs("C\t", f);
        parry_trec_id(f, d != PARRY_NO_DOCUMENT ? b->set->documents[d].id : parry_str_of("-"));
        fprintf(f, "\t%d", parry_judged_grade(q, d));
        for (size_t i = 0; i < r->hits[h].nparts; i++)
            fprintf(f, "\t%.5f", r->hits[h].parts[i].value);
        fputc('\n', f);
    }
}

static parry_ranking ranking_of(const bench *b, parry_arena *a, const parry_results *r)
{
    uint32_t *documents = PARRY_ARRAY(a, uint32_t, r->n + 1);
    double *scores = PARRY_ARRAY(a, double, r->n + 1);
    for (size_t i = 0; i < r->n; i++) {
        documents[i] = parry_judged_document(b->set, r->hits[i].id);
        scores[i] = r->hits[i].score;
    }
    return (parry_ranking){documents, scores, r->n};
}

typedef struct scored {
    uint32_t document;
    double score;
    size_t was;
} scored;

static int best_first(const void *x, const void *y)
{
    const scored *a = x, *b = y;
    if (a->score < b->score || a->score > b->score)
        return a->score < b->score ? 1 : -1;
    return (a->was > b->was) - (a->was < b->was);
}

/* The ranking that is left when a signal's points are taken off. */
static parry_ranking without(parry_arena *a, const parry_results *r, const parry_ranking *full, const char *signal)
{
    scored *s = PARRY_ARRAY(a, scored, r->n + 1);
    uint32_t *documents = PARRY_ARRAY(a, uint32_t, r->n + 1);
    double *scores = PARRY_ARRAY(a, double, r->n + 1);
    for (size_t i = 0; i < r->n; i++) {
        s[i] = (scored){full->documents[i], r->hits[i].score, i};
        for (size_t k = 0; k < r->hits[i].nparts; k++)
            if (names_part(signal, r->hits[i].parts[k].name))
                s[i].score -= r->hits[i].parts[k].points;
    }
    qsort(s, r->n, sizeof *s, best_first);
    for (size_t i = 0; i < r->n; i++) {
        documents[i] = s[i].document;
        scores[i] = s[i].score;
    }
    return (parry_ranking){documents, scores, r->n};
}

static void add_ranking(const bench *b, parry_column *c, size_t at, const parry_ranking *r)
{
    const parry_judged_query *q = &b->set->queries[at];
    double m[PARRY_MEASURES];
    if (b->o->ranked != NULL)
        b->o->ranked(b->o->ranked_ctx, b->set, q, c->name, r);
    if (!q->answerable)
        return;
    parry_measure_ranking(q, r, m);
    for (int i = 0; i < PARRY_MEASURES; i++)
        c->of[i][at] = m[i];
}

static parry_code search(const bench *b, parry_arena *a, const parry_judged_query *q, parry_mode mode, bool gold,
                         parry_results *r, parry_err *err)
{
    size_t n;
    const parry_str *exclude = parry_judged_exclude(a, b->set, q, gold, &n);
    parry_query query = {.text = parry_utf8_cut(q->text, PARRY_QUERY_MAX_BYTES),
                         .mode = mode,
                         .audience = q->audience,
                         .limit = PARRY_SEARCH_MAX_LIMIT,
                         .explain = mode == b->o->modes[0] && (b->o->signals != NULL || (gold && b->o->ablate)),
                         .exclude = exclude,
                         .nexclude = n};
    parry_code code = parry_search(b->searcher, b->generation, &query, a, r, err);
    if (code != PARRY_OK)
        parry_err_context(err, "query %.*s", PARRY_FMT(q->id));
    return code;
}

static void add_surety(parry_column *c, size_t at, const parry_judged_query *q, const parry_results *r,
                       const parry_ranking *rank)
{
    bool calibrated;
    c->surety.said[at] = parry_surety_of(r, &calibrated);
    c->surety.right[at] = rank->n > 0 && parry_judged_grade(q, rank->documents[0]) > 0;
    c->surety.calibrated &= calibrated;
}

static parry_code run_mode(bench *b, parry_arena *a, size_t at, size_t mode, parry_err *err)
{
    const parry_judged_query *q = &b->set->queries[at];
    parry_column *c = &b->e->columns[mode];
    parry_results r;
    bool calibrated;
    parry_code code = search(b, a, q, b->o->modes[mode], true, &r, err);
    if (code != PARRY_OK)
        return code;
    parry_ranking rank = ranking_of(b, a, &r);
    c->mode = r.mode;
    add_times(c, &r);
    add_surety(c, at, q, &r, &rank);
    add_ranking(b, c, at, &rank);
    if (mode == 0) {
        write_signals(b, q, &r, &rank, q->answerable);
        for (size_t i = b->o->nmodes; i < b->e->ncolumns; i++) {
            parry_ranking less = without(a, &r, &rank, column_signal(&b->e->columns[i]));
            add_ranking(b, &b->e->columns[i], at, &less);
        }
    }
    if (!b->o->gold_removed || !q->answerable)
        return PARRY_OK;
    if ((code = search(b, a, q, b->o->modes[mode], false, &r, err)) != PARRY_OK)
        return code;
    c->surety.removed[at] = parry_surety_of(&r, &calibrated);
    rank = ranking_of(b, a, &r);
    if (mode == 0)
        write_signals(b, q, &r, &rank, -1);
    return PARRY_OK;
}

/* Whether an answer may have parts that others lack. */
static bool authors_add(const parry_generation *g)
{
    return parry_generation_side(g, PARRY_SIDE_BOOSTS) != NULL || parry_generation_side(g, PARRY_SIDE_RULES) != NULL;
}

/* What there is to take out: the signals, which every answer has, and what authors add to any answer to any query. */
static parry_code find_signals(bench *b, parry_arena *a, parry_err *err)
{
    parry_code code = PARRY_OK;
    bool more = true;
    for (size_t i = 0; code == PARRY_OK && more && i < b->set->nqueries; i++) {
        parry_results r = {0};
        code = search(b, a, &b->set->queries[i], b->o->modes[0], true, &r, err);
        for (size_t h = 0; code == PARRY_OK && h < r.n; h++)
            add_ablations(b, &r.hits[h]);
        more = r.n == 0 || authors_add(b->generation);
        parry_arena_reset(a);
    }
    return code;
}

/* ---- all of them ---------------------------------------------------------------------------------------------------
 */

/* The values of answerable queries, or of the others, in a row. */
static size_t pick(const parry_judged_set *set, const double *of, bool answerable, double *out)
{
    size_t n = 0;
    for (size_t i = 0; i < set->nqueries; i++)
        if (set->queries[i].answerable == answerable)
            out[n++] = of[i];
    return n;
}

static void sum_up(bench *b, parry_column *c)
{
    const parry_judged_set *set = b->set;
    double *mine = PARRY_ARRAY(b->keep, double, set->nqueries + 1);
    double *other = PARRY_ARRAY(b->keep, double, set->nqueries + 1);
    for (int m = 0; m < PARRY_MEASURES; m++) {
        size_t n = pick(set, c->of[m], true, mine);
        pick(set, b->e->columns[0].of[m], true, other);
        for (size_t i = 0; i < n; i++)
            c->mean[m] += mine[i] / (double)n;
        if (c != b->e->columns)
            c->against[m] = parry_compare(mine, other, n, PARRY_EVALUATION_PERMUTATIONS, SEED);
    }
    if (c->ablated)
        return;
    size_t n = pick(set, c->surety.said, true, mine), none = pick(set, c->surety.said, false, other);
    c->surety.auroc = parry_auroc(mine, n, other, none);
    if (c->surety.removed != NULL)
        c->surety.in_domain = parry_auroc(mine, n, other, pick(set, c->surety.removed, true, other));
}

static parry_code run_queries(bench *b, parry_err *err)
{
    parry_arena *a = parry_arena_new();
    parry_code code = PARRY_OK;
    for (size_t i = 0; i < b->set->nqueries; i++)
        *(b->set->queries[i].answerable ? &b->e->queries : &b->e->unanswerable) += 1;
    for (size_t m = 0; m < b->o->nmodes; m++)
        add_column(b, parry_mode_name(b->o->modes[m]), b->o->modes[m], false);
    if (b->o->ablate)
        code = find_signals(b, a, err);
    for (size_t m = 0; m < b->o->nmodes; m++)
        for (size_t i = 0; code == PARRY_OK && i < b->set->nqueries; i++) {
            code = run_mode(b, a, i, m, err);
            parry_arena_reset(a);
        }
    for (size_t i = 0; code == PARRY_OK && i < b->e->ncolumns; i++)
        sum_up(b, &b->e->columns[i]);
    parry_arena_free(a);
    return code;
}

static parry_code run_on(parry_arena *a, const char *dir, const parry_judged_set *set,
                         const parry_evaluation_options *o, parry_evaluation *e, parry_err *err)
{
    parry_index *index = NULL;
    parry_code code = parry_index_open(parry_str_printf(a, "%s/data/index", dir).p, &index, err);
    if (code == PARRY_OK) {
        bench b = {.set = set,
                   .o = o,
                   .searcher = parry_searcher_new(o->indexer.encoder),
                   .generation = parry_index_acquire(index),
                   .keep = a,
                   .e = e};
        e->documents = parry_generation_get_info(b.generation)->narticles;
        e->passages = parry_generation_get_info(b.generation)->npassages;
        code = run_queries(&b, err);
        parry_generation_release(b.generation);
        parry_searcher_free(b.searcher);
    }
    parry_index_close(index);
    return code;
}

parry_code parry_evaluate(parry_arena *a, const parry_corpus *corpus, const parry_evaluation_options *o,
                          parry_judged_set *set, parry_evaluation *out, parry_err *err)
{
    char temporary[] = "/tmp/parry-eval-XXXXXX";
    const char *dir = o->data_dir;
    parry_evaluation e = {.columns = PARRY_ARRAY(a, parry_column, PARRY_EVALUATION_COLUMNS)};
    if (dir == NULL && (dir = mkdtemp(temporary)) == NULL)
        return parry_fail_errno(err, "cannot make a temporary folder in /tmp");
    parry_code code = parry_corpus_build(a, dir, corpus, &o->indexer, set, err);
    if (code == PARRY_OK && (code = parry_judged_keep(set, o->split, err)) == PARRY_OK)
        code = run_on(a, dir, set, o, &e, err);
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
    for (size_t c = 0; c < e->ncolumns; c++)
        for (int i = 0; i < PARRY_STAGES; i++) {
            parry_hist_free(e->columns[c].stages[i]);
            e->columns[c].stages[i] = NULL;
        }
}
