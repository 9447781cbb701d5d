/* Who asks, behind proxies: an IP address as a value, and the client's address read from the header that trusted
 * proxies add to. A header is believed only as far as trusted hops vouch for it: it is read from its right end, where
 * the nearest proxy wrote, and the first address that is no trusted proxy's is the client's. Nothing here knows a
 * socket; plain values, any thread. */
#ifndef PARRY_API_PROXIES_H
#define PARRY_API_PROXIES_H

#include "base/str.h"

#include <stdint.h>

struct sockaddr;

#ifdef __cplusplus
extern "C" {
#endif

enum { PARRY_PROXIES_MAX = 64, PARRY_HOPS_MAX = 32, PARRY_IP_TEXT = 46 };

/* IPv6 in network order; IPv4 as ::ffff:a.b.c.d, so that one client has one value. All zeros: not known. */
typedef struct parry_ip {
    uint8_t byte[16];
} parry_ip;

/* "192.0.2.1", "2001:db8::1", "[2001:db8::1]", each with or without ":port" where that can be told apart. */
bool parry_ip_parse(parry_str text, parry_ip *out);
/* All zeros for a family that is neither IPv4 nor IPv6. */
parry_ip parry_ip_of(const struct sockaddr *a);
void parry_ip_text(const parry_ip *ip, char text[PARRY_IP_TEXT]);
bool parry_ip_loopback(const parry_ip *ip); /* 127.0.0.0/8 or ::1 */
/* What one client can be expected to hold: an IPv4 address, or a /64 of IPv6 with the rest zero. */
parry_ip parry_ip_holder(const parry_ip *ip);

typedef struct parry_proxies {
    struct {
        parry_ip net;
        unsigned bits; /* of 128 */
    } of[PARRY_PROXIES_MAX];
    size_t n;
    bool forwarded; /* read Forwarded (RFC 7239) instead of X-Forwarded-For */
} parry_proxies;

/* Addresses and networks between spaces or commas: "127.0.0.1 10.0.0.0/8 fd00::/8". Fails: INVALID names the bad one,
 * or there are over PARRY_PROXIES_MAX. */
PARRY_MUST parry_code parry_proxies_parse(parry_str text, parry_proxies *out, parry_err *err);
bool parry_proxies_trust(const parry_proxies *p, const parry_ip *ip);
/* peer: who is at the other end of the connection. header: the values of the one header that is read, in the order they
 * came, with a comma between. The client's address: peer, where it is not trusted; what cannot be read ends the walk
 * at the trusted hop that reported it. At most PARRY_HOPS_MAX hops are read. */
parry_ip parry_proxies_client(const parry_proxies *p, parry_ip peer, parry_str header);

#ifdef __cplusplus
}
#endif
#endif
