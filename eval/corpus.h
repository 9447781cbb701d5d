/* Corpus: a judged set's documents as an index, made the way every article goes: Markdown files, imported, indexed. So
 * what is measured is the product. */
#ifndef PARRY_EVAL_CORPUS_H
#define PARRY_EVAL_CORPUS_H

#include "eval/judged.h"
#include "indexer/indexer.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct parry_corpus {
    const char *set;  /* folder of the judged set */
    const char *tree; /* Markdown tree that it is about; NULL: SET/corpus.jsonl, or where there is none SET/content, or
                         SET itself */
} parry_corpus;

/* Builds the index of the corpus under dir (DIR/data/index; DIR/tree where files had to be written) and reads the set.
 * What is there already from an earlier run is used again. Fails: NOT_FOUND, INVALID, IO. */
PARRY_MUST parry_code parry_corpus_build(parry_arena *a, const char *dir, const parry_corpus *c,
                                         const parry_indexer_options *o, parry_judged_set *out, parry_err *err);

#ifdef __cplusplus
}
#endif
#endif
