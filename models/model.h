/* A model folder, read and checked: what its JSON files say, as one plain struct. */
#ifndef PARRY_MODELS_MODEL_H
#define PARRY_MODELS_MODEL_H

#include "base/hash.h"
#include "base/str.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum parry_pooling { PARRY_POOL_MEAN, PARRY_POOL_FIRST } parry_pooling;

typedef struct parry_model {
    const char *dir, *name;
    parry_str prefix[2]; /* by parry_text_kind */
    size_t hidden, layers, heads, intermediate, positions, types, words;
    size_t max_tokens; /* [CLS] and [SEP] counted */
    float epsilon;     /* of the layer norms */
    bool lower_case;
    parry_pooling pooling;
    parry_hash weights; /* SHA-256 of model.safetensors, as found */
    parry_hash files;   /* of vocabulary and settings: all else that decides a vector */
} parry_model;

/* Everything in *out lives in the arena. Fails: NOT_FOUND (no such folder or file), CORRUPT (not JSON, out of range, or
 * model.safetensors is not what parry-model.json says), INVALID (an architecture that is not BERT's). */
PARRY_MUST parry_code parry_model_read(parry_arena *a, const char *dir, parry_model *out, parry_err *err);
/* DIR/NAME, in the arena. */
const char *parry_model_file(parry_arena *a, const char *dir, const char *name);

#ifdef __cplusplus
}
#endif
#endif
