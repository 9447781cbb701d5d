/* Nearest: the labelled cases that are most like a text, by unit vectors kept in one byte a number. Every case is
 * looked at: 8,192 of 384 numbers take about a millisecond.
 *
 * Pure; any thread. */
#ifndef PARRY_DESK_NEAREST_H
#define PARRY_DESK_NEAREST_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { PARRY_NEAREST = 15, PARRY_NEAREST_CASES = 8192 };

typedef struct parry_near {
    uint32_t i;       /* which case */
    float similarity; /* cosine, at most 1 */
} parry_near;

/* A number of a unit vector as a byte: times 127, rounded. */
void parry_nearest_pack(const float *vector, size_t dim, int8_t *out);
/* The most alike of n cases (n x dim, row-major) first, PARRY_NEAREST at most, on a tie the earlier case; those whose
 * fold is `without` are passed over (fold NULL: none is). Returns how many. */
size_t parry_nearest(const int8_t *cases, size_t n, size_t dim, const float *vector, const unsigned *fold,
                     unsigned without, parry_near out[PARRY_NEAREST]);
/* Of what share each class is among them, nearer ones counting more, never 0: log shares, one a class. */
void parry_nearest_shares(const parry_near *near, size_t n, const unsigned char *label, size_t classes, double *out);

#ifdef __cplusplus
}
#endif
#endif
