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

/* ---- spreads ----------------------------------------------------------------------------------------------------- */

void parry_spread_add(parry_spread *s, double over, double under)
{
    if (under <= 0)
        return;
    s->over += over;
    s->under += under;
    s->over2 += over * over;
    s->cross += over * under;
    s->under2 += under * under;
    s->clusters++;
}

/* How far 97.5 % of Student's distribution reach: Cornish and Fisher's expansion (Abramowitz and Stegun 26.7.5), good
 * to 1e-3 from 4 degrees of freedom on. */
static double student(double degrees)
{
    double z = parry_normal_quantile(0.975), z2 = z * z, f = 1 / fmax(1, degrees);
    double g1 = z * (z2 + 1) / 4, g2 = z * ((5 * z2 + 16) * z2 + 3) / 96;
    double g3 = z * (((3 * z2 + 19) * z2 + 17) * z2 - 15) / 384;
    double g4 = z * ((((79 * z2 + 776) * z2 + 1482) * z2 - 1920) * z2 - 945) / 92160;
    return z + f * (g1 + f * (g2 + f * (g3 + f * g4)));
}

/* Clusters of one size that would tell as much as these of all sizes. */
static double even_clusters(const parry_spread *s) { return s->under * s->under / s->under2; }

/* Variance of over / under between clusters. */
static double linear_variance(const parry_spread *s)
{
    double m = (double)s->clusters, ratio = s->over / s->under;
    double squares = s->over2 - 2 * ratio * s->cross + ratio * ratio * s->under2;
    return fmax(0, squares) * m / (m - 1) / (s->under * s->under);
}

double parry_effective_units(const parry_spread *s)
{
    double n = s->under, p = n > 0 ? s->over / n : 0;
    if (n <= 0 || s->under2 <= n)
        return n;
    if (s->clusters < 2 || p <= 0 || p >= 1)
        return even_clusters(s);
    double together = fmax(1, linear_variance(s) * (n - 1) / (p * (1 - p)));
    double known = student(n - 1) / student(even_clusters(s) - 1);
    return n / together * known * known;
}

parry_interval parry_spread_share(const parry_spread *s)
{
    double n = parry_effective_units(s);
    return parry_wilson_interval(s->under > 0 ? s->over / s->under * n : 0, n, 0.95);
}

parry_interval parry_spread_mean(const parry_spread *s)
{
    double mean = s->over / s->under, half = student(even_clusters(s) - 1) * sqrt(linear_variance(s));
    return (parry_interval){mean - half, mean + half};
}
