/* A ring of traces under a lock that is held for a pointer's move, and one thread that empties it over libcurl. */
#include "api/observe/otlp.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

enum {
    TRIES = 6,
    TRY_MS = 10000,
    RETRY_MOST_MS = 30000,
    CLOSE_MS = 2000,
    REPLY_BYTES = 4096, /* kept of what the collector answers */
    HEADERS_BYTES = 16 * 1024,
    HEADERS_MOST = 32
};

struct parry_otlp {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    parry_trace *ring[PARRY_OTLP_QUEUE];
    size_t first, n;
    bool stop;
    _Atomic int64_t stop_at; /* monotonic ns: what is not sent by then is dropped; 0: go on */
    atomic_ullong sent, full, failed;
    atomic_bool failing;
    CURL *curl;
    struct curl_slist *headers;     /* the thread's */
    struct curl_slist *new_headers; /* to be its from the next batch on; NULL: none. Under the lock */
    char *headers_file;             /* NULL: none */
    char *service;
    int64_t interval_ms, retry_ms;
    parry_buf reply;
};

/* ---- waiting ---------------------------------------------------------------------------------------------------- */

/* Until ms have passed or somebody wakes it; under the lock. */
static void wait_ms(parry_otlp *o, int64_t ms)
{
    int64_t at = parry_mono_ns() + ms * 1000000;
    struct timespec until = {(time_t)(at / 1000000000), (long)(at % 1000000000)};
    (void)pthread_cond_timedwait(&o->wake, &o->lock, &until);
}

/* false: it is time to leave. */
static bool wait_before_retry(parry_otlp *o, int64_t ms)
{
    int64_t until = parry_mono_ns() + ms * 1000000;
    (void)pthread_mutex_lock(&o->lock);
    for (int64_t left = ms; left > 0 && !o->stop; left = (until - parry_mono_ns()) / 1000000)
        wait_ms(o, left);
    bool go_on = !o->stop;
    (void)pthread_mutex_unlock(&o->lock);
    return go_on;
}

/* ---- one batch over the wire ------------------------------------------------------------------------------------ */

static size_t keep_reply(char *p, size_t size, size_t count, void *ctx)
{
    parry_otlp *o = ctx;
    parry_buf_add(&o->reply, p, size * count); /* no more than its maximum; the rest is read past */
    return size * count;
}

static int past_the_end(void *ctx, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    (void)a, (void)b, (void)c, (void)d;
    parry_otlp *o = ctx;
    int64_t stop_at = atomic_load(&o->stop_at);
    return stop_at != 0 && parry_mono_ns() > stop_at;
}

typedef enum outcome { TAKEN, REFUSED, LATER } outcome;

/* *wait_ms: raised to what the collector asks for. */
static outcome try_once(parry_otlp *o, const char *body, size_t n, int64_t *wait_ms_out, char why[CURL_ERROR_SIZE])
{
    long status = 0;
    curl_off_t after = 0;
    parry_buf_clear(&o->reply);
    o->reply.full = false;
    (void)curl_easy_setopt(o->curl, CURLOPT_POSTFIELDS, body);
    (void)curl_easy_setopt(o->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)n);
    (void)curl_easy_setopt(o->curl, CURLOPT_ERRORBUFFER, why);
    why[0] = 0;
    CURLcode code = curl_easy_perform(o->curl);
    (void)curl_easy_setopt(o->curl, CURLOPT_ERRORBUFFER, NULL);
    if (code != CURLE_OK) {
        if (why[0] == 0)
            (void)snprintf(why, CURL_ERROR_SIZE, "%s", curl_easy_strerror(code));
        return LATER;
    }
    (void)curl_easy_getinfo(o->curl, CURLINFO_RESPONSE_CODE, &status);
    (void)curl_easy_getinfo(o->curl, CURLINFO_RETRY_AFTER, &after);
    if (status >= 200 && status < 300)
        return TAKEN;
    (void)snprintf(why, CURL_ERROR_SIZE, "the collector answers %ld", status);
    after = after < RETRY_MOST_MS / 1000 ? after : RETRY_MOST_MS / 1000;
    if (after * 1000 > *wait_ms_out)
        *wait_ms_out = after * 1000;
    return status == 429 || (status >= 502 && status <= 504) ? LATER : REFUSED;
}

/* {"partialSuccess": {"rejectedSpans": "3", "errorMessage": ...}}: some were refused. */
static void log_partial(parry_otlp *o)
{
    json_auto_t *j = json_loadb(o->reply.p ? o->reply.p : "", o->reply.n, 0, NULL);
    const json_t *partial = json_object_get(j, "partialSuccess"), *n = json_object_get(partial, "rejectedSpans");
    long long spans = json_is_string(n) ? strtoll(json_string_value(n), NULL, 10) : json_integer_value(n);
    if (spans > 0)
        parry_log(PARRY_WARN, "trace_export", "refused_spans=%lld why=%s", spans,
                  parry_logq(json_string_value(json_object_get(partial, "errorMessage"))));
}

static void note_failure(parry_otlp *o, const char *why)
{
    if (!atomic_exchange(&o->failing, true)) /* the first in a row */
        parry_log(PARRY_WARN, "trace_export", "state=failing why=%s", parry_logq(why));
}

static bool deliver(parry_otlp *o, const char *body, size_t n)
{
    char why[CURL_ERROR_SIZE];
    int64_t backoff = o->retry_ms;
    for (int i = 0; i < TRIES; i++, backoff *= 2) {
        int64_t wait = backoff;
        outcome got = try_once(o, body, n, &wait, why);
        if (got == TAKEN) {
            if (atomic_exchange(&o->failing, false))
                parry_log(PARRY_INFO, "trace_export", "state=%s", "working");
            log_partial(o);
            return true;
        }
        note_failure(o, why);
        if (got == REFUSED || !wait_before_retry(o, wait < RETRY_MOST_MS ? wait : RETRY_MOST_MS))
            return false;
    }
    return false;
}

static void set_headers(parry_otlp *o, struct curl_slist *headers)
{
    (void)curl_easy_setopt(o->curl, CURLOPT_HTTPHEADER, headers);
    curl_slist_free_all(o->headers);
    o->headers = headers;
}

/* What was read anew since the last batch. */
static void take_headers(parry_otlp *o)
{
    (void)pthread_mutex_lock(&o->lock);
    struct curl_slist *headers = o->new_headers;
    o->new_headers = NULL;
    (void)pthread_mutex_unlock(&o->lock);
    if (headers != NULL)
        set_headers(o, headers);
}

static void send_batch(parry_otlp *o, parry_trace **batch, size_t n)
{
    take_headers(o);
    json_auto_t *j = parry_otlp_json(batch, n, o->service);
    char *body = json_dumps(j, JSON_COMPACT);
    if (body == NULL)
        parry_oom();
    if (deliver(o, body, strlen(body)))
        atomic_fetch_add(&o->sent, n);
    else
        atomic_fetch_add(&o->failed, n);
    free(body);
    for (size_t i = 0; i < n; i++)
        free(batch[i]);
}

/* ---- the thread ------------------------------------------------------------------------------------------------- */

/* Waits for a full batch, or an interval for less. *stop: it is the end. */
static size_t take_batch(parry_otlp *o, parry_trace *batch[PARRY_OTLP_BATCH], bool *stop)
{
    (void)pthread_mutex_lock(&o->lock);
    int64_t until = parry_mono_ns() + o->interval_ms * 1000000;
    for (int64_t left = o->interval_ms; left > 0 && o->n < PARRY_OTLP_BATCH && !o->stop;
         left = (until - parry_mono_ns()) / 1000000)
        wait_ms(o, left);
    size_t n = o->n < PARRY_OTLP_BATCH ? o->n : PARRY_OTLP_BATCH;
    for (size_t i = 0; i < n; i++)
        batch[i] = o->ring[(o->first + i) % PARRY_OTLP_QUEUE];
    o->first = (o->first + n) % PARRY_OTLP_QUEUE;
    o->n -= n;
    *stop = o->stop;
    (void)pthread_mutex_unlock(&o->lock);
    return n;
}

static void *run(void *arg)
{
    parry_otlp *o = arg;
    parry_trace *batch[PARRY_OTLP_BATCH];
    bool stop = false;
    for (;;) {
        size_t n = take_batch(o, batch, &stop);
        if (n > 0)
            send_batch(o, batch, n);
        else if (stop)
            return NULL;
    }
}

void parry_otlp_hand(parry_otlp *o, parry_trace *t)
{
    (void)pthread_mutex_lock(&o->lock);
    bool room = o->n < PARRY_OTLP_QUEUE && !o->stop;
    if (room) {
        o->ring[(o->first + o->n++) % PARRY_OTLP_QUEUE] = t;
        if (o->n == PARRY_OTLP_BATCH)
            (void)pthread_cond_signal(&o->wake);
    }
    (void)pthread_mutex_unlock(&o->lock);
    if (!room) {
        atomic_fetch_add(&o->full, 1);
        free(t);
    }
}

parry_otlp_stats parry_otlp_get_stats(parry_otlp *o)
{
    parry_otlp_stats s = {0};
    if (o == NULL)
        return s;
    (void)pthread_mutex_lock(&o->lock);
    s.queued = o->n;
    (void)pthread_mutex_unlock(&o->lock);
    s.sent = atomic_load(&o->sent);
    s.full = atomic_load(&o->full);
    s.failed = atomic_load(&o->failed);
    s.failing = atomic_load(&o->failing);
    return s;
}

/* ---- opening ---------------------------------------------------------------------------------------------------- */

static void add_header(struct curl_slist **list, const char *line)
{
    struct curl_slist *longer = curl_slist_append(*list, line);
    if (longer == NULL)
        parry_oom();
    *list = longer;
}

static bool is_header(parry_str line)
{
    static const char name[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.!#$%&'*+^`|~";
    size_t colon = parry_str_find(line, parry_str_of(":"));
    for (size_t i = 0; i < line.n; i++) {
        unsigned char c = (unsigned char)line.p[i];
        if ((i < colon && (c == 0 || strchr(name, c) == NULL)) || (c < ' ' && c != '\t') || c == 0x7F)
            return false;
    }
    return colon > 0 && colon < line.n;
}

static parry_code add_from_file(struct curl_slist **list, const char *path, parry_err *err)
{
    parry_arena *a = parry_arena_new();
    parry_str text, line;
    int at = 0, n = 0;
    parry_code code = parry_file_read(a, path, HEADERS_BYTES, &text, err);
    while (code == PARRY_OK && parry_str_split(&text, '\n', &line)) {
        line = parry_str_trim(line);
        at++;
        if (line.n == 0 || line.p[0] == '#')
            continue;
        if (!is_header(line) || ++n > HEADERS_MOST) /* never what stands there: it is a secret */
            code = parry_fail(err, PARRY_INVALID, "%s:%d: must be `Name: value`, in at most %d lines", path, at,
                              HEADERS_MOST);
        else
            add_header(list, parry_str_z(a, line));
    }
    parry_arena_free(a);
    if (code != PARRY_OK)
        parry_err_context(err, "trace.headers_file");
    return code;
}

/* All that a request has: ours, and those of the file. */
static parry_code make_headers(const parry_otlp *o, struct curl_slist **out, parry_err *err)
{
    struct curl_slist *list = NULL;
    add_header(&list, "Content-Type: application/json");
    add_header(&list, "Expect:");
    parry_code code = o->headers_file != NULL ? add_from_file(&list, o->headers_file, err) : PARRY_OK;
    if (code == PARRY_OK)
        *out = list;
    else
        curl_slist_free_all(list);
    return code;
}

parry_code parry_otlp_reload(parry_otlp *o, parry_err *err)
{
    struct curl_slist *list = NULL;
    parry_code code = o != NULL ? make_headers(o, &list, err) : PARRY_OK;
    if (o == NULL || code != PARRY_OK)
        return code;
    (void)pthread_mutex_lock(&o->lock);
    struct curl_slist *untaken = o->new_headers;
    o->new_headers = list;
    (void)pthread_mutex_unlock(&o->lock);
    curl_slist_free_all(untaken);
    return PARRY_OK;
}

static void free_all(parry_otlp *o)
{
    curl_easy_cleanup(o->curl);
    curl_slist_free_all(o->headers);
    curl_slist_free_all(o->new_headers);
    free(o->headers_file);
    curl_global_cleanup();
    (void)pthread_cond_destroy(&o->wake);
    (void)pthread_mutex_destroy(&o->lock);
    parry_buf_free(&o->reply);
    free(o->service);
    free(o);
}

/* The environment's proxies are not asked: where spans go is said in one place. */
static parry_code set_up_curl(parry_otlp *o, const char *endpoint, parry_err *err)
{
    o->curl = curl_easy_init();
    if (o->curl == NULL)
        return parry_fail(err, PARRY_UNAVAILABLE, "libcurl does not start");
    (void)curl_easy_setopt(o->curl, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(o->curl, CURLOPT_PROXY, "");
    (void)curl_easy_setopt(o->curl, CURLOPT_PROTOCOLS_STR, "http,https");
    (void)curl_easy_setopt(o->curl, CURLOPT_USERAGENT, "parry/" PARRY_VERSION);
    (void)curl_easy_setopt(o->curl, CURLOPT_TIMEOUT_MS, (long)TRY_MS);
    (void)curl_easy_setopt(o->curl, CURLOPT_WRITEFUNCTION, keep_reply);
    (void)curl_easy_setopt(o->curl, CURLOPT_WRITEDATA, o);
    (void)curl_easy_setopt(o->curl, CURLOPT_NOPROGRESS, 0L);
    (void)curl_easy_setopt(o->curl, CURLOPT_XFERINFOFUNCTION, past_the_end);
    (void)curl_easy_setopt(o->curl, CURLOPT_XFERINFODATA, o);
    bool web = strncmp(endpoint, "http://", 7) == 0 || strncmp(endpoint, "https://", 8) == 0;
    if (!web || curl_easy_setopt(o->curl, CURLOPT_URL, endpoint) != CURLE_OK)
        return parry_fail(err, PARRY_INVALID,
                          "trace.endpoint: \"%.80s\" must be a URL like http://127.0.0.1:4318/v1/traces", endpoint);
    return PARRY_OK;
}

parry_code parry_otlp_open(const parry_otlp_options *options, parry_otlp **out, parry_err *err)
{
    parry_otlp *o = parry_calloc(1, sizeof *o);
    pthread_condattr_t monotonic;
    (void)curl_global_init(CURL_GLOBAL_DEFAULT);
    (void)pthread_mutex_init(&o->lock, NULL);
    (void)pthread_condattr_init(&monotonic);
    (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&o->wake, &monotonic);
    (void)pthread_condattr_destroy(&monotonic);
    o->reply.max = REPLY_BYTES;
    o->service = strdup(options->service);
    o->interval_ms = options->interval_ms > 0 ? options->interval_ms : 1000;
    o->retry_ms = options->retry_ms > 0 ? options->retry_ms : 1000;
    if (options->headers_file != NULL && *options->headers_file)
        o->headers_file = strdup(options->headers_file);
    parry_code code = make_headers(o, &o->new_headers, err);
    if (code == PARRY_OK)
        code = set_up_curl(o, options->endpoint, err);
    if (code == PARRY_OK && pthread_create(&o->thread, NULL, run, o) != 0)
        code = parry_fail(err, PARRY_UNAVAILABLE, "cannot start a thread");
    if (code != PARRY_OK)
        free_all(o);
    else
        *out = o;
    return code;
}

void parry_otlp_close(parry_otlp *o)
{
    if (o == NULL)
        return;
    (void)pthread_mutex_lock(&o->lock);
    o->stop = true;
    atomic_store(&o->stop_at, parry_mono_ns() + (int64_t)CLOSE_MS * 1000000);
    (void)pthread_cond_signal(&o->wake);
    (void)pthread_mutex_unlock(&o->lock);
    (void)pthread_join(o->thread, NULL);
    free_all(o);
}
