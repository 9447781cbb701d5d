/* Matching a path against the table. Some dozens of rows: a walk is as fast as anything. */
#include "api/http/router.h"

/* "{name}" and what follows it, when it is the last name: that must be the path's end. */
static bool fits_last(const char *brace, parry_str path, parry_str *tail)
{
    const char *end = strchr(brace, '}') + 1;
    if (path.n < strlen(end) || !parry_str_ends(path, end))
        return false;
    *tail = parry_str_make(path.p, path.n - strlen(end));
    return true;
}

/* The first of two: up to the next slash. */
static void fits_first(const char **pattern, parry_str *path, parry_str *tail)
{
    size_t n = parry_str_find(*path, parry_str_of("/"));
    *tail = parry_str_make(path->p, n);
    *path = parry_str_from(*path, n);
    *pattern = strchr(*pattern, '}') + 1;
}

static bool fits(const char *pattern, parry_str path, parry_str tails[PARRY_TAILS])
{
    for (size_t i = 0; i < PARRY_TAILS; i++)
        tails[i] = parry_str_make(NULL, 0);
    for (size_t i = 0; i < PARRY_TAILS; i++) {
        const char *brace = strchr(pattern, '{');
        if (brace == NULL)
            break;
        size_t fixed = (size_t)(brace - pattern);
        if (path.n < fixed || memcmp(path.p, pattern, fixed) != 0)
            return false;
        path = parry_str_from(path, fixed);
        pattern = brace;
        if (strchr(brace + 1, '{') == NULL)
            return fits_last(brace, path, &tails[i]);
        fits_first(&pattern, &path, &tails[i]);
    }
    return parry_str_eqz(path, pattern);
}

static bool answers(const parry_route *r, parry_str method)
{
    return parry_str_eqz(method, r->method) || (parry_str_eqz(method, "HEAD") && strcmp(r->method, "GET") == 0);
}

parry_matched parry_route_find(const parry_route *routes, size_t n, parry_str method, parry_str path, bool pages_only,
                               size_t *route, parry_str tails[PARRY_TAILS])
{
    *route = n;
    for (size_t i = 0; i < n; i++) {
        parry_str found[PARRY_TAILS];
        if ((pages_only && !(routes[i].flags & PARRY_ROUTE_PAGE)) || !fits(routes[i].pattern, path, found))
            continue;
        if (*route < n && strcmp(routes[i].pattern, routes[*route].pattern) != 0)
            continue;
        if (answers(&routes[i], method)) {
            *route = i;
            memcpy(tails, found, sizeof found);
            return PARRY_MATCHED;
        }
        if (*route == n)
            *route = i;
    }
    return *route == n ? PARRY_NO_ROUTE : PARRY_NO_METHOD;
}

static bool names(parry_str list, const char *method)
{
    parry_str one;
    while (parry_str_split(&list, ',', &one)) {
        if (parry_str_eqz(parry_str_trim(one), method))
            return true;
    }
    return false;
}

void parry_route_allow(const parry_route *routes, size_t n, parry_str path, parry_buf *out)
{
    const char *pattern = NULL;
    for (size_t i = 0; i < n; i++) {
        parry_str found[PARRY_TAILS];
        if (pattern == NULL && fits(routes[i].pattern, path, found))
            pattern = routes[i].pattern;
        if (pattern == NULL || strcmp(pattern, routes[i].pattern) != 0 || names(parry_buf_str(out), routes[i].method))
            continue;
        parry_buf_printf(out, "%s%s", out->n > 0 ? ", " : "", routes[i].method);
        if (strcmp(routes[i].method, "GET") == 0)
            parry_buf_addz(out, ", HEAD");
    }
    if (out->n > 0)
        parry_buf_addz(out, ", OPTIONS");
}
