/* Judged queries to a calibration. */
#include "eval/calibrate.h"

#include "eval/measures.h"

enum { DRAWS = 50 };
static const uint64_t seed = 0x9E3779B97F4A7C15u;

/* ---- asking --------------------------------------------------------------------------------------------------------
 */

typedef struct asking {
    parry_searcher *searcher;
    const parry_generation *generation;
    const parry_judged_set *set;
    parry_arena *each; /* of one search */
    parry_calibrating *c;
} asking;

/* One search, one case. */
static parry_code add_case(asking *k, size_t group, bool gold, parry_err *err)
{
    const parry_judged_query *q = &k->set->queries[group];
    parry_cases *cases = &k->c->cases;
    parry_results r;
    size_t nexclude;
    const parry_str *exclude = parry_judged_exclude(k->each, k->set, q, gold, &nexclude);
    const parry_query query = {.text = parry_utf8_cut(q->text, PARRY_QUERY_MAX_BYTES),
                               .mode = PARRY_HYBRID,
                               .audience = q->audience,
                               .limit = 1,
                               .exclude = exclude,
                               .nexclude = nexclude};
    parry_code code = parry_search(k->searcher, k->generation, &query, k->each, &r, err);
    if (code != PARRY_OK)
        return code;
    if (r.mode != PARRY_HYBRID)
        return parry_fail(err, PARRY_INVALID,
                          "uncalibrated: the index answers by words alone, and of those no probability is known; put "
                          "the model in place and index again");
    if (r.n == 0 || r.probability < 0) {
        k->c->unknown++; /* nothing is claimed, so it is no case */
    } else {
        cases->logit[cases->n] = r.logit;
        k->c->before[cases->n] = r.probability;
        cases->right[cases->n] = gold && parry_judged_grade(q, parry_judged_document(k->set, r.hits[0].id)) > 0;
        cases->weight[cases->n] = gold && q->answerable;
        cases->group[cases->n++] = group;
    }
    parry_arena_reset(k->each);
    return PARRY_OK;
}

static bool can_be_taken_out(parry_arena *a, const parry_judged_set *set, const parry_judged_query *q)
{
    size_t with, without;
    parry_judged_exclude(a, set, q, true, &with);
    parry_judged_exclude(a, set, q, false, &without);
    return without > with;
}

static parry_code ask_all(asking *k, parry_err *err)
{
    parry_code code = PARRY_OK;
    for (size_t i = 0; code == PARRY_OK && i < k->set->nqueries; i++) {
        const parry_judged_query *q = &k->set->queries[i];
        *(q->answerable ? &k->c->answerable : &k->c->unanswerable) += 1;
        code = add_case(k, i, true, err);
        if (code == PARRY_OK && q->answerable && can_be_taken_out(k->each, k->set, q)) {
            code = add_case(k, i, false, err);
            k->c->without++;
        }
        if (code != PARRY_OK)
            parry_err_context(err, "\"%.*s\"", PARRY_FMT(parry_utf8_cut(q->text, 60)));
    }
    return code;
}

/* What nothing answers came with a weight of 0. */
static void weigh(double share, parry_cases *c)
{
    double something = 0;
    for (size_t i = 0; i < c->n; i++)
        something += c->weight[i];
    double nothing = (double)c->n - something, each = nothing > 0 ? something * share / (1 - share) / nothing : 1;
    for (size_t i = 0; i < c->n; i++)
        c->weight[i] = c->weight[i] > 0 ? 1 : each;
}

/* ---- figures -------------------------------------------------------------------------------------------------------
 */

static double draw(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return (double)(*state >> 11) / 9007199254740992.0;
}

static double luck(parry_arena *a, const parry_cases *c, const double *p)
{
    bool *right = PARRY_ARRAY(a, bool, c->n + 1);
    uint64_t state = seed;
    double sum = 0;
    for (int i = 0; i < DRAWS; i++) {
        for (size_t k = 0; k < c->n; k++)
            right[k] = draw(&state) < p[k];
        sum += parry_ece(p, right, c->weight, c->n, PARRY_EQUAL_MASS, PARRY_CALIBRATION_BINS);
    }
    return sum / DRAWS;
}

static parry_calibration_figures measure(parry_arena *a, const parry_cases *c, const double *p, double threshold)
{
    parry_calibration_figures f = {
        .ece = parry_ece(p, c->right, c->weight, c->n, PARRY_EQUAL_MASS, PARRY_CALIBRATION_BINS),
        .ece_debiased = parry_ece_debiased(p, c->right, c->weight, c->n, PARRY_CALIBRATION_BINS),
        .ece_luck = luck(a, c, p),
        .brier = parry_brier(p, c->right, c->weight, c->n),
        .log_loss = parry_log_loss(p, c->right, c->weight, c->n),
        .aurc = parry_aurc(p, c->right, c->weight, c->n),
        .separation = parry_separation(p, c->right, c->weight, c->n)};
    double all = 0, answered = 0, right = 0;
    for (size_t i = 0; i < c->n; i++) {
        bool answers = p[i] >= threshold;
        all += c->weight[i];
        f.said += c->weight[i] * p[i];
        f.was += c->right[i] ? c->weight[i] : 0;
        answered += answers ? c->weight[i] : 0;
        right += answers && c->right[i] ? c->weight[i] : 0;
    }
    f.said /= all;
    f.was /= all;
    f.coverage = answered / all;
    f.precision = answered > 0 ? right / answered : 0;
    return f;
}

/* The highest bound: what can be promised at all. */
static double best_bound(const parry_cases *c, const double *p, double confidence)
{
    double low = 0, high = 1;
    parry_threshold t;
    for (int i = 0; i < 20; i++) {
        double middle = (low + high) / 2;
        if (parry_choose_threshold(p, c->right, c->weight, c->n, middle, confidence, &t))
            low = middle;
        else
            high = middle;
    }
    return low;
}

/* ---- all of it -----------------------------------------------------------------------------------------------------
 */

static parry_code fit(parry_arena *a, const parry_calibrate_options *o, parry_calibrating *c, parry_err *err)
{
    const parry_cases *cases = &c->cases;
    for (size_t i = 0; i < cases->n; i++)
        *(cases->right[i] ? &c->right : &c->wrong) += 1;
    c->after = PARRY_ARRAY(a, double, cases->n + 1);
    parry_code code = parry_sigmoid_fit(cases, &c->sigmoid, err);
    if (code == PARRY_OK)
        code = parry_sigmoid_cross(cases, c->after, err);
    if (code != PARRY_OK)
        return code;
    c->promised =
        parry_choose_threshold(c->after, cases->right, cases->weight, cases->n, o->target, o->confidence, &c->promise);
    c->best_bound = c->promised ? c->promise.bound : best_bound(cases, c->after, o->confidence);
    c->figures_before = measure(a, cases, c->before, c->in_use.threshold);
    c->figures_after = measure(a, cases, c->after, c->promised ? c->promise.score : 2);
    return PARRY_OK;
}

parry_code parry_calibrate(parry_arena *a, parry_searcher *s, const parry_generation *g, const parry_judged_set *set,
                           const parry_calibrate_options *o, parry_calibrating *out, parry_err *err)
{
    size_t most = 2 * set->nqueries + 1;
    const parry_calibration *own = parry_generation_side(g, PARRY_SIDE_CALIBRATION);
    parry_calibrating c = {.generation = parry_generation_get_info(g)->number,
                           .in_use = own != NULL ? *own : parry_shipped_calibration,
                           .before = PARRY_ARRAY(a, double, most),
                           .cases = {.logit = PARRY_ARRAY(a, double, most),
                                     .weight = PARRY_ARRAY(a, double, most),
                                     .right = PARRY_ARRAY(a, bool, most),
                                     .group = PARRY_ARRAY(a, size_t, most)}};
    asking k = {s, g, set, parry_arena_new(), &c};
    parry_code code = ask_all(&k, err);
    parry_arena_free(k.each);
    if (code == PARRY_OK) {
        weigh(o->unanswerable, &c.cases);
        code = fit(a, o, &c, err);
    }
    if (code == PARRY_OK)
        *out = c;
    return code;
}

json_t *parry_calibration_json(const parry_calibrating *c, const parry_calibrate_options *o, const char *time)
{
    size_t queries = c->answerable + c->unanswerable;
    char evidence[PARRY_EVIDENCE_IDENTITY];
    parry_evidence_identity(evidence);
    return json_pack("{s:f, s:f, s:f, s:s, s:s, s:f, s:f, s:f, s:I, s:I}", "slope", c->sigmoid.slope, "offset",
                     c->sigmoid.offset, "threshold", c->promised ? c->promise.score : 1.0, "evidence", evidence, "made",
                     time, "target", o->target, "confidence", o->confidence, "unanswerable_share", o->unanswerable,
                     "queries", (json_int_t)queries, "cases", (json_int_t)c->cases.n);
}
