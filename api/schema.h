/* Schema: JSON input held against a JSON Schema (2020-12), as far as the schemas of this API use it: type, required,
 * properties, additionalProperties (false), items, minItems, maxItems, enum, minLength, maxLength (code points),
 * minimum, maximum, pattern (only the shape PARRY_SCHEMA_TOKEN). Pure; any thread. */
#ifndef PARRY_API_SCHEMA_H
#define PARRY_API_SCHEMA_H

#include "base/err.h"

#include <jansson.h>
#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The one pattern that is known: opaque ids that clients make. */
#define PARRY_SCHEMA_TOKEN "^[A-Za-z0-9._~-]+$"

/* Fails: INVALID, naming the first member that is wrong and what it must be ("turns[2].role must be one of ..."). */
PARRY_MUST parry_code parry_schema_check(const json_t *schema, json_t *value, parry_err *err);
/* Whether every keyword of the schema is one that is checked, or says something to people (title, description,
 * default, examples). For the test that nothing is promised which is not held. */
bool parry_schema_known(json_t *schema);
/* The schema written as text in the program; a bug where it is none. New reference. */
json_t *parry_schema_of(const char *text);

#ifdef __cplusplus
}
#endif
#endif
