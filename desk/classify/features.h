/* Features: what the classifier sees of a text's wording. Words, pairs of words and, against typing mistakes, runs of 3
 * to 5 letters within a word, hashed into buckets (Weinberger et al. 2009). Accents and case do not count; a run of
 * digits is one digit, since a number of an order says nothing about its kind.
 *
 * Pure; any thread. */
#ifndef PARRY_DESK_FEATURES_H
#define PARRY_DESK_FEATURES_H

#include "base/str.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
    PARRY_FEATURE_BUCKETS = 1 << 16,
    PARRY_FEATURES_TEXT = 4000, /* bytes of a text that are read: what is wanted stands first */
    PARRY_FEATURES_WORDS = 800, /* words of it */
    PARRY_SKETCH = 256,         /* numbers that stand for a text's features where texts are compared */
};

/* The words of a text: lower case, without accents, apostrophes and punctuation, "0" for a run of digits; currency
 * signs are words. In the arena. */
typedef struct parry_terms {
    parry_str *word;
    size_t n;
} parry_terms;
parry_terms parry_terms_of(parry_arena *a, parry_str text);

typedef struct parry_feature {
    uint32_t bucket;
    float value;
} parry_feature;

/* Each bucket once, ascending, in the arena; half of the unit length is words and pairs, half runs of letters. n is 0
 * where the text has no words. */
typedef struct parry_features {
    const parry_feature *of;
    size_t n;
} parry_features;
parry_features parry_features_of(parry_arena *a, const parry_terms *words);

/* Unit length, so that the product of two says how alike their features are; all 0 where there are none. */
void parry_features_sketch(const parry_features *f, float out[PARRY_SKETCH]);

#ifdef __cplusplus
}
#endif
#endif
