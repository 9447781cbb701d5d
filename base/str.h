/* parry_str: a borrowed slice. parry_buf: an owned, growing byte string with a maximum.
 *
 * A slice is not zero-terminated and owns nothing; {NULL, 0} is the empty slice. A buffer is always zero-terminated at
 * p[n] once it holds memory. A buffer that would pass its maximum stops growing and sets `full`: check it once at the
 * end. */
#ifndef PARRY_BASE_STR_H
#define PARRY_BASE_STR_H

#include "base/arena.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct parry_str {
    const char *p;
    size_t n;
} parry_str;

/* For printf: "%.*s", PARRY_FMT(s). */
#define PARRY_FMT(s) (int)(s).n, (s).p ? (s).p : ""

static inline parry_str parry_str_of(const char *z)
{
    parry_str s = {z, z ? strlen(z) : 0};
    return s;
}
static inline parry_str parry_str_make(const char *p, size_t n)
{
    parry_str s = {p, n};
    return s;
}
bool parry_str_eq(parry_str a, parry_str b);
bool parry_str_eqz(parry_str a, const char *z);
int parry_str_cmp(parry_str a, parry_str b);       /* by bytes, shorter first on a tie */
int parry_str_order(const void *a, const void *b); /* the same of two parry_str *, for qsort and bsearch */
/* Levenshtein's distance in bytes; PARRY_STR_DISTANCE_MAX where either is longer than that. */
enum { PARRY_STR_DISTANCE_MAX = 64 };
size_t parry_str_distance(parry_str a, parry_str b);
bool parry_str_starts(parry_str s, const char *prefix);
bool parry_str_ends(parry_str s, const char *suffix);
parry_str parry_str_trim(parry_str s);              /* ASCII white space, both ends */
parry_str parry_str_from(parry_str s, size_t at);   /* the rest from byte `at`; empty past the end */
size_t parry_str_find(parry_str s, parry_str what); /* first place, or s.n */
/* Cut the next piece off *rest at `sep`; false when nothing is left. "a,,b" gives "a", "", "b". */
bool parry_str_split(parry_str *rest, char sep, parry_str *piece);
parry_str parry_str_copy(parry_arena *a, parry_str s); /* zero-terminated copy in the arena */
char *parry_str_z(parry_arena *a, parry_str s);        /* the same as a C string */
char *parry_strdup(const char *z);                     /* the caller's to free */
parry_str parry_str_printf(parry_arena *a, const char *fmt, ...) PARRY_PRINTF(2, 3);

typedef struct parry_buf {
    char *p;
    size_t n, cap, max;
    bool full; /* an append was refused because of max */
} parry_buf;

#define PARRY_BUF(max_bytes)                                                                                           \
    {                                                                                                                  \
        NULL, 0, 0, (max_bytes), false                                                                                 \
    }
void parry_buf_free(parry_buf *b);  /* ready for reuse afterwards */
void parry_buf_clear(parry_buf *b); /* keeps the memory */
void parry_buf_add(parry_buf *b, const void *p, size_t n);
void parry_buf_addz(parry_buf *b, const char *z);
void parry_buf_adds(parry_buf *b, parry_str s);
void parry_buf_addc(parry_buf *b, char c);
void parry_buf_printf(parry_buf *b, const char *fmt, ...) PARRY_PRINTF(2, 3);
parry_str parry_buf_str(const parry_buf *b); /* borrowed until the next append */

/* UTF-8. Decoding is strict (no surrogates, no overlong forms, at most U+10FFFF). */
bool parry_utf8_valid(parry_str s, size_t *bad_at); /* bad_at: first bad byte; may be NULL */
/* One code point at s.p (s.n > 0); returns its length in bytes, 1 and U+FFFD for a bad byte. */
size_t parry_utf8_next(parry_str s, unsigned *cp);
size_t parry_utf8_count(parry_str s); /* code points of valid UTF-8 */
size_t parry_utf8_put(unsigned cp, char out[4]);
/* Every bad byte becomes U+FFFD; the slice itself where it was valid. *bad counts replacements (may be NULL). */
parry_str parry_utf8_clean(parry_arena *a, parry_str s, size_t *bad);
/* The longest prefix of at most `n` bytes that ends on a code point boundary. */
parry_str parry_utf8_cut(parry_str s, size_t n);

#ifdef __cplusplus
}
#endif
#endif
