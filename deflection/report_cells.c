/* Cells: the formulas of definitions, and their intervals. Whatever is summed is summed of whole numbers, or of values
 * in order of size: the same rows give the same figure whatever order they came in. */
#include "deflection/report_inner.h"

#include <assert.h>
#include <math.h>

static const char not_enough[] = "not enough data";

static report_value_of nothing(uint64_t n, const char *why) { return (report_value_of){.n = n, .why = why}; }

static void set_interval(report_value_of *v, parry_interval i)
{
    v->bounded = true;
    v->lo = i.low;
    v->hi = i.high;
}

/* The visitor whose number + 1 it is; NULL: 0, none. */
static const report_visitor *visitor(const report_pass *p, uint32_t link)
{
    return link > 0 ? report_visitors_at(&p->visitors, link - 1) : NULL;
}

static void add_visitor(const report_cell *c, const report_visitor *v, parry_spread *s)
{
    if (c->formula == REPORT_SHARE || c->formula == REPORT_MONEY)
        parry_spread_add(s, v->n[c->a], v->n[c->b]);
    else if (c->formula == REPORT_RATIO || c->formula == REPORT_RISE)
        parry_spread_add(s, v->n[c->a], (double)v->n[c->a] + v->n[c->b]);
    else if (c->formula == REPORT_DISCOUNTED)
        parry_spread_add(s, (double)v->n[c->a] / PARRY_PAUL_ONE, v->n[c->b]);
}

/* Of all cells at once: a group's visitors lie far from each other. */
static const parry_spread *spread_of(const report_pass *p, const report_group *g, const report_cell *c)
{
    const parry_report_kind *kind = p->q->kind;
    report_spreads *all = p->spreads;
    assert(kind->ncells <= PARRY_REPORT_CELLS);
    if (all->of != g) {
        *all = (report_spreads){.of = g};
        for (const report_visitor *v = visitor(p, g->visitors); v != NULL; v = visitor(p, v->next)) {
            for (size_t i = 0; i < kind->ncells; i++)
                add_visitor(&kind->cells[i], v, &all->list[i]);
        }
    }
    return &all->list[c - kind->cells];
}

static report_value_of share(const report_pass *p, const report_group *g, const report_cell *c)
{
    uint64_t a = g->n[c->a], b = g->n[c->b];
    report_value_of v = {.known = true, .n = b};
    if (b == 0)
        return nothing(0, not_enough);
    v.value = (double)a / (double)b;
    set_interval(&v, parry_spread_share(spread_of(p, g, c)));
    return v;
}

/* a to b: by the share of a among both, whose odds it is; hi is infinite where b is 0. */
static parry_interval odds(const report_pass *p, const report_group *g, const report_cell *c)
{
    parry_interval i = parry_spread_share(spread_of(p, g, c));
    return (parry_interval){i.low / (1 - i.low), i.high < 1 ? i.high / (1 - i.high) : HUGE_VAL};
}

static report_value_of ratio(const report_pass *p, const report_group *g, const report_cell *c)
{
    uint64_t a = g->n[c->a], b = g->n[c->b];
    report_value_of v = {.known = true, .n = a + b};
    if (b == 0)
        return nothing(a, not_enough);
    v.value = (double)a / (double)b;
    set_interval(&v, odds(p, g, c));
    return v;
}

static report_value_of money(const report_pass *p, const report_group *g, const report_cell *c)
{
    report_value_of v = share(p, g, c);
    if (p->q->cost <= 0)
        return nothing(v.n, "no cost of a ticket is set");
    double whole = (double)v.n * p->q->cost;
    v.value = (double)g->n[c->a] * p->q->cost;
    v.lo *= whole;
    v.hi *= whole;
    return v;
}

/* ---- values ------------------------------------------------------------------------------------------------------ */

/* What the values of each visitor come to: f of it over their number. Takes p->sums, and leaves it zero. */
static parry_spread spread_of_values(const report_pass *p, const report_group *g,
                                     double (*f)(const void *ctx, double x), const void *ctx, const unsigned *under)
{
    parry_spread s = {.clusters = 0};
    for (size_t i = 0; i < g->nvalues; i++) {
        parry_cluster *sum = &p->sums[g->values[i].visitor];
        sum->over += f(ctx, g->values[i].value);
        sum->under++;
    }
    for (uint32_t link = g->visitors; link > 0; link = visitor(p, link)->next) {
        const report_visitor *one = visitor(p, link);
        parry_cluster *sum = &p->sums[link - 1];
        parry_spread_add(&s, sum->over, under != NULL ? one->n[*under] : sum->under);
        *sum = (parry_cluster){0, 0};
    }
    return s;
}

static double below(const void *ctx, double x)
{
    double middle = *(const double *)ctx;
    return x < middle ? 1 : x > middle ? 0 : 0.5;
}

/* Interval by order statistics (Conover, Practical Nonparametric Statistics, 1999, 3.2), as many times wider as the
 * share below the median is less certain than of values that have nothing to do with each other (Woodruff 1952). None
 * under 6 of such. */
static report_value_of median(const report_pass *p, const report_group *g)
{
    size_t n = g->nvalues;
    const report_amount *x = g->values;
    report_value_of v = {.known = true, .n = n};
    if (n == 0)
        return nothing(0, not_enough);
    size_t lower = (n - 1) / 2, upper = n / 2;
    v.value = ((double)x[lower].value + (double)x[upper].value) / 2;
    parry_spread s = spread_of_values(p, g, below, &v.value, NULL);
    double effective = parry_effective_units(&s);
    double wide = parry_normal_quantile(0.975) * (double)n / sqrt(effective), low = floor(((double)n - wide) / 2);
    size_t r = low < 1 ? 1 : (size_t)low;
    v.bounded = effective >= 6;
    v.lo = x[r - 1].value;
    v.hi = x[n - r].value;
    return v;
}

static double weight(const void *ctx, double x) { return *(const report_formula *)ctx == REPORT_MEAN ? x : 1 / x; }

static report_value_of mean_of(double sum, const parry_spread *s, uint64_t of)
{
    report_value_of v = {.known = true, .n = of, .value = sum / (double)of};
    if (of == 0)
        return nothing(0, not_enough);
    if (s->clusters >= 2)
        set_interval(&v, parry_spread_mean(s));
    return v;
}

/* under: the counter of the rows that it is over, those without a value counting 0; NULL: over those with one. */
static report_value_of mean(const report_pass *p, const report_group *g, report_formula f, const unsigned *under)
{
    double sum = 0;
    for (size_t i = 0; i < g->nvalues; i++)
        sum += weight(&f, g->values[i].value);
    parry_spread s = spread_of_values(p, g, weight, &f, under);
    return mean_of(sum, &s, under != NULL ? g->n[*under] : g->nvalues);
}

static report_value_of discounted(const report_pass *p, const report_group *g, const report_cell *c)
{
    return mean_of((double)g->n[c->a] / PARRY_PAUL_ONE, spread_of(p, g, c), g->n[c->b]);
}

/* ---- a rise ------------------------------------------------------------------------------------------------------ */

/* How many times more than Poisson searches vary since one visitor makes several (compound Poisson): the sum of now^2
 * and before^2 over that of both, where the spread is of now and of now + before. */
static double crowded(const parry_spread *s)
{
    return s->under > 0 ? (2 * s->over2 - 2 * s->cross + s->under2) / s->under : 1;
}

/* The share of a text in all searches now, against each day of its past: g->values are the days, a search each. */
double report_rise_p(const report_pass *p, const report_group *g)
{
    size_t days = (size_t)((p->q->from_ms - p->since_ms) / 86400000), n = 0, at = 0;
    uint64_t *past = parry_calloc(days, sizeof *past);
    double *exposure = parry_calloc(days, sizeof *exposure);
    for (size_t d = 0; d < days; d++) {
        for (; at < g->nvalues && g->values[at].value == d; at++)
            past[n]++;
        exposure[n] = (double)p->past[d];
        n += p->past[d] > 0;
    }
    double chance = 1;
    if (n > 0 && g->n[0] > 0)
        chance = parry_rising_dispersed(past, exposure, n, g->n[0], (double)p->now,
                                        crowded(spread_of(p, g, p->q->kind->cells + 2)))
                     .p;
    free(past);
    free(exposure);
    return chance;
}

static report_value_of rise(const report_pass *p, const report_group *g, const report_cell *c)
{
    uint64_t a = g->n[c->a], b = g->n[c->b];
    if (p->before == 0 || a == 0)
        return nothing(a + b, "nothing to compare with");
    double scale = (double)p->before / (double)p->now;
    parry_interval i = odds(p, g, c);
    report_value_of v = {.known = b > 0, .bounded = true, .n = a + b, .lo = i.low * scale, .hi = i.high * scale};
    v.value = b > 0 ? (double)a / (double)b * scale : 0;
    v.why = "none before"; /* then how much it rose has no upper end */
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
        return share(p, g, c);
    case REPORT_RATIO:
        return ratio(p, g, c);
    case REPORT_MEDIAN:
        return median(p, g);
    case REPORT_MEAN:
    case REPORT_RECIPROCAL:
        return mean(p, g, c->formula, NULL);
    case REPORT_RECIPROCAL0:
        return mean(p, g, c->formula, &c->b);
    case REPORT_DISCOUNTED:
        return discounted(p, g, c);
    case REPORT_MONEY:
        return money(p, g, c);
    case REPORT_RISE:
        return rise(p, g, c);
    case REPORT_RANKING:
        return report_ranking_value(p, c);
    case REPORT_CAUSAL:
        break;
    }
    return causal(p, c);
}
