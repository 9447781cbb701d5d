/* Grouping: short texts put together by meaning and by words. Average linkage over one similarity, by the nearest
 * neighbour chain (Murtagh and Contreras 2012, Algorithms for hierarchical clustering): the same texts in the same
 * order give the same groups. Pure; any thread. */
#ifndef PARRY_DEFLECTION_GROUPING_H
#define PARRY_DEFLECTION_GROUPING_H

#include "base/arena.h"

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { PARRY_GROUPING_MAX = 4000 }; /* texts: 32 MB of similarities, and n x n x dim multiplications */

typedef struct parry_grouping_words { /* of one text: ascending numbers of words, and weights of unit length */
    const uint32_t *words;
    const float *weights;
    size_t n;
} parry_grouping_words;

typedef struct parry_grouping {
    size_t n;                          /* at most PARRY_GROUPING_MAX */
    const parry_grouping_words *words; /* n of them */
    const float *vectors;              /* n x dim, row-major, unit length; NULL: words alone */
    size_t dim;
    double meaning; /* the share of the vectors' cosine in the similarity, 0 to 1; the words' have the rest */
    double least;   /* two groups become one while the mean similarity between their texts is at least this */
} parry_grouping;

/* What texts are put together by. */
double parry_grouping_similarity(const parry_grouping *g, size_t i, size_t j);

/* group_of[i]: the number of i's group, from 0, in the order of their first texts. Returns how many there are. */
size_t parry_grouping_make(const parry_grouping *g, size_t *group_of);

#ifdef __cplusplus
}
#endif
#endif
