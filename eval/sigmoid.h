/* Sigmoid: a probability for a logit, fitted on cases of which it is known whether they were right. */
#ifndef PARRY_EVAL_SIGMOID_H
#define PARRY_EVAL_SIGMOID_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { PARRY_FIT_RIGHT_MIN = 30, PARRY_FIT_WRONG_MIN = 10, PARRY_FIT_FOLDS = 10, PARRY_FIT_SLOPE_MAX = 100 };

/* Case i was given logit[i], finite; right[i]: whether it was so; it weighs weight[i] > 0. Cases of one group are never
 * parted between folds; groups count from 0. */
typedef struct parry_cases {
    double *logit, *weight;
    bool *right;
    size_t *group;
    size_t n;
} parry_cases;

/* probability = 1 / (1 + exp(-(offset + slope x logit))); slope 0 to PARRY_FIT_SLOPE_MAX, offset -100 to 100. */
typedef struct parry_sigmoid {
    double slope, offset;
} parry_sigmoid;

double parry_sigmoid_of(const parry_sigmoid *s, double logit);
/* The likeliest one, for Platt's smoothed targets (Platt 2000; Newton's method as in Lin, Lin and Weng 2007), so that
 * cases that are parted without error do not make it certain. Where a higher logit is no better sign, the slope is 0.
 * Fails: INVALID where fewer than PARRY_FIT_RIGHT_MIN cases are right or fewer than PARRY_FIT_WRONG_MIN wrong. */
PARRY_MUST parry_code parry_sigmoid_fit(const parry_cases *c, parry_sigmoid *out, parry_err *err);
/* What is said of each case by a fit that did not see its group: PARRY_FIT_FOLDS folds, group g in fold g modulo their
 * number. out has room for c->n. Fails: as parry_sigmoid_fit. */
PARRY_MUST parry_code parry_sigmoid_cross(const parry_cases *c, double *out, parry_err *err);

#ifdef __cplusplus
}
#endif
#endif
