/* Lock-out: who failed too often waits, longer each time. For account names and for addresses alike, whether or not the
 * account exists. In memory of a fixed size; a restart forgets. Any thread. */
#ifndef PARRY_ACCESS_LOCKOUT_H
#define PARRY_ACCESS_LOCKOUT_H

#include "base/str.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Five failures are free; then 1 s, doubled by each failure, up to 15 minutes. A quiet hour forgets them. */
enum { PARRY_LOCKOUT_FREE = 5, PARRY_LOCKOUT_MOST_MS = 15 * 60000, PARRY_LOCKOUT_FORGET_MS = 60 * 60000 };

typedef struct parry_lockouts parry_lockouts;
parry_lockouts *parry_lockouts_new(void);
void parry_lockouts_free(parry_lockouts *l); /* NULL is fine */

/* kind: "account", "address". How long it must wait still; 0: it may try. */
int64_t parry_lockout_wait_ms(parry_lockouts *l, const char *kind, parry_str name, int64_t now_ms);
/* Counts a try before it is known how it ends, so that many at once do not slip through; 0 when it may go on, else what
 * it must wait (and then it was not counted). */
int64_t parry_lockout_try(parry_lockouts *l, const char *kind, parry_str name, int64_t now_ms);
/* The try that was counted last was none that failed. */
void parry_lockout_undo(parry_lockouts *l, const char *kind, parry_str name, int64_t now_ms);
void parry_lockout_clear(parry_lockouts *l, const char *kind, parry_str name); /* all is forgiven */

#ifdef __cplusplus
}
#endif
#endif
