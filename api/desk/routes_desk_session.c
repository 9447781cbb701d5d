/* Signing in and out as the desk's page does it: the sessions of /v1/session under other names. */
#include "api/desk/desk_api.h"

#include "access/people.h"

static json_t *user_json(parry_str id, const char *role)
{
    return json_pack("{s:o, s:o, s:o}", "id", parry_json_text(id), "username", parry_json_text(id), "role",
                     role != NULL ? json_string(role) : json_null());
}

static json_t *signed_in(const parry_session *s)
{
    return json_pack("{s:b, s:o, s:o, s:o}", "authenticated", 1, "user", user_json(s->person, parry_role_name(s->role)),
                     "csrf", parry_json_text(s->csrf), "until", parry_time_json(s->until_ms));
}

static json_t *signed_out(void) { return json_pack("{s:b, s:n}", "authenticated", 0, "user"); }

parry_code parry_post_desk_login(parry_call *c, parry_err *err)
{
    parry_sign_in in = {.address = c->req->address, .before = parry_request_cookie(c->req, PARRY_SESSION_COOKIE)};
    json_t *body = NULL;
    parry_code code = parry_need_access(c, err);
    if (code == PARRY_OK)
        code = parry_members_only(c, "username password code", &body, err);
    if (code == PARRY_OK)
        code = parry_member_read(c, body, "username", &in.person, err);
    if (code == PARRY_OK)
        code = parry_member_read(c, body, "password", &in.password, err);
    if (code == PARRY_OK)
        code = parry_member_read(c, body, "code", &in.code, err);
    json_decref(body);
    if (code == PARRY_OK && (in.person.n == 0 || in.password.n == 0))
        code = parry_fail(err, PARRY_INVALID, "send username and password, and code where one-time codes are on");
    return code == PARRY_OK ? parry_session_enter(c, &in, parry_str_make(NULL, 0), signed_in, err) : code;
}

parry_code parry_post_desk_logout(parry_call *c, parry_err *err)
{
    parry_code code = parry_delete_session(c, err);
    if (code == PARRY_OK)
        parry_response_json(c->res, 200, "application/json", signed_out());
    return code;
}

parry_code parry_get_desk_auth(parry_call *c, parry_err *err)
{
    parry_session s;
    const parry_identity *who = c->who;
    c->res->plain = true;
    if (who->who == PARRY_WHO_PERSON) {
        parry_code code =
            parry_session_look(c->app->access, c->arena, parry_request_cookie(c->req, PARRY_SESSION_COOKIE), &s, err);
        if (code == PARRY_OK)
            parry_response_json(c->res, 200, "application/json", signed_in(&s));
        return code;
    }
    if (parry_rights_have(who->rights, PARRY_RIGHT_CASES_READ))
        parry_response_json(c->res, 200, "application/json",
                            json_pack("{s:b, s:o}", "authenticated", 1, "user", user_json(who->id, NULL)));
    else
        parry_response_json(c->res, 200, "application/json", signed_out());
    return PARRY_OK;
}
