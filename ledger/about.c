/* Records by their numbers, and by whom they are about: a table of (whom, seq), walked from a lower bound on. */
#include "ledger/inner.h"

#include <sodium.h>
#include <stdlib.h>

enum { KEY = 24 };

static parry_str about_key(unsigned char out[KEY], const parry_ledger_subject *who, uint64_t seq)
{
    memcpy(out, who->b, sizeof who->b);
    parry_key_u64(seq, out + sizeof who->b);
    return parry_str_make((const char *)out, KEY);
}

bool parry_ledger_subject_parse(parry_str hex, parry_ledger_subject *out)
{
    parry_ledger_subject s;
    size_t n = 0;
    const char *end = NULL;
    if (hex.n != 2 * sizeof s.b || sodium_hex2bin(s.b, sizeof s.b, hex.p, hex.n, NULL, &n, &end) != 0 ||
        n != sizeof s.b || end != hex.p + hex.n)
        return false;
    *out = s;
    return true;
}

parry_code parry_ledger_put_about(parry_ledger *l, parry_txn *t, uint64_t seq, const parry_ledger_item *item,
                                  parry_err *err)
{
    parry_code code = PARRY_OK;
    for (size_t i = 0; i < PARRY_LEDGER_ABOUTS && code == PARRY_OK; i++) {
        unsigned char key[KEY];
        if (!sodium_is_zero(item->about[i].b, sizeof item->about[i].b))
            code = parry_put(t, l->about, about_key(key, &item->about[i], seq), parry_str_of(""), err);
    }
    return code;
}

/* Numbers of the newest up to cap, in ring[], *count: how many there are; else of the first up to cap. */
static parry_code walk(parry_ledger *l, parry_txn *t, const parry_ledger_subject *who, uint64_t from, bool newest,
                       uint64_t *ring, size_t cap, size_t *count, parry_err *err)
{
    unsigned char first[KEY];
    parry_cursor *c = NULL;
    parry_str key, value;
    parry_code code = parry_cursor_open(t, l->about, about_key(first, who, from), &c, err);
    if (code != PARRY_OK)
        return code;
    *count = 0;
    while ((newest || *count < cap) && parry_cursor_next(c, &key, &value) && key.n == KEY &&
           memcmp(key.p, who->b, sizeof who->b) == 0)
        ring[(*count)++ % cap] = parry_key_u64_read(parry_str_from(key, sizeof who->b));
    return parry_cursor_close(c, err);
}

parry_code parry_ledger_about_numbers(parry_ledger *l, parry_ledger_subject who, uint64_t from, uint64_t *out,
                                      size_t cap, size_t *n, parry_err *err)
{
    parry_txn *t;
    size_t found = 0;
    parry_code code = parry_txn_read(l->env, &t, err);
    if (code != PARRY_OK)
        return code;
    code = walk(l, t, &who, from, false, out, cap, &found, err);
    parry_txn_abort(t);
    if (code == PARRY_OK)
        *n = found;
    return code;
}

/* *there: it was not erased. */
static parry_code read_one(parry_ledger *l, parry_txn *t, uint64_t seq, parry_arena *a, parry_ledger_record *out,
                           bool *there, parry_err *err)
{
    unsigned char number[8];
    parry_str key, value;
    parry_ledger_entry e;
    parry_key_u64(seq, number);
    key = parry_str_make((const char *)number, sizeof number);
    *there = false;
    parry_code code = parry_get(t, l->chain, key, &value, err);
    if (code == PARRY_OK)
        code = parry_ledger_entry_read(value, &e, err);
    if (code != PARRY_OK)
        return code;
    code = parry_get(t, l->payloads, key, &value, NULL);
    if (code == PARRY_NOT_FOUND)
        return PARRY_OK;
    if (code != PARRY_OK || value.n < PARRY_LEDGER_SALT)
        return parry_fail(err, PARRY_CORRUPT, "record %llu: its payload is cut", (unsigned long long)seq);
    *there = true;
    *out = (parry_ledger_record){.seq = seq, .kind = e.kind, .at_ms = e.at_ms, .id = e.id};
    out->payload = parry_str_copy(a, parry_str_from(value, PARRY_LEDGER_SALT));
    return PARRY_OK;
}

parry_code parry_ledger_about(parry_ledger *l, parry_ledger_subject who, uint64_t from, parry_arena *a,
                              parry_ledger_record *out, size_t cap, size_t *n, parry_err *err)
{
    parry_txn *t = NULL;
    uint64_t *ring = PARRY_ARRAY(a, uint64_t, cap + 1);
    size_t count = 0, kept = 0;
    parry_code code = parry_txn_read(l->env, &t, err);
    if (code == PARRY_OK)
        code = walk(l, t, &who, from, true, ring, cap, &count, err);
    for (size_t i = count > cap ? count - cap : 0; i < count && code == PARRY_OK; i++) {
        bool there;
        code = read_one(l, t, ring[i % cap], a, &out[kept], &there, err);
        kept += code == PARRY_OK && there;
    }
    parry_txn_abort(t);
    if (code == PARRY_OK)
        *n = kept;
    return code;
}

parry_code parry_ledger_fetch(parry_ledger *l, const uint64_t *seqs, size_t nseqs, parry_arena *a,
                              parry_ledger_record *out, size_t *n, parry_err *err)
{
    parry_txn *t = NULL;
    size_t kept = 0;
    parry_code code = parry_txn_read(l->env, &t, err);
    for (size_t i = 0; i < nseqs && code == PARRY_OK; i++) {
        bool there;
        code = read_one(l, t, seqs[i], a, &out[kept], &there, err);
        kept += code == PARRY_OK && there;
        code = code == PARRY_NOT_FOUND ? PARRY_OK : code;
    }
    parry_txn_abort(t);
    if (code == PARRY_OK)
        *n = kept;
    return code;
}

parry_code parry_ledger_hash_at(parry_ledger *l, uint64_t seq, parry_hash *out, parry_err *err)
{
    unsigned char number[8];
    parry_txn *t = NULL;
    parry_str value;
    parry_ledger_entry e;
    *out = parry_ledger_genesis();
    if (seq == 0)
        return PARRY_OK;
    parry_key_u64(seq, number);
    parry_code code = parry_txn_read(l->env, &t, err);
    if (code == PARRY_OK)
        code = parry_get(t, l->chain, parry_str_make((const char *)number, sizeof number), &value, err);
    if (code == PARRY_OK)
        code = parry_ledger_entry_read(value, &e, err);
    if (code == PARRY_OK)
        *out = e.chain;
    parry_txn_abort(t);
    return code;
}

parry_code parry_ledger_del_about(parry_ledger *l, parry_txn *t, uint64_t seq, const parry_ledger_item *item,
                                  parry_err *err)
{
    parry_code code = PARRY_OK;
    for (size_t i = 0; i < PARRY_LEDGER_ABOUTS && code == PARRY_OK; i++) {
        unsigned char key[KEY];
        code = parry_del(t, l->about, about_key(key, &item->about[i], seq), err);
    }
    return code;
}
