/* Clock, handed in where time matters so that a test can turn it. */
#ifndef PARRY_BASE_CLOCK_H
#define PARRY_BASE_CLOCK_H

#include "base/str.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct parry_clock {
    int64_t (*now_ms)(void *ctx); /* Unix time in ms */
    void *ctx;
} parry_clock;

parry_clock parry_clock_system(void);
static inline int64_t parry_clock_now_ms(parry_clock c) { return c.now_ms(c.ctx); }

int64_t parry_mono_ns(void); /* monotonic, for durations */
void parry_sleep_ms(int64_t ms);

enum { PARRY_TIME_TEXT = 25 };
void parry_time_text(int64_t unix_ms, char out[PARRY_TIME_TEXT]); /* 2026-11-21T09:30:00.123Z */

/* "2026-11-21", or with "T09:30", "T09:30:00" or "T09:30:00.123" after it, or a space for the T, and "Z" at the end or
 * nothing: UTC. *day (may be NULL): there was no time. false: anything else. */
bool parry_time_parse(parry_str text, int64_t *unix_ms, bool *day);
/* As a bound. end: a day alone is in it, so its bound is the next one. */
bool parry_time_bound(parry_str text, bool end, int64_t *unix_ms);

#ifdef __cplusplus
}
#endif
#endif
