/* Lately: what the last few texts mean, so that letters that change nothing are not encoded and looked up again. One
 * cache a searcher, one thread. Private to engine/. */
#ifndef PARRY_ENGINE_LATELY_H
#define PARRY_ENGINE_LATELY_H

#include "engine/retrieve.h"

typedef struct parry_lately parry_lately;
parry_lately *parry_lately_new(size_t dim); /* of the vectors */
void parry_lately_free(parry_lately *l);    /* NULL is fine */

/* The vector of the text and the candidates by it under the masks of that stamp, which stands for the generation too.
 * Borrowed until the next parry_lately_keep; false where it was not asked lately. */
bool parry_lately_find(parry_lately *l, uint64_t stamp, parry_str text, const float **vector, parry_candidates *c);
void parry_lately_keep(parry_lately *l, uint64_t stamp, parry_str text, const float *vector, const parry_candidates *c);

#endif
