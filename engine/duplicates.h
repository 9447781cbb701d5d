/* Near-duplicates: pairs of articles that say the same. Side table "duplicates" of a generation, made by
 * indexer/duplicates.h.
 *
 *     {"of": 64 hex digits: what it was made from,
 *      "pairs": [{"a": ID, "b": ID, "kind": "copy", "score": N, "a_in_b": N, "b_in_a": N, "meaning": N}, ...]}
 *
 * Numbers are thousandths. For people who look after content: pairs across audiences are among them, so none of this is
 * for readers. Any thread. */
#ifndef PARRY_ENGINE_DUPLICATES_H
#define PARRY_ENGINE_DUPLICATES_H

#include "engine/generation.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum parry_duplicate_kind {
    PARRY_COPY,       /* each holds most of the other's words, in the other's order */
    PARRY_CONTAINED,  /* b holds a, and more */
    PARRY_PARAPHRASE, /* other words, the same meaning all through: a guess to look at */
    PARRY_DUPLICATE_KINDS
} parry_duplicate_kind;
const char *parry_duplicate_kind_name(parry_duplicate_kind k); /* "copy", "contained", "paraphrase" */

#define PARRY_DUPLICATE_THRESHOLD 0.5 /* the line between alike and the same, on every kind's score */
#define PARRY_DUPLICATE_KEPT 0.4      /* the table has pairs from here on */

typedef struct parry_duplicate {
    parry_str a, b; /* ids; the one that is more in the other first */
    parry_duplicate_kind kind;
    double score;          /* 0 to 1 */
    double a_in_b, b_in_a; /* share of the one's runs of five words that are in the other */
    double meaning; /* mean cosine of each passage with its nearest in the other, the lesser way; 0: not measured */
} parry_duplicate;

/* Kept pairs from this score on, best first, both articles live; into the arena. */
void parry_duplicates_kept(const parry_generation *g, double threshold, parry_arena *a, parry_duplicate **out,
                           size_t *n);
/* Hash of what the current table was made from; false where there is none. */
bool parry_duplicates_made_from(const parry_generation *g, parry_hash *out);
json_t *parry_duplicates_document(const parry_duplicate *d, size_t n, parry_hash of); /* new reference */

/* For engine/side.c. Fails: INVALID. */
PARRY_MUST parry_code parry_duplicates_parse(const json_t *document, parry_arena *a, const void **out, parry_err *err);

#ifdef __cplusplus
}
#endif
#endif
