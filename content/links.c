/* Links. */
#include "content/links.h"

#include "content/names.h"

#include <strings.h>

static size_t scheme_length(parry_str url) /* bytes before ':'; 0 where the URL is relative */
{
    for (size_t i = 0; i < url.n; i++) {
        if (url.p[i] == ':')
            return i == 0 ? url.n : i; /* ":x" has a scheme that is none */
        if (strchr("/?#", url.p[i]) != NULL)
            return 0;
    }
    return 0;
}

parry_str parry_url_clean(parry_arena *a, parry_str url)
{
    static const char *const allowed[] = {"http", "https", "mailto", "tel"};
    char *p = parry_arena_alloc(a, url.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < url.n; i++)
        if ((unsigned char)url.p[i] >= ' ' && url.p[i] != 0x7F)
            p[n++] = url.p[i];
    parry_str clean = parry_str_trim(parry_str_make(p, n));
    size_t scheme = scheme_length(clean);
    if (scheme == 0)
        return clean;
    for (size_t i = 0; i < sizeof allowed / sizeof *allowed; i++)
        if (scheme == strlen(allowed[i]) && strncasecmp(clean.p, allowed[i], scheme) == 0)
            return clean;
    return parry_str_make(NULL, 0);
}

static int hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 32);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* %20 becomes a space and '\' a '/'; a decoded zero byte or bad UTF-8 makes the path nobody's. */
static parry_str decoded(parry_arena *a, parry_str s)
{
    char *p = parry_arena_alloc(a, s.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        bool coded = s.p[i] == '%' && i + 2 < s.n && hex(s.p[i + 1]) >= 0 && hex(s.p[i + 2]) >= 0;
        char c = coded ? (char)(hex(s.p[i + 1]) * 16 + hex(s.p[i + 2])) : s.p[i];
        i += coded ? 2 : 0;
        if (c != 0)
            p[n++] = c == '\\' ? '/' : c;
    }
    parry_str out = parry_str_make(p, n);
    return parry_utf8_valid(out, NULL) ? out : parry_str_make(NULL, 0);
}

/* base + "/" + path with "." and ".." worked out; false where it climbs out of the tree. */
static bool resolve(parry_arena *a, parry_str base, parry_str path, parry_str *out)
{
    char *p = parry_arena_alloc(a, base.n + path.n + 2);
    size_t n = 0;
    parry_str both[2] = {base, path}, part;
    for (int i = 0; i < 2; i++) {
        while (parry_str_split(&both[i], '/', &part)) {
            if (part.n == 0 || parry_str_eqz(part, "."))
                continue;
            if (parry_str_eqz(part, "..")) {
                if (n == 0)
                    return false;
                while (n > 0 && p[--n] != '/')
                    ;
                continue;
            }
            if (n > 0)
                p[n++] = '/';
            memcpy(p + n, part.p, part.n);
            n += part.n;
        }
    }
    *out = parry_str_make(p, n);
    return true;
}

parry_link_kind parry_link_target(parry_arena *a, parry_str source, parry_str url, parry_str *target,
                                  parry_str *fragment)
{
    parry_str rest = url, path, before;
    if (url.n == 0 || scheme_length(url) > 0 || parry_str_starts(url, "//") || url.p[0] == '#')
        return PARRY_LINK_OTHER;
    parry_str_split(&rest, '#', &path);
    *fragment = rest.p ? rest : parry_str_make(url.p + url.n, 0);
    parry_str_split(&path, '?', &before);
    path = decoded(a, before);
    if (!parry_path_markdown(path))
        return PARRY_LINK_OTHER;
    bool home = parry_str_starts(path, "~/"), from_root = home || parry_str_starts(path, "/");
    if (home)
        path = parry_str_from(path, 1);
    parry_str base = from_root ? parry_str_make(NULL, 0) : parry_path_folder(source);
    return resolve(a, base, path, target) ? PARRY_LINK_ARTICLE : PARRY_LINK_OUTSIDE;
}
