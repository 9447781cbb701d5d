/* Stats: what the reports, the hold-out and the alerts count with, over plain counts. Two-sided 95 % where nothing else
 * is said. Pure; any thread; sums in the order given, so the same input is the same output to the last bit. */
#ifndef PARRY_DEFLECTION_STATS_H
#define PARRY_DEFLECTION_STATS_H

#include "base/stats.h"

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct parry_trials { /* k of n; k <= n */
    uint64_t k, n;
} parry_trials;
double parry_count_rate(parry_trials c);             /* 0 where n is 0: look at n first, null is not zero */
parry_interval parry_count_interval(parry_trials c); /* Wilson; 0 to 1 where n is 0 */

/* ---- two shares ---------------------------------------------------------------------------------------------------
 */

/* Interval of a.k/a.n - b.k/b.n: Newcombe's hybrid of two score intervals (Newcombe 1998, Interval estimation for the
 * difference between independent proportions, method 10). -1 to 1 where an n is 0. */
parry_interval parry_newcombe_interval(parry_trials a, parry_trials b, double confidence);

/* Sample ratio: the chance that units come this unevenly, or more, where each falls in the first arm with chance share
 * (0 to 1, both out): chi-square of one degree (Pearson 1900; Fabijan et al. 2019 on what it finds). 1 without units.
 */
double parry_sample_ratio_p(uint64_t first, uint64_t second, double share);

/* ---- how much is needed -------------------------------------------------------------------------------------------
 */

typedef struct parry_power { /* the usual: alpha 0.05 (two-sided), power 0.8 */
    double alpha, power;
} parry_power;
extern const parry_power parry_usual_power;

/* Units in both arms together until a difference between base (of the hold-out, which has `share` of them) and treated
 * is found with that power: unpooled normal approximation (Fleiss, Levin and Paik 2003, 4.2, unequal sizes). Not
 * rounded; infinite where base = treated. Shares 0 to 1; share with both ends out. */
double parry_sample_size(double base, double treated, double share, parry_power p);
/* The smallest fall from base that so many units find; up to base itself, and base where not even that is found
 * (*found false). */
double parry_detectable(double base, double units, double share, parry_power p, bool *found);

/* ---- alerts -------------------------------------------------------------------------------------------------------
 */

typedef struct parry_control {
    double centre, low, high; /* rates; limits of this very period */
    double value;
    int out;      /* 1 above, -1 below, 0 inside */
    double z;     /* how many sigma off */
    double sigma; /* of value, with what periods differ more than luck would have them */
} parry_control;
enum { PARRY_CONTROL_LEAST = 8 }; /* periods of the past that are needed */

/* Is this period out of what the past ones lead to expect? p-chart with Laney's correction for periods that differ more
 * than binomially (Shewhart 1931; Laney 2002), width in sigma (3 is usual). Where counts are small the exact binomial
 * tail must be that thin, too. Past periods with n = 0 are left out. false: fewer than PARRY_CONTROL_LEAST of them, or
 * now.n = 0. */
bool parry_p_chart(const parry_trials *past, size_t n, parry_trials now, double width, parry_control *out);
/* The same for a slow drift: exponentially weighted moving average of the `recent` periods, in order, weight 0 to 1 of
 * the newest (0.2), around the past's rate (Roberts 1959; Lucas and Saccucci 1990: 0.2 with width 2.86 alarms once in
 * 370 periods by luck). value: the average after the last of them. */
bool parry_ewma(const parry_trials *past, size_t n, const parry_trials *recent, size_t nrecent, double weight,
                double width, parry_control *out);

/* ---- rising -------------------------------------------------------------------------------------------------------
 */

typedef struct parry_rise {
    double expected;  /* in this period, by its own past */
    double ratio;     /* of the rate now to the past's; infinite where it never was before */
    double p;         /* chance of so many or more, were nothing changed; small: it rises */
    double dispersed; /* how many times more than Poisson the past varies, 1 at least */
} parry_rise;

/* Events now (in so much exposure: days, or all searches of the period) against those of past periods, in order.
 * Conditional on the total it is a binomial test (Przyborowski and Wilenski 1940); where the past jumps more than
 * Poisson, counts are divided by its dispersion (McCullagh and Nelder 1989, 9.2). Exposures above 0. n at least 1. */
parry_rise parry_rising(const uint64_t *past, const double *exposure, size_t n, uint64_t now, double exposure_now);
/* The same, where a dispersion of `least` or more (1 at least) is known of. */
parry_rise parry_rising_dispersed(const uint64_t *past, const double *exposure, size_t n, uint64_t now,
                                  double exposure_now, double least);

/* Of m tests at once: the largest p that still counts as found where at most a share q of all found may be luck; 0:
 * none (Benjamini and Hochberg 1995). p is not changed. */
double parry_discoveries(const double *p, size_t m, double q);

/* ---- clusters -----------------------------------------------------------------------------------------------------
 */

typedef struct parry_cluster { /* what one visitor adds: sum over sum is the ratio */
    double over, under;
} parry_cluster;
typedef struct parry_ratio {
    double ratio;
    parry_interval interval;
    bool known; /* false: the sum below is 0, or fewer than 2 clusters: nothing else is filled in */
} parry_ratio;
enum { PARRY_BOOTSTRAP_CLUSTERS = 20000 }; /* more than these: the delta method, which is as good then */

/* Interval of sum(over) / sum(under) where what one visitor does hangs together: percentiles of `times` resamples (100
 * at least) of whole clusters, corrected for bias and skewness (Efron 1987; Davison and Hinkley 1997, 5.3.2). Give them
 * in an order that is always the same. */
parry_ratio parry_cluster_ratio(const parry_cluster *c, size_t n, size_t times, uint64_t seed);

/* The same from sums alone, which need no list of clusters, for intervals that are made by the thousand: what visitors
 * add (over: of a share the hits, of a mean the values; under: the units), summed and summed squared. Whole numbers
 * give the same in any order. */
typedef struct parry_spread {
    double over, under, over2, cross, under2;
    uint64_t clusters; /* with anything under */
} parry_spread;
void parry_spread_add(parry_spread *s, double over, double under);

/* So many units that have nothing to do with each other would say as much of a share: those there are, over what they
 * hang together (design effect; Kish 1965), less for estimating that from so few visitors (Korn and Graubard 1998,
 * Confidence intervals for proportions with small expected number of positive counts). The number itself where nobody
 * has two. Where all or none hit, nothing tells how they hang together: then as if each visitor were of one mind. */
double parry_effective_units(const parry_spread *s);
parry_interval parry_spread_share(const parry_spread *s); /* Wilson's, of as many */
/* Of over / under that is no share, by linearisation (Cochran 1977, 6.3) and Student's distribution. clusters: at
 * least 2. */
parry_interval parry_spread_mean(const parry_spread *s);

#ifdef __cplusplus
}
#endif
#endif
