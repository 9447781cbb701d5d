/* printf's format walked by hand, so that each value keeps its key and its type. */
#include "base/log_json.h"

#include "base/str.h"

#include <assert.h>
#include <stdint.h>
#include <stdio.h>

enum { VALUE_BYTES = 1400, KEY_BYTES = 48, CLOSING = 4 }; /* CLOSING: what ends a cut line, `"}\n` */

typedef struct out {
    char *p;
    size_t n, cap;
} out;

/* One conversion: %[0][width][.precision][length]kind. */
typedef struct spec {
    bool zero;
    int width, precision; /* precision < 0: none */
    int length;           /* sizeof the integer */
    char kind;
} spec;

typedef struct walk {
    const char *at; /* in the format */
    va_list ap;
    bool broken; /* a conversion we do not know: what follows cannot be told apart any more */
} walk;

static bool room(const out *o, size_t n) { return o->n + n + CLOSING <= o->cap; }

static void put(out *o, const char *p, size_t n)
{
    memcpy(o->p + o->n, p, n);
    o->n += n;
}

/* ---- strings ---------------------------------------------------------------------------------------------------- */

static size_t escaped(unsigned cp, parry_str bytes, char to[8])
{
    if (cp == '"' || cp == '\\') {
        to[0] = '\\';
        to[1] = (char)cp;
        return 2;
    }
    if (cp < ' ' || cp == 0x7F || (cp == 0xFFFD && bytes.n == 1))
        return (size_t)snprintf(to, 8, "\\u%04x", cp & 0xFFFF);
    memcpy(to, bytes.p, bytes.n);
    return bytes.n;
}

static unsigned hex(char c) { return (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10); }

/* The next character of what parry_logq quoted: its escapes undone. */
static size_t next_quoted(parry_str s, unsigned *cp)
{
    if (s.p[0] != '\\' || s.n < 2)
        return parry_utf8_next(s, cp);
    if (s.p[1] == 'x' && s.n >= 4) {
        *cp = hex(s.p[2]) << 4 | hex(s.p[3]);
        if (*cp >= 0x80)
            *cp = 0xFFFD;
        return 4;
    }
    *cp = (unsigned char)(s.p[1] == 'n' ? '\n' : s.p[1] == 't' ? '\t' : s.p[1] == 'r' ? '\r' : s.p[1]);
    return 2;
}

/* "..." with every quote inside escaped, as parry_logq makes it. */
static bool is_quoted(parry_str s)
{
    if (s.n < 2 || s.p[0] != '"' || s.p[s.n - 1] != '"')
        return false;
    for (size_t i = 1; i + 1 < s.n; i++) {
        if (s.p[i] == '"' || (s.p[i] == '\\' && ++i + 1 >= s.n))
            return false;
    }
    return true;
}

static void put_string(out *o, parry_str s)
{
    bool quoted = is_quoted(s);
    if (quoted)
        s = parry_str_make(s.p + 1, s.n - 2);
    put(o, "\"", 1);
    for (size_t i = 0, len; i < s.n; i += len) {
        unsigned cp;
        char one[8], utf8[4];
        parry_str rest = parry_str_from(s, i);
        len = quoted ? next_quoted(rest, &cp) : parry_utf8_next(rest, &cp);
        bool undone = quoted && rest.p[0] == '\\';
        parry_str bytes = undone ? parry_str_make(utf8, parry_utf8_put(cp, utf8)) : parry_str_make(rest.p, len);
        size_t n = escaped(cp, bytes, one);
        if (!room(o, n))
            break;
        put(o, one, n);
    }
    put(o, "\"", 1);
}

/* ---- one conversion --------------------------------------------------------------------------------------------- */

static int take_int(walk *w)
{
    int n = 0;
    for (; *w->at >= '0' && *w->at <= '9'; w->at++)
        n = n < 1000 ? n * 10 + (*w->at - '0') : n;
    return n;
}

static int take_length(walk *w)
{
    int n = sizeof(int);
    for (; *w->at != 0 && strchr("hlzjt", *w->at) != NULL; w->at++)
        n = *w->at == 'h' ? (int)sizeof(int) : (int)sizeof(int64_t);
    return n;
}

static spec take_spec(walk *w)
{
    spec s = {.precision = -1};
    w->at++;
    s.zero = *w->at == '0';
    s.width = take_int(w);
    if (*w->at == '.') {
        w->at++;
        bool star = *w->at == '*';
        w->at += star;
        s.precision = star ? va_arg(w->ap, int) : take_int(w);
    }
    s.length = take_length(w);
    s.kind = *w->at;
    w->at += *w->at != 0;
    return s;
}

static int print_text(char *to, size_t cap, spec s, const char *z)
{
    if (s.precision >= 0)
        return snprintf(to, cap, "%.*s", s.precision, z ? z : "");
    return snprintf(to, cap, "%s", z ? z : "");
}

static int print_unsigned(char *to, size_t cap, spec s, unsigned long long n)
{
    if (s.kind == 'x')
        return snprintf(to, cap, "%0*llx", s.zero ? s.width : 1, n);
    return snprintf(to, cap, "%llu", n);
}

/* What it prints, at most cap - 1 bytes; the number of bytes. */
static size_t print(walk *w, spec s, char *to, size_t cap)
{
    static_assert(sizeof(long) == 8 && sizeof(long long) == 8 && sizeof(size_t) == 8, "lengths are four or eight");
    bool wide = s.length == (int)sizeof(int64_t);
    int n = 0;
    if (s.kind == 's')
        n = print_text(to, cap, s, va_arg(w->ap, const char *));
    else if (s.kind == 'd' || s.kind == 'i')
        n = snprintf(to, cap, "%lld", wide ? va_arg(w->ap, long long) : va_arg(w->ap, int));
    else if (s.kind == 'u' || s.kind == 'x')
        n = print_unsigned(to, cap, s, wide ? va_arg(w->ap, unsigned long long) : va_arg(w->ap, unsigned));
    else if (s.kind == 'c')
        n = snprintf(to, cap, "%c", va_arg(w->ap, int));
    else if (s.kind == 'f')
        n = snprintf(to, cap, "%.*f", s.precision < 0 ? 6 : s.precision, va_arg(w->ap, double));
    else if (s.kind == 'g')
        n = snprintf(to, cap, "%.*g", s.precision < 0 ? 6 : s.precision, va_arg(w->ap, double));
    else
        w->broken = s.kind != '%';
    if (s.kind == '%')
        n = snprintf(to, cap, "%%");
    return n < 0 ? 0 : (size_t)n < cap ? (size_t)n : cap - 1;
}

/* ---- pairs ------------------------------------------------------------------------------------------------------ */

/* Up to `stop` in the format. *number: it is one number that JSON can write, and nothing else. */
static parry_str take_value(walk *w, char stop, char value[VALUE_BYTES], bool *number)
{
    size_t n = 0, pieces = 0;
    *number = false;
    for (; *w->at != 0 && *w->at != stop && !w->broken; pieces++) {
        if (*w->at == '%') {
            spec s = take_spec(w);
            size_t more = print(w, s, value + n, VALUE_BYTES - n);
            *number = strchr("diufg", s.kind) != NULL && more > 0 && value[n + more - 1] <= '9'; /* not nan, inf */
            n += more;
        } else if (n < VALUE_BYTES - 1) {
            value[n++] = *w->at++;
        } else {
            w->at++;
        }
    }
    *number = *number && pieces == 1;
    return parry_str_make(value, n);
}

/* {NULL, 0}: a text without a key; it goes on to the end. */
static parry_str take_key(walk *w)
{
    size_t n = strcspn(w->at, "= %");
    if (n == 0 || n > KEY_BYTES || w->at[n] != '=')
        return parry_str_of(NULL);
    parry_str key = {w->at, n};
    w->at += n + 1;
    return key;
}

static void put_pair(out *o, parry_str key, parry_str value, bool number)
{
    if (!room(o, key.n + 8 + (number ? value.n : 0)))
        return;
    put(o, ",\"", 2);
    put(o, key.p, key.n);
    put(o, "\":", 2);
    if (number)
        put(o, value.p, value.n);
    else
        put_string(o, value);
}

size_t parry_log_json(char *line, size_t cap, const char *ts, const char *level, const char *event, const char *fmt,
                      va_list ap)
{
    out o = {line, 0, cap};
    walk w = {.at = fmt ? fmt : ""};
    char value[VALUE_BYTES];
    va_copy(w.ap, ap);
    o.n = (size_t)snprintf(line, cap, "{\"ts\":\"%s\",\"level\":\"%s\"", ts, level);
    put_pair(&o, parry_str_of("event"), parry_utf8_cut(parry_str_of(event), cap / 4), false);
    while (*w.at != 0 && !w.broken) {
        bool number;
        w.at += strspn(w.at, " ");
        if (*w.at == 0)
            break;
        parry_str key = take_key(&w), text = take_value(&w, key.n > 0 ? ' ' : 0, value, &number);
        if (!w.broken)
            put_pair(&o, key.n > 0 ? key : parry_str_of("msg"), text, number);
    }
    va_end(w.ap);
    put(&o, "}\n", 2);
    return o.n;
}
