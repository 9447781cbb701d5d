/* Evaluate: judged queries over a real index. The corpus goes the way every article goes: written as Markdown files,
 * imported, indexed, searched; so what is measured is the product. */
#ifndef PARRY_EVAL_EVALUATE_H
#define PARRY_EVAL_EVALUATE_H

#include "base/hist.h"
#include "engine/search.h"
#include "eval/judged.h"
#include "indexer/indexer.h"

#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct parry_evaluation_options {
    parry_mode mode;
    const char *data_dir; /* where the index is built and kept; NULL: a temporary folder, removed afterwards */
    parry_indexer_options indexer;
    FILE *run;     /* TREC run, tab-separated (ids may hold spaces): query, Q0, document, rank, score, tag; or NULL */
    FILE *signals; /* what fusion saw, a candidate a line, for tests/quality/fit; or NULL */
} parry_evaluation_options;

enum { PARRY_STAGES = 7 };
extern const char *const parry_stage_names[PARRY_STAGES]; /* understand, text, encode, vector, fuse, show, total */

typedef struct parry_evaluation {
    parry_mode mode;                     /* what was done */
    size_t documents, passages, queries; /* queries: answerable ones */
    size_t unanswerable;
    double ndcg10, recall10, mrr10;   /* means over answerable queries */
    double auroc;                     /* of the top score, answerable against not; 0 without unanswerable queries */
    parry_hist *stages[PARRY_STAGES]; /* owned: parry_evaluation_free */
} parry_evaluation;

PARRY_MUST parry_code parry_evaluate(const parry_judged_set *set, const parry_evaluation_options *o,
                                     parry_evaluation *out, parry_err *err);
void parry_evaluation_free(parry_evaluation *e);

#ifdef __cplusplus
}
#endif
#endif
