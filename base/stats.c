/* Distributions, intervals of a share, and seeded numbers. */
#include "base/stats.h"

#include <assert.h>
#include <math.h>

double parry_normal_cdf(double z) { return erfc(-z * M_SQRT1_2) / 2; }

double parry_normal_quantile(double p)
{
    assert(p > 0 && p < 1);
    if (p > 0.5)
        return -parry_normal_quantile(1 - p);
    double low = -40, high = 0; /* in this tail the distribution is exact to its last digits */
    for (int i = 0; i < 64; i++) {
        double middle = (low + high) / 2;
        if (parry_normal_cdf(middle) < p)
            low = middle;
        else
            high = middle;
    }
    return high;
}

/* ---- beta ---------------------------------------------------------------------------------------------------------
 */

static double off_zero(double x) { return fabs(x) < 1e-300 ? 1e-300 : x; }

/* The continued fraction of the incomplete beta function, by Lentz's method (DLMF 8.17.22). It needs some sqrt(a + b)
 * steps at worst. */
static double beta_fraction(double a, double b, double x)
{
    double c = 1, d = 1 / off_zero(1 - (a + b) * x / (a + 1)), h = d;
    for (int m = 1; m <= 20000; m++) {
        double terms[2] = {m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
                           -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))};
        for (int i = 0; i < 2; i++) {
            d = 1 / off_zero(1 + terms[i] * d);
            c = off_zero(1 + terms[i] / c);
            h *= d * c;
        }
        if (fabs(d * c - 1) < 1e-14)
            break;
    }
    return h;
}

double parry_beta_cdf(double x, double a, double b)
{
    if (x <= 0 || x >= 1)
        return x <= 0 ? 0 : 1;
    int sign;
    double front = exp(lgamma_r(a + b, &sign) - lgamma_r(a, &sign) - lgamma_r(b, &sign) + a * log(x) + b * log1p(-x));
    if (x < (a + 1) / (a + b + 2))
        return front * beta_fraction(a, b, x) / a;
    return 1 - front * beta_fraction(b, a, 1 - x) / b;
}

double parry_beta_quantile(double p, double a, double b)
{
    double low = 0, high = 1;
    for (int i = 0; i < 60; i++) {
        double middle = (low + high) / 2;
        if (parry_beta_cdf(middle, a, b) < p)
            low = middle;
        else
            high = middle;
    }
    return low;
}

double parry_binomial_at_least(uint64_t k, uint64_t n, double p)
{
    if (k == 0 || k > n)
        return k == 0;
    return parry_beta_cdf(p, (double)k, (double)(n - k) + 1);
}

/* ---- a share ------------------------------------------------------------------------------------------------------
 */

parry_interval parry_wilson_interval(double k, double n, double confidence)
{
    if (n <= 0)
        return (parry_interval){0, 1};
    double z = parry_normal_quantile((1 + confidence) / 2), p = k / n;
    double centre = p + z * z / (2 * n), half = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n));
    double low = (centre - half) / (1 + z * z / n), high = (centre + half) / (1 + z * z / n);
    return (parry_interval){k <= 0 ? 0 : fmax(0, low), k >= n ? 1 : fmin(1, high)};
}

parry_interval parry_clopper_pearson(uint64_t k, uint64_t n, double confidence)
{
    double tail = (1 - confidence) / 2, hits = (double)k, misses = (double)(n - k);
    if (n == 0)
        return (parry_interval){0, 1};
    /* The upper end is the lower one of the misses, turned round. */
    return (parry_interval){k == 0 ? 0 : parry_beta_quantile(tail, hits, misses + 1),
                            k == n ? 1 : 1 - parry_beta_quantile(tail, misses, hits + 1)};
}

/* ---- seeded numbers -----------------------------------------------------------------------------------------------
 */

uint64_t parry_random_next(uint64_t *state)
{
    uint64_t z = *state += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

double parry_random_share(uint64_t *state) { return (double)(parry_random_next(state) >> 11) * 0x1p-53; }

uint64_t parry_random_below(uint64_t *state, uint64_t bound) { return (parry_random_next(state) >> 32) * bound >> 32; }
