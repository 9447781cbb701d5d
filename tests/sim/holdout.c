/* The hold-out, thousands of times, in worlds that make it hard. */
#include "sections.h"
#include "table.h"
#include "world.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Base and treated of the plan are what somebody would have guessed: right in some, far off in others. */
static const world worlds[] = {
    {.name = "1 ticket in 10, hold-out 10 %",
     .plan = {0.1, 0.10, 0.08, 8000},
     .found = 0.5,
     .opens = 0.3,
     .helps = 0.6,
     .gives_up = 0.9,
     .relapses = 0.02},
    {.name = "1 in 5, 5 %, plan far off",
     .plan = {0.05, 0.6, 0.5, 8000},
     .found = 0.5,
     .opens = 0.4,
     .helps = 0.4,
     .gives_up = 0.8,
     .relapses = 0.1},
    {.name = "19 in 20, 20 %, few units",
     .plan = {0.2, 0.95, 0.88, 1200},
     .found = 0.3,
     .opens = 0.3,
     .helps = 0.3,
     .gives_up = 0.05},
    {.name = "1 in 50, 5 %, suggestions do harm",
     .plan = {0.05, 0.02, 0.015, 20000},
     .found = 0.5,
     .opens = 0.3,
     .helps = 0.8,
     .gives_up = 0.98,
     .relapses = 0.05},
    {.name = "returns, on two devices",
     .plan = {0.1, 0.7, 0.6, 4000},
     .found = 0.5,
     .opens = 0.4,
     .helps = 0.5,
     .gives_up = 0.5,
     .returns = 0.6,
     .second_device = 0.5,
     .relapses = 0.05},
    {.name = "1 unit in 5 is a bot nobody knew, 50 %",
     .plan = {0.5, 0.5, 0.4, 3000},
     .found = 0.4,
     .opens = 0.4,
     .helps = 0.5,
     .gives_up = 0.3,
     .bots = 0.15},
};
enum { WORLDS = sizeof worlds / sizeof *worlds };

static const char *text(char out[120], const char *what, const world *w)
{
    snprintf(out, 120, "%s: %s", what, w->name);
    return out;
}

/* The same world, where what is opened helps nobody. */
static world without_effect(const world *w)
{
    world a = *w;
    a.helps = 0;
    return a;
}

static parry_experiment_counts run(const world *w, uint64_t *random, const parry_hash *salt)
{
    parry_experiment_counts c = {0};
    while (world_units(&c) < w->plan.units)
        world_visit(w, random, salt, &c);
    return c;
}

/* ---- at the planned end -------------------------------------------------------------------------------------------
 */

typedef struct tally {
    size_t runs, said, covered, excludes_zero; /* said: a difference, for the arms were of their sizes */
    size_t clicker_said, clicker_covered, inflation_said, inflation_covered;
    double sum;
} tally;

static bool in(parry_interval i, double x) { return i.low <= x && x <= i.high; }

static void add(tally *t, const parry_effect *e, const world_truth *truth)
{
    t->runs++;
    if (e->status != PARRY_EFFECT_OK)
        return;
    t->said++;
    t->sum += e->difference;
    t->covered += in(e->interval, truth->difference);
    t->excludes_zero += !in(e->interval, 0);
    if (e->per_clicker.status == PARRY_DERIVED_OK) {
        t->clicker_said++;
        t->clicker_covered += in(e->per_clicker.interval, truth->per_clicker);
    }
    if (e->inflation.status == PARRY_DERIVED_OK) {
        t->inflation_said++;
        t->inflation_covered += in(e->inflation.interval, truth->inflation);
    }
}

static tally repeat(const world *w, size_t runs, uint64_t seed, bool real_coin)
{
    world_truth truth = world_truth_of(w);
    tally t = {0};
    for (size_t i = 0; i < runs; i++) {
        parry_hash salt = parry_hash_of(&i, sizeof i);
        parry_experiment_counts c = run(w, &seed, real_coin ? &salt : NULL);
        parry_effect e = parry_effect_of(&w->plan, &c);
        add(&t, &e, &truth);
    }
    return t;
}

static void show_world(const world *w, size_t runs, uint64_t seed, tally *clickers)
{
    char what[120];
    tally t = repeat(w, runs, seed, false);
    double truth = world_truth_of(w).difference, mean = t.sum / (double)t.said;
    sim_share(text(what, "interval at the planned end covers", w), t.said, sim_part(t.covered, t.said), 0.93, 0.97);
    sim_value(text(what, "mean estimate over the truth", w), t.said, mean / truth, 0.97, 1.03);
    clickers->clicker_said += t.clicker_said;
    clickers->clicker_covered += t.clicker_covered;
    clickers->inflation_said += t.inflation_said;
    clickers->inflation_covered += t.inflation_covered;
}

void sim_holdout_at_the_end(void)
{
    size_t runs = sim_runs(1200, 4000), alarms = 0, said = 0;
    tally clickers = {0};
    for (size_t i = 0; i < WORLDS; i++)
        show_world(&worlds[i], runs, 100 + i, &clickers);
    sim_share("interval per clicker covers: all worlds", clickers.clicker_said,
              sim_part(clickers.clicker_covered, clickers.clicker_said), 0.93, 0.97);
    sim_share("interval of the inflation covers: all worlds, where it is told", clickers.inflation_said,
              sim_part(clickers.inflation_covered, clickers.inflation_said), 0.93, 1);
    for (size_t i = 0; i < WORLDS; i++) {
        world nothing = without_effect(&worlds[i]);
        tally t = repeat(&nothing, runs, 200 + i, false);
        alarms += t.excludes_zero;
        said += t.said;
    }
    sim_share("A/A: an effect is seen at the planned end", said, sim_part(alarms, said), 0.04, 0.06);
    world nothing = without_effect(&worlds[4]);
    tally t = repeat(&nothing, sim_runs(1000, 4000), 300, true);
    sim_share("the same, arms by HMAC, a salt a run", t.said, sim_part(t.excludes_zero, t.said), 0.035, 0.065);
}

/* ---- at any time --------------------------------------------------------------------------------------------------
 */

typedef struct looks {
    size_t runs, missed, alarmed; /* ever */
    size_t newcombe_alarmed;      /* the usual interval, looked at as often */
    double stopped; /* units until 0 was excluded, of the planned; runs that never did count as their end */
} looks;

enum { HORIZON = 3 }; /* times the planned units */

static bool look(const parry_anytime *d, const parry_experiment_counts *c)
{
    return parry_anytime_excludes(d, (parry_trials){c->holdout.tickets, c->holdout.units},
                                  (parry_trials){c->treated.tickets, c->treated.units});
}

static bool newcombe_sees(const parry_experiment_counts *c)
{
    return c->holdout.units >= PARRY_EFFECT_LEAST &&
           !in(parry_newcombe_interval((parry_trials){c->holdout.tickets, c->holdout.units},
                                       (parry_trials){c->treated.tickets, c->treated.units}, 0.95),
               0);
}

/* From the tenth unit on, a look each time there are `step` more of them. */
static void one_run(const world *w, const parry_anytime *truth, const parry_anytime *zero, double step,
                    uint64_t *random, looks *out)
{
    parry_experiment_counts c = {0};
    bool missed = false, alarmed = false, usual = false;
    double next = 10, end = HORIZON * (double)w->plan.units, stopped = end;
    while ((double)world_units(&c) < end) {
        world_visit(w, random, NULL, &c);
        if ((double)world_units(&c) < next)
            continue;
        next = fmax(next + 1, next * step);
        missed = missed || look(truth, &c);
        if (!alarmed && look(zero, &c)) {
            alarmed = true;
            stopped = (double)world_units(&c);
        }
        usual = usual || newcombe_sees(&c);
    }
    out->runs++;
    out->missed += missed;
    out->alarmed += alarmed;
    out->newcombe_alarmed += usual;
    out->stopped += stopped / (double)w->plan.units;
}

static looks look_often(const world *w, size_t runs, double step, uint64_t seed)
{
    looks l = {0};
    parry_anytime truth, zero;
    parry_anytime_prepare(&w->plan, 0.95, world_truth_of(w).difference, &truth);
    parry_anytime_prepare(&w->plan, 0.95, 0, &zero);
    for (size_t i = 0; i < runs; i++)
        one_run(w, &truth, &zero, step, &seed, &l);
    return l;
}

void sim_holdout_any_time(void)
{
    char what[120];
    size_t runs = sim_runs(150, 1000), missed = 0, alarms = 0, usual = 0, all = 0;
    double least = (double)sim_runs(91, 95) / 100; /* few runs of one world say little */
    double step = 1 + (double)sim_runs(6, 3) / 100;
    for (size_t i = 0; i < WORLDS; i++) {
        looks l = look_often(&worlds[i], runs, step, 400 + i);
        sim_share(text(what, "always-valid interval never misses", &worlds[i]), runs, 1 - sim_part(l.missed, l.runs),
                  least, 1);
        missed += l.missed;
    }
    sim_share("always-valid interval never misses: all worlds", runs * WORLDS, 1 - sim_part(missed, runs * WORLDS),
              0.95, 1);
    for (size_t i = 0; i < WORLDS; i++) {
        world nothing = without_effect(&worlds[i]);
        looks l = look_often(&nothing, runs, step, 500 + i);
        alarms += l.alarmed;
        usual += l.newcombe_alarmed;
        all += l.runs;
    }
    sim_share("A/A: an effect is seen at any look", all, sim_part(alarms, all), 0, 0.05);
    sim_told("for comparison: by the usual interval at any look", all, sim_part(usual, all));
    looks found = look_often(&worlds[2], runs, step, 600);
    sim_share("a planned effect is seen before 3 times the planned units", runs, sim_part(found.alarmed, found.runs),
              0.8, 1);
    sim_told("for comparison: units until then, of the planned", runs, found.stopped / (double)runs);
}

/* ---- arms of the wrong sizes --------------------------------------------------------------------------------------
 */

/* The share of runs that are blocked where `lost` of the treated are never counted. */
static double blocked(double share, double lost, uint64_t units, size_t runs, uint64_t seed)
{
    size_t n = 0;
    for (size_t i = 0; i < runs; i++) {
        uint64_t held = 0, treated = 0;
        for (uint64_t j = 0; j < units; j++) {
            double x = parry_random_share(&seed);
            held += x < share;
            treated += x >= share + lost * (1 - share);
        }
        n += parry_sample_ratio_p(held, treated, share) < parry_effect_srm_p;
    }
    return sim_part(n, runs);
}

void sim_sample_ratio(void)
{
    size_t runs = sim_runs(200, 2000), many = sim_runs(20000, 200000);
    sim_share("arms of unequal sizes: blocked where nothing is wrong", many, blocked(0.1, 0, 2000, many, 700), 0,
              0.002);
    sim_share("blocked where 1 in 10 of the treated is lost, 40,000 units", runs, blocked(0.1, 0.1, 40000, runs, 701),
              0.95, 1);
    sim_share("blocked where 1 in 50 is lost, 200,000 units, hold-out 50 %", runs / 4,
              blocked(0.5, 0.02, 200000, runs / 4, 702), 0.8, 1);
}
