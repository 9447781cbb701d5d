/* The coin, and the difference of two arms. */
#include "deflection/experiment.h"

#include <assert.h>
#include <math.h>
#include <sodium.h>

const double parry_effect_srm_p = 0.001;

/* ---- the coin -----------------------------------------------------------------------------------------------------
 */

static uint64_t big_endian(const unsigned char *b)
{
    uint64_t x = 0;
    for (int i = 0; i < 8; i++)
        x = x << 8 | b[i];
    return x;
}

parry_draw parry_experiment_draw(const parry_hash *salt, parry_str unit)
{
    static_assert(crypto_auth_hmacsha256_KEYBYTES == PARRY_HASH_BYTES, "the salt is a key");
    unsigned char mac[crypto_auth_hmacsha256_BYTES];
    crypto_auth_hmacsha256(mac, (const unsigned char *)unit.p, unit.n, salt->b);
    return (parry_draw){.part = (unsigned)(big_endian(mac) % PARRY_EXPERIMENT_PARTS), .seed = big_endian(mac + 8)};
}

size_t parry_experiment_arm(unsigned part, const unsigned *parts, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (part < parts[i])
            return i;
        part -= parts[i];
    }
    return n;
}

/* ---- what may be said ---------------------------------------------------------------------------------------------
 */

const char *parry_effect_status_name(parry_effect_status s)
{
    static const char *const names[PARRY_EFFECT_STATUSES] = {"ok", "before_planned_end", "not_enough_data",
                                                             "sample_ratio_mismatch", "no_holdout"};
    return names[s];
}

const char *parry_derived_status_name(parry_derived_status s)
{
    static const char *const names[PARRY_DERIVED_STATUSES] = {"ok", "no_difference", "few_clicks", "no_effect"};
    return names[s];
}

static parry_trials tickets(const parry_arm_counts *a) { return (parry_trials){a->tickets, a->units}; }

/* Four sigma more than the least, so that as good as surely so many come. */
static double enough_in_each_arm(double share)
{
    return (PARRY_EFFECT_LEAST + 4 * sqrt(PARRY_EFFECT_LEAST)) / fmin(share, 1 - share);
}

uint64_t parry_trial_plan_units(const parry_trial_plan *p)
{
    if (!(p->share > 0 && p->share < 1))
        return 0;
    if (p->units > 0 || !(fabs(p->base - p->treated) > 0))
        return p->units;
    double needed = parry_sample_size(p->base, p->treated, p->share, parry_usual_power);
    return (uint64_t)fmin(ceil(fmax(needed, enough_in_each_arm(p->share))), 1e15);
}

static void fill_detectable(parry_effect *e)
{
    const parry_arm_counts *h = &e->counts.holdout;
    double base = h->units >= PARRY_EFFECT_LEAST ? parry_count_rate(tickets(h)) : e->plan.base;
    double now = (double)h->units + (double)e->counts.treated.units;
    e->detectable = parry_detectable(base, now, e->plan.share, parry_usual_power, &e->detected);
    e->detectable_at_end =
        parry_detectable(base, (double)e->plan.units, e->plan.share, parry_usual_power, &e->detected_at_end);
}

static parry_effect_status status_of(const parry_effect *e)
{
    uint64_t h = e->counts.holdout.units, t = e->counts.treated.units;
    if (e->srm_p < parry_effect_srm_p)
        return PARRY_EFFECT_SRM;
    if (h < PARRY_EFFECT_LEAST || t < PARRY_EFFECT_LEAST)
        return PARRY_EFFECT_NOT_ENOUGH;
    return h + t < e->plan.units && !e->counts.ended ? PARRY_EFFECT_EARLY : PARRY_EFFECT_OK;
}

static parry_derived none(parry_derived_status why) { return (parry_derived){.status = why}; }

parry_derived parry_effect_avoided(const parry_effect *e, uint64_t treated)
{
    double n = (double)treated;
    if (e->status != PARRY_EFFECT_OK)
        return none(PARRY_DERIVED_NO_DIFFERENCE);
    return (parry_derived){PARRY_DERIVED_OK, e->difference * n, {e->interval.low * n, e->interval.high * n}};
}

/* All b for which the hold-out's rate and the mean of (ticket + b x clicked) of the treated may be the same: a
 * quadratic inequality. */
static parry_derived per_clicker_of(const parry_effect *e)
{
    const parry_arm_counts *t = &e->counts.treated;
    double n = (double)t->units, c = (double)t->clicked / n, both = (double)t->clicked_tickets / n;
    double h = parry_count_rate(tickets(&e->counts.holdout)), p = parry_count_rate(tickets(t));
    double z = parry_normal_quantile(0.975), luck = h * (1 - h) / (double)e->counts.holdout.units + p * (1 - p) / n;
    double a = c * c - z * z * c * (1 - c) / n, b = e->difference * c + z * z * (both - p * c) / n;
    double rest = e->difference * e->difference - z * z * luck, root = b * b - a * rest;
    if (t->clicked < PARRY_EFFECT_LEAST || a <= 0 || root < 0)
        return none(PARRY_DERIVED_FEW_CLICKS);
    return (parry_derived){PARRY_DERIVED_OK, e->difference / c, {(b - sqrt(root)) / a, (b + sqrt(root)) / a}};
}

static parry_derived inflation_of(const parry_effect *e)
{
    parry_trials potential = {e->counts.treated.potential, e->counts.treated.units};
    parry_interval p = parry_count_interval(potential);
    if (e->interval.low <= 0)
        return none(PARRY_DERIVED_NO_EFFECT);
    return (parry_derived){PARRY_DERIVED_OK,
                           parry_count_rate(potential) / e->difference,
                           {p.low / e->interval.high, p.high / e->interval.low}};
}

parry_effect parry_effect_of(const parry_trial_plan *plan, const parry_experiment_counts *counts)
{
    parry_derived nothing = none(PARRY_DERIVED_NO_DIFFERENCE);
    parry_effect e = {.status = PARRY_EFFECT_OFF,
                      .plan = *plan,
                      .counts = *counts,
                      .srm_p = 1,
                      .avoided = nothing,
                      .per_clicker = nothing,
                      .inflation = nothing};
    e.plan.units = parry_trial_plan_units(plan);
    if (e.plan.units == 0)
        return e;
    parry_trials h = tickets(&counts->holdout), t = tickets(&counts->treated);
    e.srm_p = parry_sample_ratio_p(h.n, t.n, plan->share);
    e.past_end = h.n + t.n > e.plan.units;
    fill_detectable(&e);
    e.status = status_of(&e);
    if (e.status == PARRY_EFFECT_EARLY)
        e.interval = parry_anytime_interval(&e.plan, h, t, 0.95);
    if (e.status != PARRY_EFFECT_OK)
        return e;
    e.difference = parry_count_rate(h) - parry_count_rate(t);
    e.interval = parry_newcombe_interval(h, t, 0.95);
    e.avoided = parry_effect_avoided(&e, t.n);
    e.per_clicker = per_clicker_of(&e);
    e.inflation = inflation_of(&e);
    return e;
}
