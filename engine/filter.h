/* Filters and facets: what an article is filed under. Private to engine/. */
#ifndef PARRY_ENGINE_FILTER_H
#define PARRY_ENGINE_FILTER_H

#include "engine/search.h"

/* Alternatives side by side; the same filters in any order become the same list. */
void parry_filters_sort(parry_filter *filters, size_t n);
/* The first alternatives, *count of them side by side, of which the article satisfies none; NULL: it satisfies all.
 * They are sorted; what comes after these is asked for by calling again with what is left. */
const parry_filter *parry_filters_unmet(const parry_filter *filters, size_t n, const parry_article_out *x,
                                        size_t *count);
/* Does the article satisfy all of them? They are sorted. */
bool parry_filters_hold(const parry_filter *filters, size_t n, const parry_article_out *x);
/* "en" asks for en, en-GB, en-US ...; "en-gb" for itself alone; empty for any. */
bool parry_locale_fits(parry_str locale, parry_str asked);
/* An article's date, as its author wrote it; Unix ms. */
bool parry_date_read(parry_str date, int64_t *unix_ms);
/* The next value of a field: *at is 0 before the first. false: no more. */
bool parry_field_next(const parry_article_out *x, parry_field f, size_t *at, parry_str *value);

/* Counting: one value of one article after another, then the facet. */
typedef struct parry_counter parry_counter;
parry_counter *parry_counter_new(parry_arena *a);
void parry_counter_add(parry_counter *c, parry_str value);
parry_facet parry_counter_facet(const parry_counter *c, parry_field f);

#endif
