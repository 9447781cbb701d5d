/* Is it out of the ordinary? Limits for alerts, and rises. */
#include "deflection/stats.h"

#include <math.h>

/* ---- the past -----------------------------------------------------------------------------------------------------
 */

typedef struct baseline {
    double centre;
    double spread; /* how many times sigma the periods differ, 1 at least */
} baseline;

/* Sigma of a period's rate, by luck alone. Never 0: a past without a hit still allows for half of one. */
static double luck(double centre, double all, uint64_t n)
{
    double p = fmin(fmax(centre, 0.5 / all), 1 - 0.5 / all);
    return sqrt(p * (1 - p) / (double)n);
}

/* Laney's sigma_z: the mean jump of neighbours' z over 1.128, the mean jump of two normal values. It counts no spread
 * that is slow, so a drift does not hide itself. */
static bool look_back(const parry_trials *past, size_t n, baseline *out, double *all)
{
    uint64_t k = 0, of = 0;
    size_t periods = 0;
    for (size_t i = 0; i < n; i++) {
        k += past[i].k;
        of += past[i].n;
        periods += past[i].n > 0;
    }
    if (periods < PARRY_CONTROL_LEAST)
        return false;
    *out = (baseline){.centre = (double)k / (double)of, .spread = 1};
    *all = (double)of;
    double jumps = 0, before = 0;
    bool first = true;
    for (size_t i = 0; i < n; i++) {
        if (past[i].n == 0)
            continue;
        double z = (parry_count_rate(past[i]) - out->centre) / luck(out->centre, *all, past[i].n);
        jumps += first ? 0 : fabs(z - before);
        before = z;
        first = false;
    }
    out->spread = fmax(1, jumps / (double)(periods - 1) / 1.128);
    return true;
}

static void judge(double value, double centre, double sigma, double width, parry_control *out)
{
    double z = (value - centre) / sigma;
    *out = (parry_control){.centre = centre,
                           .low = fmax(0, centre - width * sigma),
                           .high = fmin(1, centre + width * sigma),
                           .value = value,
                           .z = z,
                           .sigma = sigma,
                           .out = z > width    ? 1
                                  : z < -width ? -1
                                               : 0};
}

/* Counts are whole: with few expected, a normal limit would cry at one hit too many. */
static bool exactly_rare(parry_trials now, double centre, int side, double width)
{
    double tail = side > 0 ? parry_binomial_at_least(now.k, now.n, centre)
                           : parry_binomial_at_least(now.n - now.k, now.n, 1 - centre);
    return tail <= parry_normal_cdf(-width);
}

bool parry_p_chart(const parry_trials *past, size_t n, parry_trials now, double width, parry_control *out)
{
    baseline b;
    double all;
    if (now.n == 0 || !look_back(past, n, &b, &all))
        return false;
    judge(parry_count_rate(now), b.centre, b.spread * luck(b.centre, all, now.n), width, out);
    double centre = fmin(fmax(b.centre, 0.5 / all), 1 - 0.5 / all);
    if (out->out != 0 && !exactly_rare(now, centre, out->out, width))
        out->out = 0;
    return true;
}

bool parry_ewma(const parry_trials *past, size_t n, const parry_trials *recent, size_t nrecent, double weight,
                double width, parry_control *out)
{
    baseline b;
    double all;
    if (!look_back(past, n, &b, &all))
        return false;
    double average = b.centre, variance = 0;
    for (size_t i = 0; i < nrecent; i++) {
        if (recent[i].n == 0)
            continue;
        double sigma = b.spread * luck(b.centre, all, recent[i].n);
        average = weight * parry_count_rate(recent[i]) + (1 - weight) * average;
        variance = weight * weight * sigma * sigma + (1 - weight) * (1 - weight) * variance;
    }
    if (variance <= 0)
        return false;
    judge(average, b.centre, sqrt(variance), width, out);
    return true;
}

/* ---- rising -------------------------------------------------------------------------------------------------------
 */

/* Pearson's chi-square over its degrees of freedom. */
static double dispersion(const uint64_t *past, const double *exposure, size_t n, double rate)
{
    double chi = 0;
    for (size_t i = 0; i < n; i++) {
        double expected = rate * exposure[i], off = (double)past[i] - expected;
        chi += expected > 0 ? off * off / expected : 0;
    }
    return n > 1 ? fmax(1, chi / (double)(n - 1)) : 1;
}

parry_rise parry_rising(const uint64_t *past, const double *exposure, size_t n, uint64_t now, double exposure_now)
{
    return parry_rising_dispersed(past, exposure, n, now, exposure_now, 1);
}

parry_rise parry_rising_dispersed(const uint64_t *past, const double *exposure, size_t n, uint64_t now,
                                  double exposure_now, double least)
{
    double before = 0, during = 0;
    for (size_t i = 0; i < n; i++) {
        before += (double)past[i];
        during += exposure[i];
    }
    double rate = before / during, seen = (double)now;
    parry_rise r = {
        .expected = rate * exposure_now, .dispersed = fmax(least, dispersion(past, exposure, n, rate)), .p = 1};
    r.ratio = before > 0 ? seen / r.expected : seen > 0 ? HUGE_VAL : 1;
    if (now > 0)
        r.p = parry_beta_cdf(exposure_now / (exposure_now + during), seen / r.dispersed, before / r.dispersed + 1);
    return r;
}
