/* Algolia's search protocol: /1/indexes/..., /1/events. What was read is searched for as everybody's questions are. */
#include "api/routes.h"

#include "api/algolia/events.h"
#include "api/algolia/reply.h"
#include "api/input.h"
#include "api/query_log.h"
#include "base/clock.h"

enum { SNIPPET_COLUMNS_A_WORD = 7 };

/* ---- what Parry keeps of it ---------------------------------------------------------------------------------------
 */

/* 32 hexadecimal digits that later events name: the answer's query_id without its hyphens. Empty where the request does
 * not want one. What was asked and shown is in the query log; an empty box is not. */
static parry_str log_query(parry_call *c, const parry_algolia_params *p, const parry_query *q, const parry_results *r)
{
    char uuid[PARRY_UUID_TEXT];
    if (q->text.n > 0)
        parry_query_log(c, &(parry_query_note){.by = "algolia", .query = q, .results = r, .visitor = p->user_token},
                        uuid);
    else
        parry_uuid_text(parry_uuid_v7(parry_clock_now_ms(parry_clock_system())), uuid);
    if (!p->click_analytics)
        return parry_str_make(NULL, 0);
    char *id = parry_arena_alloc(c->arena, sizeof uuid);
    size_t n = 0;
    for (const char *z = uuid; *z; z++)
        if (*z != '-')
            id[n++] = *z;
    return parry_str_make(id, n);
}

static void say_recorded(void *ctx, parry_response *res)
{
    (void)ctx;
    parry_response_json(res, 200, "application/json", json_pack("{s:i, s:s}", "status", 200, "message", "OK"));
}

/* The one place where events of Algolia's become Parry's. */
static parry_code record(parry_call *c, const parry_algolia_event *events, size_t n, parry_err *err)
{
    json_t *list = parry_algolia_events_json(events, n);
    size_t records = json_array_size(list);
    parry_code code = PARRY_OK;
    if (records == 0)
        say_recorded(NULL, c->res);
    else if (records > PARRY_LEDGER_GROUP_MAX)
        code = parry_fail(err, PARRY_INVALID, "the events name %zu objects; send at most %d at once", records,
                          PARRY_LEDGER_GROUP_MAX);
    else
        code = parry_record_events(c, list, say_recorded, err);
    json_decref(list);
    return code;
}

/* ---- searching ----------------------------------------------------------------------------------------------------
 */

/* Clients parse URLs of records, which have to be whole. */
static parry_str site_of(const parry_call *c)
{
    const char *site = c->app->config->algolia.site;
    return parry_str_printf(c->arena, "%s%s", *site ? site : parry_caller_origin(c), c->base);
}

static unsigned facets_of(const parry_algolia_params *p)
{
    unsigned facets = 0;
    parry_field f;
    for (size_t i = 0; i < p->facets.n; i++) {
        if (parry_str_eqz(p->facets.names[i], "*"))
            return (1U << PARRY_FIELDS) - 1;
        facets |= parry_algolia_field(p->facets.names[i], &f) ? 1U << f : 0;
    }
    return facets;
}

/* "content:15": so many columns. */
static size_t columns_of(const parry_algolia_params *p)
{
    for (size_t i = 0; i < p->snippet.n; i++) {
        parry_str name = p->snippet.names[i];
        size_t words = 0;
        if (!parry_str_starts(name, "content:"))
            continue;
        for (size_t k = strlen("content:"); k < name.n && name.p[k] >= '0' && name.p[k] <= '9' && words < 100; k++)
            words = words * 10 + (size_t)(name.p[k] - '0');
        return words * SNIPPET_COLUMNS_A_WORD;
    }
    return 0;
}

static parry_code query_of(const parry_call *c, const parry_algolia_params *p, parry_query *q, parry_err *err)
{
    size_t left = p->offset < PARRY_ALGOLIA_REACH ? PARRY_ALGOLIA_REACH - p->offset : 0;
    size_t shown = p->length < left ? p->length : left;
    *q = (parry_query){.text = p->query,
                       .typing = !p->finished,
                       .filters = p->filters.filters,
                       .nfilters = p->filters.n,
                       .updated_from_ms = p->filters.from_ms,
                       .updated_until_ms = p->filters.until_ms,
                       .facets = facets_of(p),
                       .rule_tag = p->rule_tag,
                       .offset = shown > 0 ? p->offset : 0,
                       .limit = shown > 0 ? shown : 1, /* for the counts */
                       .snippets = shown > 0,
                       .marks = true,
                       .snippet_columns = columns_of(p)};
    parry_code code =
        parry_algolia_index(c->arena, c->app->config->algolia.indexes, p->index, &q->locale, &q->sort, err);
    return code == PARRY_OK ? parry_query_narrow(c, q, err) : code;
}

static parry_code search(parry_call *c, const parry_query *q, const parry_generation *g, parry_results *r,
                         parry_err *err)
{
    if (q->text.n == 0)
        return parry_search_nothing(c->searcher, g, q, c->arena, r, err);
    parry_code code = parry_search(c->searcher, g, q, c->arena, r, err);
    if (code == PARRY_OK)
        parry_metrics_stages(c->app->metrics, r);
    return code;
}

/* One request's hits, or the values of its facet. */
static parry_code answer(parry_call *c, const parry_generation *g, const parry_algolia_params *p, json_t **out,
                         parry_err *err)
{
    parry_query q;
    parry_field field = PARRY_FIELDS;
    parry_results r = {0};
    parry_code code = query_of(c, p, &q, err);
    if (code == PARRY_OK && p->facet_search && !parry_algolia_field(p->facet, &field))
        code =
            parry_fail(err, PARRY_INVALID, "there is no facet '%.*s': use category, audience, locale, product or tag",
                       PARRY_FMT(parry_utf8_cut(p->facet, 60)));
    if (p->facet_search) {
        q.facets = 1U << field;
        q.limit = 1;
        q.snippets = false;
    }
    if (code == PARRY_OK)
        code = search(c, &q, g, &r, err);
    if (code != PARRY_OK)
        return code;
    r.n = p->offset < PARRY_ALGOLIA_REACH ? r.n : 0;
    bool hits = !p->facet_search && p->length > 0;
    const parry_str no_id = {NULL, 0};
    const parry_algolia_answer a = {c->arena, p, &r, site_of(c), hits ? log_query(c, p, &q, &r) : no_id};
    *out = p->facet_search ? parry_algolia_facet_json(&a) : parry_algolia_result_json(&a);
    return PARRY_OK;
}

static parry_code answer_one(parry_call *c, const parry_algolia_params *p, json_t **out, parry_err *err)
{
    parry_generation *g = parry_index_acquire(c->app->index);
    parry_code code = answer(c, g, p, out, err);
    parry_generation_release(g);
    return code;
}

static size_t query_limit(const parry_call *c)
{
    size_t configured = (size_t)c->app->config->serve.max_query_bytes;
    return configured < PARRY_QUERY_MAX_BYTES ? configured : PARRY_QUERY_MAX_BYTES;
}

/* No body is an empty one. */
static parry_code read_body(const parry_call *c, json_t **out, parry_err *err)
{
    if (c->req->body.n > 0)
        return parry_request_json(c->req, out, err);
    *out = json_object();
    return PARRY_OK;
}

/* ---- handlers -----------------------------------------------------------------------------------------------------
 */

typedef parry_code (*replier)(parry_call *c, json_t **out, parry_err *err);

/* Whatever goes wrong with the request is told in Algolia's shape; the server's own faults are the caller's to tell. */
static parry_code reply(parry_call *c, replier make, parry_err *err)
{
    json_t *j = NULL;
    parry_code code = make(c, &j, err);
    if (code == PARRY_OK)
        parry_response_json(c->res, 200, "application/json", j);
    return code;
}

static parry_code queries(parry_call *c, json_t **out, parry_err *err)
{
    json_t *body = NULL, *results = json_array();
    parry_algolia_params *p = NULL;
    size_t n = 0;
    parry_code code = read_body(c, &body, err);
    if (code == PARRY_OK)
        code = parry_algolia_requests_read(c->arena, body, query_limit(c), &p, &n, err);
    json_decref(body);
    parry_generation *g = parry_index_acquire(c->app->index); /* one for all: their counts belong together */
    for (size_t i = 0; i < n && code == PARRY_OK; i++) {
        json_t *one = NULL;
        code = answer(c, g, &p[i], &one, err);
        if (code == PARRY_OK)
            json_array_append_new(results, one);
    }
    parry_generation_release(g);
    if (code == PARRY_OK)
        *out = json_pack("{s:O}", "results", results);
    json_decref(results);
    return code;
}

static parry_code body_query(parry_call *c, parry_str facet, json_t **out, parry_err *err)
{
    json_t *body = NULL;
    parry_algolia_params p = {.page = 0};
    parry_code code = read_body(c, &body, err);
    if (code == PARRY_OK)
        code = parry_algolia_params_read(c->arena, body, c->tail, facet, query_limit(c), &p, err);
    json_decref(body);
    return code == PARRY_OK ? answer_one(c, &p, out, err) : code;
}

static parry_code query(parry_call *c, json_t **out, parry_err *err)
{
    return body_query(c, parry_str_of(""), out, err);
}

static parry_code facet_query(parry_call *c, json_t **out, parry_err *err)
{
    if (c->tail2.n == 0)
        return parry_fail(err, PARRY_INVALID, "the path names no facet");
    return body_query(c, c->tail2, out, err);
}

parry_code parry_post_algolia_queries(parry_call *c, parry_err *err) { return reply(c, queries, err); }
parry_code parry_post_algolia_query(parry_call *c, parry_err *err) { return reply(c, query, err); }
parry_code parry_post_algolia_facet(parry_call *c, parry_err *err) { return reply(c, facet_query, err); }

parry_code parry_post_algolia_events(parry_call *c, parry_err *err)
{
    json_t *body = NULL;
    parry_algolia_event *list = NULL;
    size_t n = 0;
    c->res->beacon = true;
    parry_code code = read_body(c, &body, err);
    if (code == PARRY_OK)
        code = parry_algolia_events_read(c->arena, body, &list, &n, err);
    if (code == PARRY_OK)
        code = record(c, list, n, err);
    json_decref(body);
    return code;
}

parry_code parry_get_algolia_alive(parry_call *c, parry_err *err)
{
    (void)err;
    parry_response_json(c->res, 200, "application/json", json_pack("{s:s}", "message", "server is alive"));
    return PARRY_OK;
}
