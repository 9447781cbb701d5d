/* Show: scored candidates in order, and what people see of them. Private to engine/. */
#ifndef PARRY_ENGINE_SHOW_H
#define PARRY_ENGINE_SHOW_H

#include "engine/fuse.h"

typedef struct parry_ranked {
    const parry_candidate *c;
    double score;
    parry_str id; /* settles ties, so that no order depends on segments */
} parry_ranked;

/* All candidates, best first, one for each. weight: PARRY_SIGNALS of them, of the mode. */
parry_ranked *parry_rank(parry_arena *a, const parry_generation *g, const double *weight, const parry_candidates *all);
/* Fill r->hits from ranked[0 .. r->total), by the query's offset and limit; r->mode is what was done. */
void parry_show(parry_analyser *an, parry_arena *a, const parry_generation *g, const parry_query *q,
                const parry_understood *u, const double *weight, const parry_ranked *ranked, parry_results *r);

#endif
