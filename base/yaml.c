/* YAML as JSON: one document by events. */
#include "base/yaml.h"

#include "base/yaml_events.h"

parry_code parry_yaml_json(parry_arena *a, parry_str text, const char *line_name, json_t **out, parry_err *err)
{
    parry_yaml r;
    json_t *value = NULL;
    parry_yaml_open(&r, a);
    r.mark = line_name;
    if (parry_yaml_begin(&r, text))
        value = r.at == PARRY_YAML_END ? json_null() : parry_yaml_value(&r);
    parry_code code = PARRY_OK;
    if (value != NULL && parry_yaml_step(&r) && r.at == PARRY_YAML_DOCUMENT_END && parry_yaml_step(&r) &&
        r.at != PARRY_YAML_END)
        parry_yaml_wrong(&r, "a second document begins here");
    if (r.why != NULL) {
        code = parry_fail(err, PARRY_INVALID, "line %d: %s", r.why_line + 1, r.why);
        json_decref(value);
    } else {
        *out = value;
    }
    parry_yaml_close(&r);
    return code;
}
