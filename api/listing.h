/* Listing: what a generation holds, in the order people browse it. Made once a generation, shared by all requests. It
 * has only what is live in the generation: published, searchable articles. */
#ifndef PARRY_API_LISTING_H
#define PARRY_API_LISTING_H

#include "engine/generation.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct parry_listing_row {
    parry_str id, title, slug, locale, audience, category, updated; /* borrowed from the generation */
    parry_str product, tags;                                        /* tags one a line */
    uint64_t number;                                                /* of its slug: api/zendesk/numbers.h */
} parry_listing_row;

typedef struct parry_listing {
    uint64_t generation;
    const parry_listing_row *rows; /* by audience, category, title, id */
    size_t n;
} parry_listing;

/* Rows of one audience, [*from, *from + *n). */
void parry_listing_audience(const parry_listing *c, parry_str audience, size_t *from, size_t *n);
/* Of these, a category's. */
void parry_listing_category(const parry_listing *c, parry_str category, size_t *from, size_t *n);

/* Of the n rows from `from`, all of one audience: how many come before or at this place in their order. */
size_t parry_listing_past(const parry_listing *c, size_t from, size_t n, parry_str category, parry_str title,
                          parry_str id);

typedef struct parry_listings parry_listings; /* the keeper of the newest one; any thread */
parry_listings *parry_listings_new(void);
void parry_listings_free(parry_listings *k); /* NULL is fine; after every listing was released */
/* The listing of the index's current generation; the first caller after a switch makes it. */
parry_listing *parry_listing_acquire(parry_listings *k, parry_index *ix);
void parry_listing_release(parry_listings *k, parry_listing *c);

#ifdef __cplusplus
}
#endif
#endif
