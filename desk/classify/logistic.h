/* Multinomial logistic regression with an L2 penalty, over sparse features and, beside them, dense ones; fitted by
 * L-BFGS (Nocedal and Wright 2006, algorithm 7.5). Deterministic: the same rows in the same order give the same bits.
 *
 * Pure; any thread. */
#ifndef PARRY_DESK_LOGISTIC_H
#define PARRY_DESK_LOGISTIC_H

#include "desk/classify/features.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { PARRY_CLASSES_MAX = 5, PARRY_LOGISTIC_STEPS = 60 };

/* n rows: words[i], dense[i x dim], and label[i] < classes. A row counts where fold[i] != without. */
typedef struct parry_rows {
    const parry_features *words;
    const float *dense; /* NULL where dim is 0 */
    const unsigned char *label;
    const unsigned *fold; /* NULL: all count */
    unsigned without;
    size_t n, dim, classes;
} parry_rows;

/* Weights are (PARRY_FEATURE_BUCKETS + dim + 1) x classes, row-major; the last row is the offset. */
size_t parry_logistic_size(size_t dim, size_t classes); /* how many floats */
/* cost: how much a row counts against the penalty, sum of w^2 / 2. Weights of buckets that no row has are 0. */
void parry_logistic_fit(const parry_rows *rows, double cost, float *weights);
/* Logits, one a class. dense: dim floats, NULL where dim is 0. */
void parry_logistic_apply(const float *weights, size_t dim, size_t classes, const parry_features *words,
                          const float *dense, double *logits);

/* Probabilities of logits, in place. */
void parry_softmax(double *z, size_t n);

#ifdef __cplusplus
}
#endif
#endif
