/* Near-duplicates, found: by shared runs of words (copies, and articles that hold another one), and by passages that
 * mean the same (paraphrases). */
#ifndef PARRY_INDEXER_DUPLICATES_H
#define PARRY_INDEXER_DUPLICATES_H

#include "engine/duplicates.h"

#include <stdatomic.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Pairs at or over the threshold, best first, in the arena: those of the generation's table where it was made from the
 * same articles, else found now. Pairs of different languages are not compared. One core; seconds at some thousand
 * articles, growing with the square of their number (25 ns a pair). */
void parry_duplicates_find(const parry_generation *g, double threshold, parry_arena *a, parry_duplicate **out,
                           size_t *n);
/* The document of side table "duplicates" (new reference); as parry_related_build. */
PARRY_MUST parry_code parry_duplicates_build(const parry_generation *g, unsigned threads, const atomic_bool *stop,
                                             json_t **out, parry_err *err);

#ifdef __cplusplus
}
#endif
#endif
