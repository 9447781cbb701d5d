/* Postings of a segment's frequent terms, decoded once and kept as long as the segment is open: Xapian takes 30 ns for
 * a posting, an array one. A segment never changes, so nothing here is ever out of date and nothing is ever replaced:
 * first come, until the memory is used up; the rest is decoded each time. Any number of threads. Private to engine/. */
#ifndef PARRY_ENGINE_POSTINGS_CACHE_H
#define PARRY_ENGINE_POSTINGS_CACHE_H

#include "engine/segment.h"

enum { PARRY_POSTINGS_KEPT_FROM = 128 }; /* rows a term must be in to be kept */

typedef struct parry_postings_cache parry_postings_cache;

parry_postings_cache *parry_postings_cache_new(size_t most_bytes);
void parry_postings_cache_free(parry_postings_cache *c); /* NULL is fine */
/* *out is borrowed from the cache; false, and untouched, where the term is not kept. */
bool parry_postings_cache_find(parry_postings_cache *c, parry_str term, parry_postings *out);
/* Offer what was decoded; it is copied if it is taken. */
void parry_postings_cache_offer(parry_postings_cache *c, parry_str term, const parry_postings *p);

#endif
