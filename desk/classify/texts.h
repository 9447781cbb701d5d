/* Texts as training sees them: features of their wording, vectors of their meaning, the rule that each meets. */
#ifndef PARRY_DESK_TEXTS_H
#define PARRY_DESK_TEXTS_H

#include "desk/classify/learned.h"
#include "desk/classify/train.h"
#include "desk/classify/urgency.h"

typedef struct parry_texts_seen {
    size_t n, dim;              /* dim: of a vector; 0: no encoder */
    parry_features *features;   /* n each */
    const parry_urgency **rule; /* NULL: none */
    uint32_t *same; /* hash of the words: equal where two texts differ in digits, case or punctuation alone */
    float *meaning; /* n x dim, row-major */
} parry_texts_seen;

/* All in the arena. encoder: NULL for words alone. Fails as the encoder does. */
PARRY_MUST parry_code parry_texts_see(parry_arena *a, const parry_str *text, size_t n, const parry_encoder *encoder,
                                      const parry_train_progress *progress, parry_texts_seen *out, parry_err *err);
parry_wording parry_texts_wording(const parry_texts_seen *t, size_t i);

/* vectors: n x dim. On all cores. */
PARRY_MUST parry_code parry_texts_encode(const parry_encoder *encoder, const parry_str *text, size_t n,
                                         const parry_train_progress *progress, float *vectors, parry_err *err);

#endif
