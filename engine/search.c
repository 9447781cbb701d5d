/* A query's way: understand, retrieve by text and by vector, fuse, show. */
#include "engine/search.h"

#include "base/tally.h"
#include "engine/calibration.h"
#include "engine/challenger.h"
#include "engine/complete.h"
#include "engine/curate.h"
#include "engine/explain_private.h"
#include "engine/featured.h"
#include "engine/in_language.h"
#include "engine/in_time.h"
#include "engine/lately.h"
#include "engine/mask.h"
#include "engine/narrow.h"
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
    parry_meanings *meanings; /* shared; NULL: none */
    parry_search_settings settings;
    float *vector; /* of the query */
    parry_clock clock;
    parry_in_time in_time;
};

/* A query with no more such articles may be better asked otherwise: with so many times more. */
enum { FEW_ANSWERS = 2, BETTER_TIMES = 4 };

static unsigned kinds_named(parry_str names)
{
    static const char *const fields[] = {[PARRY_ROW_TITLE] = "title",
                                         [PARRY_ROW_KEYWORDS] = "keywords",
                                         [PARRY_ROW_HEADING] = "headings",
                                         [PARRY_ROW_PASSAGE] = "body"};
    unsigned kinds = 0;
    parry_str name;
    while (parry_str_split(&names, ' ', &name))
        for (unsigned k = 0; k < sizeof fields / sizeof *fields; k++)
            kinds |= parry_str_eqz(name, fields[k]) ? 1U << k : 0U;
    return kinds;
}

void parry_searcher_configure(parry_searcher *s, const parry_config *c)
{
    s->settings = (parry_search_settings){.typo_one_from = (unsigned)c->search.typo_one_from,
                                          .typo_two_from = (unsigned)c->search.typo_two_from,
                                          .typo_numbers = strcmp(c->search.typo_numbers, "on") == 0,
                                          .typo_off_words = parry_str_of(c->search.typo_off_words),
                                          .typo_off_kinds = kinds_named(parry_str_of(c->search.typo_off_fields))};
}

parry_searcher *parry_searcher_new(const parry_encoder *encoder)
{
    parry_searcher *s = parry_calloc(1, sizeof *s);
    s->encoder = encoder;
    s->analyser = parry_analyser_new();
    s->masks = parry_mask_cache_new();
    s->lately = parry_lately_new(encoder != NULL ? parry_encoder_dim(encoder) : 0);
    s->clock = parry_clock_system();
    s->settings = (parry_search_settings){.typo_one_from = 5, .typo_two_from = 9};
    if (encoder != NULL) {
        s->scratch = parry_encoder_scratch_new(encoder);
        s->meant = parry_meant_new(encoder);
        s->vector = parry_calloc(parry_encoder_dim(encoder), sizeof *s->vector);
    }
    return s;
}

void parry_searcher_share(parry_searcher *s, parry_meanings *meanings) { s->meanings = meanings; }

void parry_searcher_set_clock(parry_searcher *s, parry_clock clock) { s->clock = clock; }

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

static parry_code check_limits(const parry_query *q, parry_err *err)
{
    if (q->nfilters > PARRY_FILTERS_MAX)
        return parry_fail(err, PARRY_INVALID, "at most %d filters", PARRY_FILTERS_MAX);
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
    return check_limits(q, err);
}

/* Meaning needs a model, a generation whose vectors that model made, and time. */
static parry_mode possible_mode(parry_searcher *s, const parry_generation_info *info, const parry_query *q,
                                parry_mode mode, int64_t now_ns)
{
    bool able = s->encoder != NULL && info->dim == parry_encoder_dim(s->encoder) && info->nvectors > 0 &&
                parry_hash_eq(info->model, parry_encoder_identity(s->encoder));
    if (mode == PARRY_VECTOR) /* hybrid sees, once it has the words, what time they left */
        able = able && parry_in_time_for_meaning(&s->in_time, q->deadline_ns, now_ns);
    return able ? mode : PARRY_TEXT;
}

/* The model's vectors are worth what it can read of the query: docs/languages.md has the figures. */
static double trust_of(const parry_searcher *s, parry_mode mode, parry_str query)
{
    static const double nothing = 0.2, all = 0.7; /* of its letters */
    if (mode != PARRY_HYBRID)
        return mode == PARRY_TEXT ? 0 : 1;
    const parry_tokenizer *t = parry_encoder_tokenizer(s->encoder);
    double grasp = t != NULL ? parry_tokenizer_grasp(t, query) : 1;
    return grasp <= nothing ? 0 : grasp >= all ? 1 : (grasp - nothing) / (all - nothing);
}

/* What each side found, one record an article: text's first, then those that vectors alone found. */
static parry_candidates join(const parry_view *view, const parry_understood *u, const parry_generation *g,
                             const parry_candidates *text, const parry_candidates *vector, const float *query)
{
    parry_candidates all = *text;
    size_t read = 0; /* of those that vectors alone found */
    all.c = PARRY_ARRAY(view->arena, parry_candidate, text->n + vector->n);
    memcpy(all.c, text->c ? text->c : all.c, text->n * sizeof *all.c);
    for (size_t i = 0; query != NULL && i < text->n; i++)
        parry_measure_vectors(g, query, &all.c[i]);
    for (size_t v = 0; v < vector->n; v++) {
        size_t t = 0;
        while (t < text->n && (all.c[t].segment != vector->c[v].segment || all.c[t].article != vector->c[v].article))
            t++;
        if (t < text->n)
            continue;
        parry_candidate *c = &all.c[all.n++];
        *c = vector->c[v];
        parry_measure_text(text, c);
        read += v < PARRY_PAIRS_READ && text->scoring != NULL;
    }
    parry_measure_pairs(view, u, all.c + text->n, read);
    return all;
}

/* The model was fitted on hybrid scores: of others nothing is known. */
static void calibrate(parry_arena *a, const parry_generation *g, const double *weight, const parry_ranked *ranked,
                      size_t n, parry_results *r)
{
    const parry_calibration *own = parry_generation_side(g, PARRY_SIDE_CALIBRATION);
    const parry_calibration *c = own != NULL ? own : &parry_shipped_calibration;
    double *evidence = PARRY_ARRAY(a, double, PARRY_EVIDENCE);
    parry_cohesion cohesion = parry_cohesion_of(g, a, ranked, r->vector_trust > 0 ? n : 0);
    parry_evidence(r->context, weight, ranked, n, cohesion, evidence);
    r->evidence = evidence;
    r->own_calibration = c->own;
    r->logit = parry_evidence_logit(evidence);
    r->probability = r->mode != PARRY_HYBRID || r->vector_trust < 0.5 ? -1
                     : n == 0                                         ? 0
                                                                      : parry_probability(c, r->logit);
    r->answered = n > 0 && r->probability >= c->threshold;
}

/* The rules that this question meets, and what may be seen under their filters and its own. */
static parry_curation curation_of(parry_searcher *s, const parry_generation *g, const parry_query *q, parry_str locale,
                                  parry_arena *a, parry_query *scoped)
{
    parry_curation c = {.generation = g, .query = scoped, .now_ms = parry_clock_now_ms(s->clock)};
    c.matched = parry_rules_match(parry_side_for(g, q, PARRY_SIDE_RULES), s->analyser, a, q, locale, c.now_ms);
    *scoped = parry_rules_scope(&c.matched, a, q);
    c.masks = parry_masks(s->masks, g, scoped);
    return c;
}

static int64_t lap(int64_t *since)
{
    int64_t now = parry_mono_ns(), took = now - *since;
    *since = now;
    return took;
}

/* ---- the words' side ----------------------------------------------------------------------------------------------
 */

/* Of text alone: what the words find, within what phrases and negations leave. v->masks becomes that. */
static parry_code find_words(parry_view *v, const parry_mask *masks, const parry_query *q, parry_str text,
                             parry_understood *u, parry_candidates *out, bool *dropped, parry_err *err)
{
    v->masks = masks;
    parry_code code = parry_understand(v, text, q->typing, u, err);
    if (code == PARRY_OK)
        code = parry_narrow(v, u, &v->masks, dropped, err);
    if (code == PARRY_OK && out != NULL)
        code = parry_retrieve_text(v, u, out, err);
    return code;
}

/* Nothing found: once more, with words read as others further away. */
static parry_code find_words_further_away(parry_view *v, const parry_mask *masks, const parry_query *q,
                                          parry_understood *u, parry_candidates *out, parry_results *r, parry_err *err)
{
    bool dropped = false;
    v->more_edits = 1;
    parry_code code = find_words(v, masks, q, q->text, u, out, &dropped, err);
    v->more_edits = 0;
    if (code == PARRY_OK && out->n > 0)
        r->relaxed |= PARRY_RELAXED_SPELLING;
    return code;
}

/* The words stand in few articles together; a rare one of them may be a misspelt one. */
static parry_code look_for_better(const parry_view *from, const parry_mask *masks, const parry_query *q,
                                  const parry_understood *u, const parry_candidates *found, parry_results *r,
                                  parry_err *err)
{
    if (u->suggested.n == 0 || q->typing || (found->text_all > FEW_ANSWERS && !u->doubtful))
        return PARRY_OK;
    parry_view v = *from;
    parry_understood *other = PARRY_NEW(v.arena, parry_understood);
    parry_candidates better = {0};
    bool dropped = false;
    parry_code code = find_words(&v, masks, q, u->suggested, other, &better, &dropped, err);
    if (code == PARRY_OK && !dropped && better.text_all > (u->doubtful ? 0 : BETTER_TIMES * found->text_all)) {
        r->did_you_mean = u->suggested;
        r->did_you_mean_total = better.text_all;
    }
    return code;
}

static parry_code search_words(parry_view *v, const parry_query *q, parry_understood *u, parry_candidates *text,
                               int64_t *t, parry_results *r, parry_err *err)
{
    const parry_mask *masks = v->masks;
    bool words = r->mode != PARRY_VECTOR && q->text.n > 0, dropped = false;
    parry_code code = find_words(v, masks, q, q->text, u, NULL, &dropped, err);
    r->relaxed = dropped ? PARRY_RELAXED_PHRASES : 0;
    r->understand_ns = lap(t);
    if (code == PARRY_OK && words)
        code = parry_retrieve_text(v, u, text, err);
    if (code == PARRY_OK && words && text->n == 0)
        code = find_words_further_away(v, masks, q, u, text, r, err);
    if (code == PARRY_OK && words)
        code = look_for_better(v, masks, q, u, text, r, err);
    r->corrected = u->corrected;
    r->corrected_total = u->corrected.n > 0 ? text->text_all : 0;
    r->unknown = u->unknown;
    r->synonyms = u->synonyms;
    r->nsynonyms = u->nsynonyms;
    r->text_ns = lap(t);
    return code;
}

/* ---- meaning, and what is being typed -----------------------------------------------------------------------------
 */

/* Into s->vector. */
static parry_code encode(parry_searcher *s, parry_str text, parry_err *err)
{
    if (s->meanings == NULL)
        return parry_encode(s->encoder, s->scratch, PARRY_QUERY, text, s->vector, err);
    if (parry_meanings_find(s->meanings, text, s->vector))
        return PARRY_OK;
    parry_code code = parry_encode(s->encoder, s->scratch, PARRY_QUERY, text, s->vector, err);
    if (code == PARRY_OK)
        parry_meanings_keep(s->meanings, text, s->vector);
    return code;
}

/* What the text means: its vector, and the candidates by it. */
static parry_code find_meaning(parry_searcher *s, const parry_generation *g, const parry_view *v, parry_str text,
                               const float **vector, parry_candidates *out, parry_results *r, int64_t *t,
                               parry_err *err)
{
    uint64_t stamp = v->masks[0].stamp; /* 0: nobody asks so again */
    bool known = stamp != 0 && parry_lately_find(s->lately, stamp, text, vector, out);
    parry_tally(PARRY_CACHE_QUERIES, known, !known);
    if (known) {
        r->vector_ns = lap(t);
        return PARRY_OK;
    }
    parry_code code = encode(s, text, err);
    if (code != PARRY_OK)
        return code;
    r->encode_ns = lap(t);
    if ((code = parry_retrieve_vector(g, v->masks, s->vector, v->arena, out, err)) != PARRY_OK)
        return code;
    if (stamp != 0)
        parry_lately_keep(s->lately, stamp, text, s->vector, out);
    *vector = s->vector;
    r->vector_ns = lap(t);
    return PARRY_OK;
}

/* Where there is time for it; else what the words found is the answer. */
static parry_code find_meaning_in_time(parry_searcher *s, const parry_generation *g, const parry_view *v,
                                       const parry_query *q, parry_str text, const float **vector,
                                       parry_candidates *out, parry_results *r, int64_t *t, parry_err *err)
{
    if (r->mode == PARRY_VECTOR || parry_in_time_for_meaning(&s->in_time, q->deadline_ns, *t))
        return find_meaning(s, g, v, text, vector, out, r, t, err);
    r->mode = PARRY_TEXT;
    r->degraded = true;
    r->vector_trust = 0;
    return PARRY_OK;
}

/* What is first a letter after `previous` was: that one again, unless it is beaten clearly. What a rule pinned keeps
 * its place. */
static bool hold(parry_ranked *ranked, size_t n, parry_str previous, double margin)
{
    size_t at = 0;
    while (at < n && !parry_str_eq(ranked[at].id, previous))
        at++;
    if (at == 0 || at == n || ranked[0].pinned || ranked[at].pinned || ranked[0].score - ranked[at].score >= margin)
        return false;
    parry_ranked held = ranked[at];
    for (size_t i = at; i-- > 0;) {
        if (ranked[i].pinned)
            continue;
        ranked[at] = ranked[i];
        at = i;
    }
    ranked[0] = held;
    return true;
}

/* What is asked for, of what was typed, and in which language: while a word is open, what holds of it. Too little for
 * an answer leaves its text empty. */
static parry_code what_holds(parry_searcher *s, const parry_generation *g, const parry_query *q, parry_view *v,
                             parry_spoken *spoken, parry_query *asked, bool *settled, parry_err *err)
{
    parry_steady steady;
    *asked = *q;
    *settled = true;
    parry_spoken_in(s->analyser, v->arena, v->info, q->text, q->locale, spoken);
    v->spoken = spoken;
    v->locale = spoken->first;
    if (!q->typing || !q->steady)
        return PARRY_OK;
    v->masks = parry_masks(s->masks, g, q);
    parry_code code = parry_steady_text(v, q->text, &steady, err);
    if (code != PARRY_OK)
        return code;
    asked->text = steady.text.n > 0 ? steady.text : parry_str_of("");
    *settled = steady.settled;
    parry_spoken_in(s->analyser, v->arena, v->info, asked->text, q->locale, spoken);
    v->locale = spoken->first;
    return PARRY_OK;
}

static parry_view view_of(const parry_searcher *s, const parry_generation *g, const parry_query *q, parry_arena *a)
{
    return (parry_view){.analyser = s->analyser,
                        .info = parry_generation_get_info(g),
                        .synonyms = parry_side_for(g, q, PARRY_SIDE_SYNONYMS),
                        .boosts = parry_side_for(g, q, PARRY_SIDE_BOOSTS),
                        .settings = &s->settings,
                        .tokenizer = s->encoder != NULL ? parry_encoder_tokenizer(s->encoder) : NULL,
                        .arena = a};
}

static void tell_places(parry_arena *a, const parry_query *q, const parry_ranked *ranked, parry_results *r)
{
    if (q->completions == 0)
        return;
    r->nplaces = r->total < PARRY_COMPLETE_LOOKED_AT ? r->total : PARRY_COMPLETE_LOOKED_AT;
    r->places = PARRY_ARRAY(a, parry_spot, r->nplaces);
    for (size_t i = 0; i < r->nplaces; i++)
        r->places[i] = (parry_spot){ranked[i].c->segment, ranked[i].c->article};
}

parry_code parry_search_holds(parry_searcher *s, const parry_generation *g, const parry_query *q, parry_arena *a,
                              parry_str *text, bool *settled, parry_err *err)
{
    parry_query asked;
    parry_spoken spoken;
    parry_view v = view_of(s, g, q, a);
    parry_code code = check(q, err);
    if (code == PARRY_OK)
        code = what_holds(s, g, q, &v, &spoken, &asked, settled, err);
    if (code == PARRY_OK)
        *text = asked.text;
    return code;
}

parry_code parry_search_complete(parry_searcher *s, const parry_generation *g, const parry_query *q, parry_str holds,
                                 const parry_spot *places, size_t n, parry_arena *a, parry_results *out, parry_err *err)
{
    parry_query asked = *q, scoped;
    parry_understood *u = PARRY_NEW(a, parry_understood);
    parry_spoken spoken;
    parry_view v = view_of(s, g, q, a);
    bool dropped = false;
    asked.text = holds;
    parry_spoken_in(s->analyser, a, v.info, asked.text, q->locale, &spoken);
    v.spoken = &spoken;
    v.locale = spoken.first;
    parry_curation curation = curation_of(s, g, &asked, spoken.first, a, &scoped);
    parry_code code = find_words(&v, curation.masks, &asked, asked.text, u, NULL, &dropped, err);
    if (code != PARRY_OK)
        return code;
    parry_candidate *c = PARRY_ARRAY(a, parry_candidate, n);
    parry_ranked *ranked = PARRY_ARRAY(a, parry_ranked, n);
    for (size_t i = 0; i < n; i++) {
        c[i] = (parry_candidate){.segment = places[i].segment, .article = places[i].article};
        ranked[i].c = &c[i];
    }
    parry_complete(a, g, v.masks, q, u, ranked, n, out);
    return PARRY_OK;
}

parry_code parry_search(parry_searcher *s, const parry_generation *g, const parry_query *q, parry_arena *a,
                        parry_results *out, parry_err *err)
{
    const parry_generation_info *info = parry_generation_get_info(g);
    parry_candidates text = {0}, vector = {0};
    parry_understood *u = PARRY_NEW(a, parry_understood);
    const float *meant = NULL;
    parry_query asked, scoped;
    int64_t t = parry_mono_ns();
    parry_code code = check(q, err);
    if (code != PARRY_OK)
        return code;
    parry_mode wanted = parry_mode_for(g, q);
    parry_results r = {.generation = info->number, .mode = possible_mode(s, info, q, wanted, t)};
    r.degraded = r.mode != wanted;
    parry_spoken spoken;
    parry_view v = view_of(s, g, q, a);
    if ((code = what_holds(s, g, q, &v, &spoken, &asked, &r.settled, err)) != PARRY_OK)
        return code;
    r.vector_trust = trust_of(s, r.mode, asked.text);
    parry_curation curation = curation_of(s, g, &asked, spoken.first, a, &scoped);
    v.masks = curation.masks;
    if ((code = search_words(&v, &asked, u, &text, &t, &r, err)) != PARRY_OK)
        return code;
    bool meaning = r.vector_trust > 0 && asked.text.n > 0;
    int64_t before_meaning = t;
    if (meaning && (code = find_meaning_in_time(s, g, &v, q, u->meaning, &meant, &vector, &r, &t, err)) != PARRY_OK)
        return code;

    parry_candidates all = join(&v, u, g, &text, &vector, meant);
    parry_measure_language(info, &spoken, a, u, &all);
    double *context = PARRY_ARRAY(a, double, PARRY_FEATURES), weight[PARRY_SIGNALS];
    parry_context(a, &all, context);
    parry_weights_find(r.mode, r.vector_trust, parry_side_for(g, q, PARRY_SIDE_WEIGHTS), context, weight);
    r.context = context;
    if (asked.text.n > 0)
        parry_admit_pins(&curation, a, &text, meant, &all);
    parry_ranked *ranked = parry_rank(a, g, weight, &all);
    calibrate(a, g, weight, ranked, all.n, &r); /* of what was found; authors are not evidence */
    if (asked.text.n == 0)                      /* too little was typed to ask for anything */
        r.probability = -1;
    r.total = parry_curate(&curation, a, ranked, all.n);
    parry_tell_curation(&curation, a, ranked, r.total, &r);
    if (q->steady && hold(ranked, r.total, q->previous, PARRY_HELD_SHARE * parry_most_evidence(weight)))
        r.settled = false;
    r.fuse_ns = lap(&t);
    const parry_showing show = {s->analyser, a, g, q, u, weight, text.words, text.nwords, s->meant, s->scratch, meant};
    parry_show(&show, ranked, &r);
    parry_complete(a, g, v.masks, q, u, ranked, r.total, &r);
    tell_places(a, q, ranked, &r);
    r.show_ns = lap(&t);
    if (r.encode_ns > 0)
        parry_in_time_took(&s->in_time, t - before_meaning);
    const parry_explain_input in = {&show, &v, &curation, &text, &vector, ranked};
    if (q->grounds && (code = parry_explain(&in, &r, err)) != PARRY_OK)
        return code;
    *out = r;
    return PARRY_OK;
}

parry_code parry_search_nothing(parry_searcher *s, const parry_generation *g, const parry_query *q, parry_arena *a,
                                parry_results *out, parry_err *err)
{
    static const double no_weight[PARRY_SIGNALS];
    parry_ranked *ranked = NULL;
    int64_t t = parry_mono_ns();
    parry_code code = check_limits(q, err);
    if (code != PARRY_OK)
        return code;
    parry_results r = {
        .generation = parry_generation_get_info(g)->number, .mode = q->mode, .probability = -1, .settled = true};
    static const parry_matched no_rules = {0};
    const parry_query scoped = parry_rules_scope(&no_rules, a, q);
    const parry_mask *masks = parry_masks(s->masks, g, &scoped);
    r.total = parry_featured(a, g, masks, q->offset + q->limit, &ranked);
    if (q->facets != 0)
        parry_featured_facets(a, g, masks, q->facets, &r);
    const parry_showing show = {.analyser = s->analyser,
                                .arena = a,
                                .g = g,
                                .query = q,
                                .understood = PARRY_NEW(a, parry_understood),
                                .weight = no_weight};
    parry_show(&show, ranked, &r);
    r.show_ns = lap(&t);
    *out = r;
    return PARRY_OK;
}
