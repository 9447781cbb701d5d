/* Ranges of bytes, read strictly. */
#include "api/http/range.h"

#include <inttypes.h>
#include <stdio.h>
#include <strings.h>

/* Decimal digits alone, at least one; what is over 18 of them is more than any size. */
static bool number(parry_str s, uint64_t *out)
{
    uint64_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
        n = n < UINT64_MAX / 20 ? n * 10 + (uint64_t)(s.p[i] - '0') : UINT64_MAX / 2;
    }
    *out = n;
    return s.n > 0;
}

/* The last so many. */
static parry_range_kind suffix(uint64_t n, uint64_t size, parry_range *out)
{
    if (n == 0 || size == 0)
        return PARRY_RANGE_BEYOND;
    *out = (parry_range){n < size ? size - n : 0, size};
    return PARRY_RANGE_PART;
}

parry_range_kind parry_range_read(parry_str header, uint64_t size, parry_range *out)
{
    static const char unit[] = "bytes=";
    uint64_t from = 0, last = 0;
    if (header.n < sizeof unit - 1 || strncasecmp(header.p, unit, sizeof unit - 1) != 0)
        return PARRY_RANGE_WHOLE;
    parry_str rest = parry_str_trim(parry_str_from(header, sizeof unit - 1));
    size_t dash = parry_str_find(rest, parry_str_of("-"));
    parry_str first = parry_str_make(rest.p, dash), second = parry_str_from(rest, dash + 1);
    bool has_from = number(first, &from), has_last = number(second, &last);
    if (first.n == 0 && has_last)
        return suffix(last, size, out);
    if (dash == rest.n || !has_from || (second.n > 0 && (!has_last || last < from)))
        return PARRY_RANGE_WHOLE;
    if (from >= size)
        return PARRY_RANGE_BEYOND;
    *out = (parry_range){from, has_last && last < size ? last + 1 : size};
    return PARRY_RANGE_PART;
}

void parry_range_text(parry_range r, uint64_t size, char text[PARRY_RANGE_TEXT])
{
    (void)snprintf(text, PARRY_RANGE_TEXT, "bytes %" PRIu64 "-%" PRIu64 "/%" PRIu64, r.from, r.end - 1, size);
}
