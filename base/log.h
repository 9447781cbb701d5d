/* Log: one line an event on stderr, as logfmt: `ts=2026-11-21T09:30:00.123Z level=info event=search req=...
 * dur_us=812`, or as JSON:
 * `{"ts":"2026-11-21T09:30:00.123Z","level":"info","event":"search","req":"...","dur_us":812}`. Libraries return
 * errors; programs log them. Never query text. Any thread may log; a line is written by one write(2).
 */
#ifndef PARRY_BASE_LOG_H
#define PARRY_BASE_LOG_H

#include "base/err.h"

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum parry_level { PARRY_DEBUG, PARRY_INFO, PARRY_WARN, PARRY_ERROR } parry_level;

void parry_log_level(parry_level least);                    /* INFO unless told */
bool parry_level_parse(const char *name, parry_level *out); /* "debug"; false: none of the four */
void parry_log_json_lines(bool on);                         /* logfmt unless told */
/* fmt makes `key=value` pairs (base/log_json.h says what conversions it may have); values with spaces or quotes are the
 * caller's to pass through "%s" of parry_logq. */
void parry_log(parry_level level, const char *event, const char *fmt, ...) PARRY_PRINTF(3, 4);
/* A value quoted and escaped for logfmt, cut to 200 bytes; borrowed, one per thread until the fourth call after. */
const char *parry_logq(const char *value);
void parry_log_err(const char *event, const parry_err *err); /* code, at, msg at level error */

#ifdef __cplusplus
}
#endif
#endif
