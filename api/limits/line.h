/* The line: searches that wait for one of a few threads. Connections are served by threads that never search, so that
 * what is known already, and what is refused, never waits behind a search.
 *
 * While the line moves, first come is first served. Once its oldest is late (it waited for longer than a few searches
 * take), the newest goes first: where more comes in than can be done somebody waits in vain, and better a few for long
 * than everybody a little too long. So who is served waits hardly longer than on a quiet server, from a load's first
 * moment on. A burst is worked off that way, from its end.
 *
 * Where somebody was late for longer on end than sixteen searches take, and than a twentieth of a second, it is no
 * burst but load. Then the line is short, whoever finds it full is refused at once, and so is who is late, until hardly
 * anybody is refused any more. (K. Nichols, V. Jacobson: Controlling queue delay, ACM Queue 2012; B. Maurer: Fail at
 * scale, ACM Queue 2015.)
 *
 * Who waits alone is always served: no other would go sooner. The clock is the caller's. Any thread. */
#ifndef PARRY_API_LIMITS_LINE_H
#define PARRY_API_LIMITS_LINE_H

#include "base/str.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct parry_line parry_line;

/* threads: that search at once. room: for so many to wait. most_ns: among more than a few, whoever waited longer is
 * refused, load or not; 0: nobody is refused or overtaken, but where there is no room. */
parry_line *parry_line_new(unsigned threads, size_t room, int64_t most_ns);
void parry_line_free(parry_line *l); /* NULL is fine; nobody waits any more */

/* Whether one that comes now should join; ask once for each that comes. */
bool parry_line_takes(parry_line *l, int64_t now_ns);
/* At its end; `who` is the caller's. false: there is no room. */
bool parry_line_join(parry_line *l, void *who, int64_t now_ns);

typedef struct parry_called {
    void *who; /* NULL: nobody waits */
    bool in;   /* it is served; else refused */
} parry_called;
/* Who leaves the line now: one, by each call. */
parry_called parry_line_call(parry_line *l, int64_t now_ns);
void *parry_line_dismiss(parry_line *l); /* the oldest leaves, to be refused whatever it waited; NULL: nobody waits */

void parry_line_served(parry_line *l, int64_t took_ns); /* how long one that was served took */

typedef struct parry_line_state {
    bool loaded;
    int64_t service_ns; /* what a search takes: a moving mean */
} parry_line_state;
parry_line_state parry_line_get(parry_line *l);

#ifdef __cplusplus
}
#endif
#endif
