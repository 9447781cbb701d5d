/* A query's way: understand, retrieve by text and by vector, fuse, show. */
#include "engine/search.h"

#include "base/clock.h"
#include "engine/calibration.h"
#include "engine/complete.h"
#include "engine/explain_private.h"
#include "engine/featured.h"
#include "engine/lately.h"
#include "engine/mask.h"
#include "engine/page.h"
#include "engine/show.h"
#include "engine/steady.h"
#include "engine/weights.h"

#include <stdlib.h>

struct parry_searcher {
    const parry_encoder *encoder;
    parry_encoder_scratch *scratch;
    parry_analyser *analyser;
    parry_mask_cache *masks;
    parry_meant *meant;
    parry_lately *lately;
    float *vector; /* of the query */
};

parry_searcher *parry_searcher_new(const parry_encoder *encoder)
{
    parry_searcher *s = parry_calloc(1, sizeof *s);
    s->encoder = encoder;
    s->analyser = parry_analyser_new();
    s->masks = parry_mask_cache_new();
    s->lately = parry_lately_new(encoder != NULL ? parry_encoder_dim(encoder) : 0);
    if (encoder != NULL) {
        s->scratch = parry_encoder_scratch_new(encoder);
        s->meant = parry_meant_new(encoder);
        s->vector = parry_calloc(parry_encoder_dim(encoder), sizeof *s->vector);
    }
    return s;
}

void parry_searcher_free(parry_searcher *s)
{
    if (s == NULL)
        return;
    parry_encoder_scratch_free(s->scratch);
    parry_analyser_free(s->analyser);
    parry_mask_cache_free(s->masks);
    parry_meant_free(s->meant);
    parry_lately_free(s->lately);
    free(s->vector);
    free(s);
}

parry_code parry_mode_parse(parry_str name, parry_mode *out, parry_err *err)
{
    for (int m = PARRY_HYBRID; m <= PARRY_VECTOR; m++) {
        if (parry_str_eqz(name, parry_mode_name((parry_mode)m))) {
            *out = (parry_mode)m;
            return PARRY_OK;
        }
    }
    return parry_fail(err, PARRY_INVALID, "mode is '%.*s': use hybrid, text or vector", PARRY_FMT(name));
}

const char *parry_mode_name(parry_mode m) { return m == PARRY_TEXT ? "text" : m == PARRY_VECTOR ? "vector" : "hybrid"; }

static parry_code check_limit(const parry_query *q, parry_err *err)
{
    if (q->limit < 1 || q->limit > PARRY_SEARCH_MAX_LIMIT)
        return parry_fail(err, PARRY_INVALID, "limit must be 1 to %d", PARRY_SEARCH_MAX_LIMIT);
    return PARRY_OK;
}

static parry_code check(const parry_query *q, parry_err *err)
{
    if (parry_str_trim(q->text).n == 0)
        return parry_fail(err, PARRY_INVALID, "the query is empty: give at least one word");
    if (q->text.n > PARRY_QUERY_MAX_BYTES)
        return parry_fail(err, PARRY_TOO_LARGE, "the query is over %d bytes", PARRY_QUERY_MAX_BYTES);
    return check_limit(q, err);
}

/* Meaning needs a model, and a generation whose vectors that model made. */
static parry_mode possible_mode(const parry_searcher *s, const parry_generation_info *info, parry_mode asked)
{
    bool able = s->encoder != NULL && info->dim == parry_encoder_dim(s->encoder) && info->nvectors > 0 &&
                parry_hash_eq(info->model, parry_encoder_identity(s->encoder));
    return able ? asked : PARRY_TEXT;
}

/* What each side found, one record an article: text's first, then those that vectors alone found. */
static parry_candidates join(parry_arena *a, const parry_generation *g, const parry_candidates *text,
                             const parry_candidates *vector, const float *query)
{
    parry_candidates all = {PARRY_ARRAY(a, parry_candidate, text->n + vector->n),
                            text->n,
                            text->idf_sum,
                            text->text_matched,
                            text->words,
                            text->nwords};
    memcpy(all.c, text->c ? text->c : all.c, text->n * sizeof *all.c);
    for (size_t i = 0; query != NULL && i < text->n; i++)
        parry_measure_vectors(g, query, &all.c[i]);
    for (size_t v = 0; v < vector->n; v++) {
        size_t t = 0;
        while (t < text->n && (all.c[t].segment != vector->c[v].segment || all.c[t].article != vector->c[v].article))
            t++;
        if (t == text->n)
            all.c[all.n++] = vector->c[v];
    }
    return all;
}

/* The model was fitted on hybrid scores: of others nothing is known. */
static void calibrate(parry_arena *a, const parry_generation *g, const double *weight, const parry_ranked *ranked,
                      size_t n, parry_results *r)
{
    const parry_calibration *own = parry_generation_side(g, PARRY_SIDE_CALIBRATION);
    const parry_calibration *c = own != NULL ? own : &parry_shipped_calibration;
    double *evidence = PARRY_ARRAY(a, double, PARRY_EVIDENCE);
    parry_evidence(r->context, weight, ranked, n, evidence);
    r->evidence = evidence;
    r->own_calibration = own != NULL;
    r->logit = parry_evidence_logit(evidence);
    r->probability = r->mode != PARRY_HYBRID ? -1 : n == 0 ? 0 : parry_probability(c, r->logit);
    r->answered = n > 0 && r->probability >= c->threshold;
}

static int64_t lap(int64_t *since)
{
    int64_t now = parry_mono_ns(), took = now - *since;
    *since = now;
    return took;
}

/* What the text means: its vector, and the candidates by it. */
static parry_code find_meaning(parry_searcher *s, const parry_generation *g, const parry_mask *masks, parry_str text,
                               parry_arena *a, const float **vector, parry_candidates *out, parry_results *r,
                               int64_t *t, parry_err *err)
{
    if (parry_lately_find(s->lately, masks[0].stamp, text, vector, out))
        return PARRY_OK;
    parry_code code = parry_encode(s->encoder, s->scratch, PARRY_QUERY, text, s->vector, err);
    if (code != PARRY_OK)
        return code;
    r->encode_ns = lap(t);
    if ((code = parry_retrieve_vector(g, masks, s->vector, a, out, err)) != PARRY_OK)
        return code;
    parry_lately_keep(s->lately, masks[0].stamp, text, s->vector, out);
    *vector = s->vector;
    r->vector_ns = lap(t);
    return PARRY_OK;
}

/* What is first a letter after `previous` was: that one again, unless it is beaten clearly. */
static bool hold(parry_ranked *ranked, size_t n, parry_str previous, double margin)
{
    size_t at = 0;
    while (at < n && !parry_str_eq(ranked[at].id, previous))
        at++;
    if (at == 0 || at == n || ranked[0].score - ranked[at].score >= margin)
        return false;
    parry_ranked held = ranked[at];
    memmove(ranked + 1, ranked, at * sizeof *ranked);
    ranked[0] = held;
    return true;
}

/* What is asked for, of what was typed. Too little for an answer leaves its text empty. */
static parry_code steady_text(parry_searcher *s, const parry_generation *g, const parry_mask *masks,
                              const parry_query *q, parry_str locale, parry_arena *a, parry_steady *out, parry_err *err)
{
    *out = (parry_steady){q->text, true};
    return q->typing && q->steady ? parry_steady_text(s->analyser, g, masks, a, q->text, locale, out, err) : PARRY_OK;
}

parry_code parry_search(parry_searcher *s, const parry_generation *g, const parry_query *q, parry_arena *a,
                        parry_results *out, parry_err *err)
{
    const parry_generation_info *info = parry_generation_get_info(g);
    parry_candidates text = {0}, vector = {0};
    parry_understood u = {.ngroups = 0};
    parry_steady asked;
    const float *meant = NULL;
    int64_t t = parry_mono_ns();
    parry_code code = check(q, err);
    if (code != PARRY_OK)
        return code;
    parry_results r = {.generation = info->number, .mode = possible_mode(s, info, q->mode)};
    r.degraded = r.mode != q->mode;

    const parry_mask *masks = parry_masks(s->masks, g, q);
    parry_str locale = q->locale.n > 0 ? q->locale : parry_str_of("en");
    bool typing = q->typing && !q->steady; /* a steady text has no open word */
    if ((code = steady_text(s, g, masks, q, locale, a, &asked, err)) != PARRY_OK)
        return code;
    bool words = r.mode != PARRY_VECTOR && asked.text.n > 0, meaning = r.mode != PARRY_TEXT && asked.text.n > 0;
    r.settled = asked.settled;
    if ((code = parry_understand(s->analyser, g, masks, a, asked.text, locale, typing, &u, err)) != PARRY_OK)
        return code;
    r.corrected = u.corrected;
    r.understand_ns = lap(&t);
    if (words && (code = parry_retrieve_text(g, masks, &u, a, &text, err)) != PARRY_OK)
        return code;
    r.text_ns = lap(&t);
    if (meaning && (code = find_meaning(s, g, masks, asked.text, a, &meant, &vector, &r, &t, err)) != PARRY_OK)
        return code;

    parry_candidates all = join(a, g, &text, &vector, meant);
    double *context = PARRY_ARRAY(a, double, PARRY_FEATURES), weight[PARRY_SIGNALS];
    parry_context(a, &all, context);
    parry_weights_find(r.mode, parry_generation_side(g, PARRY_SIDE_WEIGHTS), context, weight);
    r.context = context;
    parry_ranked *ranked = parry_rank(a, g, weight, &all);
    calibrate(a, g, weight, ranked, all.n, &r);
    parry_raise_page(a, g, q->page, ranked, all.n);
    if (q->steady && hold(ranked, all.n, q->previous, PARRY_HELD_SHARE * parry_most_evidence(weight)))
        r.settled = false;
    r.fuse_ns = lap(&t);
    r.total = all.n;
    const parry_showing show = {s->analyser, a, g, q, &u, weight, text.words, text.nwords, s->meant, s->scratch, meant};
    parry_show(&show, ranked, &r);
    parry_complete(a, g, masks, q, &u, ranked, all.n, &r);
    r.show_ns = lap(&t);
    const parry_explain_input in = {&show, masks, &text, &vector, ranked};
    if (q->grounds && (code = parry_explain(&in, &r, err)) != PARRY_OK)
        return code;
    *out = r;
    return PARRY_OK;
}

parry_code parry_search_nothing(parry_searcher *s, const parry_generation *g, const parry_query *q, parry_arena *a,
                                parry_results *out, parry_err *err)
{
    static const double no_weight[PARRY_SIGNALS];
    const parry_understood u = {.ngroups = 0};
    parry_ranked *ranked = NULL;
    int64_t t = parry_mono_ns();
    parry_code code = check_limit(q, err);
    if (code != PARRY_OK)
        return code;
    parry_results r = {
        .generation = parry_generation_get_info(g)->number, .mode = q->mode, .probability = -1, .settled = true};
    r.total = parry_featured(a, g, parry_masks(s->masks, g, q), q->offset + q->limit, &ranked);
    const parry_showing show = {
        .analyser = s->analyser, .arena = a, .g = g, .query = q, .understood = &u, .weight = no_weight};
    parry_show(&show, ranked, &r);
    r.show_ns = lap(&t);
    *out = r;
    return PARRY_OK;
}
