/* Learned: what training makes of labelled cases for one question ("which queue?"), in two ways: from the words of a
 * text alone, and from its words and its meaning. The file that a classifier is kept in holds one for the queue and one
 * for the priority. No text of any case is in it: hashed features, vectors, labels and line numbers are.
 *
 * Immutable once made; any thread. */
#ifndef PARRY_DESK_LEARNED_H
#define PARRY_DESK_LEARNED_H

#include "desk/classify/blend.h"
#include "desk/classify/nearest.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum parry_by { PARRY_BY_WORDS, PARRY_BY_MEANING, PARRY_BYS } parry_by;

typedef struct parry_learned {
    size_t classes;
    size_t dim;                /* of a vector of meaning; 0: learned from words alone */
    float *weights[PARRY_BYS]; /* parry_logistic_size of 0 and of dim; the second NULL where dim is 0 */
    parry_blend blend[PARRY_BYS];
    size_t n;       /* labelled cases to compare with, PARRY_NEAREST_CASES at most */
    uint32_t *line; /* of their file, from 1 */
    unsigned char *label;
    int8_t *cases[PARRY_BYS]; /* n x PARRY_SKETCH, n x dim */
} parry_learned;

void parry_learned_free(parry_learned *l); /* of its members; a zeroed one is fine */

/* A text as it is compared: its features, and their sketch or its meaning. */
typedef struct parry_wording {
    parry_features features;
    float sketch[PARRY_SKETCH];
    const float *meaning; /* dim floats, or NULL */
} parry_wording;

/* What speaks for each class; near[]: the nearest cases, returns how many. Cases with fold[i] == without are passed
 * over (fold NULL: none). By meaning asks for w->meaning. wanted and must are left 0. */
size_t parry_learned_evidence(const parry_learned *l, parry_by by, const parry_wording *w, const unsigned *fold,
                              unsigned without, parry_evidence *out, parry_near near[PARRY_NEAREST]);

/* As bytes, and back: CORRUPT where they are not what was written. *rest is moved past them. */
void parry_learned_write(const parry_learned *l, parry_buf *out);
PARRY_MUST parry_code parry_learned_read(parry_str *rest, parry_learned *out, parry_err *err);

#ifdef __cplusplus
}
#endif
#endif
