/* Interleave: two rankings in one list, and whose hits people click. Each visitor compares both at once, so it takes
 * far fewer of them than two groups would. Team-draft: per round a coin says which ranking picks first; each picks its
 * best hit that is not in the list yet (Radlinski, Kurup and Joachims 2008). Pure; any thread. */
#ifndef PARRY_DEFLECTION_INTERLEAVE_H
#define PARRY_DEFLECTION_INTERLEAVE_H

#include "deflection/stats.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { PARRY_INTERLEAVE_MAX = 1000 }; /* hits of one ranking that are looked at */

typedef enum parry_team { PARRY_TEAM_A, PARRY_TEAM_B } parry_team;

/* a, b: two rankings' ids, best first, none twice in one. Up to `most` into out[] and whose pick each was into teams[];
 * returns how many. seed: of this very search (parry_experiment_draw of its query_id), so that page two and a replay
 * are the same. */
size_t parry_interleave(const uint32_t *a, size_t na, const uint32_t *b, size_t nb, size_t most, uint64_t seed,
                        uint32_t *out, parry_team *teams);

/* Above 0: more of the clicks went to A's picks, below: to B's. positions: clicked ones, from 0, each once. */
int parry_interleave_credit(const parry_team *teams, size_t n, const size_t *positions, size_t nclicks);

typedef struct parry_preference {
    uint64_t a, b, ties; /* visitors: the sign of their searches' credits summed */
    double value;        /* share that prefers A, ties half, less a half: -0.5 to 0.5 (Chapelle et al. 2012, eq. 1) */
    parry_interval interval; /* of it */
    double p;                /* two-sided sign test, exact: the chance of so uneven a vote, were both as good */
    bool known;              /* false: nobody prefers either; the rest is not filled in */
} parry_preference;

/* One count a visitor, so that they are independent. */
parry_preference parry_interleave_verdict(uint64_t a, uint64_t b, uint64_t ties);

#ifdef __cplusplus
}
#endif
#endif
