/* Curate: what authors do to ranked articles, between ranking and showing: boosts, rules, the page, another order; and
 * facets counted over what is left. Private to engine/. */
#ifndef PARRY_ENGINE_CURATE_H
#define PARRY_ENGINE_CURATE_H

#include "engine/rules.h"
#include "engine/show.h"

typedef struct parry_curation {
    const parry_generation *generation;
    const parry_query *query; /* with the rules' filters */
    const parry_mask *masks;  /* of it */
    parry_matched matched;
    int64_t now_ms;
} parry_curation;

/* Add the pinned articles that neither side found, so that they are ranked like the others. Only what the masks show;
 * for a rule with filter_curated false, whatever its reader's audience may see. text: what
 * the words found; vector: the query's, or NULL. */
void parry_admit_pins(const parry_curation *c, parry_arena *a, const parry_candidates *text, const float *vector,
                      parry_candidates *all);
/* Raise, hide, sort, pin. Returns how many are left of n. */
size_t parry_curate(const parry_curation *c, parry_arena *a, parry_ranked *ranked, size_t n);
/* Names of the rules, and the facets that were asked for, of what is left. */
void parry_tell_curation(const parry_curation *c, parry_arena *a, const parry_ranked *ranked, size_t n,
                         parry_results *r);

#endif
