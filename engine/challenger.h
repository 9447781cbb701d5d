/* Challenger: another ranking of the same content, which a test holds against the one that people see
 * (docs/experiments.md). Side table "challenger", from _search/challenger.yaml; what it does not name is as it is:
 *
 *     mode: text                              in place of hybrid: text or vector
 *     boosts: {freshness: {points: 1}}        in place of boosts.yaml, as that file is written; [] is none at all
 *     rules: []                               in place of rules.yaml
 *     synonyms: []                            in place of synonyms.yaml
 *     weights: {hybrid: {text.title: 1.5}}    factors on the fitted weights (engine/weights.h)
 *
 * Private to engine/, but for the question whether a generation has one. */
#ifndef PARRY_ENGINE_CHALLENGER_H
#define PARRY_ENGINE_CHALLENGER_H

#include "engine/search.h"
#include "engine/side.h"

#ifdef __cplusplus
extern "C" {
#endif

PARRY_MUST parry_code parry_challenger_parse(const json_t *document, parry_arena *a, const void **out, parry_err *err);
/* Is there one in this generation? */
bool parry_has_challenger(const parry_generation *g);
/* The side table that this query is answered by: the challenger's where it is asked of the challenger and that has one
 * of its own. A query of a generation without a challenger is answered as any other. */
const void *parry_side_for(const parry_generation *g, const parry_query *q, parry_side kind);
/* The query as the challenger is asked it: its mode, where hybrid was asked. */
parry_mode parry_mode_for(const parry_generation *g, const parry_query *q);

#ifdef __cplusplus
}
#endif
#endif
