/* Related articles, found: by the direction of the whole article (cosine of the means) and by the rare words that two
 * share. Only within one audience and language, so that no list can name what its reader may not see. */
#ifndef PARRY_INDEXER_RELATED_H
#define PARRY_INDEXER_RELATED_H

#include "engine/related.h"

#include <stdatomic.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The document of side table "related" (new reference); NULL where the generation's table was made from the same
 * articles. Time grows with the square of the articles of a group: 25 ns a pair on one core. stop: true ends it early
 * with UNAVAILABLE; may be NULL. */
PARRY_MUST parry_code parry_related_build(const parry_generation *g, unsigned threads, const atomic_bool *stop,
                                          json_t **out, parry_err *err);

#ifdef __cplusplus
}
#endif
#endif
