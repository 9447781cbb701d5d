/* Requests as libmicrohttpd brings them: first the URI (as sent, before anything is unescaped), then a call with the
 * headers, calls with pieces of a body, and a last call, which is answered: at once, or, where the handler may block or
 * the reply waits for something, while the connection sleeps. */
#include "api/connection.h"

#include <arpa/inet.h>

enum {
    CONNECTION_BYTES = 48 * 1024, /* over what we allow for URI and headers, so that it is us who refuse */
    ADDRESS_TEXT = 46,
};

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
    char address[ADDRESS_TEXT];
    parry_raw raw;
    parry_response res;
    char id[PARRY_REQUEST_ID_TEXT];
} incoming;

static void *on_uri(void *cls, const char *uri, struct MHD_Connection *conn)
{
    parry_connections *c = cls;
    atomic_fetch_add(&c->running, 1);
    incoming *in = parry_calloc(1, sizeof *in);
    in->all = c;
    in->conn = conn;
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

static void headers(const parry_app *app, struct MHD_Response *r, const parry_response *res, const char *id)
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
    if (atomic_load(&app->draining))
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
    struct MHD_Response *r = make_response(&in->res);
    if (r != NULL) {
        headers(in->all->app, r, &in->res, in->id);
        result = MHD_queue_response(in->conn, (unsigned)in->res.status, r);
        MHD_destroy_response(r);
    }
    return result;
}

/* ---- in
 * --------------------------------------------------------------------------------------------------------------- */

static enum MHD_Result add_header(void *cls, enum MHD_ValueKind kind, const char *name, const char *value)
{
    (void)kind;
    parry_raw *raw = &((incoming *)cls)->raw;
    parry_header *to = ((incoming *)cls)->headers;
    raw->header_bytes += strlen(name) + (value ? strlen(value) : 0) + 4; /* ": " and the line's end */
    if (raw->nheaders < PARRY_HEADERS_MAX)
        to[raw->nheaders] = (parry_header){parry_str_of(name), parry_str_of(value)};
    raw->nheaders++;
    return MHD_YES;
}

static void read_address(incoming *in)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(in->conn, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    if (info == NULL || info->client_addr == NULL)
        return;
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } a = {0};
    size_t n = info->client_addr->sa_family == AF_INET6 ? sizeof a.v6 : sizeof a.v4;
    memcpy(&a, info->client_addr, n);
    if (a.any.sa_family == AF_INET)
        (void)inet_ntop(AF_INET, &a.v4.sin_addr, in->address, sizeof in->address);
    else if (a.any.sa_family == AF_INET6)
        (void)inet_ntop(AF_INET6, &a.v6.sin6_addr, in->address, sizeof in->address);
}

static void read_head(incoming *in, const char *method)
{
    read_address(in);
    in->raw.method = parry_str_of(method);
    in->raw.target = parry_str_of(in->target);
    in->raw.address = parry_str_of(in->address);
    in->raw.headers = in->headers;
    (void)MHD_get_connection_values(in->conn, MHD_HEADER_KIND, add_header, in);
    in->plan = parry_app_plan(in->all->app, &in->raw);
    in->body.max = in->plan.body_max;
}

/* A body may be announced too large, and then need not come. */
static bool announces_too_much(const incoming *in)
{
    const char *length = MHD_lookup_connection_value(in->conn, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_LENGTH);
    return length != NULL && strtoull(length, NULL, 10) > (unsigned long long)in->plan.read_max;
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
    parry_app_handle(in->all->app, &in->raw, &in->res, in->id);
    release(in);
}

static void sleep_connection(incoming *in)
{
    in->stage = RUNNING;
    atomic_fetch_add(&in->all->asleep, 1);
    MHD_suspend_connection(in->conn);
}

static enum MHD_Result answer(incoming *in)
{
    in->raw.body = parry_buf_str(&in->body);
    if (in->plan.slow) {
        sleep_connection(in);
        if (parry_jobs_run(in->all->jobs, on_job, in))
            return MHD_YES;
        in->raw.no_room = true;
        parry_app_handle(in->all->app, &in->raw, &in->res, in->id);
        wake(in);
        return MHD_YES;
    }
    parry_app_handle(in->all->app, &in->raw, &in->res, in->id);
    if (in->res.hold.wait == NULL)
        return send_response(in);
    sleep_connection(in);
    release(in);
    return MHD_YES;
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *conn, const char *url, const char *method,
                                  const char *version, const char *upload, size_t *upload_n, void **request)
{
    (void)cls;
    (void)conn;
    (void)url;
    (void)version;
    incoming *in = *request;
    switch (in->stage) {
    case FRESH:
        in->stage = READING;
        read_head(in, method);
        if (!announces_too_much(in))
            return MHD_YES;
        in->raw.body_too_large = true;
        in->plan.slow = false; /* it is refused at once */
        return answer(in);
    case READING:
        if (*upload_n > 0) {
            bool fine = take(in, upload, *upload_n);
            *upload_n = 0;
            return fine ? MHD_YES : MHD_NO;
        }
        return answer(in);
    case RUNNING: /* not before it is awake */
        return MHD_YES;
    case ANSWERED:
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
    return MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, on_request, c,
                            MHD_OPTION_URI_LOG_CALLBACK, on_uri, c, MHD_OPTION_NOTIFY_COMPLETED, on_completed, c,
                            MHD_OPTION_UNESCAPE_CALLBACK, as_it_is, NULL, MHD_OPTION_ARRAY, options, MHD_OPTION_END);
}
