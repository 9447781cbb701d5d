/* Anytime: an interval for the difference of two arms that may be looked at whenever one likes, and that one may stop
 * by. The usual interval is right once, at an end that was fixed before; looked at every day, it is wrong for one
 * experiment in three.
 *
 * Each unit's outcome, divided by the chance of the arm it got, is a number whose mean is the true difference D,
 * whatever came before it. Who bets on these numbers being more (or less) than d has fair odds where d = D, so his gain
 * passes 2 / alpha with a chance of at most alpha / 2, ever (Ville 1939). The interval is all d at which neither gain
 * has. It holds for any number of units, any rates and any share, not only for many of them: intervals by betting
 * (Waudby-Smith and Ramdas 2024), on outcomes weighed by their arm's chance (Waudby-Smith, Wu, Ramdas, Karampatziakis
 * and Mineiro 2022), here with stakes fixed before the first unit, so that four counts say all. What the plan expects
 * only decides where the interval is narrowest: near the planned end it is about 1.7 times as wide as the usual one
 * where the plan was right, 2 times where it was not.
 *
 * What must be true: the arm is drawn with the share that is said, and a unit is counted or not without regard to what
 * it did: the window of each that is counted has passed. Pure; any thread. */
#ifndef PARRY_DEFLECTION_ANYTIME_H
#define PARRY_DEFLECTION_ANYTIME_H

#include "deflection/stats.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct parry_trial_plan { /* said before the first unit, and never changed */
    double share;                 /* of the hold-out, both ends out */
    double base, treated;         /* rates that are expected: of the hold-out, and with the treatment */
    uint64_t units;               /* in both arms, at the planned end; at least 1 */
} parry_trial_plan;

/* Of holdout.k/holdout.n - treated.k/treated.n; -1 to 1. confidence below 1: 0.95. */
parry_interval parry_anytime_interval(const parry_trial_plan *p, parry_trials holdout, parry_trials treated,
                                      double confidence);

/* One d, made ready to be tried on many counts: 33 KB. */
enum { PARRY_ANYTIME_BETS = 400 };
typedef struct parry_anytime {
    double threshold; /* log */
    size_t n[2];      /* bets that the difference is more, and less */
    struct {
        double money; /* log of its part */
        double
            gained[4]; /* log of what each unit makes of it: hold-out with a ticket, without; treated with, without */
    } bets[2][PARRY_ANYTIME_BETS];
} parry_anytime;
void parry_anytime_prepare(const parry_trial_plan *p, double confidence, double d, parry_anytime *out);
/* Is d outside of the interval? */
bool parry_anytime_excludes(const parry_anytime *a, parry_trials holdout, parry_trials treated);

#ifdef __cplusplus
}
#endif
#endif
