/* Server: start, follow the index, drain, stop. */
#include "api/server.h"

#include "access/sessions.h"
#include "api/deflection/alerting.h"
#include "api/deflection/daily.h"
#include "api/deflection/folding.h"
#include "api/deflection/meeting.h"
#include "api/deflection/rankings.h"
#include "api/desk/abuse.h"
#include "api/desk/desk_api.h"
#include "api/desk/told.h"
#include "api/desk/watch.h"
#include "api/http/connection.h"
#include "api/observe/vitals.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/work.h"
#include "desk/desk.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    TICK_MS = 60000,
    POLL_MS = 50,
    RETRY_MS = 1000,
    QUIET_MS = 100,
    BACKLOG = 511,
    JOBS_QUEUE = 256,
    SEARCHES_QUEUE = 4096
};

enum { LIMITED = 7 };
/* Requests answered 429, of one kind. */
typedef struct limited {
    const char *labels;
    bool keys;
    parry_class cls;
    const parry_limits *limits;
} limited;

struct parry_server {
    parry_app app;
    parry_connections connections;
    parry_daily *daily;
    parry_hash rules; /* of the file that the redactor was last loaded from */
    struct MHD_Daemon *daemon;
    int fd;
    bool handed_over;
    pthread_t follower;
    bool following;
    atomic_bool stop;
    pthread_mutex_t refresh_mutex; /* parry_index_refresh wants one thread at a time */
    char current[4096];            /* path of CURRENT */
    limited limited[LIMITED];
};

/* ---- following CURRENT ------------------------------------------------------------------------------------------- */

/* CURRENT is replaced by rename: another file means another generation. */
typedef struct mark {
    ino_t inode;
    int64_t sec, nsec;
} mark;

static mark mark_of(const char *path)
{
    struct stat st;
    mark m = {0};
    if (stat(path, &st) == 0)
        m = (mark){st.st_ino, st.st_mtim.tv_sec, st.st_mtim.tv_nsec};
    return m;
}

static bool same(mark a, mark b) { return a.inode == b.inode && a.sec == b.sec && a.nsec == b.nsec; }

static void log_generation(parry_app *app)
{
    parry_generation *g = parry_index_acquire(app->index);
    const parry_generation_info *info = parry_generation_get_info(g);
    parry_log(PARRY_INFO, "generation", "number=%llu segments=%zu articles=%llu passages=%llu",
              (unsigned long long)info->number, info->nsegments, (unsigned long long)info->narticles,
              (unsigned long long)info->npassages);
    parry_generation_release(g);
}

/* The first failure in a row is logged; the served generation stays. */
static bool refresh(parry_server *s)
{
    parry_err err = {0};
    bool moved = false;
    (void)pthread_mutex_lock(&s->refresh_mutex);
    parry_code code = parry_index_refresh(s->app.index, &moved, &err);
    if (code == PARRY_OK)
        atomic_store(&s->app.refresh_failures, 0);
    else if (atomic_fetch_add(&s->app.refresh_failures, 1) == 0)
        parry_log_err("refresh", &err);
    if (code != PARRY_OK)
        atomic_fetch_add(&s->app.refreshes_failed, 1);
    if (moved)
        log_generation(&s->app);
    (void)pthread_mutex_unlock(&s->refresh_mutex);
    return code == PARRY_OK;
}

void parry_server_refresh(parry_server *s) { (void)refresh(s); }

void parry_server_configure(parry_server *s, const parry_config *config) { s->app.config = config; }

static parry_code reload_tls(parry_server *s, parry_err *err)
{
    parry_code code = s->connections.tls != NULL ? parry_tls_reload(s->connections.tls, err) : PARRY_OK;
    if (code == PARRY_OK && s->connections.tls != NULL)
        parry_log(PARRY_INFO, "certificate", "file=%s", parry_logq(s->app.config->tls.cert_file));
    return code;
}

/* Only where it says something else: what was loaded before stays in memory. */
static parry_code load_rules(parry_server *s, bool *changed, parry_err *err)
{
    const char *path = s->app.config->redaction.rules_file;
    parry_hash hash;
    *changed = false;
    if (*path == 0)
        return PARRY_OK;
    parry_code code = parry_hash_file(path, &hash, err);
    if (code != PARRY_OK || parry_hash_eq(hash, s->rules))
        return code;
    code = parry_redactor_load_file(s->app.redactor, path, err);
    if (code != PARRY_OK)
        return code;
    s->rules = hash;
    *changed = true;
    parry_log(PARRY_INFO, "redaction", "file=%s rules=%zu", parry_logq(path), parry_redactor_rules(s->app.redactor));
    return PARRY_OK;
}

static void tell_reload(const char *what, parry_code code, const parry_err *err)
{
    if (code == PARRY_OK)
        parry_log(PARRY_INFO, "reread", "what=%s", what);
    else
        parry_log_err(what, err);
}

void parry_server_reload_files(parry_server *s)
{
    parry_err tls = {0}, tokens = {0}, trace = {0}, rules = {0};
    bool changed;
    parry_code code = load_rules(s, &changed, &rules);
    if (code != PARRY_OK || changed)
        tell_reload("redaction", code, &rules);
    if (s->connections.tls != NULL)
        tell_reload("certificate", reload_tls(s, &tls), &tls);
    if (s->app.tokens != NULL)
        tell_reload("jwks", parry_tokens_reload(s->app.tokens, &tokens), &tokens);
    if (s->app.otlp != NULL)
        tell_reload("trace_headers", parry_otlp_reload(s->app.otlp, &trace), &trace);
}

/* A renewed certificate is taken once both of its files fit each other. The first failure in a row is logged. */
typedef struct pair_watch {
    mark cert, key;
    int64_t looked_ns;
    bool failed;
} pair_watch;

static void follow_certificate(parry_server *s, pair_watch *w)
{
    const parry_config *c = s->app.config;
    int64_t now = parry_mono_ns();
    parry_err err = {0};
    if (s->connections.tls == NULL || now - w->looked_ns < (int64_t)RETRY_MS * 1000000)
        return;
    mark cert = mark_of(c->tls.cert_file), key = mark_of(c->tls.key_file);
    bool first = w->looked_ns == 0;
    w->looked_ns = now;
    if (!first && (!same(cert, w->cert) || !same(key, w->key)) && reload_tls(s, &err) != PARRY_OK) {
        if (!w->failed)
            parry_log_err("certificate", &err);
        w->failed = true;
        return;
    }
    w->failed = false;
    w->cert = cert;
    w->key = key;
}

/* When keys and sessions were last used, once a minute. */
static void tick(parry_server *s, int64_t *last_ns)
{
    parry_err err = {0};
    if (s->app.access == NULL || parry_mono_ns() - *last_ns < (int64_t)TICK_MS * 1000000)
        return;
    *last_ns = parry_mono_ns();
    if (parry_access_tick(s->app.access, &err) != PARRY_OK)
        parry_log_err("access_tick", &err);
}

static void *follow(void *arg)
{
    parry_server *s = arg;
    pair_watch certificate = {0};
    mark seen = {0};
    int64_t failed_at = 0, ticked = parry_mono_ns();
    while (!atomic_load(&s->stop)) {
        mark now = mark_of(s->current);
        bool due = failed_at == 0 || parry_mono_ns() - failed_at > (int64_t)RETRY_MS * 1000000;
        if (!same(now, seen) && due) {
            bool fine = refresh(s);
            failed_at = fine ? 0 : parry_mono_ns();
            if (fine)
                seen = now;
        }
        follow_certificate(s, &certificate);
        tick(s, &ticked);
        parry_sleep_ms(POLL_MS);
    }
    return NULL;
}

/* ---- start and stop ------------------------------------------------------------------------------------------------
 */

static parry_code open_index(parry_server *s, const char *index_dir, parry_err *err)
{
    int n = snprintf(s->current, sizeof s->current, "%s/CURRENT", index_dir);
    if (n < 0 || (size_t)n >= sizeof s->current)
        return parry_fail(err, PARRY_INVALID, "the path of the data folder is over 4000 bytes");
    return parry_index_open(index_dir, &s->app.index, err);
}

static parry_code open_trace(parry_server *s, parry_err *err)
{
    const parry_config *config = s->app.config;
    const parry_otlp_options options = {.endpoint = config->trace.endpoint,
                                        .headers_file = config->trace.headers_file,
                                        .service = config->trace.service};
    return *config->trace.endpoint ? parry_otlp_open(&options, &s->app.otlp, err) : PARRY_OK;
}

/* What the server itself counts, for /metrics. */
static double running(void *c) { return (double)atomic_load(&((parry_connections *)c)->running); }
static double asleep(void *c) { return (double)atomic_load(&((parry_connections *)c)->asleep); }
static double body_bytes(void *c) { return (double)atomic_load(&((parry_connections *)c)->body_bytes); }
static double searches_waiting(void *c) { return (double)parry_jobs_waiting(((parry_connections *)c)->searches); }
static double jobs_waiting(void *c) { return (double)parry_jobs_waiting(((parry_connections *)c)->jobs); }

static double overloaded(void *server)
{
    parry_server *s = server;
    return parry_limits_overloaded(s->app.limits) || parry_line_get(s->connections.line).loaded;
}

static double sessions(void *access)
{
    uint64_t n = 0;
    parry_err err = {0};
    return parry_session_count(access, &n, &err) == PARRY_OK ? (double)n : 0;
}

static double limited_total(void *ctx)
{
    const limited *l = ctx;
    return (double)parry_limits_limited(l->limits, l->keys, l->cls);
}

static void tell_limits(parry_server *s)
{
    static const limited kinds[LIMITED] = {
        {"of=\"address\",class=\"search\"", false, PARRY_CLASS_SEARCH, NULL},
        {"of=\"address\",class=\"events\"", false, PARRY_CLASS_EVENTS, NULL},
        {"of=\"address\",class=\"write\"", false, PARRY_CLASS_WRITE, NULL},
        {"of=\"address\",class=\"sign_in\"", false, PARRY_CLASS_SIGN_IN, NULL},
        {"of=\"key\",class=\"search\"", true, PARRY_CLASS_SEARCH, NULL},
        {"of=\"key\",class=\"events\"", true, PARRY_CLASS_EVENTS, NULL},
        {"of=\"key\",class=\"write\"", true, PARRY_CLASS_WRITE, NULL},
    };
    for (size_t i = 0; i < LIMITED; i++) {
        s->limited[i] = kinds[i];
        s->limited[i].limits = s->app.limits;
        parry_metrics_gauge(s->app.metrics,
                            (parry_gauge){"parry_limited_total", kinds[i].labels, "Requests over a rate, answered 429.",
                                          true, limited_total, &s->limited[i]});
    }
    parry_metrics_gauge(s->app.metrics,
                        (parry_gauge){"parry_overloaded", "", "1 while load is shed.", false, overloaded, s});
}

static void tell_readings(parry_server *s)
{
    parry_connections *c = &s->connections;
    const parry_gauge all[] = {
        {"parry_http_requests_running", "", "Requests that came in and whose reply has not gone out.", false, running,
         c},
        {"parry_http_requests_held", "", "Of these, those that a job or a commit has.", false, asleep, c},
        {"parry_http_body_bytes", "", "Bytes of request bodies in memory.", false, body_bytes, c},
        {"parry_searches_waiting", "", "Requests that wait for their turn to search.", false, searches_waiting, c},
        {"parry_jobs_waiting", "", "Requests that wait for a thread that may block.", false, jobs_waiting, c},
    };
    parry_vitals_open(&s->app);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        parry_metrics_gauge(s->app.metrics, all[i]);
    tell_limits(s);
    if (s->app.access != NULL)
        parry_metrics_gauge(s->app.metrics, (parry_gauge){"parry_sessions", "", "People's sessions that are kept.",
                                                          false, sessions, s->app.access});
}

static parry_code open_limits(parry_server *s, parry_err *err)
{
    const parry_config *c = s->app.config;
    if ((*c->tls.cert_file == 0) != (*c->tls.key_file == 0))
        return parry_fail(err, PARRY_INVALID, "TLS needs both tls.cert_file and tls.key_file");
    parry_code code = parry_limits_open(c, &s->app.limits, err);
    if (code == PARRY_OK && *c->tls.cert_file != 0)
        code = parry_tls_open(c->tls.cert_file, c->tls.key_file, &s->connections.tls, err);
    s->app.tls = s->connections.tls != NULL;
    s->connections.reaper = parry_reaper_new();
    return code;
}

static parry_code start_threads(parry_server *s, parry_err *err)
{
    unsigned threads = s->app.config->serve.threads > 0 ? (unsigned)s->app.config->serve.threads : parry_cores();
    if (listen(s->fd, BACKLOG) != 0) {
        if (errno == EADDRINUSE)
            return parry_fail(err, PARRY_CONFLICT, "the port is in use by another program; take another with --listen");
        return parry_fail_errno(err, "cannot listen");
    }
    parry_code code =
        parry_jobs_open((unsigned)s->app.config->serve.job_threads, JOBS_QUEUE, &s->connections.jobs, err);
    s->connections.line = parry_line_new(threads, SEARCHES_QUEUE, s->app.config->limits.queue_ms * 1000000);
    if (code == PARRY_OK)
        code = parry_jobs_open(threads, SEARCHES_QUEUE, &s->connections.searches, err);
    if (code == PARRY_OK)
        code = parry_reaper_start(s->connections.reaper, err);
    if (code != PARRY_OK)
        return code;
    s->daemon = parry_connections_open(&s->connections, s->fd, threads);
    if (s->daemon == NULL)
        return parry_fail(err, PARRY_UNAVAILABLE, "the HTTP server does not start with %u threads: %s", threads,
                          strerror(errno));
    if (pthread_create(&s->follower, NULL, follow, s) != 0)
        return parry_fail(err, PARRY_UNAVAILABLE, "cannot start a thread");
    s->following = true;
    return PARRY_OK;
}

void parry_server_close(parry_server *s)
{
    if (s == NULL)
        return;
    atomic_store(&s->stop, true);
    parry_daily_stop(s->daily);
    if (s->following)
        (void)pthread_join(s->follower, NULL);
    parry_connections_settle(&s->connections);
    if (s->daemon != NULL)
        MHD_stop_daemon(s->daemon);
    parry_jobs_close(s->connections.jobs);
    parry_jobs_close(s->connections.searches);
    parry_connections_close(&s->connections);
    parry_line_free(s->connections.line);
    parry_reaper_free(s->connections.reaper);
    parry_tls_close(s->connections.tls);
    (void)close(s->fd); /* the library wants it open until its threads are gone */
    parry_otlp_close(s->app.otlp);
    parry_alerting_stop(s->app.alerting);
    parry_folding_stop(s->app.folding);
    parry_meetings_close(&s->app);
    parry_rankings_close(&s->app);
    parry_app_close(&s->app);
    parry_once_close(s->app.once);
    parry_abuse_free(s->app.abuse);
    parry_index_close(s->app.index);
    (void)pthread_mutex_destroy(&s->refresh_mutex);
    free(s);
}

parry_code parry_server_start(const parry_server_options *o, int fd, parry_server **out, parry_err *err)
{
    parry_server *s = parry_calloc(1, sizeof *s);
    s->fd = fd;
    s->handed_over = o->handed_over;
    s->app.config = o->config;
    s->app.store = o->store;
    s->app.ledger = o->ledger;
    s->app.index_dir = o->index_dir;
    s->app.publisher = o->publisher;
    s->app.encoder = o->encoder;
    s->app.no_meaning = o->no_meaning ? o->no_meaning : "no model";
    s->app.data_dir = o->data_dir;
    s->app.follow = o->follow;
    s->app.access = o->access;
    s->app.desk = o->desk;
    s->app.cases = o->desk != NULL ? parry_desk_cases(o->desk) : NULL;
    s->app.abuse = o->desk != NULL ? parry_abuse_new(o->desk_key) : NULL;
    s->app.tokens = o->tokens;
    s->app.loopback = o->loopback;
    s->connections.app = &s->app;
    (void)pthread_mutex_init(&s->refresh_mutex, NULL);
    parry_app_open(&s->app);
    bool changed;
    parry_code code = load_rules(s, &changed, err);
    if (code == PARRY_OK)
        code = open_limits(s, err);
    if (code == PARRY_OK)
        code = open_index(s, o->index_dir, err);
    if (code == PARRY_OK && o->ledger != NULL)
        code = parry_visitors_open(o->ledger, parry_clock_now_ms(parry_clock_system()), &s->app.visitors, err);
    if (code == PARRY_OK)
        code = parry_meetings_open(&s->app, err);
    if (code == PARRY_OK)
        parry_rankings_open(&s->app);
    if (code == PARRY_OK)
        code = parry_once_open(parry_store_env(o->store), parry_clock_system(), &s->app.once, err);
    if (code == PARRY_OK)
        code = open_trace(s, err);
    if (code == PARRY_OK)
        tell_readings(s);
    if (code == PARRY_OK && o->desk != NULL) {
        parry_desk_watch(&s->app);
        parry_handoffs_tell_again(&s->app);
        parry_cases_metrics(&s->app);
    }
    if (code == PARRY_OK && o->ledger != NULL && o->data_dir != NULL && o->follow == NULL)
        code = parry_folding_start(&s->app, &s->app.folding, err);
    if (code == PARRY_OK && s->app.folding != NULL)
        code = parry_alerting_start(&s->app, &s->app.alerting, err);
    if (code == PARRY_OK && o->ledger != NULL && o->access != NULL)
        code = parry_daily_start(&s->app, &s->daily, err);
    if (code == PARRY_OK)
        code = start_threads(s, err);
    if (code != PARRY_OK) {
        parry_server_close(s);
        return code;
    }
    *out = s;
    return PARRY_OK;
}

/* Waits until nothing ran for QUIET_MS: a request may be on its way into an accepted connection. */
static size_t wait_until_quiet(parry_server *s, int64_t wait_ms)
{
    int64_t start = parry_mono_ns(), quiet_since = start;
    size_t running;
    for (;;) {
        int64_t now = parry_mono_ns();
        running = atomic_load(&s->connections.running);
        if (running > 0)
            quiet_since = now;
        if (now - quiet_since >= (int64_t)QUIET_MS * 1000000 || now - start >= wait_ms * 1000000)
            return running;
        parry_sleep_ms(5);
    }
}

size_t parry_server_drain(parry_server *s, int64_t wait_ms)
{
    atomic_store(&s->app.draining, true);
    (void)MHD_quiesce_daemon(s->daemon);
    if (!s->handed_over)
        (void)shutdown(s->fd, SHUT_RD); /* Linux: no longer a listening socket, connecting is refused at once */
    size_t left = wait_until_quiet(s, wait_ms);
    parry_log(left ? PARRY_WARN : PARRY_INFO, "drained", "left=%zu", left);
    return left;
}
