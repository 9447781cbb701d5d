/* How good a classifier is, out of what was said of cases of which it is known what they are. Pure; any thread. */
#ifndef PARRY_DESK_SCORE_H
#define PARRY_DESK_SCORE_H

#include "desk/classify/train.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct parry_class_score {
    size_t cases;                 /* that are of this class */
    double precision, recall, f1; /* 0 to 1; 0 where there is nothing to divide by */
} parry_class_score;

typedef struct parry_score {
    size_t n, classes;
    double accuracy, macro_f1; /* mean F1 of the classes that occur among the cases or the answers */
    parry_class_score of[PARRY_QUEUES];
    size_t confusion[PARRY_QUEUES][PARRY_QUEUES]; /* [is][said] */
    double *p;                                    /* n: probability of what was said */
    bool *right;                                  /* n */
} parry_score;

parry_score parry_score_of(parry_arena *a, const parry_unseen *h);

/* Which cases were said to be something else, the least expected label first: where labels are wrong, they stand here.
 * out: places in h, `cap` at most; returns how many. */
size_t parry_doubts(parry_arena *a, const parry_unseen *h, size_t cap, size_t *out);

#ifdef __cplusplus
}
#endif
#endif
