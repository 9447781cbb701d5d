/* An effect as JSON: one place says which numbers may be seen. */
#include "deflection/experiment.h"

static json_t *whole(uint64_t n) { return json_integer((json_int_t)n); }
static json_t *number_if(bool known, double x) { return known ? json_real(x) : json_null(); }

static json_t *rate(uint64_t k, uint64_t n, bool told)
{
    parry_trials c = {k, n};
    parry_interval i = parry_count_interval(c);
    told = told && n > 0;
    return json_pack("{s:o, s:o, s:o, s:o, s:o}", "n", whole(n), "count", whole(k), "value",
                     number_if(told, parry_count_rate(c)), "low", number_if(told, i.low), "high",
                     number_if(told, i.high));
}

static json_t *derived(const parry_derived *d)
{
    bool ok = d->status == PARRY_DERIVED_OK;
    return json_pack("{s:s, s:o, s:o, s:o}", "status", parry_derived_status_name(d->status), "value",
                     number_if(ok, d->value), "low", number_if(ok, d->interval.low), "high",
                     number_if(ok, d->interval.high));
}

static json_t *difference(const parry_effect *e)
{
    bool early = e->status == PARRY_EFFECT_EARLY, ok = e->status == PARRY_EFFECT_OK;
    return json_pack("{s:o, s:o, s:o, s:o}", "interval",
                     ok      ? json_string("newcombe")
                     : early ? json_string("always_valid")
                             : json_null(),
                     "value", number_if(ok, e->difference), "low", number_if(ok || early, e->interval.low), "high",
                     number_if(ok || early, e->interval.high));
}

static json_t *plan(const parry_effect *e)
{
    return json_pack("{s:f, s:f, s:f, s:o, s:f, s:f}", "share", e->plan.share, "base", e->plan.base, "treated",
                     e->plan.treated, "units", whole(e->plan.units), "power", parry_usual_power.power, "alpha",
                     parry_usual_power.alpha);
}

json_t *parry_effect_json(const parry_effect *e)
{
    const parry_arm_counts *h = &e->counts.holdout, *t = &e->counts.treated;
    bool off = e->status == PARRY_EFFECT_OFF, told = e->status == PARRY_EFFECT_OK || e->status == PARRY_EFFECT_EARLY;
    json_t *j = json_pack("{s:s, s:s, s:o}", "definition", "causal_deflection", "status",
                          parry_effect_status_name(e->status), "plan", off ? json_null() : plan(e));
    json_object_set_new(j, "holdout", json_pack("{s:o}", "tickets", rate(h->tickets, h->units, told)));
    json_object_set_new(j, "treated",
                        json_pack("{s:o, s:o, s:o}", "tickets", rate(t->tickets, t->units, told), "clicked",
                                  rate(t->clicked, t->units, told), "potential", rate(t->potential, t->units, told)));
    json_object_set_new(j, "left_out", whole(e->counts.left_out));
    json_object_set_new(j, "open", whole(e->counts.open));
    json_object_set_new(j, "sample_ratio",
                        json_pack("{s:o, s:f}", "p", number_if(!off, e->srm_p), "blocks_below", parry_effect_srm_p));
    json_object_set_new(j, "detectable",
                        json_pack("{s:o, s:o}", "now", number_if(!off && e->detected, e->detectable), "at_planned_end",
                                  number_if(!off && e->detected_at_end, e->detectable_at_end)));
    json_object_set_new(j, "past_planned_end", json_boolean(e->past_end));
    json_object_set_new(j, "difference", difference(e));
    json_object_set_new(j, "tickets_avoided", derived(&e->avoided));
    json_object_set_new(j, "per_clicker", derived(&e->per_clicker));
    json_object_set_new(j, "inflation", derived(&e->inflation));
    return j;
}
