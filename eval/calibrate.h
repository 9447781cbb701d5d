/* Calibrate: slope, offset and threshold of this content (engine/calibration.h says what they do), from its own judged
 * queries. Each is asked as it is, and those that something answers once more without what answers them: synthetic
 * questions that nothing answers, since few people judge enough real ones. All that nothing answers together weigh so
 * much that their share is the one that is expected. */
#ifndef PARRY_EVAL_CALIBRATE_H
#define PARRY_EVAL_CALIBRATE_H

#include "engine/calibration.h"
#include "engine/search.h"
#include "eval/judged.h"
#include "eval/reliability.h"
#include "eval/sigmoid.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { PARRY_CALIBRATION_BINS = 10 };

typedef struct parry_calibrate_options {
    double target;       /* precision that is promised of what is answered, above 0, under 1 */
    double confidence;   /* how sure of it, above 0, under 1 */
    double unanswerable; /* share of the questions that nothing answers, above 0, under 1 */
} parry_calibrate_options;

/* How good probabilities were, over weighted cases. */
typedef struct parry_calibration_figures {
    double ece; /* bins of equal mass */
    double ece_debiased;
    double ece_luck; /* what probabilities without fault would show on as few cases, by drawing with a fixed seed */
    double brier, log_loss, aurc;
    double separation;          /* AUROC of right cases against wrong ones */
    double said, was;           /* mean probability, share that was right */
    double coverage, precision; /* what the threshold answers, and what of that is right (0 where none is answered) */
} parry_calibration_figures;

typedef struct parry_calibrating {
    uint64_t generation;
    size_t answerable, unanswerable, without; /* queries of both kinds; those asked again without what answers them */
    size_t right, wrong;                      /* of all cases */
    size_t
        unknown; /* searches of which no probability is known: nothing found, or a query that the model cannot read */
    parry_cases cases;
    parry_calibration in_use;
    double *before, *after;  /* of each case: said by the calibration in use, and by a fit that did not see it */
    parry_sigmoid sigmoid;   /* of all cases */
    bool promised;           /* a threshold keeps the promise; else nothing should be published */
    parry_threshold promise; /* chosen on `after` */
    double best_bound;       /* the highest lower bound of precision that any threshold reaches */
    parry_calibration_figures figures_before, figures_after;
} parry_calibrating;

/* Asks, fits and measures; changes nothing. Everything lives in the arena. Fails: INVALID (too few cases;
 * "uncalibrated" where the searcher has no model for this index, so that nothing is known of its answers), as
 * parry_search. */
PARRY_MUST parry_code parry_calibrate(parry_arena *a, parry_searcher *s, const parry_generation *g,
                                      const parry_judged_set *set, const parry_calibrate_options *o,
                                      parry_calibrating *out, parry_err *err);
/* The side table (new reference). time: when it was made. */
json_t *parry_calibration_json(const parry_calibrating *c, const parry_calibrate_options *o, const char *time);

#ifdef __cplusplus
}
#endif
#endif
