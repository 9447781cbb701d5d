/* Freshdesk: a ticket as a form, as it has files. The hand-off's id is in a custom field, by which the search finds it.
 */
#include "desk/connectors/inner.h"

#include "base/html.h"

enum { TEXT_MAX = 1 << 20, PARTS = 12 + PARRY_CONNECTOR_FILES };

static const parry_connector_key keys[] = {
    {"url", PARRY_SETTING_URL, NULL, "https://NAME.freshdesk.com"},
    {"token_file", PARRY_SETTING_SECRET, NULL, "The API key of an agent (Profile settings)."},
    {"field", PARRY_SETTING_NAME, "cf_parry_id",
     "The API name of a custom ticket field (Admin, Ticket Fields; single-line text) that gets the hand-off's id."},
    {"tag", PARRY_SETTING_NAME, "parry", "A tag that every ticket gets."},
    {"groups", PARRY_SETTING_PAIRS, "",
     "Numbers of the groups that queues belong to: \"Refunds=1070001, Login=1070002\"."},
    {"settle_s", PARRY_SETTING_NUMBER, "300",
     "Seconds after an attempt of which nothing was heard until the search is asked, as its index lags behind."},
    PARRY_KEYS_OF_LOOK,
    PARRY_KEYS_OF_WEB,
    {NULL, PARRY_SETTING_TEXT, NULL, NULL}};

enum { STATUS_OPEN = 2, STATUS_RESOLVED = 4, STATUS_CLOSED = 5, SOURCE_PORTAL = 2 };
static const int priorities[PARRY_PRIORITIES] = {1, 2, 3, 4};
static const char *const statuses[] = {"", "", "open", "pending", "resolved", "closed"};

static void sign_in(const parry_connector *c, parry_api_call *call)
{
    call->user = parry_connector_get(c, "token_file");
    call->password = "X";
}

/* A description is HTML there. */
static void add_html(parry_buf *out, parry_str s)
{
    for (size_t from = 0; from <= s.n;) {
        size_t n = parry_str_find(parry_str_from(s, from), parry_str_of("\n"));
        parry_str line = parry_str_make(s.p + from, n);
        bool returns = line.n > 0 && line.p[line.n - 1] == '\r';
        parry_html_escape(parry_str_make(line.p, line.n - returns), out);
        from += n + 1;
        if (from <= s.n)
            parry_buf_addz(out, "<br>");
    }
}

static parry_str description_of(parry_arena *a, const parry_ticket *t)
{
    parry_buf text = PARRY_BUF(2 * TEXT_MAX), html = PARRY_BUF(16 * TEXT_MAX);
    parry_connector_text(t, &(parry_text_wish){.most = TEXT_MAX}, &text);
    add_html(&html, parry_buf_str(&text));
    parry_str kept = parry_str_copy(a, parry_buf_str(&html));
    parry_buf_free(&text);
    parry_buf_free(&html);
    return kept;
}

/* ---- creating ---------------------------------------------------------------------------------------------------- */

typedef struct form { /* the members of a ticket */
    parry_web_part parts[PARTS];
    size_t n;
    parry_arena *a;
} form;

static void add_text(form *f, const char *name, parry_str value)
{
    if (value.n > 0)
        f->parts[f->n++] = (parry_web_part){.name = name, .value = value};
}

static void add_number(form *f, const char *name, int n) { add_text(f, name, parry_str_printf(f->a, "%d", n)); }

static void fill(form *f, const parry_connector *c, const parry_ticket *t)
{
    parry_arena *a = f->a;
    const char *queue = parry_queue_name(t->queue);
    add_text(f, "name", t->name);
    add_text(f, "email", t->email);
    add_text(f, "subject", t->subject);
    add_text(f, "description", description_of(a, t));
    add_number(f, "status", STATUS_OPEN);
    add_number(f, "priority", priorities[t->priority]);
    add_number(f, "source", SOURCE_PORTAL);
    add_text(f, "group_id", parry_str_of(parry_connector_pair(c, "groups", queue, "", a)));
    add_text(f, "tags[]", parry_str_of(parry_connector_get(c, "tag")));
    add_text(f, "tags[]", parry_str_printf(a, "parry-%s", queue));
    add_text(f, parry_str_printf(a, "custom_fields[%s]", parry_connector_get(c, "field")).p, t->id);
}

static void add_files(form *f, const parry_ticket *t)
{
    parry_attachment files[PARRY_CONNECTOR_FILES];
    size_t n = parry_connector_files(f->a, t, files);
    for (size_t i = 0; i < n; i++)
        f->parts[f->n++] = (parry_web_part){.name = "attachments[]",
                                            .value = files[i].bytes,
                                            .file_name = parry_str_z(f->a, files[i].name),
                                            .type = parry_str_z(f->a, files[i].type)};
}

static void read_ticket(const parry_connector *c, const json_t *ticket, parry_receipt *out)
{
    json_int_t status = json_integer_value(json_object_get(ticket, "status"));
    bool usual = status >= STATUS_OPEN && status <= STATUS_CLOSED;
    parry_receipt_set(out->remote_id, json_object_get(ticket, "id"));
    if (usual)
        parry_receipt_setz(out->status, statuses[status]);
    else
        parry_receipt_set(out->status, json_object_get(ticket, "status"));
    out->ended = status == STATUS_RESOLVED || status == STATUS_CLOSED;
    if (json_is_true(json_object_get(ticket, "deleted"))) { /* it is still shown for a month */
        parry_receipt_setz(out->status, "deleted");
        out->ended = true;
    }
    parry_receipt_page(c, "/a/tickets/", out);
}

static parry_fate freshdesk_send(parry_connector *c, const parry_ticket *t, parry_receipt *out, parry_err *err)
{
    json_t *reply = NULL;
    form f = {.a = parry_arena_new()};
    fill(&f, c, t);
    add_files(&f, t);
    parry_api_call call = {.path = "/api/v2/tickets", .parts = f.parts, .nparts = f.n};
    sign_in(c, &call);
    parry_fate fate = parry_api_ask(c, &call, &reply, NULL, out, err);
    if (fate == PARRY_FATE_DELIVERED)
        read_ticket(c, reply, out);
    json_decref(reply);
    parry_arena_free(f.a);
    return fate;
}

/* ---- asking ------------------------------------------------------------------------------------------------------ */

static const char *search_path(const parry_connector *c, parry_arena *a, parry_str id)
{
    parry_str query = parry_str_printf(a, "\"%s:'%.*s'\"", parry_connector_get(c, "field"), PARRY_FMT(id));
    query = parry_url_encode(a, query);
    return parry_str_printf(a, "/api/v2/search/tickets?query=%.*s", PARRY_FMT(query)).p;
}

static const json_t *first_of(const json_t *list)
{
    const json_t *j, *first = NULL;
    size_t i;
    json_array_foreach(list, i, j)
    {
        if (first == NULL ||
            json_integer_value(json_object_get(j, "id")) < json_integer_value(json_object_get(first, "id")))
            first = j;
    }
    return first;
}

static parry_fate freshdesk_look(parry_connector *c, const parry_outbox_item *item, parry_receipt *out, parry_err *err)
{
    int status = 0;
    json_t *reply = NULL;
    parry_arena *a = parry_arena_new();
    bool known = item->receipt.remote_id[0] != 0;
    parry_str id = parry_url_encode(a, parry_str_of(item->receipt.remote_id));
    parry_api_call call = {.path = known ? parry_str_printf(a, "/api/v2/tickets/%.*s", PARRY_FMT(id)).p
                                         : search_path(c, a, item->key)};
    sign_in(c, &call);
    parry_fate fate = parry_api_ask(c, &call, &reply, &status, out, err);
    const json_t *list = json_object_get(reply, "results"), *ticket = known ? reply : first_of(list);
    const parry_looked looked = {.known = known, .status = status, .list = list, .ticket = ticket};
    fate = parry_look_end(c, item, &looked, fate, read_ticket, out, err);
    json_decref(reply);
    parry_arena_free(a);
    return fate;
}

/* The search knows the field: without it nothing could be asked for. */
static parry_code freshdesk_test(parry_connector *c, parry_err *err)
{
    parry_arena *a = parry_arena_new();
    parry_err why = {0};
    parry_api_call call = {.path = search_path(c, a, parry_str_of("00000000-0000-7000-8000-000000000000"))};
    sign_in(c, &call);
    parry_code code = parry_api_try(c, &call, NULL, &why);
    if (code == PARRY_UNAVAILABLE && strstr(why.msg, "answers 400") != NULL)
        code = parry_fail(err, PARRY_INVALID,
                          "Freshdesk cannot search by the ticket field %s; make it (Admin, Ticket Fields)",
                          parry_connector_get(c, "field"));
    else if (code != PARRY_OK && err != NULL)
        *err = why;
    parry_arena_free(a);
    return code;
}

const parry_connector_kind parry_kind_freshdesk = {
    .name = "freshdesk",
    .help = "Freshdesk's tickets, with an API key. The hand-off's id is in a custom ticket field, which the search is "
            "asked for before anything is sent again. Attachments and the packet go along.",
    .keys = keys,
    .once = PARRY_ONCE_LOOK,
    .send = freshdesk_send,
    .look = freshdesk_look,
    .test = freshdesk_test};
