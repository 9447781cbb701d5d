/* Requests as libmicrohttpd brings them: first the URI (as sent, before anything is unescaped), then a call with the
 * headers, calls with pieces of a body, and a last call, which is answered. */
#include "api/connection.h"

enum { CONNECTION_BYTES = 48 * 1024 }; /* over what we allow for URI and headers, so that it is us who refuse */

typedef struct incoming {
    char *target; /* NULL: too long */
    uint64_t body;
    bool begun;
} incoming;

static void *on_uri(void *cls, const char *uri, struct MHD_Connection *conn)
{
    (void)conn;
    parry_connections *c = cls;
    atomic_fetch_add(&c->running, 1);
    incoming *in = parry_calloc(1, sizeof *in);
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
    header(r, "Cross-Origin-Resource-Policy", "same-origin");
    if (res->etag[0]) {
        (void)snprintf(etag, sizeof etag, "\"%s\"", res->etag);
        header(r, "ETag", etag);
    }
    if (res->by_accept)
        header(r, "Vary", "Accept");
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

static enum MHD_Result send_response(const parry_app *app, struct MHD_Connection *conn, parry_response *res,
                                     const char *id)
{
    enum MHD_Result result = MHD_NO;
    struct MHD_Response *r = make_response(res);
    if (r != NULL) {
        headers(app, r, res, id);
        result = MHD_queue_response(conn, (unsigned)res->status, r);
        MHD_destroy_response(r);
    }
    parry_response_clear(res);
    return result;
}

/* ---- in
 * --------------------------------------------------------------------------------------------------------------- */

static enum MHD_Result add_size(void *cls, enum MHD_ValueKind kind, const char *name, const char *value)
{
    (void)kind;
    size_t *n = cls;
    *n += strlen(name) + (value ? strlen(value) : 0) + 4; /* ": " and the line's end */
    return MHD_YES;
}

static parry_str header_of(struct MHD_Connection *conn, const char *name)
{
    return parry_str_of(MHD_lookup_connection_value(conn, MHD_HEADER_KIND, name));
}

/* A body may be announced too large, and then need not come. */
static bool announces_too_much(const parry_app *app, struct MHD_Connection *conn)
{
    const char *length = MHD_lookup_connection_value(conn, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_LENGTH);
    return length != NULL && strtoull(length, NULL, 10) > (unsigned long long)app->config->serve.max_body_bytes;
}

static enum MHD_Result answer(parry_connections *c, struct MHD_Connection *conn, const incoming *in, const char *method,
                              bool body_too_large)
{
    parry_raw raw = {.method = parry_str_of(method), .target = parry_str_of(in->target)};
    raw.accept = header_of(conn, MHD_HTTP_HEADER_ACCEPT);
    raw.if_none_match = header_of(conn, MHD_HTTP_HEADER_IF_NONE_MATCH);
    raw.body_too_large = body_too_large;
    (void)MHD_get_connection_values(conn, MHD_HEADER_KIND, add_size, &raw.header_bytes);
    parry_response res;
    char id[PARRY_REQUEST_ID_TEXT];
    parry_response_init(&res);
    parry_app_handle(c->app, &raw, &res, id);
    return send_response(c->app, conn, &res, id);
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *conn, const char *url, const char *method,
                                  const char *version, const char *upload, size_t *upload_n, void **request)
{
    (void)url;
    (void)version;
    (void)upload;
    parry_connections *c = cls;
    incoming *in = *request;
    if (!in->begun) {
        in->begun = true;
        return announces_too_much(c->app, conn) ? answer(c, conn, in, method, true) : MHD_YES;
    }
    if (*upload_n > 0) { /* no route takes a body: it is read past; without an announced length, up to the limit */
        in->body += *upload_n;
        *upload_n = 0;
        return in->body > (uint64_t)c->app->config->serve.max_body_bytes ? MHD_NO : MHD_YES;
    }
    return answer(c, conn, in, method, false);
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
    return MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ITC, 0, NULL, NULL, on_request, c,
                            MHD_OPTION_URI_LOG_CALLBACK, on_uri, c, MHD_OPTION_NOTIFY_COMPLETED, on_completed, c,
                            MHD_OPTION_UNESCAPE_CALLBACK, as_it_is, NULL, MHD_OPTION_ARRAY, options, MHD_OPTION_END);
}
