/* The key, the cache, else a search; then what is each reply's own. */
#include "api/answers.h"

#include "api/answer_key.h"
#include "api/answers_typed.h"
#include "api/deflection/rankings.h"
#include "api/query_log.h"
#include "base/clock.h"
#include "base/tally.h"

static const int64_t ms = 1000000;
static const char no_id[] = "00000000-0000-0000-0000-000000000000";

/* Until when an answer made now holds: freshness moves slowly, rules begin and end to the moment. */
static int64_t holds_until(const parry_generation *g, int64_t now_ns)
{
    int64_t now_ms = parry_clock_now_ms(parry_clock_system()), most = (int64_t)PARRY_ANSWER_LIFE_S * 1000;
    int64_t change = parry_search_change_ms(g, now_ms);
    int64_t left = change - now_ms < most ? change - now_ms : most;
    return now_ns + left * ms;
}

/* The reply's bytes; the id's place is at their end. */
static void write_body(parry_call *c, json_t *j, bool logged, parry_answer *out)
{
    static const char after_id[] = "\"}\n";
    if (logged)
        json_object_set_new(j, "query_id", json_string(no_id));
    size_t n = json_dumpb(j, NULL, 0, JSON_COMPACT);
    char *p = parry_arena_alloc(c->arena, n + 1);
    (void)json_dumpb(j, p, n, JSON_COMPACT);
    p[n] = '\n';
    out->body = parry_str_make(p, n + 1);
    out->id_at = logged ? n + 1 - (sizeof after_id - 1) - (sizeof no_id - 1) : 0;
}

/* *kept: it is as good for others, and later. What was cut short for a deadline is not; without a model there is
 * nothing better. */
static parry_code search(parry_call *c, const parry_answering *how, const parry_generation *g, const parry_query *q,
                         const parry_typed *typed, parry_ranking *x, parry_answer *out, bool *kept, parry_err *err)
{
    bool asked = q->text.n > 0;
    parry_results r = {.generation = parry_generation_get_info(g)->number, .settled = true, .probability = -1};
    parry_answer a = {.until_ns = holds_until(g, parry_mono_ns())}; /* before: what changes meanwhile counts */
    parry_code code =
        asked ? parry_ranking_search(c, g, q, x, &r, err) : parry_search_nothing(c->searcher, g, q, c->arena, &r, err);
    if (code != PARRY_OK)
        return code;
    if (asked)
        parry_call_searched(c, &r);
    bool logged = asked && r.settled && !how->unlogged;
    json_t *j = how->shape(c, q, &r);
    write_body(c, j, logged, &a);
    if (logged && c->app->ledger != NULL)
        a.record = parry_query_record(c, &(parry_query_note){.query = q, .results = &r});
    a.degraded = asked && r.degraded;
    a.doubtful = asked && parry_results_doubtful(&r);
    *kept = !x->own && (!r.degraded || q->deadline_ns == 0 || c->app->encoder == NULL);
    if (*kept && typed->open)
        parry_typed_keep(c, how, typed, &r, j, &a);
    json_decref(j);
    *out = a;
    return PARRY_OK;
}

/* What the searches that were saved would have counted. */
static void count(const parry_call *c, const parry_answer *a)
{
    if (a->degraded)
        parry_metrics_count(c->app->metrics, PARRY_COUNT_DEGRADED);
    if (a->doubtful)
        parry_metrics_count(c->app->metrics, PARRY_COUNT_ABSTAINED);
}

/* Of hits that are kept, or of a search. */
static parry_code make(parry_call *c, const parry_answering *how, const parry_generation *g, const parry_query *q,
                       parry_ranking *x, parry_answer *out, bool *kept, parry_err *err)
{
    parry_typed typed;
    parry_code code = parry_typed_find(c, how, g, q, &typed, out, kept, err);
    if (code == PARRY_OK && *kept)
        count(c, out);
    else if (code == PARRY_OK)
        code = search(c, how, g, q, &typed, x, out, kept, err);
    return code;
}

static void reply(parry_call *c, const parry_answer *a, const parry_query_note *note)
{
    parry_response_text(c->res, "application/json", a->body);
    if (a->id_at == 0)
        return;
    char id[PARRY_UUID_TEXT];
    parry_query_log_record(c, note, a->record, id);
    memcpy(c->res->body.p + a->id_at, id, sizeof id - 1);
}

static parry_code answer(parry_call *c, const parry_answering *how, const parry_generation *g, parry_query *q,
                         parry_err *err)
{
    parry_ranking x;
    parry_ranking_choose(c, g, q, &x);
    parry_answer_cache *cache = x.own ? NULL : c->app->answers;
    int64_t now = parry_mono_ns();
    parry_answer a;
    parry_query_note note = {.by = how->by};
    parry_hash key;
    bool kept = false;
    if (cache != NULL)
        key = parry_answer_key(c, how->by, g, q);
    bool known = cache != NULL && parry_answer_cache_find(cache, &key, now, c->arena, &a);
    if (known || !c->kept_only)
        parry_tally(PARRY_CACHE_ANSWERS, known, cache != NULL && !known);
    if (known) {
        count(c, &a);
    } else if (c->kept_only) {
        c->later = true;
        return PARRY_OK;
    } else {
        parry_code code = make(c, how, g, q, &x, &a, &kept, err);
        if (code != PARRY_OK)
            return code;
    }
    if (cache != NULL && kept)
        parry_answer_cache_keep(cache, &key, &a);
    note.took_ns = parry_mono_ns() - now;
    note.tested = parry_ranking_members(c->arena, &x);
    reply(c, &a, &note);
    return PARRY_OK;
}

parry_code parry_answer_query(parry_call *c, const parry_answering *how, parry_query *q, parry_err *err)
{
    parry_code code = parry_query_narrow(c, q, err);
    if (code != PARRY_OK)
        return code;
    parry_generation *g = parry_index_acquire(c->app->index);
    code = answer(c, how, g, q, err);
    parry_generation_release(g);
    return code;
}
