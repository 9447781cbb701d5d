/* Training of the classifier, and what it can be trusted with: what is said of each case by a model that has not seen
 * it (cross-fitting; cases of the same wording are never parted).
 *
 * Deterministic: the same cases and the same encoder give the same bytes. */
#ifndef PARRY_DESK_TRAIN_H
#define PARRY_DESK_TRAIN_H

#include "desk/classify/classify.h"
#include "desk/classify/labelled.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Told what is being done ("encoding", "learning queues"), and how far. From the calling thread. */
typedef struct parry_train_progress {
    void (*tell)(void *ctx, const char *what, size_t done, size_t of);
    void *ctx;
} parry_train_progress;

/* What was said of cases that were not seen. */
typedef struct parry_unseen {
    unsigned char *truth, *said; /* n each */
    uint32_t *line;              /* n: of the cases' file */
    double *p;                   /* n x classes, row-major; rows sum to 1 */
    size_t n, classes;
} parry_unseen;

typedef struct parry_trained { /* in the arena; by_words alone, and by words and meaning (n 0: no encoder) */
    parry_unseen queue_by_words, queue_by_meaning;
    parry_unseen priority_by_words, priority_by_meaning;
    bool own_priority; /* false: the cases have none, and priorities were learned from the shipped cases */
} parry_trained;

/* encoder: NULL for words alone. progress: NULL is fine. Over 10,000 cases only a tenth is held out, once. Fails:
 * INVALID (parry_labelled_enough). */
PARRY_MUST parry_code parry_train(parry_arena *a, const parry_labelled *cases, parry_hash file,
                                  const parry_encoder *encoder, const parry_train_progress *progress,
                                  parry_trained *report, parry_classifier **out, parry_err *err);

/* What a classifier says of labelled cases that it was not trained on, by words alone or not. */
PARRY_MUST parry_code parry_train_test(parry_arena *a, const parry_classifier *c, const parry_labelled *cases,
                                       const parry_encoder *encoder, parry_unseen *queue, parry_unseen *priority,
                                       parry_err *err);

/* The one of a folder of data: DATA/classifier, a team's, where it is there and whole; else the shipped one, trained in
 * a second or two the first time and kept as DATA/classifier.shipped. own: why a team's is there and was passed over
 * (damaged, of another version, unreadable); OK: it was not. */
#define PARRY_CLASSIFIER_OWN "classifier"
#define PARRY_CLASSIFIER_SHIPPED "classifier.shipped"
PARRY_MUST parry_code parry_classifier_ready(const char *data, const parry_encoder *encoder, parry_err *own,
                                             parry_classifier **out, parry_err *err);

#ifdef __cplusplus
}
#endif
#endif
