/* Meant: which sentence of a passage is nearest to the query, where its words match little. Private to engine/.
 *
 * Sentences of short articles have vectors in the segment. Another one costs an encode, about what a query costs. So
 * only weak excerpts among the first of a page are asked, a few sentences each, in one batch; and vectors are kept by
 * text, since the same passages answer again and again. */
#ifndef PARRY_ENGINE_MEANT_H
#define PARRY_ENGINE_MEANT_H

#include "engine/snippet.h"

typedef struct parry_meant parry_meant;                     /* vectors of sentences; one a searcher, one thread */
parry_meant *parry_meant_new(const parry_encoder *encoder); /* borrowed */
void parry_meant_free(parry_meant *m);                      /* NULL is fine */

/* Centre the weak excerpts of e[n] on their nearest sentences; query: the query's vector. Where the encoder fails the
 * words' choice stands. */
void parry_meant_centre(parry_meant *m, parry_encoder_scratch *scratch, parry_arena *a, const float *query,
                        parry_excerpt *e, size_t n);

#endif
