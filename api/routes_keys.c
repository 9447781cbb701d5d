/* /v1/keys. A key's text is in the reply that makes it, and in no other. */
#include "api/routes.h"

#include "access/keys.h"
#include "api/paging.h"
#include "base/clock.h"

#include <math.h>

enum { DAY_S = 86400 };

static json_t *key_json(const parry_key *k)
{
    int64_t now = parry_clock_now_ms(parry_clock_system());
    const char *state = k->revoked_ms ? "revoked" : k->expires_ms && k->expires_ms <= now ? "expired" : "valid";
    return json_pack("{s:o, s:s, s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "id", parry_json_text(k->id), "kind",
                     k->kind == PARRY_KEY_SEARCH ? "search" : "secret", "name", parry_json_text(k->name), "state",
                     state, "rights", parry_rights_json(k->rights), "limits", parry_limits_json(&k->limits), "created",
                     parry_time_json(k->created_ms), "expires", parry_time_json(k->expires_ms), "last_used",
                     parry_time_json(k->used_ms), "rotated", parry_time_json(k->rotated_ms), "revoked",
                     parry_time_json(k->revoked_ms));
}

parry_code parry_get_keys(parry_call *c, parry_err *err)
{
    parry_str after;
    parry_key *keys = NULL;
    size_t n = 0, limit;
    parry_code code = parry_need_access(c, err);
    if (code == PARRY_OK)
        code = parry_list_params(c, "keys", &after, &limit, err);
    if (code == PARRY_OK)
        code = parry_key_list(c->app->access, c->arena, after, limit + 1, &keys, &n, err);
    if (code != PARRY_OK)
        return code;
    json_t *list = json_array();
    for (size_t i = 0; i < n && i < limit; i++)
        (void)json_array_append_new(list, key_json(&keys[i]));
    json_t *next = parry_paging_next("keys", n > limit, n > limit ? &keys[limit - 1].id : &after, 1);
    parry_response_json(c->res, 200, "application/json", json_pack("{s:o, s:o}", "keys", list, "next", next));
    return PARRY_OK;
}

parry_code parry_get_key(parry_call *c, parry_err *err)
{
    parry_key k;
    parry_code code = parry_need_access(c, err);
    if (code == PARRY_OK)
        code = parry_key_get(c->app->access, c->arena, c->tail, &k, err);
    if (code == PARRY_OK)
        parry_response_json(c->res, 200, "application/json", key_json(&k));
    return code;
}

/* ---- bodies -------------------------------------------------------------------------------------------------------
 */

static parry_code read_rights(const parry_call *c, const json_t *body, parry_rights *out, parry_err *err)
{
    const json_t *list = json_object_get(body, "rights");
    parry_code code = PARRY_OK;
    if (list != NULL && !json_is_array(list))
        return parry_fail(err, PARRY_INVALID, "rights: a list of names");
    for (size_t i = 0; i < json_array_size(list) && code == PARRY_OK; i++) {
        parry_rights one = 0;
        const json_t *name = json_array_get(list, i);
        if (!json_is_string(name))
            return parry_fail(err, PARRY_INVALID, "rights: a list of names");
        code = parry_rights_parse(parry_str_of(json_string_value(name)), &one, err);
        *out |= one;
    }
    (void)c;
    return code;
}

static parry_code read_end(const parry_call *c, const json_t *body, int64_t *ms, parry_err *err)
{
    parry_str text = {NULL, 0};
    bool day;
    parry_code code =
        json_is_null(json_object_get(body, "expires")) ? PARRY_OK : parry_member_read(c, body, "expires", &text, err);
    if (code == PARRY_OK && text.n > 0 && !parry_time_parse(text, ms, &day))
        code = parry_fail(err, PARRY_INVALID, "expires: a time in UTC, like 2027-01-31T12:00:00Z");
    return code;
}

static parry_code read_key(const parry_call *c, const json_t *body, parry_key *k, parry_err *err)
{
    parry_str kind = parry_str_of("secret");
    json_t *limits = json_object_get(body, "limits");
    parry_code code = parry_member_read(c, body, "kind", &kind, err);
    if (code == PARRY_OK && !parry_str_eqz(kind, "secret") && !parry_str_eqz(kind, "search"))
        code = parry_fail(err, PARRY_INVALID, "kind: secret or search");
    k->kind = parry_str_eqz(kind, "search") ? PARRY_KEY_SEARCH : PARRY_KEY_SECRET;
    if (code == PARRY_OK)
        code = parry_member_read(c, body, "name", &k->name, err);
    if (code == PARRY_OK)
        code = read_rights(c, body, &k->rights, err);
    if (code == PARRY_OK)
        code = read_end(c, body, &k->expires_ms, err);
    if (code == PARRY_OK && limits != NULL && !json_is_object(limits))
        code = parry_fail(err, PARRY_INVALID, "limits: an object of audiences, locale, filters");
    if (code == PARRY_OK)
        code = parry_limits_read(c->arena, limits, &k->limits, err);
    return code;
}

parry_code parry_post_keys(parry_call *c, parry_err *err)
{
    const parry_actor by = parry_call_actor(c);
    parry_key k = {.expires_ms = 0}, made;
    parry_str text;
    json_t *body = NULL;
    c->res->plain = true;
    parry_code code = parry_need_access(c, err);
    if (code == PARRY_OK)
        code = parry_members_only(c, "kind name rights limits expires", &body, err);
    if (code == PARRY_OK)
        code = read_key(c, body, &k, err);
    json_decref(body);
    if (code == PARRY_OK)
        code = parry_may_grant(c, k.rights, err);
    if (code == PARRY_OK)
        code = parry_key_create(c->app->access, c->arena, &by, &k, &made, &text, err);
    if (code != PARRY_OK)
        return code;
    json_t *j = key_json(&made);
    (void)json_object_set_new(j, "key", parry_json_text(text));
    parry_response_json(c->res, 201, "application/json", j);
    parry_response_header(c->res, "Location", parry_str_printf(c->arena, "/v1/keys/%.*s", PARRY_FMT(made.id)));
    return PARRY_OK;
}

/* ---- changes ------------------------------------------------------------------------------------------------------
 */

static parry_code read_rotation(const parry_call *c, int64_t *grace_ms, int64_t *expires_ms, parry_err *err)
{
    json_t *body = NULL;
    *grace_ms = (int64_t)DAY_S * 1000;
    if (c->req->body.n == 0)
        return PARRY_OK;
    parry_code code = parry_members_only(c, "grace_s expires", &body, err);
    if (code != PARRY_OK)
        return code;
    const json_t *grace = json_object_get(body, "grace_s");
    double grace_s = json_number_value(grace); /* 60.0 is whole, too */
    if (grace != NULL &&
        !(json_is_number(grace) && grace_s >= 0 && grace_s <= 366 * DAY_S && grace_s == trunc(grace_s)))
        code = parry_fail(err, PARRY_INVALID, "grace_s: whole seconds, at most those of a year");
    else if (grace != NULL)
        *grace_ms = (int64_t)grace_s * 1000;
    if (code == PARRY_OK)
        code = read_end(c, body, expires_ms, err);
    json_decref(body);
    return code;
}

/* Who gets the new text has its rights: so only who has them may. */
parry_code parry_rotate_key(parry_call *c, parry_err *err)
{
    const parry_actor by = parry_call_actor(c);
    int64_t grace_ms = 0, expires_ms = 0;
    parry_key k;
    parry_str text;
    c->res->plain = true;
    parry_code code = parry_need_access(c, err);
    if (code == PARRY_OK)
        code = read_rotation(c, &grace_ms, &expires_ms, err);
    if (code == PARRY_OK)
        code = parry_key_get(c->app->access, c->arena, c->tail, &k, err);
    if (code == PARRY_OK)
        code = parry_may_grant(c, k.rights, err);
    if (code == PARRY_OK)
        code = parry_key_rotate(c->app->access, c->arena, &by, c->tail, grace_ms, expires_ms, &text, err);
    if (code == PARRY_OK)
        parry_response_json(c->res, 200, "application/json",
                            json_pack("{s:o, s:o}", "id", parry_json_text(k.id), "key", parry_json_text(text)));
    return code;
}

parry_code parry_delete_key(parry_call *c, parry_err *err)
{
    const parry_actor by = parry_call_actor(c);
    parry_code code = parry_need_access(c, err);
    if (code == PARRY_OK)
        code = parry_key_revoke(c->app->access, &by, c->tail, err);
    if (code == PARRY_OK)
        c->res->status = 204;
    return code;
}
