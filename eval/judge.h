/* Judge: the authors' own judged queries against an index as it is, and against what the last run found. */
#ifndef PARRY_EVAL_JUDGE_H
#define PARRY_EVAL_JUDGE_H

#include "engine/search.h"
#include "eval/compare.h"
#include "eval/measures.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { PARRY_VERDICT_FIRST = 3 };

/* One query, in the set's order. */
typedef struct parry_verdict {
    const parry_judged_query *query;
    bool pass;   /* of answerable ones: an article of the highest grade is among the first `top`; of others: no answer
                  * was given, the probability is under the calibration's threshold */
    bool known;  /* `pass` says something: false for unanswerable ones where no probability is known */
    size_t rank; /* 1 for the first: where it stands; 0: not among the first 100 */
    double of[PARRY_MEASURES];
    double said;                          /* of the first answer: the probability that it answers, else its score */
    parry_str first[PARRY_VERDICT_FIRST]; /* ids of the best answers */
    size_t nfirst;
    const struct parry_past_verdict *past; /* what the run before found; NULL where it did not ask this */
} parry_verdict;

typedef struct parry_judging {
    uint64_t generation;
    parry_mode mode; /* what was done */
    size_t top;
    parry_verdict *verdicts;
    size_t n, answerable, passed; /* passed: answerable ones */
    size_t abstained;             /* unanswerable ones that passed */
    double pass;                  /* passed of answerable, 0 to 1 */
    double abstain;               /* abstained of unanswerable, 0 to 1; 0 without any */
    double mean[PARRY_MEASURES];  /* over answerable queries */
    double auroc;                 /* of `said`, answerable against unanswerable; 0 without unanswerable ones */
    bool calibrated;              /* `said` are probabilities */
} parry_judging;

/* Asks every query of the set. Everything lives in the arena, which outlives the generation's use. */
PARRY_MUST parry_code parry_judge(parry_arena *a, parry_searcher *s, const parry_generation *g,
                                  const parry_judged_set *set, parry_mode mode, size_t top, parry_judging *out,
                                  parry_err *err);

/* ---- history: a JSON object a line, newest last -------------------------------------------------------------------
 */

enum { PARRY_PAST_RUNS = 200 }; /* lines that are kept */

typedef struct parry_past_verdict {
    parry_str key; /* audience, a tab, the query */
    size_t rank;
    double of[PARRY_MEASURES];
} parry_past_verdict;

typedef struct parry_past {
    parry_str time; /* 2026-11-21T09:30:00.123Z */
    uint64_t generation;
    parry_past_verdict *verdicts; /* by key */
    size_t n;
    size_t both; /* answerable queries that this run asked too; what follows is over those */
    double pass, mean[PARRY_MEASURES];
    double pass_change;                      /* this run less the one before */
    parry_comparison change[PARRY_MEASURES]; /* the same */
} parry_past;

/* The newest run of the same mode and top with queries that this one asks too, and what changed since; sets the
 * verdicts' past. false: there is none. Lines that a crash cut short are passed over. */
bool parry_past_read(parry_arena *a, const char *path, parry_judging *j, parry_past *out);
/* Appends a line and syncs it, and drops the oldest over PARRY_PAST_RUNS; makes the file and its folder. */
PARRY_MUST parry_code parry_past_append(const char *path, const parry_judging *j, const char *time, parry_err *err);

#ifdef __cplusplus
}
#endif
#endif
