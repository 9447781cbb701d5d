/* YAML as JSON: settings, and whatever else is written by hand and read as data. */
#ifndef PARRY_BASE_YAML_H
#define PARRY_BASE_YAML_H

#include "base/str.h"

#include <jansson.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One document (new reference; null where there is none): plain true, false, null and numbers are such, all else is
 * text. At most 24 deep, no aliases, no name twice in a map. line_name: every map gets a member of this name, its line
 * from 1; NULL: none. text is UTF-8; the arena is for scratch. Fails: INVALID ("line 3: ..."). Any thread. */
PARRY_MUST parry_code parry_yaml_json(parry_arena *a, parry_str text, const char *line_name, json_t **out,
                                      parry_err *err);

#ifdef __cplusplus
}
#endif
#endif
