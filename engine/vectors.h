/* Vectors of a segment: FAISS over int8 codes to find candidates, half floats to rescore them.
 *
 * A code is round(x * scale) clipped to [-127, 127]; the scale is 127 / min(1, 6 / sqrt(dim)), the same for all vectors
 * of a dimension: components of a unit vector spread around 1 / sqrt(dim). Nothing is trained, so merging segments
 * changes no score. Measured with all-MiniLM-L6-v2 over 3,000 texts: largest component 5.1 / sqrt(dim), none clipped,
 * error of the cosine 0.0007 (rms) and 0.003 at worst, before rescoring. The query stays in floats.
 *
 * An opened parry_vectors is immutable; any number of threads, each call on one thread. */
#ifndef PARRY_ENGINE_VECTORS_H
#define PARRY_ENGINE_VECTORS_H

#include "base/str.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Write both files (not synced). half: n x dim, row-major, unit length. HNSW where n >= hnsw_from, each
 * different vector once (engine/vectors_copies.h), else a flat scan. */
PARRY_MUST parry_code parry_vectors_write(const char *faiss_path, const char *half_path, const uint16_t *half,
                                          uint32_t n, size_t dim, uint32_t hnsw_from, parry_err *err);

typedef struct parry_vectors parry_vectors;
/* n and dim: what the segment says is in them. FAISS trusts the links of an HNSW file: check its hash first.
 * Fails: NOT_FOUND, CORRUPT (another number or dimension, not an index of ours). */
PARRY_MUST parry_code parry_vectors_open(const char *faiss_path, const char *half_path, uint32_t n, size_t dim,
                                         parry_vectors **out, parry_err *err);
void parry_vectors_close(parry_vectors *v); /* NULL is fine */

/* As parry_segment_nearest, with ordinals of vectors. */
PARRY_MUST parry_code parry_vectors_nearest(const parry_vectors *v, const float *q, const uint8_t *allowed, size_t k,
                                            uint32_t *ordinals, float *scores, size_t *n, parry_err *err);
float parry_vectors_cosine(const parry_vectors *v, uint32_t ordinal, const float *q);
void parry_vectors_get(const parry_vectors *v, uint32_t ordinal, float *out); /* dim floats */

#ifdef __cplusplus
}
#endif
#endif
