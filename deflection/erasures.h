/* Erasures: what was taken out of the ledger and when that was, as the ledger's own audit tells it. A report on a day
 * that had an erasure says so: its numbers are no longer what they were. Records of kind audit, action "visitor.erase"
 * and "ledger.retain", each with "days": {"2026-11-21": how many records that happened then}, found under one name. */
#ifndef PARRY_DEFLECTION_ERASURES_H
#define PARRY_DEFLECTION_ERASURES_H

#include "ledger/checkpoint.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct parry_day_count {
    int64_t day; /* since 1970-01-01, UTC */
    uint64_t n;  /* records */
} parry_day_count;

typedef struct parry_days { /* ascending, each day once; zeroed: none */
    parry_day_count *p;
    size_t n, cap;
} parry_days;

void parry_days_free(parry_days *d);
void parry_days_add(parry_days *d, int64_t day, uint64_t n);
/* A record more on the day that it says it happened, else came in. */
void parry_days_note(parry_days *d, const parry_ledger_record *r);
json_t *parry_days_json(const parry_days *d); /* {"2026-11-21": 3}; a new reference */

/* Of all erasures so far; added to *out, the caller's to free. */
PARRY_MUST parry_code parry_erasures_read(parry_ledger *l, parry_days *out, parry_err *err);
/* How many records were erased of the days that from_ms <= time < until_ms touches. */
uint64_t parry_erasures_count(const parry_days *d, int64_t from_ms, int64_t until_ms);
parry_ledger_subject parry_erasures_subject(void); /* the name they are found under */

/* ---- erasing ----------------------------------------------------------------------------------------------------- */

/* Records were erased: rows made of them are to be made again (parry_deflection_again). */
typedef parry_code (*parry_erased_fn)(void *ctx, parry_err *err);

typedef struct parry_erasing {
    parry_ledger *ledger;
    parry_str actor, address; /* who erases: "person:ada", "cli:root", "parry"; and from where, maybe */
    const unsigned char *key; /* PARRY_CHECKPOINT_KEY bytes that entries are signed with; NULL: they are not */
    parry_erased_fn erased;   /* NULL: nobody is told; the next fold finds it noted */
    void *ctx;
} parry_erasing;

/* Told to the audit: {"action": action, "actor": ..., "target": "ledger:records", "ok": true, ...more}, found by the
 * above, signed with the chain's head (ledger/checkpoint.h). Steals more. Waits for the disk. */
PARRY_MUST parry_code parry_erasing_tell(const parry_erasing *e, const char *action, json_t *more, parry_err *err);
/* Erases these records, and tells `erased`. Not the audit. days (may be NULL): what there was is added to it. */
PARRY_MUST parry_code parry_erasing_run(const parry_erasing *e, const uint64_t *seqs, size_t n, parry_days *days,
                                        parry_err *err);
/* Of the newest record of this action, when it came in; 0: there is none. */
PARRY_MUST parry_code parry_erasures_last(parry_ledger *l, const char *action, int64_t *at_ms, parry_err *err);

#ifdef __cplusplus
}
#endif
#endif
