/* Weights: what a signal's value counts for this query in this content. Private to engine/ and its tests.
 *
 *     weight[s] = softplus(base[s] + sum over features f of slope[s][f] x z[f]) x factor[s]
 *     z[f]      = (context[f] - mean[f]) / deviation[f], between -PARRY_FARTHEST and PARRY_FARTHEST
 *
 * A score stays a sum of value x weight; the weights follow from the shape of the query's two lists (engine/context.h).
 * Base, slope, mean and deviation are fitted (tests/quality/fit, engine/weights_fitted.c) and ship with the program,
 * one set a mode. Factors are 1, but where the generation carries its own (side table "weights"). */
#ifndef PARRY_ENGINE_WEIGHTS_H
#define PARRY_ENGINE_WEIGHTS_H

#include "engine/context.h"

#include <jansson.h>

enum { PARRY_MODES = 3 };
#define PARRY_FARTHEST 3.0
#define PARRY_MAX_FACTOR 4.0

typedef struct parry_fitted_weights {
    double mean[PARRY_FEATURES], deviation[PARRY_FEATURES];
    double base[PARRY_SIGNALS];
    double slope[PARRY_SIGNALS][PARRY_FEATURES];
    bool used[PARRY_SIGNALS]; /* false: weight 0 */
} parry_fitted_weights;

extern const parry_fitted_weights parry_fitted[PARRY_MODES]; /* by parry_mode */

typedef struct parry_weight_factors {
    double factor[PARRY_MODES][PARRY_SIGNALS]; /* 0 to PARRY_MAX_FACTOR */
} parry_weight_factors;

/* The weights of one query. trust: parry_results' vector_trust; HYBRID moves from its own (1) to those of TEXT (0) as
 * the model understands less of the query. factors: NULL for none. */
void parry_weights_find(parry_mode mode, double trust, const parry_weight_factors *factors,
                        const double context[PARRY_FEATURES], double out[PARRY_SIGNALS]);
/* {"hybrid": {"text.title": 0.5, ...}, "text": {...}, "vector": {...}}: a signal that is not named keeps factor 1.
 * Fails: INVALID (an unknown mode or signal, a factor out of range). */
PARRY_MUST parry_code parry_weight_factors_parse(const json_t *document, parry_arena *a, const void **out,
                                                 parry_err *err);

#endif
