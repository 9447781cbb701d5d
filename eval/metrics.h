/* Ranking metrics, as trec_eval defines them: linear gains, logarithmic discount, cut at k. Grades are those of the
 * ranked documents in order (0: not judged or not relevant); ideal are all judged grades of the query, in any order. */
#ifndef PARRY_EVAL_METRICS_H
#define PARRY_EVAL_METRICS_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

double parry_ndcg(const int *grades, size_t n, const int *ideal, size_t nideal, size_t k); /* 0 to 1 */
double parry_recall(const int *grades, size_t n, const int *ideal, size_t nideal, size_t k);
double parry_reciprocal_rank(const int *grades, size_t n, size_t k);
/* Area under the ROC curve: how often a positive's score is above a negative's, ties half (Mann-Whitney). */
double parry_auroc(const double *positive, size_t npositive, const double *negative, size_t nnegative);

#ifdef __cplusplus
}
#endif
#endif
