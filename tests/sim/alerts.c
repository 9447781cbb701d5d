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

/* As report `rising` asks: 28 days against the 28 before. */
enum { NOISY = 28 };
typedef struct noisy {
    double a_day;  /* visitors who search it, on average */
    double swing;  /* days are up to so many times more or less than that */
    unsigned each; /* searches of one visitor: 1 to so many */
    double grows;
} noisy;

static uint64_t sum_of(const uint64_t *x, size_t n)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += x[i];
    return sum;
}

static uint64_t poisson(uint64_t *random, double mean)
{
    double left = exp(-mean), at = parry_random_share(random);
    uint64_t n = 0;
    for (; at > left; n++)
        at *= parry_random_share(random);
    return n;
}

/* By days and visitors; or, for comparison, as if searches had nothing to do with each other. */
static double rises_noisily(const noisy *q, bool plain, size_t runs, uint64_t seed)
{
    size_t found = 0;
    for (size_t i = 0; i < runs; i++) {
        uint64_t past[NOISY] = {0}, now = 0;
        double days[NOISY], sum = 0, squares = 0;
        for (size_t d = 0; d < 2 * NOISY; d++) {
            double mean = q->a_day * exp(log(q->swing) * (2 * parry_random_share(&seed) - 1));
            for (uint64_t v = poisson(&seed, d < NOISY ? mean : mean * q->grows); v > 0; v--) {
                uint64_t n = 1 + parry_random_below(&seed, q->each);
                *(d < NOISY ? &past[d] : &now) += n;
                sum += (double)n;
                squares += (double)(n * n);
            }
            days[d % NOISY] = 1;
        }
        double crowded = sum > 0 ? squares / sum : 1;
        found += plain ? parry_rising((uint64_t[]){sum_of(past, NOISY)}, (double[]){NOISY}, 1, now, NOISY).p < 0.01
                       : parry_rising_dispersed(past, days, NOISY, now, NOISY, crowded).p < 0.01;
    }
    return (double)found / (double)runs;
}

static void sim_rising(size_t runs)
{
    const noisy flat = {3, 4, 1, 1}, crowd = {1, 1, 20, 1}, both = {2, 3, 8, 1}, grows = {3, 4, 1, 2};
    sim_share("rising over 28 days, at 1 %: days that swing by four", runs, rises_noisily(&flat, false, runs, 1210), 0,
              0.02);
    sim_told("for comparison: as if they did not", runs, rises_noisily(&flat, true, runs, 1210));
    sim_share("the same: visitors who search it up to 20 times", runs, rises_noisily(&crowd, false, runs, 1211), 0,
              0.02);
    sim_told("for comparison: as if each search were another's", runs, rises_noisily(&crowd, true, runs, 1211));
    sim_share("the same: both, by three and up to 8 times", runs, rises_noisily(&both, false, runs, 1212), 0, 0.02);
    sim_share("the same: twice as often, days that swing by four", runs, rises_noisily(&grows, false, runs, 1213), 0.75,
              1);
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
    sim_rising(runs);
}
