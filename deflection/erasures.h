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

/* ---- writing them, for who erases -------------------------------------------------------------------------------- */

typedef struct parry_erased_by { /* who says so: "person:ada", "cli:root", "parry"; and from where, maybe */
    parry_str actor, address;
} parry_erased_by;

/* An audit record {"action": action, "actor": ..., "target": "ledger:records", "ok": true, ...more}, found by the
 * above. key: signs it, with the chain's head (ledger/checkpoint.h); NULL: it is not signed. Steals more. Waits for the
 * disk. */
PARRY_MUST parry_code parry_erasures_tell(parry_ledger *l, const parry_erased_by *by, const char *action, json_t *more,
                                          const unsigned char key[PARRY_CHECKPOINT_KEY], parry_err *err);
/* Of the newest record of this action, when it came in; 0: there is none. */
PARRY_MUST parry_code parry_erasures_last(parry_ledger *l, const char *action, int64_t *at_ms, parry_err *err);

/* Days as texts ("2026-11-21"), and back; false: no day. */
json_t *parry_day_json(int64_t day);
bool parry_day_parse(const json_t *j, int64_t *day);

#ifdef __cplusplus
}
#endif
#endif
