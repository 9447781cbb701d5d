/* The one-time link: the SHA-256 of its token and its end stand in access_meta under "link". */
#include "access/sessions_inner.h"

static const char link_key[] = "link";

static parry_str hash_text(parry_arena *a, parry_str token)
{
    char *hex = parry_arena_alloc(a, PARRY_HASH_HEX + 1);
    parry_hash_hex(parry_hash_of(token.p, token.n), hex);
    return parry_str_make(hex, PARRY_HASH_HEX);
}

parry_code parry_link_make(parry_access *x, parry_arena *a, int64_t ttl_ms, parry_str *token, parry_err *err)
{
    parry_txn *t = NULL;
    char *text = parry_arena_alloc(a, PARRY_TOKEN_TEXT);
    parry_token_random(text);
    parry_code code = parry_txn_write(x->env, &t, err);
    if (code != PARRY_OK)
        return code;
    json_t *j = json_pack("{s:o, s:I}", "hash", parry_text_json(hash_text(a, parry_str_of(text))), "until",
                          (json_int_t)parry_access_now(x) + ttl_ms);
    code = parry_access_save(t, x->meta, parry_str_of(link_key), j, err);
    json_decref(j);
    if (code != PARRY_OK) {
        parry_txn_abort(t);
        return code;
    }
    const parry_actor by = {parry_str_of("server"), parry_str_make(NULL, 0)};
    code = parry_access_commit(x, t, &by, "link.make", "person", parry_str_of(PARRY_PERSON_BY_LINK), NULL, err);
    if (code == PARRY_OK)
        *token = parry_str_of(text);
    return code;
}

static bool holds(parry_access *x, parry_txn *t, parry_arena *a, parry_str token)
{
    json_t *j = NULL;
    if (parry_access_load(t, x->meta, parry_str_of(link_key), &j, NULL) != PARRY_OK)
        return false;
    bool good = parry_secret_equals(parry_member_text(j, "hash"), hash_text(a, token)) &&
                parry_member_number(j, "until") > parry_access_now(x);
    json_decref(j);
    return good;
}

static parry_code redeem_in(parry_access *x, parry_txn *t, parry_arena *a, parry_str token, parry_session *out,
                            bool *good, parry_err *err)
{
    *good = holds(x, t, a, token);
    if (!*good)
        return PARRY_OK;
    parry_code code = parry_del(t, x->meta, parry_str_of(link_key), err);
    if (code == PARRY_OK)
        code = parry_session_put(x, t, a, parry_str_of(PARRY_PERSON_BY_LINK), PARRY_ROLE_ADMIN, 0, out, err);
    return code;
}

parry_code parry_link_redeem(parry_access *x, parry_arena *a, parry_str token, parry_str address, parry_session *out,
                             parry_sign_in_end *end, int64_t *wait_ms, parry_err *err)
{
    const parry_actor by = {parry_str_of("person:" PARRY_PERSON_BY_LINK), address};
    const parry_str person = parry_str_of(PARRY_PERSON_BY_LINK);
    parry_txn *t = NULL;
    parry_session s;
    bool good = false;
    *wait_ms = parry_lockout_try(x->lockouts, "address", address, parry_access_now(x));
    if (*wait_ms > 0) {
        *end = PARRY_SIGN_IN_WAIT;
        return PARRY_OK;
    }
    parry_code code = parry_txn_write(x->env, &t, err);
    if (code != PARRY_OK)
        return code;
    code = redeem_in(x, t, a, token, &s, &good, err);
    if (code != PARRY_OK || !good) {
        parry_txn_abort(t);
        *end = PARRY_SIGN_IN_WRONG;
        return code != PARRY_OK ? code : parry_access_tell(x, &by, "session.start", "person", person, false, NULL, err);
    }
    code = parry_access_commit(x, t, &by, "session.start", "person", person, NULL, err);
    if (code != PARRY_OK)
        return code;
    parry_lockout_undo(x->lockouts, "address", address, parry_access_now(x));
    *end = PARRY_SIGN_IN_DONE;
    *out = s;
    return PARRY_OK;
}
