/* Weights: what a signal's value counts, by mode. The shipped ones are here; a generation may carry its own (side table
 * "weights"), found for its content. Private to engine/ and its tests. */
#ifndef PARRY_ENGINE_WEIGHTS_H
#define PARRY_ENGINE_WEIGHTS_H

#include "engine/fuse.h"

#include <jansson.h>

#define PARRY_MAX_WEIGHT 100.0

typedef struct parry_weights {
    double weight[3][PARRY_SIGNALS]; /* by parry_mode, then parry_signal; 0 to PARRY_MAX_WEIGHT */
} parry_weights;

const parry_weights *parry_default_weights(void);
/* {"hybrid": {"text.title": 0.5, ...}, "text": {...}, "vector": {...}}: a signal that is not named keeps the shipped
 * weight. Fails: INVALID (an unknown mode or signal, a weight out of range). */
PARRY_MUST parry_code parry_weights_parse(const json_t *document, parry_arena *a, const void **out, parry_err *err);

#endif
