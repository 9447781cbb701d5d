/* Limits: what stands between a connection and a handler. Whose a request is (through trusted proxies), whether it may
 * be let in now (admission, before any work and before its body), and whether its address or key asked for too much
 * lately. Any thread. */
#ifndef PARRY_API_LIMITS_H
#define PARRY_API_LIMITS_H

#include "api/http/http.h"
#include "api/http/router.h"
#include "api/limits/admission.h"
#include "api/limits/proxies.h"
#include "base/config.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct parry_limits parry_limits;
/* Borrows config. Fails: INVALID (serve.trusted_proxies). */
PARRY_MUST parry_code parry_limits_open(const parry_config *config, parry_limits **out, parry_err *err);
void parry_limits_close(parry_limits *l); /* NULL is fine */

/* Which limits hold for a route; NULL: for what fits none. */
parry_class parry_class_of(const parry_route *route);

/* The client's address: the peer's, or what trusted proxies say of it. */
parry_ip parry_limits_client(const parry_limits *l, parry_ip peer, const parry_header *headers, size_t n);
/* Whether a limit for each address holds for this one: not for trusted proxies, nor for this machine unless told. */
bool parry_limits_hold_for(const parry_limits *l, const parry_ip *ip);

typedef enum parry_verdict {
    PARRY_LET_IN,
    PARRY_TOO_BUSY, /* 503: it waited too long, or too many do */
    PARRY_TOO_MANY, /* 429: its address or key asks too often */
} parry_verdict;

/* Before any work. retry_s: where it is not let in, after how many seconds to try again. */
parry_verdict parry_limits_check(parry_limits *l, parry_class c, const parry_ip *who, int64_t waited_ns, int64_t now_ns,
                                 unsigned *retry_s);
/* Once its key is known, by the key's id. LET_IN or TOO_MANY. */
parry_verdict parry_limits_check_key(parry_limits *l, parry_class c, parry_str key_id, int64_t now_ns,
                                     unsigned *retry_s);
/* For metrics: requests answered 429 since the start, of addresses or of keys; whether load is being shed. */
uint64_t parry_limits_limited(const parry_limits *l, bool keys, parry_class c);
bool parry_limits_overloaded(parry_limits *l);

/* Why these headers do not say in one way only where the body ends, or NULL: two lengths, a length and chunks, another
 * coding than chunked, two hosts, a name that is no token. What two programs read differently is how requests are
 * smuggled (RFC 9112, 11.2). */
const char *parry_framing_fault(const parry_header *headers, size_t n, bool http_1_0);

#ifdef __cplusplus
}
#endif
#endif
