/* Turns: searches that wait for a thread of their own, a few at a time. Connections are served by threads that never
 * search, so that what is known already, and what is refused, never waits behind a search.
 *
 * A burst is worked off, however many wait. A queue that stands is too much load: once more than half of the searches
 * of a tenth of a second waited for longer than a few searches take, those that would wait for longer than one search
 * takes are refused, before or when their turn comes, until half a second passes in which only few were. Those that are
 * let in then take about twice as long as on a quiet server. (K. Nichols, V. Jacobson: Controlling queue delay, ACM
 * Queue 2012.) The clock is the caller's. Any thread. */
#ifndef PARRY_API_LIMITS_TURNS_H
#define PARRY_API_LIMITS_TURNS_H

#include "base/str.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct parry_turns parry_turns;

/* threads: that search at once. most_ns: whoever waited longer is refused in any case; 0: nobody is ever refused. */
parry_turns *parry_turns_new(unsigned threads, int64_t most_ns);
void parry_turns_free(parry_turns *t); /* NULL is fine */

/* Whether a search should queue behind so many others. */
bool parry_turns_queue(parry_turns *t, size_t ahead, int64_t now_ns);
/* Whether one that waited so long, behind so many when it was queued, is run now that its turn has come. Behind nobody
 * one waits for the system alone, which is no load of ours. */
bool parry_turns_take(parry_turns *t, size_t ahead, int64_t waited_ns, int64_t now_ns);
void parry_turns_served(parry_turns *t, int64_t took_ns); /* how long it ran */

typedef struct parry_turns_state {
    bool overloaded;
    int64_t service_ns; /* what a search takes: a moving mean */
} parry_turns_state;
parry_turns_state parry_turns_get(parry_turns *t);

#ifdef __cplusplus
}
#endif
#endif
