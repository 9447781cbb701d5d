/* Tally: how often caches anywhere in the house had what was asked of them. Counts of the whole process since its
 * start; any thread, without locks. */
#ifndef PARRY_BASE_TALLY_H
#define PARRY_BASE_TALLY_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum parry_cache {
    PARRY_CACHE_POSTINGS,   /* decoded postings of frequent terms (engine/postings_cache.h) */
    PARRY_CACHE_QUERIES,    /* what a text means, asked again while somebody types (engine/lately.h) */
    PARRY_CACHE_MEANINGS,   /* vectors of texts that anybody asked lately (engine/meanings.h) */
    PARRY_CACHE_EMBEDDINGS, /* vectors of passages, from one indexing to the next (indexer/embeddings.h) */
    PARRY_CACHE_ANSWERS,    /* replies to what many people type alike (api/answer_cache.h) */
    PARRY_CACHES
} parry_cache;
const char *parry_cache_name(parry_cache c); /* "postings" */

void parry_tally(parry_cache c, uint64_t hits, uint64_t misses);
void parry_tally_get(parry_cache c, uint64_t *hits, uint64_t *misses);

#ifdef __cplusplus
}
#endif
#endif
