/* Embeddings: the vectors of texts that were encoded once, so that no text is encoded twice by the same model.
 *
 *   embeddings   key (32 bytes) -> the vector as IEEE 754 half floats, little-endian, 2 x dim bytes
 *
 * A table in the store's environment. The key is a hash of the encoder's identity (weights, vocabulary, precision), the
 * kind of text (query or passage) and the text. What is found again is what was rounded to halves, so
 * parry_halves_round goes over fresh vectors before they are used: a segment built from the cache equals one built from
 * the encoder.
 *
 * Any thread; each call is its own transaction. Old models' vectors stay until the store is compacted. */
#ifndef PARRY_INDEXER_EMBEDDINGS_H
#define PARRY_INDEXER_EMBEDDINGS_H

#include "base/env.h"
#include "base/hash.h"
#include "models/encoder.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct parry_embeddings parry_embeddings;

/* env: borrowed, the store's. */
PARRY_MUST parry_code parry_embeddings_open(parry_env *env, parry_hash identity, size_t dim, parry_embeddings **out,
                                            parry_err *err);
void parry_embeddings_close(parry_embeddings *e); /* NULL is fine */

parry_hash parry_embeddings_key(const parry_embeddings *e, parry_text_kind kind, parry_str text);

/* For every i < n: found[i] says whether keys[i] is known; vectors[i] (dim floats) is then filled. A damaged entry
 * counts as unknown. */
PARRY_MUST parry_code parry_embeddings_find(const parry_embeddings *e, const parry_hash *keys, size_t n,
                                            float *const *vectors, bool *found, parry_err *err);
/* Store n vectors, in transactions of at most 500 so that other writers get their turn. */
PARRY_MUST parry_code parry_embeddings_put(parry_embeddings *e, const parry_hash *keys, size_t n,
                                           const float *const *vectors, parry_err *err);
PARRY_MUST parry_code parry_embeddings_count(const parry_embeddings *e, uint64_t *n, parry_err *err);

/* Round n floats to what a half holds (to nearest, ties to even). */
void parry_halves_round(float *v, size_t n);

#ifdef __cplusplus
}
#endif
#endif
