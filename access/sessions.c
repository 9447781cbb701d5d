/* Sessions' records: SHA-256 of the token -> {"person", "epoch", "created", "seen"}. The CSRF token is a keyed hash of
 * the session's token, so it need not be stored. */
#include "access/sessions_inner.h"

#include "base/hash.h"

static parry_code refuse(parry_err *err) { return parry_fail(err, PARRY_DENIED, "not signed in, or not any more"); }

static parry_str key_of(parry_str token, parry_hash *room)
{
    *room = parry_hash_of(token.p, token.n);
    return parry_str_make((const char *)room->b, sizeof room->b);
}

static parry_str csrf_of(const parry_access *x, parry_arena *a, parry_str token)
{
    parry_secret m = parry_secret_mac(&x->master, "csrf", token);
    return parry_base64_make(a, m.b, sizeof m.b);
}

static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }

/* When it ends if nobody uses it again; key: of its record. */
static int64_t end_of(const parry_access *x, parry_str key, const json_t *j)
{
    int64_t kept = parry_member_number(j, "seen"), here = parry_seen_at(x->seen_sessions, key);
    return least((here > kept ? here : kept) + x->options.session_idle_ms,
                 parry_member_number(j, "created") + x->options.session_absolute_ms);
}

/* ---- starting and ending ------------------------------------------------------------------------------------------
 */

typedef struct sweep {
    size_t mine; /* of the person that signs in */
    char oldest[PARRY_HASH_BYTES];
    int64_t oldest_ms;
} sweep;

static parry_code sweep_one(parry_access *x, parry_txn *t, parry_str key, parry_str value, parry_str person, sweep *s,
                            parry_err *err)
{
    json_t *j = json_loadb(value.p, value.n, 0, NULL);
    parry_code code = PARRY_OK;
    int64_t created = parry_member_number(j, "created");
    if (key.n != PARRY_HASH_BYTES || end_of(x, key, j) <= parry_access_now(x)) {
        code = parry_del(t, x->sessions, key, err);
    } else if (parry_str_eq(parry_member_text(j, "person"), person)) {
        if (s->mine++ == 0 || created < s->oldest_ms) {
            s->oldest_ms = created;
            memcpy(s->oldest, key.p, sizeof s->oldest);
        }
    }
    json_decref(j);
    return code;
}

static parry_code sweep_all(parry_access *x, parry_txn *t, parry_str person, parry_err *err)
{
    parry_cursor *c = NULL;
    parry_str key, value;
    sweep s = {0};
    parry_code code = parry_cursor_open(t, x->sessions, parry_str_make(NULL, 0), &c, err), closed;
    if (code != PARRY_OK)
        return code;
    while (code == PARRY_OK && parry_cursor_next(c, &key, &value))
        code = sweep_one(x, t, key, value, person, &s, err);
    closed = parry_cursor_close(c, code == PARRY_OK ? err : NULL);
    if (code == PARRY_OK)
        code = closed;
    if (code == PARRY_OK && s.mine >= PARRY_SESSIONS_EACH)
        code = parry_del(t, x->sessions, parry_str_make(s.oldest, sizeof s.oldest), err);
    return code;
}

parry_code parry_session_put(parry_access *x, parry_txn *t, parry_arena *a, parry_str person, parry_role role,
                             int64_t epoch, parry_session *out, parry_err *err)
{
    parry_hash room;
    int64_t now = parry_access_now(x);
    char *token = parry_arena_alloc(a, PARRY_TOKEN_TEXT);
    parry_token_random(token);
    parry_code code = sweep_all(x, t, person, err);
    if (code != PARRY_OK)
        return code;
    json_t *j = json_pack("{s:o, s:I, s:I, s:I}", "person", parry_text_json(person), "epoch", (json_int_t)epoch,
                          "created", (json_int_t)now, "seen", (json_int_t)now);
    code = parry_access_save(t, x->sessions, key_of(parry_str_of(token), &room), j, err);
    json_decref(j);
    if (code == PARRY_OK)
        *out = (parry_session){parry_str_of(token), csrf_of(x, a, parry_str_of(token)), parry_str_copy(a, person), role,
                               now + x->options.session_absolute_ms};
    return code;
}

parry_code parry_session_drop(parry_access *x, parry_txn *t, parry_str token, parry_err *err)
{
    parry_hash room;
    return token.n == 0 ? PARRY_OK : parry_del(t, x->sessions, key_of(token, &room), err);
}

parry_code parry_session_end(parry_access *x, const parry_actor *by, parry_str token, parry_err *err)
{
    parry_txn *t = NULL;
    parry_code code = parry_txn_write(x->env, &t, err);
    if (code != PARRY_OK)
        return code;
    code = parry_session_drop(x, t, token, err);
    if (code == PARRY_OK)
        return parry_access_commit(x, t, by, "session.end", "session", by->id, NULL, err);
    parry_txn_abort(t);
    return code;
}

/* ---- looking ------------------------------------------------------------------------------------------------------
 */

static parry_code owner_of(parry_access *x, parry_txn *t, parry_arena *a, const json_t *session, parry_session *out,
                           parry_err *err)
{
    parry_str id = parry_member_text(session, "person");
    json_t *person = NULL;
    parry_person p;
    if (parry_str_eqz(id, PARRY_PERSON_BY_LINK)) {
        out->person = parry_str_of(PARRY_PERSON_BY_LINK);
        out->role = PARRY_ROLE_ADMIN;
        return PARRY_OK;
    }
    parry_code code = parry_person_find(x, t, id, &person, NULL);
    if (code == PARRY_OK)
        code = parry_person_of_record(a, id, person, &p, err);
    bool same =
        code == PARRY_OK && !p.locked && parry_member_number(person, "epoch") == parry_member_number(session, "epoch");
    json_decref(person);
    if (!same)
        return refuse(err);
    out->person = p.id;
    out->role = p.role;
    return PARRY_OK;
}

static parry_code look(parry_access *x, parry_txn *t, parry_arena *a, parry_str token, parry_session *out,
                       parry_err *err)
{
    parry_hash room;
    json_t *j = NULL;
    parry_session s = {.token = token};
    parry_str key = key_of(token, &room);
    if (token.n != PARRY_TOKEN_TEXT - 1 || parry_access_load(t, x->sessions, key, &j, NULL) != PARRY_OK)
        return refuse(err);
    int64_t now = parry_access_now(x);
    parry_code code = end_of(x, key, j) > now ? owner_of(x, t, a, j, &s, err) : refuse(err);
    s.until_ms = parry_member_number(j, "created") + x->options.session_absolute_ms;
    json_decref(j);
    if (code != PARRY_OK)
        return code;
    parry_seen_touch(x->seen_sessions, key, now);
    s.csrf = csrf_of(x, a, token);
    *out = s;
    return PARRY_OK;
}

parry_code parry_session_look(parry_access *x, parry_arena *a, parry_str token, parry_session *out, parry_err *err)
{
    parry_txn *t = NULL;
    parry_code code = parry_txn_read(x->env, &t, err);
    if (code == PARRY_OK)
        code = look(x, t, a, token, out, err);
    parry_txn_abort(t);
    return code;
}

parry_code parry_session_find(parry_access *x, parry_arena *a, parry_str token, parry_identity *out, parry_err *err)
{
    parry_session s;
    parry_code code = parry_session_look(x, a, token, &s, err);
    if (code != PARRY_OK)
        return code;
    *out = (parry_identity){.who = PARRY_WHO_PERSON,
                            .id = s.person,
                            .rights = parry_role_rights(s.role),
                            .any_audience = parry_rights_have(parry_role_rights(s.role), PARRY_RIGHT_ARTICLES_READ),
                            .csrf = s.csrf};
    return PARRY_OK;
}

parry_code parry_session_count(parry_access *x, uint64_t *n, parry_err *err)
{
    parry_txn *t = NULL;
    parry_code code = parry_txn_read(x->env, &t, err);
    if (code == PARRY_OK)
        code = parry_count(t, x->sessions, n, err);
    parry_txn_abort(t);
    return code;
}
