/* Labelled cases: a file of lines with tabs between their columns, the first line naming them:
 *
 *     text <tab> queue <tab> priority
 *     where is my parcel <tab> Deliveries <tab> medium
 *
 * text and queue must be there; subject (put before the text) and priority may be; others are passed over. A mistake
 * names its line. */
#ifndef PARRY_DESK_LABELLED_H
#define PARRY_DESK_LABELLED_H

#include "base/str.h"
#include "desk/ticket.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    PARRY_LABELLED_LEAST = 20,
    PARRY_LABELLED_MOST = 100000,
    PARRY_LABELLED_QUEUE_LEAST = 3,          /* cases of each queue */
    PARRY_LABELLED_BYTES = 256 * 1024 * 1024 /* of the file */
};

typedef struct parry_labelled {
    parry_str *text; /* n of them */
    uint32_t *line;  /* from 1 */
    unsigned char *queue;
    unsigned char *priority; /* NULL: the file has no such column */
    size_t n;
} parry_labelled;

/* Everything is borrowed from file or lives in the arena. Fails: INVALID (what is wrong, in which line), TOO_LARGE. */
PARRY_MUST parry_code parry_labelled_parse(parry_arena *a, parry_str file, parry_labelled *out, parry_err *err);
/* Is it enough to learn from? INVALID: fewer than PARRY_LABELLED_LEAST cases, or a queue with too few. */
PARRY_MUST parry_code parry_labelled_enough(const parry_labelled *l, parry_err *err);

/* What comes with Parry: cases of a made-up marketplace (desk/classify/cases.tsv). */
parry_str parry_labelled_shipped(void);

#ifdef __cplusplus
}
#endif
#endif
