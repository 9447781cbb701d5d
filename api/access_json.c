/* What the routes of keys, people and sessions share: bodies in, JSON out, and who may give what. */
#include "api/routes.h"

#include "api/paging.h"
#include "base/clock.h"

static bool among(const char *names, const char *name)
{
    parry_str rest = parry_str_of(names), one;
    while (parry_str_split(&rest, ' ', &one)) {
        if (parry_str_eqz(one, name))
            return true;
    }
    return false;
}

/* application/json alone: no form of another site can send that without being asked about it first. */
parry_code parry_members_only(const parry_call *c, const char *members, json_t **out, parry_err *err)
{
    json_t *j = NULL, *value;
    const char *name;
    if (!parry_request_is(c->req, "application/json"))
        return parry_fail(err, PARRY_INVALID, "the body must be JSON, with Content-Type: application/json");
    parry_code code = parry_request_json(c->req, &j, err);
    if (code == PARRY_OK && !json_is_object(j))
        code = parry_fail(err, PARRY_INVALID, "the body must be an object");
    json_object_foreach(j, name, value)
    {
        if (code == PARRY_OK && !among(members, name))
            code = parry_fail(err, PARRY_INVALID, "unknown member \"%.40s\"; known here: %s", name,
                              *members ? members : "none");
    }
    if (code == PARRY_OK)
        *out = j;
    else
        json_decref(j);
    return code;
}

parry_code parry_member_read(const parry_call *c, const json_t *body, const char *name, parry_str *out, parry_err *err)
{
    const json_t *j = json_object_get(body, name);
    if (j == NULL)
        return PARRY_OK;
    if (!json_is_string(j))
        return parry_fail(err, PARRY_INVALID, "%s: must be a text", name);
    *out = parry_str_copy(c->arena, parry_str_make(json_string_value(j), json_string_length(j)));
    return PARRY_OK;
}

json_t *parry_time_json(int64_t ms)
{
    char text[PARRY_TIME_TEXT];
    if (ms == 0)
        return json_null();
    parry_time_text(ms, text);
    return json_string(text);
}

json_t *parry_rights_json(parry_rights set)
{
    json_t *list = json_array();
    for (unsigned r = PARRY_RIGHT_OPEN + 1; r < PARRY_RIGHTS; r++) {
        if (parry_rights_have(set, (parry_right)r))
            (void)json_array_append_new(list, json_string(parry_right_name((parry_right)r)));
    }
    return list;
}

parry_code parry_need_access(const parry_call *c, parry_err *err)
{
    return c->app->access ? PARRY_OK : parry_fail(err, PARRY_UNAVAILABLE, "this server has no keys and no people");
}

parry_code parry_may_grant(const parry_call *c, parry_rights rights, parry_err *err)
{
    const parry_identity *who = c->who;
    if ((rights & ~who->rights) != 0)
        return parry_fail(err, PARRY_DENIED, "nobody gives, takes or renews rights that are not their own");
    if (who->naudiences > 0 || who->nnarrowings > 0 || who->locale.n > 0)
        return parry_fail(err, PARRY_DENIED, "a key that is limited to some articles gives no rights to others");
    return PARRY_OK;
}

parry_code parry_list_params(const parry_call *c, const char *list, parry_str *after, size_t *limit, parry_err *err)
{
    bool given;
    *after = parry_str_make(NULL, 0);
    *limit = 100;
    parry_code code = parry_paging_after(c->req, c->arena, list, after, 1, &given, err);
    return code == PARRY_OK ? parry_request_number(c->req, "limit", 1, 1000, limit, err) : code;
}
