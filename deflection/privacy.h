/* Privacy: all that the ledger holds about one person: to be given to them, or erased. A person is what clients called
 * them (a visitor, a session) or their e-mail address; the ledger knows only keys of these, which change every 30 days,
 * so they are looked for under the keys of every period whose secret is still there (ledger/visitor.h). What is older
 * can no longer be told from anybody else's. */
#ifndef PARRY_DEFLECTION_PRIVACY_H
#define PARRY_DEFLECTION_PRIVACY_H

#include "deflection/erasures.h"
#include "ledger/visitor.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { PARRY_PERSON_KEYS = 3 * PARRY_VISITOR_PERIODS };

typedef struct parry_person {
    parry_ledger_subject keys[PARRY_PERSON_KEYS];
    size_t n;
} parry_person;

/* Names as clients gave them; empty: not said. */
void parry_person_of(const parry_visitors *v, int64_t now_ms, parry_str visitor, parry_str session, parry_str email,
                     parry_person *out);

typedef struct parry_held {
    uint64_t *seqs;   /* ascending, in the arena: no erased ones */
    size_t n, linked; /* of them: not under their keys, but under a search of theirs by its query_id */
} parry_held;

/* Their records: those under their keys; searches without a name that events of theirs refer to; what was said about
 * searches of theirs without a name. What names another visitor stays that one's. Reads the ledger from their oldest
 * search on. */
PARRY_MUST parry_code parry_person_held(parry_ledger *l, const parry_person *who, parry_arena *a, parry_held *out,
                                        parry_err *err);

/* Each record in order as {"seq", "kind", "at", "id", "record": its payload}; a new reference that the callee drops.
 * Another code than OK ends it. */
PARRY_MUST parry_code parry_person_export(parry_ledger *l, const parry_held *held,
                                          parry_code (*fn)(void *ctx, json_t *record, parry_err *err), void *ctx,
                                          parry_err *err);

/* Erases them. Told to the audit first, in entries of at most PARRY_ERASE_ENTRY records: how many, of which days, and
 * under which numbers, so that who has copies knows; not who. *ndays (may be NULL): of how many days there were some.
 */
enum { PARRY_ERASE_ENTRY = 5000 };
PARRY_MUST parry_code parry_person_erase(const parry_erasing *e, const parry_held *held, size_t *ndays, parry_err *err);

#ifdef __cplusplus
}
#endif
#endif
