/* A handle of libcurl that keeps the rules: addresses, schemes, sizes, times. */
#include "outbox/web_inner.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

enum { TIMEOUT_MS = 30000, CONNECT_MOST_MS = 10000, HEADERS_MAX = 64 << 10 };

/* ---- addresses --------------------------------------------------------------------------------------------------- */

typedef struct network {
    uint32_t address;
    unsigned bits;
    parry_address_kind kind;
} network;

/* IANA's special-purpose addresses: what is not there is public. */
static const network networks[] = {{0x00000000, 8, PARRY_ADDRESS_NEVER},    {0x0a000000, 8, PARRY_ADDRESS_PRIVATE},
                                   {0x64400000, 10, PARRY_ADDRESS_PRIVATE}, {0x7f000000, 8, PARRY_ADDRESS_LOOPBACK},
                                   {0xa9fe0000, 16, PARRY_ADDRESS_NEVER},   {0xac100000, 12, PARRY_ADDRESS_PRIVATE},
                                   {0xc0000000, 24, PARRY_ADDRESS_NEVER},   {0xc0a80000, 16, PARRY_ADDRESS_PRIVATE},
                                   {0xc6120000, 15, PARRY_ADDRESS_PRIVATE}, {0xe0000000, 3, PARRY_ADDRESS_NEVER}};

static parry_address_kind kind_of_4(uint32_t address)
{
    for (size_t i = 0; i < sizeof networks / sizeof *networks; i++) {
        if ((address ^ networks[i].address) >> (32 - networks[i].bits) == 0)
            return networks[i].kind;
    }
    return PARRY_ADDRESS_PUBLIC;
}

static uint32_t word_at(const unsigned char *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static parry_address_kind kind_of_6(const unsigned char b[16])
{
    static const unsigned char zero[16], mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    static const unsigned char nat64[12] = {0, 0x64, 0xff, 0x9b};
    if (memcmp(b, mapped, 12) == 0 || memcmp(b, nat64, 12) == 0)
        return kind_of_4(word_at(b + 12));
    if (b[0] == 0x20 && b[1] == 0x02) /* 6to4 */
        return kind_of_4(word_at(b + 2));
    if (memcmp(b, zero, 15) == 0 && b[15] == 1)
        return PARRY_ADDRESS_LOOPBACK;
    if ((b[0] & 0xfe) == 0xfc)
        return PARRY_ADDRESS_PRIVATE;
    /* fe80::/10, fec0::/10, multicast, and what is not global unicast at all; Teredo hides an address of its own */
    bool global = (b[0] & 0xe0) == 0x20 && word_at(b) != 0x20010000;
    return global ? PARRY_ADDRESS_PUBLIC : PARRY_ADDRESS_NEVER;
}

parry_address_kind parry_address_of(const struct sockaddr *sa)
{
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    if (sa->sa_family == AF_INET) {
        memcpy(&v4, sa, sizeof v4);
        return kind_of_4(ntohl(v4.sin_addr.s_addr));
    }
    if (sa->sa_family != AF_INET6)
        return PARRY_ADDRESS_NEVER;
    memcpy(&v6, sa, sizeof v6);
    return kind_of_6(v6.sin6_addr.s6_addr);
}

static bool may_connect(const parry_web_call *c, parry_address_kind kind)
{
    switch (kind) {
    case PARRY_ADDRESS_LOOPBACK:
        return c->rules->inside;
    case PARRY_ADDRESS_PRIVATE:
        return c->rules->inside && (!c->plain || c->rules->insecure);
    case PARRY_ADDRESS_PUBLIC:
        return !c->plain || c->rules->insecure;
    case PARRY_ADDRESS_NEVER:
        break;
    }
    return false;
}

/* libcurl asks for a socket to an address that it resolved. */
static curl_socket_t open_socket(void *ctx, curlsocktype purpose, struct curl_sockaddr *to)
{
    parry_web_call *c = ctx;
    (void)purpose;
    if (!may_connect(c, parry_address_of(&to->addr))) {
        c->refused = true;
        return CURL_SOCKET_BAD;
    }
    return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

/* ---- URLs -------------------------------------------------------------------------------------------------------- */

static bool names_this_machine(const char *host)
{
    return strcmp(host, "localhost") == 0 || strncmp(host, "127.", 4) == 0 || strcmp(host, "[::1]") == 0;
}

static bool listed(const char *scheme, const char *schemes)
{
    parry_str rest = parry_str_of(schemes), one;
    while (parry_str_split(&rest, ' ', &one)) {
        if (parry_str_eqz(one, scheme))
            return true;
    }
    return false;
}

static parry_code check_parts(const char *scheme, const char *host, const char *user, const char *schemes,
                              bool insecure, parry_err *err)
{
    bool safe = strcmp(scheme, "https") == 0 || strncmp(scheme, "smtp", 4) == 0; /* smtp turns to TLS */
    if (!listed(scheme, schemes))
        return parry_fail(err, PARRY_INVALID, "must begin with one of %s, and ://", schemes);
    if (user != NULL)
        return parry_fail(err, PARRY_INVALID, "must hold no user or password; they have settings of their own");
    if (!safe && !insecure && !names_this_machine(host))
        return parry_fail(err, PARRY_INVALID,
                          "must be https, as it leads to another machine (insecure: true allows it)");
    return PARRY_OK;
}

parry_code parry_web_check_url(const char *url, const char *schemes, bool insecure, parry_err *err)
{
    CURLU *u = curl_url();
    char *scheme = NULL, *host = NULL, *user = NULL, *password = NULL;
    parry_code code = PARRY_OK;
    if (u == NULL)
        parry_oom();
    if (curl_url_set(u, CURLUPART_URL, url, CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK ||
        curl_url_get(u, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK ||
        curl_url_get(u, CURLUPART_HOST, &host, 0) != CURLUE_OK)
        code = parry_fail(err, PARRY_INVALID, "is not a URL like https://desk.example");
    if (code == PARRY_OK) {
        (void)curl_url_get(u, CURLUPART_USER, &user, 0);
        (void)curl_url_get(u, CURLUPART_PASSWORD, &password, 0);
        code = check_parts(scheme, host, user != NULL ? user : password, schemes, insecure, err);
    }
    curl_free(scheme);
    curl_free(host);
    curl_free(user);
    curl_free(password);
    curl_url_cleanup(u);
    return code;
}

static parry_code find_host(parry_web_call *c, const char *url, parry_arena *a, parry_err *err)
{
    CURLU *u = curl_url();
    char *host = NULL, *scheme = NULL;
    if (u == NULL)
        parry_oom();
    bool good = curl_url_set(u, CURLUPART_URL, url, 0) == CURLUE_OK &&
                curl_url_get(u, CURLUPART_HOST, &host, 0) == CURLUE_OK &&
                curl_url_get(u, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK;
    if (good) {
        c->host = parry_str_z(a, parry_str_of(host));
        c->plain = strcmp(scheme, "http") == 0;
    }
    curl_free(host);
    curl_free(scheme);
    curl_url_cleanup(u);
    return good ? PARRY_OK : parry_fail(err, PARRY_INVALID, "a URL cannot be read");
}

/* ---- a transfer -------------------------------------------------------------------------------------------------- */

static void start_curl(void) { (void)curl_global_init(CURL_GLOBAL_DEFAULT); }

static size_t keep_body(char *p, size_t size, size_t count, void *ctx)
{
    parry_web_call *c = ctx;
    parry_buf_add(&c->body, p, size * count);
    c->large = c->large || c->body.full;
    return c->large ? 0 : size * count;
}

static size_t count_header(char *p, size_t size, size_t count, void *ctx)
{
    parry_web_call *c = ctx;
    (void)p;
    c->header_bytes += size * count;
    c->large = c->large || c->header_bytes > HEADERS_MAX;
    return c->large ? 0 : size * count;
}

static void set_rules(parry_web_call *c)
{
    int64_t ms = c->rules->timeout_ms > 0 ? c->rules->timeout_ms : TIMEOUT_MS;
    (void)curl_easy_setopt(c->curl, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(c->curl, CURLOPT_FOLLOWLOCATION, 0L);
    (void)curl_easy_setopt(c->curl, CURLOPT_PROXY, "");
    (void)curl_easy_setopt(c->curl, CURLOPT_FRESH_CONNECT, 1L);
    (void)curl_easy_setopt(c->curl, CURLOPT_FORBID_REUSE, 1L);
    (void)curl_easy_setopt(c->curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    (void)curl_easy_setopt(c->curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    (void)curl_easy_setopt(c->curl, CURLOPT_TIMEOUT_MS, (long)ms);
    (void)curl_easy_setopt(c->curl, CURLOPT_CONNECTTIMEOUT_MS, (long)(ms < CONNECT_MOST_MS ? ms : CONNECT_MOST_MS));
    (void)curl_easy_setopt(c->curl, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    (void)curl_easy_setopt(c->curl, CURLOPT_OPENSOCKETDATA, c);
    (void)curl_easy_setopt(c->curl, CURLOPT_WRITEFUNCTION, keep_body);
    (void)curl_easy_setopt(c->curl, CURLOPT_WRITEDATA, c);
    (void)curl_easy_setopt(c->curl, CURLOPT_HEADERFUNCTION, count_header);
    (void)curl_easy_setopt(c->curl, CURLOPT_HEADERDATA, c);
    (void)curl_easy_setopt(c->curl, CURLOPT_ERRORBUFFER, c->why);
    if (c->rules->ca_file != NULL && *c->rules->ca_file != 0)
        (void)curl_easy_setopt(c->curl, CURLOPT_CAINFO, c->rules->ca_file);
}

parry_code parry_web_call_open(parry_web_call *c, const parry_web_rules *rules, const char *url, const char *schemes,
                               parry_arena *a, parry_err *err)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    (void)pthread_once(&once, start_curl);
    *c = (parry_web_call){.curl = curl_easy_init(), .rules = rules, .body = PARRY_BUF(PARRY_WEB_REPLY_MAX)};
    if (c->curl == NULL)
        return parry_fail(err, PARRY_UNAVAILABLE, "libcurl does not start");
    set_rules(c);
    if (curl_easy_setopt(c->curl, CURLOPT_PROTOCOLS_STR, schemes) != CURLE_OK ||
        curl_easy_setopt(c->curl, CURLOPT_URL, url) != CURLE_OK)
        return parry_fail(err, PARRY_UNAVAILABLE, "this libcurl cannot speak %s", schemes);
    return find_host(c, url, a, err);
}

CURLcode parry_web_call_do(parry_web_call *c)
{
    sigset_t pipe, before;
    const struct timespec at_once = {0, 0};
    (void)sigemptyset(&pipe);
    (void)sigaddset(&pipe, SIGPIPE);
    (void)pthread_sigmask(SIG_BLOCK, &pipe, &before);
    CURLcode code = curl_easy_perform(c->curl);
    while (!sigismember(&before, SIGPIPE) && sigtimedwait(&pipe, NULL, &at_once) == SIGPIPE) {
    }
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return code;
}

void parry_web_call_why(const parry_web_call *c, CURLcode code, parry_err *err)
{
    if (c->refused && code == CURLE_COULDNT_CONNECT)
        (void)parry_fail(err, PARRY_DENIED,
                         "%s is an address that is not connected to: of this machine or a private network (private: "
                         "true allows it), link-local, or without TLS",
                         c->host);
    else if (c->large)
        (void)parry_fail(err, PARRY_TOO_LARGE, "%s answers with more than is read", c->host);
    else
        (void)parry_fail(err, PARRY_UNAVAILABLE, "cannot reach %s: %s", c->host,
                         c->why[0] != 0 ? c->why : curl_easy_strerror(code));
}

void parry_web_call_close(parry_web_call *c)
{
    curl_easy_cleanup(c->curl);
    parry_buf_free(&c->body);
}
