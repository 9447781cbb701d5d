/* Is one way of ranking better than another, or was it luck? */
#ifndef PARRY_EVAL_COMPARE_H
#define PARRY_EVAL_COMPARE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct parry_comparison {
    double difference;    /* mean of a[i] - b[i] */
    double p;             /* how often chance alone makes a difference as large, either way; never 0 */
    size_t better, worse; /* queries; the others are equal (within 1e-9) */
} parry_comparison;

/* a[i] and b[i]: what two ways reached on query i. Fisher's randomisation test, paired, two-sided, over `permutations`
 * random exchanges of a[i] and b[i] (Smucker, Allan and Carterette 2007); the same seed gives the same p. */
parry_comparison parry_compare(const double *a, const double *b, size_t n, size_t permutations, uint64_t seed);

#ifdef __cplusplus
}
#endif
#endif
