/* Show: scored candidates in order, and what people see of them. Private to engine/. */
#ifndef PARRY_ENGINE_SHOW_H
#define PARRY_ENGINE_SHOW_H

#include "engine/fuse.h"
#include "engine/meant.h"

typedef struct parry_ranked {
    const parry_candidate *c;
    double score, evidence; /* evidence: what of the score is neither a rule's nor an author's */
    parry_str id;           /* settles ties, so that no order depends on segments */
    parry_part *extra;      /* in the score besides the signals: boosts, rules, page */
    size_t nextra;
    parry_str rule;   /* that pinned or raised it; empty: none */
    size_t pinned;    /* the place that its rule asks for, from 1; 0: none */
    size_t pinned_at; /* the same, less those before it in the rule that are not among these */
} parry_ranked;

void parry_ranked_sort(parry_ranked *ranked, size_t n); /* best first, once a score was changed */

/* All candidates, best first, one for each. weight: PARRY_SIGNALS of them, of the mode. */
parry_ranked *parry_rank(parry_arena *a, const parry_generation *g, const double *weight, const parry_candidates *all);
/* What it takes to show ranked candidates. */
typedef struct parry_showing {
    parry_analyser *analyser;
    parry_arena *arena;
    const parry_generation *g;
    const parry_query *query;
    const parry_understood *understood;
    const double *weight;          /* PARRY_SIGNALS of them, of the mode */
    const parry_word_stats *words; /* how rare the query's words are */
    size_t nwords;
    parry_meant *meant; /* with scratch and the query's vector */
    parry_encoder_scratch *scratch;
    const float *vector; /* NULL: text alone */
} parry_showing;

/* Fill r->hits from ranked[0 .. r->total), by the query's offset and limit; r->mode is what was done. */
void parry_show(const parry_showing *s, const parry_ranked *ranked, parry_results *r);
/* One candidate as a hit, as parry_show makes it, but for sentences found by meaning. */
parry_hit parry_show_hit(const parry_showing *s, const parry_ranked *ranked);

#endif
