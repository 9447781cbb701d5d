/* Zammad: a ticket with its first article. The hand-off's id stands in the article's last line, which the search finds,
 * or in an attribute of tickets where somebody made one. */
#include "desk/connectors/inner.h"

#include <sodium.h>

enum { TEXT_MAX = 1 << 20 };

static const parry_connector_key keys[] = {
    {"url", PARRY_SETTING_URL, NULL, "https://desk.example"},
    {"token_file", PARRY_SETTING_SECRET, NULL, "An access token with the permission ticket.agent."},
    {"group", PARRY_SETTING_TEXT, "Users", "The group that tickets go to."},
    {"groups", PARRY_SETTING_PAIRS, "",
     "Groups that queues belong to, before `group`: \"Refunds=Money, Login=Access\"."},
    {"field", PARRY_SETTING_NAME, "",
     "A text attribute of tickets (Admin, Objects) that gets the hand-off's id; without it the id is searched for in "
     "the text."},
    {"settle_s", PARRY_SETTING_NUMBER, "60",
     "Seconds after an attempt of which nothing was heard until the search is asked, as its index lags behind."},
    PARRY_KEYS_OF_LOOK,
    PARRY_KEYS_OF_WEB,
    {NULL, PARRY_SETTING_TEXT, NULL, NULL}};

static const char *const priorities[PARRY_PRIORITIES] = {"1 low", "2 normal", "3 high", "3 high"};

static void sign_in(const parry_connector *c, parry_arena *a, parry_api_call *call)
{
    call->headers[0] = "Accept: application/json";
    call->headers[1] = parry_str_printf(a, "Authorization: Token token=%s", parry_connector_get(c, "token_file")).p;
}

static json_t *files_of(parry_arena *a, const parry_ticket *t)
{
    json_t *list = json_array();
    parry_attachment files[PARRY_CONNECTOR_FILES];
    size_t n = parry_connector_files(a, t, files);
    for (size_t i = 0; i < n; i++) {
        const parry_attachment *f = &files[i];
        size_t room = sodium_base64_encoded_len(f->bytes.n, sodium_base64_VARIANT_ORIGINAL);
        char *coded = parry_arena_alloc(a, room);
        (void)sodium_bin2base64(coded, room, (const unsigned char *)f->bytes.p, f->bytes.n,
                                sodium_base64_VARIANT_ORIGINAL);
        (void)json_array_append_new(list, json_pack("{s:s%, s:s, s:s%}", "filename", f->name.p, f->name.n, "data",
                                                    coded, "mime-type", f->type.p, f->type.n));
    }
    return list;
}

static json_t *ticket_of(const parry_connector *c, parry_arena *a, const parry_ticket *t)
{
    parry_buf text = PARRY_BUF(2 * TEXT_MAX);
    const char *usual = parry_connector_get(c, "group"), *field = parry_connector_get(c, "field");
    const char *group = parry_connector_pair(c, "groups", parry_queue_name(t->queue), usual, a);
    parry_str customer = parry_str_printf(a, "guess:%.*s", PARRY_FMT(t->email)); /* found, or made */
    parry_connector_text(t, &(parry_text_wish){.most = TEXT_MAX}, &text);
    json_t *article = json_pack("{s:s%, s:s%, s:s, s:s, s:s, s:b, s:o}", "subject", t->subject.p, t->subject.n, "body",
                                text.p, text.n, "content_type", "text/plain", "type", "web", "sender", "Customer",
                                "internal", 0, "attachments", files_of(a, t));
    json_t *j =
        json_pack("{s:s%, s:s, s:s%, s:s, s:o}", "title", t->subject.p, t->subject.n, "group", group, "customer_id",
                  customer.p, customer.n, "priority", priorities[t->priority], "article", article);
    if (*field != 0)
        (void)json_object_set_new(j, field, json_stringn(t->id.p, t->id.n));
    parry_buf_free(&text);
    return j;
}

static void read_ticket(const parry_connector *c, const json_t *ticket, parry_receipt *out)
{
    parry_str state = parry_json_at(ticket, "state");
    parry_receipt_set(out->remote_id, json_object_get(ticket, "id"));
    parry_receipt_set(out->status, json_object_get(ticket, "state"));
    out->ended = parry_str_eqz(state, "closed") || parry_str_eqz(state, "merged") || parry_str_eqz(state, "removed");
    parry_receipt_page(c, "/#ticket/zoom/", out);
}

static parry_fate zammad_send(parry_connector *c, const parry_ticket *t, parry_receipt *out, parry_err *err)
{
    json_t *reply = NULL;
    parry_arena *a = parry_arena_new();
    parry_api_call call = {.path = "/api/v1/tickets?expand=true", .body = ticket_of(c, a, t)};
    sign_in(c, a, &call);
    parry_fate fate = parry_api_ask(c, &call, &reply, NULL, out, err);
    if (fate == PARRY_FATE_DELIVERED)
        read_ticket(c, reply, out);
    json_decref(reply);
    parry_arena_free(a);
    return fate;
}

/* The oldest that has it: an agent may have quoted the first. */
static const json_t *first_of(const json_t *list, const char *field, parry_str id)
{
    const json_t *j, *first = NULL;
    size_t i;
    json_array_foreach(list, i, j)
    {
        bool its = *field == 0 || parry_str_eq(parry_json_at(j, field), id);
        json_int_t n = json_integer_value(json_object_get(j, "id"));
        if (its && (first == NULL || n < json_integer_value(json_object_get(first, "id"))))
            first = j;
    }
    return first;
}

static parry_str search_path(const parry_connector *c, parry_arena *a, parry_str id)
{
    const char *field = parry_connector_get(c, "field");
    parry_str query = parry_str_printf(a, "%s%s\"%.*s\"", field, *field != 0 ? ":" : "", PARRY_FMT(id));
    query = parry_url_encode(a, query);
    return parry_str_printf(a, "/api/v1/tickets/search?query=%.*s&limit=20&expand=true", PARRY_FMT(query));
}

static parry_str known_path(parry_arena *a, const parry_outbox_item *item)
{
    parry_str id = parry_url_encode(a, parry_str_of(item->receipt.remote_id));
    return parry_str_printf(a, "/api/v1/tickets/%.*s?expand=true", PARRY_FMT(id));
}

static parry_fate zammad_look(parry_connector *c, const parry_outbox_item *item, parry_receipt *out, parry_err *err)
{
    int status = 0;
    json_t *reply = NULL;
    parry_arena *a = parry_arena_new();
    bool known = item->receipt.remote_id[0] != 0;
    parry_api_call call = {.path = (known ? known_path(a, item) : search_path(c, a, item->key)).p};
    sign_in(c, a, &call);
    parry_fate fate = parry_api_ask(c, &call, &reply, &status, out, err);
    const json_t *ticket = known ? reply : first_of(reply, parry_connector_get(c, "field"), item->key);
    const parry_looked looked = {.known = known, .status = status, .list = reply, .ticket = ticket};
    fate = parry_look_end(c, item, &looked, fate, read_ticket, out, err);
    json_decref(reply);
    parry_arena_free(a);
    return fate;
}

static parry_code zammad_test(parry_connector *c, parry_err *err)
{
    json_t *reply = NULL;
    parry_arena *a = parry_arena_new();
    parry_api_call call = {.path = "/api/v1/users/me"};
    sign_in(c, a, &call);
    parry_code code = parry_api_try(c, &call, &reply, err);
    if (code == PARRY_OK && !json_is_integer(json_object_get(reply, "id")))
        code = parry_fail(err, PARRY_DENIED, "Zammad does not say who we are; is `url` that of a Zammad?");
    json_decref(reply);
    parry_arena_free(a);
    return code;
}

const parry_connector_kind parry_kind_zammad = {
    .name = "zammad",
    .help = "Zammad's tickets, with an access token. The hand-off's id ends the first article, or is an attribute of "
            "the ticket; the search is asked for it before anything is sent again. Attachments and the packet are the "
            "article's.",
    .keys = keys,
    .once = PARRY_ONCE_LOOK,
    .send = zammad_send,
    .look = zammad_look,
    .test = zammad_test};
