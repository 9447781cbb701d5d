/* Alarms: how often luck rings them, and how soon what is meant does. */
#include "sections.h"
#include "table.h"

#include "deflection/stats.h"

#include <math.h>

enum { PAST = 56, SEARCHES = 1000 };

/* One day; swing: what days differ more than luck would have them, in parts of the rate. */
static parry_trials day(uint64_t *random, double rate, double swing, unsigned searches)
{
    double today = rate * (1 + swing * (2 * parry_random_share(random) - 1));
    parry_trials c = {.n = searches};
    for (unsigned i = 0; i < searches; i++)
        c.k += parry_random_share(random) < today;
    return c;
}

typedef struct rung {
    double chart, ewma;
} rung;

/* The share of runs in which the day after the past is out; of the average, after ten days. */
static rung ring(double rate, double swing, double then, unsigned searches, size_t runs, uint64_t seed)
{
    rung r = {0};
    for (size_t i = 0; i < runs; i++) {
        parry_trials past[PAST], recent[10];
        parry_control c;
        for (size_t d = 0; d < PAST; d++)
            past[d] = day(&seed, rate, swing, searches);
        for (size_t d = 0; d < 10; d++)
            recent[d] = day(&seed, then, swing, searches);
        r.chart += (parry_p_chart(past, PAST, recent[0], 3, &c) && c.out != 0) / (double)runs;
        r.ewma += (parry_ewma(past, PAST, recent, 10, 0.2, 2.86, &c) && c.out != 0) / (double)runs;
    }
    return r;
}

/* Counts of a query in 28 days and today, which is no other: how often it is called rising. */
static double rises(double a_day, double today, double swing, size_t runs, uint64_t seed)
{
    size_t n = 0;
    for (size_t i = 0; i < runs; i++) {
        uint64_t past[28];
        double days[28];
        for (size_t d = 0; d < 28; d++) {
            past[d] = day(&seed, a_day / 200, swing, 200).k;
            days[d] = 1;
        }
        n += parry_rising(past, days, 28, day(&seed, today / 200, swing, 200).k, 1).p < 0.01;
    }
    return (double)n / (double)runs;
}

void sim_alerts(void)
{
    size_t runs = sim_runs(400, 4000);
    rung calm = ring(0.1, 0, 0.1, SEARCHES, runs, 1200), wild = ring(0.1, 0.5, 0.1, SEARCHES, runs, 1201);
    rung small = ring(0.01, 0, 0.01, 50, runs, 1202);
    sim_share("control limits: a day like the others is out", runs, calm.chart, 0, 0.01);
    sim_share("the same, 50 searches a day and 1 in 100", runs, small.chart, 0, 0.01);
    sim_share("the same, days that swing by half", runs, wild.chart, 0, 0.01);
    sim_share("EWMA: ten days like the others are out", runs, calm.ewma, 0, 0.02);
    sim_share("control limits: the rate doubles, seen on the first day", runs,
              ring(0.1, 0, 0.2, SEARCHES, runs, 1203).chart, 0.99, 1);
    sim_share("EWMA: the rate grows by a fifth, seen in ten days", runs, ring(0.1, 0, 0.12, SEARCHES, runs, 1204).ewma,
              0.8, 1);
    runs = sim_runs(2000, 20000);
    sim_share("rising, at 1 %: a query like every day", runs, rises(5, 5, 0, runs, 1205), 0, 0.015);
    sim_share("rising, at 1 %: a query that swings by nine tenths", runs, rises(20, 20, 0.9, runs, 1206), 0, 0.02);
    sim_share("rising, at 1 %: three times as often today", runs, rises(5, 15, 0, runs, 1207), 0.75, 1);
}
