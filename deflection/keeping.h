/* Retention: what is older than it may be kept is erased, kind by kind, by whole days (UTC); and that this was done is
 * told to the audit every time, with how much it was and the chain's head, signed (ledger/checkpoint.h). */
#ifndef PARRY_DEFLECTION_KEEPING_H
#define PARRY_DEFLECTION_KEEPING_H

#include "deflection/erasures.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct parry_keeping {
    int64_t days[PARRY_LEDGER_AUDIT + 1]; /* by kind; 0: for ever */
} parry_keeping;

typedef struct parry_retained {
    uint64_t erased[PARRY_LEDGER_AUDIT + 1]; /* by kind */
} parry_retained;

#define PARRY_RETENTION_ACTION "ledger.retain"

/* Some thousands at a time, so that who writes waits little. dry_run: only counts.
 * Running it twice a day does no harm. */
PARRY_MUST parry_code parry_keeping_run(const parry_erasing *e, const parry_keeping *keep, int64_t now_ms, bool dry_run,
                                        parry_retained *out, parry_err *err);

#ifdef __cplusplus
}
#endif
#endif
