/* An event of the log as one line of JSON: {"ts": ..., "level": ..., "event": ..., KEY: VALUE, ...}. Private to base/.
 *
 * Keys and types come from the format, never from what was printed: "status=%d" is a number, "req=%s" a string even
 * where it holds only digits, and no value can look like a key. A value of parry_logq loses its quotes first. */
#ifndef PARRY_BASE_LOG_JSON_H
#define PARRY_BASE_LOG_JSON_H

#include "base/err.h"

#include <stdarg.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What printf's conversions may be in a log's format: %s %.*s %.Ns %c, %d %i %u %x with any length (h hh l ll z j t)
 * and a zero-filled width, %f %g with a precision. Anything else ends the line early.
 * The line ends with a newline and fits in cap (at least 512) bytes; what does not fit is cut from a value or left
 * out, so that it is always valid JSON. Returns its length. ap is used up. */
size_t parry_log_json(char *line, size_t cap, const char *ts, const char *level, const char *event, const char *fmt,
                      va_list ap) __attribute__((format(printf, 6, 0)));

#ifdef __cplusplus
}
#endif
#endif
