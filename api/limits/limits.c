/* Proxies, admission and buckets behind one door. */
#include "api/limits/limits.h"

#include "api/limits/buckets.h"

#include <stdatomic.h>
#include <stdlib.h>

enum { FORWARDED_BYTES = 4096, RETRY_BUSY_S = 1, KEYS = 0x80 /* kinds of buckets: classes, and classes of keys */ };

struct parry_limits {
    parry_proxies proxies;
    parry_admission *admission;
    parry_buckets *buckets;
    parry_rate address[PARRY_CLASSES], key[PARRY_CLASSES];
    bool this_machine;
    atomic_ullong limited[2][PARRY_CLASSES]; /* addresses', keys' */
};

static parry_rate rate(const parry_config *c, int64_t per_minute)
{
    return (parry_rate){.per_minute = per_minute, .burst_s = c->limits.burst_s};
}

parry_code parry_limits_open(const parry_config *c, parry_limits **out, parry_err *err)
{
    parry_limits *l = parry_calloc(1, sizeof *l);
    l->proxies.forwarded = strcmp(c->serve.forwarded_header, "forwarded") == 0;
    parry_code code = parry_proxies_parse(parry_str_of(c->serve.trusted_proxies), &l->proxies, err);
    if (code != PARRY_OK) {
        free(l);
        return code;
    }
    l->address[PARRY_CLASS_SEARCH] = rate(c, c->limits.search_per_address);
    l->address[PARRY_CLASS_EVENTS] = rate(c, c->limits.events_per_address);
    l->address[PARRY_CLASS_WRITE] = rate(c, c->limits.write_per_address);
    l->address[PARRY_CLASS_SIGN_IN] = rate(c, c->limits.sign_in_per_address);
    l->key[PARRY_CLASS_SEARCH] = rate(c, c->limits.search_per_key);
    l->key[PARRY_CLASS_EVENTS] = rate(c, c->limits.events_per_key);
    l->key[PARRY_CLASS_WRITE] = rate(c, c->limits.write_per_key);
    l->this_machine = strcmp(c->limits.this_machine, "on") == 0;
    l->admission = parry_admission_new(c->limits.queue_ms * 1000000);
    l->buckets = parry_buckets_new(PARRY_BUCKETS_DEFAULT);
    *out = l;
    return PARRY_OK;
}

void parry_limits_close(parry_limits *l)
{
    if (l == NULL)
        return;
    parry_admission_free(l->admission);
    parry_buckets_free(l->buckets);
    free(l);
}

parry_class parry_class_of(const parry_route *r)
{
    if (r == NULL)
        return PARRY_CLASS_SEARCH;
    if (r->flags & PARRY_ROUTE_SIGN_IN)
        return PARRY_CLASS_SIGN_IN;
    if (strcmp(r->pattern, "/health") == 0 || strcmp(r->pattern, "/ready") == 0 || r->right == PARRY_RIGHT_METRICS)
        return PARRY_CLASS_OPS;
    if (r->right == PARRY_RIGHT_EVENTS)
        return PARRY_CLASS_EVENTS;
    return r->right == PARRY_RIGHT_OPEN || r->right == PARRY_RIGHT_SEARCH ? PARRY_CLASS_SEARCH : PARRY_CLASS_WRITE;
}

/* ---- whose it is ------------------------------------------------------------------------------------------------- */

static bool named(const parry_header *h, const char *name)
{
    return h->name.n == strlen(name) && strncasecmp(h->name.p, name, h->name.n) == 0;
}

/* All of that name, in order, with a comma between; of more than FORWARDED_BYTES the last ones, which are the nearest
 * proxies'. */
static parry_str joined(const parry_header *headers, size_t n, const char *name, char out[FORWARDED_BYTES])
{
    size_t at = FORWARDED_BYTES;
    for (size_t i = n; i-- > 0;) {
        parry_str v = headers[i].value;
        if (!named(&headers[i], name))
            continue;
        if (v.n + 1 > at)
            break;
        if (at < FORWARDED_BYTES)
            out[--at] = ',';
        at -= v.n;
        memcpy(out + at, v.p, v.n);
    }
    return parry_str_make(out + at, FORWARDED_BYTES - at);
}

parry_ip parry_limits_client(const parry_limits *l, parry_ip peer, const parry_header *headers, size_t n)
{
    char text[FORWARDED_BYTES];
    if (!parry_proxies_trust(&l->proxies, &peer))
        return peer;
    return parry_proxies_client(&l->proxies, peer,
                                joined(headers, n, l->proxies.forwarded ? "Forwarded" : "X-Forwarded-For", text));
}

bool parry_limits_hold_for(const parry_limits *l, const parry_ip *ip)
{
    return !parry_proxies_trust(&l->proxies, ip) && (l->this_machine || !parry_ip_loopback(ip));
}

/* ---- whether it may ---------------------------------------------------------------------------------------------- */

static parry_verdict take(parry_limits *l, parry_class c, unsigned kind, parry_str who, parry_rate r, int64_t now_ns,
                          unsigned *retry_s)
{
    unsigned wait = parry_bucket_take(l->buckets, kind, who, r, now_ns);
    if (wait == 0)
        return PARRY_LET_IN;
    (void)atomic_fetch_add(&l->limited[(kind & KEYS) != 0][c], 1);
    *retry_s = wait;
    return PARRY_TOO_MANY;
}

parry_verdict parry_limits_check(parry_limits *l, parry_class c, const parry_ip *who, int64_t waited_ns, int64_t now_ns,
                                 unsigned *retry_s)
{
    if (!parry_admit(l->admission, c, waited_ns, now_ns)) {
        *retry_s = RETRY_BUSY_S;
        return PARRY_TOO_BUSY;
    }
    if (!parry_limits_hold_for(l, who))
        return PARRY_LET_IN;
    parry_ip holder = parry_ip_holder(who);
    return take(l, c, c, parry_str_make((const char *)holder.byte, sizeof holder.byte), l->address[c], now_ns, retry_s);
}

parry_verdict parry_limits_check_key(parry_limits *l, parry_class c, parry_str key_id, int64_t now_ns,
                                     unsigned *retry_s)
{
    return key_id.n == 0 ? PARRY_LET_IN : take(l, c, KEYS | c, key_id, l->key[c], now_ns, retry_s);
}

uint64_t parry_limits_limited(const parry_limits *l, bool keys, parry_class c)
{
    return atomic_load(&l->limited[keys][c]);
}

bool parry_limits_overloaded(parry_limits *l) { return parry_admission_overloaded(l->admission); }

/* ---- where a body ends ------------------------------------------------------------------------------------------- */

static bool digits_only(parry_str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
    return s.n > 0;
}

static bool token(parry_str s)
{
    static const char more[] = "!#$%&'*+-.^_`|~";
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool alnum = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        if (!alnum && memchr(more, c, sizeof more - 1) == NULL)
            return false;
    }
    return s.n > 0;
}

const char *parry_framing_fault(const parry_header *headers, size_t n, bool http_1_0)
{
    size_t lengths = 0, codings = 0, hosts = 0;
    for (size_t i = 0; i < n; i++) {
        const parry_header *h = &headers[i];
        if (!token(h->name))
            return "a header's name is none: only letters, digits and !#$%&'*+-.^_`|~, and no space before the colon";
        if (named(h, "Content-Length")) {
            lengths++;
            if (!digits_only(h->value))
                return "Content-Length is not a number";
        } else if (named(h, "Transfer-Encoding")) {
            codings++;
            if (h->value.n != 7 || strncasecmp(h->value.p, "chunked", 7) != 0)
                return "Transfer-Encoding may only be chunked";
        } else if (named(h, "Host")) {
            hosts++;
        }
    }
    if (lengths > 1)
        return "Content-Length stands twice";
    if (codings > 1)
        return "Transfer-Encoding stands twice";
    if (codings > 0 && lengths > 0)
        return "Content-Length and Transfer-Encoding may not stand together";
    if (codings > 0 && http_1_0)
        return "HTTP/1.0 has no Transfer-Encoding";
    return hosts > 1 ? "Host stands twice" : NULL;
}
