/* Seen: when each of many things was last seen, to the minute, in memory of a fixed size; so that using a key or a
 * session writes nothing. What is new is handed out for writing from time to time. Any thread; a short lock. */
#ifndef PARRY_ACCESS_SEEN_H
#define PARRY_ACCESS_SEEN_H

#include "base/str.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { PARRY_SEEN_NAME = 32 }; /* longest name in bytes */

typedef struct parry_seen parry_seen;
parry_seen *parry_seen_new(void);
void parry_seen_free(parry_seen *s); /* NULL is fine */
/* Of more than some thousands, the longest unseen may be forgotten. Names over PARRY_SEEN_NAME bytes are a bug. */
void parry_seen_touch(parry_seen *s, parry_str name, int64_t now_ms);
int64_t parry_seen_at(parry_seen *s, parry_str name); /* 0: not known here */
/* Calls fn once for each that was touched since the last call; the lock is not held then. */
void parry_seen_drain(parry_seen *s, void (*fn)(void *ctx, parry_str name, int64_t ms), void *ctx);

#ifdef __cplusplus
}
#endif
#endif
