/* Docs: the live articles of a generation side by side, with what comparing them needs. Private to indexer/. */
#ifndef PARRY_INDEXER_DOCS_H
#define PARRY_INDEXER_DOCS_H

#include "engine/generation.h"

typedef struct parry_doc {
    uint32_t segment, article;
    uint32_t group; /* the same for the same audience and language */
    parry_article_out x;
    const float *mean; /* unit length; NULL without vectors */
} parry_doc;

typedef struct parry_docs {
    const parry_generation *g;
    parry_arena *arena;
    parry_doc *doc; /* by group, then id */
    size_t n, ngroups, dim;
} parry_docs;

/* Everything lives in the arena or borrows from g. */
parry_docs parry_docs_of(const parry_generation *g, parry_arena *a);
/* Names what comparing them depends on: ids, audiences, locales, versions, the model. */
parry_hash parry_docs_hash(const parry_docs *d);
const parry_segment *parry_doc_segment(const parry_docs *d, size_t i);
/* Cosine of a mean with that of doc i, at least 0; doc i has one. */
float parry_doc_cosine(const parry_docs *d, const float *mean, size_t i);

#endif
