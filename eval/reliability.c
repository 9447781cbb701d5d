/* How far a probability can be trusted. */
#include "eval/reliability.h"

#include "base/err.h"
#include "base/stats.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

typedef struct verdict {
    double p, w;
    bool right;
} verdict;

/* What a run of cases weighs. */
typedef struct mass {
    double all, right, squares;
} mass;

static void add(mass *m, const verdict *v)
{
    m->all += v->w;
    m->right += v->right ? v->w : 0;
    m->squares += v->w * v->w;
}

static double effective(const mass *m) { return m->squares > 0 ? m->all * m->all / m->squares : 0; }

static double total(const double *weight, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += weight != NULL ? weight[i] : 1;
    return sum;
}

static int surest_last(const void *x, const void *y)
{
    double a = ((const verdict *)x)->p, b = ((const verdict *)y)->p;
    return (a > b) - (a < b);
}

static int surest_first(const void *x, const void *y) { return surest_last(y, x); }

static verdict *sorted(const double *p, const bool *right, const double *weight, size_t n,
                       int (*order)(const void *, const void *))
{
    verdict *v = parry_malloc((n + 1) * sizeof *v);
    for (size_t i = 0; i < n; i++)
        v[i] = (verdict){p[i], weight != NULL ? weight[i] : 1, right[i]};
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

static parry_bin bin_of(const verdict *v, size_t n, mass *of)
{
    parry_bin b = {.n = n, .least = v[0].p, .most = v[n - 1].p};
    mass m = {0};
    for (size_t i = 0; i < n; i++) {
        add(&m, &v[i]);
        b.right += v[i].right;
        b.said += v[i].w * v[i].p;
    }
    b.said /= m.all;
    b.was = m.right / m.all;
    double cases = effective(&m);
    parry_interval i = parry_wilson_interval(b.was * cases, cases, 0.95);
    b.low = i.low;
    b.high = i.high;
    *of = m;
    return b;
}

static size_t step_of(double p, size_t bins)
{
    double at = floor(p * (double)bins);
    return at < 0 ? 0 : at >= (double)bins ? bins - 1 : (size_t)at;
}

/* Where the bin that begins at i ends; before: what the cases before it weigh, wanted: up to where it should go. */
static size_t end_of_bin(const verdict *v, size_t n, size_t i, parry_binning how, size_t bins, double before,
                         double wanted)
{
    size_t end = i;
    if (how == PARRY_EQUAL_WIDTH) {
        while (end < n && step_of(v[end].p, bins) == step_of(v[i].p, bins))
            end++;
        return end;
    }
    while (end < n && before < wanted) {
        size_t next = end_of_ties(v, n, end);
        for (; end < next; end++)
            before += v[end].w;
    }
    return end;
}

/* The table; of[i] is what bin i weighs. */
static size_t table_of(const double *p, const bool *right, const double *weight, size_t n, parry_binning how,
                       size_t bins, parry_bin *out, mass *of)
{
    assert(bins > 0);
    verdict *v = sorted(p, right, weight, n, surest_last);
    double all = total(weight, n), before = 0;
    size_t used = 0;
    for (size_t i = 0, made = 1; i < n; made++) {
        double wanted = (double)made / (double)bins * all * (1 - 1e-12);
        size_t end = end_of_bin(v, n, i, how, bins, before, wanted);
        if (end > i) {
            out[used] = bin_of(v + i, end - i, &of[used]);
            before += of[used++].all;
        }
        i = end;
    }
    free(v);
    return used;
}

size_t parry_reliability(const double *p, const bool *right, const double *weight, size_t n, parry_binning how,
                         size_t bins, parry_bin *out)
{
    mass *of = parry_malloc(bins * sizeof *of);
    size_t used = table_of(p, right, weight, n, how, bins, out, of);
    free(of);
    return used;
}

double parry_ece(const double *p, const bool *right, const double *weight, size_t n, parry_binning how, size_t bins)
{
    parry_bin *table = parry_malloc(bins * sizeof *table);
    mass *of = parry_malloc(bins * sizeof *of);
    size_t used = table_of(p, right, weight, n, how, bins, table, of);
    double sum = 0, all = 0;
    for (size_t i = 0; i < used; i++) {
        sum += of[i].all * fabs(table[i].said - table[i].was);
        all += of[i].all;
    }
    free(of);
    free(table);
    return all > 0 ? sum / all : 0;
}

double parry_ece_debiased(const double *p, const bool *right, const double *weight, size_t n, size_t bins)
{
    parry_bin *table = parry_malloc(bins * sizeof *table);
    mass *of = parry_malloc(bins * sizeof *of);
    size_t used = table_of(p, right, weight, n, PARRY_EQUAL_MASS, bins, table, of);
    double sum = 0, all = 0;
    for (size_t i = 0; i < used; i++) {
        double off = table[i].said - table[i].was, cases = fmax(2, effective(&of[i]));
        sum += of[i].all * (off * off - table[i].was * (1 - table[i].was) / (cases - 1));
        all += of[i].all;
    }
    free(of);
    free(table);
    return sum > 0 ? sqrt(sum / all) : 0;
}

double parry_brier(const double *p, const bool *right, const double *weight, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (weight != NULL ? weight[i] : 1) * (p[i] - right[i]) * (p[i] - right[i]);
    return n > 0 ? sum / total(weight, n) : 0;
}

double parry_log_loss(const double *p, const bool *right, const double *weight, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        double q = fmin(fmax(p[i], 1e-15), 1 - 1e-15);
        sum -= (weight != NULL ? weight[i] : 1) * (right[i] ? log(q) : log1p(-q));
    }
    return n > 0 ? sum / total(weight, n) : 0;
}

double parry_separation(const double *score, const bool *right, const double *weight, size_t n)
{
    verdict *v = sorted(score, right, weight, n, surest_last);
    double below = 0, pairs = 0; /* wrong ones seen; right above wrong */
    mass all = {0};
    for (size_t i = 0; i < n;) {
        mass tie = {0};
        for (size_t end = end_of_ties(v, n, i); i < end; i++) {
            add(&tie, &v[i]);
            add(&all, &v[i]);
        }
        pairs += tie.right * (below + (tie.all - tie.right) / 2);
        below += tie.all - tie.right;
    }
    free(v);
    return all.right > 0 && below > 0 ? pairs / (all.right * below) : 0.5;
}

/* ---- answering only when sure --------------------------------------------------------------------------------------
 */

size_t parry_risk_curve(const double *score, const bool *right, const double *weight, size_t n, parry_risk *out)
{
    verdict *v = sorted(score, right, weight, n, surest_first);
    size_t points = 0;
    mass m = {0};
    double all = total(weight, n);
    for (size_t i = 0; i < n;) {
        double threshold = v[i].p;
        for (size_t end = end_of_ties(v, n, i); i < end; i++)
            add(&m, &v[i]);
        out[points++] = (parry_risk){threshold, m.all / all, (m.all - m.right) / m.all};
    }
    free(v);
    return points;
}

double parry_aurc(const double *score, const bool *right, const double *weight, size_t n)
{
    verdict *v = sorted(score, right, weight, n, surest_first);
    double sum = 0;
    mass before = {0};
    for (size_t i = 0; i < n;) {
        size_t end = end_of_ties(v, n, i);
        mass tie = {0};
        for (size_t k = i; k < end; k++)
            add(&tie, &v[k]);
        double wrong = (tie.all - tie.right) / tie.all, so_far = before.all - before.right, answered = before.all;
        for (size_t k = i; k < end; k++) {
            answered += v[k].w;
            sum += v[k].w * (so_far + wrong * (answered - before.all)) / answered;
        }
        for (; i < end; i++)
            add(&before, &v[i]);
    }
    free(v);
    return n > 0 ? sum / before.all : 0;
}

/* ---- the bound of precision ----------------------------------------------------------------------------------------
 */

static double bound_of(double right, double n, double confidence)
{
    if (right <= 0)
        return 0;
    return parry_beta_quantile(1 - confidence, right, n - right + 1);
}

double parry_precision_bound(size_t right, size_t n, double confidence)
{
    return bound_of((double)right, (double)n, confidence);
}

bool parry_choose_threshold(const double *score, const bool *right, const double *weight, size_t n, double target,
                            double confidence, parry_threshold *out)
{
    verdict *v = sorted(score, right, weight, n, surest_first);
    double all = total(weight, n);
    bool found = false;
    size_t good = 0;
    mass m = {0};
    for (size_t i = 0; i < n;) {
        double from = v[i].p;
        for (size_t end = end_of_ties(v, n, i); i < end; i++) {
            add(&m, &v[i]);
            good += v[i].right;
        }
        double precision = m.right / m.all, cases = effective(&m);
        double bound = precision >= target ? bound_of(precision * cases, cases, confidence) : 0;
        if (bound >= target) { /* the last one that passes is the smallest */
            *out = (parry_threshold){from, i, good, precision, bound, m.all / all};
            found = true;
        }
    }
    free(v);
    return found;
}
