/* Bytes to text. What can be mended is, with a warning; what is not text is refused by name. */
#include "content/source.h"

#include "content/warn.h"

#include <stdarg.h>

/* Above these shares a file is not text with a flaw but no text at all. */
enum { NUL_SHARE = 64, BAD_SHARE = 10 };

void parry_warn(const parry_warnings *w, parry_str path, int line, const char *fmt, ...)
{
    if (w == NULL || w->warn == NULL)
        return;
    char msg[240];
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(msg, sizeof msg, fmt, ap);
    va_end(ap);
    if (n < 0)
        return;
    if ((size_t)n >= sizeof msg) /* never half a code point */
        msg[parry_utf8_cut(parry_str_make(msg, sizeof msg), sizeof msg - 1).n] = 0;
    for (char *p = msg; *p; p++)
        if ((unsigned char)*p < ' ')
            *p = ' ';
    w->warn(w->ctx, path, line, msg);
}

int parry_line_at(parry_str text, size_t at)
{
    int line = 1;
    for (size_t i = 0; i < at && i < text.n; i++)
        line += text.p[i] == '\n';
    return line;
}

parry_hash parry_source_hash(parry_str bytes, parry_str path)
{
    parry_hasher h;
    parry_hasher_start(&h);
    parry_hasher_adds(&h, path);
    parry_hasher_adds(&h, bytes);
    return parry_hasher_end(&h);
}

static parry_code refuse_others(parry_str s, parry_str path, parry_err *err)
{
    if (parry_str_starts(s, "\xFF\xFE") || parry_str_starts(s, "\xFE\xFF") ||
        (s.n >= 4 && memcmp(s.p, "\0\0\xFE\xFF", 4) == 0))
        return parry_fail(err, PARRY_INVALID, "%.*s is UTF-16 or UTF-32: save it as UTF-8", PARRY_FMT(path));
    return PARRY_OK;
}

static parry_code count_nuls(parry_str s, parry_str path, size_t *nuls, const parry_warnings *w, parry_err *err)
{
    size_t first = s.n;
    *nuls = 0;
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] == 0 && (*nuls)++ == 0)
            first = i;
    if (*nuls == 0)
        return PARRY_OK;
    if (*nuls > s.n / NUL_SHARE)
        return parry_fail(err, PARRY_INVALID, "%.*s is not text (zero bytes)", PARRY_FMT(path));
    parry_warn(w, path, parry_line_at(s, first), "%zu zero byte%s left out", *nuls, *nuls == 1 ? "" : "s");
    return PARRY_OK;
}

static bool control(char c) { return (unsigned char)c < ' ' && c != '\n' && c != '\t'; }

/* CRLF and CR become LF, control characters go. */
static parry_str plain_lines(parry_arena *a, parry_str s)
{
    size_t at = 0;
    while (at < s.n && !control(s.p[at]))
        at++;
    if (at == s.n)
        return s;
    char *p = parry_str_z(a, s);
    size_t n = at;
    for (size_t i = at; i < s.n; i++) {
        if (s.p[i] == '\r' && (i + 1 >= s.n || s.p[i + 1] != '\n'))
            p[n++] = '\n';
        else if (!control(s.p[i]))
            p[n++] = s.p[i];
    }
    return parry_str_make(p, n);
}

parry_code parry_source_text(parry_arena *a, parry_str bytes, parry_str path, const parry_warnings *w, parry_str *text,
                             parry_err *err)
{
    if (bytes.n > PARRY_ARTICLE_MAX_BYTES)
        return parry_fail(err, PARRY_TOO_LARGE, "%.*s has %zu bytes, at most %d are read", PARRY_FMT(path), bytes.n,
                          PARRY_ARTICLE_MAX_BYTES);
    size_t nuls = 0, bad = 0, bad_at = 0;
    parry_code code = refuse_others(bytes, path, err);
    if (code == PARRY_OK)
        code = count_nuls(bytes, path, &nuls, w, err);
    if (code != PARRY_OK)
        return code;
    parry_str s = parry_str_starts(bytes, "\xEF\xBB\xBF") ? parry_str_from(bytes, 3) : bytes;
    if (!parry_utf8_valid(s, &bad_at)) {
        parry_str clean = parry_utf8_clean(a, s, &bad);
        if (bad > s.n / BAD_SHARE)
            return parry_fail(err, PARRY_INVALID, "%.*s is not UTF-8 text", PARRY_FMT(path));
        parry_warn(w, path, parry_line_at(s, bad_at), "not UTF-8: %zu byte%s replaced; save the file as UTF-8", bad,
                   bad == 1 ? "" : "s");
        s = clean;
    }
    s = plain_lines(a, s);
    if (parry_str_trim(s).n == 0)
        return parry_fail(err, PARRY_INVALID, "%.*s is empty", PARRY_FMT(path));
    *text = s;
    return PARRY_OK;
}
