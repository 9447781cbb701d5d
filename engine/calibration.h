/* Calibration: how probable it is that the first article answers. Private to engine/ and eval/.
 *
 *     logit       = intercept + sum over e of coefficient[e] x z[e]     z as in engine/weights.h
 *     probability = 1 / (1 + exp(-(offset + slope x logit)))
 *
 * Evidence e is the context of the query, the signals of the first candidate, how it stands out, and
 * how alike its own sentences are. Intercept and
 * coefficients are fitted on judged queries with their right articles there and taken out (tests/quality/fit,
 * engine/calibration_fitted.c); slope and offset (Platt 2000) come from the content's own judged queries by `parry
 * calibrate` (side table "calibration"), or else are those of the sample help centre. */
#ifndef PARRY_ENGINE_CALIBRATION_H
#define PARRY_ENGINE_CALIBRATION_H

#include "engine/cohesion.h"
#include "engine/context.h"

#include <jansson.h>

enum {
    PARRY_EVIDENCE_SHARE = PARRY_FEATURES + PARRY_SIGNALS, /* score over the most that the weights allow */
    PARRY_EVIDENCE_GAP,                                    /* first score less the second */
    PARRY_EVIDENCE_LEAD,                                   /* first score less the tenth */
    PARRY_EVIDENCE_MASS,                                   /* log of the sum of exp(score - first score) */
    PARRY_EVIDENCE_COHESION,                               /* engine/cohesion.h */
    PARRY_EVIDENCE_EXCESS,
    PARRY_EVIDENCE
};

typedef struct parry_fitted_evidence {
    double mean[PARRY_EVIDENCE], deviation[PARRY_EVIDENCE], coefficient[PARRY_EVIDENCE], intercept;
} parry_fitted_evidence;

extern const parry_fitted_evidence parry_evidence_model;

typedef struct parry_calibration {
    double slope, offset;
    double threshold; /* from this probability on the first article is given as an answer */
    bool own;         /* of this content; else the shipped one */
} parry_calibration;

extern const parry_calibration parry_shipped_calibration;

const char *parry_evidence_name(int e);
/* ranked: the candidates in order, n of them, the first of that cohesion; all zero where n is 0. */
void parry_evidence(const double context[PARRY_FEATURES], const double weight[PARRY_SIGNALS],
                    const parry_ranked *ranked, size_t n, parry_cohesion cohesion, double out[PARRY_EVIDENCE]);
/* Which numbers ship that make logits, weights and evidence: 16 hex digits. Slope and offset fitted with others say
 * nothing of these. */
enum { PARRY_EVIDENCE_IDENTITY = 17 };
void parry_evidence_identity(char out[PARRY_EVIDENCE_IDENTITY]);
double parry_evidence_logit(const double evidence[PARRY_EVIDENCE]);
double parry_probability(const parry_calibration *c, double logit);
/* {"slope": > 0, "offset": ..., "threshold": 0 to 1, "evidence": identity, ...}: other members say where it came from
 * and are passed over. Of another identity (fitted with an older Parry): the shipped calibration, not own. Fails:
 * INVALID. */
PARRY_MUST parry_code parry_calibration_parse(const json_t *document, parry_arena *a, const void **out, parry_err *err);

#endif
