#include "copies/fetch.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

enum { CONNECT_S = 5, SLOW_S = 15, SLOW_BYTES = 100, RANGE_TEXT = 64 };

struct parry_fetch {
    CURL *curl;
    parry_arena *arena;
    const char *url, *bearer;
    const bool *cancel;
    char why[CURL_ERROR_SIZE];
};

/* What one answer is gathered in. */
typedef struct gathering {
    parry_buf *body;
    parry_fetched *out;
} gathering;

/* ---- the address ----------------------------------------------------------------------------------------------------
 */

static bool this_machine(parry_str host)
{
    return parry_str_starts(host, "127.") || parry_str_eqz(host, "localhost") || parry_str_eqz(host, "[::1]");
}

parry_code parry_fetch_check(const char *url, bool plain, parry_err *err)
{
    parry_str rest = parry_str_of(url);
    bool secure = parry_str_starts(rest, "https://");
    if (!secure && !parry_str_starts(rest, "http://"))
        return parry_fail(err, PARRY_INVALID, "\"%.100s\" is no URL of a server: write https://HOST[:PORT]", url);
    rest = parry_str_from(rest, secure ? 8 : 7);
    for (size_t i = 0; i < rest.n; i++) {
        if (strchr("/?#@\\ ", rest.p[i]) != NULL || (unsigned char)rest.p[i] <= ' ')
            return parry_fail(err, PARRY_INVALID, "\"%.100s\": give the server alone, https://HOST[:PORT]", url);
    }
    parry_str host = parry_str_starts(rest, "[") ? parry_str_make(rest.p, parry_str_find(rest, parry_str_of("]")) + 1)
                                                 : parry_str_make(rest.p, parry_str_find(rest, parry_str_of(":")));
    if (rest.n == 0 || host.n == 0 || host.n > rest.n)
        return parry_fail(err, PARRY_INVALID, "\"%.100s\" names no host", url);
    if (!secure && !plain && !this_machine(host))
        return parry_fail(err, PARRY_INVALID,
                          "%.100s would send the key in the clear: use https://, or --plain in a network you trust",
                          url);
    return PARRY_OK;
}

/* ---- the handle -----------------------------------------------------------------------------------------------------
 */

static pthread_once_t once = PTHREAD_ONCE_INIT;
static void start_curl(void) { (void)curl_global_init(CURL_GLOBAL_DEFAULT); }

static int progress(void *ctx, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    const parry_fetch *f = ctx;
    (void)a, (void)b, (void)c, (void)d;
    return f->cancel != NULL && __atomic_load_n(f->cancel, __ATOMIC_RELAXED);
}

static size_t take_body(char *p, size_t one, size_t n, void *ctx)
{
    gathering *g = ctx;
    parry_buf_add(g->body, p, one * n);
    return g->body->full ? 0 : one * n;
}

static size_t take_header(char *p, size_t one, size_t n, void *ctx)
{
    gathering *g = ctx;
    parry_str line = parry_str_make(p, one * n);
    if (line.n > 5 && strncasecmp(p, "etag:", 5) == 0) {
        parry_str tag = parry_str_trim(parry_str_from(line, 5));
        if (tag.n < sizeof g->out->etag)
            (void)snprintf(g->out->etag, sizeof g->out->etag, "%.*s", PARRY_FMT(tag));
    }
    return line.n;
}

/* What holds for every request. */
static void configure(parry_fetch *f, const parry_fetch_options *o)
{
    CURL *c = f->curl;
    (void)curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
    (void)curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
    (void)curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 1L);
    (void)curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 2L);
    (void)curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(c, CURLOPT_PROXY, ""); /* no environment variable sends the key elsewhere */
    (void)curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_S);
    (void)curl_easy_setopt(c, CURLOPT_LOW_SPEED_TIME, (long)SLOW_S);
    (void)curl_easy_setopt(c, CURLOPT_LOW_SPEED_LIMIT, (long)SLOW_BYTES);
    (void)curl_easy_setopt(c, CURLOPT_USERAGENT, "parry-replica/" PARRY_VERSION);
    (void)curl_easy_setopt(c, CURLOPT_ERRORBUFFER, f->why);
    (void)curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take_body);
    (void)curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, take_header);
    (void)curl_easy_setopt(c, CURLOPT_NOPROGRESS, 0L);
    (void)curl_easy_setopt(c, CURLOPT_XFERINFOFUNCTION, progress);
    (void)curl_easy_setopt(c, CURLOPT_XFERINFODATA, f);
    if (o->ca != NULL)
        (void)curl_easy_setopt(c, CURLOPT_CAINFO, o->ca);
}

void parry_fetch_key(parry_fetch *f, parry_str key)
{
    f->bearer = parry_str_printf(f->arena, "Authorization: Bearer %.*s", PARRY_FMT(key)).p;
}

parry_code parry_fetch_open(const parry_fetch_options *o, parry_fetch **out, parry_err *err)
{
    parry_code code = parry_fetch_check(o->url, o->plain, err);
    if (code != PARRY_OK)
        return code;
    (void)pthread_once(&once, start_curl);
    CURL *curl = curl_easy_init();
    if (curl == NULL)
        return parry_fail(err, PARRY_UNAVAILABLE, "libcurl does not start");
    parry_fetch *f = parry_calloc(1, sizeof *f);
    f->curl = curl;
    f->arena = parry_arena_new();
    f->url = parry_str_z(f->arena, parry_str_of(o->url));
    f->cancel = o->cancel;
    if (o->key.n > 0)
        parry_fetch_key(f, o->key);
    configure(f, o);
    *out = f;
    return PARRY_OK;
}

void parry_fetch_close(parry_fetch *f)
{
    if (f == NULL)
        return;
    curl_easy_cleanup(f->curl);
    parry_arena_free(f->arena);
    free(f);
}

/* ---- one request ----------------------------------------------------------------------------------------------------
 */

static struct curl_slist *add(struct curl_slist *list, const char *line)
{
    struct curl_slist *longer = curl_slist_append(list, line);
    if (longer == NULL)
        parry_oom();
    return longer;
}

static parry_code no_answer(const parry_fetch *f, CURLcode rc, const parry_buf *body, const char *path, parry_err *err)
{
    if (body->full)
        return parry_fail(err, PARRY_TOO_LARGE, "%s%s is over %zu bytes", f->url, path, body->max);
    return parry_fail(err, PARRY_UNAVAILABLE, "%s: %s", f->url, f->why[0] ? f->why : curl_easy_strerror(rc));
}

static parry_code judge(const parry_fetch *f, long status, const char *path, parry_fetched *out, parry_err *err)
{
    out->same = status == 304;
    out->partial = status == 206;
    if (status == 200 || status == 206 || status == 304)
        return PARRY_OK;
    if (status == 404)
        return parry_fail(err, PARRY_NOT_FOUND, "%s has no %s", f->url, path);
    if (status == 401 || status == 403)
        return parry_fail(err, PARRY_DENIED, "%s refuses the key (%ld): it needs the right \"replicate\"", f->url,
                          status);
    return parry_fail(err, PARRY_UNAVAILABLE, "%s answers %s with %ld", f->url, path, status);
}

parry_code parry_fetch_get(parry_fetch *f, const char *path, const char *etag, uint64_t from, size_t most,
                           parry_buf *body, parry_fetched *out, parry_err *err)
{
    char range[RANGE_TEXT];
    parry_fetched got = {0};
    gathering g = {body, &got};
    parry_arena *a = parry_arena_new();
    struct curl_slist *headers = NULL;
    if (f->bearer != NULL)
        headers = add(headers, f->bearer);
    if (etag != NULL && etag[0])
        headers = add(headers, parry_str_printf(a, "If-None-Match: %s", etag).p);
    (void)snprintf(range, sizeof range, "%llu-%llu", (unsigned long long)from, (unsigned long long)(from + most - 1));
    f->why[0] = 0;
    (void)curl_easy_setopt(f->curl, CURLOPT_URL, parry_str_printf(a, "%s%s", f->url, path).p);
    (void)curl_easy_setopt(f->curl, CURLOPT_HTTPHEADER, headers);
    (void)curl_easy_setopt(f->curl, CURLOPT_RANGE, most > 0 ? range : NULL);
    (void)curl_easy_setopt(f->curl, CURLOPT_WRITEDATA, &g);
    (void)curl_easy_setopt(f->curl, CURLOPT_HEADERDATA, &g);
    CURLcode rc = curl_easy_perform(f->curl);
    long status = 0;
    (void)curl_easy_getinfo(f->curl, CURLINFO_RESPONSE_CODE, &status);
    (void)curl_easy_setopt(f->curl, CURLOPT_HTTPHEADER, NULL);
    curl_slist_free_all(headers);
    parry_arena_free(a);
    parry_code code = rc != CURLE_OK ? no_answer(f, rc, body, path, err) : judge(f, status, path, &got, err);
    if (code == PARRY_OK)
        *out = got;
    return code;
}
