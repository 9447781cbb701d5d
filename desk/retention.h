/* Retention: the desk's one job that erases what was kept for long enough, and what nobody delivers any more. A thread
 * of its own does it, in small transactions, so that nobody waits for it:
 *
 *     every second    what another process erased is taken in (parry_cases_notice)
 *     every minute    the outbox of targets that are none any more (parry_outbox_tend)
 *     every hour      records of hand-offs, cases that are done; and the audit is told
 *
 * The audit (ledger, "desk.retention" by "parry:retention") says what was erased and up to when; once a day and at the
 * first run also that there was nothing. Payloads and items of the outbox are erased by its own threads; this counts
 * them. */
#ifndef PARRY_DESK_RETENTION_H
#define PARRY_DESK_RETENTION_H

#include "access/access.h"
#include "desk/cases/cases.h"
#include "desk/handoff.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct parry_retention_options { /* all borrowed */
    parry_cases *cases;
    parry_handoffs *handoffs;
    parry_outbox *outbox;
    const parry_access *access; /* NULL: nobody is told */
    parry_clock clock;
    int64_t keep_handoffs_ms; /* since they were accepted; 0: for ever */
    int64_t keep_cases_ms;    /* since a case that is done changed last; 0: for ever */
} parry_retention_options;

typedef struct parry_retention_report {
    parry_outbox_tended outbox; /* since the run before */
    size_t handoffs, cases;
    bool more; /* there is more to erase: soon again */
} parry_retention_report;

/* What an hour's run does, now, on this thread. daily: it is thorough, and told whatever there was. Fails: IO, CORRUPT;
 * the rest was done nevertheless, and is told. */
PARRY_MUST parry_code parry_retention_run(const parry_retention_options *o, bool daily, parry_retention_report *out,
                                          parry_err *err);

typedef struct parry_retention parry_retention;
/* UNAVAILABLE: no thread. */
PARRY_MUST parry_code parry_retention_start(const parry_retention_options *o, parry_retention **out, parry_err *err);
void parry_retention_stop(parry_retention *r); /* waits for a run, which is under a second or so; NULL is fine */

#ifdef __cplusplus
}
#endif
#endif
