/* Evaluate: judged queries over a real index, several ways side by side. */
#ifndef PARRY_EVAL_EVALUATE_H
#define PARRY_EVAL_EVALUATE_H

#include "base/hist.h"
#include "engine/search.h"
#include "eval/compare.h"
#include "eval/corpus.h"
#include "eval/measures.h"

#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
    PARRY_STAGES = 7,
    PARRY_EVALUATION_MODES = 3,
    PARRY_EVALUATION_COLUMNS = 64,
    PARRY_EVALUATION_PERMUTATIONS = 10000
};
extern const char *const parry_stage_names[PARRY_STAGES]; /* understand, text, encode, vector, fuse, show, total */

typedef struct parry_evaluation_options {
    parry_mode modes[PARRY_EVALUATION_MODES]; /* a column each; the first is what the others are compared with */
    size_t nmodes;
    bool ablate;          /* a column more for each signal of the first mode, and for each side of it, taken out */
    const char *split;    /* only queries of this part, "fit" or "held"; NULL: all */
    bool gold_removed;    /* ask the answerable queries again without what answers them */
    const char *data_dir; /* where the index is built and kept; NULL: a temporary folder, removed afterwards */
    parry_indexer_options indexer;
    FILE *signals; /* what fusion saw in the first mode, a candidate a line, for tests/quality/fit; or NULL */
    /* Called for each query and column; may be NULL. The ranking is up to PARRY_SEARCH_MAX_LIMIT long, borrowed. */
    void (*ranked)(void *ctx, const parry_judged_set *set, const parry_judged_query *q, const char *column,
                   const parry_ranking *r);
    void *ranked_ctx;
} parry_evaluation_options;

/* How sure the first answer was, and whether it was right: for all queries, in the set's order. */
typedef struct parry_surety {
    bool calibrated;  /* the numbers are probabilities; else scores */
    double *said;     /* nqueries */
    bool *right;      /* nqueries: the first answer is relevant */
    double *removed;  /* nqueries; what was said without the relevant ones; NULL unless gold_removed */
    double auroc;     /* answerable against unanswerable; 0 without unanswerable ones */
    double in_domain; /* answerable against themselves without what answers them; 0 unless gold_removed */
} parry_surety;

/* One way of ranking over all queries. */
typedef struct parry_column {
    const char *name; /* "hybrid"; "- text.title": the first mode without that signal */
    parry_mode mode;  /* what was done */
    bool ablated;     /* then it has no surety and no stages */
    double mean[PARRY_MEASURES];
    double *of[PARRY_MEASURES];               /* nqueries each; 0 for unanswerable ones */
    parry_comparison against[PARRY_MEASURES]; /* this column less the first, over answerable queries */
    parry_surety surety;
    parry_hist *stages[PARRY_STAGES];
} parry_column;

typedef struct parry_evaluation {
    size_t documents, passages, queries; /* queries: answerable ones */
    size_t unanswerable;
    parry_column *columns; /* modes as they were asked for, then signals; PARRY_EVALUATION_COLUMNS at most */
    size_t ncolumns;
} parry_evaluation;

/* A signal is taken out by ranking the first mode's 100 best anew by score less that signal's points: the other weights
 * stay as they are, and so do the candidates. Set and figures live in the arena, but for the histograms:
 * parry_evaluation_free. */
PARRY_MUST parry_code parry_evaluate(parry_arena *a, const parry_corpus *corpus, const parry_evaluation_options *o,
                                     parry_judged_set *set, parry_evaluation *out, parry_err *err);
void parry_evaluation_free(parry_evaluation *e);

/* What a result list says of its first answer: the probability that it answers, else its score; 0 where it is empty,
 * and where a hybrid list knows no probability (a query that the model cannot read): that is never given as an answer.
 */
double parry_surety_of(const parry_results *r, bool *calibrated);

#ifdef __cplusplus
}
#endif
#endif
