/* What rows are called, and what they say as of a moment. */
#include "deflection/rows.h"

#include "base/hash.h"

const int64_t parry_windows_ms[PARRY_WINDOWS] = {(int64_t)24 * 3600000, (int64_t)72 * 3600000, (int64_t)168 * 3600000};
const char *const parry_windows[PARRY_WINDOWS] = {"24h", "72h", "7d"};

unsigned parry_window_of(parry_str name)
{
    unsigned w = 0;
    while (w < PARRY_WINDOWS && !parry_str_eqz(name, parry_windows[w]))
        w++;
    return w;
}

parry_word parry_word_of(parry_str word)
{
    parry_word number;
    if (word.n == 0)
        return 0;
    parry_hash h = parry_hash_of(word.p, word.n);
    memcpy(&number, h.b, sizeof number);
    return number;
}

static parry_outcome outcome_of(const parry_session_row *row, int64_t window_ms, int64_t as_of_ms)
{
    if (!(row->flags & PARRY_SESSION_CONTENT))
        return PARRY_OUTCOME_UNENGAGED;
    if (row->ticket_ms > 0 && row->ticket_ms <= row->seen_ms + window_ms)
        return PARRY_OUTCOME_NONE;
    if (as_of_ms <= row->seen_ms + window_ms)
        return PARRY_OUTCOME_OPEN;
    if (row->flags & PARRY_SESSION_SOLVED)
        return PARRY_OUTCOME_CONFIRMED;
    return row->flags & PARRY_SESSION_NOT_SOLVED ? PARRY_OUTCOME_AMBIGUOUS : PARRY_OUTCOME_POTENTIAL;
}

void parry_session_as_of(parry_session_row *row, int64_t as_of_ms)
{
    for (size_t w = 0; w < PARRY_WINDOWS; w++)
        row->outcome[w] = (uint8_t)outcome_of(row, parry_windows_ms[w], as_of_ms);
}

void parry_read_as_of(parry_read_row *row, int64_t as_of_ms)
{
    for (size_t w = 0; w < PARRY_WINDOWS; w++) {
        int64_t end = row->at_ms + parry_windows_ms[w];
        bool came = row->ticket_ms > 0 && row->ticket_ms <= end;
        row->ticket[w] = came ? 1 : as_of_ms <= end ? 2 : 0;
    }
}
