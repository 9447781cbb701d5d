/* Signing in by password and one-time code. Whether an account exists shows neither in the answer nor in the time: an
 * unknown one is hashed like a known one, locked accounts and addresses are told to wait whoever they are. */
#include "access/sessions_inner.h"

static parry_str actor_id(parry_arena *a, parry_str person)
{
    return parry_str_printf(a, "person:%.*s", PARRY_FMT(parry_utf8_cut(person, 64)));
}

/* Counts the try for account and address before it is looked at; *wait_ms > 0: not yet. */
static void count_try(parry_access *x, const parry_sign_in *in, int64_t *wait_ms)
{
    int64_t now = parry_access_now(x), account = parry_lockout_wait_ms(x->lockouts, "account", in->person, now);
    int64_t address = parry_lockout_wait_ms(x->lockouts, "address", in->address, now);
    if (account == 0 && address == 0) {
        account = parry_lockout_try(x->lockouts, "account", in->person, now);
        address = parry_lockout_try(x->lockouts, "address", in->address, now);
    }
    *wait_ms = account > address ? account : address;
}

/* What went before from this address stays counted: who has one account may still be trying others. */
static void forgive(parry_access *x, const parry_sign_in *in, parry_sign_in_end how)
{
    int64_t now = parry_access_now(x);
    if (how == PARRY_SIGN_IN_WRONG)
        return;
    if (how == PARRY_SIGN_IN_DONE)
        parry_lockout_clear(x->lockouts, "account", in->person);
    else
        parry_lockout_undo(x->lockouts, "account", in->person, now);
    parry_lockout_undo(x->lockouts, "address", in->address, now);
}

/* The name, if it is an account's: else it may be anything that was typed there, a password too. */
static parry_str known_name(parry_access *x, parry_arena *a, parry_str person)
{
    parry_person p;
    return parry_person_get(x, a, person, &p, NULL) == PARRY_OK ? person : parry_str_of("?");
}

static parry_code tell_bad(parry_access *x, parry_arena *a, const parry_sign_in *in, const char *why, parry_err *err)
{
    parry_str name = known_name(x, a, in->person);
    const parry_actor by = {actor_id(a, name), in->address};
    return parry_access_tell(x, &by, "session.start", "person", name, false, json_pack("{s:s}", "why", why), err);
}

/* The password's hash; empty for whom no password can be right. */
static parry_code hash_of(parry_access *x, parry_arena *a, parry_str id, parry_str *hash, parry_err *err)
{
    parry_txn *t = NULL;
    json_t *j = NULL;
    *hash = parry_str_make(NULL, 0);
    parry_code code = parry_txn_read(x->env, &t, err);
    if (code != PARRY_OK)
        return code;
    if (parry_person_find(x, t, id, &j, NULL) == PARRY_OK && !parry_member_flag(j, "locked"))
        *hash = parry_str_copy(a, parry_member_text(j, "password"));
    json_decref(j);
    parry_txn_abort(t);
    return PARRY_OK;
}

static parry_sign_in_end judge(parry_access *x, const parry_sign_in *in, parry_str hash, const parry_person *p,
                               json_t *record)
{
    if (p->locked || !parry_secret_equals(hash, parry_member_text(record, "password")))
        return PARRY_SIGN_IN_WRONG;
    if (!p->two_factor)
        return PARRY_SIGN_IN_DONE;
    if (in->code.n == 0)
        return PARRY_SIGN_IN_CODE;
    return parry_person_take_code(x, in->person, record, in->code) ? PARRY_SIGN_IN_DONE : PARRY_SIGN_IN_WRONG;
}

/* In one write transaction: the account as it is now, its code used up, the session before ended, the new one put. */
static parry_code start_in(parry_access *x, parry_txn *t, parry_arena *a, const parry_sign_in *in, parry_str hash,
                           parry_session *out, parry_sign_in_end *end, parry_err *err)
{
    json_t *j = NULL;
    parry_person p;
    parry_code code = parry_person_find(x, t, in->person, &j, err);
    if (code == PARRY_OK)
        code = parry_person_of_record(a, in->person, j, &p, err);
    *end = code == PARRY_NOT_FOUND ? PARRY_SIGN_IN_WRONG : PARRY_SIGN_IN_DONE; /* removed while it was hashed */
    if (code == PARRY_OK)
        *end = judge(x, in, hash, &p, j);
    if (*end == PARRY_SIGN_IN_DONE && code == PARRY_OK) {
        (void)json_object_set_new(j, "signed_in", json_integer(parry_access_now(x)));
        code = parry_access_save(t, x->people, in->person, j, err);
        if (code == PARRY_OK)
            code = parry_session_drop(x, t, in->before, err);
        if (code == PARRY_OK)
            code = parry_session_put(x, t, a, in->person, p.role, parry_member_number(j, "epoch"), out, err);
    }
    json_decref(j);
    return *end == PARRY_SIGN_IN_DONE ? code : PARRY_OK;
}

static parry_code start(parry_access *x, parry_arena *a, const parry_sign_in *in, parry_str hash, parry_session *out,
                        parry_sign_in_end *end, parry_err *err)
{
    parry_txn *t = NULL;
    parry_session s;
    parry_code code = parry_txn_write(x->env, &t, err);
    if (code != PARRY_OK)
        return code;
    code = start_in(x, t, a, in, hash, &s, end, err);
    if (code != PARRY_OK || *end != PARRY_SIGN_IN_DONE) {
        parry_txn_abort(t);
        return code;
    }
    const parry_actor by = {actor_id(a, in->person), in->address};
    code = parry_access_commit(x, t, &by, "session.start", "person", in->person, NULL, err);
    if (code == PARRY_OK)
        *out = s;
    return code;
}

parry_code parry_sign_in_with(parry_access *x, parry_arena *a, const parry_sign_in *in, parry_session *out,
                              parry_sign_in_end *end, int64_t *wait_ms, parry_err *err)
{
    parry_str hash;
    bool right = false;
    parry_sign_in_end how = PARRY_SIGN_IN_WRONG;
    count_try(x, in, wait_ms);
    if (*wait_ms > 0) {
        *end = PARRY_SIGN_IN_WAIT;
        return tell_bad(x, a, in, "too many tries", err);
    }
    parry_code code = hash_of(x, a, in->person, &hash, err);
    if (code == PARRY_OK)
        code = parry_password_check(x->passwords, hash, in->password, &right, err);
    if (code == PARRY_OK && right)
        code = start(x, a, in, hash, out, &how, err);
    if (code == PARRY_OK && how == PARRY_SIGN_IN_WRONG)
        code = tell_bad(x, a, in, "wrong", err);
    if (code == PARRY_OK && how == PARRY_SIGN_IN_CODE)
        code = tell_bad(x, a, in, "no code", err);
    if (code != PARRY_OK)
        return code;
    forgive(x, in, how);
    *end = how;
    return PARRY_OK;
}
