/* POST /v1/hooks/ticket: another system says that a ticket was made there, or what became of it. It is joined to the
 * searches before it by the hand-off, the visitor, or the address of who wrote it (of which only a key is kept). */
#include "api/routes.h"

#include "api/desk/desk_api.h"
#include "api/input.h"
#include "api/query_log.h"
#include "api/schema.h"
#include "base/clock.h"
#include "desk/desk.h"

#include <stdlib.h>

#define TEXT(most) "{\"type\":\"string\",\"maxLength\":" most "}"
static const char hook_schema[] =
    "{\"type\":\"object\",\"required\":[\"ticket_id\"],\"additionalProperties\":false,"
    "\"properties\":{"
    "\"ticket_id\":{\"type\":\"string\",\"minLength\":1,\"maxLength\":100},"
    "\"target\":" TEXT("64") ",\"handoff_id\":" TEXT("36") ",\"created_at\":" TEXT("40") ",\"requester_email\":" TEXT(
        "254") ",\"visitor_key\":" TEXT("200") ",\"channel\":{\"enum\":[\"form\","
                                               "\"chat\",\"agent\",\"email\",\"api\","
                                               "\"other\"]}"
                                               ",\"subject\":" TEXT("500") ",\"status\":" TEXT("100") ",\""
                                                                                                      "end"
                                                                                                      "ed"
                                                                                                      "\":"
                                                                                                      "{\""
                                                                                                      "typ"
                                                                                                      "e\""
                                                                                                      ":\""
                                                                                                      "boo"
                                                                                                      "lea"
                                                                                                      "n\""
                                                                                                      "},"
                                                                                                      "\"u"
                                                                                                      "rl"
                                                                                                      "\""
                                                                                                      ":" TEXT(
                                                                                                          "250") "}}";

typedef struct told {
    parry_call *c;
    const json_t *body;
    parry_str ticket, target;
    int64_t at_ms;
    parry_uuid handoff;
    bool has_handoff;
} told;

static parry_code read_body(told *t, parry_err *err)
{
    const parry_call *c = t->c;
    parry_str at = parry_body_text(c, t->body, "created_at"), handoff = parry_body_text(c, t->body, "handoff_id");
    t->ticket = parry_body_text(c, t->body, "ticket_id");
    t->target = parry_body_text(c, t->body, "target");
    t->at_ms = parry_clock_now_ms(parry_clock_system());
    t->has_handoff = handoff.n > 0;
    if (at.n > 0 && !parry_time_parse(at, &t->at_ms, NULL))
        return parry_fail(err, PARRY_INVALID, "created_at must be a time in UTC (2026-11-01T09:00:00Z)");
    if (t->has_handoff && !parry_uuid_parse(handoff, &t->handoff))
        return parry_fail(err, PARRY_INVALID, "handoff_id must be the id of a hand-off");
    return PARRY_OK;
}

/* ---- joined by the hand-off -------------------------------------------------------------------------------------- */

static void copy_to(char out[PARRY_OUTBOX_REMOTE_MAX], parry_str s)
{
    (void)snprintf(out, PARRY_OUTBOX_REMOTE_MAX, "%.*s", PARRY_FMT(parry_utf8_cut(s, PARRY_OUTBOX_REMOTE_MAX - 1)));
}

/* *joined: it is one of ours. */
static parry_code hear(told *t, bool *joined, parry_err *err)
{
    parry_receipt r = {.ended = json_is_true(json_object_get(t->body, "ended"))};
    parry_err why = {0};
    copy_to(r.remote_id, t->ticket);
    copy_to(r.status, parry_body_text(t->c, t->body, "status"));
    copy_to(r.remote_url, parry_body_text(t->c, t->body, "url"));
    parry_code code = parry_handoffs_hear(parry_desk_handoffs(t->c->app->desk), t->has_handoff ? &t->handoff : NULL,
                                          t->target, &r, &t->handoff, &why);
    *joined = code == PARRY_OK;
    return code == PARRY_OK || code == PARRY_NOT_FOUND ? PARRY_OK : parry_fail(err, code, "%s", why.msg);
}

/* ---- told to the ledger ------------------------------------------------------------------------------------------ */

/* The same for the same ticket of the same system, so that it counts once, however often it is told. */
static parry_uuid event_id(const told *t)
{
    parry_hasher h;
    parry_hasher_start(&h);
    parry_hasher_adds(&h, parry_str_of("ticket told"));
    parry_hasher_adds(&h, t->target);
    parry_hasher_adds(&h, t->ticket);
    parry_hash hash = parry_hasher_end(&h);
    return parry_uuid_of(hash.b);
}

static parry_code tell_ledger(const told *t, const char **joined, parry_err *err)
{
    const parry_call *c = t->c;
    parry_str email = parry_str_trim(parry_body_text(c, t->body, "requester_email"));
    parry_str visitor = parry_body_text(c, t->body, "visitor_key"), subject = parry_body_text(c, t->body, "subject");
    parry_str channel = parry_body_text(c, t->body, "channel");
    parry_ledger_ticket *ticket = NULL;
    if (c->app->ledger == NULL)
        return PARRY_OK;
    json_t *j = json_pack("{s:s, s:I, s:o, s:o}", "type", "ticket_created", "at", (json_int_t)t->at_ms, "ticket",
                          parry_json_text(t->ticket), "channel",
                          parry_json_text(channel.n > 0 ? channel : parry_str_of("other")));
    if (visitor.n > 0)
        parry_event_set_key(c->app->visitors, j, "visitor", PARRY_PSEUDONYM_VISITOR, t->at_ms, visitor);
    if (email.n > 0)
        parry_event_set_key(c->app->visitors, j, "contact", PARRY_PSEUDONYM_CONTACT, t->at_ms, email);
    if (subject.n > 0)
        parry_event_set_text(c->app->redactor, c->arena, j, "text", subject);
    *joined = visitor.n > 0 ? "visitor" : email.n > 0 ? "contact" : "none";
    char *text = json_dumps(j, JSON_COMPACT);
    parry_ledger_item item = {.kind = PARRY_LEDGER_EVENT, .id = event_id(t), .payload = parry_str_of(text)};
    parry_event_set_about(j, &item);
    parry_code code = parry_call_append(c, &item, 1, &ticket, err);
    if (code == PARRY_OK)
        code = parry_ledger_wait(c->app->ledger, ticket, err);
    parry_ledger_release(c->app->ledger, ticket);
    free(text);
    json_decref(j);
    return code;
}

static parry_code take(told *t, parry_err *err)
{
    bool ours = false;
    const char *joined = "handoff";
    char id[PARRY_UUID_TEXT] = "";
    parry_code code = read_body(t, err);
    if (code == PARRY_OK)
        code = hear(t, &ours, err);
    /* What came through us was told when it was accepted; also where it names a hand-off that was erased since. */
    if (code == PARRY_OK && !ours && !t->has_handoff)
        code = tell_ledger(t, &joined, err);
    if (code != PARRY_OK)
        return code;
    if (ours)
        parry_uuid_text(t->handoff, id);
    parry_response_json(
        t->c->res, 200, "application/json",
        json_pack("{s:s, s:o}", "joined_by", joined, "handoff_id", *id ? json_string(id) : json_null()));
    return PARRY_OK;
}

parry_code parry_post_ticket_hook(parry_call *c, parry_err *err)
{
    json_t *body = NULL;
    if (c->app->desk == NULL)
        return parry_no_desk(c, err);
    parry_code code = parry_body_read(c, hook_schema, &body, err);
    told t = {.c = c, .body = body};
    if (code == PARRY_OK)
        code = take(&t, err);
    json_decref(body);
    return code;
}
