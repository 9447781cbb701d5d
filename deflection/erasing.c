/* Erasing: the audit, and some records at a time. */
#include "deflection/erasures.h"

#include "ledger/events.h"

#include <stdlib.h>

enum { SOME = 1000 };

/* ---- the audit --------------------------------------------------------------------------------------------------- */

static parry_code append(parry_ledger *l, const json_t *entry, parry_err *err)
{
    parry_ledger_ticket *ticket = NULL;
    char *text = json_dumps(entry, JSON_COMPACT);
    const parry_ledger_item item = {
        .kind = PARRY_LEDGER_AUDIT, .payload = parry_str_of(text), .about = {parry_erasures_subject()}};
    parry_code code = parry_ledger_append(l, &item, 1, &ticket, err);
    if (code == PARRY_OK)
        code = parry_ledger_wait(l, ticket, err);
    parry_ledger_release(l, ticket);
    free(text);
    return code;
}

parry_code parry_erasing_tell(const parry_erasing *e, const char *action, json_t *more, parry_err *err)
{
    parry_code code = PARRY_OK;
    json_t *j = json_pack("{s:s, s:s%, s:s, s:b}", "action", action, "actor", e->actor.p, e->actor.n, "target",
                          "ledger:records", "ok", 1);
    if (e->address.n > 0)
        (void)json_object_set_new(j, "address", json_stringn(e->address.p, e->address.n));
    (void)json_object_update(j, more);
    json_decref(more);
    if (e->key != NULL)
        code = parry_checkpoint_sign(e->ledger, e->key, j, err);
    if (code == PARRY_OK)
        code = append(e->ledger, j, err);
    json_decref(j);
    return code;
}

/* ---- the records ------------------------------------------------------------------------------------------------- */

static parry_code note_days(parry_ledger *l, const uint64_t *seqs, size_t n, parry_days *days, parry_err *err)
{
    parry_arena *a = parry_arena_new();
    parry_ledger_record *records = PARRY_ARRAY(a, parry_ledger_record, n);
    size_t there = 0;
    parry_code code = parry_ledger_fetch(l, seqs, n, a, records, &there, err);
    for (size_t i = 0; i < there && code == PARRY_OK; i++)
        parry_days_note(days, &records[i]);
    parry_arena_free(a);
    return code;
}

parry_code parry_erasing_run(const parry_erasing *e, const uint64_t *seqs, size_t n, parry_days *days, parry_err *err)
{
    parry_code code = PARRY_OK;
    for (size_t i = 0; i < n && code == PARRY_OK; i += SOME) {
        size_t some = n - i < SOME ? n - i : SOME;
        if (days != NULL)
            code = note_days(e->ledger, seqs + i, some, days, err);
        if (code == PARRY_OK)
            code = parry_ledger_erase(e->ledger, seqs + i, some, err);
    }
    return code == PARRY_OK && e->erased != NULL ? e->erased(e->ctx, err) : code;
}
