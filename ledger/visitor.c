/* Visitor keys by HMAC-SHA-256 under a ratchet of secrets: the next period's is a hash of this one's. */
#include "ledger/visitor.h"

#include "ledger/inner.h"

#include <sodium.h>
#include <stdlib.h>

enum { FORMAT = 1, STATE_BYTES = 1 + 8 + PARRY_HASH_BYTES, CHECK = 8, KEPT = 2, RATCHET_MAX = 2400 };
static const char state_key[] = "visitors";

struct parry_visitors {
    int64_t period; /* the oldest that can still be told */
    parry_hash secret;
};

static int64_t period_of(int64_t at_ms) { return at_ms <= 0 ? 0 : at_ms / PARRY_VISITOR_PERIOD_MS; }

/* The secret of a later period; of the oldest one there is for an earlier. */
static parry_hash secret_of(const parry_visitors *v, int64_t period)
{
    static const char step[] = "parry: the next period";
    parry_hash secret = v->secret;
    for (int64_t n = period - v->period, i = 0; i < n && i < RATCHET_MAX; i++) {
        parry_hasher h;
        parry_hasher_start(&h);
        parry_hasher_add(&h, step, sizeof step);
        parry_hasher_add(&h, secret.b, sizeof secret.b);
        secret = parry_hasher_end(&h);
    }
    return secret;
}

/* As it was written; earlier versions wrote no check. */
static bool is_whole(parry_str s)
{
    if (s.n < STATE_BYTES || s.p[0] != FORMAT)
        return false;
    parry_hash check = parry_hash_of(s.p, STATE_BYTES);
    return s.n == STATE_BYTES || (s.n == STATE_BYTES + CHECK && memcmp(s.p + STATE_BYTES, check.b, CHECK) == 0);
}

parry_code parry_visitors_check(parry_ledger *l, parry_txn *t, parry_err *err)
{
    parry_str s;
    parry_code code = parry_get(t, l->state, parry_str_of(state_key), &s, NULL);
    if (code == PARRY_NOT_FOUND || (code == PARRY_OK && is_whole(s)))
        return PARRY_OK;
    return parry_fail(err, PARRY_CORRUPT, "the ledger's secret for visitors is damaged, or of a later version");
}

static parry_code load(parry_ledger *l, parry_txn *t, parry_visitors *v, int64_t now, parry_err *err)
{
    parry_str s;
    parry_code code = parry_get(t, l->state, parry_str_of(state_key), &s, NULL);
    if (code == PARRY_NOT_FOUND) {
        v->period = now > KEPT ? now - KEPT : 0;
        parry_random_bytes(v->secret.b, sizeof v->secret.b);
        return PARRY_OK;
    }
    code = parry_visitors_check(l, t, err);
    if (code != PARRY_OK)
        return code;
    v->period = (int64_t)parry_key_u64_read(parry_str_from(s, 1));
    memcpy(v->secret.b, s.p + 9, sizeof v->secret.b);
    if (now - KEPT > v->period) {
        v->secret = secret_of(v, now - KEPT);
        v->period = now - KEPT;
    }
    return PARRY_OK;
}

static parry_code store(parry_ledger *l, parry_txn *t, const parry_visitors *v, parry_err *err)
{
    unsigned char s[STATE_BYTES + CHECK] = {FORMAT};
    parry_key_u64((uint64_t)v->period, s + 1);
    memcpy(s + 9, v->secret.b, sizeof v->secret.b);
    parry_hash check = parry_hash_of(s, STATE_BYTES);
    memcpy(s + STATE_BYTES, check.b, CHECK);
    return parry_put(t, l->state, parry_str_of(state_key), parry_str_make((const char *)s, sizeof s), err);
}

parry_code parry_visitors_open(parry_ledger *l, int64_t now_ms, parry_visitors **out, parry_err *err)
{
    parry_visitors v;
    parry_txn *t;
    parry_code code = parry_txn_write(l->env, &t, err);
    if (code != PARRY_OK)
        return code;
    code = load(l, t, &v, period_of(now_ms), err);
    if (code == PARRY_OK)
        code = store(l, t, &v, err);
    if (code == PARRY_OK)
        code = parry_txn_commit(t, err);
    else
        parry_txn_abort(t);
    if (code != PARRY_OK)
        return code;
    *out = parry_malloc(sizeof **out);
    **out = v;
    return PARRY_OK;
}

void parry_visitors_free(parry_visitors *v)
{
    if (v != NULL)
        sodium_memzero(v, sizeof *v);
    free(v);
}

static const char *domain(parry_pseudonym as)
{
    switch (as) {
    case PARRY_PSEUDONYM_VISITOR:
        return "visitor:";
    case PARRY_PSEUDONYM_SESSION:
        return "session:";
    case PARRY_PSEUDONYM_CONTACT:
        return "contact:";
    }
    return "";
}

static void add_small(crypto_auth_hmacsha256_state *h, parry_str s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c >= 'A' && c <= 'Z')
            c = (unsigned char)(c | 0x20);
        crypto_auth_hmacsha256_update(h, &c, 1);
    }
}

static void key_of(const parry_hash *secret, parry_pseudonym as, parry_str raw, char out[PARRY_VISITOR_TEXT])
{
    unsigned char mac[crypto_auth_hmacsha256_BYTES];
    crypto_auth_hmacsha256_state h;
    const char *name = domain(as);
    crypto_auth_hmacsha256_init(&h, secret->b, sizeof secret->b);
    crypto_auth_hmacsha256_update(&h, (const unsigned char *)name, strlen(name));
    if (as == PARRY_PSEUDONYM_CONTACT)
        add_small(&h, parry_str_trim(raw));
    else
        crypto_auth_hmacsha256_update(&h, (const unsigned char *)raw.p, raw.n);
    crypto_auth_hmacsha256_final(&h, mac);
    sodium_bin2hex(out, PARRY_VISITOR_TEXT, mac, (PARRY_VISITOR_TEXT - 1) / 2);
}

void parry_visitor_key(const parry_visitors *v, parry_pseudonym as, int64_t at_ms, parry_str raw,
                       char out[PARRY_VISITOR_TEXT])
{
    parry_hash secret = secret_of(v, period_of(at_ms));
    key_of(&secret, as, raw, out);
}

size_t parry_visitor_keys(const parry_visitors *v, parry_pseudonym as, int64_t now_ms, parry_str raw,
                          parry_ledger_subject *out, size_t cap)
{
    int64_t last = period_of(now_ms) > v->period ? period_of(now_ms) : v->period;
    size_t n = 0;
    for (int64_t period = v->period; period <= last && n < cap; period++) {
        char text[PARRY_VISITOR_TEXT];
        parry_visitor_key(v, as, period * PARRY_VISITOR_PERIOD_MS, raw, text);
        n += parry_ledger_subject_parse(parry_str_of(text), &out[n]);
    }
    return n;
}
