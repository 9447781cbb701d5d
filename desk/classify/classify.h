/* Which queue a ticket belongs to and how urgent it is, with how probable that is: from the nearest labelled cases and
 * a linear model over words and meaning, and rules for what must never be missed. Trained on cases of our own
 * (desk/classify/cases.tsv, made up for a marketplace), or by `parry desk train FILE` on a team's
 * (desk/classify/train.h).
 *
 * Immutable once opened; any thread. */
#ifndef PARRY_DESK_CLASSIFY_H
#define PARRY_DESK_CLASSIFY_H

#include "desk/ticket.h"
#include "models/encoder.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { PARRY_CLASS_NEAR = 3 };

typedef struct parry_classifier parry_classifier;

typedef struct parry_class_near { /* a labelled case that the ticket is like */
    uint32_t line;                /* of the file that it was labelled in, from 1 */
    parry_queue queue;
    double similarity; /* cosine: 1 the same, 0 nothing in common */
} parry_class_near;

typedef struct parry_guess {
    parry_queue queue;
    parry_priority priority;
    double queue_probability, priority_probability;            /* 0 to 1, calibrated */
    double queues[PARRY_QUEUES], priorities[PARRY_PRIORITIES]; /* of each; each row sums to 1. A rule may choose a
                                                                  priority that is not the likeliest */
    const char *rule; /* "money taken twice": met, and the priority is what it asks for; NULL: none */
    parry_class_near near[PARRY_CLASS_NEAR];
    size_t nnear;
    bool by_meaning; /* false: by words alone */
} parry_guess;

/* A trained file. encoder: whose vectors will be given; NULL: none will. Where the file was trained with another one,
 * or with none, vectors are passed over. Fails: NOT_FOUND, CORRUPT (damaged, or of another version: train again). */
PARRY_MUST parry_code parry_classifier_open(const char *path, const parry_encoder *encoder, parry_classifier **out,
                                            parry_err *err);
PARRY_MUST parry_code parry_classifier_save(const parry_classifier *c, const char *path, parry_err *err);
void parry_classifier_free(parry_classifier *c); /* NULL is fine */
/* Does it use vectors? Then encode parry_classify_text as a query. */
bool parry_classifier_by_meaning(const parry_classifier *c);
/* What was learned from: how many cases, and the SHA-256 of their file. */
size_t parry_classifier_cases(const parry_classifier *c, parry_hash *file);

/* The one text that subject and description are taken as: a subject that begins the description is not said twice. In
 * the arena. */
parry_str parry_classify_text(parry_arena *a, parry_str subject, parry_str description);
/* vector: of that text by the encoder, unit length, or NULL: by words alone. A text without words gets what most cases
 * are, and its small share. */
void parry_classify(const parry_classifier *c, parry_str text, const float *vector, parry_guess *out);

#ifdef __cplusplus
}
#endif
#endif
