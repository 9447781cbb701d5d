/* Weights of a query from its context, and a generation's own factors. */
#include "engine/weights.h"

#include "engine/side_read.h"

#include <math.h>

static double softplus(double x) { return x > 30 ? x : log1p(exp(x)); }

static double nearer(double z)
{
    return z > PARRY_FARTHEST ? PARRY_FARTHEST : z < -PARRY_FARTHEST ? -PARRY_FARTHEST : z;
}

/* Rules rather than evidence. An article whose title is the query outweighs all evidence there can be for another. */
static void set_rules(double out[PARRY_SIGNALS])
{
    static const double IDENTIFIER = 2, LANGUAGE = 3, LEAST_TITLE = 5;
    double all = 0;
    for (int s = 0; s < PARRY_SIGNALS; s++)
        all += out[s];
    out[PARRY_SIGNAL_IDENTIFIER] = IDENTIFIER;
    out[PARRY_SIGNAL_LANGUAGE] = LANGUAGE;
    all += IDENTIFIER + LANGUAGE;
    out[PARRY_SIGNAL_TITLE_IS_QUERY] = all > LEAST_TITLE ? all : LEAST_TITLE;
}

static void add_fitted(parry_mode mode, double share, const parry_weight_factors *factors,
                       const double context[PARRY_FEATURES], double out[PARRY_SIGNALS])
{
    const parry_fitted_weights *m = &parry_fitted[mode];
    double z[PARRY_FEATURES];
    for (int f = 0; f < PARRY_FEATURES; f++)
        z[f] = nearer((context[f] - m->mean[f]) / m->deviation[f]);
    for (int s = 0; s < PARRY_SIGNALS; s++) {
        double x = m->base[s];
        for (int f = 0; f < PARRY_FEATURES; f++)
            x += m->slope[s][f] * z[f];
        if (m->used[s])
            out[s] += share * softplus(x) * (factors != NULL ? factors->factor[mode][s] : 1);
    }
}

void parry_weights_find(parry_mode mode, double trust, const parry_weight_factors *factors,
                        const double context[PARRY_FEATURES], double out[PARRY_SIGNALS])
{
    double own = mode == PARRY_HYBRID ? trust : 1;
    memset(out, 0, PARRY_SIGNALS * sizeof *out);
    if (own > 0)
        add_fitted(mode, own, factors, context, out);
    if (own < 1)
        add_fitted(PARRY_TEXT, 1 - own, factors, context, out);
    set_rules(out);
}

static bool find_signal(const char *name, parry_signal *out)
{
    for (int s = 0; s < PARRY_SIGNALS; s++) {
        if (strcmp(parry_signal_name((parry_signal)s), name) == 0) {
            *out = (parry_signal)s;
            return true;
        }
    }
    return false;
}

static parry_code parse_mode(const char *mode, json_t *list, double *factor, parry_err *err)
{
    const char *name;
    json_t *value;
    if (!json_is_object(list))
        return parry_fail(err, PARRY_INVALID, "factors of '%s' are not an object", mode);
    json_object_foreach(list, name, value)
    {
        if (strcmp(name, PARRY_SIDE_LINE) == 0)
            continue;
        parry_signal s;
        double v = json_number_value(value);
        if (!find_signal(name, &s))
            return parry_fail(err, PARRY_INVALID, "there is no signal '%s'", name);
        if (!json_is_number(value) || !(v >= 0 && v <= PARRY_MAX_FACTOR))
            return parry_fail(err, PARRY_INVALID, "the factor of %s must be 0 to %g", name, PARRY_MAX_FACTOR);
        factor[s] = v;
    }
    return PARRY_OK;
}

parry_code parry_weight_factors_parse(const json_t *document, parry_arena *a, const void **out, parry_err *err)
{
    parry_weight_factors *w = PARRY_NEW(a, parry_weight_factors);
    const char *name;
    json_t *list;
    for (int m = 0; m < PARRY_MODES; m++)
        for (int s = 0; s < PARRY_SIGNALS; s++)
            w->factor[m][s] = 1;
    if (!json_is_object(document))
        return parry_fail(err, PARRY_INVALID, "weight factors are not an object");
    json_object_foreach((json_t *)(uintptr_t)document, name, list)
    {
        parry_mode mode;
        if (strcmp(name, PARRY_SIDE_LINE) == 0)
            continue;
        parry_code code = parry_mode_parse(parry_str_of(name), &mode, err);
        if (code == PARRY_OK)
            code = parse_mode(name, list, w->factor[mode], err);
        if (code != PARRY_OK)
            return code;
    }
    *out = w;
    return PARRY_OK;
}
