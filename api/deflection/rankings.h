/* Rankings: which one makes a list of hits while rankings are tested, and what its query record says of it
 * (docs/experiments.md). Three ways to hold the challenger (engine/challenger.h) against production, and the share of
 * searches in which two neighbours change places. Private to api/. */
#ifndef PARRY_API_DEFLECTION_RANKINGS_H
#define PARRY_API_DEFLECTION_RANKINGS_H

#include "api/app.h"
#include "deflection/interleave.h"
#include "deflection/propensity.h"
#include "deflection/trial.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The test of the configuration into the app, if there is one; none on a replica, whose lists nobody counts. Once
 * app->access is there: salts come from its secret. */
void parry_rankings_open(parry_app *app);
void parry_rankings_close(parry_app *app);

typedef enum parry_ranking_arm {
    PARRY_RANKING_NONE, /* of no test */
    PARRY_RANKING_PRODUCTION,
    PARRY_RANKING_CHALLENGER,
    PARRY_RANKING_INTERLEAVED,
    PARRY_RANKING_SHADOW /* production, and where the challenger has its hits */
} parry_ranking_arm;

typedef struct parry_ranking { /* of one list of hits */
    parry_ranking_arm arm;
    const char *test;                         /* its name; borrowed */
    bool own;                                 /* made for this list alone: not to be kept for others */
    uint64_t seed;                            /* of the interleaving */
    parry_draw draw;                          /* of the swap */
    parry_swap swap;                          /* swap.in only where a pair was there to be swapped */
    size_t n;                                 /* hits shown; of interleaved and shadow lists: */
    parry_team teams[PARRY_SEARCH_MAX_LIMIT]; /* whose pick each was; interleaved only */
    unsigned other[PARRY_SEARCH_MAX_LIMIT];   /* where the challenger has it, from 1; 0: not among its first */
} parry_ranking;

/* Draws for this query's list, and sets q->challenger. A visitor who meets an A/B test for the first time is told to
 * the ledger. Does not wait. */
void parry_ranking_choose(parry_call *c, const parry_generation *g, parry_query *q, parry_ranking *out);
/* parry_search by what was chosen. */
PARRY_MUST parry_code parry_ranking_search(parry_call *c, const parry_generation *g, const parry_query *q,
                                           parry_ranking *x, parry_results *out, parry_err *err);
/* Members for the query record (docs/events.md), each after a comma; empty where nothing was done. In the arena. */
parry_str parry_ranking_members(parry_arena *a, const parry_ranking *x);

#ifdef __cplusplus
}
#endif
#endif
