/* What a classifier is made of; for desk/classify/classify.c and desk/classify/train.c. */
#ifndef PARRY_DESK_CLASSIFY_INNER_H
#define PARRY_DESK_CLASSIFY_INNER_H

#include "desk/classify/classify.h"
#include "desk/classify/learned.h"
#include "desk/classify/urgency.h"

typedef struct parry_classifier_head {
    char encoder[64]; /* its name; empty: trained without one */
    uint32_t cases;   /* labelled ones in the file */
    parry_hash file;  /* its SHA-256 */
} parry_classifier_head;

struct parry_classifier {
    parry_classifier_head head;
    parry_learned queue, priority;
    bool by_meaning;
};

/* What the rule that a text meets says of its priority; rule may be NULL. */
void parry_urgency_evidence(const parry_urgency *rule, parry_evidence *e);

#endif
