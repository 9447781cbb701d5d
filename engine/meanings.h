/* Meanings: the vectors of texts that were asked lately, by anybody: what many type ends in the same finished words,
 * and reading them is half of what a search costs. Shared by the searchers of one encoder; any thread.
 *
 *     sets of a few entries by a salted hash of the text; of a set, the one used longest ago goes first */
#ifndef PARRY_ENGINE_MEANINGS_H
#define PARRY_ENGINE_MEANINGS_H

#include "base/str.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct parry_meanings parry_meanings;
/* dim: of the vectors; most: entries, rounded up to a power of two; each takes 4 * dim + 40 bytes. */
parry_meanings *parry_meanings_new(size_t dim, size_t most);
void parry_meanings_free(parry_meanings *m); /* NULL is fine */

/* vector: dim floats, written where it is known. Counts hits and misses (base/tally.h). */
bool parry_meanings_find(parry_meanings *m, parry_str text, float *vector);
void parry_meanings_keep(parry_meanings *m, parry_str text, const float *vector);

#ifdef __cplusplus
}
#endif
#endif
