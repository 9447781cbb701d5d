/* Rankings judged by the clicks of people who look at what stands high. */
#include "sections.h"
#include "table.h"

#include "base/err.h"
#include "deflection/interleave.h"
#include "deflection/propensity.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { HITS = PARRY_POSITIONS };
/* How likely a position is looked at: the truth of all of this file. */
static const double looked_at[HITS] = {1, 0.7, 0.5, 0.38, 0.3, 0.25, 0.21, 0.18, 0.16, 0.14};
static const double opens = 0.8; /* of who looks at the one that helps */

static bool chance(uint64_t *random, double p) { return parry_random_share(random) < p; }
static bool in(parry_interval i, double x) { return i.low <= x && x <= i.high; }

/* ---- interleaving -------------------------------------------------------------------------------------------------
 */

/* A ranking of HITS of which number 0 helps: it stands at the place that is drawn; skill 0 to 1 moves it up. */
static void draw_ranking(uint64_t *random, double skill, uint32_t out[HITS])
{
    size_t at = parry_random_below(random, HITS);
    if (chance(random, skill))
        at /= 3;
    for (uint32_t i = 0, other = 1; i < HITS; i++)
        out[i] = i == at ? 0 : other++;
}

/* The sum of the credits of one visitor's searches. */
static int one_visitor(uint64_t *random, double skill_a, double skill_b)
{
    int credit = 0;
    for (uint64_t n = 1 + parry_random_below(random, 3); n > 0; n--) {
        uint32_t a[HITS], b[HITS], shown[HITS];
        parry_team teams[HITS];
        draw_ranking(random, skill_a, a);
        draw_ranking(random, skill_b, b);
        size_t hits = parry_interleave(a, HITS, b, HITS, HITS, parry_random_next(random), shown, teams);
        for (size_t i = 0; i < hits; i++)
            if (shown[i] == 0 && chance(random, looked_at[i] * opens))
                credit += parry_interleave_credit(teams, hits, &i, 1);
    }
    return credit;
}

static parry_preference compare(uint64_t *random, double skill_a, double skill_b, size_t visitors)
{
    uint64_t votes[3] = {0};
    for (size_t i = 0; i < visitors; i++) {
        int credit = one_visitor(random, skill_a, skill_b);
        votes[credit > 0 ? 0 : credit < 0 ? 1 : 2]++;
    }
    return parry_interleave_verdict(votes[0], votes[1], votes[2]);
}

void sim_interleaving(void)
{
    size_t runs = sim_runs(500, 5000), right = 0, wrong = 0, alarms = 0, covered = 0;
    uint64_t random = 800;
    for (size_t i = 0; i < runs; i++) {
        parry_preference p = compare(&random, 0.8, 0.5, 600);
        right += p.interval.low > 0;
        wrong += p.interval.high < 0;
        p = compare(&random, 0.5, 0.5, 600);
        alarms += p.p < 0.05;
        covered += in(p.interval, 0);
    }
    sim_share("interleaving finds the better ranking, 600 visitors", runs, sim_part(right, runs), 0.9, 1);
    sim_share("interleaving prefers the worse one", runs, sim_part(wrong, runs), 0, 0.001);
    sim_share("interleaving, as good as each other: one is preferred", runs, sim_part(alarms, runs), 0, 0.06);
    sim_share("interleaving: the interval holds 0 then", runs, sim_part(covered, runs), 0.93, 0.97);
}

/* ---- examination --------------------------------------------------------------------------------------------------
 */

/* Searches with a swap: the one that helps stands anywhere, mostly high. */
static parry_examination harvest(uint64_t *random, size_t searches)
{
    parry_pair_counts pairs[PARRY_PAIRS] = {{0}};
    for (size_t n = 0; n < searches; n++) {
        uint32_t list[HITS];
        draw_ranking(random, 0.5, list);
        parry_swap s = parry_swap_of(0, parry_random_next(random), 1, HITS);
        if (s.swapped) {
            uint32_t upper = list[s.pair];
            list[s.pair] = list[s.pair + 1];
            list[s.pair + 1] = upper;
        }
        for (size_t i = s.pair; i <= s.pair + 1u; i++)
            if (list[i] == 0 && chance(random, looked_at[i] * opens))
                ++*(i == s.pair ? &pairs[s.pair].upper : &pairs[s.pair].lower);
    }
    return parry_examination_of(pairs);
}

static void examination(void)
{
    size_t runs = sim_runs(200, 1000), covered = 0, all = 0;
    uint64_t random = 900;
    double last = 0;
    size_t known = 0;
    for (size_t i = 0; i < runs; i++) {
        parry_examination e = harvest(&random, 100000);
        for (size_t k = 1; k < e.known; k++, all++)
            covered += in(e.interval[k], looked_at[k]);
        last += e.known == HITS ? log(e.look[HITS - 1]) : 0; /* even on this scale */
        known += e.known == HITS;
    }
    sim_share("examination by swaps, 100,000 searches: intervals cover, all positions", all, sim_part(covered, all),
              0.93, 0.97);
    sim_value("examination of the tenth position, where it is known: geometric mean over the truth", known,
              exp(last / (double)known) / looked_at[HITS - 1], 0.9, 1.1);
}

/* ---- another ranking ----------------------------------------------------------------------------------------------
 */

enum { QUERIES = 300 };

typedef struct log_truth { /* where two rankings have the article that helps, by query; all are asked as often */
    unsigned shown[QUERIES], other[QUERIES];
    double mrr;
} log_truth;

/* The other ranking is better where the shown one is bad, and worse where it is good: as often as not. */
static log_truth draw_log(uint64_t seed)
{
    log_truth t = {.mrr = 0};
    for (size_t q = 0; q < QUERIES; q++) {
        t.shown[q] = (unsigned)parry_random_below(&seed, HITS) + 1;
        t.other[q] = q % 2 ? HITS + 1 - t.shown[q] : (unsigned)parry_random_below(&seed, HITS) + 1;
        t.mrr += 1.0 / t.other[q] / QUERIES;
    }
    return t;
}

static parry_estimate judge(const log_truth *t, uint64_t *random, size_t visitors, const double *look)
{
    parry_weighed_click *clicks = parry_malloc(visitors * 3 * sizeof *clicks);
    size_t n = 0;
    for (size_t v = 0; v < visitors; v++)
        for (uint64_t s = 1 + parry_random_below(random, 3); s > 0; s--) {
            size_t q = parry_random_below(random, QUERIES);
            if (chance(random, looked_at[t->shown[q] - 1] * opens))
                clicks[n++] = (parry_weighed_click){v, look[t->shown[q] - 1], t->other[q]};
        }
    parry_estimate e = parry_estimate_of(clicks, n, PARRY_CLICK_MRR, 10, parry_random_next(random));
    free(clicks);
    return e;
}

static void weighed(void)
{
    size_t runs = sim_runs(500, 1500), covered = 0, naive_covered = 0, near_it = 0;
    uint64_t random = 1000;
    log_truth t = draw_log(1001);
    parry_examination measured = harvest(&random, 400000);
    double mean = 0, naive = 0;
    for (size_t i = 0; i < runs; i++) {
        parry_estimate e = judge(&t, &random, 1500, looked_at);
        covered += in(e.interval, t.mrr);
        naive_covered += in(e.interval, e.naive);
        mean += e.value / (double)runs;
        naive += e.naive / (double)runs;
        e = judge(&t, &random, 1500, measured.look);
        near_it += fabs(e.value - t.mrr) < 0.05;
    }
    sim_value("MRR of a ranking that was not shown, by weighed clicks: mean over the truth", runs, mean / t.mrr, 0.97,
              1.03);
    sim_share("its interval covers, 1,500 visitors", runs, sim_part(covered, runs), (double)sim_runs(92, 93) / 100,
              0.97);
    sim_share("the same with measured examination: within 0.05", runs, sim_part(near_it, runs), 0.95, 1);
    sim_value("by clicks as they are: mean over the truth, which must be far off", runs, naive / t.mrr, 0, 0.9);
    sim_share("the interval covers what clicks say as they are", runs, sim_part(naive_covered, runs), 0, 0.5);
}

static void refusals(void)
{
    size_t runs = sim_runs(300, 1500), refused = 0, told = 0;
    uint64_t random = 1100;
    log_truth t = draw_log(1101);
    for (size_t i = 0; i < runs; i++) {
        refused += judge(&t, &random, 100, looked_at).status == PARRY_ESTIMATE_FEW;
        told += judge(&t, &random, 600, looked_at).status == PARRY_ESTIMATE_OK;
    }
    sim_share("refused: 100 visitors", runs, sim_part(refused, runs), 1, 1);
    sim_share("told: 600 visitors", runs, sim_part(told, runs), 1, 1);
}

void sim_clicks(void)
{
    examination();
    weighed();
    refusals();
}
