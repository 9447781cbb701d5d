/* A customer's link: GET /v1/followed/{token} and the page /ticket/{token} say what became of a ticket, and take the
 * survey after it. Who has the link needs nothing else; it says nothing that the person does not know. */
#include "api/routes.h"

#include "api/desk/attachments.h"
#include "api/desk/desk_api.h"
#include "api/input.h"
#include "api/query_log.h"
#include "api/schema.h"
#include "base/clock.h"
#include "desk/desk.h"

#include <stdlib.h>

static const char survey_schema[] =
    "{\"type\":\"object\",\"required\":[\"score\"],\"additionalProperties\":false,\"properties\":{"
    "\"score\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":5},\"comment\":{\"type\":\"string\",\"maxLength\":4000}}"
    "}";

static parry_code find(const parry_call *c, parry_handoff *out, parry_err *err)
{
    parry_uuid id;
    if (c->app->desk == NULL) {
        (void)parry_no_desk(c, err);
        return PARRY_UNAVAILABLE;
    }
    parry_handoffs *h = parry_desk_handoffs(c->app->desk);
    parry_code code = parry_handoffs_follow(h, c->tail, &id, err);
    return code == PARRY_OK ? parry_handoffs_get(h, id, c->arena, out, err) : code;
}

/* ---- what became of it ------------------------------------------------------------------------------------------- */

/* Received: it is with us, on its way. Open: the desk has it. Closed: the desk says that it is done. */
static const char *state_of(const parry_handoff *h)
{
    const parry_handoff_target *t = &h->targets[0];
    if (h->ntargets == 0 || t->state != PARRY_OUTBOX_DELIVERED)
        return "received";
    return t->receipt.ended ? "closed" : "open";
}

/* The number of its case; false: it is none of ours. */
static bool case_of(const parry_call *c, const parry_handoff *h, uint64_t *number)
{
    char id[PARRY_UUID_TEXT];
    parry_uuid_text(h->id, id);
    return c->app->cases != NULL && parry_cases_by_external(c->app->cases, parry_str_of(id), number, NULL) == PARRY_OK;
}

/* Each with where it is read, which asks for nothing but the link. */
static json_t *files_json(const parry_call *c, const parry_case_comment *m)
{
    json_t *list = json_array();
    for (size_t i = 0; i < m->nfiles; i++)
        json_array_append_new(list, json_pack("{s:o, s:o, s:I, s:o}", "name", parry_json_text(m->files[i].is.name),
                                              "type", parry_json_text(m->files[i].is.type), "size",
                                              (json_int_t)m->files[i].size, "url",
                                              json_sprintf("/v1/followed/%.*s/attachments/%llu", PARRY_FMT(c->tail),
                                                           (unsigned long long)m->files[i].id)));
    return list;
}

/* What was said since, where the case is ours; internal notes are for the desk. */
static json_t *comments_json(const parry_call *c, const parry_handoff *h)
{
    uint64_t number;
    parry_case_comment *list = NULL;
    size_t n = 0;
    json_t *j = json_array();
    if (!case_of(c, h, &number) ||
        parry_cases_comments(c->app->cases, number, false, c->arena, &list, &n, NULL) != PARRY_OK)
        return j;
    for (size_t i = 0; i < n; i++) {
        char at[PARRY_TIME_TEXT];
        bool ours = list[i].kind == PARRY_COMMENT_AGENT, theirs = list[i].kind == PARRY_COMMENT_CUSTOMER;
        parry_time_text(list[i].created_ms, at);
        if (ours || theirs)
            json_array_append_new(j, json_pack("{s:s, s:o, s:s, s:o}", "from", ours ? "agent" : "customer", "text",
                                               parry_json_text(list[i].text), "at", at, "attachments",
                                               files_json(c, &list[i])));
    }
    return j;
}

static json_t *followed_json(const parry_call *c, const parry_handoff *h)
{
    char at[PARRY_TIME_TEXT];
    parry_time_text(h->created_ms, at);
    return json_pack("{s:o, s:s, s:s, s:s, s:o, s:o}", "reference", parry_json_text(h->reference), "created_at", at,
                     "state", state_of(h), "queue", parry_queue_name(h->queue), "comments", comments_json(c, h),
                     "survey", h->survey > 0 ? json_integer(h->survey) : json_null());
}

parry_code parry_get_followed(parry_call *c, parry_err *err)
{
    parry_handoff h;
    parry_code code = find(c, &h, err);
    if (code == PARRY_OK)
        parry_response_json(c->res, 200, "application/json", followed_json(c, &h));
    return code;
}

parry_code parry_get_followed_attachment(parry_call *c, parry_err *err)
{
    parry_handoff h;
    parry_case_file f;
    uint64_t id = 0, number = 0;
    parry_code code = find(c, &h, err);
    if (code == PARRY_OK)
        code = parry_attachment_number_in(c, &number, err);
    if (code == PARRY_OK && !case_of(c, &h, &id))
        code = parry_fail(err, PARRY_NOT_FOUND, "there is no such attachment");
    if (code == PARRY_OK && parry_cases_file(c->app->cases, id, number, false, c->arena, &f, NULL) != PARRY_OK)
        code = parry_fail(err, PARRY_NOT_FOUND, "there is no such attachment");
    if (code == PARRY_OK)
        parry_attachment_reply(c, &f.is);
    return code;
}

/* ---- the survey -------------------------------------------------------------------------------------------------- */

/* The same for the same answer, however often it is sent. */
static parry_uuid event_id(const parry_handoff *h)
{
    parry_hasher x;
    parry_hasher_start(&x);
    parry_hasher_adds(&x, parry_str_of("survey"));
    parry_hasher_add(&x, h->id.b, sizeof h->id.b);
    parry_hasher_add(&x, &h->survey_nth, sizeof h->survey_nth);
    parry_hash hash = parry_hasher_end(&x);
    return parry_uuid_of(hash.b);
}

static json_t *event_of(const parry_call *c, const parry_handoff *h, parry_str comment)
{
    char id[PARRY_UUID_TEXT];
    parry_uuid_text(h->id, id);
    json_t *j = json_pack("{s:s, s:I, s:o, s:s, s:i}", "type", "survey", "at", (json_int_t)h->survey_ms, "ticket",
                          parry_json_text(h->reference), "handoff", id, "score", h->survey);
    if (comment.n > 0)
        parry_event_set_text(c->app->redactor, c->arena, j, "comment", comment);
    if (h->visitor.n > 0)
        json_object_set_new(j, "visitor", parry_json_text(h->visitor));
    if (h->contact.n > 0)
        json_object_set_new(j, "contact", parry_json_text(h->contact));
    return j;
}

/* Durable when it returns. */
static parry_code tell_ledger(const parry_call *c, const parry_handoff *h, parry_str comment, parry_err *err)
{
    parry_ledger_ticket *ticket = NULL;
    if (c->app->ledger == NULL)
        return PARRY_OK;
    json_t *j = event_of(c, h, comment);
    char *text = json_dumps(j, JSON_COMPACT);
    parry_ledger_item item = {.kind = PARRY_LEDGER_EVENT, .id = event_id(h), .payload = parry_str_of(text)};
    parry_event_set_about(j, &item);
    parry_code code = parry_call_append(c, &item, 1, &ticket, err);
    if (code == PARRY_OK)
        code = parry_ledger_wait(c->app->ledger, ticket, err);
    parry_ledger_release(c->app->ledger, ticket);
    free(text);
    json_decref(j);
    return code;
}

/* Nobody is thanked before it is kept; sent again, it is the same answer. */
static parry_code take_survey(parry_call *c, int score, parry_str comment, parry_handoff *h, parry_err *err)
{
    parry_code code = find(c, h, err);
    if (code == PARRY_OK)
        code = parry_handoffs_survey(parry_desk_handoffs(c->app->desk), h->id, score, parry_str_trim(comment), c->arena,
                                     h, err);
    return code == PARRY_OK ? tell_ledger(c, h, parry_str_trim(comment), err) : code;
}

parry_code parry_post_survey(parry_call *c, parry_err *err)
{
    json_t *body = NULL;
    parry_handoff h;
    parry_code code = parry_body_read(c, survey_schema, &body, err);
    if (code == PARRY_OK)
        code = take_survey(c, (int)json_integer_value(json_object_get(body, "score")),
                           parry_body_text(c, body, "comment"), &h, err);
    if (code == PARRY_OK)
        parry_response_json(c->res, 200, "application/json", followed_json(c, &h));
    json_decref(body);
    return code;
}

/* ---- the page ---------------------------------------------------------------------------------------------------- */

static json_t *scores_json(int chosen)
{
    static const char *const words[] = {"very bad", "bad", "so so", "good", "very good"};
    json_t *list = json_array();
    for (int i = 1; i <= 5; i++)
        json_array_append_new(list,
                              json_pack("{s:i, s:s, s:b}", "score", i, "word", words[i - 1], "chosen", i == chosen));
    return list;
}

/* "21 November 2026, 18:25 UTC" for name, as name_text. */
static void set_time(json_t *j, const char *name, const char *as)
{
    const json_t *at = json_object_get(j, name);
    parry_str iso = parry_str_make(json_string_value(at), json_string_length(at));
    char day[PARRY_DATE_TEXT];
    if (iso.n > 16 && parry_date_text(parry_str_make(iso.p, 10), day))
        json_object_set_new(j, as, json_sprintf("%s, %.5s UTC", day, iso.p + 11));
}

static void set_comments(json_t *j)
{
    json_t *one;
    size_t i;
    json_array_foreach(json_object_get(j, "comments"), i, one)
    {
        bool ours = strcmp(json_string_value(json_object_get(one, "from")), "agent") == 0;
        json_object_set_new(one, "ours", json_boolean(ours));
        set_time(one, "at", "at_text");
    }
    json_object_set_new(j, "any_comments", json_boolean(json_array_size(json_object_get(j, "comments")) > 0));
}

static parry_code ticket_page(parry_call *c, const parry_handoff *h, bool thanks, parry_err *err)
{
    json_t *j = followed_json(c, h);
    json_object_set_new(j, "title", json_sprintf("Ticket %.*s", PARRY_FMT(h->reference)));
    json_object_set_new(j, "noindex", json_true());
    json_object_set_new(j, state_of(h), json_true());
    json_object_set_new(j, "scores", scores_json(h->survey));
    json_object_set_new(j, "thanks", json_boolean(thanks));
    json_object_set_new(j, "survey_url", json_sprintf("/ticket/%.*s/survey", PARRY_FMT(c->tail)));
    set_time(j, "created_at", "created_text");
    set_comments(j);
    return parry_page_reply(c, "ticket", j, err);
}

static parry_str url_at_primary(const parry_call *c)
{
    parry_buf url = PARRY_BUF(4096 + 3 * c->tail.n);
    parry_buf_printf(&url, "%s/ticket/", parry_follow_primary(c->app->follow));
    parry_percent_encode(c->tail, &url);
    parry_str kept = parry_str_copy(c->arena, parry_buf_str(&url));
    parry_buf_free(&url);
    return kept;
}

parry_code parry_get_ticket_page(parry_call *c, parry_err *err)
{
    parry_handoff h;
    if (c->app->desk == NULL && c->app->follow != NULL)
        return parry_to_person(c, url_at_primary(c));
    parry_code code = find(c, &h, err);
    return code == PARRY_OK ? ticket_page(c, &h, false, err) : code;
}

/* A form's body is a query. */
static parry_code read_form(const parry_call *c, int *score, parry_str *comment, parry_err *err)
{
    parry_request form = {.query = c->req->body};
    size_t n = 0;
    parry_code code = parry_request_params(&form, c->arena, err);
    if (code == PARRY_OK)
        code = parry_request_number(&form, "score", 1, 5, &n, err);
    if (code == PARRY_OK && n == 0)
        code = parry_fail(err, PARRY_INVALID, "score must be 1 to 5");
    *score = (int)n;
    *comment = parry_str_of("");
    (void)parry_request_text(&form, "comment", comment);
    *comment = parry_utf8_cut(*comment, 4000);
    return code;
}

parry_code parry_post_ticket_page(parry_call *c, parry_err *err)
{
    parry_handoff h;
    parry_str comment;
    int score;
    parry_code code = read_form(c, &score, &comment, err);
    if (code == PARRY_OK)
        code = take_survey(c, score, comment, &h, err);
    return code == PARRY_OK ? ticket_page(c, &h, true, err) : code;
}
