/* A model's weights, ready for use: the layers packed for oneDNN, the rest as floats. The word embeddings stay in the
 * mapped file, a row is read when its word comes up. Immutable once loaded. */
#ifndef PARRY_MODELS_WEIGHTS_H
#define PARRY_MODELS_WEIGHTS_H

#include "models/model.h"
#include "models/product.h"
#include "models/safetensors.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct parry_norm {
    const float *gain, *bias; /* hidden each */
} parry_norm;

typedef struct parry_layer {
    parry_linear *qkv;  /* hidden -> 3 hidden: queries, keys, values in one product */
    parry_linear *out;  /* hidden -> hidden, added to x */
    parry_linear *up;   /* hidden -> intermediate, gelu */
    parry_linear *down; /* intermediate -> hidden, added to x */
    parry_norm after_attention, after_down;
} parry_layer;

typedef struct parry_weights {
    parry_safetensors *file;
    parry_tensor words;     /* words x hidden */
    const float *positions; /* max_tokens x hidden: position plus the first token type, which all text here has */
    parry_norm embedding;
    parry_layer *layers;
    size_t n;
} parry_weights;

/* All but the packed layers lives in the arena. Fails: NOT_FOUND, CORRUPT (shapes), UNAVAILABLE. */
PARRY_MUST parry_code parry_weights_load(parry_arena *a, const parry_model *m, parry_products *p, parry_weights *out,
                                         parry_err *err);
void parry_weights_drop(parry_weights *w); /* a zeroed one is fine */

#ifdef __cplusplus
}
#endif
#endif
