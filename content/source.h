/* From a file's bytes to text one can parse: UTF-8, '\n', no byte order mark, no NUL. Inside content/ only. */
#ifndef PARRY_CONTENT_SOURCE_H
#define PARRY_CONTENT_SOURCE_H

#include "content/article.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Borrowed from bytes where nothing had to change. Lines keep their numbers.
 * Fails: INVALID (empty, binary, UTF-16 or UTF-32), TOO_LARGE. */
PARRY_MUST parry_code parry_source_text(parry_arena *a, parry_str bytes, parry_str path, const parry_warnings *w,
                                        parry_str *text, parry_err *err);
parry_hash parry_source_hash(parry_str bytes, parry_str path); /* names a version */
int parry_line_at(parry_str text, size_t at);                  /* 1 for the first */

#ifdef __cplusplus
}
#endif
#endif
