/* Admission: which requests are turned away because the server has more than it can do, before any work is done for
 * them. Those that are let in are then answered nearly as fast as on a quiet server.
 *
 * What is looked at is how long a request waited for its turn (waited.h), not how many there are: a queue that empties
 * is a burst and is worked off; one that stands is too much load (K. Nichols, V. Jacobson: Controlling queue delay, ACM
 * Queue 2012; B. Maurer: Fail at scale, ACM Queue 2015). While more than half of the requests of a tenth of a second
 * waited longer than `patience`, the server is overloaded: until a second passes in which nobody waited so long, who
 * waited longer than that is refused. Patience is three times what a search took lately, within bounds; more where it
 * lets hardly anybody in, since then it is not load that keeps them waiting. Otherwise nobody is refused: a few who
 * waited for long did so for the machine, not for each other.
 *
 * Searches come first: all other classes have half of the patience. Signs of life are never refused. Classes also say
 * which rate limits hold for a request. The clock is the caller's. Any thread. */
#ifndef PARRY_API_ADMISSION_H
#define PARRY_API_ADMISSION_H

#include "base/str.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum parry_class {
    PARRY_CLASS_OPS,    /* health, readiness, metrics: without limits */
    PARRY_CLASS_SEARCH, /* and reading */
    PARRY_CLASS_EVENTS,
    PARRY_CLASS_WRITE, /* and administration */
    PARRY_CLASS_SIGN_IN,
    PARRY_CLASSES
} parry_class;
const char *parry_class_name(parry_class c); /* "ops", "search", "events", "write", "sign_in" */

typedef struct parry_admission parry_admission;
/* most_ns, least_ns: bounds of the patience. most_ns 0: nobody is ever refused. */
parry_admission *parry_admission_new(int64_t most_ns, int64_t least_ns);
void parry_admission_free(parry_admission *a); /* NULL is fine */

/* Whether a request that waited so long is let in. Say also when it was served: parry_admission_served. */
bool parry_admit(parry_admission *a, parry_class c, int64_t waited_ns, int64_t now_ns);
/* How long an admitted one took once it had its turn. */
void parry_admission_served(parry_admission *a, parry_class c, int64_t took_ns);

typedef struct parry_admission_state {
    bool overloaded;
    int64_t patience_ns;
    uint64_t admitted[PARRY_CLASSES], refused[PARRY_CLASSES]; /* since the start */
} parry_admission_state;
void parry_admission_get(parry_admission *a, parry_admission_state *out);

#ifdef __cplusplus
}
#endif
#endif
