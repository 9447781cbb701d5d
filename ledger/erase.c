/* Erasing: of one record, and of what is too old. */
#include "ledger/events.h"
#include "ledger/inner.h"

#include <stdlib.h>

enum { NOTE = 8 + 16 };
static const parry_ledger_subject nobody;

static parry_str note_key(unsigned char out[NOTE], uint64_t seq, const parry_ledger_subject *who)
{
    parry_key_u64(seq, out);
    memcpy(out + 8, who->b, sizeof who->b);
    return parry_str_make((const char *)out, NOTE);
}

/* The search that a record is, or that it follows from. */
static parry_ledger_subject search_of(const json_t *payload, const parry_ledger_entry *e)
{
    parry_ledger_subject s = nobody;
    parry_uuid id = e->kind == PARRY_LEDGER_QUERY ? e->id : (parry_uuid){{0}};
    const json_t *named = json_object_get(payload, "query_id");
    if (json_is_string(named))
        (void)parry_uuid_parse(parry_str_make(json_string_value(named), json_string_length(named)), &id);
    memcpy(s.b, id.b, sizeof s.b);
    return s;
}

static parry_code entry_of(parry_ledger *l, parry_txn *t, parry_str key, parry_ledger_entry *out, parry_err *err)
{
    parry_str value;
    parry_code code = parry_get(t, l->chain, key, &value, err);
    return code == PARRY_OK ? parry_ledger_entry_read(value, out, err) : code;
}

static parry_code forget_whom(parry_ledger *l, parry_txn *t, uint64_t seq, const parry_ledger_entry *e,
                              parry_str payload, parry_err *err)
{
    parry_ledger_item item = {.kind = PARRY_LEDGER_EVENT};
    json_t *j = json_loadb(payload.p, payload.n, 0, NULL);
    parry_event_set_about(j, &item);
    parry_ledger_subject whose[PARRY_LEDGER_ABOUTS + 1] = {search_of(j, e)};
    json_decref(j);
    memcpy(whose + 1, item.about, sizeof item.about);
    parry_code code = parry_ledger_del_about(l, t, seq, &item, err);
    for (size_t i = 0; i <= PARRY_LEDGER_ABOUTS && code == PARRY_OK; i++) {
        unsigned char key[NOTE];
        if (memcmp(&whose[i], &nobody, sizeof nobody) != 0)
            code = parry_put(t, l->notes, note_key(key, seq, &whose[i]), parry_str_of(""), err);
    }
    return code;
}

/* Overwritten in the page that this transaction writes; of pages that it leaves behind, scrubbing frees us. */
static parry_code zero_one(parry_ledger *l, parry_txn *t, uint64_t seq, parry_buf *zeros, parry_err *err)
{
    unsigned char number[8];
    parry_ledger_entry e;
    parry_str value, key = parry_str_make((const char *)number, sizeof number);
    parry_key_u64(seq, number);
    parry_code code = parry_get(t, l->payloads, key, &value, NULL);
    if (code == PARRY_NOT_FOUND)
        return PARRY_OK;
    if (code == PARRY_OK)
        code = entry_of(l, t, key, &e, err);
    if (code == PARRY_OK)
        code = forget_whom(l, t, seq, &e, parry_str_from(value, PARRY_LEDGER_SALT), err);
    if (code == PARRY_OK) /* writing ends what was borrowed */
        code = parry_get(t, l->payloads, key, &value, err);
    if (code == PARRY_OK && zeros->n >= value.n)
        code = parry_put(t, l->payloads, key, parry_str_make(zeros->p, value.n), err);
    return code;
}

/* All are overwritten before the first is deleted: deleting moves what stands beside it in its page, and leaves the
 * bytes where they were. */
static parry_code erase_all(parry_ledger *l, parry_txn *t, const uint64_t *seqs, size_t n, parry_err *err)
{
    enum { LONGEST = PARRY_LEDGER_SALT + PARRY_LEDGER_PAYLOAD_MAX };
    parry_buf zeros = {parry_calloc(1, LONGEST), LONGEST, LONGEST, LONGEST, false};
    parry_code code = PARRY_OK;
    for (size_t i = 0; i < n && code == PARRY_OK; i++)
        code = zero_one(l, t, seqs[i], &zeros, err);
    for (size_t i = 0; i < n && code == PARRY_OK; i++) {
        unsigned char number[8];
        parry_key_u64(seqs[i], number);
        code = parry_del(t, l->payloads, parry_str_make((const char *)number, sizeof number), err);
    }
    free(zeros.p);
    return code == PARRY_OK ? parry_env_scrub_due(t, l->state, err) : code;
}

parry_code parry_ledger_erase(parry_ledger *l, const uint64_t *seqs, size_t n, parry_err *err)
{
    parry_txn *t;
    parry_code code = parry_txn_write(l->env, &t, err);
    if (code != PARRY_OK)
        return code;
    code = erase_all(l, t, seqs, n, err);
    if (code == PARRY_OK)
        return parry_txn_commit(t, err);
    parry_txn_abort(t);
    return code;
}

parry_code parry_ledger_scrub(parry_ledger *l, bool *is, parry_err *err)
{
    const parry_table tables[] = PARRY_LEDGER_TABLES(l);
    return parry_env_scrub_if_due(l->env, tables, sizeof tables / sizeof *tables, is, err);
}

/* ---- notes ------------------------------------------------------------------------------------------------------- */

parry_code parry_ledger_notes(parry_ledger *l, parry_ledger_note *out, size_t cap, size_t *n, parry_err *err)
{
    parry_txn *t;
    parry_cursor *c;
    parry_str key, value;
    parry_code code = parry_txn_read(l->env, &t, err);
    if (code != PARRY_OK)
        return code;
    *n = 0;
    code = parry_cursor_open(t, l->notes, parry_str_make(NULL, 0), &c, err);
    if (code == PARRY_OK) {
        while (*n < cap && parry_cursor_next(c, &key, &value) && key.n == NOTE) {
            out[*n].seq = parry_key_u64_read(key);
            memcpy(out[(*n)++].who.b, key.p + 8, sizeof out->who.b);
        }
        code = parry_cursor_close(c, err);
    }
    parry_txn_abort(t);
    return code;
}

parry_code parry_ledger_notes_done(parry_ledger *l, const parry_ledger_note *notes, size_t n, parry_err *err)
{
    parry_txn *t;
    unsigned char key[NOTE];
    parry_code code = parry_txn_write(l->env, &t, err);
    if (code != PARRY_OK)
        return code;
    for (size_t i = 0; i < n && code == PARRY_OK; i++)
        code = parry_del(t, l->notes, note_key(key, notes[i].seq, &notes[i].who), err);
    if (code == PARRY_OK)
        return parry_txn_commit(t, err);
    parry_txn_abort(t);
    return code;
}

/* ---- what is too old --------------------------------------------------------------------------------------------- */

parry_code parry_ledger_at(parry_ledger *l, int64_t at_ms, uint64_t *seq, parry_err *err)
{
    parry_txn *t;
    parry_ledger_head head = {0};
    parry_code code = parry_txn_read(l->env, &t, err);
    if (code != PARRY_OK)
        return code;
    code = parry_ledger_head_get(l, t, &head, err);
    uint64_t low = 1, high = head.seq + 1;
    while (code == PARRY_OK && low < high) {
        uint64_t middle = low + (high - low) / 2;
        unsigned char number[8];
        parry_ledger_entry e;
        parry_key_u64(middle, number);
        code = entry_of(l, t, parry_str_make((const char *)number, sizeof number), &e, err);
        if (code == PARRY_OK && e.at_ms < at_ms)
            low = middle + 1;
        else
            high = middle;
    }
    parry_txn_abort(t);
    if (code == PARRY_OK)
        *seq = low;
    return code;
}

static int64_t newest_of(const int64_t before_ms[PARRY_LEDGER_AUDIT + 1])
{
    int64_t newest = 0;
    for (size_t k = 0; k <= PARRY_LEDGER_AUDIT; k++)
        newest = before_ms[k] > newest ? before_ms[k] : newest;
    return newest;
}

/* Along the payloads, where what was erased before is no longer in the way. */
static parry_code look(parry_ledger *l, parry_txn *t, const int64_t before_ms[PARRY_LEDGER_AUDIT + 1], uint64_t end,
                       uint64_t *from, uint64_t *out, size_t cap, size_t *n, parry_err *err)
{
    unsigned char number[8];
    parry_cursor *c;
    parry_str key, value;
    parry_key_u64(*from, number);
    *from = *n = 0;
    parry_code code = parry_cursor_open(t, l->payloads, parry_str_make((const char *)number, sizeof number), &c, err);
    if (code != PARRY_OK)
        return code;
    while (code == PARRY_OK && *n < cap && parry_cursor_next(c, &key, &value)) {
        parry_ledger_entry e;
        uint64_t seq = parry_key_u64_read(key);
        if (seq >= end)
            break;
        code = entry_of(l, t, key, &e, err);
        if (code == PARRY_OK && e.kind <= PARRY_LEDGER_AUDIT && e.at_ms < before_ms[e.kind])
            out[(*n)++] = seq;
    }
    if (*n == cap)
        *from = out[cap - 1] + 1;
    parry_code closed = parry_cursor_close(c, code == PARRY_OK ? err : NULL);
    return code == PARRY_OK ? closed : code;
}

parry_code parry_ledger_older(parry_ledger *l, const int64_t before_ms[PARRY_LEDGER_AUDIT + 1], uint64_t *from,
                              uint64_t *out, size_t cap, size_t *n, parry_err *err)
{
    uint64_t end = 0;
    parry_txn *t;
    parry_code code = parry_ledger_at(l, newest_of(before_ms), &end, err);
    if (code == PARRY_OK)
        code = parry_txn_read(l->env, &t, err);
    if (code != PARRY_OK)
        return code;
    code = look(l, t, before_ms, end, from, out, cap, n, err);
    parry_txn_abort(t);
    return code;
}
