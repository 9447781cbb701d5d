/* Admission: which requests are turned away at the door because the server has more to read than it can, before any
 * work is done for them. Connections are read by threads that never search (searches have a line of their own, line.h),
 * so that hardly anybody ever waits here.
 *
 * What is looked at is how long a request waited to be read (waited.h), not how many there are: a queue that empties is
 * a burst and is worked off; one that stands is too much load (K. Nichols, V. Jacobson: Controlling queue delay, ACM
 * Queue 2012; B. Maurer: Fail at scale, ACM Queue 2015). Where more than half of the requests of a tenth of a second,
 * and more than a few, waited longer than a tenth of a second, the server is overloaded: until a second passes in which
 * nobody did, who did is refused. Otherwise nobody is: a few who waited for long did so for the machine, not for each
 * other.
 *
 * Searches and reading come first: all other classes have half of that patience. Signs of life are never refused.
 * Classes also say which rate limits hold for a request. The clock is the caller's. Any thread. */
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
/* most_ns: of the patience, where a tenth of a second is too long; 0: nobody is ever refused. */
parry_admission *parry_admission_new(int64_t most_ns);
void parry_admission_free(parry_admission *a); /* NULL is fine */

/* Whether a request that waited so long is let in. */
bool parry_admit(parry_admission *a, parry_class c, int64_t waited_ns, int64_t now_ns);
bool parry_admission_overloaded(parry_admission *a);

#ifdef __cplusplus
}
#endif
#endif
