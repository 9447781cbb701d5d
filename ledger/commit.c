/* One transaction of the ledger: each record gets the next number, its salt and its place in the chain; ids that were
 * there already are passed over, and as many old ones forgotten as new ones came. */
#include "ledger/inner.h"

enum { FORMAT = 1, HEAD_BYTES = 1 + 8 + PARRY_HASH_BYTES + 8 + 8, FORGET_MORE = 16 };

static const char head_key[] = "head";

static void put_u64(unsigned char *at, uint64_t n) { parry_key_u64(n, at); }
static uint64_t get_u64(const unsigned char *at) { return parry_key_u64_read(parry_str_make((const char *)at, 8)); }
static parry_str bytes(const void *p, size_t n) { return parry_str_make(p, n); }

/* ---- hashes ------------------------------------------------------------------------------------------------------ */

parry_hash parry_ledger_payload_hash(parry_str salt, parry_str payload)
{
    parry_hasher h;
    parry_hasher_start(&h);
    parry_hasher_add(&h, salt.p, salt.n);
    parry_hasher_add(&h, payload.p, payload.n);
    return parry_hasher_end(&h);
}

parry_hash parry_ledger_chain_hash(parry_hash before, uint64_t seq, parry_str fixed)
{
    unsigned char number[8];
    parry_hasher h;
    put_u64(number, seq);
    parry_hasher_start(&h);
    parry_hasher_add(&h, before.b, sizeof before.b);
    parry_hasher_add(&h, number, sizeof number);
    parry_hasher_add(&h, fixed.p, fixed.n);
    return parry_hasher_end(&h);
}

parry_hash parry_ledger_genesis(void)
{
    static const char text[] = "parry ledger 1";
    return parry_hash_of(text, sizeof text - 1);
}

/* ---- entries and the head ---------------------------------------------------------------------------------------- */

static void entry_fixed(const parry_ledger_entry *e, unsigned char out[PARRY_LEDGER_FIXED])
{
    out[0] = FORMAT;
    out[1] = (unsigned char)e->kind;
    put_u64(out + 2, (uint64_t)e->at_ms);
    memcpy(out + 10, e->id.b, sizeof e->id.b);
    memcpy(out + 26, e->payload.b, sizeof e->payload.b);
}

parry_code parry_ledger_entry_read(parry_str value, parry_ledger_entry *out, parry_err *err)
{
    const unsigned char *p = (const unsigned char *)value.p;
    if (value.n != PARRY_LEDGER_ENTRY || p[0] != FORMAT)
        return parry_fail(err, PARRY_CORRUPT, "an entry of the chain is damaged, or of a later version");
    out->kind = p[1];
    out->at_ms = (int64_t)get_u64(p + 2);
    memcpy(out->id.b, p + 10, sizeof out->id.b);
    memcpy(out->payload.b, p + 26, sizeof out->payload.b);
    memcpy(out->chain.b, p + PARRY_LEDGER_FIXED, sizeof out->chain.b);
    return PARRY_OK;
}

parry_code parry_ledger_head_get(parry_ledger *l, parry_txn *t, parry_ledger_head *out, parry_err *err)
{
    parry_str v;
    parry_code code = parry_get(t, l->state, parry_str_of(head_key), &v, NULL);
    if (code == PARRY_NOT_FOUND) {
        *out = (parry_ledger_head){.hash = parry_ledger_genesis(), .ids_from = 1};
        return PARRY_OK;
    }
    if (code != PARRY_OK || v.n != HEAD_BYTES || v.p[0] != FORMAT)
        return parry_fail(err, PARRY_CORRUPT, "its head is damaged, or of a later version");
    const unsigned char *p = (const unsigned char *)v.p;
    out->seq = get_u64(p + 1);
    memcpy(out->hash.b, p + 9, sizeof out->hash.b);
    out->ids_from = get_u64(p + 9 + PARRY_HASH_BYTES);
    out->ids = get_u64(p + 17 + PARRY_HASH_BYTES);
    return PARRY_OK;
}

static parry_code head_put(parry_ledger *l, parry_txn *t, const parry_ledger_head *head, parry_err *err)
{
    unsigned char v[HEAD_BYTES] = {FORMAT};
    put_u64(v + 1, head->seq);
    memcpy(v + 9, head->hash.b, sizeof head->hash.b);
    put_u64(v + 9 + PARRY_HASH_BYTES, head->ids_from);
    put_u64(v + 17 + PARRY_HASH_BYTES, head->ids);
    return parry_put(t, l->state, parry_str_of(head_key), bytes(v, sizeof v), err);
}

/* ---- one record -------------------------------------------------------------------------------------------------- */

static parry_code put_payload(parry_ledger *l, parry_txn *t, parry_str key, parry_str salt, parry_str payload,
                              parry_buf *scratch, parry_err *err)
{
    parry_buf_clear(scratch);
    parry_buf_adds(scratch, salt);
    parry_buf_adds(scratch, payload);
    return parry_put(t, l->payloads, key, parry_buf_str(scratch), err);
}

static parry_code put_record(parry_ledger *l, parry_txn *t, parry_ledger_head *head, const parry_ledger_item *item,
                             int64_t now_ms, parry_buf *scratch, parry_err *err)
{
    unsigned char salt[PARRY_LEDGER_SALT], key[8], entry[PARRY_LEDGER_ENTRY];
    parry_random_bytes(salt, sizeof salt);
    parry_ledger_entry e = {.kind = item->kind, .at_ms = now_ms, .id = item->id};
    e.payload = parry_ledger_payload_hash(bytes(salt, sizeof salt), item->payload);
    entry_fixed(&e, entry);
    e.chain = parry_ledger_chain_hash(head->hash, head->seq + 1, bytes(entry, PARRY_LEDGER_FIXED));
    memcpy(entry + PARRY_LEDGER_FIXED, e.chain.b, sizeof e.chain.b);
    put_u64(key, head->seq + 1);
    parry_code code = parry_put(t, l->chain, bytes(key, sizeof key), bytes(entry, sizeof entry), err);
    if (code == PARRY_OK)
        code = put_payload(l, t, bytes(key, sizeof key), bytes(salt, sizeof salt), item->payload, scratch, err);
    if (code == PARRY_OK && !parry_uuid_none(item->id)) {
        code = parry_put(t, l->ids, bytes(item->id.b, sizeof item->id.b), bytes(key, sizeof key), err);
        head->ids++;
    }
    if (code == PARRY_OK)
        code = parry_ledger_put_about(l, t, head->seq + 1, item, err);
    if (code == PARRY_OK) {
        head->seq++;
        head->hash = e.chain;
    }
    return code;
}

static bool known(parry_ledger *l, parry_txn *t, parry_uuid id, uint64_t *seq)
{
    parry_str v;
    if (parry_uuid_none(id) || parry_get(t, l->ids, bytes(id.b, sizeof id.b), &v, NULL) != PARRY_OK)
        return false;
    *seq = parry_key_u64_read(v);
    return true;
}

static parry_code put_ticket(parry_ledger *l, parry_txn *t, parry_ledger_head *head, parry_ledger_ticket *ticket,
                             int64_t now_ms, parry_buf *scratch, parry_err *err)
{
    parry_code code = PARRY_OK;
    for (size_t i = 0; i < ticket->n && code == PARRY_OK; i++) {
        parry_ledger_fate *fate = &ticket->fates[i];
        fate->duplicate = known(l, t, ticket->items[i].id, &fate->seq);
        if (fate->duplicate)
            continue;
        code = put_record(l, t, head, &ticket->items[i], now_ms, scratch, err);
        fate->seq = head->seq;
    }
    return code;
}

/* ---- forgetting old ids ------------------------------------------------------------------------------------------ */

/* Forgets the id of the oldest remembered record, if it is due. */
static parry_code forget_one(parry_ledger *l, parry_txn *t, parry_ledger_head *head, int64_t now_ms, bool *more,
                             parry_err *err)
{
    unsigned char key[8];
    parry_str v;
    parry_ledger_entry e;
    put_u64(key, head->ids_from);
    parry_code code = parry_get(t, l->chain, bytes(key, sizeof key), &v, err);
    if (code == PARRY_OK)
        code = parry_ledger_entry_read(v, &e, err);
    if (code != PARRY_OK)
        return code;
    *more = head->ids > l->o.window_ids || e.at_ms < now_ms - l->o.window_ms;
    if (!*more)
        return PARRY_OK;
    head->ids_from++;
    if (parry_uuid_none(e.id))
        return PARRY_OK;
    head->ids--;
    return parry_del(t, l->ids, bytes(e.id.b, sizeof e.id.b), err);
}

static parry_code forget(parry_ledger *l, parry_txn *t, parry_ledger_head *head, uint64_t most, int64_t now_ms,
                         parry_err *err)
{
    parry_code code = PARRY_OK;
    bool more = true;
    while (code == PARRY_OK && more && most-- > 0 && head->ids_from <= head->seq)
        code = forget_one(l, t, head, now_ms, &more, err);
    return code;
}

/* ---- the transaction --------------------------------------------------------------------------------------------- */

static parry_code write_all(parry_ledger *l, parry_txn *t, parry_ledger_ticket *list, parry_err *err)
{
    parry_ledger_head head;
    parry_buf scratch = PARRY_BUF(PARRY_LEDGER_SALT + PARRY_LEDGER_PAYLOAD_MAX);
    int64_t now_ms = parry_clock_now_ms(l->o.clock);
    parry_code code = parry_ledger_head_get(l, t, &head, err);
    if (code != PARRY_OK)
        return code;
    uint64_t before = head.seq;
    for (parry_ledger_ticket *k = list; k != NULL && code == PARRY_OK; k = k->next)
        code = put_ticket(l, t, &head, k, now_ms, &scratch, err);
    if (code == PARRY_OK)
        code = forget(l, t, &head, 2 * (head.seq - before) + FORGET_MORE, now_ms, err);
    if (code == PARRY_OK)
        code = head_put(l, t, &head, err);
    parry_buf_free(&scratch);
    return code;
}

parry_code parry_ledger_commit(parry_ledger *l, parry_ledger_ticket *list, parry_err *err)
{
    parry_txn *t;
    parry_code code = parry_txn_write(l->env, &t, err);
    if (code != PARRY_OK)
        return code;
    code = write_all(l, t, list, err);
    if (code == PARRY_OK)
        return parry_txn_commit(t, err);
    parry_txn_abort(t);
    return code;
}
