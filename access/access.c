/* Opening, records, the audit. */
#include "access/inner.h"

#include "base/log.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>

static parry_code open_tables(parry_access *a, parry_err *err)
{
    const struct {
        const char *name;
        parry_table *table;
    } all[] = {{"access_keys", &a->keys},
               {"access_used", &a->used},
               {"access_people", &a->people},
               {"access_sessions", &a->sessions},
               {"access_meta", &a->meta}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        parry_code code = parry_env_table(a->env, all[i].name, all[i].table, err);
        if (code != PARRY_OK)
            return code;
    }
    return PARRY_OK;
}

/* What this secret file leaves in the store, so that another one is noticed before it spoils anything. */
static parry_code check_secret(parry_access *a, parry_err *err)
{
    parry_secret mark = parry_secret_mac(&a->master, "mark", parry_str_make(NULL, 0));
    parry_str key = parry_str_of("secret"), mine = parry_str_make((char *)mark.b, sizeof mark.b), theirs;
    parry_txn *t = NULL;
    parry_code code = parry_txn_write(a->env, &t, err);
    if (code != PARRY_OK)
        return code;
    parry_err none = {0};
    code = parry_get(t, a->meta, key, &theirs, &none);
    if (code == PARRY_NOT_FOUND) {
        code = parry_put(t, a->meta, key, mine, err);
        if (code == PARRY_OK)
            return parry_txn_commit(t, err);
    } else if (code != PARRY_OK) {
        code = parry_fail(err, code, "%s", none.msg);
    } else if (!parry_secret_equals(mine, theirs)) {
        code = parry_fail(err, PARRY_CONFLICT,
                          "these data were made with another secret file than %s; say which with --option "
                          "access.secret_file=FILE",
                          a->options.secret_file);
    }
    parry_txn_abort(t);
    return code;
}

parry_code parry_access_open(parry_env *env, const parry_access_options *options, parry_access **out, parry_err *err)
{
    parry_access *a = parry_calloc(1, sizeof *a);
    a->env = env;
    a->arena = parry_arena_new();
    a->options = *options;
    a->options.secret_file = parry_str_z(a->arena, parry_str_of(options->secret_file));
    a->options.default_audience = parry_str_z(a->arena, parry_str_of(options->default_audience));
    a->lockouts = parry_lockouts_new();
    a->seen_keys = parry_seen_new();
    a->seen_sessions = parry_seen_new();
    parry_code code = open_tables(a, err);
    if (code == PARRY_OK)
        code = parry_secret_file(a->options.secret_file, &a->master, err);
    if (code == PARRY_OK)
        code = check_secret(a, err);
    if (code == PARRY_OK) {
        a->passwords = parry_passwords_new(options->light);
        *out = a;
    } else {
        parry_access_close(a);
    }
    return code;
}

void parry_access_close(parry_access *a)
{
    if (a == NULL)
        return;
    parry_err err = {0};
    if (a->passwords != NULL && parry_access_tick(a, &err) != PARRY_OK)
        parry_log_err("access_tick", &err);
    parry_passwords_free(a->passwords);
    parry_lockouts_free(a->lockouts);
    parry_seen_free(a->seen_keys);
    parry_seen_free(a->seen_sessions);
    sodium_memzero(&a->master, sizeof a->master);
    parry_arena_free(a->arena);
    free(a);
}

bool parry_access_public(const parry_access *a, parry_str audience)
{
    return parry_str_eqz(audience, "customer") || parry_str_eqz(audience, "merchant") ||
           parry_str_eqz(audience, a->options.default_audience);
}

parry_str parry_access_pseudonym(const parry_access *a, parry_arena *arena, parry_str subject)
{
    parry_secret m = parry_secret_mac(&a->master, "pseudonym", subject);
    char *hex = parry_arena_alloc(arena, 33);
    sodium_bin2hex(hex, 33, m.b, 16);
    return parry_str_make(hex, 32);
}

/* ---- records ------------------------------------------------------------------------------------------------------
 */

parry_code parry_access_load(parry_txn *t, parry_table table, parry_str key, json_t **out, parry_err *err)
{
    parry_str value;
    parry_code code = parry_get(t, table, key, &value, err);
    if (code != PARRY_OK)
        return code;
    json_t *j = json_loadb(value.p, value.n, 0, NULL);
    if (!json_is_object(j)) {
        json_decref(j);
        return parry_fail(err, PARRY_CORRUPT, "a record of access is damaged; restore the store from a backup");
    }
    *out = j;
    return PARRY_OK;
}

parry_code parry_access_save(parry_txn *t, parry_table table, parry_str key, const json_t *j, parry_err *err)
{
    char *text = json_dumps(j, JSON_COMPACT);
    assert(text != NULL);
    parry_code code = parry_put(t, table, key, parry_str_of(text), err);
    free(text);
    return code;
}

parry_str parry_member_text(const json_t *j, const char *name)
{
    const json_t *v = json_object_get(j, name);
    return parry_str_make(json_string_value(v), json_string_length(v));
}

int64_t parry_member_number(const json_t *j, const char *name) { return json_integer_value(json_object_get(j, name)); }

bool parry_member_flag(const json_t *j, const char *name) { return json_is_true(json_object_get(j, name)); }

json_t *parry_text_json(parry_str s)
{
    json_t *j = json_stringn(s.p ? s.p : "", s.n);
    if (j != NULL)
        return j;
    parry_arena *a = parry_arena_new();
    s = parry_utf8_clean(a, s, NULL);
    j = json_stringn(s.p, s.n);
    parry_arena_free(a);
    return j;
}

/* ---- the audit ----------------------------------------------------------------------------------------------------
 */

parry_code parry_access_tell(const parry_access *a, const parry_actor *by, const char *action, const char *kind,
                             parry_str target, bool ok, json_t *more, parry_err *err)
{
    char named[16 + 256];
    if (a->options.audit == NULL) {
        json_decref(more);
        return PARRY_OK;
    }
    (void)snprintf(named, sizeof named, "%s:%.*s", kind, PARRY_FMT(parry_utf8_cut(target, 200)));
    json_t *entry =
        json_pack("{s:s, s:o, s:o, s:o, s:b}", "action", action, "actor", parry_text_json(by->id), "address",
                  parry_text_json(by->address), "target", parry_text_json(parry_str_of(named)), "ok", ok);
    if (more != NULL)
        (void)json_object_update_missing(entry, more);
    json_decref(more);
    parry_code code = a->options.audit(a->options.audit_ctx, entry, err);
    json_decref(entry);
    if (code != PARRY_OK)
        parry_err_context(err, "%s was not done, since the audit cannot be written", action);
    return code;
}

parry_code parry_access_commit(const parry_access *a, parry_txn *t, const parry_actor *by, const char *action,
                               const char *kind, parry_str target, json_t *more, parry_err *err)
{
    parry_code code = parry_access_tell(a, by, action, kind, target, true, more, err);
    if (code == PARRY_OK)
        return parry_txn_commit(t, err);
    parry_txn_abort(t);
    return code;
}

/* ---- what was seen ------------------------------------------------------------------------------------------------
 */

typedef struct pass {
    parry_access *a;
    parry_txn *t; /* begun by the first that is new */
    parry_code code;
    parry_err *err;
} pass;

static bool in_write(pass *p)
{
    if (p->code == PARRY_OK && p->t == NULL)
        p->code = parry_txn_write(p->a->env, &p->t, p->err);
    return p->code == PARRY_OK;
}

static void save_used(void *ctx, parry_str name, int64_t ms)
{
    pass *p = ctx;
    unsigned char at[8];
    parry_key_u64((uint64_t)ms, at);
    if (in_write(p))
        p->code = parry_put(p->t, p->a->used, name, parry_str_make((char *)at, sizeof at), p->err);
}

static void save_session(void *ctx, parry_str name, int64_t ms)
{
    pass *p = ctx;
    json_t *j = NULL;
    if (!in_write(p))
        return;
    parry_err err = {0};
    parry_code code = parry_access_load(p->t, p->a->sessions, name, &j, &err);
    if (code != PARRY_OK) /* it ended meanwhile */
        return;
    (void)json_object_set_new(j, "seen", json_integer(ms));
    p->code = parry_access_save(p->t, p->a->sessions, name, j, p->err);
    json_decref(j);
}

parry_code parry_access_tick(parry_access *a, parry_err *err)
{
    pass p = {.a = a, .code = PARRY_OK, .err = err};
    parry_seen_drain(a->seen_keys, save_used, &p);
    parry_seen_drain(a->seen_sessions, save_session, &p);
    if (p.t == NULL)
        return p.code;
    if (p.code == PARRY_OK)
        return parry_txn_commit(p.t, err);
    parry_txn_abort(p.t);
    return p.code;
}

void parry_access_derive(const parry_access *a, const char *purpose, struct parry_secret *out)
{
    *out = parry_secret_mac(&a->master, purpose, parry_str_of(""));
}
