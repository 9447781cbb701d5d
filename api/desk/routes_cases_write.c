/* Cases made, changed and commented on over HTTP. An Idempotency-Key is kept by the case store itself and not beside
 * it (api/idempotency.h), so that nothing of a case stands there unsealed. */
#include "api/desk/attachments.h"
#include "api/desk/desk_api.h"
#include "api/input.h"
#include "api/schema.h"

#include "access/people.h"
#include "base/clock.h"
#include "desk/desk.h"

#include <stdlib.h>

/* ---- who does it ------------------------------------------------------------------------------------------------- */

static const char *actor(const parry_call *c)
{
    if (c->who->who == PARRY_WHO_PERSON)
        return parry_str_z(c->arena, c->who->id);
    return parry_str_z(c->arena, parry_call_actor(c).id);
}

/* How a customer reads their name. */
static parry_str author(const parry_call *c)
{
    parry_person p;
    if (c->who->who != PARRY_WHO_PERSON || c->app->access == NULL)
        return parry_str_of("Support");
    if (parry_str_starts(c->who->id, "@") ||
        parry_person_get(c->app->access, c->arena, c->who->id, &p, NULL) != PARRY_OK)
        return parry_str_of("Support");
    return p.name.n > 0 ? p.name : p.id;
}

/* The request's Idempotency-Key, theirs alone; empty where there is none. */
static parry_code read_once(const parry_call *c, parry_str *once, parry_err *err)
{
    parry_str key;
    parry_code code = parry_once_key(c->req, &key, err);
    *once = key.p == NULL
                ? parry_str_of("")
                : parry_str_printf(c->arena, "once:%.*s:%.*s", PARRY_FMT(parry_call_actor(c).id), PARRY_FMT(key));
    return code;
}

static void say_replayed(parry_call *c) { parry_response_header(c->res, "Idempotency-Replayed", parry_str_of("true")); }

static parry_code say_reused(parry_call *c)
{
    parry_problem_reply(c->res, PARRY_PROBLEM_REUSED_KEY,
                        "this Idempotency-Key or externalId came with another case; take a new one", c->req->id);
    return PARRY_OK;
}

/* ---- members ----------------------------------------------------------------------------------------------------- */

static parry_code read_queue(const parry_call *c, const json_t *body, int *queue, parry_err *err)
{
    parry_str text = {NULL, 0};
    parry_queue q;
    parry_code code = parry_member_read(c, body, "queue", &text, err);
    if (code != PARRY_OK || text.p == NULL)
        return code;
    if (!parry_queue_parse(text, &q))
        return parry_fail(err, PARRY_INVALID, "queue: Login, Orders, Deliveries, Payments or Refunds");
    *queue = (int)q;
    return PARRY_OK;
}

static parry_code read_priority(const parry_call *c, const json_t *body, int *priority, parry_err *err)
{
    parry_str text = {NULL, 0};
    parry_priority p;
    parry_code code = parry_member_read(c, body, "priority", &text, err);
    if (code != PARRY_OK || text.p == NULL)
        return code;
    if (!parry_priority_parse(text, &p))
        return parry_fail(err, PARRY_INVALID, "priority: critical, high, medium or low");
    *priority = (int)p;
    return PARRY_OK;
}

/* A program that does not say is one nevertheless; of a person nobody knows. */
static parry_code read_channel(const parry_call *c, const json_t *body, parry_channel *channel, parry_err *err)
{
    parry_str text = {NULL, 0};
    parry_code code = parry_member_read(c, body, "channel", &text, err);
    *channel = c->who->who == PARRY_WHO_PERSON ? PARRY_CHANNEL_UNKNOWN : PARRY_CHANNEL_API;
    if (code == PARRY_OK && text.p != NULL && !parry_channel_parse(text, channel))
        code = parry_fail(err, PARRY_INVALID, "channel: form, email, phone, chat, agent or api");
    return code;
}

static parry_code read_status(const parry_call *c, const json_t *body, int *status, parry_err *err)
{
    parry_str text = {NULL, 0};
    parry_case_status s;
    parry_code code = parry_member_read(c, body, "status", &text, err);
    if (code != PARRY_OK || text.p == NULL)
        return code;
    if (!parry_case_status_parse(text, &s))
        return parry_fail(err, PARRY_INVALID, "status: new, inprogress or done");
    *status = (int)s;
    return PARRY_OK;
}

/* A person here, "me", or null for nobody. *given: it was there. */
static parry_code read_assignee(const parry_call *c, const json_t *body, parry_str *who, bool *given, parry_err *err)
{
    const json_t *j = json_object_get(body, "assignee");
    parry_person p;
    *given = j != NULL;
    *who = parry_str_of("");
    if (!*given || json_is_null(j))
        return PARRY_OK;
    parry_code code = parry_member_read(c, body, "assignee", who, err);
    if (code == PARRY_OK && parry_str_eqz(*who, "me") && c->who->who == PARRY_WHO_PERSON)
        *who = c->who->id;
    if (code != PARRY_OK || who->n == 0 || c->app->access == NULL)
        return code;
    code = parry_person_get(c->app->access, c->arena, *who, &p, NULL);
    if (code == PARRY_NOT_FOUND || code == PARRY_INVALID)
        return parry_fail(err, PARRY_INVALID, "assignee: there is nobody here called \"%.*s\"",
                          PARRY_FMT(parry_utf8_cut(*who, 40)));
    if (code == PARRY_OK && !parry_rights_have(parry_role_rights(p.role), PARRY_RIGHT_CASES_WRITE))
        return parry_fail(err, PARRY_INVALID, "assignee: %.*s is no agent", PARRY_FMT(p.id));
    return code;
}

static bool flag(const json_t *body, const char *name, bool *wrong)
{
    const json_t *j = json_object_get(body, name);
    *wrong = *wrong || (j != NULL && !json_is_boolean(j));
    return json_is_true(j);
}

/* ---- making one -------------------------------------------------------------------------------------------------- */

static parry_code read_ticket(const parry_call *c, const json_t *body, parry_ticket *t, parry_err *err)
{
    const struct {
        const char *name;
        parry_str *to;
    } texts[] = {{"subject", &t->subject},     {"description", &t->description}, {"customerName", &t->name},
                 {"customerEmail", &t->email}, {"locale", &t->locale},           {"audience", &t->audience},
                 {"externalId", &t->id}};
    int queue = -1, priority = PARRY_PRIORITY_MEDIUM;
    parry_code code = PARRY_OK;
    for (size_t i = 0; i < sizeof texts / sizeof *texts && code == PARRY_OK; i++)
        code = parry_member_read(c, body, texts[i].name, texts[i].to, err);
    if (code == PARRY_OK)
        code = read_queue(c, body, &queue, err);
    if (code == PARRY_OK)
        code = read_priority(c, body, &priority, err);
    if (code == PARRY_OK)
        code = read_channel(c, body, &t->channel, err);
    if (code == PARRY_OK && (queue < 0 || t->subject.n == 0 || t->email.n == 0))
        code = parry_fail(err, PARRY_INVALID, "a case needs subject, customerEmail and queue");
    if (code == PARRY_OK && (t->locale.n > 35 || t->audience.n > 64 || parry_case_hides_external(t->id)))
        code = parry_fail(err, PARRY_INVALID, "locale, audience or externalId: too long, or taken");
    t->queue = (parry_queue)queue;
    t->priority = (parry_priority)priority;
    return code;
}

static parry_code make(parry_call *c, const parry_ticket *t, parry_err *err)
{
    uint64_t id = 0, was = 0;
    parry_case k;
    bool before = t->id.n > 0 && parry_cases_by_external(c->app->cases, t->id, &was, NULL) == PARRY_OK;
    parry_code code = parry_cases_create(c->app->cases, t, &id, err);
    if (code == PARRY_OK)
        code = parry_cases_get(c->app->cases, id, c->arena, &k, err);
    if (code != PARRY_OK)
        return code;
    if (!parry_case_came_from(&k, t))
        return say_reused(c);
    if (before)
        say_replayed(c);
    parry_response_header(c->res, "Location", parry_str_printf(c->arena, "/v1/cases/%llu", (unsigned long long)id));
    return parry_case_reply(c, before ? 200 : 201, id, 0, err);
}

parry_code parry_post_case(parry_call *c, parry_err *err)
{
    parry_ticket t = {.queue_probability = -1, .priority_probability = -1};
    parry_str once;
    json_t *body = NULL;
    parry_code code = parry_need_cases(c, err);
    if (code == PARRY_OK)
        code = read_once(c, &once, err);
    if (code == PARRY_OK)
        code = parry_members_only(
            c, "subject description customerName customerEmail priority queue channel locale audience externalId",
            &body, err);
    if (code == PARRY_OK)
        code = read_ticket(c, body, &t, err);
    json_decref(body);
    if (code == PARRY_OK && t.id.n == 0)
        t.id = once;
    return code == PARRY_OK ? make(c, &t, err) : code;
}

/* ---- changing it ------------------------------------------------------------------------------------------------- */

/* If-Match into a version; one that no case has where it is no version at all. */
static uint32_t expected(const parry_call *c)
{
    parry_str match = parry_request_header(c->req, "If-Match");
    char text[16] = "";
    if (match.p == NULL || parry_str_eqz(match, "*"))
        return 0;
    if (match.n < 3 || match.n > sizeof text || match.p[0] != '"' || match.p[match.n - 1] != '"')
        return UINT32_MAX;
    memcpy(text, match.p + 1, match.n - 2);
    unsigned long n = strspn(text, "0123456789") == match.n - 2 ? strtoul(text, NULL, 10) : 0;
    return n > 0 && n < UINT32_MAX ? (uint32_t)n : UINT32_MAX;
}

typedef struct new_values { /* that a change points to */
    parry_str who, subject, description, name, email;
} new_values;

static parry_code read_texts(const parry_call *c, const json_t *body, new_values *to, parry_case_change *change,
                             parry_err *err)
{
    const struct {
        const char *name;
        parry_str *to;
        const parry_str **in;
    } texts[] = {{"subject", &to->subject, &change->subject},
                 {"description", &to->description, &change->description},
                 {"customerName", &to->name, &change->customer_name},
                 {"customerEmail", &to->email, &change->customer_email}};
    parry_code code = PARRY_OK;
    for (size_t i = 0; i < sizeof texts / sizeof *texts && code == PARRY_OK; i++) {
        if (json_object_get(body, texts[i].name) == NULL)
            continue;
        code = parry_member_read(c, body, texts[i].name, texts[i].to, err);
        *texts[i].in = texts[i].to;
    }
    return code;
}

static parry_code read_change(const parry_call *c, parry_case_change *change, new_values *to, parry_err *err)
{
    bool given = false;
    json_t *body = NULL;
    parry_code code = parry_members_only(
        c, "status priority queue assignee subject description customerName customerEmail", &body, err);
    if (code == PARRY_OK)
        code = read_status(c, body, &change->status, err);
    if (code == PARRY_OK)
        code = read_priority(c, body, &change->priority, err);
    if (code == PARRY_OK)
        code = read_queue(c, body, &change->queue, err);
    if (code == PARRY_OK)
        code = read_assignee(c, body, &to->who, &given, err);
    if (code == PARRY_OK)
        code = read_texts(c, body, to, change, err);
    if (code == PARRY_OK && json_object_size(body) == 0)
        code = parry_fail(err, PARRY_INVALID, "say what to change: status, priority, queue, assignee, or a text");
    change->assignee = given ? &to->who : NULL;
    json_decref(body);
    return code;
}

parry_code parry_patch_case(parry_call *c, parry_err *err)
{
    uint64_t id = 0;
    new_values to = {.who = parry_str_of("")};
    parry_err why = {0};
    parry_case_change change = {.status = -1, .priority = -1, .queue = -1};
    parry_code code = parry_need_cases(c, err);
    if (code == PARRY_OK)
        code = parry_case_number_in(c, &id, err);
    if (code == PARRY_OK)
        code = read_change(c, &change, &to, err);
    if (code != PARRY_OK)
        return code;
    change.by = actor(c);
    change.version = expected(c);
    code = parry_cases_change(c->app->cases, id, &change, &why);
    if (code == PARRY_CONFLICT) {
        parry_problem_reply(c->res, PARRY_PROBLEM_PRECONDITION, why.msg, c->req->id);
        return PARRY_OK;
    }
    if (code != PARRY_OK) {
        *err = why;
        return code;
    }
    return parry_case_reply(c, 200, id, 0, err);
}

/* ---- commenting on it -------------------------------------------------------------------------------------------- */

static const char comment_schema[] =
    "{\"properties\":{\"replyTo\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":5000},"
    "\"attachments\":" PARRY_ATTACHMENTS_SCHEMA "}}";

/* What it answers, and what goes along. */
static parry_code read_more(const parry_call *c, json_t *body, parry_case_comment *m, parry_err *err)
{
    parry_attachment all[PARRY_TICKET_ATTACHMENTS];
    json_t *wanted = parry_schema_of(comment_schema);
    parry_code code = parry_schema_check(wanted, body, err);
    json_decref(wanted);
    if (code == PARRY_OK)
        code = parry_attachments_read(c, body, all, &m->nfiles, err);
    if (code != PARRY_OK)
        return code;
    m->reply_to = parry_body_number(body, "replyTo", 0);
    m->files = PARRY_ARRAY(c->arena, parry_case_file, PARRY_TICKET_ATTACHMENTS);
    for (size_t i = 0; i < m->nfiles; i++)
        m->files[i].is = all[i];
    return PARRY_OK;
}

static parry_code read_comment(const parry_call *c, uint64_t id, parry_case_comment *m, parry_err *err)
{
    json_t *body = NULL;
    bool wrong = false;
    parry_case k = {.id = 0};
    parry_code code = parry_members_only(c, "text internal customer replyTo attachments", &body, err);
    bool internal = flag(body, "internal", &wrong), customer = flag(body, "customer", &wrong);
    if (code == PARRY_OK)
        code = parry_member_read(c, body, "text", &m->text, err);
    if (code == PARRY_OK)
        code = read_more(c, body, m, err);
    json_decref(body);
    if (code == PARRY_OK && (wrong || (internal && customer)))
        code = parry_fail(err, PARRY_INVALID, "internal and customer: true or false, and not both true");
    if (code == PARRY_OK && m->text.n == 0)
        code = parry_fail(err, PARRY_INVALID, "text: what the comment says");
    if (code == PARRY_OK && customer)
        code = parry_cases_get(c->app->cases, id, c->arena, &k, err);
    if (code != PARRY_OK)
        return code;
    m->kind = customer ? PARRY_COMMENT_CUSTOMER : internal ? PARRY_COMMENT_INTERNAL : PARRY_COMMENT_AGENT;
    m->author = customer ? (k.customer_name.n > 0 ? k.customer_name : k.customer_email) : author(c);
    return PARRY_OK;
}

/* Of one that was said before under its key, the bytes are read again. *same: it is what was sent now. */
static parry_code compare(parry_call *c, uint64_t id, const parry_case_comment *sent, const parry_case_comment *is,
                          bool *same, parry_err *err)
{
    parry_code code = PARRY_OK;
    *same = parry_str_eq(sent->text, is->text) && sent->kind == is->kind && sent->reply_to == is->reply_to &&
            sent->nfiles == is->nfiles;
    if (sent->files == is->files)
        return PARRY_OK;
    for (size_t i = 0; i < is->nfiles && *same && code == PARRY_OK; i++) {
        parry_case_file f = {.id = 0};
        code = parry_cases_file(c->app->cases, id, is->files[i].id, true, c->arena, &f, err);
        *same = code == PARRY_OK && parry_str_eq(f.is.name, sent->files[i].is.name) &&
                parry_str_eq(f.is.type, sent->files[i].is.type) && parry_str_eq(f.is.bytes, sent->files[i].is.bytes);
    }
    return code;
}

parry_code parry_post_case_comment(parry_call *c, parry_err *err)
{
    uint64_t id = 0;
    parry_str once;
    parry_case_comment m = {.id = 0};
    parry_case k;
    parry_code code = parry_need_cases(c, err);
    if (code == PARRY_OK)
        code = parry_case_number_in(c, &id, err);
    if (code == PARRY_OK)
        code = parry_cases_get(c->app->cases, id, c->arena, &k, err);
    if (code == PARRY_OK)
        code = read_once(c, &once, err);
    if (code == PARRY_OK)
        code = read_comment(c, id, &m, err);
    const parry_case_comment sent = m;
    bool same = false;
    if (code == PARRY_OK)
        code = parry_cases_comment_once(c->app->cases, id, once, c->arena, &m, err);
    if (code == PARRY_OK)
        code = compare(c, id, &sent, &m, &same, err);
    if (code != PARRY_OK)
        return code;
    if (!same)
        return say_reused(c);
    json_t *list = parry_comments_json(&m, 1), *j = json_incref(json_array_get(list, 0));
    json_decref(list);
    parry_response_json(c->res, 201, "application/json", j);
    return PARRY_OK;
}

/* ---- erasing it -------------------------------------------------------------------------------------------------- */

parry_code parry_delete_case(parry_call *c, parry_err *err)
{
    uint64_t id = 0;
    parry_code code = parry_need_cases(c, err);
    if (code == PARRY_OK)
        code = parry_case_number_in(c, &id, err);
    if (code == PARRY_OK)
        code = parry_desk_erase_case(c->app->cases, parry_desk_handoffs(c->app->desk), id, err);
    if (code != PARRY_OK)
        return code;
    parry_call_audit(c, "case.erase", "case", c->tail, NULL);
    c->res->status = 204;
    return PARRY_OK;
}
