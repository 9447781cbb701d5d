/* What rows are called. */
#include "deflection/rows.h"

const int64_t parry_windows_ms[PARRY_WINDOWS] = {(int64_t)24 * 3600000, (int64_t)72 * 3600000, (int64_t)168 * 3600000};

const char *parry_outcome_name(parry_outcome o)
{
    static const char *const names[PARRY_OUTCOMES] = {"open",      "unengaged", "confirmed",
                                                      "potential", "none",      "ambiguous"};
    return names[o];
}
