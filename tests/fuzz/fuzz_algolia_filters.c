/* Any bytes as filters of Algolia's: read or refused with a reason; what was read keeps to the limits, and means the
 * same when it is written out and read again. */
#include "api/algolia/filters.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool good)
{
    if (!good)
        abort();
}

static void quote(parry_buf *b, parry_str s)
{
    parry_buf_addc(b, '"');
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '"' || s.p[i] == '\\')
            parry_buf_addc(b, '\\');
        parry_buf_addc(b, s.p[i]);
    }
    parry_buf_addc(b, '"');
}

/* The ORs as text; dates are left out. */
static void write_out(const parry_algolia_filters *f, parry_buf *b)
{
    for (size_t i = 0; i < f->n; i++) {
        const parry_filter *x = &f->filters[i];
        bool same = i > 0 && f->filters[i - 1].either == x->either;
        parry_buf_printf(b, "%s%s%s:",
                         i == 0 ? "("
                         : same ? " OR "
                                : ") AND (",
                         x->negated ? "NOT " : "", parry_field_name(x->field));
        quote(b, x->value);
    }
    if (f->n > 0)
        parry_buf_addc(b, ')');
}

static void check(parry_arena *arena, const parry_algolia_filters *f)
{
    parry_buf b = PARRY_BUF(1 << 20);
    must(f->n <= PARRY_ALGOLIA_FILTERS && f->ors <= f->n && f->from_ms >= 0 && f->until_ms >= 0);
    write_out(f, &b);
    parry_algolia_filters again = {.n = 0};
    if (b.n <= PARRY_ALGOLIA_FILTER_BYTES) {
        must(parry_algolia_filters_text(&again, arena, parry_buf_str(&b), NULL) == PARRY_OK);
        must(again.n == f->n && again.ors == f->ors);
        for (size_t i = 0; i < f->n; i++)
            must(again.filters[i].field == f->filters[i].field && again.filters[i].negated == f->filters[i].negated &&
                 again.filters[i].either == f->filters[i].either &&
                 parry_str_eq(again.filters[i].value, f->filters[i].value));
    }
    parry_buf_free(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    parry_arena *arena = parry_arena_new();
    parry_algolia_filters f = {.n = 0};
    parry_err err = {0};
    parry_str text = parry_str_make((const char *)data, size);
    if (parry_algolia_filters_text(&f, arena, text, &err) == PARRY_OK)
        check(arena, &f);
    else
        must(err.code == PARRY_INVALID && err.msg[0] != 0 && f.n == 0);
    json_t *j = json_loadb(text.p, text.n, JSON_DECODE_ANY, NULL);
    if (j != NULL && parry_algolia_filters_facets(&f, arena, j, size % 2 == 0, NULL) == PARRY_OK &&
        parry_algolia_filters_numeric(&f, arena, j, NULL) == PARRY_OK)
        check(arena, &f);
    json_decref(j);
    must(parry_arena_bytes(arena) < (16U << 20));
    parry_arena_free(arena);
    return 0;
}
