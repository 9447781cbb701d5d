/* Session: the facts of one person made into rows. A session ends where nothing happened for 30 minutes. Pure: the same
 * facts, whatever order they came in, give the same rows. */
#ifndef PARRY_DEFLECTION_SESSION_H
#define PARRY_DEFLECTION_SESSION_H

#include "deflection/fact.h"
#include "deflection/rows.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct parry_session_rows { /* in the arena, in order of time */
    parry_session_row *sessions;
    parry_search_row *searches;
    parry_read_row *reads;
    parry_ticket_row *tickets;
    parry_unit_row *units;
    size_t nsessions, nsearches, nreads, ntickets, nunits;
} parry_session_rows;

/* facts: of one person (who), at least 1; they are put in order here (at_ms, then seq). visitor: who is a stable name.
 * note (may be NULL) hears of every word that a row names by its number. */
void parry_sessions_make(parry_fact *facts, size_t n, const parry_ledger_subject *who, bool visitor,
                         void (*note)(void *ctx, parry_word number, parry_str word), void *ctx, parry_arena *a,
                         parry_session_rows *out);

#ifdef __cplusplus
}
#endif
#endif
