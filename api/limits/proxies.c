/* Addresses, networks, and the walk from the right end of X-Forwarded-For or Forwarded. */
#include "api/limits/proxies.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>

static const uint8_t v4_prefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
enum { V4_BITS = 96 };

static bool is_v4(const parry_ip *ip) { return memcmp(ip->byte, v4_prefix, sizeof v4_prefix) == 0; }

static bool digits(parry_str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
    return s.n > 0 && s.n <= 5;
}

/* "[x]:80", "[x]", "1.2.3.4:80": x, and 1.2.3.4. An IPv6 address without brackets has no port. */
static bool without_port(parry_str *s)
{
    if (s->n > 0 && s->p[0] == '[') {
        size_t end = parry_str_find(*s, parry_str_of("]"));
        if (end == s->n)
            return false;
        parry_str rest = parry_str_from(*s, end + 1);
        *s = parry_str_make(s->p + 1, end - 1);
        return rest.n == 0 || (rest.p[0] == ':' && digits(parry_str_from(rest, 1)));
    }
    size_t colon = parry_str_find(*s, parry_str_of(":"));
    if (colon < s->n && parry_str_find(parry_str_from(*s, colon + 1), parry_str_of(":")) == s->n - colon - 1) {
        if (!digits(parry_str_from(*s, colon + 1)))
            return false;
        s->n = colon;
    }
    return true;
}

bool parry_ip_parse(parry_str text, parry_ip *out)
{
    char z[PARRY_IP_TEXT];
    parry_ip ip = {{0}};
    if (!without_port(&text) || text.n == 0 || text.n >= sizeof z)
        return false;
    memcpy(z, text.p, text.n);
    z[text.n] = 0;
    if (inet_pton(AF_INET, z, ip.byte + sizeof v4_prefix) == 1)
        memcpy(ip.byte, v4_prefix, sizeof v4_prefix);
    else if (inet_pton(AF_INET6, z, ip.byte) != 1)
        return false;
    *out = ip;
    return true;
}

parry_ip parry_ip_of(const struct sockaddr *a)
{
    parry_ip ip = {{0}};
    if (a != NULL && a->sa_family == AF_INET) {
        struct sockaddr_in v4;
        memcpy(&v4, a, sizeof v4);
        memcpy(ip.byte, v4_prefix, sizeof v4_prefix);
        memcpy(ip.byte + sizeof v4_prefix, &v4.sin_addr, 4);
    } else if (a != NULL && a->sa_family == AF_INET6) {
        struct sockaddr_in6 v6;
        memcpy(&v6, a, sizeof v6);
        memcpy(ip.byte, &v6.sin6_addr, sizeof ip.byte);
    }
    return ip;
}

void parry_ip_text(const parry_ip *ip, char text[PARRY_IP_TEXT])
{
    text[0] = 0;
    if (is_v4(ip))
        (void)inet_ntop(AF_INET, ip->byte + sizeof v4_prefix, text, PARRY_IP_TEXT);
    else
        (void)inet_ntop(AF_INET6, ip->byte, text, PARRY_IP_TEXT);
}

bool parry_ip_loopback(const parry_ip *ip)
{
    static const uint8_t one[16] = {[15] = 1};
    return (is_v4(ip) && ip->byte[12] == 127) || memcmp(ip->byte, one, sizeof one) == 0;
}

parry_ip parry_ip_holder(const parry_ip *ip)
{
    parry_ip h = *ip;
    if (!is_v4(ip))
        memset(h.byte + 8, 0, 8);
    return h;
}

/* ---- networks ---------------------------------------------------------------------------------------------------- */

static bool within(const parry_ip *ip, const parry_ip *net, unsigned bits)
{
    unsigned whole = bits / 8, rest = bits % 8;
    if (memcmp(ip->byte, net->byte, whole) != 0)
        return false;
    return rest == 0 || ((ip->byte[whole] ^ net->byte[whole]) >> (8 - rest)) == 0;
}

static bool read_bits(parry_str s, unsigned most, unsigned *bits)
{
    unsigned n = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9' || i > 2)
            return false;
        n = n * 10 + (unsigned)(s.p[i] - '0');
    }
    *bits = n;
    return s.n > 0 && n <= most;
}

static bool read_network(parry_str s, parry_ip *net, unsigned *bits)
{
    size_t slash = parry_str_find(s, parry_str_of("/"));
    if (!parry_ip_parse(parry_str_make(s.p, slash), net))
        return false;
    bool v4 = is_v4(net);
    *bits = v4 ? 32 : 128;
    if (slash < s.n && !read_bits(parry_str_from(s, slash + 1), *bits, bits))
        return false;
    *bits += v4 ? V4_BITS : 0;
    return true;
}

parry_code parry_proxies_parse(parry_str text, parry_proxies *out, parry_err *err)
{
    parry_proxies p = {.forwarded = out->forwarded};
    while (text.n > 0) {
        size_t n = 0;
        while (n < text.n && text.p[n] != ' ' && text.p[n] != ',')
            n++;
        parry_str one = parry_str_make(text.p, n);
        text = parry_str_from(text, n + 1);
        if (n == 0)
            continue;
        if (p.n == PARRY_PROXIES_MAX)
            return parry_fail(err, PARRY_INVALID, "key serve.trusted_proxies: over %d networks; join some",
                              PARRY_PROXIES_MAX);
        if (!read_network(one, &p.of[p.n].net, &p.of[p.n].bits))
            return parry_fail(err, PARRY_INVALID,
                              "key serve.trusted_proxies: \"%.*s\" is no address or network, like 127.0.0.1 or "
                              "10.0.0.0/8",
                              (int)(n < 60 ? n : 60), one.p);
        p.n++;
    }
    *out = p;
    return PARRY_OK;
}

bool parry_proxies_trust(const parry_proxies *p, const parry_ip *ip)
{
    for (size_t i = 0; i < p->n; i++)
        if (within(ip, &p->of[i].net, p->of[i].bits))
            return true;
    return false;
}

/* ---- the walk ---------------------------------------------------------------------------------------------------- */

/* What stands after the last comma outside of quotes, cut off *rest. */
static parry_str last_piece(parry_str *rest)
{
    size_t at = rest->n;
    bool quoted = false;
    while (at > 0 && (quoted || rest->p[at - 1] != ',')) {
        quoted ^= rest->p[at - 1] == '"';
        at--;
    }
    parry_str piece = parry_str_make(rest->p + at, rest->n - at);
    rest->n = at > 0 ? at - 1 : 0;
    return parry_str_trim(piece);
}

/* The value of for= in one element of Forwarded, without its quotes; empty where there is none. */
static parry_str forwarded_for(parry_str element)
{
    parry_str pair;
    while (parry_str_split(&element, ';', &pair)) {
        pair = parry_str_trim(pair);
        if (pair.n < 4 || strncasecmp(pair.p, "for=", 4) != 0)
            continue;
        pair = parry_str_from(pair, 4);
        if (pair.n >= 2 && pair.p[0] == '"' && pair.p[pair.n - 1] == '"')
            pair = parry_str_make(pair.p + 1, pair.n - 2);
        return pair;
    }
    return parry_str_make(NULL, 0);
}

parry_ip parry_proxies_client(const parry_proxies *p, parry_ip peer, parry_str header)
{
    parry_ip at = peer;
    for (int hop = 0; hop < PARRY_HOPS_MAX && header.n > 0 && parry_proxies_trust(p, &at); hop++) {
        parry_str piece = last_piece(&header);
        parry_ip next;
        if (!parry_ip_parse(p->forwarded ? forwarded_for(piece) : piece, &next))
            break;
        at = next;
    }
    return at;
}
