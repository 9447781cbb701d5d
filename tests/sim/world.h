/* A made-up world of people with needs, and the truth about it, worked out and not sampled.
 *
 *   a need -> searches: is an article there, is it looked at, opened, does it help?  yes: gone, the form is never seen
 *          -> the form: the unit falls into an arm. Treated: suggestions are shown: looked at and opened, do they help?
 *          -> helped: no ticket (but some come back with one). Else: a ticket, or gives up
 *          -> who gave up may come back within the window, on the same device or on another: another unit, another arm
 *
 * Bots that nobody knew for bots open the form, too, and never make a ticket. */
#ifndef PARRY_TESTS_SIM_WORLD_H
#define PARRY_TESTS_SIM_WORLD_H

#include "deflection/experiment.h"

typedef struct world {
    const char *name;
    parry_trial_plan plan; /* share is true; the rates may be a bad guess */
    double found;          /* the search has the article, among the first three */
    double opens;          /* who looks at the suggestions and opens one, of the treated */
    double helps;          /* and is helped, of those */
    double relapses;       /* helped, yet makes a ticket in the window */
    double gives_up;       /* at the form, not helped, makes no ticket */
    double returns;        /* of who gave up */
    double second_device;  /* of who returns */
    double bots;           /* of the visitors, unmarked */
} world;

typedef struct world_truth {
    double difference;  /* hold-out less treated, of tickets a unit */
    double per_clicker; /* that over the share of units that open a suggestion when treated */
    double inflation;   /* units that opened one and made no ticket, over the difference */
} world_truth;
world_truth world_truth_of(const world *w);

/* Adds the units of one visitor to the counts: none, one or two. salt NULL: arms by *random, which is quicker. */
void world_visit(const world *w, uint64_t *random, const parry_hash *salt, parry_experiment_counts *counts);

static inline uint64_t world_units(const parry_experiment_counts *c) { return c->holdout.units + c->treated.units; }

#endif
