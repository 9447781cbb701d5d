/* Erasing: whose the records are is read before they go. */
#include "deflection/erasures.h"

#include "ledger/events.h"

#include <stdlib.h>

enum { SOME = 1000, KEYS = PARRY_LEDGER_ABOUTS + 1, TOLD = 200000 };

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

/* ---- whose ------------------------------------------------------------------------------------------------------- */

typedef struct people {
    parry_ledger_subject *who; /* room for TOLD, and the keys of one step more */
    size_t n;
} people;

static void add(people *p, const unsigned char key[16])
{
    static const unsigned char none[16];
    if (memcmp(key, none, sizeof none) != 0)
        memcpy(p->who[p->n++].b, key, sizeof none);
}

/* Who is named, and the search that it is or is about. */
static void add_people(people *p, const parry_ledger_record *r)
{
    json_t *j = json_loadb(r->payload.p, r->payload.n, 0, NULL);
    const json_t *id = json_object_get(j, "query_id");
    parry_ledger_item item = {.kind = PARRY_LEDGER_EVENT};
    parry_uuid query = r->kind == PARRY_LEDGER_QUERY ? r->id : (parry_uuid){{0}};
    parry_event_set_about(j, &item);
    for (size_t i = 0; i < PARRY_LEDGER_ABOUTS; i++)
        add(p, item.about[i].b);
    if (json_is_string(id))
        (void)parry_uuid_parse(parry_str_make(json_string_value(id), json_string_length(id)), &query);
    add(p, query.b);
    json_decref(j);
}

static parry_code tell_people(const parry_erasing *e, people *p, size_t from, parry_err *err)
{
    parry_code code = PARRY_OK;
    if (p->n > from && e->erased != NULL)
        code = e->erased(e->ctx, p->who, p->n, err);
    if (p->n > from)
        p->n = 0;
    return code;
}

static parry_code step(const parry_erasing *e, people *p, const uint64_t *seqs, size_t n, parry_days *days,
                       parry_err *err)
{
    parry_arena *a = parry_arena_new();
    parry_ledger_record *records = PARRY_ARRAY(a, parry_ledger_record, n);
    size_t there = 0;
    parry_code code = parry_ledger_fetch(e->ledger, seqs, n, a, records, &there, err);
    for (size_t i = 0; i < there && code == PARRY_OK; i++) {
        add_people(p, &records[i]);
        if (days != NULL)
            parry_days_note(days, &records[i]);
    }
    if (code == PARRY_OK)
        code = parry_ledger_erase(e->ledger, seqs, n, err);
    parry_arena_free(a);
    return code;
}

parry_code parry_erasing_run(const parry_erasing *e, const uint64_t *seqs, size_t n, parry_days *days, parry_err *err)
{
    people p = {parry_malloc((TOLD + KEYS * SOME) * sizeof(parry_ledger_subject)), 0};
    parry_code code = PARRY_OK;
    for (size_t i = 0; i < n && code == PARRY_OK; i += SOME) {
        code = step(e, &p, seqs + i, n - i < SOME ? n - i : SOME, days, err);
        if (code == PARRY_OK)
            code = tell_people(e, &p, TOLD, err);
    }
    if (code == PARRY_OK)
        code = tell_people(e, &p, 0, err);
    free(p.who);
    return code;
}
