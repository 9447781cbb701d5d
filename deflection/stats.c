/* Shares, differences, how much is needed, clusters. (Alerts and rises: control.c.) */
#include "deflection/stats.h"

#include "base/err.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

const parry_power parry_usual_power = {.alpha = 0.05, .power = 0.8};

double parry_count_rate(parry_trials c) { return c.n > 0 ? (double)c.k / (double)c.n : 0; }

parry_interval parry_count_interval(parry_trials c) { return parry_wilson_interval((double)c.k, (double)c.n, 0.95); }

/* ---- two shares ---------------------------------------------------------------------------------------------------
 */

parry_interval parry_newcombe_interval(parry_trials a, parry_trials b, double confidence)
{
    if (a.n == 0 || b.n == 0)
        return (parry_interval){-1, 1};
    double p = parry_count_rate(a), q = parry_count_rate(b);
    parry_interval i = parry_wilson_interval((double)a.k, (double)a.n, confidence);
    parry_interval j = parry_wilson_interval((double)b.k, (double)b.n, confidence);
    return (parry_interval){fmax(-1, p - q - hypot(p - i.low, j.high - q)),
                            fmin(1, p - q + hypot(i.high - p, q - j.low))};
}

double parry_sample_ratio_p(uint64_t first, uint64_t second, double share)
{
    double n = (double)first + (double)second, off = (double)first - n * share;
    return n > 0 ? erfc(sqrt(off * off / (n * share * (1 - share)) / 2)) : 1;
}

/* ---- how much is needed -------------------------------------------------------------------------------------------
 */

double parry_sample_size(double base, double treated, double share, parry_power p)
{
    double z = parry_normal_quantile(1 - p.alpha / 2) + parry_normal_quantile(p.power), d = base - treated;
    double variance = base * (1 - base) / share + treated * (1 - treated) / (1 - share);
    return z * z * variance / (d * d);
}

double parry_detectable(double base, double units, double share, parry_power p, bool *found)
{
    double low = 0, high = base; /* the larger the fall, the fewer units are needed */
    *found = base > 0 && parry_sample_size(base, 0, share, p) <= units;
    for (int i = 0; *found && i < 60; i++) {
        double middle = (low + high) / 2;
        if (parry_sample_size(base, base - middle, share, p) > units)
            low = middle;
        else
            high = middle;
    }
    return high;
}

/* ---- many tests; clusters --------------------------------------------------------------------------------------- */

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double parry_discoveries(const double *p, size_t m, double q)
{
    double *sorted = parry_malloc((m + 1) * sizeof *sorted), found = 0;
    for (size_t i = 0; i < m; i++)
        sorted[i] = p[i];
    qsort(sorted, m, sizeof *sorted, by_value);
    for (size_t i = 0; i < m; i++) {
        if (sorted[i] <= q * (double)(i + 1) / (double)m)
            found = sorted[i];
    }
    free(sorted);
    return found;
}

/* The p-quantile of n sorted values, interpolated. */
static double percentile(const double *v, size_t n, double p)
{
    double at = p * (double)(n - 1), below = floor(at);
    size_t i = (size_t)below;
    return i + 1 < n ? v[i] + (at - below) * (v[i + 1] - v[i]) : v[n - 1];
}

/* How skew the ratio is: a sixth of the skewness of what each cluster adds to it. */
static double acceleration(const parry_cluster *c, size_t n, double ratio)
{
    double squares = 0, cubes = 0;
    for (size_t i = 0; i < n; i++) {
        double off = c[i].over - ratio * c[i].under;
        squares += off * off;
        cubes += off * off * off;
    }
    return squares > 0 ? cubes / (6 * pow(squares, 1.5)) : 0;
}

/* Which percentile stands for the tail p (Efron 1987): bias is how far the resamples lie beside the ratio, in sigma. */
static double corrected(double p, double bias, double skew)
{
    double z = bias + parry_normal_quantile(p);
    return parry_normal_cdf(bias + z / (1 - skew * z));
}

static parry_interval resampled(const parry_cluster *c, size_t n, double ratio, size_t times, uint64_t seed)
{
    double *v = parry_malloc(times * sizeof *v);
    double below = 0;
    size_t kept = 0;
    for (size_t t = 0; t < times; t++) {
        double over = 0, under = 0;
        for (size_t i = 0; i < n; i++) {
            const parry_cluster *one = &c[parry_random_below(&seed, n)];
            over += one->over;
            under += one->under;
        }
        if (under <= 0)
            continue;
        double value = over / under;
        below += value < ratio ? 1 : value > ratio ? 0 : 0.5;
        v[kept++] = value;
    }
    assert(kept > 0);
    qsort(v, kept, sizeof *v, by_value);
    double share = below / (double)kept, edge = 0.5 / (double)kept;
    double bias = parry_normal_quantile(fmin(fmax(share, edge), 1 - edge)), skew = acceleration(c, n, ratio);
    parry_interval out = {percentile(v, kept, corrected(0.025, bias, skew)),
                          percentile(v, kept, corrected(0.975, bias, skew))};
    free(v);
    return out;
}

/* The ratio is nearly linear in the sums: its spread is that of over - ratio x under (Cochran 1977, 6.3). */
static parry_interval linear(const parry_cluster *c, size_t n, double ratio, double under)
{
    double squares = 0;
    for (size_t i = 0; i < n; i++) {
        double off = c[i].over - ratio * c[i].under;
        squares += off * off;
    }
    double half = parry_normal_quantile(0.975) * sqrt(squares * (double)n / (double)(n - 1)) / under;
    return (parry_interval){ratio - half, ratio + half};
}

parry_ratio parry_cluster_ratio(const parry_cluster *c, size_t n, size_t times, uint64_t seed)
{
    double over = 0, under = 0;
    for (size_t i = 0; i < n; i++) {
        over += c[i].over;
        under += c[i].under;
    }
    if (n < 2 || under <= 0)
        return (parry_ratio){.known = false};
    parry_ratio out = {.ratio = over / under, .known = true};
    out.interval =
        n > PARRY_BOOTSTRAP_CLUSTERS ? linear(c, n, out.ratio, under) : resampled(c, n, out.ratio, times, seed);
    return out;
}
