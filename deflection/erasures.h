/* Erasures: what was taken out of the ledger and when that was, as the ledger's own audit tells it. A report on a day
 * that had an erasure says so: its numbers are no longer what they were. Records of kind audit, action "visitor.erase"
 * (records, days) and "ledger.retain" (queries_until, events_until, and what was counted), found under one name. */
#ifndef PARRY_DEFLECTION_ERASURES_H
#define PARRY_DEFLECTION_ERASURES_H

#include "ledger/checkpoint.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct parry_erasures {
    int64_t *days; /* that something of somebody was erased of: days since 1970-01-01 (UTC), ascending, each once */
    size_t n;
    int64_t queries_until_ms, events_until_ms; /* older ones were erased for their age; 0: none */
} parry_erasures;

/* days live in the arena. */
PARRY_MUST parry_code parry_erasures_read(parry_ledger *l, parry_arena *a, parry_erasures *out, parry_err *err);
/* Was anything of from_ms <= time < until_ms erased? Then what is made of it says "changed by erasure". */
bool parry_erasures_touch(const parry_erasures *e, int64_t from_ms, int64_t until_ms);

parry_ledger_subject parry_erasures_subject(void); /* the name they are found under */

/* ---- erasing ----------------------------------------------------------------------------------------------------- */

/* Whose records were erased, by keys of visitors, sessions, contacts and searches, some of them more than once: rows
 * made of their records (deflection/store.h) are to be made again. */
typedef parry_code (*parry_erased_fn)(void *ctx, const parry_ledger_subject *who, size_t n, parry_err *err);

typedef struct parry_erasing {
    parry_ledger *ledger;
    parry_str actor, address; /* who erases: "person:ada", "cli:root", "parry"; and from where, maybe */
    const unsigned char *key; /* PARRY_CHECKPOINT_KEY bytes that entries are signed with; NULL: they are not */
    parry_erased_fn erased;   /* NULL: nobody is told */
    void *ctx;
} parry_erasing;

/* Told to the audit: {"action": action, "actor": ..., "target": "ledger:records", "ok": true, ...more}, found by the
 * above, signed with the chain's head (ledger/checkpoint.h). Steals more. Waits for the disk. */
PARRY_MUST parry_code parry_erasing_tell(const parry_erasing *e, const char *action, json_t *more, parry_err *err);
/* Erases these records, and tells `erased`. Not the audit. */
PARRY_MUST parry_code parry_erasing_run(const parry_erasing *e, const uint64_t *seqs, size_t n, parry_err *err);
/* Of the newest record of this action, when it came in; 0: there is none. */
PARRY_MUST parry_code parry_erasures_last(parry_ledger *l, const char *action, int64_t *at_ms, parry_err *err);

/* Days as texts ("2026-11-21"), and back; false: no day. */
json_t *parry_day_json(int64_t day);
bool parry_day_parse(const json_t *j, int64_t *day);

#ifdef __cplusplus
}
#endif
#endif
