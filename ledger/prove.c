/* The proof: every record against the chain, and everything else in the file against the records. */
#include "ledger/checkpoint.h"
#include "ledger/events.h"
#include "ledger/inner.h"

enum { TOLD_EVERY = 1000, ABOUT = 24 };

static parry_code wrong(parry_ledger_report *out, uint64_t seq, const char *what, parry_err *err)
{
    out->wrong_seq = seq;
    return parry_fail(err, PARRY_CORRUPT, "record %llu: %s", (unsigned long long)seq, what);
}

/* ---- the tables beside the chain --------------------------------------------------------------------------------- */

/* What the other tables must have. */
typedef struct counts {
    uint64_t ids, about;
} counts;

static parry_str number_key(uint64_t seq, unsigned char out[8])
{
    parry_key_u64(seq, out);
    return parry_str_make((const char *)out, 8);
}

/* Whoever asks for it by its number gets this very one. */
static bool is_found(parry_ledger *l, const parry_ledger_cursor *c, const parry_ledger_record *r)
{
    unsigned char number[8];
    parry_str key = number_key(r->seq, number), value;
    if (parry_get(c->txn, l->chain, key, &value, NULL) != PARRY_OK || value.p != c->fixed.p)
        return false;
    parry_code code = parry_get(c->txn, l->payloads, key, &value, NULL);
    return r->erased ? code == PARRY_NOT_FOUND : code == PARRY_OK && value.p == c->salt.p;
}

static bool is_known_by_id(parry_ledger *l, const parry_ledger_cursor *c, const parry_ledger_record *r)
{
    parry_str value;
    return parry_get(c->txn, l->ids, parry_str_make((const char *)r->id.b, sizeof r->id.b), &value, NULL) == PARRY_OK &&
           parry_key_u64_read(value) == r->seq;
}

/* Under everybody whom its payload names. What audit entries are found under they do not say. */
static bool is_known_by_whom(parry_ledger *l, const parry_ledger_cursor *c, const parry_ledger_record *r, counts *n)
{
    static const parry_ledger_subject nobody;
    parry_ledger_item item = {.kind = PARRY_LEDGER_EVENT};
    bool is = true;
    json_t *j = json_loadb(r->payload.p, r->payload.n, 0, NULL);
    parry_event_set_about(j, &item);
    json_decref(j);
    for (size_t i = 0; i < PARRY_LEDGER_ABOUTS && is; i++) {
        unsigned char key[ABOUT];
        parry_str value;
        if (memcmp(&item.about[i], &nobody, sizeof nobody) == 0)
            continue;
        memcpy(key, item.about[i].b, sizeof nobody);
        parry_key_u64(r->seq, key + sizeof nobody);
        is = parry_get(c->txn, l->about, parry_str_make((const char *)key, sizeof key), &value, NULL) == PARRY_OK;
        n->about++;
    }
    return is;
}

static parry_code verify_tables(parry_ledger *l, const parry_ledger_cursor *c, const parry_ledger_record *r,
                                const parry_ledger_head *head, counts *n, parry_ledger_report *out, parry_err *err)
{
    bool has_id = !parry_uuid_none(r->id) && r->seq >= head->ids_from;
    n->ids += has_id;
    if (!is_found(l, c, r))
        return wrong(out, r->seq, "is not found by its number", err);
    if (has_id && !is_known_by_id(l, c, r))
        return wrong(out, r->seq, "is not found by its id", err);
    if (!r->erased && r->kind != PARRY_LEDGER_AUDIT && !is_known_by_whom(l, c, r, n))
        return wrong(out, r->seq, "is not found by whom it is about", err);
    return PARRY_OK;
}

/* Of the records that are no audit entries. */
static parry_code count_about(parry_ledger *l, const parry_ledger_cursor *c, uint64_t *n, parry_err *err)
{
    parry_cursor *walk;
    parry_str key, value, chained;
    parry_ledger_entry e;
    parry_code code = parry_cursor_open(c->txn, l->about, parry_str_make(NULL, 0), &walk, err);
    if (code != PARRY_OK)
        return code;
    *n = 0;
    while (code == PARRY_OK && parry_cursor_next(walk, &key, &value)) {
        code = parry_get(c->txn, l->chain, parry_str_from(key, ABOUT - 8), &chained, err);
        if (code == PARRY_OK)
            code = parry_ledger_entry_read(chained, &e, err);
        *n += code == PARRY_OK && e.kind != PARRY_LEDGER_AUDIT;
    }
    parry_code closed = parry_cursor_close(walk, code == PARRY_OK ? err : NULL);
    return code == PARRY_OK ? closed : code;
}

/* That they have nothing else. */
static parry_code verify_counts(parry_ledger *l, const parry_ledger_cursor *c, const parry_ledger_head *head,
                                const counts *want, const parry_ledger_report *out, parry_err *err)
{
    counts is = {0, 0};
    uint64_t chained = 0, payloads = 0;
    parry_code code = parry_count(c->txn, l->chain, &chained, err);
    if (code == PARRY_OK)
        code = parry_count(c->txn, l->payloads, &payloads, err);
    if (code == PARRY_OK)
        code = parry_count(c->txn, l->ids, &is.ids, err);
    if (code == PARRY_OK && (chained != out->records || payloads != out->records - out->erased))
        return parry_fail(err, PARRY_CORRUPT, "the chain's table says a wrong number of records");
    if (code == PARRY_OK && (is.ids != want->ids || head->ids != want->ids))
        return parry_fail(err, PARRY_CORRUPT, "the table of ids, or what the head says of it, is damaged");
    if (code == PARRY_OK && count_about(l, c, &is.about, NULL) != PARRY_OK)
        is.about = want->about + 1;
    if (code == PARRY_OK && is.about != want->about)
        return parry_fail(err, PARRY_CORRUPT, "the table of whom records are about is damaged");
    return code == PARRY_OK ? parry_visitors_check(l, c->txn, err) : code;
}

/* ---- the chain --------------------------------------------------------------------------------------------------- */

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
    counts n = {0, 0};
    parry_code code = parry_ledger_head_get(l, c->txn, &head, err);
    while (code == PARRY_OK && parry_ledger_next(c, &r)) {
        code = verify_one(c, &r, out, err);
        if (code == PARRY_OK)
            code = verify_tables(l, c, &r, &head, &n, out, err);
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
    if (code == PARRY_OK && c->code == PARRY_OK)
        code = verify_counts(l, c, &head, &n, out, err);
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
    code = code == PARRY_OK ? walked : code;
    const parry_table tables[] = PARRY_LEDGER_TABLES(l);
    if (code == PARRY_OK)
        code = parry_env_check(l->env, tables, sizeof tables / sizeof *tables, err);
    *out = report;
    return code;
}

parry_code parry_ledger_verify(parry_ledger *l, parry_ledger_report *out, parry_err *err)
{
    const parry_ledger_proof proof = {.key = NULL};
    return parry_ledger_prove(l, &proof, out, err);
}
