/* POST /v1/handoffs: a search that did not help becomes a ticket. docs/handoff.md. */
#include "api/routes.h"

#include "api/desk/abuse.h"
#include "api/desk/desk_api.h"
#include "api/desk/form.h"
#include "api/desk/told.h"
#include "api/input.h"
#include "api/query_log.h"
#include "base/clock.h"
#include "base/hash.h"
#include "desk/desk.h"

#include <stdlib.h>

/* ---- JSON -------------------------------------------------------------------------------------------------------- */

static void set_id(json_t *j, const parry_handoff *h)
{
    char id[PARRY_UUID_TEXT], at[PARRY_TIME_TEXT];
    parry_uuid_text(h->id, id);
    parry_time_text(h->created_ms, at);
    json_object_set_new(j, "id", json_string(id));
    json_object_set_new(j, "reference", parry_json_text(h->reference));
    json_object_set_new(j, "created_at", json_string(at));
}

static json_t *handoff_json(const parry_call *c, const parry_handoff *h, bool link)
{
    char token[64];
    json_t *j = json_object();
    set_id(j, h);
    json_object_set_new(j, "queue", parry_guess_json(parry_queue_name(h->queue), h->queue_probability));
    json_object_set_new(j, "priority", parry_guess_json(parry_priority_name(h->priority), h->priority_probability));
    if (link) {
        parry_handoffs_link(parry_desk_handoffs(c->app->desk), h->id, token, sizeof token);
        json_object_set_new(j, "follow_token", json_string(token));
        json_object_set_new(j, "follow_path", json_sprintf("/ticket/%s", token));
    }
    return j;
}

static json_t *target_json(const parry_handoff_target *t)
{
    json_t *j = json_object();
    json_object_set_new(j, "target", parry_json_text(t->name));
    json_object_set_new(j, "state", json_string(parry_outbox_state_name(t->state)));
    json_object_set_new(j, "remote_id", json_string(t->receipt.remote_id));
    json_object_set_new(j, "remote_url", json_string(t->receipt.remote_url));
    json_object_set_new(j, "status", json_string(t->receipt.status));
    json_object_set_new(j, "ended", json_boolean(t->receipt.ended));
    return j;
}

/* ---- opening a ticket -------------------------------------------------------------------------------------------- */

/* Not for programs that have a key of their own, and answer for what they send. */
static parry_code check_abuse(parry_call *c, const json_t *body, unsigned *wait_s, parry_err *err)
{
    const parry_config *config = c->app->config;
    const json_t *work = json_object_get(body, "work");
    parry_str visitor = parry_body_text(c, body, "visitor");
    if (c->who->who == PARRY_WHO_SECRET_KEY || c->who->who == PARRY_WHO_PERSON)
        return PARRY_OK;
    if (parry_body_text(c, body, "website").n > 0)
        return parry_fail(err, PARRY_DENIED, "this looks like a program; leave website empty");
    if (config->desk.work_bits > 0 && work == NULL)
        return parry_fail(err, PARRY_INVALID, "work is needed: get a challenge at /v1/handoffs/challenge");
    if (config->desk.work_bits > 0) {
        parry_code code =
            parry_work_check(c->app->abuse, parry_body_text(c, work, "challenge"), parry_body_text(c, work, "answer"),
                             (unsigned)config->desk.work_bits, parry_clock_now_ms(parry_clock_system()), err);
        if (code != PARRY_OK)
            return code;
    }
    *wait_s = parry_abuse_take(c->app->abuse, c, visitor, config->desk.per_hour);
    return *wait_s == 0 ? PARRY_OK : parry_fail(err, PARRY_UNAVAILABLE, "too many tickets from here; wait");
}

/* Tells this request from every other one, whoever sends it: its key, and who asks. */
static parry_code read_once(const parry_call *c, parry_handoff_asked *x, parry_err *err)
{
    parry_str key;
    bool stranger = c->who->who == PARRY_WHO_ANYONE;
    parry_code code = parry_once_key(c->req, &key, err);
    x->once = parry_str_of("");
    x->request = c->req->body;
    if (code == PARRY_OK && key.p != NULL)
        x->once = parry_str_printf(c->arena, "%d %.*s %.*s", (int)c->who->who,
                                   PARRY_FMT(stranger ? c->req->address : c->who->id), PARRY_FMT(key));
    return code;
}

/* What the person wrote, where the request as such is not at hand: another message under the same key is another one.
 */
static parry_str message_of(const parry_call *c, const json_t *body)
{
    static const char *const names[] = {"email", "subject", "description"};
    parry_str all = parry_str_of("");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        all = parry_str_printf(c->arena, "%.*s\n%.*s", PARRY_FMT(all), PARRY_FMT(parry_body_text(c, body, names[i])));
    return all;
}

static parry_code open_once(parry_call *c, const json_t *body, parry_handoff_asked *x, parry_handoff *out,
                            parry_err *err)
{
    parry_form f;
    parry_err why = {0};
    parry_handoffs *h = parry_desk_handoffs(c->app->desk);
    parry_code code = parry_handoffs_again(h, x->once, x->request, c->arena, out, &why);
    x->again = code == PARRY_OK;
    if (code != PARRY_NOT_FOUND)
        return code == PARRY_OK ? code : parry_fail(err, code, "%s", why.msg);
    code = parry_form_glance(c, body, err); /* a slip costs neither a ticket nor the work */
    if (code == PARRY_OK)
        code = check_abuse(c, body, &x->wait_s, err);
    if (code == PARRY_OK)
        code = parry_form_read(c, body, &f, err);
    if (code != PARRY_OK)
        return code;
    parry_handoff_wish w = {.once = x->once,
                            .request = x->request,
                            .packet = f.packet,
                            .visitor = parry_str_of(f.visitor),
                            .session = parry_str_of(f.session),
                            .contact = parry_str_of(f.contact),
                            .first = f.first};
    code = parry_handoffs_accept(h, &w, c->arena, out, &x->again, err);
    if (code == PARRY_OK && !x->again)
        parry_handoff_tell(c->app, out);
    json_decref(f.packet);
    return code;
}

parry_code parry_handoff_open(parry_call *c, const json_t *body, parry_handoff_asked *x, parry_handoff *out,
                              parry_err *err)
{
    if (x->once.n > 0 && x->request.n == 0)
        x->once = parry_str_printf(c->arena, "%.*s%.*s", PARRY_FMT(x->once), PARRY_FMT(message_of(c, body)));
    size_t turn = parry_copies_enter(c->app->abuse, x->once);
    parry_code code = open_once(c, body, x, out, err);
    parry_copies_leave(c->app->abuse, turn);
    return code;
}

void parry_handoff_say_wait(parry_call *c, unsigned wait_s)
{
    parry_problem_reply(c->res, PARRY_PROBLEM_TOO_MANY, "too many tickets from here; wait", c->req->id);
    parry_response_header(c->res, "Retry-After", parry_str_printf(c->arena, "%u", wait_s));
}

static void say_accepted(parry_call *c, const parry_handoff *h, bool again)
{
    parry_response_json(c->res, 201, "application/json", handoff_json(c, h, true));
    if (again)
        parry_response_header(c->res, "Idempotency-Replayed", parry_str_of("true"));
}

/* An Idempotency-Key is kept with the hand-off and not beside it (api/idempotency.h): in one commit, and so that no
 * link to a ticket stands there unsealed. */
parry_code parry_post_handoff(parry_call *c, parry_err *err)
{
    json_t *body = NULL;
    parry_handoff h;
    parry_handoff_asked x = {.again = false};
    parry_err why = {0};
    if (c->app->desk == NULL)
        return parry_no_desk(c, err);
    parry_code code = parry_body_read(c, parry_handoff_schema, &body, &why);
    if (code == PARRY_OK)
        code = read_once(c, &x, &why);
    if (code == PARRY_OK)
        code = parry_handoff_open(c, body, &x, &h, &why);
    json_decref(body);
    if (code == PARRY_OK)
        say_accepted(c, &h, x.again);
    else if (x.wait_s > 0)
        parry_handoff_say_wait(c, x.wait_s);
    else if (code == PARRY_CONFLICT)
        parry_problem_reply(c->res, PARRY_PROBLEM_REUSED_KEY, why.msg, c->req->id);
    else
        *err = why;
    return x.wait_s > 0 || code == PARRY_CONFLICT ? PARRY_OK : code;
}

parry_code parry_post_handoff_draft(parry_call *c, parry_err *err)
{
    json_t *body = NULL, *suggested = NULL;
    if (c->app->desk == NULL)
        return parry_no_desk(c, err);
    parry_code code = parry_body_read(c, parry_draft_schema, &body, err);
    if (code == PARRY_OK)
        code = parry_form_suggest(c, body, &suggested, err);
    if (code == PARRY_OK)
        parry_response_json(c->res, 200, "application/json", json_pack("{s:o}", "suggested", suggested));
    json_decref(body);
    return code;
}

parry_code parry_get_handoff_challenge(parry_call *c, parry_err *err)
{
    char text[PARRY_WORK_TEXT];
    if (c->app->desk == NULL)
        return parry_no_desk(c, err);
    parry_work_make(c->app->abuse, parry_clock_now_ms(parry_clock_system()), text);
    parry_response_json(c->res, 200, "application/json",
                        json_pack("{s:s, s:I, s:i}", "challenge", text, "bits",
                                  (json_int_t)c->app->config->desk.work_bits, "minutes", PARRY_WORK_MINUTES));
    return PARRY_OK;
}

/* ---- asking after one -------------------------------------------------------------------------------------------- */

parry_code parry_get_handoff(parry_call *c, parry_err *err)
{
    parry_handoff h;
    parry_uuid id;
    if (c->app->desk == NULL)
        return parry_no_desk(c, err);
    if (!parry_uuid_parse(c->tail, &id))
        return parry_fail(err, PARRY_NOT_FOUND, "no such hand-off");
    parry_code code = parry_handoffs_get(parry_desk_handoffs(c->app->desk), id, c->arena, &h, err);
    if (code != PARRY_OK)
        return code;
    json_t *j = handoff_json(c, &h, false), *targets = json_array();
    for (size_t i = 0; i < h.ntargets; i++)
        json_array_append_new(targets, target_json(&h.targets[i]));
    json_object_set_new(j, "targets", targets);
    json_object_set_new(j, "survey", h.survey > 0 ? json_integer(h.survey) : json_null());
    parry_response_json(c->res, 200, "application/json", j);
    return PARRY_OK;
}
