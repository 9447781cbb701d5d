/* How far a probability can be trusted. */
#include "eval/reliability.h"

#include "base/err.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

typedef struct verdict {
    double p;
    bool right;
} verdict;

static int surest_last(const void *x, const void *y)
{
    double a = ((const verdict *)x)->p, b = ((const verdict *)y)->p;
    return (a > b) - (a < b);
}

static int surest_first(const void *x, const void *y) { return surest_last(y, x); }

static verdict *sorted(const double *p, const bool *right, size_t n, int (*order)(const void *, const void *))
{
    verdict *v = parry_malloc((n + 1) * sizeof *v);
    for (size_t i = 0; i < n; i++)
        v[i] = (verdict){p[i], right[i]};
    qsort(v, n, sizeof *v, order);
    return v;
}

/* Where the run of equal values that begins at i ends. */
static size_t end_of_ties(const verdict *v, size_t n, size_t i)
{
    double p = v[i].p;
    while (i < n && !(v[i].p < p) && !(v[i].p > p))
        i++;
    return i;
}

/* ---- the reliability table ----------------------------------------------------------------------------------------
 */

/* Wilson's score interval. */
static void wilson(parry_bin *b)
{
    const double z = 1.959963984540054; /* 95 %, two-sided */
    double n = (double)b->n, centre = b->was + z * z / (2 * n);
    double half = z * sqrt(b->was * (1 - b->was) / n + z * z / (4 * n * n));
    b->low = fmax(0, (centre - half) / (1 + z * z / n));
    b->high = fmin(1, (centre + half) / (1 + z * z / n));
}

static parry_bin bin_of(const verdict *v, size_t n)
{
    parry_bin b = {.n = n, .least = v[0].p, .most = v[n - 1].p};
    for (size_t i = 0; i < n; i++) {
        b.right += v[i].right;
        b.said += v[i].p / (double)n;
    }
    b.was = (double)b.right / (double)n;
    wilson(&b);
    return b;
}

static size_t step_of(double p, size_t bins)
{
    double at = floor(p * (double)bins);
    return at < 0 ? 0 : at >= (double)bins ? bins - 1 : (size_t)at;
}

/* Where the bin that begins at i ends. */
static size_t end_of_bin(const verdict *v, size_t n, size_t i, parry_binning how, size_t bins, size_t made)
{
    size_t end = i;
    if (how == PARRY_EQUAL_WIDTH) {
        while (end < n && step_of(v[end].p, bins) == step_of(v[i].p, bins))
            end++;
        return end;
    }
    size_t wanted = (made + 1) * n / bins;
    while (end < n && end < wanted)
        end = end_of_ties(v, n, end);
    return end;
}

size_t parry_reliability(const double *p, const bool *right, size_t n, parry_binning how, size_t bins, parry_bin *out)
{
    assert(bins > 0);
    verdict *v = sorted(p, right, n, surest_last);
    size_t made = 0, used = 0;
    for (size_t i = 0; i < n; made++) {
        size_t end = end_of_bin(v, n, i, how, bins, made);
        if (end > i)
            out[used++] = bin_of(v + i, end - i);
        i = end;
    }
    free(v);
    return used;
}

double parry_ece(const double *p, const bool *right, size_t n, parry_binning how, size_t bins)
{
    parry_bin *table = parry_malloc(bins * sizeof *table);
    size_t used = parry_reliability(p, right, n, how, bins, table);
    double sum = 0;
    for (size_t i = 0; i < used; i++)
        sum += (double)table[i].n * fabs(table[i].said - table[i].was);
    free(table);
    return n > 0 ? sum / (double)n : 0;
}

double parry_brier(const double *p, const bool *right, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (p[i] - right[i]) * (p[i] - right[i]);
    return n > 0 ? sum / (double)n : 0;
}

double parry_log_loss(const double *p, const bool *right, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        double q = fmin(fmax(p[i], 1e-15), 1 - 1e-15);
        sum -= right[i] ? log(q) : log1p(-q);
    }
    return n > 0 ? sum / (double)n : 0;
}

/* ---- answering only when sure --------------------------------------------------------------------------------------
 */

size_t parry_risk_curve(const double *score, const bool *right, size_t n, parry_risk *out)
{
    verdict *v = sorted(score, right, n, surest_first);
    size_t points = 0, wrong = 0;
    for (size_t i = 0; i < n;) {
        double threshold = v[i].p;
        for (size_t end = end_of_ties(v, n, i); i < end; i++)
            wrong += !v[i].right;
        out[points++] = (parry_risk){threshold, (double)i / (double)n, (double)wrong / (double)i};
    }
    free(v);
    return points;
}

double parry_aurc(const double *score, const bool *right, size_t n)
{
    verdict *v = sorted(score, right, n, surest_first);
    double sum = 0, before = 0;
    for (size_t i = 0; i < n;) {
        size_t end = end_of_ties(v, n, i), wrong = 0;
        for (size_t k = i; k < end; k++)
            wrong += !v[k].right;
        for (size_t k = i; k < end; k++)
            sum += (before + (double)wrong * (double)(k - i + 1) / (double)(end - i)) / (double)(k + 1);
        before += (double)wrong;
        i = end;
    }
    free(v);
    return n > 0 ? sum / (double)n : 0;
}

/* ---- the bound of precision ----------------------------------------------------------------------------------------
 */

static double off_zero(double x) { return fabs(x) < 1e-300 ? 1e-300 : x; }

/* The continued fraction of the incomplete beta function, by Lentz's method (DLMF 8.17.22). */
static double beta_fraction(double a, double b, double x)
{
    double c = 1, d = 1 / off_zero(1 - (a + b) * x / (a + 1)), h = d;
    for (int m = 1; m <= 1000; m++) {
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

/* I_x(a, b), the chance that a Beta(a, b) variable is at most x. */
static double beta_share(double a, double b, double x)
{
    if (x <= 0 || x >= 1)
        return x <= 0 ? 0 : 1;
    int sign;
    double front = exp(lgamma_r(a + b, &sign) - lgamma_r(a, &sign) - lgamma_r(b, &sign) + a * log(x) + b * log1p(-x));
    if (x < (a + 1) / (a + b + 2))
        return front * beta_fraction(a, b, x) / a;
    return 1 - front * beta_fraction(b, a, 1 - x) / b;
}

double parry_precision_bound(size_t right, size_t n, double confidence)
{
    if (right == 0 || n == 0)
        return 0;
    double a = (double)right, b = (double)(n - right) + 1, low = 0, high = 1;
    for (int i = 0; i < 60; i++) {
        double middle = (low + high) / 2;
        if (beta_share(a, b, middle) < 1 - confidence)
            low = middle;
        else
            high = middle;
    }
    return low;
}

bool parry_choose_threshold(const double *score, const bool *right, size_t n, double target, double confidence,
                            parry_threshold *out)
{
    verdict *v = sorted(score, right, n, surest_first);
    bool found = false;
    size_t good = 0;
    for (size_t i = 0; i < n;) {
        double from = v[i].p;
        for (size_t end = end_of_ties(v, n, i); i < end; i++)
            good += v[i].right;
        double precision = (double)good / (double)i;
        double bound = precision >= target ? parry_precision_bound(good, i, confidence) : 0;
        if (bound >= target) { /* the last one that passes is the smallest */
            *out = (parry_threshold){from, i, good, precision, bound, (double)i / (double)n};
            found = true;
        }
    }
    free(v);
    return found;
}
