/* Rows of the listing that the caller may see, and the numbers that Zendesk's clients know them and their sections by.
 */
#include "api/zendesk/inner.h"

#include "api/zendesk/numbers.h"

static const char no_section[] = "Articles"; /* of articles without a category */

bool parry_zendesk_has_line(parry_str lines, parry_str wanted)
{
    parry_str line;
    while (parry_str_split(&lines, '\n', &line)) {
        if (parry_str_eq(line, wanted))
            return true;
    }
    return false;
}

/* "en" is of "en-US" and the other way round: clients ask for en-us where articles say en. */
static bool one_language(parry_str a, parry_str b)
{
    size_t i = 0;
    while (i < a.n && i < b.n && (a.p[i] | 0x20) == (b.p[i] | 0x20))
        i++;
    return (i == a.n && (i == b.n || b.p[i] == '-')) || (i == b.n && a.p[i] == '-');
}

void parry_zendesk_gather_rows(parry_zendesk_asked *q)
{
    size_t from, n;
    parry_listing_audience(q->list, q->c->audience, &from, &n);
    q->rows = PARRY_ARRAY(q->c->arena, const parry_listing_row *, n + 1);
    for (size_t i = from; i < from + n; i++) {
        const parry_listing_row *r = &q->list->rows[i];
        if (parry_row_within(q->c, r) && (q->locale.n == 0 || one_language(r->locale, q->locale)))
            q->rows[q->nrows++] = r;
    }
}

const parry_listing_row *parry_zendesk_row_of(const parry_zendesk_asked *q, uint64_t number)
{
    for (size_t i = 0; i < q->nrows; i++) {
        if (q->rows[i]->number == number)
            return q->rows[i];
    }
    return NULL;
}

parry_str parry_zendesk_section_name(const parry_listing_row *r)
{
    return r->category.n > 0 ? r->category : parry_str_of(no_section);
}

uint64_t parry_zendesk_section_number(const parry_zendesk_asked *q, parry_str name)
{
    return parry_number(parry_str_printf(q->c->arena, "section %.*s", PARRY_FMT(name)));
}

uint64_t parry_zendesk_category_number(const parry_zendesk_asked *q)
{
    return parry_number(parry_str_printf(q->c->arena, "category %.*s", PARRY_FMT(q->c->audience)));
}

bool parry_zendesk_number_of(parry_str s, uint64_t *out)
{
    uint64_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9' || n > (uint64_t)1 << PARRY_NUMBER_BITS)
            return false;
        n = n * 10 + (uint64_t)(s.p[i] - '0');
    }
    *out = n;
    return s.n > 0;
}
