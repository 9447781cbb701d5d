/* The tools that do something: say how it ended, and hand over to a person. */
#include "api/agents/tools.h"
#include "api/desk/desk_api.h"
#include "api/input.h"
#include "api/query_log.h"
#include "api/routes.h"
#include "base/clock.h"
#include "desk/desk.h"

#include <stdlib.h>

static parry_code need(const parry_call *c, parry_right right, parry_err *err)
{
    if (parry_rights_have(c->who->rights, right))
        return PARRY_OK;
    return parry_fail(err, PARRY_DENIED, "the key has not the right \"%s\"", parry_right_name(right));
}

/* ---- report_outcome ---------------------------------------------------------------------------------------------- */

/* The same for the same outcome of the same search: said again, it counts once. */
static json_t *outcome_id(const parry_call *c, const json_t *args)
{
    static const char *const names[] = {"query_id", "outcome", "article_id"};
    char text[PARRY_UUID_TEXT];
    parry_hasher h;
    parry_hasher_start(&h);
    parry_hasher_adds(&h, parry_str_of("outcome"));
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        parry_hasher_adds(&h, parry_body_text(c, args, names[i]));
    parry_hash hash = parry_hasher_end(&h);
    parry_uuid_text(parry_uuid_of(hash.b), text);
    return json_string(text);
}

static json_t *outcome_event(const parry_call *c, const json_t *args)
{
    parry_str outcome = parry_body_text(c, args, "outcome"), article = parry_body_text(c, args, "article_id");
    bool solved = parry_str_eqz(outcome, "solved");
    json_t *j = json_pack("{s:s, s:s}", "type", solved ? "solved" : "not_solved", "channel", "chat");
    json_object_set(j, "query_id", json_object_get(args, "query_id"));
    json_object_set_new(j, "id", outcome_id(c, args));
    if (article.n > 0)
        json_object_set_new(j, "article", parry_json_text(article));
    if (parry_str_eqz(outcome, "ambiguous"))
        json_object_set_new(j, "reason", json_string("ambiguous"));
    return j;
}

static parry_code append_and_wait(parry_call *c, const parry_ledger_item *item, parry_err *err)
{
    parry_ledger_ticket *ticket = NULL;
    parry_code code = parry_call_append(c, item, 1, &ticket, err);
    if (code == PARRY_OK)
        code = parry_ledger_wait(c->app->ledger, ticket, err);
    parry_ledger_release(c->app->ledger, ticket);
    return code;
}

parry_code parry_tool_report_outcome(parry_call *c, const json_t *args, parry_tool_result *out, parry_err *err)
{
    parry_ledger_item item;
    const parry_event_context from = {.redactor = c->app->redactor,
                                      .visitors = c->app->visitors,
                                      .now_ms = parry_clock_now_ms(parry_clock_system()),
                                      .audience = c->audience,
                                      .visitor = parry_call_visitor(c),
                                      .session = parry_call_session(c),
                                      .bot = parry_call_bot(c)};
    if (c->app->ledger == NULL)
        return parry_fail(err, PARRY_UNAVAILABLE, "this server records nothing");
    parry_code code = need(c, PARRY_RIGHT_EVENTS, err);
    json_t *event = outcome_event(c, args);
    if (code == PARRY_OK)
        code = parry_event_read(&from, c->arena, event, &item, err);
    if (code == PARRY_OK)
        code = append_and_wait(c, &item, err);
    json_decref(event);
    if (code != PARRY_OK)
        return code;
    out->structured = json_pack("{s:b}", "recorded", 1);
    out->links = json_array();
    return PARRY_OK;
}

/* ---- create_ticket ----------------------------------------------------------------------------------------------- */

static json_t *form_of(const parry_call *c, const json_t *args)
{
    static const char *const same[] = {"subject", "description", "email",   "name",
                                       "queue",   "priority",    "session", "said"};
    json_t *body =
        json_pack("{s:s, s:b, s:o}", "channel", "chat", "share_journey", 1, "audience", parry_json_text(c->audience));
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        if (json_object_get(args, same[i]) != NULL)
            json_object_set(body, same[i], json_object_get(args, same[i]));
    }
    if (json_object_get(args, "query_id") != NULL)
        json_object_set_new(body, "query_ids", json_pack("[O]", json_object_get(args, "query_id")));
    return body;
}

parry_code parry_tool_create_ticket(parry_call *c, const json_t *args, parry_tool_result *out, parry_err *err)
{
    char id[PARRY_UUID_TEXT], token[64];
    parry_handoff h;
    bool stranger = c->who->who == PARRY_WHO_ANYONE;
    parry_handoff_asked x = {.again = false};
    parry_str key = parry_body_text(c, args, "idempotency_key");
    if (c->app->desk == NULL)
        return parry_no_desk(c, err);
    parry_code code = need(c, PARRY_RIGHT_HANDOFF, err);
    if (code != PARRY_OK)
        return code;
    if (key.n > 0)
        x.once = parry_str_printf(c->arena, "tool %d %.*s %.*s", (int)c->who->who,
                                  PARRY_FMT(stranger ? c->req->address : c->who->id), PARRY_FMT(key));
    json_t *body = form_of(c, args);
    char *request = json_dumps(body, JSON_COMPACT | JSON_SORT_KEYS);
    x.request = parry_str_of(request); /* a key that two people chose is no way to another's ticket */
    code = parry_handoff_open(c, body, &x, &h, err);
    free(request);
    out->wait_s = x.wait_s;
    json_decref(body);
    if (code != PARRY_OK)
        return code;
    parry_uuid_text(h.id, id);
    parry_handoffs_link(parry_desk_handoffs(c->app->desk), h.id, token, sizeof token);
    out->structured = json_pack("{s:s, s:s, s:s, s:s, s:s}", "ticket_id", id, "reference", h.reference.p, "queue",
                                parry_queue_name(h.queue), "priority", parry_priority_name(h.priority), "follow_url",
                                parry_str_printf(c->arena, "%s/ticket/%s", parry_caller_origin(c), token).p);
    out->links = json_array();
    return PARRY_OK;
}
