/* Reading the ledger: the chain and the payloads walked side by side. */
#include "ledger/inner.h"

#include <stdlib.h>

static void cursor_free(parry_ledger_cursor *c)
{
    if (c->chain != NULL)
        (void)!parry_cursor_close(c->chain, NULL);
    if (c->payloads != NULL)
        (void)!parry_cursor_close(c->payloads, NULL);
    parry_txn_abort(c->txn);
    free(c);
}

parry_code parry_ledger_read(parry_ledger *l, uint64_t from, parry_ledger_cursor **out, parry_err *err)
{
    unsigned char key[8];
    parry_key_u64(from, key);
    parry_str at = parry_str_make((const char *)key, sizeof key);
    parry_ledger_cursor *c = parry_calloc(1, sizeof *c);
    parry_code code = parry_txn_read(l->env, &c->txn, err);
    if (code == PARRY_OK)
        code = parry_cursor_open(c->txn, l->chain, at, &c->chain, err);
    if (code == PARRY_OK)
        code = parry_cursor_open(c->txn, l->payloads, at, &c->payloads, err);
    if (code != PARRY_OK) {
        cursor_free(c);
        return code;
    }
    c->there = parry_cursor_next(c->payloads, &c->key, &c->value);
    *out = c;
    return PARRY_OK;
}

/* The payload of record seq, or that it has none. */
static bool take_payload(parry_ledger_cursor *c, parry_ledger_record *r)
{
    while (c->there && parry_key_u64_read(c->key) < r->seq)
        c->there = parry_cursor_next(c->payloads, &c->key, &c->value);
    r->erased = !c->there || parry_key_u64_read(c->key) != r->seq;
    r->payload = c->salt = parry_str_make(NULL, 0);
    if (r->erased)
        return true;
    if (c->value.n < PARRY_LEDGER_SALT)
        return false;
    c->salt = parry_str_make(c->value.p, PARRY_LEDGER_SALT);
    r->payload = parry_str_from(c->value, PARRY_LEDGER_SALT);
    return true;
}

bool parry_ledger_next(parry_ledger_cursor *c, parry_ledger_record *out)
{
    parry_str key, value;
    parry_ledger_entry e;
    if (c->code != PARRY_OK || !parry_cursor_next(c->chain, &key, &value))
        return false;
    out->seq = parry_key_u64_read(key);
    c->code = parry_ledger_entry_read(value, &e, &c->err);
    if (c->code == PARRY_OK && !take_payload(c, out))
        c->code = parry_fail(&c->err, PARRY_CORRUPT, "its payload is cut");
    if (c->code != PARRY_OK) {
        parry_err_context(&c->err, "record %llu", (unsigned long long)out->seq);
        return false;
    }
    out->kind = e.kind;
    out->at_ms = e.at_ms;
    out->id = e.id;
    c->chained = e.chain;
    c->payload_hash = e.payload;
    c->fixed = parry_str_make(value.p, PARRY_LEDGER_FIXED);
    return true;
}

parry_code parry_ledger_cursor_close(parry_ledger_cursor *c, parry_err *err)
{
    parry_code code = c->code;
    if (code != PARRY_OK && err != NULL)
        *err = c->err;
    if (code == PARRY_OK)
        code = parry_cursor_close(c->chain, err);
    else
        (void)!parry_cursor_close(c->chain, NULL);
    c->chain = NULL;
    cursor_free(c);
    return code;
}

parry_code parry_ledger_find(parry_ledger *l, parry_uuid id, uint64_t *seq, parry_err *err)
{
    parry_txn *t;
    parry_str v;
    parry_code code = parry_txn_read(l->env, &t, err);
    if (code != PARRY_OK)
        return code;
    code = parry_get(t, l->ids, parry_str_make((const char *)id.b, sizeof id.b), &v, err);
    if (code == PARRY_OK)
        *seq = parry_key_u64_read(v);
    parry_txn_abort(t);
    return code;
}
