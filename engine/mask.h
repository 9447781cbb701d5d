/* Masks: which articles a query may see, applied inside both retrievals. Private to engine/; one cache a searcher. */
#ifndef PARRY_ENGINE_MASK_H
#define PARRY_ENGINE_MASK_H

#include "engine/search.h"

/* Which articles of a segment may be seen at all: live, of the asked audience, and all that filters say.
 */
typedef struct parry_mask {
    uint8_t *articles; /* a bit an ordinal */
    uint8_t *vectors;  /* a bit a vector ordinal; NULL: all */
    uint64_t stamp;    /* the same for one cache only where it is the same mask; 0: narrowed for one query */
} parry_mask;

static inline bool parry_mask_shows(const parry_mask *m, uint32_t article)
{
    return (m->articles[article >> 3] >> (article & 7) & 1) != 0;
}

/* What may stand between a query and a live article, one after the other. */
typedef enum parry_barrier {
    PARRY_BARRIER_AUDIENCE,
    PARRY_BARRIER_LOCALE,
    PARRY_BARRIER_CATEGORY,
    PARRY_BARRIER_EXCLUDE,
    PARRY_BARRIER_UPDATED_FROM,
    PARRY_BARRIER_UPDATED_UNTIL,
    PARRY_BARRIER_FILTERS,
    PARRY_BARRIERS
} parry_barrier;
/* A mask shows the articles that pass all of them. */
bool parry_barrier_passed(parry_barrier b, const parry_article_out *x, const parry_query *q);

typedef struct parry_mask_cache parry_mask_cache;
parry_mask_cache *parry_mask_cache_new(void);
void parry_mask_cache_free(parry_mask_cache *c); /* NULL is fine */

/* A bit for each vector of the articles that are set; in the arena. */
uint8_t *parry_mask_vectors(parry_arena *a, const parry_segment *segment, const uint8_t *articles);

/* One mask a segment of g, borrowed until the next call. */
const parry_mask *parry_masks(parry_mask_cache *c, const parry_generation *g, const parry_query *q);

#endif
