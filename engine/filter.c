/* Fields of articles: by name, by value, counted. */
#include "engine/filter.h"

#include <stdlib.h>

static const char *const field_names[PARRY_FIELDS] = {"category", "audience", "locale", "product", "tag"};
static const char *const sort_names[] = {"relevance", "updated", "title"};

const char *parry_field_name(parry_field f) { return field_names[f]; }

parry_code parry_field_parse(parry_str name, parry_field *out, parry_err *err)
{
    for (int f = 0; f < PARRY_FIELDS; f++) {
        if (parry_str_eqz(name, field_names[f])) {
            *out = (parry_field)f;
            return PARRY_OK;
        }
    }
    return parry_fail(err, PARRY_INVALID, "there is no field '%.*s': use category, audience, locale, product or tag",
                      PARRY_FMT(parry_utf8_cut(name, 60)));
}

parry_code parry_sort_parse(parry_str name, parry_sort *out, parry_err *err)
{
    for (int s = PARRY_BY_RELEVANCE; s <= PARRY_BY_TITLE; s++) {
        if (parry_str_eqz(name, sort_names[s])) {
            *out = (parry_sort)s;
            return PARRY_OK;
        }
    }
    return parry_fail(err, PARRY_INVALID, "sort is '%.*s': use relevance, updated or title",
                      PARRY_FMT(parry_utf8_cut(name, 60)));
}

bool parry_locale_fits(parry_str locale, parry_str asked)
{
    if (asked.n == 0)
        return true;
    if (locale.n < asked.n || strncasecmp(locale.p, asked.p, asked.n) != 0)
        return false;
    return locale.n == asked.n || locale.p[asked.n] == '-';
}

bool parry_date_read(parry_str date, int64_t *unix_ms)
{
    return parry_time_parse(date, unix_ms, NULL) ||
           parry_time_parse(parry_str_make(date.p, date.n < 10 ? 0 : 10), unix_ms, NULL);
}

static parry_str one_value(const parry_article_out *x, parry_field f)
{
    switch (f) {
    case PARRY_FIELD_CATEGORY:
        return x->category;
    case PARRY_FIELD_AUDIENCE:
        return x->audience;
    case PARRY_FIELD_LOCALE:
        return x->locale;
    case PARRY_FIELD_PRODUCT:
        return x->product;
    case PARRY_FIELD_TAG:
    case PARRY_FIELDS:
        break;
    }
    return x->tags;
}

bool parry_field_next(const parry_article_out *x, parry_field f, size_t *at, parry_str *value)
{
    parry_str all = one_value(x, f), rest = parry_str_from(all, *at);
    if (rest.n == 0)
        return false;
    size_t n = f == PARRY_FIELD_TAG ? parry_str_find(rest, parry_str_of("\n")) : rest.n;
    *value = parry_str_make(rest.p, n);
    *at += n + (n < rest.n);
    return true;
}

static bool has(const parry_article_out *x, const parry_filter *f)
{
    size_t at = 0;
    parry_str value;
    if (f->field == PARRY_FIELD_LOCALE)
        return parry_locale_fits(x->locale, f->value);
    while (parry_field_next(x, f->field, &at, &value))
        if (parry_str_eq(value, f->value))
            return true;
    return false;
}

static int by_kind(const void *x, const void *y)
{
    const parry_filter *a = x, *b = y;
    if (a->set != b->set)
        return a->set < b->set ? -1 : 1;
    if (a->either != b->either)
        return a->either < b->either ? -1 : 1;
    if (a->field != b->field)
        return a->field < b->field ? -1 : 1;
    return a->negated != b->negated ? (a->negated ? 1 : -1) : parry_str_cmp(a->value, b->value);
}

static bool same_kind(const parry_filter *a, const parry_filter *b)
{
    return a->set == b->set && a->either == b->either && (a->either != 0 || a->field == b->field);
}

void parry_filters_sort(parry_filter *filters, size_t n)
{
    if (n > 0)
        qsort(filters, n, sizeof *filters, by_kind);
}

const parry_filter *parry_filters_unmet(const parry_filter *filters, size_t n, const parry_article_out *x,
                                        size_t *count)
{
    for (size_t i = 0, end; i < n; i = end) {
        bool any = false;
        for (end = i; end < n && same_kind(&filters[end], &filters[i]); end++)
            any = any || has(x, &filters[end]) != filters[end].negated;
        *count = end - i;
        if (!any)
            return &filters[i];
    }
    return NULL;
}

bool parry_filters_hold(const parry_filter *filters, size_t n, const parry_article_out *x)
{
    size_t count;
    return parry_filters_unmet(filters, n, x, &count) == NULL;
}

/* ---- counting -----------------------------------------------------------------------------------------------------
 */

struct parry_counter {
    parry_arena *arena;
    parry_str *values;
    size_t n, cap;
};

parry_counter *parry_counter_new(parry_arena *a)
{
    parry_counter *c = PARRY_NEW(a, parry_counter);
    c->arena = a;
    return c;
}

void parry_counter_add(parry_counter *c, parry_str value)
{
    c->values = parry_arena_grow(c->arena, c->values, c->n, &c->cap, sizeof *c->values);
    c->values[c->n++] = value;
}

static int most_first(const void *x, const void *y)
{
    const parry_facet_value *a = x, *b = y;
    if (a->n != b->n)
        return a->n < b->n ? 1 : -1;
    return parry_str_cmp(a->value, b->value);
}

parry_facet parry_counter_facet(const parry_counter *c, parry_field f)
{
    parry_facet out = {f, PARRY_ARRAY(c->arena, parry_facet_value, c->n + 1), 0};
    if (c->n > 0)
        qsort(c->values, c->n, sizeof *c->values, parry_str_order);
    for (size_t i = 0; i < c->n; i++) {
        if (out.n == 0 || !parry_str_eq(out.values[out.n - 1].value, c->values[i]))
            out.values[out.n++] = (parry_facet_value){c->values[i], 0};
        out.values[out.n - 1].n++;
    }
    if (out.n > 0)
        qsort(out.values, out.n, sizeof *out.values, most_first);
    out.n = out.n < PARRY_FACET_VALUES_MAX ? out.n : PARRY_FACET_VALUES_MAX;
    return out;
}
