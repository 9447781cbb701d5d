/* Ranking metrics. */
#include "eval/metrics.h"

#include "base/err.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static double dcg(const int *grades, size_t n, size_t k)
{
    double sum = 0;
    for (size_t i = 0; i < n && i < k; i++)
        sum += grades[i] > 0 ? grades[i] / log2((double)i + 2) : 0;
    return sum;
}

static int high_first(const void *x, const void *y)
{
    int a = *(const int *)x, b = *(const int *)y;
    return (a < b) - (a > b);
}

double parry_ndcg(const int *grades, size_t n, const int *ideal, size_t nideal, size_t k)
{
    int *best = parry_malloc((nideal + 1) * sizeof *best);
    memcpy(best, ideal, nideal * sizeof *best);
    qsort(best, nideal, sizeof *best, high_first);
    double most = dcg(best, nideal, k);
    free(best);
    return most > 0 ? dcg(grades, n, k) / most : 0;
}

double parry_recall(const int *grades, size_t n, const int *ideal, size_t nideal, size_t k)
{
    size_t found = 0, relevant = 0;
    for (size_t i = 0; i < n && i < k; i++)
        found += grades[i] > 0;
    for (size_t i = 0; i < nideal; i++)
        relevant += ideal[i] > 0;
    return relevant > 0 ? (double)found / (double)relevant : 0;
}

double parry_reciprocal_rank(const int *grades, size_t n, size_t k)
{
    for (size_t i = 0; i < n && i < k; i++)
        if (grades[i] > 0)
            return 1.0 / (double)(i + 1);
    return 0;
}

static int low_first(const void *x, const void *y)
{
    double a = *(const double *)x, b = *(const double *)y;
    return (a > b) - (a < b);
}

double parry_auroc(const double *positive, size_t npositive, const double *negative, size_t nnegative)
{
    if (npositive == 0 || nnegative == 0)
        return 0;
    double *sorted = parry_malloc(nnegative * sizeof *sorted), above = 0;
    memcpy(sorted, negative, nnegative * sizeof *sorted);
    qsort(sorted, nnegative, sizeof *sorted, low_first);
    for (size_t i = 0; i < npositive; i++) {
        size_t lo = 0, hi = nnegative, less;
        while (lo < hi) {
            size_t mid = (lo + hi) / 2;
            if (sorted[mid] < positive[i])
                lo = mid + 1;
            else
                hi = mid;
        }
        for (less = lo; lo < nnegative && sorted[lo] <= positive[i];)
            lo++;
        above += (double)less + (double)(lo - less) / 2;
    }
    free(sorted);
    return above / ((double)npositive * (double)nnegative);
}
