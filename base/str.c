/* Slices, growing buffers and UTF-8. */
#include "base/str.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

bool parry_str_eq(parry_str a, parry_str b) { return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0); }

bool parry_str_eqz(parry_str a, const char *z) { return parry_str_eq(a, parry_str_of(z)); }

int parry_str_cmp(parry_str a, parry_str b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int c = n ? memcmp(a.p, b.p, n) : 0;
    return c ? c : (a.n > b.n) - (a.n < b.n);
}

int parry_str_order(const void *a, const void *b)
{
    const parry_str *x = a, *y = b;
    return parry_str_cmp(*x, *y);
}

static size_t least_of(size_t a, size_t b, size_t c)
{
    size_t m = a < b ? a : b;
    return m < c ? m : c;
}

size_t parry_str_distance(parry_str a, parry_str b)
{
    size_t line[PARRY_STR_DISTANCE_MAX + 1];
    if (a.n > PARRY_STR_DISTANCE_MAX || b.n > PARRY_STR_DISTANCE_MAX)
        return PARRY_STR_DISTANCE_MAX;
    for (size_t j = 0; j <= b.n; j++)
        line[j] = j;
    for (size_t i = 1; i <= a.n; i++) {
        size_t diagonal = line[0];
        line[0] = i;
        for (size_t j = 1; j <= b.n; j++) {
            size_t up = line[j];
            line[j] = least_of(up + 1, line[j - 1] + 1, diagonal + (a.p[i - 1] != b.p[j - 1]));
            diagonal = up;
        }
    }
    return line[b.n];
}

bool parry_str_starts(parry_str s, const char *prefix)
{
    size_t n = strlen(prefix);
    return s.n >= n && (n == 0 || memcmp(s.p, prefix, n) == 0);
}

bool parry_str_ends(parry_str s, const char *suffix)
{
    size_t n = strlen(suffix);
    return s.n >= n && (n == 0 || memcmp(s.p + s.n - n, suffix, n) == 0);
}

static bool space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

parry_str parry_str_trim(parry_str s)
{
    while (s.n > 0 && space(s.p[0]))
        s.p++, s.n--;
    while (s.n > 0 && space(s.p[s.n - 1]))
        s.n--;
    return s;
}

parry_str parry_str_from(parry_str s, size_t at)
{
    if (at >= s.n)
        return parry_str_make(s.p ? s.p + s.n : NULL, 0);
    return parry_str_make(s.p + at, s.n - at);
}

size_t parry_str_find(parry_str s, parry_str what)
{
    if (what.n == 0)
        return 0;
    const char *hit = s.n ? memmem(s.p, s.n, what.p, what.n) : NULL;
    return hit ? (size_t)(hit - s.p) : s.n;
}

bool parry_str_split(parry_str *rest, char sep, parry_str *piece)
{
    if (rest->p == NULL)
        return false;
    const char *at = rest->n ? memchr(rest->p, sep, rest->n) : NULL;
    if (at == NULL) {
        *piece = *rest;
        *rest = parry_str_make(NULL, 0);
        return true;
    }
    size_t n = (size_t)(at - rest->p);
    *piece = parry_str_make(rest->p, n);
    *rest = parry_str_make(at + 1, rest->n - n - 1);
    return true;
}

parry_str parry_str_copy(parry_arena *a, parry_str s) { return parry_str_make(parry_str_z(a, s), s.n); }

char *parry_str_z(parry_arena *a, parry_str s)
{
    char *p = parry_arena_alloc(a, s.n + 1);
    if (s.n > 0)
        memcpy(p, s.p, s.n);
    return p;
}

char *parry_strdup(const char *z)
{
    size_t n = strlen(z) + 1;
    return memcpy(parry_malloc(n), z, n);
}

parry_str parry_str_printf(parry_arena *a, const char *fmt, ...)
{
    va_list ap, again;
    va_start(ap, fmt);
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    char *p = parry_arena_alloc(a, n < 0 ? 1 : (size_t)n + 1);
    if (n > 0)
        vsnprintf(p, (size_t)n + 1, fmt, again);
    va_end(again);
    return parry_str_make(p, n < 0 ? 0 : (size_t)n);
}

void parry_buf_free(parry_buf *b)
{
    free(b->p);
    b->p = NULL;
    b->n = b->cap = 0;
    b->full = false;
}

void parry_buf_clear(parry_buf *b)
{
    b->n = 0;
    b->full = false;
    if (b->p != NULL)
        b->p[0] = 0;
}

static bool reserve(parry_buf *b, size_t more)
{
    if (b->full || more > b->max - b->n) {
        b->full = true;
        return false;
    }
    if (b->n + more + 1 > b->cap) {
        size_t cap = b->cap ? b->cap : 64;
        while (cap < b->n + more + 1)
            cap *= 2;
        b->p = parry_realloc(b->p, cap);
        b->cap = cap;
    }
    return true;
}

void parry_buf_add(parry_buf *b, const void *p, size_t n)
{
    if (!reserve(b, n))
        return;
    if (n > 0)
        memcpy(b->p + b->n, p, n);
    b->n += n;
    b->p[b->n] = 0;
}

void parry_buf_addz(parry_buf *b, const char *z) { parry_buf_add(b, z, strlen(z)); }
void parry_buf_adds(parry_buf *b, parry_str s) { parry_buf_add(b, s.p, s.n); }
void parry_buf_addc(parry_buf *b, char c) { parry_buf_add(b, &c, 1); }

void parry_buf_printf(parry_buf *b, const char *fmt, ...)
{
    va_list ap, again;
    va_start(ap, fmt);
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    if (n >= 0 && reserve(b, (size_t)n)) {
        vsnprintf(b->p + b->n, (size_t)n + 1, fmt, again);
        b->n += (size_t)n;
    }
    va_end(again);
}

parry_str parry_buf_str(const parry_buf *b) { return parry_str_make(b->p ? b->p : "", b->n); }

size_t parry_utf8_next(parry_str s, unsigned *cp)
{
    const unsigned char *p = (const unsigned char *)s.p;
    unsigned c = p[0];
    *cp = 0xFFFD;
    if (c < 0x80) {
        *cp = c;
        return 1;
    }
    size_t n = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : 2;
    if (c < 0xC2 || c > 0xF4 || s.n < n)
        return 1;
    unsigned v = c & (0xFFU >> (n + 1));
    for (size_t i = 1; i < n; i++) {
        if ((p[i] & 0xC0) != 0x80)
            return 1;
        v = v << 6 | (p[i] & 0x3FU);
    }
    static const unsigned least[5] = {0, 0, 0x80, 0x800, 0x10000};
    if (v < least[n] || v > 0x10FFFF || (v >= 0xD800 && v < 0xE000))
        return 1;
    *cp = v;
    return n;
}

size_t parry_utf8_count(parry_str s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        n += (s.p[i] & 0xC0) != 0x80;
    return n;
}

size_t parry_utf8_put(unsigned cp, char out[4])
{
    if (cp < 0x80) {
        out[0] = (char)cp;
        return 1;
    }
    if (cp < 0x800) {
        out[0] = (char)(0xC0 | cp >> 6);
        out[1] = (char)(0x80 | (cp & 0x3F));
        return 2;
    }
    if (cp < 0x10000) {
        out[0] = (char)(0xE0 | cp >> 12);
        out[1] = (char)(0x80 | (cp >> 6 & 0x3F));
        out[2] = (char)(0x80 | (cp & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | cp >> 18);
    out[1] = (char)(0x80 | (cp >> 12 & 0x3F));
    out[2] = (char)(0x80 | (cp >> 6 & 0x3F));
    out[3] = (char)(0x80 | (cp & 0x3F));
    return 4;
}

/* A real U+FFFD is three bytes long; a bad byte is reported with length 1. */
static bool bad(size_t len, unsigned cp) { return len == 1 && cp == 0xFFFD; }

bool parry_utf8_valid(parry_str s, size_t *bad_at)
{
    for (size_t i = 0; i < s.n;) {
        unsigned cp;
        size_t n = parry_utf8_next(parry_str_from(s, i), &cp);
        if (bad(n, cp)) {
            if (bad_at != NULL)
                *bad_at = i;
            return false;
        }
        i += n;
    }
    return true;
}

parry_str parry_utf8_clean(parry_arena *a, parry_str s, size_t *bad_count)
{
    size_t at = 0, count = 0;
    if (bad_count != NULL)
        *bad_count = 0;
    if (parry_utf8_valid(s, &at))
        return s;
    char *out = parry_arena_array(a, s.n + 1, 3);
    memcpy(out, s.p, at);
    size_t n = at;
    while (at < s.n) {
        unsigned cp;
        size_t len = parry_utf8_next(parry_str_from(s, at), &cp);
        count += bad(len, cp);
        n += parry_utf8_put(cp, out + n);
        at += len;
    }
    if (bad_count != NULL)
        *bad_count = count;
    return parry_str_make(out, n);
}

parry_str parry_utf8_cut(parry_str s, size_t n)
{
    if (n >= s.n)
        return s;
    while (n > 0 && ((unsigned char)s.p[n] & 0xC0) == 0x80)
        n--;
    return parry_str_make(s.p, n);
}
