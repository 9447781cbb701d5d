/* /v1/session: signing in and out, and one's own one-time codes. */
#include "api/routes.h"

#include "access/people.h"
#include "base/clock.h"

/* ---- the cookie ---------------------------------------------------------------------------------------------------
 */

/* Behind a proxy that speaks TLS the header says so; who forges it only makes his own cookie stricter. */
static bool secure(const parry_call *c)
{
    return c->app->tls || parry_str_eqz(parry_request_header(c->req, "X-Forwarded-Proto"), "https");
}

static void set_cookie(parry_call *c, parry_str token, int64_t seconds)
{
    parry_response_header(
        c->res, "Set-Cookie",
        parry_str_printf(c->arena, PARRY_SESSION_COOKIE "=%.*s; Path=/; HttpOnly; SameSite=Strict; Max-Age=%lld%s",
                         PARRY_FMT(token), (long long)seconds, secure(c) ? "; Secure" : ""));
}

/* ---- who am I -----------------------------------------------------------------------------------------------------
 */

static json_t *session_json(const parry_session *s)
{
    return json_pack("{s:s, s:o, s:s, s:o, s:o, s:o}", "who", "person", "id", parry_json_text(s->person), "role",
                     parry_role_name(s->role), "rights", parry_rights_json(parry_role_rights(s->role)), "csrf",
                     parry_json_text(s->csrf), "until", parry_time_json(s->until_ms));
}

static json_t *audiences_json(const parry_identity *who)
{
    json_t *list = json_array();
    for (size_t i = 0; i < who->naudiences; i++)
        (void)json_array_append_new(list, parry_json_text(who->audiences[i]));
    return list;
}

parry_code parry_get_session(parry_call *c, parry_err *err)
{
    static const char *const names[] = {[PARRY_WHO_ANYONE] = "anyone",
                                        [PARRY_WHO_SEARCH_KEY] = "search-key",
                                        [PARRY_WHO_SECRET_KEY] = "secret-key",
                                        [PARRY_WHO_USER] = "user",
                                        [PARRY_WHO_PERSON] = "person"};
    const parry_identity *who = c->who;
    parry_session s;
    c->res->plain = true;
    if (who->who == PARRY_WHO_PERSON) {
        parry_code code =
            parry_session_look(c->app->access, c->arena, parry_request_cookie(c->req, PARRY_SESSION_COOKIE), &s, err);
        if (code == PARRY_OK)
            parry_response_json(c->res, 200, "application/json", session_json(&s));
        return code;
    }
    json_t *j = json_pack("{s:s, s:o, s:o, s:o}", "who", names[who->who], "id", parry_json_text(who->id), "rights",
                          parry_rights_json(who->rights), "audiences", audiences_json(who));
    parry_response_json(c->res, 200, "application/json", j);
    return PARRY_OK;
}

/* ---- in and out ---------------------------------------------------------------------------------------------------
 */

static void say_wait(parry_call *c, int64_t wait_ms)
{
    char seconds[24];
    (void)snprintf(seconds, sizeof seconds, "%lld", (long long)((wait_ms + 999) / 1000));
    parry_problem_reply(c->res, PARRY_PROBLEM_TOO_MANY, "too many tries to sign in; wait", c->req->id);
    parry_response_header(c->res, "Retry-After", parry_str_of(seconds));
}

static void answer(parry_call *c, parry_sign_in_end end, const parry_session *s, int64_t wait_ms,
                   json_t *(*say)(const parry_session *s))
{
    switch (end) {
    case PARRY_SIGN_IN_DONE:
        parry_response_json(c->res, 200, "application/json", say(s));
        set_cookie(c, s->token, (s->until_ms - parry_clock_now_ms(parry_clock_system())) / 1000);
        break;
    case PARRY_SIGN_IN_WRONG:
        parry_problem_reply(c->res, PARRY_PROBLEM_UNAUTHENTICATED, "that is not right", c->req->id);
        break;
    case PARRY_SIGN_IN_CODE:
        parry_problem_reply(c->res, PARRY_PROBLEM_CODE_NEEDED, "send person, password and code", c->req->id);
        break;
    case PARRY_SIGN_IN_WAIT:
        say_wait(c, wait_ms);
        break;
    }
}

static parry_code read_sign_in(parry_call *c, parry_sign_in *in, parry_str *token, parry_err *err)
{
    json_t *body = NULL;
    parry_code code = parry_members_only(c, "person password code token", &body, err);
    if (code == PARRY_OK)
        code = parry_member_read(c, body, "person", &in->person, err);
    if (code == PARRY_OK)
        code = parry_member_read(c, body, "password", &in->password, err);
    if (code == PARRY_OK)
        code = parry_member_read(c, body, "code", &in->code, err);
    if (code == PARRY_OK)
        code = parry_member_read(c, body, "token", token, err);
    json_decref(body);
    if (code == PARRY_OK && token->n == 0 && (in->person.n == 0 || in->password.n == 0))
        code = parry_fail(err, PARRY_INVALID, "send person and password, or the token of a one-time link");
    return code;
}

parry_code parry_session_enter(parry_call *c, const parry_sign_in *in, parry_str token,
                               json_t *(*say)(const parry_session *s), parry_err *err)
{
    parry_session s;
    parry_sign_in_end end = PARRY_SIGN_IN_WRONG;
    int64_t wait_ms = 0;
    parry_code code;
    c->res->plain = true;
    if (token.n > 0)
        code = parry_link_redeem(c->app->access, c->arena, token, in->address, &s, &end, &wait_ms, err);
    else
        code = parry_sign_in_with(c->app->access, c->arena, in, &s, &end, &wait_ms, err);
    if (code == PARRY_OK)
        answer(c, end, &s, wait_ms, say);
    return code;
}

parry_code parry_post_session(parry_call *c, parry_err *err)
{
    parry_sign_in in = {.address = c->req->address, .before = parry_request_cookie(c->req, PARRY_SESSION_COOKIE)};
    parry_str token = {NULL, 0};
    c->res->plain = true;
    parry_code code = parry_need_access(c, err);
    if (code == PARRY_OK)
        code = read_sign_in(c, &in, &token, err);
    return code == PARRY_OK ? parry_session_enter(c, &in, token, session_json, err) : code;
}

parry_code parry_delete_session(parry_call *c, parry_err *err)
{
    const parry_actor by = parry_call_actor(c);
    parry_code code = PARRY_OK;
    if (c->who->who == PARRY_WHO_PERSON)
        code = parry_session_end(c->app->access, &by, parry_request_cookie(c->req, PARRY_SESSION_COOKIE), err);
    if (code != PARRY_OK)
        return code;
    set_cookie(c, parry_str_make(NULL, 0), 0);
    c->res->status = 204;
    return PARRY_OK;
}

/* ---- one's own one-time codes -------------------------------------------------------------------------------------
 */

/* true: a person with an account asks; else it was answered. */
static bool of_account(parry_call *c)
{
    if (c->who->who == PARRY_WHO_PERSON && !parry_str_starts(c->who->id, "@"))
        return true;
    parry_problem_reply(c->res, c->who->who == PARRY_WHO_ANYONE ? PARRY_PROBLEM_UNAUTHENTICATED : PARRY_PROBLEM_DENIED,
                        "one-time codes are for who signed in with a password", c->req->id);
    return false;
}

parry_code parry_post_codes(parry_call *c, parry_err *err)
{
    const parry_actor by = parry_call_actor(c);
    parry_str base32, uri;
    c->res->plain = true;
    if (!of_account(c))
        return PARRY_OK;
    parry_code code = parry_person_codes_start(c->app->access, c->arena, &by, c->who->id, &base32, &uri, err);
    if (code == PARRY_OK)
        parry_response_json(c->res, 200, "application/json",
                            json_pack("{s:o, s:o}", "secret", parry_json_text(base32), "uri", parry_json_text(uri)));
    return code;
}

parry_code parry_put_codes(parry_call *c, parry_err *err)
{
    const parry_actor by = parry_call_actor(c);
    parry_str text = {NULL, 0}, recovery[PARRY_RECOVERY_CODES];
    json_t *body = NULL;
    c->res->plain = true;
    if (!of_account(c))
        return PARRY_OK;
    parry_code code = parry_members_only(c, "code", &body, err);
    if (code == PARRY_OK)
        code = parry_member_read(c, body, "code", &text, err);
    json_decref(body);
    if (code == PARRY_OK)
        code = parry_person_codes_confirm(c->app->access, c->arena, &by, c->who->id, text, recovery, err);
    if (code != PARRY_OK)
        return code;
    json_t *list = json_array();
    for (size_t i = 0; i < PARRY_RECOVERY_CODES; i++)
        (void)json_array_append_new(list, parry_json_text(recovery[i]));
    parry_response_json(c->res, 200, "application/json", json_pack("{s:o}", "recovery", list));
    return PARRY_OK;
}

parry_code parry_delete_codes(parry_call *c, parry_err *err)
{
    const parry_actor by = parry_call_actor(c);
    if (!of_account(c))
        return PARRY_OK;
    parry_code code = parry_person_codes_off(c->app->access, &by, c->who->id, err);
    if (code == PARRY_OK)
        c->res->status = 204;
    return code;
}
