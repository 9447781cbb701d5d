/* Blend: one probability for each class out of three kinds of evidence: the linear model's logits, the nearest labelled
 * cases, and a rule. Three numbers, fitted on what was said of cases that the model had not seen: they also make the
 * probabilities mean what they say (temperature scaling, Guo et al. 2017, with two more terms).
 *
 * Pure; any thread. */
#ifndef PARRY_DESK_BLEND_H
#define PARRY_DESK_BLEND_H

#include "desk/classify/logistic.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct parry_blend {
    double linear, near, rule; /* factors, 0 or more */
    double familiar;           /* where the nearest case is less alike than this, probabilities go towards the shares */
    double share[PARRY_CLASSES_MAX]; /* of each class among the labelled cases */
} parry_blend;

typedef struct parry_evidence {
    double logit[PARRY_CLASSES_MAX], near[PARRY_CLASSES_MAX]; /* near: log shares */
    double similarity;                                        /* of the nearest case */
    unsigned wanted; /* classes that a rule speaks for, a bit each; 0: no rule */
    unsigned must;   /* classes that it leaves, a bit each; 0: all */
} parry_evidence;

/* out: probabilities, one a class; they sum to 1. */
void parry_blend_of(const parry_blend *b, const parry_evidence *e, size_t classes, double *out);
/* The likeliest class of those in `must` (a bit each; 0: all). What a rule does not leave may be likelier: then what is
 * chosen has a low probability, and says so. */
size_t parry_blend_choice(const double *p, unsigned must, size_t classes);
/* Fits linear, near and rule, and `familiar` (a twentieth of the cases are less alike), to n cases; label[i] is what
 * case i is. Those with fold[i] == without are passed over (fold NULL: none). share is the caller's. */
void parry_blend_fit(const parry_evidence *e, const unsigned char *label, size_t n, const unsigned *fold,
                     unsigned without, size_t classes, parry_blend *b);

#ifdef __cplusplus
}
#endif
#endif
