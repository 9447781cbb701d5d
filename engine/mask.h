/* Masks: which articles a query may see, applied inside both retrievals. Private to engine/; one cache a searcher. */
#ifndef PARRY_ENGINE_MASK_H
#define PARRY_ENGINE_MASK_H

#include "engine/search.h"

/* Which articles of a segment may be seen at all: live, and of the asked audience, locale and category. */
typedef struct parry_mask {
    uint8_t *articles; /* a bit an ordinal */
    uint8_t *vectors;  /* a bit a vector ordinal; NULL: all */
    uint64_t stamp;    /* the same for one cache only where it is the same mask */
} parry_mask;

static inline bool parry_mask_shows(const parry_mask *m, uint32_t article)
{
    return (m->articles[article >> 3] >> (article & 7) & 1) != 0;
}

/* Does an article that may be seen hold exactly this word? Says so of no other: it may not be given away. */
PARRY_MUST parry_code parry_masks_show_term(const parry_mask *masks, const parry_generation_info *info, parry_arena *a,
                                            parry_str word, bool *shown, parry_err *err);

typedef struct parry_mask_cache parry_mask_cache;
parry_mask_cache *parry_mask_cache_new(void);
void parry_mask_cache_free(parry_mask_cache *c); /* NULL is fine */

/* One mask a segment of g, borrowed until the next call. */
const parry_mask *parry_masks(parry_mask_cache *c, const parry_generation *g, const parry_query *q);

/* "en" asks for en, en-GB, en-US ...; "en-gb" for itself alone; "" for all. */
bool parry_locale_fits(parry_str article, parry_str asked);

#endif
