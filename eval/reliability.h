/* How far a probability, or a score, can be trusted.
 *
 * Everywhere: p[i] is what was said of case i, right[i] whether it was so, weight[i] > 0 what it counts (weight NULL: 1
 * each), n cases. Where a comment says "probability", p is 0 to 1; where it says "score", any number that is higher
 * where one is surer. Inputs are not changed. Shares are of weights; where an interval needs a number of cases, weights
 * that differ make it the effective one, sum(w)^2 / sum(w^2) (Kish 1965; Korn and Graubard 1998). */
#ifndef PARRY_EVAL_RELIABILITY_H
#define PARRY_EVAL_RELIABILITY_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum parry_binning {
    PARRY_EQUAL_MASS, /* as much weight in each; equal probabilities are never parted, so there may be fewer bins */
    PARRY_EQUAL_WIDTH /* 0 to 1 in equal steps; empty bins are left out */
} parry_binning;

typedef struct parry_bin {
    size_t n, right;    /* cases, whatever they weigh */
    double least, most; /* probabilities in it */
    double said, was;   /* mean probability, share that was right */
    double low, high;   /* 95 % interval of `was` (Wilson 1927) */
} parry_bin;

/* The reliability table, lowest probabilities first; out has room for `bins`. Returns how many there are. */
size_t parry_reliability(const double *p, const bool *right, const double *weight, size_t n, parry_binning how,
                         size_t bins, parry_bin *out);
/* Expected calibration error, 0 to 1: mean |said - was| over the table's bins, each weighing what its cases do (Naeini
 * 2015).
 */
double parry_ece(const double *p, const bool *right, const double *weight, size_t n, parry_binning how, size_t bins);
/* The same less what luck adds where bins hold few cases: root of the mean of (said - was)^2 - was (1 - was) / (cases -
 * 1), 0 where that is negative (Kumar, Liang and Ma 2019, section 4). On few cases the ECE of faultless probabilities
 * is far from 0; this one's square is right on average. Bins of equal mass. */
double parry_ece_debiased(const double *p, const bool *right, const double *weight, size_t n, size_t bins);
double parry_brier(const double *p, const bool *right, const double *weight, size_t n); /* mean squared error, 0 to 1 */
double parry_log_loss(const double *p, const bool *right, const double *weight,
                      size_t n); /* nats a case; p kept off 0 and 1 by 1e-15 */

/* How often a right case's score is above a wrong one's, ties half (area under the ROC curve); .5 where one kind is
 * missing. */
double parry_separation(const double *score, const bool *right, const double *weight, size_t n);

/* Answering only the cases with score >= threshold. */
typedef struct parry_risk {
    double threshold;
    double coverage; /* share of cases answered */
    double risk;     /* share of those that was wrong */
} parry_risk;

/* The curve, surest first, a point for each score that occurs; out has room for n. Returns how many points. */
size_t parry_risk_curve(const double *score, const bool *right, const double *weight, size_t n, parry_risk *out);
/* Area under it, 0 to 1, lower is better: the mean risk over all n numbers of cases answered (Geifman and El-Yaniv
 * 2017). Among equal scores the wrong ones are spread evenly, so that the order of the input does not matter. */
double parry_aurc(const double *score, const bool *right, const double *weight, size_t n);

/* What the true share of right ones is at least, with this confidence (0.95: one-sided), `right` of n seen right: exact
 * (Clopper and Pearson 1934). 0 where n is 0. */
double parry_precision_bound(size_t right, size_t n, double confidence);

typedef struct parry_threshold {
    double score;    /* answer from here on */
    size_t n, right; /* cases, whatever they weigh */
    double precision, bound, coverage;
} parry_threshold;

/* The smallest score from which on the bound of precision is at least `target`. false where there is none: then nothing
 * seen allows the promise. The bound holds for a threshold that was given; this one was chosen among many, so measure
 * it on cases it was not chosen on. */
bool parry_choose_threshold(const double *score, const bool *right, const double *weight, size_t n, double target,
                            double confidence, parry_threshold *out);

#ifdef __cplusplus
}
#endif
#endif
