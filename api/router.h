/* Router: one table of method, path and handler. A pattern is a literal path, or a literal with "{name}" in it: that
 * takes what is between, slashes too. The first row that fits wins. */
#ifndef PARRY_API_ROUTER_H
#define PARRY_API_ROUTER_H

#include "base/str.h"

#ifdef __cplusplus
extern "C" {
#endif

struct parry_call;
typedef parry_code (*parry_handler)(struct parry_call *c, parry_err *err);

typedef struct parry_route {
    const char *method;  /* "GET" answers HEAD too */
    const char *pattern; /* "/v1/articles/{id}"; also the name in logs and metrics */
    const char *params;  /* the query parameters it knows, one space between; NULL: others are ignored */
    parry_handler handle;
    bool page; /* for people: errors are HTML, and it also answers below an audience's prefix */
} parry_route;

typedef enum parry_matched { PARRY_MATCHED, PARRY_NO_ROUTE, PARRY_NO_METHOD } parry_matched;

/* route: its index, or with NO_METHOD of the first row of that path, or n. tail: what {name} took, still encoded.
 * pages_only: rows without `page` do not count. */
parry_matched parry_route_find(const parry_route *routes, size_t n, parry_str method, parry_str path, bool pages_only,
                               size_t *route, parry_str *tail);
/* The methods that a path has, for Allow: "GET, HEAD". */
void parry_route_allow(const parry_route *routes, size_t n, parry_str path, parry_buf *out);

#ifdef __cplusplus
}
#endif
#endif
