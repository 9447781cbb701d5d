/* Reaper: closes connections that keep others waiting: whose request does not arrive whole in its time, however slowly
 * it drips, or whose reply is not taken. The library's own timeout is only for silence. It also counts how many
 * connections one holder of addresses has.
 *
 * A connection is a guest from its first byte's time to its close, and has at most one time by which it must have moved
 * on. One thread looks a few times a second and shuts the sockets of those that are over theirs; the library then sees
 * an end of file and closes as ever. Any thread. */
#ifndef PARRY_API_REAPER_H
#define PARRY_API_REAPER_H

#include "api/limits/proxies.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct parry_reaper parry_reaper;
typedef struct parry_guest parry_guest;

parry_reaper *parry_reaper_new(void);
PARRY_MUST parry_code parry_reaper_start(parry_reaper *r, parry_err *err); /* its thread. Fails: UNAVAILABLE */
void parry_reaper_free(parry_reaper *r); /* stops the thread; every guest must be gone. NULL is fine */

/* A new connection, of which the socket stays open until parry_reaper_leave. by_ns: as parry_guest_by. */
parry_guest *parry_reaper_enter(parry_reaper *r, int fd, const parry_ip *who, int64_t by_ns);
/* Frees it; NULL is fine. true: it was shut, being over its time. */
bool parry_reaper_leave(parry_reaper *r, parry_guest *g);
/* The monotonic time by which parry_guest_by must be called again, or the connection is shut; 0: none. */
void parry_guest_by(parry_guest *g, int64_t by_ns);
int64_t parry_guest_due(const parry_guest *g);

/* How many connections this holder has now (parry_ip_holder). Holders are counted by a keyed hash of a few thousand
 * values: two may, rarely, be counted together. */
size_t parry_reaper_held(const parry_reaper *r, const parry_ip *who);
/* What the thread does: shuts those that are over their time; how many. For tests. */
size_t parry_reaper_sweep(parry_reaper *r, int64_t now_ns);

#ifdef __cplusplus
}
#endif
#endif
