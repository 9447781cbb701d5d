/* Statistics that more than one folder counts with: the normal and the beta distribution, intervals of a share, and
 * numbers that look random and are the same for the same seed. Pure; any thread. */
#ifndef PARRY_BASE_STATS_H
#define PARRY_BASE_STATS_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct parry_interval {
    double low, high;
} parry_interval;

double parry_normal_cdf(double z);
double parry_normal_quantile(double p); /* 0 < p < 1; good to 1e-14 of z */

/* I_x(a, b), the chance that a Beta(a, b) variable is at most x; a, b > 0. Above 0.99 of it use the other tail:
 * I_x(a, b) = 1 - I_1-x(b, a). */
double parry_beta_cdf(double x, double a, double b);
double parry_beta_quantile(double p, double a, double b); /* its inverse, to 1e-15 */
/* The chance of k or more hits in n trials of chance p. Exact. */
double parry_binomial_at_least(uint64_t k, uint64_t n, double p);

/* Intervals of a share of which k of n were seen, two-sided, confidence 0 to 1 (0.95). n = 0: 0 to 1.
 * Wilson's score interval (Wilson 1927); k and n need not be whole: they may be effective numbers. */
parry_interval parry_wilson_interval(double k, double n, double confidence);
/* Exact: never covers less often than it says (Clopper and Pearson 1934). */
parry_interval parry_clopper_pearson(uint64_t k, uint64_t n, double confidence);

/* splitmix64 (Steele, Lea and Flood 2014): the next number of the sequence that *state, any number, began. Not for
 * secrets. */
uint64_t parry_random_next(uint64_t *state);
double parry_random_share(uint64_t *state);                   /* 0 <= x < 1, 53 bits */
uint64_t parry_random_below(uint64_t *state, uint64_t bound); /* 0 to bound - 1; bound 1 to 2^32; uneven by 2^-32 */

#ifdef __cplusplus
}
#endif
#endif
