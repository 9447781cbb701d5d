/* Context: what the two lists of one query look like together, as numbers. Fusion finds its weights from it and
 * calibration its probability. Private to engine/ and eval/.
 *
 * Everything is taken over all candidates of the query, so it says how the scores are shaped (does one article stand
 * out?), how far the sides agree, and how much titles tell articles apart in this content. docs/ranking.md lists them.
 */
#ifndef PARRY_ENGINE_CONTEXT_H
#define PARRY_ENGINE_CONTEXT_H

#include "engine/fuse.h"

typedef enum parry_feature {
    /* the best value of a signal */
    PARRY_BEST_VECTOR_TITLE,
    PARRY_BEST_VECTOR_PASSAGE,
    PARRY_BEST_TEXT_TITLE,
    PARRY_BEST_COVERAGE,
    PARRY_BEST_TEXT_ARTICLE,
    PARRY_BEST_SENTENCES,
    /* the best over the mean of the next nine (LEAD), and over the next (GAP) */
    PARRY_LEAD_VECTOR_TITLE,
    PARRY_GAP_VECTOR_TITLE,
    PARRY_LEAD_VECTOR_PASSAGE,
    PARRY_GAP_VECTOR_PASSAGE,
    PARRY_LEAD_TEXT_TITLE,
    PARRY_GAP_TEXT_TITLE,
    PARRY_LEAD_TEXT_ARTICLE,
    PARRY_GAP_TEXT_ARTICLE,
    PARRY_LEAD_SENTENCES,
    PARRY_GAP_SENTENCES,
    PARRY_LEAD_TEXT_PASSAGE,
    PARRY_GAP_TEXT_PASSAGE,
    /* log of the number of candidates within 0.01 of the best */
    PARRY_TIES_VECTOR_TITLE,
    PARRY_TIES_TEXT_TITLE,
    /* correlation over the candidates, -1 to 1 */
    PARRY_AGREE_ARTICLE,   /* text.article and vector.article */
    PARRY_AGREE_TITLE,     /* text.title and vector.title */
    PARRY_AGREE_VECTORS,   /* vector.title and vector.passage */
    PARRY_AGREE_TEXTS,     /* text.title and text.passage */
    PARRY_OVERLAP,         /* share of the ten best by text.article among the ten best by vector.article */
    PARRY_SECOND_PASSAGE,  /* mean of vector.passage less vector.second: are articles long and of many minds? */
    PARRY_CANDIDATES_LOG,  /* log(1 + candidates) */
    PARRY_TITLES_DISTINCT, /* different vector.title values a candidate: low where titles repeat */
    PARRY_FEATURES
} parry_feature;

const char *parry_feature_name(parry_feature f); /* "best.vector.title" ... */
/* All zero where there are no candidates. */
void parry_context(parry_arena *a, const parry_candidates *all, double out[PARRY_FEATURES]);

#endif
