/* Evidence to a probability. */
#include "engine/calibration.h"

#include "base/hash.h"
#include "engine/weights.h"

#include <math.h>

enum { TENTH = 9 };

const char *parry_evidence_name(int e)
{
    static const char *const own[] = {"score.share", "score.gap",          "score.lead",
                                      "score.mass",  "sentences.cohesion", "sentences.excess"};
    if (e < PARRY_FEATURES)
        return parry_feature_name((parry_feature)e);
    return e < PARRY_EVIDENCE_SHARE ? parry_signal_name((parry_signal)(e - PARRY_FEATURES))
                                    : own[e - PARRY_EVIDENCE_SHARE];
}

void parry_evidence(const double context[PARRY_FEATURES], const double weight[PARRY_SIGNALS],
                    const parry_ranked *ranked, size_t n, parry_cohesion cohesion, double out[PARRY_EVIDENCE])
{
    memset(out, 0, PARRY_EVIDENCE * sizeof *out);
    memcpy(out, context, PARRY_FEATURES * sizeof *out);
    if (n == 0)
        return;
    double most = 0, mass = 0, first = ranked[0].score;
    for (int s = 0; s < PARRY_SIGNALS; s++) {
        out[PARRY_FEATURES + s] = parry_signal_value(ranked[0].c, (parry_signal)s);
        most += s == PARRY_SIGNAL_TITLE_IS_QUERY || s == PARRY_SIGNAL_IDENTIFIER ? 0 : weight[s];
    }
    for (size_t i = 0; i < n; i++)
        mass += exp(ranked[i].score - first);
    out[PARRY_EVIDENCE_SHARE] = most > 0 ? first / most : 0;
    out[PARRY_EVIDENCE_GAP] = n > 1 ? first - ranked[1].score : 0;
    out[PARRY_EVIDENCE_LEAD] = first - ranked[n > TENTH ? TENTH : n - 1].score;
    out[PARRY_EVIDENCE_MASS] = log(mass);
    out[PARRY_EVIDENCE_COHESION] = cohesion.cohesion;
    out[PARRY_EVIDENCE_EXCESS] = cohesion.excess;
}

static void add_numbers(parry_hasher *h, const double *x, size_t n) { parry_hasher_add(h, x, n * sizeof *x); }

void parry_evidence_identity(char out[PARRY_EVIDENCE_IDENTITY])
{
    const parry_fitted_evidence *m = &parry_evidence_model;
    const parry_fitted_weights *w = &parry_fitted[PARRY_HYBRID];
    char hex[PARRY_HASH_HEX + 1];
    parry_hasher h;
    parry_hasher_start(&h);
    add_numbers(&h, m->mean, PARRY_EVIDENCE);
    add_numbers(&h, m->deviation, PARRY_EVIDENCE);
    add_numbers(&h, m->coefficient, PARRY_EVIDENCE);
    add_numbers(&h, &m->intercept, 1);
    add_numbers(&h, w->mean, PARRY_FEATURES);
    add_numbers(&h, w->deviation, PARRY_FEATURES);
    add_numbers(&h, w->base, PARRY_SIGNALS);
    for (int s = 0; s < PARRY_SIGNALS; s++)
        add_numbers(&h, w->slope[s], PARRY_FEATURES);
    parry_hash_hex(parry_hasher_end(&h), hex);
    memcpy(out, hex, PARRY_EVIDENCE_IDENTITY - 1);
    out[PARRY_EVIDENCE_IDENTITY - 1] = 0;
}

double parry_evidence_logit(const double evidence[PARRY_EVIDENCE])
{
    const parry_fitted_evidence *m = &parry_evidence_model;
    double sum = m->intercept;
    for (int e = 0; e < PARRY_EVIDENCE; e++)
        sum += m->coefficient[e] *
               fmax(-PARRY_FARTHEST, fmin(PARRY_FARTHEST, (evidence[e] - m->mean[e]) / m->deviation[e]));
    return sum;
}

double parry_probability(const parry_calibration *c, double logit)
{
    return 1 / (1 + exp(-(c->offset + c->slope * logit)));
}

static bool number(const json_t *document, const char *key, double low, double high, double *out)
{
    const json_t *j = json_object_get(document, key);
    *out = json_number_value(j);
    return json_is_number(j) && *out >= low && *out <= high;
}

parry_code parry_calibration_parse(const json_t *document, parry_arena *a, const void **out, parry_err *err)
{
    parry_calibration *c = PARRY_NEW(a, parry_calibration);
    if (!number(document, "slope", 0, 100, &c->slope) || !number(document, "offset", -100, 100, &c->offset) ||
        !number(document, "threshold", 0, 1, &c->threshold))
        return parry_fail(err, PARRY_INVALID,
                          "a calibration has a slope of 0 to 100, an offset of -100 to 100 and a threshold of 0 to 1");
    const char *fitted_with = json_string_value(json_object_get(document, "evidence"));
    char now[PARRY_EVIDENCE_IDENTITY];
    parry_evidence_identity(now);
    c->own = true;
    if (fitted_with != NULL && strcmp(fitted_with, now) != 0)
        *c = parry_shipped_calibration;
    *out = c;
    return PARRY_OK;
}
