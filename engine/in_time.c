/* An estimate that is quick to rise. */
#include "engine/in_time.h"

enum { RISE = 2, FALL = 16, GIVE_WAY = 64 }; /* 1 / so much of the difference */

bool parry_in_time_for_meaning(parry_in_time *t, int64_t deadline_ns, int64_t now_ns)
{
    if (deadline_ns == 0 || (now_ns < deadline_ns && deadline_ns - now_ns >= t->cost_ns))
        return true;
    t->cost_ns -= t->cost_ns / GIVE_WAY;
    return false;
}

void parry_in_time_took(parry_in_time *t, int64_t ns)
{
    int64_t more = ns - t->cost_ns;
    t->cost_ns += t->cost_ns == 0 ? more : more > 0 ? more / RISE : more / FALL;
}
