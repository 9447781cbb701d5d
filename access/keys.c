/* Keys: records, and the ways they change. Looking at one: key_verify.c.
 *
 * A record: {"kind": "secret"|"search", "name", "rights": "search events", "limits": {...}, "created", "expires",
 * "revoked", "rotated", "old_until", "hash": hex, "old_hash", "sign": sealed, "old_sign"}; times in Unix ms. A secret
 * key has hash (of its text) and sign (what it signs with, one way from its text, sealed); a search key has in sign the
 * random bytes that its signer is made of. */
#include "access/keys_inner.h"

#include "base/hash.h"

#include <sodium.h>

static const int64_t longest_ms = (int64_t)100 * 366 * 86400000;

static void new_id(char id[PARRY_KEY_ID + 1])
{
    unsigned char random[PARRY_KEY_ID / 2];
    parry_random_bytes(random, sizeof random);
    sodium_bin2hex(id, PARRY_KEY_ID + 1, random, sizeof random);
}

static json_t *hex_json(parry_str text)
{
    char hex[PARRY_HASH_HEX + 1];
    parry_hash_hex(parry_hash_of(text.p, text.n), hex);
    return json_string(hex);
}

static void set_text(json_t *j, const char *name, parry_str s)
{
    (void)json_object_set_new(j, name, parry_text_json(s));
}
static void set_number(json_t *j, const char *name, int64_t n) { (void)json_object_set_new(j, name, json_integer(n)); }

/* ---- reading ------------------------------------------------------------------------------------------------------
 */

parry_code parry_key_of_record(parry_arena *a, parry_str id, const json_t *j, parry_key *out, parry_err *err)
{
    parry_key k = {.id = parry_str_copy(a, id),
                   .name = parry_str_copy(a, parry_member_text(j, "name")),
                   .created_ms = parry_member_number(j, "created"),
                   .expires_ms = parry_member_number(j, "expires"),
                   .revoked_ms = parry_member_number(j, "revoked"),
                   .rotated_ms = parry_member_number(j, "rotated"),
                   .old_until_ms = parry_member_number(j, "old_until")};
    k.kind = parry_str_eqz(parry_member_text(j, "kind"), "search") ? PARRY_KEY_SEARCH : PARRY_KEY_SECRET;
    parry_code code = parry_rights_parse(parry_member_text(j, "rights"), &k.rights, err);
    if (code == PARRY_OK)
        code = parry_limits_read(a, json_object_get(j, "limits"), &k.limits, err);
    if (code != PARRY_OK) { /* what we wrote ourselves */
        parry_err_context(err, "the record of key %.*s is damaged", PARRY_FMT(k.id));
        return PARRY_CORRUPT;
    }
    *out = k;
    return PARRY_OK;
}

static parry_code find(parry_access *x, parry_txn *t, parry_str id, json_t **record, parry_err *err)
{
    if (id.n != PARRY_KEY_ID)
        return parry_fail(err, PARRY_NOT_FOUND, "there is no such key; an id has %d letters and digits", PARRY_KEY_ID);
    parry_err why = {0};
    parry_code code = parry_access_load(t, x->keys, id, record, &why);
    if (code == PARRY_NOT_FOUND)
        return parry_fail(err, code, "there is no key %.*s", PARRY_FMT(id));
    return code == PARRY_OK ? code : parry_fail(err, code, "%s", why.msg);
}

static int64_t used_at(parry_access *x, parry_txn *t, parry_str id)
{
    parry_str value;
    parry_err none;
    int64_t here = parry_seen_at(x->seen_keys, id), kept = 0;
    if (parry_get(t, x->used, id, &value, &none) == PARRY_OK)
        kept = (int64_t)parry_key_u64_read(value);
    return here > kept ? here : kept;
}

parry_code parry_key_get(parry_access *x, parry_arena *a, parry_str id, parry_key *out, parry_err *err)
{
    parry_txn *t = NULL;
    json_t *j = NULL;
    parry_key k;
    parry_code code = parry_txn_read(x->env, &t, err);
    if (code == PARRY_OK)
        code = find(x, t, id, &j, err);
    if (code == PARRY_OK)
        code = parry_key_of_record(a, id, j, &k, err);
    if (code == PARRY_OK) {
        k.used_ms = used_at(x, t, id);
        *out = k;
    }
    json_decref(j);
    parry_txn_abort(t);
    return code;
}

/* The first key after `after`, and on. */
static parry_code walk(parry_access *x, parry_txn *t, parry_arena *a, parry_str after, size_t cap, parry_key **keys,
                       size_t *n, parry_err *err)
{
    parry_cursor *c = NULL;
    parry_str id, value;
    parry_key *list = NULL;
    size_t used = 0, room = 0;
    parry_code code = parry_cursor_open(t, x->keys, after, &c, err), closed;
    if (code != PARRY_OK)
        return code;
    while (code == PARRY_OK && used < cap && parry_cursor_next(c, &id, &value)) {
        if (parry_str_eq(id, after))
            continue;
        json_t *j = json_loadb(value.p, value.n, 0, NULL);
        list = parry_arena_grow(a, list, used, &room, sizeof *list);
        code = parry_key_of_record(a, id, j, &list[used], err);
        json_decref(j);
        if (code == PARRY_OK)
            list[used++].used_ms = used_at(x, t, id);
    }
    closed = parry_cursor_close(c, code == PARRY_OK ? err : NULL);
    if (code == PARRY_OK)
        code = closed;
    if (code == PARRY_OK) {
        *keys = list;
        *n = used;
    }
    return code;
}

parry_code parry_key_list(parry_access *x, parry_arena *a, parry_str after, size_t cap, parry_key **keys, size_t *n,
                          parry_err *err)
{
    parry_txn *t = NULL;
    parry_code code = parry_txn_read(x->env, &t, err);
    if (code == PARRY_OK)
        code = walk(x, t, a, after, cap, keys, n, err);
    parry_txn_abort(t);
    return code;
}

parry_code parry_key_any(parry_access *x, bool *any, parry_err *err)
{
    parry_key *keys;
    size_t n = 0;
    int64_t now = parry_access_now(x);
    parry_arena *a = parry_arena_new();
    parry_code code = parry_key_list(x, a, parry_str_make(NULL, 0), PARRY_KEYS_MAX, &keys, &n, err);
    if (code == PARRY_OK) {
        *any = false;
        for (size_t i = 0; i < n; i++)
            *any |= keys[i].revoked_ms == 0 && (keys[i].expires_ms == 0 || keys[i].expires_ms > now);
    }
    parry_arena_free(a);
    return code;
}

/* ---- making -------------------------------------------------------------------------------------------------------
 */

/* What asks for one of these looks at every article's limits. */
static const parry_rights within_limits = 1 << PARRY_RIGHT_SEARCH | 1 << PARRY_RIGHT_EVENTS | 1 << PARRY_RIGHT_HANDOFF |
                                          1 << PARRY_RIGHT_ARTICLES_READ | 1 << PARRY_RIGHT_ARTICLES_WRITE |
                                          1 << PARRY_RIGHT_ARTICLES_PUBLISH;

static bool limited(const parry_limits *l) { return l->naudiences > 0 || l->nnarrowings > 0 || l->locale.n > 0; }

static parry_code check_new(const parry_access *x, const parry_key *k, parry_err *err)
{
    int64_t now = parry_access_now(x);
    const parry_rights open = parry_right_bit(PARRY_RIGHT_SEARCH) | parry_right_bit(PARRY_RIGHT_EVENTS) |
                              parry_right_bit(PARRY_RIGHT_HANDOFF);
    if (k->name.n == 0 || k->name.n > PARRY_KEY_NAME_MAX || !parry_utf8_valid(k->name, NULL))
        return parry_fail(err, PARRY_INVALID, "name: a key is called something, in at most %d bytes",
                          PARRY_KEY_NAME_MAX);
    if (k->expires_ms != 0 && (k->expires_ms <= now || k->expires_ms > now + longest_ms))
        return parry_fail(err, PARRY_INVALID, "expires: must lie ahead, by a hundred years at most");
    if (k->kind == PARRY_KEY_SEARCH && k->expires_ms == 0)
        return parry_fail(err, PARRY_INVALID, "expires: a search key must have an end");
    if (k->kind == PARRY_KEY_SEARCH && (k->rights & ~open) != 0)
        return parry_fail(err, PARRY_INVALID, "rights: a search key may search and send events, no more");
    if (limited(&k->limits) && (k->rights & ~within_limits) != 0)
        return parry_fail(err, PARRY_INVALID,
                          "rights: a key that is limited to some articles may search, send events, read and write "
                          "articles; the other rights know no such limits");
    if (k->kind == PARRY_KEY_SECRET && k->rights == 0)
        return parry_fail(err, PARRY_INVALID, "rights: a secret key has at least one");
    return PARRY_OK;
}

parry_secret parry_key_signer_of(parry_str secret_key)
{
    return parry_secret_hmac(secret_key, parry_str_of("parry search key"));
}

/* Hash and signer of a new text, into the record. */
static parry_str new_secret(parry_access *x, parry_arena *a, parry_str id, json_t *j)
{
    char random[PARRY_TOKEN_TEXT];
    parry_token_random(random);
    parry_str text = parry_str_printf(a, PARRY_SECRET_PREFIX "%.*s_%s", PARRY_FMT(id), random);
    parry_secret signer = parry_key_signer_of(text);
    (void)json_object_set_new(j, "hash", hex_json(text));
    set_text(j, "sign", parry_secret_seal(a, &x->master, id, parry_str_make((char *)signer.b, sizeof signer.b)));
    return text;
}

static parry_code new_search(parry_access *x, parry_arena *a, const parry_key *k, json_t *j, parry_str *text,
                             parry_err *err)
{
    char random[PARRY_TOKEN_TEXT];
    parry_secret signer;
    parry_token_random(random);
    set_text(j, "sign", parry_str_of(random));
    parry_code code = parry_key_signer(x, a, k->id, j, false, &signer, err);
    if (code == PARRY_OK)
        *text = parry_key_sign(a, &signer, k->id, &k->limits, k->expires_ms);
    return code;
}

static parry_code new_text(parry_access *x, parry_arena *a, const parry_key *k, json_t *j, parry_str *text,
                           parry_err *err)
{
    if (k->kind == PARRY_KEY_SEARCH)
        return new_search(x, a, k, j, text, err);
    *text = new_secret(x, a, k->id, j);
    return PARRY_OK;
}

static json_t *record_of(parry_access *x, const parry_key *k)
{
    parry_buf rights = PARRY_BUF(1024);
    json_t *j = json_object();
    parry_rights_text(k->rights, &rights);
    (void)json_object_set_new(j, "kind", json_string(k->kind == PARRY_KEY_SEARCH ? "search" : "secret"));
    set_text(j, "name", k->name);
    set_text(j, "rights", parry_buf_str(&rights));
    (void)json_object_set_new(j, "limits", parry_limits_json(&k->limits));
    set_number(j, "created", parry_access_now(x));
    set_number(j, "expires", k->expires_ms);
    parry_buf_free(&rights);
    return j;
}

/* What the audit says of a key. */
static json_t *told(const json_t *record)
{
    json_t *j = json_object();
    (void)json_object_set(j, "name", json_object_get(record, "name"));
    (void)json_object_set(j, "kind", json_object_get(record, "kind"));
    (void)json_object_set(j, "rights", json_object_get(record, "rights"));
    (void)json_object_set(j, "limits", json_object_get(record, "limits"));
    (void)json_object_set(j, "expires", json_object_get(record, "expires"));
    return j;
}

static parry_code save(parry_access *x, const parry_actor *by, const char *action, parry_str id, const json_t *j,
                       parry_txn *t, parry_err *err)
{
    parry_code code = parry_access_save(t, x->keys, id, j, err);
    if (code == PARRY_OK)
        return parry_access_commit(x, t, by, action, "key", id, told(j), err);
    parry_txn_abort(t);
    return code;
}

static parry_code room_for_one(parry_access *x, parry_txn *t, parry_err *err)
{
    uint64_t n = 0;
    parry_code code = parry_count(t, x->keys, &n, err);
    if (code == PARRY_OK && n >= PARRY_KEYS_MAX)
        code = parry_fail(err, PARRY_CONFLICT,
                          "there are %d keys already; derive search keys from a secret one instead", PARRY_KEYS_MAX);
    return code;
}

parry_code parry_key_create(parry_access *x, parry_arena *a, const parry_actor *by, const parry_key *key,
                            parry_key *out, parry_str *text, parry_err *err)
{
    char id[PARRY_KEY_ID + 1];
    parry_key k = *key;
    parry_str made;
    parry_txn *t = NULL;
    if (k.kind == PARRY_KEY_SEARCH && k.rights == 0)
        k.rights = parry_right_bit(PARRY_RIGHT_SEARCH) | parry_right_bit(PARRY_RIGHT_EVENTS) |
                   parry_right_bit(PARRY_RIGHT_HANDOFF);
    parry_code code = check_new(x, &k, err);
    if (code != PARRY_OK)
        return code;
    new_id(id);
    k.id = parry_str_make(id, PARRY_KEY_ID);
    json_t *j = record_of(x, &k);
    code = new_text(x, a, &k, j, &made, err);
    if (code == PARRY_OK)
        code = parry_key_of_record(a, k.id, j, &k, err);
    if (code == PARRY_OK)
        code = parry_txn_write(x->env, &t, err);
    if (code == PARRY_OK) {
        code = room_for_one(x, t, err);
        if (code == PARRY_OK)
            code = save(x, by, "key.create", k.id, j, t, err);
        else
            parry_txn_abort(t);
    }
    json_decref(j);
    if (code != PARRY_OK)
        return code;
    *out = k;
    *text = made;
    return PARRY_OK;
}

/* ---- changing -----------------------------------------------------------------------------------------------------
 */

static void keep_old(json_t *j, int64_t until_ms, int64_t now)
{
    json_t *hash = json_object_get(j, "hash");
    if (hash != NULL)
        (void)json_object_set(j, "old_hash", hash);
    (void)json_object_set(j, "old_sign", json_object_get(j, "sign"));
    set_number(j, "old_until", until_ms);
    set_number(j, "rotated", now);
}

static parry_code rotate_in(parry_access *x, parry_arena *a, parry_str id, int64_t grace_ms, int64_t expires_ms,
                            json_t *j, parry_str *text, parry_err *err)
{
    int64_t now = parry_access_now(x);
    parry_key k;
    if (parry_member_number(j, "revoked") != 0)
        return parry_fail(err, PARRY_CONFLICT, "key %.*s is revoked; make a new one", PARRY_FMT(id));
    if (expires_ms != 0)
        set_number(j, "expires", expires_ms);
    parry_code code = parry_key_of_record(a, id, j, &k, err);
    if (code == PARRY_OK)
        code = check_new(x, &k, err);
    if (code != PARRY_OK)
        return code;
    keep_old(j, now + grace_ms, now);
    return new_text(x, a, &k, j, text, err);
}

parry_code parry_key_rotate(parry_access *x, parry_arena *a, const parry_actor *by, parry_str id, int64_t grace_ms,
                            int64_t expires_ms, parry_str *text, parry_err *err)
{
    parry_txn *t = NULL;
    json_t *j = NULL;
    parry_str made;
    if (grace_ms < 0 || grace_ms > longest_ms)
        return parry_fail(err, PARRY_INVALID, "grace: 0 or more, at most a hundred years");
    parry_code code = parry_txn_write(x->env, &t, err);
    if (code != PARRY_OK)
        return code;
    code = find(x, t, id, &j, err);
    if (code == PARRY_OK)
        code = rotate_in(x, a, id, grace_ms, expires_ms, j, &made, err);
    if (code == PARRY_OK)
        code = save(x, by, "key.rotate", id, j, t, err);
    else
        parry_txn_abort(t);
    json_decref(j);
    if (code == PARRY_OK)
        *text = made;
    return code;
}

parry_code parry_key_revoke(parry_access *x, const parry_actor *by, parry_str id, parry_err *err)
{
    parry_txn *t = NULL;
    json_t *j = NULL;
    parry_code code = parry_txn_write(x->env, &t, err);
    if (code != PARRY_OK)
        return code;
    code = find(x, t, id, &j, err);
    if (code == PARRY_OK && parry_member_number(j, "revoked") == 0) {
        set_number(j, "revoked", parry_access_now(x));
        code = save(x, by, "key.revoke", id, j, t, err);
    } else {
        parry_txn_abort(t);
    }
    json_decref(j);
    return code;
}
