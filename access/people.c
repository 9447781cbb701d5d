/* People's records and their changes.
 *
 * A record: {"name", "role", "password": argon2id hash, "locked", "epoch": raised to end all sessions, "created",
 * "signed_in", "totp": sealed secret, "totp_step": of the last code that was taken, "totp_pending": sealed,
 * "recovery": [keyed hashes]}. */
#include "access/people_inner.h"

static bool id_fits(parry_str id)
{
    static const char inside[] = "._@+-";
    if (id.n == 0 || id.n > PARRY_PERSON_ID_MAX)
        return false;
    for (size_t i = 0; i < id.n; i++) {
        char c = id.p[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (!letter && (i == 0 || memchr(inside, c, sizeof inside - 1) == NULL))
            return false;
    }
    return true;
}

/* ---- reading ------------------------------------------------------------------------------------------------------
 */

parry_code parry_person_of_record(parry_arena *a, parry_str id, const json_t *j, parry_person *out, parry_err *err)
{
    parry_person p = {.id = parry_str_copy(a, id),
                      .name = parry_str_copy(a, parry_member_text(j, "name")),
                      .locked = parry_member_flag(j, "locked"),
                      .two_factor = parry_member_text(j, "totp").n > 0,
                      .created_ms = parry_member_number(j, "created"),
                      .signed_in_ms = parry_member_number(j, "signed_in")};
    if (parry_role_parse(parry_member_text(j, "role"), &p.role, NULL) != PARRY_OK)
        return parry_fail(err, PARRY_CORRUPT, "the record of %.*s is damaged", PARRY_FMT(id));
    *out = p;
    return PARRY_OK;
}

parry_code parry_person_find(parry_access *x, parry_txn *t, parry_str id, json_t **record, parry_err *err)
{
    parry_err why = {0};
    parry_code code = id_fits(id) ? parry_access_load(t, x->people, id, record, &why) : PARRY_NOT_FOUND;
    if (code == PARRY_NOT_FOUND)
        return parry_fail(err, code, "there is nobody called %.*s here", PARRY_FMT(parry_utf8_cut(id, 64)));
    return code == PARRY_OK ? code : parry_fail(err, code, "%s", why.msg);
}

parry_code parry_person_get(parry_access *x, parry_arena *a, parry_str id, parry_person *out, parry_err *err)
{
    parry_txn *t = NULL;
    json_t *j = NULL;
    parry_code code = parry_txn_read(x->env, &t, err);
    if (code == PARRY_OK)
        code = parry_person_find(x, t, id, &j, err);
    if (code == PARRY_OK)
        code = parry_person_of_record(a, id, j, out, err);
    json_decref(j);
    parry_txn_abort(t);
    return code;
}

static parry_code walk(parry_access *x, parry_txn *t, parry_arena *a, parry_str after, size_t cap,
                       parry_person **people, size_t *n, parry_err *err)
{
    parry_cursor *c = NULL;
    parry_str id, value;
    parry_person *list = NULL;
    size_t used = 0, room = 0;
    parry_code code = parry_cursor_open(t, x->people, after, &c, err), closed;
    if (code != PARRY_OK)
        return code;
    while (code == PARRY_OK && used < cap && parry_cursor_next(c, &id, &value)) {
        if (parry_str_eq(id, after))
            continue;
        json_t *j = json_loadb(value.p, value.n, 0, NULL);
        list = parry_arena_grow(a, list, used, &room, sizeof *list);
        code = parry_person_of_record(a, id, j, &list[used], err);
        json_decref(j);
        used += code == PARRY_OK;
    }
    closed = parry_cursor_close(c, code == PARRY_OK ? err : NULL);
    if (code == PARRY_OK)
        code = closed;
    if (code == PARRY_OK) {
        *people = list;
        *n = used;
    }
    return code;
}

parry_code parry_person_list(parry_access *x, parry_arena *a, parry_str after, size_t cap, parry_person **people,
                             size_t *n, parry_err *err)
{
    parry_txn *t = NULL;
    parry_code code = parry_txn_read(x->env, &t, err);
    if (code == PARRY_OK)
        code = walk(x, t, a, after, cap, people, n, err);
    parry_txn_abort(t);
    return code;
}

/* ---- adding and removing ------------------------------------------------------------------------------------------
 */

static parry_code put_new(parry_access *x, parry_txn *t, const parry_person *p, const char *hash, parry_err *err)
{
    uint64_t n = 0;
    parry_str there;
    parry_err none;
    if (parry_get(t, x->people, p->id, &there, &none) == PARRY_OK)
        return parry_fail(err, PARRY_CONFLICT, "%.*s is here already", PARRY_FMT(p->id));
    parry_code code = parry_count(t, x->people, &n, err);
    if (code == PARRY_OK && n >= PARRY_PEOPLE_MAX)
        code = parry_fail(err, PARRY_CONFLICT, "there are %d people already", PARRY_PEOPLE_MAX);
    if (code != PARRY_OK)
        return code;
    int64_t now = parry_access_now(x);
    json_t *j = json_pack("{s:o, s:s, s:s, s:b, s:I, s:I}", "name", parry_text_json(p->name.n ? p->name : p->id),
                          "role", parry_role_name(p->role), "password", hash, "locked", 0, "epoch", (json_int_t)now,
                          "created", (json_int_t)now);
    code = parry_access_save(t, x->people, p->id, j, err);
    json_decref(j);
    return code;
}

parry_code parry_person_add(parry_access *x, const parry_actor *by, const parry_person *p, parry_str password,
                            parry_err *err)
{
    char hash[PARRY_PASSWORD_HASH];
    parry_txn *t = NULL;
    if (!id_fits(p->id))
        return parry_fail(err, PARRY_INVALID,
                          "id: lower-case letters, digits and ._@+-, a letter or digit first, 1 to %d",
                          PARRY_PERSON_ID_MAX);
    if (p->name.n > PARRY_PERSON_NAME_MAX || !parry_utf8_valid(p->name, NULL))
        return parry_fail(err, PARRY_INVALID, "name: at most %d bytes of UTF-8", PARRY_PERSON_NAME_MAX);
    parry_code code = parry_password_fit(password, p->id, err);
    if (code == PARRY_OK)
        code = parry_password_hash(x->passwords, password, hash, err);
    if (code == PARRY_OK)
        code = parry_txn_write(x->env, &t, err);
    if (code != PARRY_OK)
        return code;
    code = put_new(x, t, p, hash, err);
    if (code == PARRY_OK)
        return parry_access_commit(x, t, by, "person.add", "person", p->id,
                                   json_pack("{s:s}", "role", parry_role_name(p->role)), err);
    parry_txn_abort(t);
    return code;
}

parry_code parry_person_remove(parry_access *x, const parry_actor *by, parry_str id, parry_err *err)
{
    parry_txn *t = NULL;
    json_t *j = NULL;
    parry_code code = parry_txn_write(x->env, &t, err);
    if (code != PARRY_OK)
        return code;
    code = parry_person_find(x, t, id, &j, err);
    json_decref(j);
    if (code == PARRY_OK)
        code = parry_del(t, x->people, id, err);
    if (code == PARRY_OK)
        return parry_access_commit(x, t, by, "person.remove", "person", id, NULL, err);
    parry_txn_abort(t);
    return code;
}

/* ---- changing -----------------------------------------------------------------------------------------------------
 */

parry_code parry_person_alter(parry_access *x, const parry_actor *by, const char *action, parry_str id,
                              parry_person_change fn, void *ctx, parry_err *err)
{
    parry_txn *t = NULL;
    json_t *j = NULL, *told = json_object();
    parry_code code = parry_txn_write(x->env, &t, err);
    if (code == PARRY_OK)
        code = parry_person_find(x, t, id, &j, err);
    if (code == PARRY_OK)
        code = fn(ctx, x, id, j, told, err);
    if (code == PARRY_OK)
        code = parry_access_save(t, x->people, id, j, err);
    json_decref(j);
    if (code == PARRY_OK)
        return parry_access_commit(x, t, by, action, "person", id, told, err);
    json_decref(told);
    parry_txn_abort(t);
    return code;
}

void parry_person_end_sessions(json_t *record)
{
    (void)json_object_set_new(record, "epoch", json_integer(parry_member_number(record, "epoch") + 1));
}

static parry_code change_role(void *ctx, parry_access *x, parry_str id, json_t *record, json_t *told, parry_err *err)
{
    const parry_role *role = ctx;
    (void)x, (void)id, (void)err;
    (void)json_object_set(told, "was", json_object_get(record, "role"));
    (void)json_object_set_new(told, "role", json_string(parry_role_name(*role)));
    (void)json_object_set_new(record, "role", json_string(parry_role_name(*role)));
    return PARRY_OK;
}

parry_code parry_person_set_role(parry_access *x, const parry_actor *by, parry_str id, parry_role role, parry_err *err)
{
    return parry_person_alter(x, by, "person.role", id, change_role, &role, err);
}

static parry_code change_password(void *ctx, parry_access *x, parry_str id, json_t *record, json_t *told,
                                  parry_err *err)
{
    const char *hash = ctx;
    (void)x, (void)id, (void)told, (void)err;
    (void)json_object_set_new(record, "password", json_string(hash));
    parry_person_end_sessions(record);
    return PARRY_OK;
}

/* Hashed before the transaction begins: it takes a tenth of a second. */
parry_code parry_person_set_password(parry_access *x, const parry_actor *by, parry_str id, parry_str password,
                                     parry_err *err)
{
    char hash[PARRY_PASSWORD_HASH];
    parry_code code = parry_password_fit(password, id, err);
    if (code == PARRY_OK)
        code = parry_password_hash(x->passwords, password, hash, err);
    return code == PARRY_OK ? parry_person_alter(x, by, "person.password", id, change_password, hash, err) : code;
}

static parry_code change_lock(void *ctx, parry_access *x, parry_str id, json_t *record, json_t *told, parry_err *err)
{
    const bool *locked = ctx;
    (void)told, (void)err;
    (void)json_object_set_new(record, "locked", json_boolean(*locked));
    if (*locked)
        parry_person_end_sessions(record);
    else
        parry_lockout_clear(x->lockouts, "account", id);
    return PARRY_OK;
}

parry_code parry_person_lock(parry_access *x, const parry_actor *by, parry_str id, bool locked, parry_err *err)
{
    return parry_person_alter(x, by, locked ? "person.lock" : "person.unlock", id, change_lock, &locked, err);
}
