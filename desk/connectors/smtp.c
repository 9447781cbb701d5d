/* E-mail: a message to the desk's mailbox. Its Message-ID is made from the hand-off's id, so that what arrives twice is
 * told apart by any mail program; replies go to the person. */
#include "desk/connectors/inner.h"

#include "outbox/mail.h"

enum { TEXT_MAX = 1 << 20 };

static const parry_connector_key keys[] = {
    {"url", PARRY_SETTING_MAIL_SERVER, NULL,
     "smtps://mail.example:465, or smtp://mail.example:587, which turns to TLS."},
    {"from", PARRY_SETTING_ADDRESS, NULL, "The sender, an address of one's own."},
    {"to", PARRY_SETTING_ADDRESS, NULL, "The desk's mailbox."},
    {"user", PARRY_SETTING_TEXT, "", "Who signs in; empty: nobody."},
    {"password_file", PARRY_SETTING_SECRET, "", "The password."},
    PARRY_KEYS_OF_WEB,
    {NULL, PARRY_SETTING_TEXT, NULL, NULL}};

static parry_mail_server server_of(const parry_connector *c)
{
    return (parry_mail_server){.url = parry_connector_get(c, "url"),
                               .user = parry_connector_get(c, "user"),
                               .password = parry_connector_get(c, "password_file")};
}

static void fill(parry_mail *m, const parry_connector *c, parry_arena *a, const parry_ticket *t)
{
    parry_str from = parry_str_of(parry_connector_get(c, "from"));
    parry_str host = parry_str_from(from, parry_str_find(from, parry_str_of("@")) + 1);
    m->from = from;
    m->from_name = t->name;
    m->to[m->nto++] = parry_str_of(parry_connector_get(c, "to"));
    m->reply_name = t->name;
    m->reply_to = t->email;
    m->message_id = parry_str_printf(a, "%.*s@%.*s", PARRY_FMT(t->id), PARRY_FMT(host));
    m->date_ms = t->created_ms;
    m->subject = t->subject;
    m->extra[m->nextra].name = "X-Parry-Handoff";
    m->extra[m->nextra++].value = t->id;
    m->extra[m->nextra].name = "X-Parry-Queue";
    m->extra[m->nextra++].value = parry_str_of(parry_queue_name(t->queue));
    m->extra[m->nextra].name = "X-Parry-Priority";
    m->extra[m->nextra++].value = parry_str_of(parry_priority_name(t->priority));
    parry_attachment files[PARRY_CONNECTOR_FILES];
    size_t n = parry_connector_files(a, t, files);
    for (size_t i = 0; i < n; i++)
        m->files[m->nfiles++] = (parry_mail_file){files[i].name, files[i].type, files[i].bytes};
}

static parry_fate smtp_send(parry_connector *c, const parry_ticket *t, parry_receipt *out, parry_err *err)
{
    parry_mail m = {.nto = 0};
    parry_mail_server server = server_of(c);
    parry_arena *a = parry_arena_new();
    parry_buf text = PARRY_BUF(2 * TEXT_MAX);
    fill(&m, c, a, t);
    if (!parry_mail_is_address(t->email)) /* it cannot stand in a header */
        parry_buf_printf(&text, "From: %.*s\n\n", PARRY_FMT(t->email));
    parry_connector_text(t, &(parry_text_wish){.most = TEXT_MAX}, &text);
    m.text = parry_buf_str(&text);
    parry_fate fate = parry_mail_send(&c->rules, &server, &m, err);
    if (fate == PARRY_FATE_DELIVERED)
        (void)snprintf(out->remote_id, sizeof out->remote_id, "<%.*s>", PARRY_FMT(m.message_id));
    parry_buf_free(&text);
    parry_arena_free(a);
    return fate;
}

static parry_code smtp_test(parry_connector *c, parry_err *err)
{
    parry_mail_server server = server_of(c);
    return parry_mail_try(&c->rules, &server, err);
}

const parry_connector_kind parry_kind_smtp = {
    .name = "smtp",
    .help = "E-mail, by SMTP with TLS. The Message-ID is made from the hand-off's id, replies go to the person, "
            "attachments and the packet go along.",
    .keys = keys,
    .once = PARRY_ONCE_STABLE_ID,
    .send = smtp_send,
    .test = smtp_test};
