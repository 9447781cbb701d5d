/* Whose a record is. Records name a visitor, a session, a contact, a query, a hand-off, or some of them; whoever two of
 * them were named together by is one person. It depends on the order of the ledger alone: a key belongs to whom it was
 * first seen with, but a contact to whom it was seen with last, since one address may be used on several devices. */
#include "deflection/store_inner.h"

#include "base/hash.h"

#include <sodium.h>

enum { KEY = 16, OWN = KEY + 8, HOPS = 8 };

typedef parry_ledger_subject subject;

static parry_str key_of(const subject *s) { return parry_str_make((const char *)s->b, KEY); }
static bool is_none(const subject *s) { return sodium_is_zero(s->b, KEY); }
static bool is_same(const subject *a, const subject *b) { return memcmp(a, b, sizeof *a) == 0; }

static parry_str own_key(unsigned char out[OWN], const subject *who, uint64_t seq)
{
    memcpy(out, who->b, KEY);
    parry_key_u64(seq, out + KEY);
    return parry_str_make((const char *)out, OWN);
}

parry_code parry_people_find(parry_deflection *d, parry_txn *t, const subject *key, subject *who, parry_err *err)
{
    parry_code code = PARRY_OK;
    *who = *key;
    for (int i = 0; i < HOPS && code == PARRY_OK; i++) {
        parry_str value;
        code = parry_get(t, d->alias, key_of(who), &value, NULL);
        if (code == PARRY_NOT_FOUND)
            return PARRY_OK;
        if (code == PARRY_OK && value.n == KEY)
            memcpy(who->b, value.p, KEY);
    }
    return code == PARRY_OK ? code : parry_fail(err, code, "the store of deflection cannot be read");
}

parry_code parry_people_records(parry_deflection *d, parry_txn *t, const subject *who, size_t most, parry_arena *a,
                                uint64_t **seqs, size_t *n, parry_err *err)
{
    unsigned char first[OWN];
    parry_cursor *c = NULL;
    parry_str key, value;
    size_t cap = 16;
    parry_code code = parry_cursor_open(t, d->own, own_key(first, who, 0), &c, err);
    if (code != PARRY_OK)
        return code;
    *seqs = PARRY_ARRAY(a, uint64_t, cap);
    *n = 0;
    while (*n < most && parry_cursor_next(c, &key, &value) && key.n == OWN && memcmp(key.p, who->b, KEY) == 0) {
        if (*n == cap)
            *seqs = parry_arena_grow(a, *seqs, *n, &cap, sizeof **seqs);
        (*seqs)[(*n)++] = parry_key_u64_read(parry_str_from(key, KEY));
    }
    return parry_cursor_close(c, err);
}

/* All that was another's becomes his. */
static parry_code move(parry_deflection *d, parry_txn *t, const subject *from, const subject *to, parry_err *err)
{
    unsigned char key[OWN];
    uint64_t *seqs;
    size_t n = 0;
    parry_arena *a = parry_arena_new();
    parry_code code = parry_people_records(d, t, from, SIZE_MAX, a, &seqs, &n, err);
    for (size_t i = 0; i < n && code == PARRY_OK; i++) {
        code = parry_del(t, d->own, own_key(key, from, seqs[i]), err);
        if (code == PARRY_OK)
            code = parry_put(t, d->own, own_key(key, to, seqs[i]), parry_str_of(""), err);
    }
    if (code == PARRY_OK && n > 0)
        code = parry_put(t, d->dirty, key_of(from), parry_str_of(""), err);
    parry_arena_free(a);
    return code;
}

/* From here on the key is his. newest: even where it was another's. */
static parry_code join(parry_deflection *d, parry_txn *t, const subject *key, const subject *who, bool newest,
                       parry_err *err)
{
    parry_str value;
    if (is_none(key) || is_same(key, who))
        return PARRY_OK;
    parry_code code = parry_get(t, d->alias, key_of(key), &value, NULL);
    if (code == PARRY_OK && (!newest || memcmp(value.p, who->b, KEY) == 0))
        return PARRY_OK;
    if (code != PARRY_OK && code != PARRY_NOT_FOUND)
        return parry_fail(err, code, "the store of deflection cannot be read");
    bool first = code == PARRY_NOT_FOUND;
    code = parry_put(t, d->alias, key_of(key), key_of(who), err);
    return code == PARRY_OK && first ? move(d, t, key, who, err) : code;
}

enum { VISITOR, SESSION, QUERY, HANDOFF, CONTACT, KEYS };

static void keys_of(const parry_fact *f, subject keys[KEYS])
{
    memset(keys, 0, KEYS * sizeof *keys);
    keys[VISITOR] = f->visitor;
    keys[SESSION] = f->session;
    memcpy(keys[QUERY].b, f->query_id.b, KEY);
    keys[CONTACT] = f->contact;
    if (f->handoff.n > 0) {
        parry_hash h = parry_hash_of(f->handoff.p, f->handoff.n);
        memcpy(keys[HANDOFF].b, h.b, KEY);
    }
}

/* A visitor or a session says who it is; else whoever has one of the other keys; else the first of them. */
static parry_code owner_of(parry_deflection *d, parry_txn *t, const parry_fact *f, const subject keys[KEYS],
                           subject *who, parry_err *err)
{
    memcpy(who->b, f->id.b, KEY);
    bool any = false;
    for (int i = 0; i < KEYS; i++) {
        subject found;
        if (is_none(&keys[i]))
            continue;
        parry_code code = parry_people_find(d, t, &keys[i], &found, err);
        if (code != PARRY_OK)
            return code;
        if (!any || !is_same(&found, &keys[i]))
            *who = found;
        any = true;
        if (i <= SESSION || !is_same(&found, &keys[i]))
            return PARRY_OK;
    }
    return PARRY_OK;
}

parry_code parry_people_add(parry_deflection *d, parry_txn *t, const parry_fact *f, parry_err *err)
{
    unsigned char key[OWN];
    subject keys[KEYS], who;
    keys_of(f, keys);
    parry_code code = owner_of(d, t, f, keys, &who, err);
    for (int i = SESSION; i < KEYS && code == PARRY_OK; i++)
        code = join(d, t, &keys[i], &who, i == CONTACT && !(is_none(&keys[VISITOR]) && is_none(&keys[SESSION])), err);
    if (code == PARRY_OK)
        code = parry_put(t, d->own, own_key(key, &who, f->seq), parry_str_of(""), err);
    return code == PARRY_OK ? parry_put(t, d->dirty, key_of(&who), parry_str_of(""), err) : code;
}

/* ---- after erasing ----------------------------------------------------------------------------------------------- */

parry_code parry_people_disown(parry_deflection *d, parry_txn *t, const subject *who, uint64_t seq, parry_err *err)
{
    unsigned char key[OWN];
    return parry_del(t, d->own, own_key(key, who, seq), err);
}

static parry_code has_records(parry_deflection *d, parry_txn *t, const subject *who, bool *out, parry_err *err)
{
    uint64_t *seqs;
    size_t n = 0;
    parry_arena *a = parry_arena_new();
    parry_code code = parry_people_records(d, t, who, 1, a, &seqs, &n, err);
    parry_arena_free(a);
    *out = n > 0;
    return code;
}

/* Their keys, one behind the other. */
static parry_code without_records(parry_deflection *d, parry_txn *t, parry_buf *out, parry_err *err)
{
    parry_cursor *c = NULL;
    parry_str key, value;
    parry_code code = parry_cursor_open(t, d->alias, parry_str_make(NULL, 0), &c, err);
    if (code != PARRY_OK)
        return code;
    while (code == PARRY_OK && parry_cursor_next(c, &key, &value)) {
        subject one, who;
        bool some = false;
        memcpy(one.b, key.p, KEY);
        code = parry_people_find(d, t, &one, &who, err);
        if (code == PARRY_OK)
            code = has_records(d, t, &who, &some, err);
        if (code == PARRY_OK && !some)
            parry_buf_add(out, one.b, KEY);
    }
    parry_code closed = parry_cursor_close(c, code == PARRY_OK ? err : NULL);
    return code == PARRY_OK ? closed : code;
}

parry_code parry_people_sweep(parry_deflection *d, parry_err *err)
{
    parry_buf gone = PARRY_BUF((size_t)1 << 30);
    parry_txn *t = NULL;
    parry_code code = parry_txn_write(d->env, &t, err);
    if (code == PARRY_OK)
        code = without_records(d, t, &gone, err);
    for (size_t i = 0; i < gone.n && code == PARRY_OK; i += KEY)
        code = parry_del(t, d->alias, parry_str_make(gone.p + i, KEY), err);
    parry_buf_free(&gone);
    if (code == PARRY_OK)
        return parry_txn_commit(t, err);
    parry_txn_abort(t);
    return code;
}
