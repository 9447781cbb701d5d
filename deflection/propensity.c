/* Swaps of neighbours, and clicks weighed by how likely they were. */
#include "deflection/propensity.h"

#include "base/err.h"

#include <math.h>
#include <stdlib.h>

/* ---- swaps of neighbours ------------------------------------------------------------------------------------------
 */

parry_swap parry_swap_of(unsigned part, uint64_t seed, unsigned parts, size_t nhits)
{
    size_t places = nhits < PARRY_POSITIONS ? nhits : PARRY_POSITIONS;
    if (part >= parts || places < 2)
        return (parry_swap){.in = false};
    unsigned pair = (unsigned)parry_random_below(&seed, places - 1);
    return (parry_swap){.in = true, .pair = pair, .swapped = parry_random_next(&seed) >> 63};
}

/* The log of a ratio of two counts has the variance 1/a + 1/b; they add up down the list. */
parry_examination parry_examination_of(const parry_pair_counts pairs[PARRY_PAIRS])
{
    parry_examination e = {.known = 1, .look = {1}, .interval = {{1, 1}}};
    double variance = 0, z = parry_normal_quantile(0.975);
    for (size_t i = 0; i < PARRY_PAIRS; i++) {
        if (pairs[i].upper < PARRY_PAIR_LEAST || pairs[i].lower < PARRY_PAIR_LEAST)
            break;
        double upper = (double)pairs[i].upper, lower = (double)pairs[i].lower;
        variance += 1 / upper + 1 / lower;
        double wide = exp(z * sqrt(variance)), look = e.look[i] * lower / upper;
        e.look[i + 1] = look;
        e.interval[i + 1] = (parry_interval){look / wide, look * wide};
        e.known++;
    }
    return e;
}

/* ---- another ranking, by this one's clicks ------------------------------------------------------------------------
 */

const char *parry_estimate_status_name(parry_estimate_status s)
{
    return s == PARRY_ESTIMATE_OK ? "ok" : "too_few_effective";
}

static double worth(parry_click_measure m, unsigned rank)
{
    if (rank == 0)
        return 0;
    return m == PARRY_CLICK_MRR ? 1.0 / rank : 1 / log2(1.0 + rank);
}

/* One cluster a visitor into out[]; returns how many. */
static size_t gather(const parry_weighed_click *clicks, size_t n, parry_click_measure measure, double most,
                     parry_cluster *out)
{
    size_t visitors = 0;
    for (size_t i = 0; i < n; i++) {
        if (i == 0 || clicks[i].cluster != clicks[i - 1].cluster)
            out[visitors++] = (parry_cluster){0};
        double w = fmin(1 / clicks[i].look, most);
        out[visitors - 1].over += w * worth(measure, clicks[i].rank);
        out[visitors - 1].under += w;
    }
    return visitors;
}

static double effective(const parry_cluster *visitors, size_t n)
{
    double sum = 0, squares = 0;
    for (size_t i = 0; i < n; i++) {
        sum += visitors[i].under;
        squares += visitors[i].under * visitors[i].under;
    }
    return n > 0 ? sum * sum / squares : 0;
}

static void fill(parry_estimate *e, const parry_weighed_click *clicks, size_t n, parry_click_measure measure,
                 double most)
{
    for (size_t i = 0; i < n; i++) {
        e->naive += worth(measure, clicks[i].rank) / (double)n;
        e->clipped += (1 / clicks[i].look > most) / (double)n;
    }
}

parry_estimate parry_estimate_of(const parry_weighed_click *clicks, size_t n, parry_click_measure measure, double most,
                                 uint64_t seed)
{
    parry_cluster *visitors = parry_malloc((n + 1) * sizeof *visitors);
    size_t nvisitors = gather(clicks, n, measure, most, visitors);
    parry_estimate e = {.status = PARRY_ESTIMATE_FEW, .effective = effective(visitors, nvisitors)};
    if (e.effective >= PARRY_ESS_LEAST) {
        parry_ratio r = parry_cluster_ratio(visitors, nvisitors, 1000, seed);
        e.status = PARRY_ESTIMATE_OK;
        e.value = r.ratio;
        e.interval = r.interval;
        fill(&e, clicks, n, measure, most);
    }
    free(visitors);
    return e;
}
