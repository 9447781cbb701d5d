/* In time: whether meaning can still be looked for before a deadline, by what it cost lately. One a searcher, one
 * thread. */
#ifndef PARRY_ENGINE_IN_TIME_H
#define PARRY_ENGINE_IN_TIME_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct parry_in_time {
    int64_t cost_ns; /* of meaning and what follows; follows a rise at once, a fall slowly */
} parry_in_time;

/* deadline_ns: monotonic; 0: there is none. Where it says no, the estimate gives way a little: what was slow once may
 * not be for ever, and is tried again. */
bool parry_in_time_for_meaning(parry_in_time *t, int64_t deadline_ns, int64_t now_ns);
void parry_in_time_took(parry_in_time *t, int64_t ns);

#ifdef __cplusplus
}
#endif
#endif
