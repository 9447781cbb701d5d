/* Router: one table of method, path and handler. A pattern is a literal path with at most PARRY_TAILS "{name}" in it.
 * A name takes what is between, slashes too; where there are two, the first takes no slash. The first
 * pattern that fits a path is the path's, and only its rows answer: the special ones stand first. */
#ifndef PARRY_API_ROUTER_H
#define PARRY_API_ROUTER_H

#include "access/rights.h"

#ifdef __cplusplus
extern "C" {
#endif

struct parry_call;
typedef parry_code (*parry_handler)(struct parry_call *c, parry_err *err);

enum { PARRY_TAILS = 2 };

typedef enum parry_route_flags {
    PARRY_ROUTE_PAGE = 1,     /* for people: errors are HTML, and it also answers below an audience's prefix */
    PARRY_ROUTE_SLOW = 2,     /* its handler may block: it runs on a job thread while the connection sleeps */
    PARRY_ROUTE_ONCE = 4,     /* it creates: Idempotency-Key holds (api/idempotency.h), and it is slow */
    PARRY_ROUTE_SIGN_IN = 16, /* tries a secret: limited as such (limits.sign_in_per_address) */
    PARRY_ROUTE_SEARCH =
        32,                /* its handler searches: it takes its turn on a search thread while the connection sleeps */
    PARRY_ROUTE_KEPT = 64, /* its answer may be there already (api/answers.h): it is looked for before that */
} parry_route_flags;

typedef struct parry_route {
    const char *method;  /* "GET" answers HEAD too */
    const char *pattern; /* "/v1/articles/{id}"; also the name in logs and metrics */
    const char *params;  /* the query parameters it knows, one space between; NULL: others are ignored */
    parry_handler handle;
    parry_right right;
    size_t body_max; /* bytes; 0: it takes no body. The server's own limit (serve.max_body_bytes) holds too */
    unsigned flags;  /* parry_route_flags, or-ed */
} parry_route;

typedef enum parry_matched { PARRY_MATCHED, PARRY_NO_ROUTE, PARRY_NO_METHOD } parry_matched;

/* route: its index, or with NO_METHOD of the first row of that path, or n. tails: what the names took, still encoded;
 * {NULL, 0} where the pattern has fewer. pages_only: rows that are no page do not count. */
parry_matched parry_route_find(const parry_route *routes, size_t n, parry_str method, parry_str path, bool pages_only,
                               size_t *route, parry_str tails[PARRY_TAILS]);
/* The methods that a path has, for Allow: "GET, HEAD, OPTIONS". */
void parry_route_allow(const parry_route *routes, size_t n, parry_str path, parry_buf *out);

#ifdef __cplusplus
}
#endif
#endif
