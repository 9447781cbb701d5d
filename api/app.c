/* A request's way: limits, route, parameters, audience, handler, ETag; then it is counted and logged. */
#include "api/app.h"
#include "api/deflection/gaps.h"

#include "api/algolia/request.h"
#include "api/fields.h"
#include "api/routes.h"
#include "api/zendesk/zendesk.h"
#include "base/clock.h"
#include "base/log.h"
#include "deflection/common.h"

#include <stdlib.h>

enum { DEADLINE_MAX_MS = 60000, RETRY_S = 1, MEANINGS = 4096 /* texts */ };

/* ---- workers ------------------------------------------------------------------------------------------------------
 */

static parry_worker *worker_take(parry_app *app)
{
    (void)pthread_mutex_lock(&app->idle_mutex);
    parry_worker *w = app->idle;
    if (w != NULL)
        app->idle = w->next;
    (void)pthread_mutex_unlock(&app->idle_mutex);
    if (w == NULL) {
        w = parry_calloc(1, sizeof *w);
        w->arena = parry_arena_new();
        w->searcher = parry_searcher_new(app->encoder);
        parry_searcher_share(w->searcher, app->meanings);
    }
    const parry_config *now = app->config;
    if (w->config != now) {
        parry_searcher_configure(w->searcher, now);
        w->config = now;
    }
    return w;
}

static void worker_give(parry_app *app, parry_worker *w)
{
    parry_arena_reset(w->arena);
    (void)pthread_mutex_lock(&app->idle_mutex);
    w->next = app->idle;
    app->idle = w;
    (void)pthread_mutex_unlock(&app->idle_mutex);
}

void parry_app_open(parry_app *app)
{
    app->metrics = parry_metrics_new(parry_nroutes);
    app->listings = parry_listings_new();
    app->answers = parry_answer_cache_new((size_t)app->config->serve.answer_cache_mib << 20);
    app->meanings = app->encoder != NULL ? parry_meanings_new(parry_encoder_dim(app->encoder), MEANINGS) : NULL;
    app->redactor = parry_redactor_new();
    app->gaps = parry_gap_shelf_new();
    app->common = app->ledger != NULL ? parry_common_new(app->ledger) : NULL;
    (void)pthread_mutex_init(&app->idle_mutex, NULL);
    app->started_ns = parry_mono_ns();
    app->started_unix_ms = parry_clock_now_ms(parry_clock_system());
}

void parry_app_close(parry_app *app)
{
    for (parry_worker *w = app->idle, *next; w != NULL; w = next) {
        next = w->next;
        parry_searcher_free(w->searcher);
        parry_arena_free(w->arena);
        free(w);
    }
    app->idle = NULL;
    parry_limits_close(app->limits);
    parry_listings_free(app->listings);
    parry_answer_cache_free(app->answers);
    parry_meanings_free(app->meanings);
    parry_redactor_free(app->redactor);
    parry_gap_shelf_free(app->gaps);
    parry_common_free(app->common);
    parry_visitors_free(app->visitors);
    parry_metrics_free(app->metrics);
    (void)pthread_mutex_destroy(&app->idle_mutex);
}

/* ---- one request ------------------------------------------------------------------------------------------------ */

typedef struct answer {
    parry_call call;
    size_t route; /* parry_nroutes: none */
    bool page;
    parry_trace_context context;
    parry_err err; /* of a 500, for the log */
} answer;

static void refuse(answer *a, parry_problem p, const char *detail)
{
    if (a->page)
        parry_page_problem(&a->call, p, detail);
    else if (parry_zendesk_path(a->call.req->path))
        parry_zendesk_refuse(a->call.res, parry_problem_status(p), detail);
    else if (parry_algolia_path(a->call.req->path))
        parry_algolia_refuse(a->call.res, parry_problem_status(p), detail);
    else
        parry_problem_reply(a->call.res, p, detail, a->call.req->id);
}

static void refuse_code(answer *a, parry_code code, const parry_err *err)
{
    parry_problem p = parry_problem_of(code);
    if (p != PARRY_PROBLEM_INTERNAL) {
        refuse(a, p, err->msg);
        return;
    }
    a->err = *err; /* paths and the like stay in the log */
    refuse(a, p, "An internal error. The server's log has more under the id of this request.");
}

static void reject(answer *a, parry_counter count, parry_problem p, const char *detail)
{
    parry_metrics_count(a->call.app->metrics, count);
    refuse(a, p, detail);
}

static void retry_after(parry_response *res, unsigned seconds)
{
    char text[16];
    (void)snprintf(text, sizeof text, "%u", seconds);
    parry_response_header(res, "Retry-After", parry_str_of(text));
}

static void refuse_too_many(answer *a, const char *who, unsigned retry_s)
{
    char detail[160];
    (void)snprintf(detail, sizeof detail, "%s asks more often than it may; try again in %u s", who, retry_s);
    reject(a, PARRY_COUNT_REJECTED_RATE, PARRY_PROBLEM_TOO_MANY, detail);
    retry_after(a->call.res, retry_s);
}

static bool within_limits(answer *a, const parry_raw *raw)
{
    if (raw->framing_fault != NULL)
        refuse(a, PARRY_PROBLEM_INVALID, raw->framing_fault);
    else if (raw->verdict == PARRY_TOO_MANY)
        refuse_too_many(a, "this address", raw->retry_s);
    else if (raw->target.p == NULL)
        reject(a, PARRY_COUNT_REJECTED_URI, PARRY_PROBLEM_URI_TOO_LONG, "path and query are over 8192 bytes");
    else if (raw->header_bytes > PARRY_HEADERS_MAX_BYTES)
        reject(a, PARRY_COUNT_REJECTED_HEADERS, PARRY_PROBLEM_HEADERS_TOO_LARGE,
               "the headers are over 16384 bytes together");
    else if (raw->nheaders > PARRY_HEADERS_MAX)
        reject(a, PARRY_COUNT_REJECTED_HEADERS, PARRY_PROBLEM_HEADERS_TOO_LARGE, "more than 100 headers");
    else if (raw->body_too_large)
        reject(a, PARRY_COUNT_REJECTED_BODY, PARRY_PROBLEM_TOO_LARGE,
               "the body is over the limit of this address (serve.max_body_bytes at most)");
    else if (raw->no_room)
        reject(a, PARRY_COUNT_REJECTED_BUSY, PARRY_PROBLEM_UNAVAILABLE, "the server is busy; try again in a moment");
    else
        return true;
    return false;
}

static void set_audience(answer *a, parry_str audience)
{
    a->call.audience = audience;
    a->call.base = parry_audience_base(a->call.app, audience);
}

/* Where nothing is: a page for a browser, a problem for a program. */
static bool wants_page(const parry_request *req, parry_str path)
{
    static const char *const types[] = {"application/problem+json", "text/html"};
    return !parry_str_starts(path, "/v1/") && parry_accept_best(parry_request_header(req, "Accept"), types, 2) == 1;
}

/* A page below an audience's prefix, "/merchant/...", is that page for that audience. */
static parry_matched find_route(answer *a, parry_str *path, parry_str tails[PARRY_TAILS])
{
    const parry_request *req = a->call.req;
    parry_str audience;
    bool prefixed = parry_audience_prefix(path, &audience);
    if (prefixed)
        set_audience(a, audience);
    parry_matched m = parry_route_find(parry_routes, parry_nroutes, req->method, *path, prefixed, &a->route, tails);
    a->page = m == PARRY_NO_ROUTE ? wants_page(req, *path) : (parry_routes[a->route].flags & PARRY_ROUTE_PAGE) != 0;
    a->call.cls = parry_class_of(m == PARRY_MATCHED ? &parry_routes[a->route] : NULL);
    return m;
}

static void say_allow(parry_response *res, parry_str path)
{
    parry_buf allow = PARRY_BUF(PARRY_ALLOW_TEXT - 1);
    parry_route_allow(parry_routes, parry_nroutes, path, &allow);
    (void)snprintf(res->allow, sizeof res->allow, "%.*s", PARRY_FMT(parry_buf_str(&allow)));
    parry_buf_free(&allow);
}

static bool routed(answer *a, parry_str tails[PARRY_TAILS])
{
    parry_str path = a->call.req->path;
    switch (find_route(a, &path, tails)) {
    case PARRY_MATCHED:
        return true;
    case PARRY_NO_METHOD:
        say_allow(a->call.res, path);
        if (parry_str_eqz(a->call.req->method, "OPTIONS")) {
            a->call.res->status = 204;
            return false;
        }
        refuse(a, PARRY_PROBLEM_METHOD, "this address does not have that method; see Allow");
        return false;
    case PARRY_NO_ROUTE:
        refuse(a, PARRY_PROBLEM_NOT_FOUND,
               a->page ? "there is nothing at this address"
                       : "there is nothing at this address; /docs lists those that are");
        return false;
    }
    return false;
}

/* When the caller wants its answer: what it says in ms, in the address or a header, or the server's own. */
static parry_code read_deadline(const parry_config *config, parry_request *req, parry_err *err)
{
    size_t ms = (size_t)config->limits.deadline_ms;
    parry_str header = parry_request_header(req, "X-Request-Timeout");
    if (header.n > 0) {
        char z[8] = "";
        memcpy(z, header.p, header.n < sizeof z ? header.n : 0);
        ms = strspn(z, "0123456789") == header.n ? strtoul(z, NULL, 10) : 0;
        if (ms < 1 || ms > DEADLINE_MAX_MS)
            return parry_fail(err, PARRY_INVALID, "X-Request-Timeout must be 1 to %d milliseconds", DEADLINE_MAX_MS);
    }
    parry_code code = parry_request_number(req, "deadline_ms", 1, DEADLINE_MAX_MS, &ms, err);
    if (code == PARRY_OK && ms > 0)
        req->deadline_ns = req->arrived_ns + (int64_t)ms * 1000000;
    return code;
}

static parry_code read_input(answer *a, parry_request *req, const parry_str tails[PARRY_TAILS], parry_err *err)
{
    parry_call *c = &a->call;
    const parry_route *route = &parry_routes[a->route];
    parry_str audience = {NULL, 0};
    parry_code code = parry_percent_decode(c->arena, tails[0], false, &c->tail, err);
    if (code == PARRY_OK)
        code = parry_percent_decode(c->arena, tails[1], false, &c->tail2, err);
    if (code == PARRY_OK)
        code = parry_request_params(req, c->arena, err);
    if (code == PARRY_OK && route->params != NULL)
        code = parry_request_check(req, route->params, err);
    if (code == PARRY_OK)
        code = read_deadline(c->app->config, req, err);
    if (code != PARRY_OK || (route->flags & PARRY_ROUTE_PAGE))
        return code;
    (void)parry_request_text(req, "audience", &audience);
    return parry_audience_choose(c, audience, err);
}

/* Now that it is known whose key it is. */
static bool within_key_limits(answer *a)
{
    unsigned retry_s = 0;
    parry_limits *l = a->call.app->limits;
    if (l == NULL || parry_limits_check_key(l, a->call.cls, a->call.who->id, parry_mono_ns(), &retry_s) == PARRY_LET_IN)
        return true;
    refuse_too_many(a, "this key", retry_s);
    return false;
}

/* Who asks, and whether that is enough; else it is refused here. */
static bool authorized(answer *a)
{
    parry_err err = {0};
    parry_code code = parry_check_exposed(&a->call, &err);
    if (code != PARRY_OK) {
        refuse_code(a, code, &err);
        return false;
    }
    code = parry_identify(&a->call, &err);
    if (code == PARRY_OK && parry_rights_have(a->call.who->rights, parry_routes[a->route].right)) {
        code = parry_check_forgery(&a->call, &err);
        if (code == PARRY_OK)
            code = parry_check_host(&a->call, &parry_routes[a->route], &err);
        if (code != PARRY_OK)
            refuse_code(a, code, &err);
        return code == PARRY_OK;
    }
    if (code != PARRY_OK && code != PARRY_DENIED) {
        refuse_code(a, code, &err);
        return false;
    }
    bool unknown = code == PARRY_DENIED || a->call.who->who == PARRY_WHO_ANYONE;
    parry_metrics_count(a->call.app->metrics, PARRY_COUNT_REJECTED_SIGN_IN);
    char detail[160];
    (void)snprintf(detail, sizeof detail, "this needs the right \"%s\"",
                   parry_right_name(parry_routes[a->route].right));
    refuse(a, unknown ? PARRY_PROBLEM_UNAUTHENTICATED : PARRY_PROBLEM_DENIED, code == PARRY_DENIED ? err.msg : detail);
    if (unknown)
        parry_response_header(a->call.res, "WWW-Authenticate", parry_str_of("Bearer realm=\"parry\""));
    return false;
}

static void run(answer *a, parry_request *req, const parry_raw *raw)
{
    parry_str tails[PARRY_TAILS] = {{NULL, 0}, {NULL, 0}};
    parry_err err = {0};
    if (!within_limits(a, raw) || !routed(a, tails) || !authorized(a) || (!raw->again && !within_key_limits(a)))
        return;
    char detail[sizeof err.msg];
    if (parry_replica_refuses(&a->call, &parry_routes[a->route], detail, sizeof detail)) {
        refuse(a, PARRY_PROBLEM_READ_ONLY, detail);
        return;
    }
    parry_code code = read_input(a, req, tails, &err);
    const parry_route *route = &parry_routes[a->route];
    if (code == PARRY_OK)
        code =
            route->flags & PARRY_ROUTE_ONCE ? parry_once_handle(&a->call, route, &err) : route->handle(&a->call, &err);
    if (code == PARRY_OK && !a->call.later)
        code = parry_fields_reply(req, a->call.res, &err);
    if (code == PARRY_OK && a->call.res->body.full)
        code = parry_fail(&err, PARRY_IO, "the reply is over %d bytes", PARRY_REPLY_MAX_BYTES);
    if (code != PARRY_OK)
        refuse_code(a, code, &err);
}

/* ---- what is seen of it ----------------------------------------------------------------------------------------- */

/* As OpenTelemetry calls methods: those that are known, or this. */
static const char *method_name(parry_str method)
{
    static const char *const known[] = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (parry_str_eqz(method, known[i]))
            return known[i];
    }
    return "_OTHER";
}

static void begin_trace(answer *a)
{
    const parry_app *app = a->call.app;
    const parry_request *req = a->call.req;
    bool sends = app->otlp != NULL;
    parry_trace_begin(&a->context, parry_request_header(req, "traceparent"), sends,
                      sends ? app->config->trace.ratio : 0);
    if (sends && a->context.sampled)
        a->call.trace = parry_trace_new(&a->context, parry_request_header(req, "tracestate"));
}

static void end_trace(answer *a)
{
    parry_trace *t = a->call.trace;
    if (t == NULL)
        return;
    t->method = method_name(a->call.req->method);
    t->route = a->route < parry_nroutes ? parry_routes[a->route].pattern : "";
    t->status = a->call.res->status;
    (void)snprintf(t->request, sizeof t->request, "%s", a->call.req->id);
    t->end_ns = parry_mono_ns();
    a->call.trace = NULL;
    parry_otlp_hand(a->call.app->otlp, t);
}

static void count_and_log(const answer *a, int64_t ns)
{
    const parry_request *req = a->call.req;
    const parry_response *res = a->call.res;
    const char *method = a->route < parry_nroutes ? parry_routes[a->route].method : "none";
    const char *route = a->route < parry_nroutes ? parry_routes[a->route].pattern : "none";
    parry_metrics_request(a->call.app->metrics, a->route, res->status, ns);
    if (a->err.code != PARRY_OK)
        parry_log(PARRY_ERROR, "failure", "req=%s code=%s at=%s msg=%s", req->id, parry_code_name(a->err.code),
                  a->err.at, parry_logq(a->err.msg));
    parry_log(PARRY_INFO, "request", "req=%s method=%s route=%s audience=%s status=%d bytes=%zu dur_us=%lld trace=%s",
              req->id, method, route, *a->call.base ? a->call.base + 1 : "default", res->status,
              parry_response_bytes(res).n, (long long)(ns / 1000), a->context.id[0] ? a->context.id : "none");
}

/* It takes a search, which is for another thread. */
static bool put_off(answer *a, parry_worker *w)
{
    parry_response_clear(a->call.res);
    free(a->call.trace);
    worker_give(a->call.app, w);
    return false;
}

bool parry_app_handle(parry_app *app, const parry_raw *raw, parry_response *res, char id[PARRY_REQUEST_ID_TEXT])
{
    int64_t start = parry_mono_ns();
    parry_worker *w = worker_take(app);
    parry_request *req = PARRY_NEW(w->arena, parry_request);
    parry_request_id(req->id);
    memcpy(id, req->id, PARRY_REQUEST_ID_TEXT);
    req->method = raw->method;
    req->address = raw->address;
    req->body = raw->body;
    req->headers = raw->headers;
    req->nheaders = raw->nheaders < PARRY_HEADERS_MAX ? raw->nheaders : PARRY_HEADERS_MAX;
    req->arrived_ns = raw->arrived_ns > 0 ? raw->arrived_ns : start;
    parry_request_target(req, raw->target);
    answer a = {.call = {.app = app,
                         .req = req,
                         .res = res,
                         .arena = w->arena,
                         .searcher = w->searcher,
                         .config = w->config,
                         .kept_only = raw->kept_only,
                         .base = ""},
                .route = parry_nroutes};
    set_audience(&a, parry_str_of(app->config->serve.default_audience));
    begin_trace(&a);
    run(&a, req, raw);
    if (a.call.later)
        return put_off(&a, w);
    if (res->status == 503)
        retry_after(res, raw->retry_s > 0 ? raw->retry_s : RETRY_S);
    parry_cors(app, req, res->status == 204 && parry_str_eqz(req->method, "OPTIONS"), res);
    parry_response_finish(res, req);
    int64_t took = parry_mono_ns() - start;
    count_and_log(&a, took);
    end_trace(&a);
    worker_give(app, w);
    return true;
}

void parry_call_searched(parry_call *c, const parry_results *r)
{
    parry_metrics_stages(c->app->metrics, r);
    parry_trace_search(c->trace, r);
}

void parry_app_turned_away(parry_app *app)
{
    parry_metrics_request(app->metrics, parry_nroutes, 503, 0);
    parry_metrics_count(app->metrics, PARRY_COUNT_REJECTED_OVERLOAD);
}

char *parry_app_busy_text(size_t *id_at)
{
    static const char no_id[PARRY_REQUEST_ID_TEXT] = "0000000000000000";
    json_t *j = parry_problem_json(PARRY_PROBLEM_UNAVAILABLE,
                                   "the server has more to do than it can; try again in a moment", no_id);
    char *text = json_dumps(j, JSON_COMPACT);
    if (text == NULL)
        parry_oom();
    json_decref(j);
    *id_at = parry_str_find(parry_str_of(text), parry_str_of(no_id));
    return text;
}

void parry_app_failed(parry_app *app, parry_code code, parry_response *res, const char *id)
{
    (void)app; /* what was said to the page's origin stays: else it cannot read that it failed */
    parry_problem p = parry_problem_of(code);
    if (p == PARRY_PROBLEM_UNAVAILABLE)
        parry_response_header(res, "Retry-After", parry_str_of("1"));
    parry_problem_reply(res, p, "What was sent could not be kept. Nothing of it counts; send it again.", id);
    parry_log(PARRY_ERROR, "failure", "req=%s code=%s at=hold", id, parry_code_name(code));
}

parry_plan parry_app_plan(const parry_app *app, const parry_raw *raw)
{
    parry_plan plan = {.read_max = (size_t)app->config->serve.max_body_bytes, .cls = parry_class_of(NULL)};
    parry_request req = {0};
    parry_str tails[PARRY_TAILS];
    size_t i;
    parry_request_target(&req, raw->target);
    parry_str path = req.path, audience;
    bool page = parry_audience_prefix(&path, &audience);
    if (parry_route_find(parry_routes, parry_nroutes, raw->method, path, page, &i, tails) != PARRY_MATCHED)
        return plan;
    const parry_route *route = &parry_routes[i];
    plan.body_max = route->body_max < plan.read_max ? route->body_max : plan.read_max;
    plan.cls = parry_class_of(route);
    plan.slow = (route->flags & (PARRY_ROUTE_SLOW | PARRY_ROUTE_ONCE)) != 0;
    plan.searches = (route->flags & PARRY_ROUTE_SEARCH) != 0;
    plan.kept = (route->flags & PARRY_ROUTE_KEPT) != 0 && app->answers != NULL;
    return plan;
}
