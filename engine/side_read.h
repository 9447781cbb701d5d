/* Reading what authors wrote (content/settings.h) out of a side table's JSON: typed fields, and errors that say the
 * line. Private to engine/. Every map has its line as a member PARRY_SIDE_LINE. */
#ifndef PARRY_ENGINE_SIDE_READ_H
#define PARRY_ENGINE_SIDE_READ_H

#include "base/str.h"

#include <jansson.h>
#include <stdint.h>

#define PARRY_SIDE_LINE "#line"
enum { PARRY_SIDE_TEXT_MAX = 200, PARRY_SIDE_LIST_MAX = 100 };

/* To iterate over: jansson only does so without the const. It is not written to. */
json_t *parry_side_map(const json_t *map);
int parry_side_line(const json_t *map); /* 0 where it is not known */
/* INVALID, "line 12: ...". */
#define parry_side_wrong(map, err, fmt, ...)                                                                           \
    parry_fail((err), PARRY_INVALID, "line %d: " fmt, parry_side_line(map), __VA_ARGS__)
/* Is it a map whose keys are all among `allowed` (names with one space between)? */
PARRY_MUST parry_code parry_side_keys(const json_t *map, const char *allowed, parry_err *err);
/* All into the arena; a key that is not there gives an empty text, an empty list, the number as it was. Texts are
 * trimmed, not empty, at most PARRY_SIDE_TEXT_MAX bytes. One text is a list of one. */
PARRY_MUST parry_code parry_side_text(const json_t *map, const char *key, parry_arena *a, parry_str *out,
                                      parry_err *err);
PARRY_MUST parry_code parry_side_texts(const json_t *map, const char *key, parry_arena *a, parry_str **out, size_t *n,
                                       parry_err *err);
PARRY_MUST parry_code parry_side_number(const json_t *map, const char *key, double least, double most, double *out,
                                        parry_err *err);
PARRY_MUST parry_code parry_side_bool(const json_t *map, const char *key, bool *out, parry_err *err);
/* A day or a time in UTC. end: a day alone means its end, not its beginning. */
PARRY_MUST parry_code parry_side_time(const json_t *map, const char *key, bool end, int64_t *unix_ms, parry_err *err);

#endif
