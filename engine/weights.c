/* The shipped weights, and those of a side table over them. */
#include "engine/weights.h"

/* tests/quality/fit/fit.py finds these; the last two are rules: an exact title or identifier comes first. */
static const parry_weights shipped = {{
    [PARRY_HYBRID] = {[PARRY_SIGNAL_TEXT_EXACT] = 1.6,
                      [PARRY_SIGNAL_TEXT_TITLE] = 0.2,
                      [PARRY_SIGNAL_TEXT_PASSAGE] = 4.7,
                      [PARRY_SIGNAL_COVERAGE] = 2.7,
                      [PARRY_SIGNAL_VECTOR_PASSAGE] = 2.5,
                      [PARRY_SIGNAL_VECTOR_SECOND] = 3.4,
                      [PARRY_SIGNAL_VECTOR_TITLE] = 3.0,
                      [PARRY_SIGNAL_VECTOR_ARTICLE] = 7.3,
                      [PARRY_SIGNAL_TITLE_IS_QUERY] = 5,
                      [PARRY_SIGNAL_IDENTIFIER] = 2},
    [PARRY_TEXT] = {[PARRY_SIGNAL_TEXT_ARTICLE] = 2.8,
                    [PARRY_SIGNAL_TEXT_EXACT] = 5.2,
                    [PARRY_SIGNAL_TEXT_TITLE] = 9.0,
                    [PARRY_SIGNAL_TEXT_PASSAGE] = 7.4,
                    [PARRY_SIGNAL_TEXT_SECOND] = 1.7,
                    [PARRY_SIGNAL_COVERAGE] = 2.3,
                    [PARRY_SIGNAL_TITLE_IS_QUERY] = 5,
                    [PARRY_SIGNAL_IDENTIFIER] = 2},
    [PARRY_VECTOR] = {[PARRY_SIGNAL_VECTOR_PASSAGE] = 10,
                      [PARRY_SIGNAL_VECTOR_SECOND] = 3,
                      [PARRY_SIGNAL_VECTOR_TITLE] = 1,
                      [PARRY_SIGNAL_VECTOR_ARTICLE] = 10,
                      [PARRY_SIGNAL_TITLE_IS_QUERY] = 5},
}};

const parry_weights *parry_default_weights(void) { return &shipped; }

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

static parry_code parse_mode(const char *mode, json_t *list, double *weight, parry_err *err)
{
    const char *name;
    json_t *value;
    if (!json_is_object(list))
        return parry_fail(err, PARRY_INVALID, "weights of '%s' are not an object", mode);
    json_object_foreach(list, name, value)
    {
        parry_signal s;
        double v = json_number_value(value);
        if (!find_signal(name, &s))
            return parry_fail(err, PARRY_INVALID, "there is no signal '%s'", name);
        if (!json_is_number(value) || !(v >= 0 && v <= PARRY_MAX_WEIGHT))
            return parry_fail(err, PARRY_INVALID, "weight of %s must be 0 to %g", name, PARRY_MAX_WEIGHT);
        weight[s] = v;
    }
    return PARRY_OK;
}

parry_code parry_weights_parse(const json_t *document, parry_arena *a, const void **out, parry_err *err)
{
    parry_weights *w = PARRY_NEW(a, parry_weights);
    const char *name;
    json_t *list;
    *w = shipped;
    if (!json_is_object(document))
        return parry_fail(err, PARRY_INVALID, "weights are not an object");
    json_object_foreach((json_t *)(uintptr_t)document, name, list)
    {
        parry_mode mode;
        parry_code code = parry_mode_parse(parry_str_of(name), &mode, err);
        if (code == PARRY_OK)
            code = parse_mode(name, list, w->weight[mode], err);
        if (code != PARRY_OK)
            return code;
    }
    *out = w;
    return PARRY_OK;
}
