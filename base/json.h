/* JSON's strings (jansson.h) and ours. Any thread. */
#ifndef PARRY_BASE_JSON_H
#define PARRY_BASE_JSON_H

#include "base/str.h"

#include <jansson.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Borrowed from j; empty where j is NULL or no string. */
parry_str parry_json_str(const json_t *j);
/* The same of a member of an object. */
parry_str parry_json_at(const json_t *object, const char *name);
/* A string as JSON; "" where it is not UTF-8. New reference. */
json_t *parry_json_text(parry_str s);

#ifdef __cplusplus
}
#endif
#endif
