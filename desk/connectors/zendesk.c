/* Zendesk: the Tickets API, with a token, and the Requests API, without.
 *
 * The hand-off's id is the ticket's external_id, by which tickets are listed, and the Idempotency-Key of its creation,
 * which Zendesk honours for two hours. */
#include "desk/connectors/inner.h"

#include <stdlib.h>

enum { TEXT_MAX = 60000 /* of a comment's 65,535 */ };

static const parry_connector_key keys[] = {
    {"url", PARRY_SETTING_URL, NULL, "https://NAME.zendesk.com"},
    {"user", PARRY_SETTING_ADDRESS, NULL, "The agent's e-mail address that the token is used for."},
    {"token_file", PARRY_SETTING_SECRET, NULL, "The API token (Admin Center, Apps and integrations, Zendesk API)."},
    {"tag", PARRY_SETTING_NAME, "parry", "A tag that every ticket gets."},
    {"queue_field", PARRY_SETTING_NUMBER, "", "Number of a custom field that gets the suggested queue."},
    {"groups", PARRY_SETTING_PAIRS, "",
     "Numbers of the groups that queues belong to: \"Refunds=360001, Login=360002\"."},
    PARRY_KEYS_OF_LOOK,
    PARRY_KEYS_OF_WEB,
    {NULL, PARRY_SETTING_TEXT, NULL, NULL}};

static const parry_connector_key request_keys[] = {{"url", PARRY_SETTING_URL, NULL, "https://NAME.zendesk.com"},
                                                   PARRY_KEYS_OF_WEB,
                                                   {NULL, PARRY_SETTING_TEXT, NULL, NULL}};

static const char *const priorities[PARRY_PRIORITIES] = {"low", "normal", "high", "urgent"};

static void sign_in(const parry_connector *c, parry_arena *a, parry_api_call *call)
{
    call->user = parry_str_printf(a, "%s/token", parry_connector_get(c, "user")).p;
    call->password = parry_connector_get(c, "token_file");
}

/* ---- files ------------------------------------------------------------------------------------------------------- */

typedef struct uploads {
    json_t *tokens;
    unsigned without; /* as of parry_text_wish */
    bool stranger;    /* nobody is signed in */
} uploads;

/* What is uploaded and never used goes away by itself: after an hour. */
static parry_fate upload(const parry_connector *c, parry_arena *a, const parry_attachment *f, uploads *u, int *status,
                         parry_receipt *out, parry_err *err)
{
    json_t *reply = NULL;
    parry_str name = parry_url_encode(a, f->name);
    parry_api_call call = {.path = parry_str_printf(a, "/api/v2/uploads.json?filename=%.*s", PARRY_FMT(name)).p,
                           .raw = f->bytes};
    call.headers[0] = "Accept: application/json";
    call.headers[1] = parry_str_printf(a, "Content-Type: %.*s", PARRY_FMT(f->type)).p;
    if (!u->stranger)
        sign_in(c, a, &call);
    parry_fate fate = parry_api_ask(c, &call, &reply, status, out, err);
    json_t *token = json_object_get(json_object_get(reply, "upload"), "token");
    if (fate == PARRY_FATE_DELIVERED && json_is_string(token))
        (void)json_array_append(u->tokens, token);
    else if (fate == PARRY_FATE_DELIVERED)
        fate = parry_odd_answer(err);
    json_decref(reply);
    return fate == PARRY_FATE_UNSURE ? PARRY_FATE_LATER : fate; /* no ticket was made */
}

/* A file that it will not have (of a type that its administrators do not take, or of strangers at all) stays behind,
 * and is named in the text: better than that the ticket does. */
static parry_fate upload_all(const parry_connector *c, parry_arena *a, const parry_ticket *t, uploads *u,
                             parry_receipt *out, parry_err *err)
{
    parry_attachment files[PARRY_CONNECTOR_FILES];
    parry_fate fate = PARRY_FATE_DELIVERED;
    size_t n = parry_connector_files(a, t, files);
    for (size_t i = 0; i < n && fate == PARRY_FATE_DELIVERED; i++) {
        int status = 0;
        if (files[i].bytes.n == 0)
            continue;
        fate = upload(c, a, &files[i], u, &status, out, err);
        bool shut = u->stranger && (status == 401 || status == 403 || status == 404);
        if (fate == PARRY_FATE_NEVER || shut) {
            u->without |= 1U << i;
            fate = PARRY_FATE_DELIVERED;
        }
    }
    return fate;
}

/* ---- tickets ----------------------------------------------------------------------------------------------------- */

static json_t *comment_of(const parry_ticket *t, const uploads *u)
{
    parry_buf text = PARRY_BUF(1 << 20);
    parry_connector_text(t, &(parry_text_wish){.most = TEXT_MAX, .without = u->without}, &text);
    json_t *j = json_pack("{s:s%, s:O}", "body", text.p, text.n, "uploads", u->tokens);
    parry_buf_free(&text);
    return j;
}

/* Zendesk wants a name of whom it does not know yet. */
static json_t *requester_of(const parry_ticket *t)
{
    parry_str name = t->name.n > 0 ? t->name : t->email;
    return json_pack("{s:s%, s:s%}", "name", name.p, name.n, "email", t->email.p, t->email.n);
}

static json_t *ticket_of(const parry_connector *c, parry_arena *a, const parry_ticket *t, const uploads *u)
{
    const char *queue = parry_queue_name(t->queue), *field = parry_connector_get(c, "queue_field");
    const char *group = parry_connector_pair(c, "groups", queue, "", a);
    json_t *j = json_pack("{s:s%, s:o, s:o, s:s%, s:s, s:[s, s]}", "subject", t->subject.p, t->subject.n, "comment",
                          comment_of(t, u), "requester", requester_of(t), "external_id", t->id.p, t->id.n, "priority",
                          priorities[t->priority], "tags", parry_connector_get(c, "tag"),
                          parry_str_printf(a, "parry_queue_%s", queue).p);
    if (*field != 0)
        (void)json_object_set_new(
            j, "custom_fields", json_pack("[{s:I, s:s}]", "id", (json_int_t)strtoll(field, NULL, 10), "value", queue));
    if (*group != 0)
        (void)json_object_set_new(j, "group_id", json_integer(strtoll(group, NULL, 10)));
    return json_pack("{s:o}", "ticket", j);
}

static void read_ticket(const parry_connector *c, const json_t *ticket, parry_receipt *out)
{
    parry_str status = parry_json_at(ticket, "status");
    parry_receipt_set(out->remote_id, json_object_get(ticket, "id"));
    parry_receipt_set(out->status, json_object_get(ticket, "status"));
    out->ended = parry_str_eqz(status, "solved") || parry_str_eqz(status, "closed");
    parry_receipt_page(c, "/agent/tickets/", out);
}

static parry_fate create(const parry_connector *c, parry_arena *a, const parry_ticket *t, const uploads *u,
                         parry_receipt *out, parry_err *err)
{
    json_t *reply = NULL;
    parry_api_call call = {.path = "/api/v2/tickets.json", .body = ticket_of(c, a, t, u)};
    call.headers[0] = "Accept: application/json";
    call.headers[1] = parry_str_printf(a, "Idempotency-Key: %.*s", PARRY_FMT(t->id)).p;
    sign_in(c, a, &call);
    parry_fate fate = parry_api_ask(c, &call, &reply, NULL, out, err);
    if (fate == PARRY_FATE_DELIVERED)
        read_ticket(c, json_object_get(reply, "ticket"), out);
    else if (fate == PARRY_FATE_NEVER && parry_str_eqz(parry_json_at(reply, "error"), "IdempotentRequestError"))
        fate = PARRY_FATE_UNSURE; /* an attempt before this one arrived, whose files have other tokens */
    json_decref(reply);
    return fate;
}

static parry_fate zendesk_send(parry_connector *c, const parry_ticket *t, parry_receipt *out, parry_err *err)
{
    parry_arena *a = parry_arena_new();
    uploads u = {.tokens = json_array()};
    parry_fate fate = upload_all(c, a, t, &u, out, err);
    if (fate == PARRY_FATE_DELIVERED)
        fate = create(c, a, t, &u, out, err);
    json_decref(u.tokens);
    parry_arena_free(a);
    return fate;
}

/* By its own id once that is known: tickets that were archived are not listed. */
static parry_fate zendesk_look(parry_connector *c, const parry_outbox_item *item, parry_receipt *out, parry_err *err)
{
    int status = 0;
    json_t *reply = NULL;
    parry_arena *a = parry_arena_new();
    bool known = item->receipt.remote_id[0] != 0;
    parry_str id = parry_url_encode(a, known ? parry_str_of(item->receipt.remote_id) : item->key);
    parry_api_call call = {
        .path = parry_str_printf(a, known ? "/api/v2/tickets/%.*s.json" : "/api/v2/tickets.json?external_id=%.*s",
                                 PARRY_FMT(id))
                    .p};
    sign_in(c, a, &call);
    parry_fate fate = parry_api_ask(c, &call, &reply, &status, out, err);
    const json_t *list = json_object_get(reply, "tickets"), *ticket = json_object_get(reply, "ticket");
    if (fate == PARRY_FATE_DELIVERED && !known)
        ticket = json_array_get(list, 0);
    const parry_looked looked = {.known = known, .status = status, .list = list, .ticket = ticket};
    fate = parry_look_end(c, item, &looked, fate, read_ticket, out, err);
    json_decref(reply);
    parry_arena_free(a);
    return fate;
}

static parry_code zendesk_test(parry_connector *c, parry_err *err)
{
    json_t *reply = NULL;
    parry_arena *a = parry_arena_new();
    parry_api_call call = {.path = "/api/v2/users/me.json"};
    sign_in(c, a, &call);
    parry_code code = parry_api_try(c, &call, &reply, err);
    if (code == PARRY_OK && !json_is_integer(json_object_get(json_object_get(reply, "user"), "id")))
        code = parry_fail(err, PARRY_DENIED, "Zendesk takes us for nobody; check `user` and the token");
    json_decref(reply);
    parry_arena_free(a);
    return code;
}

const parry_connector_kind parry_kind_zendesk = {
    .name = "zendesk",
    .help = "Zendesk's Tickets API, with a token. The hand-off's id is the ticket's `external_id` and the "
            "`Idempotency-Key` of its creation. Attachments and the packet are uploaded before; a file that Zendesk "
            "refuses stays behind, and the text names it.",
    .keys = keys,
    .once = PARRY_ONCE_KEY,
    .send = zendesk_send,
    .look = zendesk_look,
    .test = zendesk_test};

/* ---- requests ---------------------------------------------------------------------------------------------------- */

static parry_fate request(const parry_connector *c, const parry_ticket *t, const uploads *u, parry_receipt *out,
                          parry_err *err)
{
    json_t *reply = NULL;
    json_t *j = json_pack("{s:s%, s:o, s:o, s:s}", "subject", t->subject.p, t->subject.n, "comment", comment_of(t, u),
                          "requester", requester_of(t), "priority", priorities[t->priority]);
    parry_api_call call = {.path = "/api/v2/requests.json", .body = json_pack("{s:o}", "request", j)};
    parry_fate fate = parry_api_ask(c, &call, &reply, NULL, out, err);
    if (fate == PARRY_FATE_DELIVERED)
        read_ticket(c, json_object_get(reply, "request"), out);
    json_decref(reply);
    return fate;
}

static parry_fate request_send(parry_connector *c, const parry_ticket *t, parry_receipt *out, parry_err *err)
{
    parry_arena *a = parry_arena_new();
    uploads u = {.tokens = json_array(), .stranger = true};
    parry_fate fate = upload_all(c, a, t, &u, out, err);
    if (fate == PARRY_FATE_DELIVERED)
        fate = request(c, t, &u, out, err);
    json_decref(u.tokens);
    parry_arena_free(a);
    return fate;
}

static parry_code request_test(parry_connector *c, parry_err *err)
{
    return parry_api_try(c, &(parry_api_call){.path = "/api/v2/users/me.json"}, NULL, err);
}

const parry_connector_kind parry_kind_zendesk_requests = {
    .name = "zendesk-requests",
    .help = "Zendesk's Requests API, without any token, as anybody may use it where a Zendesk lets anonymous people "
            "ask. Zendesk takes few of those an hour, cannot be asked for them, and they are not looked after: prefer "
            "`zendesk`. The hand-off's id stands in the text; attachments and the packet go along where strangers may "
            "upload files.",
    .keys = request_keys,
    .once = PARRY_ONCE_STABLE_ID,
    .send = request_send,
    .test = request_test};
