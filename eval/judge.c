/* The authors' own judged queries. */
#include "eval/judge.h"

#include "eval/evaluate.h"
#include "eval/metrics.h"

static parry_code ask(parry_arena *a, parry_searcher *s, const parry_generation *g, const parry_judged_query *q,
                      parry_mode mode, parry_results *r, parry_err *err)
{
    parry_query query = {.text = parry_utf8_cut(q->text, PARRY_QUERY_MAX_BYTES),
                         .mode = mode,
                         .audience = q->audience,
                         .limit = PARRY_SEARCH_MAX_LIMIT};
    parry_code code = parry_search(s, g, &query, a, r, err);
    if (code != PARRY_OK)
        parry_err_context(err, "\"%.*s\"", PARRY_FMT(parry_utf8_cut(q->text, 60)));
    return code;
}

static parry_verdict verdict_of(parry_arena *keep, parry_arena *a, const parry_judged_set *set,
                                const parry_judged_query *q, const parry_results *r, size_t top)
{
    parry_verdict v = {.query = q};
    uint32_t *documents = PARRY_ARRAY(a, uint32_t, r->n + 1);
    for (size_t i = 0; i < r->n; i++) {
        documents[i] = parry_judged_document(set, r->hits[i].id);
        if (i < PARRY_VERDICT_FIRST)
            v.first[v.nfirst++] = parry_str_copy(keep, r->hits[i].id);
    }
    const parry_ranking ranking = {.documents = documents, .n = r->n};
    if (q->answerable) {
        parry_measure_ranking(q, &ranking, v.of);
        v.rank = parry_best_rank(q, &ranking);
        v.pass = v.rank > 0 && v.rank <= top;
        v.known = true;
    } else {
        v.known = r->mode == PARRY_HYBRID; /* and what is not known is not answered */
        v.pass = v.known && !r->answered;
    }
    return v;
}

static void sum_up(parry_arena *a, parry_judging *j)
{
    double *answerable = PARRY_ARRAY(a, double, j->n + 1), *others = PARRY_ARRAY(a, double, j->n + 1);
    size_t nothers = 0;
    for (size_t i = 0; i < j->n; i++) {
        const parry_verdict *v = &j->verdicts[i];
        if (!v->query->answerable) {
            others[nothers++] = v->said;
            j->abstained += v->pass;
            continue;
        }
        answerable[j->answerable++] = v->said;
        j->passed += v->pass;
        for (int m = 0; m < PARRY_MEASURES; m++)
            j->mean[m] += v->of[m];
    }
    double n = j->answerable > 0 ? (double)j->answerable : 1;
    for (int m = 0; m < PARRY_MEASURES; m++)
        j->mean[m] /= n;
    j->pass = (double)j->passed / n;
    j->abstain = nothers > 0 ? (double)j->abstained / (double)nothers : 0;
    j->auroc = parry_auroc(answerable, j->answerable, others, nothers);
}

parry_code parry_judge(parry_arena *a, parry_searcher *s, const parry_generation *g, const parry_judged_set *set,
                       parry_mode mode, size_t top, parry_judging *out, parry_err *err)
{
    parry_arena *each = parry_arena_new();
    parry_judging j = {.generation = parry_generation_get_info(g)->number,
                       .mode = mode,
                       .top = top,
                       .verdicts = PARRY_ARRAY(a, parry_verdict, set->nqueries + 1),
                       .n = set->nqueries,
                       .calibrated = true};
    parry_code code = PARRY_OK;
    for (size_t i = 0; code == PARRY_OK && i < set->nqueries; i++) {
        parry_results r;
        bool calibrated;
        if ((code = ask(each, s, g, &set->queries[i], mode, &r, err)) == PARRY_OK) {
            j.verdicts[i] = verdict_of(a, each, set, &set->queries[i], &r, top);
            j.verdicts[i].said = parry_surety_of(&r, &calibrated);
            j.calibrated &= calibrated;
            j.mode = r.mode;
        }
        parry_arena_reset(each);
    }
    parry_arena_free(each);
    if (code != PARRY_OK)
        return code;
    sum_up(a, &j);
    *out = j;
    return PARRY_OK;
}
