#include "deflection/typing.h"

#include "deflection/collapse.h"

#include <stdlib.h>
#include <unicase.h>
#include <unictype.h>
#include <uninorm.h>
#include <unistr.h>

enum {
    MENDED_MAX = 4,  /* a slip is seen after three letters more */
    DELETED_MAX = 6, /* more are marked and deleted at once, or by a key held down */
};

/* ---- folding ----------------------------------------------------------------------------------------------------- */

/* At an end it says nothing. What names things (c#, c++, @, %, an opened bracket of a redacted token) stays. */
static bool is_idle(uint32_t c)
{
    static const char kept[] = "#%&*+/@[\\]_";
    return c < 0x80 && c > 0 && strchr(kept, (int)c) != NULL
               ? false
               : uc_is_property_white_space(c) || uc_is_general_category_withtable(c, UC_CATEGORY_MASK_P) || c < 0x20;
}

static bool is_blank(uint32_t c) { return c < 0x20 || c == 0x7F || uc_is_property_white_space(c); }

static parry_str trimmed(parry_str s)
{
    size_t first = s.n, end = 0;
    for (size_t at = 0; at < s.n;) {
        unsigned c;
        size_t n = parry_utf8_next(parry_str_from(s, at), &c);
        if (!is_idle(c)) {
            first = first == s.n ? at : first;
            end = at + n;
        }
        at += n;
    }
    return first == s.n ? parry_str_trim(s) : parry_str_make(s.p + first, end - first);
}

static parry_str single_blanks(parry_arena *a, parry_str s)
{
    char *p = parry_arena_alloc(a, s.n + 1);
    size_t n = 0;
    for (size_t at = 0; at < s.n;) {
        unsigned c;
        size_t len = parry_utf8_next(parry_str_from(s, at), &c);
        if (!is_blank(c)) {
            memcpy(p + n, s.p + at, len);
            n += len;
        } else if (n > 0 && p[n - 1] != ' ') {
            p[n++] = ' ';
        }
        at += len;
    }
    return parry_str_make(p, n);
}

parry_str parry_collapse_fold(parry_arena *a, parry_str text)
{
    parry_str clean = parry_utf8_clean(a, text, NULL);
    size_t n = 0;
    uint8_t *folded = u8_casefold((const uint8_t *)clean.p, clean.n, NULL, UNINORM_NFKC, NULL, &n);
    if (folded == NULL)
        parry_oom();
    parry_str kept = parry_str_copy(a, parry_str_make((const char *)folded, n));
    free(folded);
    return trimmed(single_blanks(a, trimmed(kept)));
}

/* ---- a text as characters ---------------------------------------------------------------------------------------- */

/* The length of "[email]" and the like at the beginning of s; 0: none is there. */
static size_t redacted_at(parry_str s)
{
    size_t n = 1;
    if (s.n == 0 || s.p[0] != '[')
        return 0;
    while (n < s.n && n < 12 && s.p[n] >= 'a' && s.p[n] <= 'z')
        n++;
    return n > 2 && n < s.n && s.p[n] == ']' ? n + 1 : 0;
}

void parry_typing_of(parry_arena *a, parry_str text, parry_typing *out)
{
    parry_str s = parry_collapse_fold(a, text);
    out->n = 0;
    for (size_t at = 0; at < s.n && out->n < PARRY_TYPING_MAX;) {
        size_t token = redacted_at(parry_str_from(s, at)), n = PARRY_TYPING_MAX - out->n;
        ucs4_t apart[UC_DECOMPOSITION_MAX_LENGTH], c;
        if (token > 0) {
            out->c[out->n++] = PARRY_TYPING_REDACTED;
            at += token;
            continue;
        }
        at += parry_utf8_next(parry_str_from(s, at), &c);
        int parts = uc_canonical_decomposition(c, apart);
        if (parts <= 1)
            out->c[out->n++] = parts == 1 ? apart[0] : c;
        else if ((size_t)parts <= n)
            for (int i = 0; i < parts; i++)
                out->c[out->n++] = apart[i];
        else
            break;
    }
}

/* ---- comparing --------------------------------------------------------------------------------------------------- */

static size_t least(size_t a, size_t b) { return a < b ? a : b; }

static size_t common_start(const parry_typing *a, const parry_typing *b)
{
    size_t n = 0;
    while (n < a->n && n < b->n && a->c[n] == b->c[n])
        n++;
    return n;
}

static size_t common_end(const parry_typing *a, const parry_typing *b, size_t most)
{
    size_t n = 0;
    while (n < most && a->c[a->n - 1 - n] == b->c[b->n - 1 - n])
        n++;
    return n;
}

static bool is_dense(uint32_t c) { return c >= 0x1100 && c != PARRY_TYPING_REDACTED; }
static bool is_kana(uint32_t c) { return c >= 0x3040 && c <= 0x30FF; }

/* From `at` on, Latin letters or kana became what an input method makes of them. */
static bool is_chosen(const parry_typing *from, const parry_typing *to, size_t at)
{
    bool spelt = at < from->n && at < to->n && is_dense(to->c[at]);
    for (size_t i = at; spelt && i < from->n; i++)
        spelt = from->c[i] < 0x80 || is_kana(from->c[i]);
    return spelt && to->n - at <= from->n - at;
}

/* From `at` on, what is personal became a token: letters and digits were written until it could be told. */
static bool is_redacted(const parry_typing *from, const parry_typing *to, size_t at)
{
    size_t blanks = 0, digits = 0;
    if (at >= to->n || at >= from->n || to->c[at] != PARRY_TYPING_REDACTED)
        return false;
    for (size_t i = at; i < from->n; i++) {
        blanks += from->c[i] == ' ';
        digits += from->c[i] >= '0' && from->c[i] <= '9';
    }
    return blanks == 0 || digits >= 2 * blanks;
}

/* Levenshtein's distance, at most `most` + 1: a band around the diagonal is all that is looked at (Ukkonen 1985). */
static size_t distance(const parry_typing *a, const parry_typing *b, size_t most)
{
    size_t row[PARRY_TYPING_MAX + 1], none = most + 1;
    if ((a->n > b->n ? a->n - b->n : b->n - a->n) > most)
        return none;
    for (size_t j = 0; j <= b->n; j++)
        row[j] = j;
    for (size_t i = 1; i <= a->n; i++) {
        size_t first = i > most ? i - most : 1, last = least(b->n, i + most);
        size_t corner = first > 1 ? row[first - 1] : i - 1;
        row[first - 1] = first == 1 ? i : none;
        for (size_t j = first; j <= last; j++) {
            size_t up = j == i + most ? none : row[j], change = corner + (a->c[i - 1] != b->c[j - 1]);
            corner = row[j];
            row[j] = least(change, least(up, row[j - 1]) + 1);
        }
    }
    return least(row[b->n], none);
}

static bool is_digit(uint32_t c) { return c == PARRY_TYPING_REDACTED || uc_is_property_decimal_digit(c); }

static bool has_digit(const parry_typing *w, size_t first, size_t end)
{
    bool any = false;
    for (size_t i = first; i < end; i++)
        any = any || is_digit(w->c[i]);
    return any;
}

/* A few letters of it are others, and no digit: the same search, spelt otherwise. */
static bool is_slip(const parry_typing *from, const parry_typing *to, size_t start)
{
    size_t shorter = least(from->n, to->n);
    size_t end = common_end(from, to, shorter - start);
    bool digits = has_digit(from, start, from->n - end) || has_digit(to, start, to->n - end);
    return shorter >= 4 && !digits && distance(from, to, 2) <= (shorter < 7 ? 1 : 2);
}

/* Most of it stands where it stood, and what was changed is in one place. */
static bool is_touched(const parry_typing *from, const parry_typing *to, size_t start)
{
    size_t shorter = least(from->n, to->n), longer = from->n > to->n ? from->n : to->n;
    size_t kept = start + common_end(from, to, shorter - start);
    return (kept == shorter && (shorter >= 6 || longer - shorter <= 2)) || 10 * kept >= 7 * longer;
}

static bool is_start_of_word(const parry_typing *w, size_t at) { return at == 0 || w->c[at - 1] == ' '; }

/* The word at w->c[at], n long, stands in `in`; the last one may be begun only. */
static bool has_word(const parry_typing *in, const parry_typing *w, size_t at, size_t n, bool last)
{
    for (size_t i = 0; i + n <= in->n; i++)
        if (is_start_of_word(in, i) && memcmp(in->c + i, w->c + at, n * sizeof *w->c) == 0 &&
            (last || i + n == in->n || in->c[i + n] == ' '))
            return true;
    return false;
}

static bool is_picked(const parry_typing *from, const parry_typing *to)
{
    bool all = from->n >= 2 && to->n > from->n;
    for (size_t at = 0, n; all && at < from->n; at += n + 1) {
        for (n = 0; at + n < from->n && from->c[at + n] != ' ';)
            n++;
        all = has_word(to, from, at, n, at + n == from->n);
    }
    return all;
}

parry_typing_step parry_typing_compare(const parry_typing *from, const parry_typing *to)
{
    size_t start = common_start(from, to);
    if (start == from->n && start == to->n)
        return PARRY_TYPING_SAME;
    if (start == from->n)
        return PARRY_TYPING_GROWN;
    if (start == to->n)
        return PARRY_TYPING_SHRUNK;
    if (is_chosen(from, to, start) || is_redacted(from, to, start) || is_slip(from, to, start))
        return PARRY_TYPING_CORRECTED;
    if (is_touched(from, to, start))
        return PARRY_TYPING_EDITED;
    return is_picked(from, to) ? PARRY_TYPING_PICKED : PARRY_TYPING_OTHER;
}

size_t parry_typing_keys(const parry_typing *from, const parry_typing *to)
{
    size_t start = common_start(from, to);
    return least(from->n - start, DELETED_MAX) + to->n - start;
}

bool parry_typing_mended(const parry_typing *from, const parry_typing *to)
{
    size_t start = common_start(from, to);
    parry_typing head = *to;
    head.n = least(to->n, from->n);
    if (from->n < 4 || to->n < from->n || has_digit(from, start, from->n))
        return false;
    return (start > 0 && from->n - start <= MENDED_MAX && start >= from->n - start && from->c[start - 1] != ' ') ||
           distance(from, &head, 4) <= (from->n < 7 ? 1 : 2);
}

bool parry_typing_mid_word(const parry_typing *whole, const parry_typing *part)
{
    return part->n > 0 && part->n < whole->n && whole->c[part->n] != ' ' && whole->c[part->n - 1] != ' ';
}
