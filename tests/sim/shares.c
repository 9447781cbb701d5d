/* Shares and means over searches, of people who search often and alike: do their intervals cover the truth? */
#include "sections.h"
#include "table.h"

#include "deflection/stats.h"

#include <math.h>

typedef struct crowd {
    const char *name;
    unsigned visitors;
    unsigned most;   /* searches of one: 1 to so many, small numbers more often; the mean of it is `about` */
    double rate;     /* of all */
    double together; /* 0: every search is decided anew, 1: a visitor's all fall the same way */
} crowd;

static const crowd crowds[] = {
    {"200 visitors, 1 to 40 searches, 1 in 5", 200, 40, 0.2, 0.3},
    {"1,000 visitors, 1 to 200 searches, half", 1000, 200, 0.5, 0.1},
    {"60 visitors, 1 to 30 searches, 1 in 3", 60, 30, 0.33, 0.5},
    {"2,000 visitors, 1 to 20 searches, 1 in 50", 2000, 20, 0.02, 0.2},
    {"300 visitors, 1 to 25 searches, 9 in 10", 300, 25, 0.9, 0.4},
};

static unsigned searches_of(const crowd *c, uint64_t *random)
{
    return (unsigned)exp(parry_random_share(random) * log((double)c->most + 1));
}

/* A visitor's own rate has a beta distribution, of which a search more is a draw from an urn (Polya): every one that
 * came before counts again. Who searches often hits a little less, so that sizes matter, too. */
static unsigned hits_of(const crowd *c, unsigned n, uint64_t *random)
{
    double urn = 1 / c->together - 1, rate = c->rate * (n > 5 ? 0.9 : 1.05);
    unsigned hits = 0;
    for (unsigned i = 0; i < n; i++)
        hits += parry_random_share(random) * (urn + i) < urn * rate + hits;
    return hits;
}

/* Over so many that luck is no matter: sum of hits over sum of searches, worked out. */
static double truth_of(const crowd *c)
{
    double hits = 0, all = 0, whole = log((double)c->most + 1);
    for (unsigned n = 1; n <= c->most; n++) {
        double chance = (log((double)n + 1) - log((double)n)) / whole;
        all += chance * n;
        hits += chance * n * c->rate * (n > 5 ? 0.9 : 1.05);
    }
    return hits / all;
}

static bool covers(parry_interval i, double x) { return i.low <= x && x <= i.high; }

static void of_crowd(const crowd *c, size_t runs, uint64_t seed)
{
    double truth = truth_of(c), by_visitor = 0, by_search = 0, by_mean = 0;
    char what[160];
    for (size_t r = 0; r < runs; r++) {
        parry_spread s = {.clusters = 0};
        for (unsigned i = 0; i < c->visitors; i++) {
            unsigned n = searches_of(c, &seed);
            parry_spread_add(&s, hits_of(c, n, &seed), n);
        }
        by_visitor += covers(parry_spread_share(&s), truth);
        by_mean += covers(parry_spread_mean(&s), truth);
        by_search += covers(parry_wilson_interval(s.over, s.under, 0.95), truth);
    }
    snprintf(what, sizeof what, "share of searches, by visitor, covers: %s", c->name);
    sim_share(what, runs, by_visitor / (double)runs, 0.93, 0.97);
    snprintf(what, sizeof what, "for comparison: by search, %s", c->name);
    sim_share(what, runs, by_search / (double)runs, 0, 0.9);
    sim_share("as a mean, by visitor", runs, by_mean / (double)runs, 0.92, 0.97);
}

void sim_shares(void)
{
    size_t runs = sim_runs(1000, 10000);
    for (size_t i = 0; i < sizeof crowds / sizeof *crowds; i++)
        of_crowd(&crowds[i], runs, 1300 + i);
}
