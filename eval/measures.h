/* What one ranking is worth to one judged query: the figures that every report has. */
#ifndef PARRY_EVAL_MEASURES_H
#define PARRY_EVAL_MEASURES_H

#include "eval/judged.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum parry_measure { PARRY_NDCG10, PARRY_RECALL5, PARRY_RECALL10, PARRY_MRR10, PARRY_MEASURES } parry_measure;
extern const char *const parry_measure_names[PARRY_MEASURES]; /* "nDCG@10" */
extern const char *const parry_measure_keys[PARRY_MEASURES];  /* "ndcg10" */

/* Documents by index, best first. */
typedef struct parry_ranking {
    const uint32_t *documents;
    const double *scores;
    size_t n;
} parry_ranking;

int parry_judged_grade(const parry_judged_query *q, uint32_t document); /* 0: not judged */
void parry_measure_ranking(const parry_judged_query *q, const parry_ranking *r, double out[PARRY_MEASURES]);
/* 1 for the first: where the first document of the query's highest grade stands; 0: nowhere. */
size_t parry_best_rank(const parry_judged_query *q, const parry_ranking *r);

#ifdef __cplusplus
}
#endif
#endif
