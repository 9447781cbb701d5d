/* Team-draft. */
#include "deflection/interleave.h"

#include <math.h>

static bool holds(const uint32_t *list, size_t n, uint32_t id)
{
    for (size_t i = 0; i < n; i++)
        if (list[i] == id)
            return true;
    return false;
}

/* Passes over what is in the list already; false where nothing is left. */
static bool next_of(const uint32_t *ranking, size_t n, size_t *at, const uint32_t *out, size_t nout)
{
    while (*at < n && holds(out, nout, ranking[*at]))
        ++*at;
    return *at < n;
}

size_t parry_interleave(const uint32_t *a, size_t na, const uint32_t *b, size_t nb, size_t most, uint64_t seed,
                        uint32_t *out, parry_team *teams)
{
    const uint32_t *rankings[] = {a, b};
    const size_t lengths[] = {na < PARRY_INTERLEAVE_MAX ? na : PARRY_INTERLEAVE_MAX,
                              nb < PARRY_INTERLEAVE_MAX ? nb : PARRY_INTERLEAVE_MAX};
    size_t at[] = {0, 0}, n = 0;
    for (bool more = true; more && n < most;) {
        size_t first = parry_random_next(&seed) >> 63;
        more = false;
        for (size_t turn = 0; turn < 2 && n < most; turn++) {
            size_t team = first ^ turn;
            if (!next_of(rankings[team], lengths[team], &at[team], out, n))
                continue;
            teams[n] = (parry_team)team;
            out[n++] = rankings[team][at[team]];
            more = true;
        }
    }
    return n;
}

int parry_interleave_credit(const parry_team *teams, size_t n, const size_t *positions, size_t nclicks)
{
    int credit = 0;
    for (size_t i = 0; i < nclicks; i++)
        if (positions[i] < n)
            credit += teams[positions[i]] == PARRY_TEAM_A ? 1 : -1;
    return credit;
}

parry_preference parry_interleave_verdict(uint64_t a, uint64_t b, uint64_t ties)
{
    uint64_t votes = a + b, more = a > b ? a : b;
    if (votes == 0)
        return (parry_preference){.ties = ties};
    /* Ties say nothing of which, only of how much: the share of votes, times how many vote. */
    double voting = (double)votes / (double)(votes + ties);
    parry_interval i = parry_wilson_interval((double)a, (double)votes, 0.95);
    return (parry_preference){.a = a,
                              .b = b,
                              .ties = ties,
                              .value = ((double)a / (double)votes - 0.5) * voting,
                              .interval = {(i.low - 0.5) * voting, (i.high - 0.5) * voting},
                              .p = fmin(1, 2 * parry_binomial_at_least(more, votes, 0.5)),
                              .known = true};
}
