/* Whose key is it? One read transaction: the store is mapped memory and always shows the newest commit, whoever made
 * it, so there is no copy of it here to go stale. */
#include "access/keys_inner.h"

#include "base/hash.h"

/* The same words for each reason: a stranger learns nothing by trying. */
static parry_code refuse(parry_err *err)
{
    return parry_fail(err, PARRY_DENIED, "this key is not known here, or not valid any more");
}

bool parry_key_looks_secret(parry_str text) { return parry_str_starts(text, PARRY_SECRET_PREFIX); }
bool parry_key_looks(parry_str text)
{
    return parry_key_looks_secret(text) || parry_str_starts(text, PARRY_SEARCH_PREFIX);
}

/* ---- signing ------------------------------------------------------------------------------------------------------
 */

parry_code parry_key_signer(const parry_access *x, parry_arena *a, parry_str id, const json_t *record, bool old,
                            parry_secret *out, parry_err *err)
{
    parry_str sign = parry_member_text(record, old ? "old_sign" : "sign"), plain;
    if (parry_str_eqz(parry_member_text(record, "kind"), "search")) {
        *out = parry_secret_mac(&x->master, "search key",
                                parry_str_printf(a, "%.*s %.*s", PARRY_FMT(id), PARRY_FMT(sign)));
        return PARRY_OK;
    }
    parry_code code = parry_secret_open(a, &x->master, id, sign, &plain, err);
    if (code == PARRY_OK && plain.n != sizeof out->b)
        code = parry_fail(err, PARRY_CORRUPT, "key %.*s signs with %zu bytes", PARRY_FMT(id), plain.n);
    if (code == PARRY_OK)
        memcpy(out->b, plain.p, sizeof out->b);
    return code;
}

parry_str parry_key_sign(parry_arena *a, const parry_secret *signer, parry_str id, const parry_limits *limits,
                         int64_t expires_ms)
{
    json_t *j = parry_limits_json(limits);
    (void)json_object_set_new(j, "expires", json_integer(expires_ms / 1000));
    char *plain = json_dumps(j, JSON_COMPACT);
    parry_str params = parry_base64_make(a, plain, strlen(plain));
    parry_str body = parry_str_printf(a, "%.*s.%.*s", PARRY_FMT(id), PARRY_FMT(params));
    parry_secret mac = parry_secret_hmac(parry_str_make((const char *)signer->b, sizeof signer->b), body);
    parry_str tail = parry_base64_make(a, mac.b, sizeof mac.b);
    free(plain);
    json_decref(j);
    return parry_str_printf(a, PARRY_SEARCH_PREFIX "%.*s.%.*s", PARRY_FMT(body), PARRY_FMT(tail));
}

/* "parry_sk_ID_RANDOM": its id. */
static bool secret_id(parry_str text, parry_str *id)
{
    size_t at = strlen(PARRY_SECRET_PREFIX);
    if (!parry_key_looks_secret(text) || text.n != at + PARRY_KEY_ID + PARRY_TOKEN_TEXT ||
        text.p[at + PARRY_KEY_ID] != '_')
        return false;
    *id = parry_str_make(text.p + at, PARRY_KEY_ID);
    return true;
}

parry_code parry_key_derive(parry_arena *a, parry_str secret_key, const parry_limits *limits, int64_t expires_ms,
                            parry_str *text, parry_err *err)
{
    parry_str id;
    if (!secret_id(secret_key, &id))
        return parry_fail(err, PARRY_INVALID, "this is not a secret key; one begins with " PARRY_SECRET_PREFIX);
    if (expires_ms <= 0)
        return parry_fail(err, PARRY_INVALID, "expires: a search key must have an end");
    parry_secret signer = parry_key_signer_of(secret_key);
    parry_str made = parry_key_sign(a, &signer, id, limits, expires_ms);
    if (made.n > PARRY_KEY_TEXT_MAX)
        return parry_fail(err, PARRY_INVALID, "with these limits the key has %zu bytes; the most is %d", made.n,
                          PARRY_KEY_TEXT_MAX);
    *text = made;
    return PARRY_OK;
}

/* ---- verifying ----------------------------------------------------------------------------------------------------
 */

static bool alive(const parry_access *x, const json_t *record)
{
    int64_t expires = parry_member_number(record, "expires");
    return parry_member_number(record, "revoked") == 0 && (expires == 0 || expires > parry_access_now(x));
}

static bool in_grace(const parry_access *x, const json_t *record)
{
    return parry_member_number(record, "old_until") > parry_access_now(x);
}

static bool is_hash(const json_t *record, const char *name, const char hex[PARRY_HASH_HEX + 1])
{
    return parry_secret_equals(parry_member_text(record, name), parry_str_make(hex, PARRY_HASH_HEX));
}

static parry_code owner_of(parry_arena *a, parry_str id, const json_t *record, parry_who who, parry_identity *out,
                           parry_err *err)
{
    parry_key k;
    parry_code code = parry_key_of_record(a, id, record, &k, err);
    if (code != PARRY_OK)
        return code;
    *out = (parry_identity){.who = who,
                            .id = k.id,
                            .rights = k.rights,
                            .any_audience =
                                k.limits.naudiences == 0 && parry_rights_have(k.rights, PARRY_RIGHT_ARTICLES_READ),
                            .audiences = k.limits.audiences,
                            .naudiences = k.limits.naudiences,
                            .locale = k.limits.locale,
                            .narrowings = k.limits.narrowings,
                            .nnarrowings = k.limits.nnarrowings};
    return PARRY_OK;
}

static parry_code check_secret(parry_access *x, parry_arena *a, parry_str text, parry_str id, const json_t *record,
                               parry_identity *out, parry_err *err)
{
    char hex[PARRY_HASH_HEX + 1];
    parry_hash_hex(parry_hash_of(text.p, text.n), hex);
    bool now = is_hash(record, "hash", hex), before = is_hash(record, "old_hash", hex);
    if (!alive(x, record) || !(now || (before && in_grace(x, record))))
        return refuse(err);
    return owner_of(a, id, record, PARRY_WHO_SECRET_KEY, out, err);
}

typedef struct signed_key {
    parry_str id, params, body, mac; /* body: "ID.PARAMS" */
} signed_key;

static bool split_signed(parry_arena *a, parry_str text, signed_key *out)
{
    parry_str rest = parry_str_from(text, strlen(PARRY_SEARCH_PREFIX)), whole = rest, mac;
    if (!parry_str_split(&rest, '.', &out->id) || !parry_str_split(&rest, '.', &out->params) ||
        !parry_str_split(&rest, '.', &mac) || rest.n > 0 || out->id.n != PARRY_KEY_ID)
        return false;
    out->body = parry_str_make(whole.p, out->id.n + 1 + out->params.n);
    return parry_base64_read(a, mac, &out->mac) && out->mac.n == PARRY_SECRET_BYTES;
}

static bool signed_with(const parry_access *x, parry_arena *a, const signed_key *k, const json_t *record, bool old)
{
    parry_secret signer;
    if (parry_key_signer(x, a, k->id, record, old, &signer, NULL) != PARRY_OK)
        return false;
    parry_secret mac = parry_secret_hmac(parry_str_make((const char *)signer.b, sizeof signer.b), k->body);
    return parry_secret_equal(mac.b, k->mac.p, sizeof mac.b);
}

/* What stands in the key itself, once its signature was right. false: expired, damaged, or it allows nothing. */
static bool narrow_by(const parry_access *x, parry_arena *a, parry_str params, parry_identity *who)
{
    parry_str plain;
    parry_limits limits;
    json_t *j =
        parry_base64_read(a, params, &plain) ? json_loadb(plain.p, plain.n, JSON_REJECT_DUPLICATES, NULL) : NULL;
    const json_t *expires = json_object_get(j, "expires");
    bool good = json_is_integer(expires) && json_integer_value(expires) > parry_access_now(x) / 1000 &&
                parry_limits_read(a, j, &limits, NULL) == PARRY_OK && parry_limits_narrow(x, a, &limits, who);
    json_decref(j);
    return good;
}

static parry_code check_signed(parry_access *x, parry_arena *a, const signed_key *k, const json_t *record,
                               parry_identity *out, parry_err *err)
{
    const parry_rights open = parry_right_bit(PARRY_RIGHT_SEARCH) | parry_right_bit(PARRY_RIGHT_EVENTS) |
                              parry_right_bit(PARRY_RIGHT_HANDOFF);
    parry_identity who;
    bool good = signed_with(x, a, k, record, false) || (in_grace(x, record) && signed_with(x, a, k, record, true));
    if (!good || !alive(x, record))
        return refuse(err);
    parry_code code = owner_of(a, k->id, record, PARRY_WHO_SEARCH_KEY, &who, err);
    if (code != PARRY_OK)
        return code;
    who.rights &= open;
    if (!parry_rights_have(who.rights, PARRY_RIGHT_SEARCH) || !narrow_by(x, a, k->params, &who))
        return refuse(err);
    *out = who;
    return PARRY_OK;
}

static parry_code look(parry_access *x, parry_txn *t, parry_arena *a, parry_str text, parry_identity *out,
                       parry_err *err)
{
    parry_str id;
    signed_key k = {0};
    json_t *record = NULL;
    parry_err why = {0};
    bool secret = secret_id(text, &id);
    if (!secret && (parry_key_looks_secret(text) || !split_signed(a, text, &k)))
        return refuse(err);
    id = secret ? id : k.id;
    parry_code code = parry_access_load(t, x->keys, id, &record, &why);
    if (code == PARRY_NOT_FOUND)
        return refuse(err);
    if (code != PARRY_OK)
        return parry_fail(err, code, "%s", why.msg);
    code = secret ? check_secret(x, a, text, id, record, out, err) : check_signed(x, a, &k, record, out, err);
    json_decref(record);
    return code;
}

parry_code parry_key_verify(parry_access *x, parry_arena *a, parry_str text, parry_identity *out, parry_err *err)
{
    parry_txn *t = NULL;
    if (text.n > PARRY_KEY_TEXT_MAX || !parry_key_looks(text))
        return refuse(err);
    parry_code code = parry_txn_read(x->env, &t, err);
    if (code == PARRY_OK)
        code = look(x, t, a, text, out, err);
    parry_txn_abort(t);
    if (code == PARRY_OK)
        parry_seen_touch(x->seen_keys, out->id, parry_access_now(x));
    return code;
}
