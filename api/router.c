/* Matching a path against the table. A dozen rows: a walk is as fast as anything. */
#include "api/router.h"

static bool fits(const char *pattern, parry_str path, parry_str *tail)
{
    const char *brace = strchr(pattern, '{');
    *tail = parry_str_make(NULL, 0);
    if (brace == NULL)
        return parry_str_eqz(path, pattern);
    size_t fixed = (size_t)(brace - pattern);
    const char *end = strchr(brace, '}') + 1;
    if (path.n < fixed + strlen(end) || memcmp(path.p, pattern, fixed) != 0 || !parry_str_ends(path, end))
        return false;
    *tail = parry_str_make(path.p + fixed, path.n - fixed - strlen(end));
    return true;
}

static bool answers(const parry_route *r, parry_str method)
{
    return parry_str_eqz(method, r->method) || (parry_str_eqz(method, "HEAD") && strcmp(r->method, "GET") == 0);
}

parry_matched parry_route_find(const parry_route *routes, size_t n, parry_str method, parry_str path, bool pages_only,
                               size_t *route, parry_str *tail)
{
    *route = n;
    for (size_t i = 0; i < n; i++) {
        parry_str rest;
        if ((pages_only && !routes[i].page) || !fits(routes[i].pattern, path, &rest))
            continue;
        if (answers(&routes[i], method)) {
            *route = i;
            *tail = rest;
            return PARRY_MATCHED;
        }
        if (*route == n)
            *route = i;
    }
    return *route == n ? PARRY_NO_ROUTE : PARRY_NO_METHOD;
}

void parry_route_allow(const parry_route *routes, size_t n, parry_str path, parry_buf *out)
{
    for (size_t i = 0; i < n; i++) {
        parry_str rest;
        if (!fits(routes[i].pattern, path, &rest))
            continue;
        parry_buf_printf(out, "%s%s", out->n > 0 ? ", " : "", routes[i].method);
        if (strcmp(routes[i].method, "GET") == 0)
            parry_buf_addz(out, ", HEAD");
    }
}
