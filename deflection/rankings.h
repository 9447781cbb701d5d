/* Rankings: what lists by a test of rankings say (docs/experiments.md): whose hits people open, how likely each place
 * is looked at, and what each of two rankings is worth once clicks are weighed by that. Pure computation over rows, in
 * one pass; 16 bytes a click and 24 a list of a test while it reads, up to twice that as they grow, and 40 more a click
 * at the end. The same rows give the same figures in whatever order they come. */
#ifndef PARRY_DEFLECTION_RANKINGS_H
#define PARRY_DEFLECTION_RANKINGS_H

#include "deflection/interleave.h"
#include "deflection/propensity.h"
#include "deflection/rows.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { PARRY_RANKINGS_CLICKS_MAX = 4000000 }; /* in one reading; beyond, it is refused */

typedef struct parry_ranking_worth { /* of one ranking, by clicked hits */
    parry_estimate mrr, dcg;         /* clipped SNIPS, weights of 10 at most */
} parry_ranking_worth;

typedef struct parry_ranking_arm_counts { /* visitors of an A/B test, each once by its first search */
    parry_trials clicked;                 /* k: at least one hit was opened */
} parry_ranking_arm_counts;

typedef struct parry_rankings_result {
    uint64_t searches, clicks; /* lists, and hits opened at the first PARRY_PLACES places of these */
    uint64_t swapped;          /* lists of the swap share */
    uint64_t visitors;         /* of a test: who had these lists; 0 of all */
    uint64_t weighable;        /* of clicks: at places whose chance to be looked at is known */
    parry_examination look;
    parry_ranking_worth shown, challenger;      /* challenger: of lists that say where it has each hit, interleaved or
                                                   shadow; shown: of the same ones, else of all */
    parry_preference preference;                /* a: the challenger's, b: production's */
    parry_ranking_arm_counts production, rival; /* of an A/B test */
} parry_rankings_result;

typedef struct parry_rankings_reading parry_rankings_reading;
/* test: of which rows; 0: of all. */
parry_rankings_reading *parry_rankings_read(parry_word test);
/* Bots and the team do not count. false: too many clicks. */
bool parry_rankings_add(parry_rankings_reading *r, const parry_search_row *row);
bool parry_rankings_whole(const parry_rankings_reading *r); /* none was refused */
/* What they say; frees the reading. out NULL: only that. */
void parry_rankings_end(parry_rankings_reading *r, parry_rankings_result *out);

#ifdef __cplusplus
}
#endif
#endif
