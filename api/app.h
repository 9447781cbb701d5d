/* App: everything that a request is answered from, and the way of one request through it. Knows no socket, so that a
 * test can run a request without one. Private to api/. */
#ifndef PARRY_API_APP_H
#define PARRY_API_APP_H

#include "access/identity.h"
#include "access/sessions.h"
#include "access/tokens.h"
#include "api/answer_cache.h"
#include "api/http/http.h"
#include "api/http/problem.h"
#include "api/http/router.h"
#include "api/idempotency.h"
#include "api/limits/limits.h"
#include "api/listing.h"
#include "api/observe/metrics.h"
#include "api/observe/otlp.h"
#include "base/config.h"
#include "content/store.h"
#include "copies/follow.h"
#include "engine/search.h"
#include "indexer/publisher.h"
#include "ledger/events.h"

#include <pthread.h>
#include <stdatomic.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What one request needs for itself while it runs: scratch memory and a searcher. */
typedef struct parry_worker {
    parry_arena *arena;
    parry_searcher *searcher;
    const parry_config *config; /* that the searcher goes by */
    struct parry_worker *next;
} parry_worker;

/* Of the server: may work less well than it should. `why`, of PARRY_WHY_TEXT bytes, is filled where it does. Any
 * thread; never waits. See vitals.h. */
enum { PARRY_VITALS = 16, PARRY_WHY_TEXT = 200 };
typedef struct parry_vital {
    const char *name, *label; /* static: "disk", `part="disk"` */
    bool (*degraded)(void *ctx, char *why);
    void *ctx;
} parry_vital;

typedef struct parry_app {
    _Atomic(const parry_config *) config; /* another may take its place; each stays valid until the end */
    parry_store *store;
    parry_index *index;
    const char *index_dir;        /* DATA/index */
    parry_publisher *publisher;   /* NULL: this server only reads */
    const parry_encoder *encoder; /* NULL: text alone */
    const char *no_meaning;       /* why, when there is no encoder */
    parry_ledger *ledger;         /* NULL: nothing is recorded, and events are refused */
    parry_visitors *visitors;     /* with a ledger */
    struct parry_common *common;  /* with a ledger (deflection/common.h) */
    parry_redactor *redactor;
    atomic_ullong queries_dropped;                 /* not recorded, since too many waited for the disk */
    parry_once *once;                              /* NULL: Idempotency-Key is passed over */
    const char *data_dir;                          /* NULL in tests */
    parry_follow *follow;                          /* NULL: this is no replica */
    parry_access *access;                          /* NULL: everybody is anyone */
    parry_tokens *tokens;                          /* NULL: none are accepted */
    struct parry_desk *desk;                       /* NULL: no tickets are taken here */
    struct parry_abuse *abuse;                     /* with a desk */
    struct parry_cases *cases;                     /* the desk's; NULL: none are kept here */
    struct parry_alerting *alerting;               /* with folding (api/deflection/alerting.h) */
    struct parry_folding *folding;                 /* NULL: nothing is counted here (api/deflection/folding.h) */
    struct parry_meeting *holdout, *ranking_trial; /* NULL: there is none (api/deflection/meeting.h) */
    struct parry_rankings *rankings;               /* NULL: rankings are not tested (api/deflection/rankings.h) */
    struct parry_gap_shelf *gaps;                  /* api/deflection/gaps.h */
    bool loopback;                                 /* only this machine can ask */
    bool tls;                                      /* the server itself speaks it: cookies are Secure */
    parry_metrics *metrics;
    parry_otlp *otlp; /* NULL: nobody is sent traces */
    parry_vital parts[PARRY_VITALS];
    size_t nparts;
    parry_limits *limits; /* may be NULL: none */
    parry_listings *listings;
    parry_answer_cache *answers; /* NULL: every answer is made anew */
    parry_meanings *meanings;    /* of the encoder; NULL without it */
    parry_worker *idle;          /* workers nobody uses now; as many are made as requests ever ran at once */
    pthread_mutex_t idle_mutex;
    int64_t started_ns, started_unix_ms;
    atomic_bool draining;
    atomic_ullong refresh_failures; /* in a row */
    atomic_ullong refreshes_failed; /* ever */
} parry_app;

void parry_app_open(parry_app *app); /* makes what is the app's own; the rest is the caller's, before */
void parry_app_close(parry_app *app);

/* One request and everything a handler may use. */
typedef struct parry_call {
    parry_app *app;
    const parry_request *req;
    parry_response *res;
    parry_arena *arena;
    parry_searcher *searcher;
    const parry_config *config; /* that the searcher goes by */
    const parry_identity *who;
    parry_str signature; /* that it was known by, which is good for one request; empty: by something else */
    parry_trace *trace;  /* NULL: this request is not traced */
    parry_str tail;      /* what the route's {name} took, decoded */
    parry_str tail2;     /* and its second one */
    parry_str audience;  /* whose articles this may show: never empty */
    parry_class cls;
    bool kept_only; /* do not search: say `later` instead */
    bool later;
    const char *base; /* before every link: "" for the default audience, else "/merchant" */
} parry_call;

/* What came in, before anything was looked at. */
typedef struct parry_raw {
    parry_str method, target; /* target {NULL, 0}: over PARRY_URI_MAX_BYTES */
    parry_str address, body;
    const parry_header *headers;
    size_t nheaders; /* that came; `headers` has the first PARRY_HEADERS_MAX of them */
    size_t header_bytes;
    bool body_too_large;
    bool no_room;              /* for its body or its job: busy */
    bool kept_only;            /* it is answered now only if that takes no search (PARRY_ROUTE_KEPT) */
    bool again;                /* it was asked so before, and it took one */
    int64_t arrived_ns;        /* monotonic */
    const char *framing_fault; /* why it cannot be told where its body ends; NULL: it can */
    parry_verdict verdict;     /* of the limits, before any work */
    unsigned retry_s;
} parry_raw;

/* What is to be known of a request before its body comes. */
typedef struct parry_plan {
    size_t body_max; /* of the body that is kept: 0, none is */
    size_t read_max; /* a body longer than this is not even read past */
    bool slow;       /* its handler may block */
    bool searches;   /* it takes its turn on a search thread ... */
    bool kept;       /* ... unless its answer is there */
    parry_class cls; /* which limits hold */
} parry_plan;
parry_plan parry_app_plan(const parry_app *app, const parry_raw *raw);

/* Answers it, whatever it is; counts and logs it. id is the reply's X-Request-Id. Any thread. false, and nothing was
 * done: raw->kept_only, and it takes a search. */
bool parry_app_handle(parry_app *app, const parry_raw *raw, parry_response *res, char id[PARRY_REQUEST_ID_TEXT]);
/* Every search that a handler made says so here: it is counted, and seen in the trace. */
void parry_call_searched(parry_call *c, const parry_results *r);
/* The same where raw->verdict is PARRY_TOO_BUSY: counts it. What is answered then is always the same text but for its
 * id, since turning somebody away must cost next to nothing: a new string, the caller's, with an id of zeros at *id_at.
 */
void parry_app_turned_away(parry_app *app);
char *parry_app_busy_text(size_t *id_at);
/* In place of what parry_app_handle said: a problem of this code, since what the reply was to wait for failed. */
void parry_app_failed(parry_app *app, parry_code code, parry_response *res, const char *id);

/* ---- who asks (authorize.c) -------------------------------------------------------------------------------------- */

#define PARRY_SESSION_COOKIE "parry_session"
#define PARRY_CSRF_HEADER "X-CSRF-Token"

/* Fills c->who from the request: the key or token of Authorization (Bearer) or X-API-Key, else the session's cookie,
 * else anyone. Fails: DENIED (what it brought is not valid, and that matters here). */
PARRY_MUST parry_code parry_identify(parry_call *c, parry_err *err);
/* The same by a key that came elsewhere: in a parameter or a body of a layer whose clients send it there. A secret key
 * is DENIED there, and logged. */
PARRY_MUST parry_code parry_identify_public(parry_call *c, parry_str key, parry_err *err);
/* No address holds a secret key: logs and other sites see addresses. DENIED, and logged. */
PARRY_MUST parry_code parry_check_exposed(const parry_call *c, parry_err *err);
/* A write by cookie needs the session's CSRF token in a header. DENIED. */
PARRY_MUST parry_code parry_check_forgery(const parry_call *c, parry_err *err);
/* Where only this machine can ask: who brings nothing has to call the server by a name of this machine, or one that
 * serve.hosts has. Else any page could read it from its reader's browser, by a name that it has lead here (DNS
 * rebinding). DENIED. Signs of life are told to everybody. */
PARRY_MUST parry_code parry_check_host(const parry_call *c, const parry_route *route, parry_err *err);
bool parry_host_loopback(parry_str host); /* "localhost:8080", "a.localhost", "127.0.0.1", "[::1]:80" */
/* Empty where there is none, and where there are several: one of them is a neighbouring site's, and which cannot be
 * told. */
parry_str parry_request_cookie(const parry_request *r, const char *name);
parry_actor parry_call_actor(const parry_call *c); /* for the audit */
/* Tells the audit what this call did to kind:target; steals `more`, may be NULL. Waits for the disk. What is done stays
 * done: where the audit cannot be written, that is logged. */
void parry_call_audit(const parry_call *c, const char *action, const char *kind, parry_str target, json_t *more);

/* ---- other origins (cors.c) -------------------------------------------------------------------------------------- */

/* The headers that let a page of an allowed origin read the reply. preflight: of OPTIONS. */
void parry_cors(const parry_app *app, const parry_request *req, bool preflight, parry_response *res);

/* ---- audiences (audience.c) ------------------------------------------------------------------------------------- */

/* The audience that a request may name without a key: customer, merchant, or the configured default. Fails: DENIED
 * (internal), INVALID (any other; whether it exists is not said). */
PARRY_MUST parry_code parry_audience_public(const parry_app *app, parry_str name, parry_err *err);
/* The audience that this caller may name, or asks for by naming none (name.p NULL), into c->audience. Fails as above.
 */
PARRY_MUST parry_code parry_audience_choose(parry_call *c, parry_str name, parry_err *err);
/* Narrows a query to what its caller may see: the call's audience, and what the caller's key was made for, on top of
 * what the query asks. Every search goes through it. Fails: INVALID (more filters than a query may have),
 * NOT_FOUND (it asks why an article is not found which a limited key may not know of). */
PARRY_MUST parry_code parry_query_narrow(const parry_call *c, parry_query *q, parry_err *err);
/* Is the article one of those that the key is limited to, if it is? One rule for both. */
bool parry_article_within(const parry_call *c, const parry_article *article);
bool parry_row_within(const parry_call *c, const parry_listing_row *row);
/* A list that cannot be narrowed to them. Fails: DENIED (the key is limited). */
PARRY_MUST parry_code parry_unlimited(const parry_call *c, parry_err *err);
const char *parry_audience_base(const parry_app *app, parry_str audience); /* "" or "/merchant" */
/* Cuts the audience's prefix off a page's path, if it has one: "/merchant/search" is "/search" for merchants. */
bool parry_audience_prefix(parry_str *path, parry_str *audience);

/* ---- the table (routes.c) -----------------------------------------------------------------------------------------
 */

extern const parry_route parry_routes[];
extern const size_t parry_nroutes;

#ifdef __cplusplus
}
#endif
#endif
