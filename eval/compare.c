/* The paired randomisation test. */
#include "eval/compare.h"

#include "base/err.h"
#include "base/stats.h"

#include <math.h>
#include <stdlib.h>

static const double EQUAL = 1e-9;

/* The sum of the differences, each kept or turned round by a random bit. */
static double exchanged(const double *d, size_t n, uint64_t *state)
{
    double sum = 0;
    uint64_t bits = 0;
    for (size_t i = 0; i < n; i++, bits >>= 1) {
        if (i % 64 == 0)
            bits = parry_random_next(state);
        sum += bits & 1 ? d[i] : -d[i];
    }
    return sum;
}

parry_comparison parry_compare(const double *a, const double *b, size_t n, size_t permutations, uint64_t seed)
{
    parry_comparison c = {.p = 1};
    double *d = parry_malloc((n + 1) * sizeof *d), sum = 0;
    size_t differing = 0, as_large = 0;
    for (size_t i = 0; i < n; i++) {
        double difference = a[i] - b[i];
        c.better += difference > EQUAL;
        c.worse += difference < -EQUAL;
        if (fabs(difference) <= EQUAL)
            continue; /* adds nothing either way */
        d[differing++] = difference;
        sum += difference;
    }
    for (size_t k = 0; k < permutations; k++)
        as_large += fabs(exchanged(d, differing, &seed)) >= fabs(sum) - 1e-12;
    c.difference = n > 0 ? sum / (double)n : 0;
    c.p = (double)(as_large + 1) / (double)(permutations + 1);
    free(d);
    return c;
}
