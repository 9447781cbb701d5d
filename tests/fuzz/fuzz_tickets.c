/* Any bytes as what a person writes on the form, and as what ticket systems and mailboxes answer: lines; the first is
 * the person's, the rest are answers, the status of each is its first letter. Nothing of it gets out of where it
 * stands: no header, no address and no path begins another, and what was answered is kept as text. */
#include "base/file.h"
#include "base/json.h"
#include "desk/connector.h"
#include "desk/connectors/webhook.h"
#include "desk/follow.h"
#include "desk/subject.h"
#include "outbox/mail.h"
#include "outbox/web.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
/* In place of the network: see tests/CMakeLists.txt. */
parry_fate __wrap_parry_web_ask(const parry_web_rules *rules, const parry_web_request *q, parry_arena *a,
                                parry_web_reply *out, parry_err *err);
parry_fate __wrap_parry_mail_send(const parry_web_rules *rules, const parry_mail_server *server, const parry_mail *m,
                                  parry_err *err);

#define ID "019aa5d2-6f00-7000-8000-0242ac120002"
enum { HEADER_MAX = 16 << 10, LINE_MOST = 998 };

static parry_connectors *connectors;
static parry_str answers; /* that were not given yet */

static void must(bool good)
{
    if (!good)
        abort();
}

static bool told(const parry_err *err) { return err->msg[0] != 0 && parry_utf8_valid(parry_str_of(err->msg), NULL); }

/* ---- in place of the network ------------------------------------------------------------------------------------- */

/* Of visible ASCII, with spaces or without. */
static bool is_line(const char *z, char least)
{
    while (*z >= least && *z <= '~')
        z++;
    return *z == 0;
}

static void check_request(const parry_web_request *q)
{
    must(is_line(q->url, '!') && strncmp(q->url, "https://desk.example", 20) == 0);
    for (size_t i = 0; i < PARRY_WEB_HEADERS && q->headers[i] != NULL; i++)
        must(is_line(q->headers[i], ' '));
    for (size_t i = 0; i < q->nparts; i++)
        must(q->parts[i].type == NULL || is_line(q->parts[i].type, ' '));
}

/* As often as makes it longer than anything may be that is kept of an answer. */
static parry_str stretched(parry_arena *a, parry_str s)
{
    parry_buf all = PARRY_BUF(4 * PARRY_OUTBOX_REMOTE_MAX + s.n);
    while (s.n > 0 && all.n < 2 * PARRY_OUTBOX_REMOTE_MAX)
        parry_buf_adds(&all, s);
    s = parry_str_copy(a, parry_buf_str(&all));
    parry_buf_free(&all);
    return s;
}

/* A ticket as any of them has one, with this text in every member. */
static json_t *ticket_of(parry_str s, bool number)
{
    static const char *const names[] = {"id",    "number", "url",   "html_url", "status",
                                        "state", "token",  "error", "code",     "cf_parry_id"};
    json_t *j = json_pack("{s:s, s:b}", "body", "<!-- parry:" ID " -->", "private", 1);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        json_object_set_new(j, names[i], number ? json_integer((json_int_t)s.n - 2) : parry_json_text(s));
    return j;
}

/* The line as it is, or such a ticket wherever one may stand. */
static parry_str answer_of(parry_arena *a, char how, parry_str s)
{
    if ((how & 24) == 0)
        return parry_str_copy(a, s);
    json_t *one = ticket_of((how & 64) != 0 ? stretched(a, s) : s, (how & 32) != 0), *j = json_pack("[O, O]", one, one);
    if ((how & 24) != 8) {
        json_t *list = j;
        j = json_pack("{s:O, s:O, s:O, s:O, s:O}", "ticket", one, "request", one, "upload", one, "results", list,
                      "tickets", list);
        (void)json_object_update(j, one);
        json_decref(list);
    }
    char *text = json_dumps(j, JSON_COMPACT);
    s = parry_str_copy(a, parry_str_of(text));
    free(text);
    json_decref(one);
    json_decref(j);
    return s;
}

parry_fate __wrap_parry_web_ask(const parry_web_rules *rules, const parry_web_request *q, parry_arena *a,
                                parry_web_reply *out, parry_err *err)
{
    static const int statuses[] = {200, 201, 200, 400, 404, 410, 429, 500};
    parry_str line;
    (void)rules;
    check_request(q);
    if (!parry_str_split(&answers, '\n', &line) || line.n == 0) {
        (void)parry_fail(err, PARRY_UNAVAILABLE, "cannot reach desk.example");
        return PARRY_FATE_UNSURE;
    }
    out->status = statuses[(unsigned char)line.p[0] % 8];
    out->body = answer_of(a, line.p[0], parry_str_from(line, 1));
    parry_fate fate = parry_web_fate(out->status);
    if (fate != PARRY_FATE_DELIVERED)
        (void)parry_fail(err, PARRY_UNAVAILABLE, "desk.example answers %d", out->status);
    return fate;
}

/* One header, folded: no line begins but with a space, and none is longer than mail may have. */
static void check_header(parry_buf *h)
{
    size_t column = 0;
    for (size_t i = 0; i < h->n; i++, column++) {
        bool ends = h->p[i] == '\r' && i + 2 < h->n && h->p[i + 1] == '\n' && h->p[i + 2] == ' ';
        must(ends || (h->p[i] >= ' ' && h->p[i] <= '~'));
        must(column < LINE_MOST);
        if (ends) {
            i += 2;
            column = 0;
        }
    }
    must(!h->full);
    parry_buf_clear(h);
}

parry_fate __wrap_parry_mail_send(const parry_web_rules *rules, const parry_mail_server *server, const parry_mail *m,
                                  parry_err *err)
{
    parry_buf h = PARRY_BUF(HEADER_MAX);
    (void)rules;
    (void)server;
    (void)err;
    must(m->nto == 1 && parry_mail_is_address(m->to[0]) && parry_mail_is_address(m->from));
    parry_mail_person(&h, "From", m->from_name, m->from);
    check_header(&h);
    if (parry_mail_is_address(m->reply_to)) {
        parry_mail_person(&h, "Reply-To", m->reply_name, m->reply_to);
        check_header(&h);
    }
    parry_mail_header(&h, "Subject", m->subject);
    check_header(&h);
    for (size_t i = 0; i < m->nextra; i++) {
        parry_mail_header(&h, m->extra[i].name, m->extra[i].value);
        check_header(&h);
    }
    for (size_t i = 0; i < m->nfiles; i++) {
        parry_mail_disposition(&h, m->files[i].name);
        check_header(&h);
    }
    parry_buf_free(&h);
    return PARRY_FATE_DELIVERED;
}

/* ---- connectors -------------------------------------------------------------------------------------------------- */

static const char settings[] =
    "hook: {kind: webhook, url: https://desk.example/in, secret_file: %s}\n"
    "zendesk: {kind: zendesk, url: https://desk.example, user: b@c.example, token_file: %s}\n"
    "asks: {kind: zendesk-requests, url: https://desk.example}\n"
    "zammad: {kind: zammad, url: https://desk.example, token_file: %s}\n"
    "fresh: {kind: freshdesk, url: https://desk.example, token_file: %s}\n"
    "git: {kind: github, url: https://desk.example, owner: o, repo: r, token_file: %s}\n"
    "own: {kind: github, url: https://desk.example, owner: o, repo: r, token_file: %s, "
    "private_repo: true}\n"
    "mail: {kind: smtp, url: smtps://desk.example, from: a@b.example, to: c@d.example}\n";

static void open_connectors(void)
{
    char dir[] = "/tmp/parry-fuzz-XXXXXX";
    parry_err err = {0};
    must(mkdtemp(dir) != NULL);
    parry_arena *a = parry_arena_new();
    const char *secret = parry_str_printf(a, "%s/secret", dir).p, *yaml = parry_str_printf(a, "%s/c.yaml", dir).p;
    parry_buf text = PARRY_BUF(64 << 10);
    parry_str rest = parry_str_of(settings);
    for (size_t at; (at = parry_str_find(rest, parry_str_of("%s"))) < rest.n; rest = parry_str_from(rest, at + 2)) {
        parry_buf_adds(&text, parry_str_make(rest.p, at));
        parry_buf_addz(&text, secret);
    }
    parry_buf_adds(&text, rest);
    must(parry_file_replace(secret, parry_str_of("a secret of 16 b\n"), NULL) == PARRY_OK && chmod(secret, 0600) == 0 &&
         parry_file_replace(yaml, parry_buf_str(&text), NULL) == PARRY_OK);
    must(parry_connectors_read(yaml, &connectors, &err) == PARRY_OK);
    must(parry_tree_remove(dir, NULL) == PARRY_OK);
    parry_buf_free(&text);
    parry_arena_free(a);
}

static void check_receipt(const parry_receipt *r)
{
    const char *const all[] = {r->remote_id, r->remote_url, r->status};
    for (size_t i = 0; i < 3; i++)
        must(memchr(all[i], 0, PARRY_OUTBOX_REMOTE_MAX) != NULL && parry_utf8_valid(parry_str_of(all[i]), NULL));
    must(r->retry_after_ms == 0);
}

static void check_fate(parry_fate fate, const parry_receipt *r, const parry_err *err)
{
    check_receipt(r);
    must(fate == PARRY_FATE_DELIVERED || fate == PARRY_FATE_ABSENT || told(err));
}

static void deliver(parry_connector *c, const parry_ticket *t, parry_str given)
{
    const parry_connector_kind *kind = parry_connector_kind_of(c);
    parry_err err = {0};
    parry_outbox_item item = {.key = t->id, .created_ms = t->created_ms};
    answers = given;
    parry_fate fate = kind->send(c, t, &item.receipt, &err);
    must(fate != PARRY_FATE_ABSENT);
    check_fate(fate, &item.receipt, &err);
    for (int again = 0; again < 2 && kind->look != NULL; again++) { /* by our id, then by theirs */
        parry_receipt looked = {.retry_after_ms = 0};
        err = (parry_err){0};
        answers = given;
        fate = kind->look(c, &item, &looked, &err);
        check_fate(fate, &looked, &err);
        item.receipt = looked;
    }
    err = (parry_err){0};
    answers = given;
    if (strcmp(kind->name, "smtp") != 0)
        must(kind->test(c, &err) == PARRY_OK || told(&err));
}

/* ---- what a person writes ---------------------------------------------------------------------------------------- */

/* Every text that comes from the form is of what was written. */
static json_t *packet_of(parry_str s)
{
    json_t *file = json_pack("{s:o, s:s, s:s}", "name", parry_json_text(s), "type", "text/plain", "base64", "YQ==");
    json_t *j =
        json_pack("{s:s, s:s, s:{s:o, s:o, s:[o]}, s:{s:o, s:s}, s:{s:{s:s, s:f}, s:{s:s, s:n}}, s:o, s:o, s:s, s:s}",
                  "handoff_id", ID, "created_at", "2026-11-01T09:00:00Z", "ticket", "subject",
                  s.n > 0 ? parry_json_text(s) : json_string("-"), "description", parry_json_text(s), "attachments",
                  file, "requester", "name", parry_json_text(s), "email", "ann@d.example", "suggested", "queue",
                  "value", "Refunds", "probability", 0.5, "priority", "value", "high", "probability", "page",
                  parry_json_text(s), "locale", parry_json_text(s), "audience", "customer", "reference", "R-1");
    json_t *search =
        json_pack("{s:o, s:[{s:o, s:o, s:i}], s:[], s:b}", "text", parry_json_text(s), "opened", "id",
                  parry_json_text(s), "title", parry_json_text(s), "dwell_ms", 700, "shown", "answered", 0);
    must(j != NULL && search != NULL);
    json_object_set_new(j, "journey",
                        json_pack("{s:[o], s:[{s:s, s:o}]}", "searches", search, "said", "role", "customer", "text",
                                  parry_json_text(s)));
    return j;
}

static void as_written(parry_arena *a, parry_str text, parry_str given)
{
    parry_ticket t;
    if (!parry_utf8_valid(text, NULL) || (text.n > 0 && memchr(text.p, 0, text.n) != NULL))
        return; /* JSON's reader refuses it before */
    parry_str subject = parry_suggest_subject(a, text);
    must(parry_utf8_valid(subject, NULL) && parry_utf8_count(subject) <= PARRY_SUBJECT_SUGGESTED + 1);
    json_t *packet = packet_of(text);
    must(parry_ticket_read(a, packet, &t, NULL) == PARRY_OK);
    deliver(parry_connectors_at(connectors, 1 + (text.n + given.n) % (parry_connectors_count(connectors) - 1)), &t,
            given);
    json_decref(packet);
}

/* Without the key nothing is one of ours, and with it all of it is. */
static void as_signed(parry_arena *a, parry_str head, parry_str rest)
{
    static const parry_secret key;
    parry_str secret = parry_str_of("a secret of 16 b"), mac;
    parry_uuid id;
    parry_err err = {0};
    must(parry_webhook_verify(a, &secret, 1, head, rest, 1795253400, &mac, &err) != PARRY_OK && told(&err));
    parry_str good = parry_webhook_signature(a, secret, 1795253400, rest);
    must(parry_webhook_verify(a, &secret, 1, good, rest, 1795253400, &mac, NULL) == PARRY_OK);
    must(parry_follow_read(&key, head, 1795253400000, &id, NULL) != PARRY_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (connectors == NULL)
        open_connectors();
    parry_arena *a = parry_arena_new();
    parry_str rest = parry_str_make((const char *)data, size), first = {NULL, 0};
    (void)parry_str_split(&rest, '\n', &first);
    as_signed(a, first, rest);
    as_written(a, first, rest);
    must(parry_arena_bytes(a) < (64U << 20));
    parry_arena_free(a);
    return 0;
}
