/* Curate: what authors do to ranked articles, between ranking and showing: boosts, rules, the page, another order; and
 * facets counted over what is left. Private to engine/. */
#ifndef PARRY_ENGINE_CURATE_H
#define PARRY_ENGINE_CURATE_H

#include "engine/rules.h"
#include "engine/show.h"

/* An article that was ranked and then taken out. */
typedef struct parry_left_out {
    parry_ranked ranked;
    const parry_rule *rule; /* that hides it; NULL: it is too unlikely for an order by date or title ... */
    double odds;            /* ... beside the likeliest, at most this */
} parry_left_out;
/* Where `sort` asks for another order: these odds beside the likeliest, or all the words, keep an article in it. */
#define PARRY_SORT_LEAST_ODDS 0.01

typedef struct parry_curation {
    const parry_generation *generation;
    const parry_query *query; /* with the rules' filters */
    const parry_mask *masks;  /* of it */
    parry_matched matched;
    int64_t now_ms;
    parry_left_out *left_out; /* by parry_curate, in its arena */
    size_t nleft_out, left_out_cap;
} parry_curation;

/* Add the pinned articles that neither side found, so that they are ranked like the others. Only what the masks show;
 * for a rule with filter_curated false, whatever its reader's audience may see. text: what
 * the words found; vector: the query's, or NULL. */
void parry_admit_pins(const parry_curation *c, parry_arena *a, const parry_candidates *text, const float *vector,
                      parry_candidates *all);
/* Add what boosts, rules and the page give to each score; best first. The first thing that parry_curate does. */
void parry_raise(const parry_curation *c, parry_arena *a, parry_ranked *ranked, size_t n);
/* Raise, hide, sort, pin. Returns how many are left of n; c->left_out has the others. */
size_t parry_curate(parry_curation *c, parry_arena *a, parry_ranked *ranked, size_t n);
/* Names of the rules, and the facets that were asked for, of what is left. */
void parry_tell_curation(const parry_curation *c, parry_arena *a, const parry_ranked *ranked, size_t n,
                         parry_results *r);

#endif
