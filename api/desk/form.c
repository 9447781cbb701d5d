/* A body into a packet, member by member. */
#include "api/desk/form.h"

#include "api/desk/abuse.h"
#include "api/desk/attachments.h"
#include "api/input.h"
#include "api/query_log.h"
#include "api/schema.h"
#include "base/clock.h"
#include "desk/desk.h"
#include "desk/journey.h"
#include "desk/subject.h"

#define TEXT(most) "{\"type\":\"string\",\"maxLength\":" most "}"
#define ASKED                                                                                                          \
    "\"subject\":" TEXT("200") ",\"description\":" TEXT(                                                               \
        "16000") ",\"query_ids\":{\"type\":\"array\",\"maxItems\":20,"                                                 \
                 "\"items\":" TEXT("36") "},\"locale\":" TEXT(                                                         \
                     "35") ",\"audience\":{\"type\":\"string\",\"minLength\":1,"                                       \
                           "\"maxLength\":100}"

const char parry_draft_schema[] = "{\"type\":\"object\",\"additionalProperties\":false,\"properties\":{" ASKED "}}";

const char parry_handoff_schema[] =
    "{\"type\":\"object\",\"required\":[\"description\",\"email\"],\"additionalProperties\":false,\"properties\":"
    "{" ASKED ",\"email\":" TEXT("254") ",\"name\":" TEXT("200") ",\"page\":" TEXT(
        "500") ",\"channel\":{\"enum\":[\"form\",\"chat\",\"agent\",\"api\"]},\"share_journey\":{\"type\":\"boolean\"}"
               ",\"visitor\":" TEXT("200") ",\"session\":" TEXT(
                   "200") ",\"queue\":{\"enum\":[\"Login\",\"Orders\",\"Deliveries\",\"Payments\",\"Refunds\"]}"
                          ",\"priority\":{\"enum\":[\"low\",\"medium\",\"high\",\"critical\"]}"
                          ",\"said\":{\"type\":\"array\",\"maxItems\":50,\"items\":{\"type\":\"object\",\"required\":["
                          "\"role\",\"text\"],"
                          "\"additionalProperties\":false,\"properties\":{\"role\":{\"enum\":[\"customer\",\"user\","
                          "\"assistant\",\"agent\"]},"
                          "\"text\":" TEXT("4000") ",\"at\":" TEXT(
                              "40") "}}}"
                                    ",\"attachments\":" PARRY_ATTACHMENTS_SCHEMA ",\"website\":" TEXT(
                                        "500") ",\"work\":{\"type\":\"object\",\"required\":[\"challenge\",\"answer\"],"
                                               "\"additionalProperties\":false,"
                                               "\"properties\":{\"challenge\":" TEXT("64") ",\"answer\":" TEXT(
                                                   "64") "}}}}";

/* What a person or a program chose is no guess. */
static void choose(json_t *suggested, const json_t *body, const char *name)
{
    json_t *value = json_object_get(body, name);
    if (value != NULL)
        json_object_set_new(suggested, name, json_pack("{s:O}", "value", value));
}

/* ---- the journey ------------------------------------------------------------------------------------------------- */

static parry_code read_ids(const parry_call *c, const json_t *body, parry_journey_wish *w, parry_err *err)
{
    const json_t *id;
    size_t i;
    (void)c;
    json_array_foreach(json_object_get(body, "query_ids"), i, id)
    {
        parry_str text = parry_str_make(json_string_value(id), json_string_length(id));
        if (!parry_uuid_parse(text, &w->queries[w->nqueries++]))
            return parry_fail(err, PARRY_INVALID, "query_ids[%zu] must be the query_id of an answer", i);
    }
    return PARRY_OK;
}

typedef struct titles {
    const parry_call *c;
    const parry_generation *g;
} titles;

/* Of an article that the person may see. */
static parry_str title_of(void *ctx, parry_str article)
{
    const titles *t = ctx;
    uint32_t segment, at;
    if (!parry_generation_find(t->g, article, &segment, &at))
        return parry_str_of("");
    parry_article_out a;
    parry_segment_article(parry_generation_get_info(t->g)->segments[segment].segment, at, &a);
    return parry_str_eq(a.audience, t->c->audience) ? a.title : parry_str_of("");
}

static void set_key(const parry_call *c, parry_pseudonym as, int64_t now_ms, parry_str raw, char out[33],
                    parry_ledger_subject *who)
{
    if (raw.n == 0 || c->app->visitors == NULL)
        return;
    parry_visitor_key(c->app->visitors, as, now_ms, raw, out);
    if (who != NULL)
        (void)parry_ledger_subject_parse(parry_str_of(out), who);
}

static parry_str first_of(parry_str a, parry_str b) { return a.n > 0 ? a : b; }

/* Chatbots say user; to a desk that is the customer, as in what the ledger has. */
static json_t *said_json(const parry_call *c, const json_t *said)
{
    json_t *list = json_array();
    const json_t *turn;
    size_t i;
    json_array_foreach(said, i, turn)
    {
        json_t *copy = json_copy((json_t *)(uintptr_t)turn);
        if (parry_str_eqz(parry_body_text(c, copy, "role"), "user"))
            json_object_set_new(copy, "role", json_string("customer"));
        json_array_append_new(list, copy);
    }
    return list;
}

static parry_code add_journey(parry_call *c, const json_t *body, parry_journey_wish *w, parry_form *f, parry_err *err)
{
    bool share = json_is_true(json_object_get(body, "share_journey"));
    json_t *journey = NULL, *redactions = NULL, *said = json_object_get(body, "said");
    json_object_set_new(f->packet, "consent", json_pack("{s:b}", "journey", share));
    if (!share)
        return PARRY_OK;
    parry_generation *g = parry_index_acquire(c->app->index);
    titles t = {c, g};
    w->title = title_of;
    w->ctx = &t;
    parry_code code = parry_journey(c->app->ledger, w, &journey, &redactions, err);
    parry_generation_release(g);
    if (code != PARRY_OK)
        return code;
    if (json_array_size(said) > 0)
        json_object_set_new(journey, "said", said_json(c, said));
    json_object_set_new(f->packet, "journey", journey);
    json_object_set_new(f->packet, "redactions", redactions);
    return PARRY_OK;
}

/* ---- members ----------------------------------------------------------------------------------------------------- */

static parry_code attachments_json(const parry_call *c, const json_t *body, json_t **out, parry_err *err)
{
    parry_attachment all[PARRY_TICKET_ATTACHMENTS];
    size_t n = 0;
    parry_code code = parry_attachments_read(c, body, all, &n, err);
    if (code != PARRY_OK)
        return code;
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++) {
        json_t *copy = json_copy(json_array_get(json_object_get(body, "attachments"), i));
        json_object_set_new(copy, "name", parry_json_text(all[i].name));
        json_array_append_new(list, copy);
    }
    *out = list;
    return PARRY_OK;
}

static void copy_text(const parry_call *c, const json_t *body, json_t *to, const char *name)
{
    json_object_set_new(to, name, parry_json_text(parry_str_trim(parry_body_text(c, body, name))));
}

/* What the encoder says is asked before it is delivered, not before it is accepted. */
static parry_code first_guess(const parry_call *c, parry_str subject, parry_str description, parry_guess *out,
                              bool *first, parry_err *err)
{
    parry_guesser *g = parry_desk_guesser(c->app->desk);
    parry_code code = parry_guesser_has_better(g, first, err);
    return code == PARRY_OK ? parry_guess_first(g, subject, description, out, err) : code;
}

static parry_code set_ticket(parry_call *c, const json_t *body, parry_form *f, parry_err *err)
{
    parry_str description = parry_str_trim(parry_body_text(c, body, "description"));
    parry_str written = parry_str_trim(parry_body_text(c, body, "subject"));
    parry_str made = parry_suggest_subject(c->arena, description);
    parry_str subject = first_of(written, first_of(made, parry_utf8_cut(description, 80)));
    json_t *attachments = NULL;
    parry_guess guess;
    parry_code code = attachments_json(c, body, &attachments, err);
    if (code == PARRY_OK)
        code = first_guess(c, written, description, &guess, &f->first, err);
    if (code != PARRY_OK) {
        json_decref(attachments);
        return code;
    }
    json_t *suggested = parry_guess_suggested(&guess, made);
    choose(suggested, body, "queue");
    choose(suggested, body, "priority");
    json_object_set_new(f->packet, "ticket",
                        json_pack("{s:o, s:o, s:o}", "subject", parry_json_text(subject), "description",
                                  parry_json_text(description), "attachments", attachments));
    json_object_set_new(f->packet, "suggested", suggested);
    return PARRY_OK;
}

static void set_requester(parry_call *c, const json_t *body, parry_form *f, int64_t now_ms)
{
    json_t *who = json_object();
    copy_text(c, body, who, "name");
    copy_text(c, body, who, "email");
    json_object_set_new(f->packet, "requester", who);
    set_key(c, PARRY_PSEUDONYM_CONTACT, now_ms, parry_str_trim(parry_body_text(c, body, "email")), f->contact, NULL);
}

static parry_code choose_audience(parry_call *c, const json_t *body, parry_err *err)
{
    parry_str audience = parry_body_text(c, body, "audience");
    return parry_audience_choose(c, audience.n > 0 ? audience : parry_str_make(NULL, 0), err);
}

static void set_place(parry_call *c, const json_t *body, json_t *packet)
{
    parry_str channel = parry_body_text(c, body, "channel");
    copy_text(c, body, packet, "locale");
    copy_text(c, body, packet, "page");
    json_object_set_new(packet, "audience", parry_json_text(c->audience));
    json_object_set_new(packet, "channel", parry_json_text(channel.n > 0 ? channel : parry_str_of("form")));
}

static parry_code fill(parry_call *c, const json_t *body, parry_form *f, parry_err *err)
{
    parry_journey_wish w = {.now_ms = parry_clock_now_ms(parry_clock_system())};
    parry_str visitor = first_of(parry_body_text(c, body, "visitor"), parry_call_visitor(c));
    parry_str session = first_of(parry_body_text(c, body, "session"), parry_call_session(c));
    parry_code code = read_ids(c, body, &w, err);
    set_requester(c, body, f, w.now_ms);
    if (code == PARRY_OK)
        code = set_ticket(c, body, f, err);
    if (code != PARRY_OK)
        return code;
    set_place(c, body, f->packet);
    set_key(c, PARRY_PSEUDONYM_VISITOR, w.now_ms, visitor, f->visitor, &w.who[0]);
    set_key(c, PARRY_PSEUDONYM_SESSION, w.now_ms, session, f->session, &w.who[1]);
    return add_journey(c, body, &w, f, err);
}

parry_code parry_form_glance(const parry_call *c, const json_t *body, parry_err *err)
{
    if (parry_str_trim(parry_body_text(c, body, "description")).n == 0)
        return parry_fail(err, PARRY_INVALID, "description is empty");
    if (!parry_email_good(parry_str_trim(parry_body_text(c, body, "email"))))
        return parry_fail(err, PARRY_INVALID, "email must be one address, like ann@example.org");
    return PARRY_OK;
}

parry_code parry_form_read(parry_call *c, const json_t *body, parry_form *out, parry_err *err)
{
    parry_form f = {.packet = json_object()};
    parry_code code = choose_audience(c, body, err);
    if (code == PARRY_OK)
        code = fill(c, body, &f, err);
    if (code == PARRY_OK)
        *out = f;
    else
        json_decref(f.packet);
    return code;
}

/* ---- before it is sent ------------------------------------------------------------------------------------------- */

/* What the last of the named searches asked, as the ledger has it. */
static parry_code asked_before(parry_call *c, const json_t *body, parry_str *out, parry_err *err)
{
    parry_journey_wish w = {.now_ms = parry_clock_now_ms(parry_clock_system())};
    json_t *journey = NULL, *redactions = NULL;
    parry_code code = read_ids(c, body, &w, err);
    if (code == PARRY_OK)
        code = parry_journey(c->app->ledger, &w, &journey, &redactions, err);
    if (code != PARRY_OK)
        return code;
    const json_t *searches = json_object_get(journey, "searches");
    size_t n = json_array_size(searches);
    *out = n > 0 ? parry_body_text(c, json_array_get(searches, n - 1), "text") : parry_str_of("");
    json_decref(journey);
    json_decref(redactions);
    return PARRY_OK;
}

parry_code parry_form_suggest(parry_call *c, const json_t *body, json_t **out, parry_err *err)
{
    parry_str subject = parry_body_text(c, body, "subject"), description = parry_body_text(c, body, "description");
    parry_str asked = {NULL, 0};
    parry_guess k;
    parry_code code = choose_audience(c, body, err);
    if (code == PARRY_OK)
        code = asked_before(c, body, &asked, err);
    if (code != PARRY_OK)
        return code;
    description = first_of(description, asked);
    code = parry_guess_best(parry_desk_guesser(c->app->desk), subject, description, &k, err);
    if (code == PARRY_OK)
        *out =
            parry_guess_suggested(&k, first_of(subject, first_of(asked, parry_suggest_subject(c->arena, description))));
    return code;
}
