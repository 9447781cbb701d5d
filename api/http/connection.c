/* Requests as libmicrohttpd brings them: first the URI (as sent, before anything is unescaped), then a call with the
 * headers, calls with pieces of a body, and a last call, which is answered: at once, or, where the handler may block or
 * the reply waits for something, while the connection sleeps. */
#include "api/http/connection.h"

#include "api/limits/waited.h"
#include "base/clock.h"

enum {
    CONNECTION_BYTES = 48 * 1024, /* over what we allow for URI and headers, so that it is us who refuse */
    BYTES_PER_S = 16 * 1024,      /* slower than this nobody may send or take */
};
static const int64_t second = 1000000000;

typedef enum stage {
    FRESH,   /* nothing but the first line is known */
    READING, /* the headers are known, the body comes */
    RUNNING, /* the connection sleeps: a job runs, or the reply waits for its hold */
    ANSWERED /* awake again, the reply is there */
} stage;

/* One request. The strings of `raw` are the library's, and live until the request is completed. */
typedef struct incoming {
    parry_connections *all;
    struct MHD_Connection *conn;
    char *target; /* NULL: too long */
    stage stage;
    parry_plan plan;
    parry_buf body;
    uint64_t seen; /* bytes of body that came, kept or not */
    parry_header headers[PARRY_HEADERS_MAX];
    char address[PARRY_IP_TEXT];
    parry_guest *guest; /* its connection; NULL: unknown */
    parry_raw raw;
    parry_response res;
    char id[PARRY_REQUEST_ID_TEXT];
} incoming;

/* ---- time for each part of a request (reaper.h) -------------------------------------------------------------------
 */

static int64_t time_for(const parry_connections *c, uint64_t bytes)
{
    return ((int64_t)(bytes / BYTES_PER_S) + c->app->config->limits.request_s) * second;
}

static void by(const incoming *in, int64_t from_now_ns)
{
    if (in->guest != NULL)
        parry_guest_by(in->guest, from_now_ns > 0 ? parry_mono_ns() + from_now_ns : 0);
}

/* The rest of the headers: what the connection has left, and no more than a whole request's time. */
static void by_headers(const incoming *in)
{
    int64_t due = parry_mono_ns() + time_for(in->all, 0);
    if (in->guest != NULL && due < parry_guest_due(in->guest))
        parry_guest_by(in->guest, due);
}

/* A connection that sent nothing for long is the library's to close; then a request's time begins, which nobody sees:
 * both together. */
static void by_next_request(const incoming *in)
{
    by(in, in->all->app->config->serve.idle_timeout_s * second + time_for(in->all, 0));
}

static parry_ip peer_of(struct MHD_Connection *conn)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(conn, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    return parry_ip_of(info != NULL ? info->client_addr : NULL);
}

static int fd_of(struct MHD_Connection *conn)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(conn, MHD_CONNECTION_INFO_CONNECTION_FD);
    return info != NULL ? info->connect_fd : -1;
}

static void on_connection(void *cls, struct MHD_Connection *conn, void **guest,
                          enum MHD_ConnectionNotificationCode what)
{
    parry_connections *c = cls;
    if (what == MHD_CONNECTION_NOTIFY_STARTED) {
        parry_ip peer = peer_of(conn);
        *guest = parry_reaper_enter(c->reaper, fd_of(conn), &peer, parry_mono_ns() + time_for(c, 0));
    } else {
        if (parry_reaper_leave(c->reaper, *guest))
            parry_metrics_count(c->app->metrics, PARRY_COUNT_REJECTED_SLOW);
        *guest = NULL;
    }
}

/* Before a connection is one: whether its address may have another. */
static enum MHD_Result on_peer(void *cls, const struct sockaddr *addr, socklen_t n)
{
    (void)n;
    const parry_connections *c = cls;
    size_t most = (size_t)c->app->config->limits.connections_per_address;
    parry_ip peer = parry_ip_of(addr);
    bool may = most == 0 || !parry_limits_hold_for(c->app->limits, &peer) || parry_reaper_held(c->reaper, &peer) < most;
    if (!may)
        parry_metrics_count(c->app->metrics, PARRY_COUNT_REJECTED_CONNECTIONS);
    return may ? MHD_YES : MHD_NO;
}

/* ---- the life of a request ----------------------------------------------------------------------------------------
 */

static void *on_uri(void *cls, const char *uri, struct MHD_Connection *conn)
{
    parry_connections *c = cls;
    atomic_fetch_add(&c->running, 1);
    incoming *in = parry_calloc(1, sizeof *in);
    in->all = c;
    in->conn = conn;
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(conn, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    in->guest = info != NULL ? info->socket_context : NULL;
    by_headers(in);
    parry_response_init(&in->res);
    size_t n = strlen(uri);
    if (n <= PARRY_URI_MAX_BYTES) {
        in->target = parry_malloc(n + 1);
        memcpy(in->target, uri, n + 1);
    }
    return in;
}

static void on_completed(void *cls, struct MHD_Connection *conn, void **request, enum MHD_RequestTerminationCode why)
{
    (void)conn;
    (void)why;
    parry_connections *c = cls;
    incoming *in = *request;
    if (in == NULL)
        return;
    by_next_request(in);
    atomic_fetch_sub(&c->body_bytes, in->body.n);
    parry_buf_free(&in->body);
    parry_response_clear(&in->res);
    free(in->target);
    free(in);
    *request = NULL;
    atomic_fetch_sub(&c->running, 1);
}

/* We decode ourselves, strictly; see http.c. */
static size_t as_it_is(void *cls, struct MHD_Connection *conn, char *s)
{
    (void)cls;
    (void)conn;
    return strlen(s);
}

/* ---- out
 * -------------------------------------------------------------------------------------------------------------- */

static void header(struct MHD_Response *r, const char *name, const char *value)
{
    (void)MHD_add_response_header(r, name, value);
}

static const char *cache_of(const parry_response *res)
{
    if (res->cache != NULL)
        return res->cache;
    return res->etag[0] ? "no-cache" : "no-store";
}

static void vary(struct MHD_Response *r, const parry_response *res)
{
    char on[64] = "";
    (void)snprintf(on, sizeof on, "%s%s%s", res->by_accept ? ", Accept" : "",
                   res->by_encoding ? ", Accept-Encoding" : "", res->by_origin ? ", Origin" : "");
    if (on[0])
        header(r, "Vary", on + 2);
}

static void headers(const parry_app *app, struct MHD_Response *r, const parry_response *res, const char *id,
                    bool closing)
{
    char etag[PARRY_ETAG_TEXT + 2];
    header(r, "X-Request-Id", id);
    if (res->type != NULL && res->status != 304)
        header(r, "Content-Type", res->type);
    header(r, "Cache-Control", cache_of(res));
    header(r, "Content-Security-Policy",
           res->csp ? res->csp : "default-src 'none'; base-uri 'none'; frame-ancestors 'none'");
    header(r, "X-Content-Type-Options", "nosniff");
    header(r, "Referrer-Policy", "same-origin"); /* an address may hold a query */
    header(r, "Cross-Origin-Resource-Policy", res->beacon ? "cross-origin" : "same-origin");
    if (res->etag[0]) {
        (void)snprintf(etag, sizeof etag, "\"%s\"", res->etag);
        header(r, "ETag", etag);
    }
    vary(r, res);
    if (res->encoding != NULL)
        header(r, "Content-Encoding", res->encoding);
    for (size_t i = 0; i < res->nmore; i++)
        header(r, res->more[i].name.p, res->more[i].value.p);
    if (res->allow[0])
        header(r, "Allow", res->allow);
    if (atomic_load(&app->draining) || closing)
        header(r, "Connection", "close");
}

/* The body's bytes become the library's. */
static struct MHD_Response *make_response(parry_response *res)
{
    static char nothing[1];
    if (res->fixed.n > 0) {
        void *bytes; /* it only reads them; its prototype does not say so */
        memcpy(&bytes, &res->fixed.p, sizeof bytes);
        return MHD_create_response_from_buffer(res->fixed.n, bytes, MHD_RESPMEM_PERSISTENT);
    }
    if (res->body.n == 0)
        return MHD_create_response_from_buffer(0, nothing, MHD_RESPMEM_PERSISTENT);
    struct MHD_Response *r = MHD_create_response_from_buffer_with_free_callback(res->body.n, res->body.p, free);
    if (r != NULL)
        res->body = (parry_buf){0};
    return r;
}

static enum MHD_Result send_response(incoming *in)
{
    enum MHD_Result result = MHD_NO;
    by(in, time_for(in->all, parry_response_bytes(&in->res).n));
    struct MHD_Response *r = make_response(&in->res);
    if (r != NULL) {
        headers(in->all->app, r, &in->res, in->id, in->raw.framing_fault != NULL);
        result = MHD_queue_response(in->conn, (unsigned)in->res.status, r);
        MHD_destroy_response(r);
    }
    return result;
}

/* ---- in
 * --------------------------------------------------------------------------------------------------------------- */

/* Version 0.9.75 of the library puts the second line of a folded header at the end of its *name*: "Content-Len: 5" and
 * " gth" make a Content-Length. It moves such a name away from its value, which otherwise follows it, where it was
 * read, after a colon that became a zero byte and white space. Later versions refuse folded headers themselves. */
static bool folded(const char *name, const char *value)
{
    static const char version[] = "0.9.75";
    if (value == NULL || strcmp(MHD_get_version(), version) != 0)
        return false;
    const char *p = name + strlen(name) + 1;
    uintptr_t gap = (uintptr_t)value - (uintptr_t)p;
    if ((uintptr_t)value < (uintptr_t)p || gap > CONNECTION_BYTES)
        return true;
    return strspn(p, " \t") < gap;
}

static enum MHD_Result add_header(void *cls, enum MHD_ValueKind kind, const char *name, const char *value)
{
    (void)kind;
    parry_raw *raw = &((incoming *)cls)->raw;
    parry_header *to = ((incoming *)cls)->headers;
    raw->header_bytes += strlen(name) + (value ? strlen(value) : 0) + 4; /* ": " and the line's end */
    if (raw->nheaders < PARRY_HEADERS_MAX)
        to[raw->nheaders] = (parry_header){parry_str_of(name), parry_str_of(value ? value : "")};
    raw->nheaders++;
    if (folded(name, value))
        raw->framing_fault = "a header goes on in a second line";
    return MHD_YES;
}

static void read_head(incoming *in, const char *method, bool http_1_0)
{
    int64_t now = parry_mono_ns();
    parry_limits *limits = in->all->app->limits;
    in->raw.arrived_ns = now - parry_waited_ns(fd_of(in->conn), now);
    in->raw.method = parry_str_of(method);
    in->raw.target = parry_str_of(in->target);
    in->raw.headers = in->headers;
    (void)MHD_get_connection_values(in->conn, MHD_HEADER_KIND, add_header, in);
    size_t n = in->raw.nheaders < PARRY_HEADERS_MAX ? in->raw.nheaders : PARRY_HEADERS_MAX;
    parry_ip ip = parry_limits_client(limits, peer_of(in->conn), in->headers, n);
    parry_ip_text(&ip, in->address);
    in->raw.address = parry_str_of(in->address);
    if (in->raw.framing_fault == NULL)
        in->raw.framing_fault = parry_framing_fault(in->headers, n, http_1_0);
    in->plan = parry_app_plan(in->all->app, &in->raw);
    in->body.max = in->plan.body_max;
    /* What waited in the socket while nobody served, over a restart, was not kept waiting by load. */
    int64_t since = in->raw.arrived_ns > in->all->open_ns ? in->raw.arrived_ns : in->all->open_ns;
    in->raw.verdict = parry_limits_check(limits, in->plan.cls, &ip, now - since, now, &in->raw.retry_s);
}

/* A body may be announced too large, and then need not come. */
static uint64_t announced(const incoming *in)
{
    const char *length = MHD_lookup_connection_value(in->conn, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_LENGTH);
    return length != NULL ? strtoull(length, NULL, 10) : 0;
}

static bool has_body(const incoming *in)
{
    return announced(in) > 0 ||
           MHD_lookup_connection_value(in->conn, MHD_HEADER_KIND, MHD_HTTP_HEADER_TRANSFER_ENCODING) != NULL;
}

/* Refused before its body comes: then it need not come. */
static bool refused_now(incoming *in)
{
    in->raw.body_too_large = announced(in) > in->plan.read_max;
    return in->raw.body_too_large || in->raw.framing_fault != NULL || in->raw.verdict != PARRY_LET_IN;
}

/* A piece: kept where the route takes a body, else read past. false: the connection is to be closed. */
static bool take(incoming *in, const char *bytes, size_t n)
{
    in->seen += n;
    if (in->seen > in->plan.read_max)
        return false;
    if (in->plan.body_max == 0 || in->raw.body_too_large)
        return true;
    if (in->seen > in->plan.body_max) {
        in->raw.body_too_large = true;
        return true;
    }
    if (atomic_fetch_add(&in->all->body_bytes, n) + n > PARRY_BODIES_MAX_BYTES) {
        atomic_fetch_sub(&in->all->body_bytes, n);
        in->raw.no_room = true;
        return true;
    }
    parry_buf_add(&in->body, bytes, n);
    return true;
}

/* ---- answers that take a while ------------------------------------------------------------------------------------
 */

/* Wakes the connection; its thread calls on_request again. */
static void wake(incoming *in)
{
    parry_connections *c = in->all;
    struct MHD_Connection *conn = in->conn;
    in->stage = ANSWERED;
    MHD_resume_connection(conn); /* from here on `in` may be gone */
    atomic_fetch_sub(&c->asleep, 1);
}

static void on_held(void *arg, parry_code code)
{
    incoming *in = arg;
    if (code != PARRY_OK)
        parry_app_failed(in->all->app, code, &in->res, in->id);
    wake(in);
}

/* Where the reply is to wait for something, it does so from here on. */
static void release(incoming *in)
{
    parry_hold hold = in->res.hold;
    if (hold.wait != NULL)
        hold.wait(hold.ctx, hold.ticket, on_held, in);
    else
        wake(in);
}

static void on_job(void *arg)
{
    incoming *in = arg;
    (void)parry_app_handle(in->all->app, &in->raw, &in->res, in->id);
    release(in);
}

/* It is answered that there is no time for it. */
static void on_dropped(void *arg)
{
    incoming *in = arg;
    in->raw.no_room = true;
    on_job(in);
}

/* false: the server closes, and who sleeps now might never be woken. Counted before it is looked at: either it is
 * waited for (parry_connections_settle), or it sees that nobody will. */
static bool sleep_connection(incoming *in)
{
    atomic_fetch_add(&in->all->asleep, 1);
    if (atomic_load(&in->all->closing)) {
        atomic_fetch_sub(&in->all->asleep, 1);
        return false;
    }
    in->stage = RUNNING;
    MHD_suspend_connection(in->conn);
    return true;
}

/* ---- turns to search --------------------------------------------------------------------------------------------- */

/* The same reply for all whom there is no time for, but for its id. */
static enum MHD_Result turn_away(incoming *in)
{
    const parry_connections *c = in->all;
    size_t n = strlen(c->busy);
    char *text = parry_malloc(n);
    parry_app_turned_away(c->app);
    parry_request_id(in->id);
    memcpy(text, c->busy, n);
    memcpy(text + c->busy_id, in->id, sizeof in->id - 1);
    by(in, time_for(in->all, 0));
    struct MHD_Response *r = MHD_create_response_from_buffer(n, text, MHD_RESPMEM_MUST_FREE);
    if (r == NULL)
        parry_oom();
    header(r, "X-Request-Id", in->id);
    header(r, "Content-Type", "application/problem+json");
    header(r, "Cache-Control", "no-store");
    header(r, "X-Content-Type-Options", "nosniff");
    header(r, "Retry-After", "1");
    enum MHD_Result result = MHD_queue_response(in->conn, 503, r);
    MHD_destroy_response(r);
    return result;
}

/* Its turn does not come. */
static void send_away(incoming *in)
{
    in->raw.verdict = PARRY_TOO_BUSY;
    wake(in);
}

/* On a thread that searches, once for each that joined the line: whoever it calls. */
static void on_turn(void *arg)
{
    parry_connections *c = arg;
    int64_t now = parry_mono_ns();
    parry_called called = parry_line_call(c->line, now);
    incoming *in = called.who;
    if (in == NULL)
        return;
    if (!called.in) {
        send_away(in);
        return;
    }
    (void)parry_app_handle(c->app, &in->raw, &in->res, in->id);
    parry_line_served(c->line, parry_mono_ns() - now);
    release(in);
}

static void on_no_turn(void *arg)
{
    parry_connections *c = arg;
    incoming *in = parry_line_dismiss(c->line);
    if (in != NULL)
        send_away(in);
}

/* At once where its answer is there; else when its turn comes. */
static enum MHD_Result search(incoming *in)
{
    parry_connections *c = in->all; /* once it joined the line, `in` may be gone */
    in->raw.kept_only = in->plan.kept;
    if (in->plan.kept && parry_app_handle(c->app, &in->raw, &in->res, in->id))
        return send_response(in);
    in->raw.kept_only = false;
    in->raw.again = in->plan.kept;
    if (!parry_line_takes(c->line, parry_mono_ns()) || !sleep_connection(in))
        return turn_away(in);
    if (!parry_line_join(c->line, in, parry_mono_ns()))
        send_away(in);
    else if (!parry_jobs_run(c->searches, on_turn, c))
        on_no_turn(c);
    return MHD_YES;
}

/* ---- and all others ---------------------------------------------------------------------------------------------- */

static enum MHD_Result answer(incoming *in)
{
    in->raw.body = parry_buf_str(&in->body);
    by(in, 0);
    if (in->plan.searches)
        return search(in);
    if (in->plan.slow) {
        if (!sleep_connection(in))
            return MHD_NO;
        if (!parry_jobs_run(in->all->jobs, on_job, in))
            on_dropped(in);
        return MHD_YES;
    }
    (void)parry_app_handle(in->all->app, &in->raw, &in->res, in->id);
    if (in->res.hold.wait == NULL)
        return send_response(in);
    if (!sleep_connection(in)) /* whether it lasts is not known: the client asks again, by the same id */
        return MHD_NO;
    release(in);
    return MHD_YES;
}

/* Turned away, where that was decided, or answered. */
static enum MHD_Result reply(incoming *in)
{
    bool busy = in->raw.verdict == PARRY_TOO_BUSY && in->raw.framing_fault == NULL;
    return busy ? turn_away(in) : answer(in);
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *conn, const char *url, const char *method,
                                  const char *version, const char *upload, size_t *upload_n, void **request)
{
    (void)cls;
    (void)conn;
    (void)url;
    incoming *in = *request;
    switch (in->stage) {
    case FRESH:
        in->stage = READING;
        read_head(in, method, strcmp(version, MHD_HTTP_VERSION_1_0) == 0);
        if (refused_now(in)) {
            in->plan.slow = in->plan.searches = false;
            if (has_body(in) || in->raw.framing_fault != NULL)
                return reply(in);
        }
        by(in, time_for(in->all, announced(in)));
        return MHD_YES; /* the library closes a connection whose request is answered in this call */
    case READING:
        if (*upload_n > 0) {
            bool fine = take(in, upload, *upload_n);
            *upload_n = 0;
            return fine ? MHD_YES : MHD_NO;
        }
        return reply(in);
    case RUNNING: /* not before it is awake */
        return MHD_YES;
    case ANSWERED:
        if (in->raw.verdict == PARRY_TOO_BUSY)
            return turn_away(in);
        if (in->res.hold.fill != NULL)
            in->res.hold.fill(in->res.hold.ctx, &in->res);
        return send_response(in);
    }
    return MHD_NO;
}

struct MHD_Daemon *parry_connections_open(parry_connections *c, int fd, unsigned threads)
{
    const parry_config *config = c->app->config;
    unsigned most = (unsigned)config->serve.max_connections;
    struct MHD_OptionItem options[] = {
        {MHD_OPTION_LISTEN_SOCKET, fd, NULL},
        {MHD_OPTION_CONNECTION_LIMIT, most < threads ? threads : most, NULL}, /* shared out among the threads */
        {MHD_OPTION_CONNECTION_TIMEOUT, (intptr_t)config->serve.idle_timeout_s, NULL},
        {MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_BYTES, NULL},
        {MHD_OPTION_STRICT_FOR_CLIENT, 1, NULL},
        {threads > 1 ? MHD_OPTION_THREAD_POOL_SIZE : MHD_OPTION_END, threads, NULL},
        {MHD_OPTION_END, 0, NULL},
    };
    c->busy = parry_app_busy_text(&c->busy_id);
    c->open_ns = parry_mono_ns();
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | (c->tls != NULL ? MHD_USE_TLS : 0);
    /* What comes first of these options ends them all where there is no TLS. */
    return MHD_start_daemon(flags, 0, on_peer, c, on_request, c, MHD_OPTION_URI_LOG_CALLBACK, on_uri, c,
                            MHD_OPTION_NOTIFY_COMPLETED, on_completed, c, MHD_OPTION_NOTIFY_CONNECTION, on_connection,
                            c, MHD_OPTION_UNESCAPE_CALLBACK, as_it_is, NULL, MHD_OPTION_ARRAY, options,
                            c->tls != NULL ? MHD_OPTION_HTTPS_CERT_CALLBACK2 : MHD_OPTION_END, parry_tls_certificate,
                            MHD_OPTION_HTTPS_PRIORITIES, parry_tls_priorities, MHD_OPTION_END);
}

void parry_connections_settle(parry_connections *c)
{
    atomic_store(&c->closing, true);
    if (c->jobs != NULL)
        parry_jobs_drop(c->jobs, on_dropped);
    if (c->searches != NULL)
        parry_jobs_drop(c->searches, on_no_turn);
    while (atomic_load(&c->asleep) > 0)
        parry_sleep_ms(1);
}

void parry_connections_close(parry_connections *c)
{
    free(c->busy);
    c->busy = NULL;
}
