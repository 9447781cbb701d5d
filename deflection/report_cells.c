/* Cells: the formulas of definitions, and their intervals. Whatever is summed is summed of whole numbers, or of values
 * in order of size: the same rows give the same figure whatever order they came in. */
#include "deflection/report_inner.h"

#include "deflection/stats.h"

#include <math.h>

static const char not_enough[] = "not enough data";

static report_value_of nothing(uint64_t n, const char *why) { return (report_value_of){.n = n, .why = why}; }

static void set_interval(report_value_of *v, uint64_t k, uint64_t n)
{
    parry_interval i = parry_count_interval((parry_trials){k, n});
    v->bounded = true;
    v->lo = i.low;
    v->hi = i.high;
}

static report_value_of share(uint64_t a, uint64_t b)
{
    report_value_of v = {.known = true, .n = b};
    if (b == 0)
        return nothing(0, not_enough);
    v.value = (double)a / (double)b;
    set_interval(&v, a, b);
    return v;
}

/* a to b: by the share of a among both, whose odds it is. */
static report_value_of ratio(uint64_t a, uint64_t b)
{
    report_value_of v = {.known = true, .n = a + b};
    if (b == 0)
        return nothing(a, not_enough);
    v.value = (double)a / (double)b;
    set_interval(&v, a, a + b);
    v.lo = v.lo / (1 - v.lo);
    v.hi = v.hi / (1 - v.hi);
    return v;
}

static report_value_of money(const report_pass *p, uint64_t a, uint64_t b)
{
    report_value_of v = share(a, b);
    if (p->q->cost <= 0)
        return nothing(b, "no cost of a ticket is set");
    double whole = (double)b * p->q->cost;
    v.value = (double)a * p->q->cost;
    v.lo *= whole;
    v.hi *= whole;
    return v;
}

/* ---- values ------------------------------------------------------------------------------------------------------ */

/* Interval by order statistics (Conover, Practical Nonparametric Statistics, 1999, 3.2), none under 6 values. */
static report_value_of median(const report_group *g)
{
    size_t n = g->nvalues;
    const uint32_t *x = g->values;
    report_value_of v = {.known = true, .bounded = n >= 6, .n = n};
    if (n == 0)
        return nothing(0, not_enough);
    size_t below = (n - 1) / 2, above = n / 2;
    v.value = ((double)x[below] + (double)x[above]) / 2;
    double wide = parry_normal_quantile(0.975) * sqrt((double)n), low = floor(((double)n - wide) / 2);
    size_t r = low < 1 ? 1 : (size_t)low;
    v.lo = x[r - 1];
    v.hi = x[n - r];
    return v;
}

static double weight(report_formula f, double x)
{
    return f == REPORT_MEAN ? x : f == REPORT_DISCOUNTED ? pow(0.5, x - 1) : 1 / x;
}

/* Of `of` rows, those without a value counting 0; normal interval. */
static report_value_of mean(const report_group *g, report_formula f, uint64_t of)
{
    double sum = 0, squares = 0, n = (double)of;
    report_value_of v = {.known = true, .bounded = of >= 2, .n = of};
    if (of == 0)
        return nothing(0, not_enough);
    for (size_t i = 0; i < g->nvalues; i++) {
        double x = weight(f, g->values[i]);
        sum += x;
        squares += x * x;
    }
    double spread = of < 2 ? 0 : (squares - sum * sum / n) / (n - 1);
    v.value = sum / n;
    double half = parry_normal_quantile(0.975) * sqrt((spread > 0 ? spread : 0) / n);
    v.lo = v.value - half;
    v.hi = v.value + half;
    return v;
}

/* ---- a rise ------------------------------------------------------------------------------------------------------ */

/* The share of a text in all searches now, against its own past in REPORT_PARTS parts. */
static parry_rise rising(const report_pass *p, const report_group *g)
{
    double exposure[REPORT_PARTS];
    uint64_t past[REPORT_PARTS];
    size_t n = 0;
    for (size_t i = 1; i <= REPORT_PARTS; i++) {
        if (p->totals[i] == 0)
            continue;
        exposure[n] = (double)p->totals[i];
        past[n++] = g->n[REPORT_PAST + i];
    }
    if (n == 0 || g->n[0] == 0)
        return (parry_rise){.p = 1};
    return parry_rising(past, exposure, n, g->n[0], (double)p->totals[0]);
}

double report_rise_p(const report_pass *p, const report_group *g) { return rising(p, g).p; }

static report_value_of rise(const report_pass *p, const report_group *g, const report_cell *c)
{
    uint64_t a = g->n[c->a], b = g->n[c->b];
    double before = 0;
    for (size_t i = 1; i <= REPORT_PARTS; i++)
        before += (double)p->totals[i];
    if (before <= 0 || a == 0)
        return nothing(a + b, "nothing to compare with");
    double scale = before / (double)p->totals[0];
    if (b == 0) { /* it had none: how much it rose has no upper end */
        report_value_of v = nothing(a, "none before");
        set_interval(&v, a, a);
        v.lo = v.lo / (1 - v.lo) * scale;
        v.hi = HUGE_VAL;
        return v;
    }
    report_value_of v = ratio(a, b);
    v.value *= scale;
    v.lo *= scale;
    v.hi *= scale;
    return v;
}

/* ---- of an experiment -------------------------------------------------------------------------------------------- */

static uint64_t units(const parry_effect *e) { return e->counts.holdout.units + e->counts.treated.units; }

static const char *why_not(const parry_report_causal *x)
{
    static const char *const whys[PARRY_EFFECT_STATUSES] = {
        NULL, "before its planned end", not_enough, "the arms are not of the sizes that they must be", "no experiment"};
    return x->experiment == NULL ? "no experiment" : whys[x->effect.status];
}

static report_value_of between(uint64_t n, double value, parry_interval i, double times)
{
    return (report_value_of){
        .known = true, .bounded = true, .n = n, .value = value * times, .lo = i.low * times, .hi = i.high * times};
}

/* Before the end there is an interval that holds at any look, and nothing in its middle. */
static report_value_of effect_cell(const parry_report_causal *x)
{
    report_value_of v = between(units(&x->effect), x->effect.difference, x->effect.interval, 1);
    v.why = why_not(x);
    v.known = v.why == NULL;
    v.bounded = v.known || x->effect.status == PARRY_EFFECT_EARLY;
    return v;
}

static report_value_of derived_cell(const parry_report_causal *x, const parry_derived *d, double times)
{
    if (d->status == PARRY_DERIVED_OK)
        return between(units(&x->effect), d->value, d->interval, times);
    return nothing(units(&x->effect), why_not(x) != NULL ? why_not(x) : "the effect may be none");
}

static report_value_of causal(const report_pass *p, const report_cell *c)
{
    const parry_report_causal *x = &p->causal;
    if (p->part)
        return nothing(0, "of the whole only");
    if (x->experiment == NULL || x->effect.status == PARRY_EFFECT_OFF)
        return nothing(0, "no experiment");
    if (c->a == REPORT_CAUSAL_EFFECT)
        return effect_cell(x);
    if (c->a == REPORT_CAUSAL_TICKETS)
        return derived_cell(x, &x->effect.avoided, 1);
    if (c->a == REPORT_CAUSAL_INFLATION)
        return derived_cell(x, &x->effect.inflation, 1);
    if (c->a == REPORT_CAUSAL_MONEY)
        return p->q->cost > 0 ? derived_cell(x, &x->effect.avoided, p->q->cost)
                              : nothing(units(&x->effect), "no cost of a ticket is set");
    report_value_of v = {.known = x->effect.detected, .n = units(&x->effect), .value = x->effect.detectable};
    v.why = "not even a fall to none would be found";
    return v;
}

report_value_of report_cell_value(const report_pass *p, const report_group *g, const report_cell *c)
{
    switch (c->formula) {
    case REPORT_COUNT:
        return (report_value_of){.known = true, .whole = true, .value = (double)g->n[c->a], .n = g->n[c->b]};
    case REPORT_SHARE:
        return share(g->n[c->a], g->n[c->b]);
    case REPORT_RATIO:
        return ratio(g->n[c->a], g->n[c->b]);
    case REPORT_MEDIAN:
        return median(g);
    case REPORT_MEAN:
    case REPORT_RECIPROCAL:
        return mean(g, c->formula, g->nvalues);
    case REPORT_RECIPROCAL0:
    case REPORT_DISCOUNTED:
        return mean(g, c->formula, g->n[c->b]);
    case REPORT_MONEY:
        return money(p, g->n[c->a], g->n[c->b]);
    case REPORT_RISE:
        return rise(p, g, c);
    case REPORT_CAUSAL:
        break;
    }
    return causal(p, c);
}
