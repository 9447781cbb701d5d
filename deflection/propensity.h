/* Propensity: how likely a position is to be looked at, and what another ranking would have been worth to the people
 * who clicked in this one's lists. Clicks are of what was seen: who counts them as they are finds that every ranking
 * should be the one that was shown. For judging only; nothing here changes a ranking. Pure; any thread. */
#ifndef PARRY_DEFLECTION_PROPENSITY_H
#define PARRY_DEFLECTION_PROPENSITY_H

#include "deflection/stats.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { PARRY_POSITIONS = 10, PARRY_PAIRS = PARRY_POSITIONS - 1 };

/* ---- swaps of neighbours ------------------------------------------------------------------------------------------
 */

typedef struct parry_swap {
    bool in;       /* this search is one of the share */
    bool swapped;  /* and its pair changes places: half of them */
    unsigned pair; /* positions pair and pair + 1, from 0, where in */
} parry_swap;

/* parts: the share of 10^4 of the searches with nhits of 2 or more. part and seed: parry_experiment_draw of the
 * query_id. Only the first PARRY_POSITIONS hits are touched. */
parry_swap parry_swap_of(unsigned part, uint64_t seed, unsigned parts, size_t nhits);

typedef struct parry_pair_counts { /* of searches that are in, swapped or not, by their pair */
    uint64_t upper, lower;         /* clicks at the pair's upper and lower position */
} parry_pair_counts;

typedef struct parry_examination {
    size_t known;                 /* positions from the first that are known; 1: no pair had enough */
    double look[PARRY_POSITIONS]; /* how likely it is looked at, by the first position's 1 */
    parry_interval interval[PARRY_POSITIONS];
} parry_examination;
enum { PARRY_PAIR_LEAST = 20 }; /* clicks at each of the two positions, else this one and those below are not known */

/* Both hits of a pair stood at both places equally often, so clicks differ by the place alone: the ratios of
 * neighbours, multiplied down the list (Joachims, Swaminathan and Schnabel 2017, 5; Agarwal et al. 2019). */
parry_examination parry_examination_of(const parry_pair_counts pairs[PARRY_PAIRS]);

/* ---- another ranking, by this one's clicks ------------------------------------------------------------------------
 */

typedef struct parry_weighed_click {
    uint64_t cluster; /* its visitor; the clicks are in order of it */
    double look;      /* of the position where it was clicked, above 0 */
    unsigned rank;    /* where the other ranking has it, from 1; 0: nowhere */
} parry_weighed_click;

typedef enum parry_click_measure {
    PARRY_CLICK_MRR,
    PARRY_CLICK_DCG
} parry_click_measure; /* 1/rank; 1/log2(1 + rank) */

typedef enum parry_estimate_status {
    PARRY_ESTIMATE_OK,
    PARRY_ESTIMATE_FEW /* fewer than PARRY_ESS_LEAST effective visitors: refused */
} parry_estimate_status;
enum { PARRY_ESS_LEAST = 100 };
const char *parry_estimate_status_name(parry_estimate_status s); /* "ok", "too_few_effective" */

typedef struct parry_estimate {
    parry_estimate_status status;
    double effective;        /* visitors: sum(w)^2 / sum(w^2), w what all clicks of one weigh (Kish 1965) */
    double value;            /* mean over the hits that help people; this and all below: OK only */
    double naive;            /* the same with all weights 1: what the clicks alone would say */
    double clipped;          /* share of the clicks whose weight was cut */
    parry_interval interval; /* 95 %, by visitors */
} parry_estimate;

/* Clipped, self-normalised inverse propensity: each click weighs min(1 / look, most) (Joachims et al. 2017; Swaminathan
 * and Joachims 2015; Bottou et al. 2013 on clipping). most at least 1; 10 is usual. It sees only what the list that
 * was shown held; the interval leaves out how well `look` is known. */
parry_estimate parry_estimate_of(const parry_weighed_click *clicks, size_t n, parry_click_measure measure, double most,
                                 uint64_t seed);

#ifdef __cplusplus
}
#endif
#endif
