/* Reading the ledger: the chain and the payloads walked side by side, and the proof that both are as they were. */
#include "ledger/checkpoint.h"
#include "ledger/inner.h"

#include <stdlib.h>

enum { TOLD_EVERY = 1000 };

struct parry_ledger_cursor {
    parry_txn *txn;
    parry_cursor *chain, *payloads;
    parry_str key, value; /* the payloads' next pair */
    bool there;
    parry_code code; /* what stopped the walk */
    parry_err err;
    parry_hash chained; /* of the last record: for verify */
    parry_str fixed, salt;
    parry_hash payload_hash;
};

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

/* ---- the proof --------------------------------------------------------------------------------------------------- */

static parry_code wrong(parry_ledger_report *out, uint64_t seq, const char *what, parry_err *err)
{
    out->wrong_seq = seq;
    return parry_fail(err, PARRY_CORRUPT, "record %llu: %s", (unsigned long long)seq, what);
}

static parry_code verify_one(const parry_ledger_cursor *c, const parry_ledger_record *r, parry_ledger_report *out,
                             parry_err *err)
{
    uint64_t expected = out->records + 1;
    if (r->seq != expected)
        return wrong(out, expected, "is missing", err);
    parry_hash chained = parry_ledger_chain_hash(out->head, r->seq, c->fixed);
    if (!parry_hash_eq(chained, c->chained))
        return wrong(out, r->seq, "its entry is not what the chain says", err);
    if (!r->erased && !parry_hash_eq(parry_ledger_payload_hash(c->salt, r->payload), c->payload_hash))
        return wrong(out, r->seq, "its payload is not what was written", err);
    out->head = chained;
    out->records++;
    out->erased += r->erased;
    return PARRY_OK;
}

static parry_code verify_head(parry_ledger *l, parry_ledger_cursor *c, parry_ledger_report *out, parry_err *err)
{
    parry_ledger_head head;
    parry_code code = parry_ledger_head_get(l, c->txn, &head, err);
    if (code != PARRY_OK)
        return code;
    if (head.seq > out->records)
        return wrong(out, out->records + 1, "is missing", err);
    if (head.seq < out->records || !parry_hash_eq(head.hash, out->head))
        return wrong(out, out->records, "is not the last one that the head names", err);
    return PARRY_OK;
}

/* What the chain was, once, at another place than this file. */
static parry_code verify_then(parry_ledger *l, parry_ledger_cursor *c, uint64_t seq, parry_hash then, uint64_t at,
                              parry_ledger_report *out, parry_err *err)
{
    unsigned char number[8];
    parry_str value;
    parry_ledger_entry e = {.chain = parry_ledger_genesis()};
    if (seq == 0)
        return parry_hash_eq(e.chain, then) ? PARRY_OK : wrong(out, at, "the chain it vouches for is another one", err);
    parry_key_u64(seq, number);
    parry_code code = parry_get(c->txn, l->chain, parry_str_make((const char *)number, sizeof number), &value, NULL);
    if (code == PARRY_OK)
        code = parry_ledger_entry_read(value, &e, NULL);
    if (code != PARRY_OK || !parry_hash_eq(e.chain, then))
        return wrong(out, at, "the chain it vouches for is another one", err);
    return PARRY_OK;
}

static parry_code verify_checkpoint(parry_ledger *l, parry_ledger_cursor *c, const parry_ledger_record *r,
                                    const unsigned char *key, parry_ledger_report *out, parry_err *err)
{
    parry_checkpoint k;
    if (r->kind != PARRY_LEDGER_AUDIT || r->erased || !parry_checkpoint_read(r->payload, key, &k))
        return PARRY_OK;
    if (!k.genuine)
        return wrong(out, r->seq, "its signature is not of this secret", err);
    parry_code code = k.seq < r->seq ? verify_then(l, c, k.seq, k.head, r->seq, out, err)
                                     : wrong(out, r->seq, "it vouches for what came later", err);
    if (code == PARRY_OK) {
        out->checkpoints++;
        out->checkpoint_seq = k.seq;
        out->checkpoint_ms = r->at_ms;
    }
    return code;
}

static parry_code verify_known(parry_ledger *l, parry_ledger_cursor *c, const parry_ledger_proof *proof,
                               parry_ledger_report *out, parry_err *err)
{
    if (proof->known_seq == 0)
        return PARRY_OK;
    if (proof->known_seq > out->records)
        return wrong(out, out->records + 1, "is missing", err);
    parry_code code = verify_then(l, c, proof->known_seq, proof->known, proof->known_seq, out, NULL);
    return code == PARRY_OK ? code
                            : wrong(out, proof->known_seq, "the chain up to it is not the one that was noted", err);
}

static parry_code verify_all(parry_ledger *l, parry_ledger_cursor *c, const parry_ledger_proof *proof,
                             parry_ledger_report *out, parry_err *err)
{
    parry_ledger_record r = {0};
    parry_ledger_head head;
    parry_code code = parry_ledger_head_get(l, c->txn, &head, err);
    while (code == PARRY_OK && parry_ledger_next(c, &r)) {
        code = verify_one(c, &r, out, err);
        if (code == PARRY_OK && proof->key != NULL)
            code = verify_checkpoint(l, c, &r, proof->key, out, err);
        if (proof->progress != NULL && r.seq % TOLD_EVERY == 0)
            proof->progress(proof->ctx, r.seq, head.seq);
    }
    if (code == PARRY_OK && c->code != PARRY_OK)
        out->wrong_seq = r.seq;
    else if (code == PARRY_OK)
        code = verify_head(l, c, out, err);
    if (code == PARRY_OK && c->code == PARRY_OK)
        code = verify_known(l, c, proof, out, err);
    return code;
}

parry_code parry_ledger_prove(parry_ledger *l, const parry_ledger_proof *proof, parry_ledger_report *out,
                              parry_err *err)
{
    parry_ledger_report report = {.head = parry_ledger_genesis()};
    parry_ledger_cursor *c;
    parry_code code = parry_ledger_read(l, 0, &c, err), walked;
    if (code != PARRY_OK)
        return code;
    code = verify_all(l, c, proof, &report, err);
    walked = parry_ledger_cursor_close(c, code == PARRY_OK ? err : NULL);
    *out = report;
    return code == PARRY_OK ? walked : code;
}

parry_code parry_ledger_verify(parry_ledger *l, parry_ledger_report *out, parry_err *err)
{
    const parry_ledger_proof proof = {.key = NULL};
    return parry_ledger_prove(l, &proof, out, err);
}
