/* POST /v1/chat/suggest and POST /v1/suggest: what people say, in bodies, so that it stands in no URL and no access
 * log. docs/chatbots.md. */
#include "api/deflection/meeting.h"
#include "api/routes.h"

#include "api/agents/chat.h"
#include "api/agents/chat_log.h"
#include "api/input.h"
#include "api/query_log.h"
#include "api/schema.h"

enum { CHAT_LIMIT = 5, CHAT_TOKENS = 1500, SESSION_BYTES = 8, FORM_LIMIT = 6, FORM_COLUMNS = 116 };

/* ---- conversations ------------------------------------------------------------------------------------------------
 */

#define SCOPE                                                                                                          \
    "\"audience\":{\"type\":\"string\",\"minLength\":1,\"maxLength\":100},"                                            \
    "\"locale\":{\"type\":\"string\",\"maxLength\":35},"                                                               \
    "\"category\":{\"type\":\"string\",\"maxLength\":200},"                                                            \
    "\"page\":{\"type\":\"string\",\"maxLength\":200},"                                                                \
    "\"page_product\":{\"type\":\"string\",\"maxLength\":200},"                                                        \
    "\"rule_tag\":{\"type\":\"string\",\"maxLength\":200},"
#define TOKEN(most) "{\"type\":\"string\",\"maxLength\":" most ",\"pattern\":\"" PARRY_SCHEMA_TOKEN "\"}"

static const char chat_schema[] =
    "{\"type\":\"object\",\"required\":[\"turns\"],\"additionalProperties\":false,\"properties\":{"
    "\"turns\":{\"type\":\"array\",\"minItems\":1,\"maxItems\":50,\"items\":{\"type\":\"object\","
    "\"required\":[\"role\",\"text\"],\"additionalProperties\":false,\"properties\":{"
    "\"role\":{\"enum\":[\"user\",\"assistant\",\"agent\"]},"
    "\"text\":{\"type\":\"string\",\"maxLength\":4000},"
    "\"at\":{\"type\":\"string\",\"maxLength\":40}}}}," SCOPE "\"session_id\":" TOKEN("64") ",\"customer_id\":" TOKEN(
        "128") ",\"limit\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":10,\"default\":5},"
               "\"max_tokens\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":16000,\"default\":1500}}}";

/* One exchange, while it is answered. */
typedef struct exchange {
    parry_call *call;
    const json_t *body;
    parry_need need;
    bool searched;
    bool before; /* what was said before was searched, too */
    bool less;   /* numbers of the customer's own were not searched for */
    parry_results results;
    parry_chat_decision decision;
    const char *session;
    char query_id[PARRY_UUID_TEXT]; /* empty: nothing was searched */
} exchange;

static parry_code read_turn(const parry_call *c, size_t i, const json_t *j, parry_turn *out, parry_err *err)
{
    parry_str at = parry_body_text(c, j, "at");
    bool day;
    out->text = parry_body_text(c, j, "text");
    out->user = parry_str_eqz(parry_body_text(c, j, "role"), "user");
    if (at.p != NULL && !parry_time_parse(at, &out->at_ms, &day))
        return parry_fail(err, PARRY_INVALID, "turns[%zu].at must be a time in UTC (2026-11-01T09:00:00Z)", i);
    return PARRY_OK;
}

static size_t query_limit(const parry_call *c)
{
    size_t configured = (size_t)c->app->config->serve.max_query_bytes;
    return configured < PARRY_QUERY_MAX_BYTES ? configured : PARRY_QUERY_MAX_BYTES;
}

static parry_code read_turns(exchange *x, parry_err *err)
{
    const json_t *list = json_object_get(x->body, "turns"), *j;
    parry_turn *turns = PARRY_ARRAY(x->call->arena, parry_turn, PARRY_TURNS_MAX);
    size_t i;
    json_array_foreach(list, i, j)
    {
        parry_code code = read_turn(x->call, i, j, &turns[i], err);
        if (code != PARRY_OK)
            return code;
    }
    parry_turns_read(x->call->arena, turns, i, query_limit(x->call), &x->need);
    return PARRY_OK;
}

/* The client's, or a new one. */
static const char *session_of(const parry_call *c, const json_t *body)
{
    unsigned char random[SESSION_BYTES];
    parry_str given = parry_body_text(c, body, "session_id");
    if (given.n > 0)
        return given.p;
    parry_random_bytes(random, sizeof random);
    parry_buf hex = PARRY_BUF(64);
    for (size_t i = 0; i < sizeof random; i++)
        parry_buf_printf(&hex, "%02x", random[i]);
    const char *session = parry_str_z(c->arena, parry_buf_str(&hex));
    parry_buf_free(&hex);
    return session;
}

/* Names this conversation up to its last turn, the same whenever the same is sent: what a hand-off joins. */
static json_t *transcript_of(const exchange *x)
{
    char hex[PARRY_HASH_HEX + 1];
    parry_hasher h;
    const json_t *j;
    size_t i;
    parry_hasher_start(&h);
    parry_hasher_adds(&h, parry_str_of(x->session));
    json_array_foreach(json_object_get(x->body, "turns"), i, j)
    {
        parry_hasher_adds(&h, parry_body_text(x->call, j, "role"));
        parry_hasher_adds(&h, parry_body_text(x->call, j, "text"));
    }
    parry_hash_hex(parry_hasher_end(&h), hex);
    return json_stringn(hex, 32);
}

/* ---- what is answered -----------------------------------------------------------------------------------------------
 */

/* All that the customer said since the other side last spoke. */
static parry_str utterance_of(const exchange *x)
{
    const json_t *list = json_object_get(x->body, "turns");
    size_t n = json_array_size(list), to = n, from;
    parry_str all = {NULL, 0};
    while (to > 0 && !parry_str_eqz(parry_body_text(x->call, json_array_get(list, to - 1), "role"), "user"))
        to--;
    for (from = to; from > 0; from--)
        if (!parry_str_eqz(parry_body_text(x->call, json_array_get(list, from - 1), "role"), "user"))
            break;
    for (size_t i = from; i < to; i++) {
        parry_str text = parry_body_text(x->call, json_array_get(list, i), "text");
        all = i > from ? parry_str_printf(x->call->arena, "%.*s\n%.*s", PARRY_FMT(all), PARRY_FMT(text)) : text;
    }
    return all;
}

/* What we told the bot to say: the question, or the titles that it may cite. The bot's own words come as the next
 * turn. */
static json_t *response_of(const json_t *ask, const json_t *passages)
{
    const json_t *question = json_object_get(ask, "question"), *p;
    parry_buf titles = PARRY_BUF(4096);
    size_t i;
    if (question != NULL)
        return json_deep_copy(question);
    json_array_foreach(passages, i, p)
        parry_buf_printf(&titles, "%s%s", i > 0 ? "; " : "", json_string_value(json_object_get(p, "title")));
    json_t *j = titles.n > 0 ? parry_json_text(parry_utf8_cut(parry_buf_str(&titles), 4000)) : json_null();
    parry_buf_free(&titles);
    return j;
}

/* The seed's chatbot log, member by member. */
static json_t *log_of(const exchange *x, const json_t *reply)
{
    char now[PARRY_TIME_TEXT];
    const json_t *customer = json_object_get(x->body, "customer_id");
    parry_time_text(parry_clock_now_ms(parry_clock_system()), now);
    json_t *j = json_object();
    json_object_set_new(j, "session_id", json_string(x->session));
    json_object_set_new(j, "customer_id", customer != NULL ? json_deep_copy(customer) : json_null());
    json_object_set_new(j, "timestamp", json_string(now));
    json_object_set_new(j, "user_utterance", parry_json_text(utterance_of(x)));
    json_object_set_new(j, "chatbot_response",
                        response_of(json_object_get(reply, "ask"), json_object_get(reply, "passages")));
    json_object_set_new(j, "intent_detected",
                        parry_chat_intent(&x->need, x->decision, x->searched ? &x->results : NULL));
    json_object_set_new(j, "entities_extracted", parry_chat_entities(utterance_of(x)));
    json_object_set(j, "confidence_score", json_object_get(reply, "probability"));
    json_object_set(j, "agent_handover_flag", json_object_get(reply, "agent_handover_flag"));
    json_object_set_new(j, "resolution_status", json_string(parry_chat_resolution(x->decision)));
    return j;
}

static void add_passages(const exchange *x, const parry_generation *g, json_t *j)
{
    const parry_encoder *encoder = x->call->app->encoder;
    size_t budget = parry_body_number(x->body, "max_tokens", CHAT_TOKENS);
    parry_results none = {0};
    bool given = x->searched && x->decision <= PARRY_CHAT_CLARIFY;
    parry_pack pack = parry_chat_pack(g, encoder, given ? &x->results : &none, budget, x->call->base);
    json_object_set_new(j, "passages", pack.passages);
    json_object_set_new(j, "tokens",
                        json_pack("{s:I, s:I, s:I, s:s}", "budget", (json_int_t)budget, "used", (json_int_t)pack.tokens,
                                  "left_out", (json_int_t)pack.left_out, "counted_by",
                                  encoder != NULL ? parry_encoder_name(encoder) : "estimate"));
}

/* What of the hits the customer may come to see: with no passages given, none. */
static void log_query(exchange *x, const parry_query *q)
{
    parry_query asked = *q;
    parry_results shown = x->results;
    asked.text = x->before ? x->need.whole : x->need.newest;
    asked.audience = x->call->audience;
    shown.n = x->decision <= PARRY_CHAT_CLARIFY ? shown.n : 0;
    parry_query_log(x->call,
                    &(parry_query_note){.by = "chat",
                                        .query = &asked,
                                        .results = &shown,
                                        .visitor = parry_body_text(x->call, x->body, "customer_id"),
                                        .session = parry_str_of(x->session)},
                    x->query_id);
}

static json_t *chat_json(const exchange *x, const parry_generation *g)
{
    json_t *j = json_object();
    parry_results unknown = {.probability = -1};
    const parry_results *r = x->searched ? &x->results : &unknown;
    parry_str query = x->before ? x->need.whole : x->need.newest;
    bool person = x->need.person, over = parry_chat_hands_over(&x->need, x->decision);
    json_object_set_new(j, "session_id", json_string(x->session));
    json_object_set_new(j, "transcript_id", transcript_of(x));
    json_object_set_new(j, "query_id", x->searched ? json_string(x->query_id) : json_null());
    json_object_set_new(j, "generation", json_integer((json_int_t)parry_generation_get_info(g)->number));
    json_object_set_new(j, "query", x->searched ? parry_json_text(query) : json_null());
    json_object_set_new(j, "decision", json_string(parry_chat_decision_name(x->decision)));
    parry_results_set_sureness(j, r);
    json_object_set_new(j, "degraded", json_boolean(r->degraded));
    json_object_set_new(j, "agent_handover_flag", json_boolean(over));
    json_object_set_new(j, "handover_reason",
                        !over    ? json_null()
                        : person ? json_string("asked")
                                 : json_string("no_confident_answer"));
    json_object_set_new(j, "ask", parry_chat_ask(x->decision, r, x->call->base));
    add_passages(x, g, j);
    json_object_set_new(j, "log", log_of(x, j));
    return j;
}

/* Again without what is the customer's own, where no article has it: an order's number says nothing of the question,
 * and would make every answer to it look unlikely. */
static parry_code search(exchange *x, const parry_query *q, const parry_generation *g, parry_err *err)
{
    parry_arena *a = x->call->arena;
    parry_code code = parry_search_need(x->call, &x->need, q, g, &x->results, &x->before, err);
    parry_str unknown = x->results.unknown;
    if (code != PARRY_OK || unknown.n == 0)
        return code;
    parry_need less = x->need;
    less.newest = parry_chat_without_own(a, x->need.newest, unknown);
    less.whole = parry_chat_without_own(a, x->need.whole, unknown);
    x->less = less.newest.n > 0 && (less.newest.n < x->need.newest.n || less.whole.n < x->need.whole.n);
    if (!x->less)
        return PARRY_OK;
    x->need = less;
    return parry_search_need(x->call, &x->need, q, g, &x->results, &x->before, err);
}

static parry_code answer(exchange *x, json_t **out, parry_err *err)
{
    parry_generation *g = parry_index_acquire(x->call->app->index);
    parry_query q = {.limit = parry_body_number(x->body, "limit", CHAT_LIMIT), .snippets = true};
    parry_code code = parry_body_scope(x->call, x->body, &q, err);
    if (code == PARRY_OK)
        code = read_turns(x, err);
    x->searched = code == PARRY_OK && x->need.newest.n > 0;
    if (x->searched)
        code = search(x, &q, g, err);
    if (code == PARRY_OK) {
        x->decision = parry_chat_decide(&x->need, x->searched ? &x->results : NULL, x->less);
        if (x->searched)
            log_query(x, &q);
        *out = chat_json(x, g);
        parry_chat_log(x->call, json_object_get(*out, "log"), x->query_id,
                       json_string_value(json_object_get(*out, "transcript_id")));
    }
    parry_generation_release(g);
    return code;
}

parry_code parry_post_chat(parry_call *c, parry_err *err)
{
    json_t *body = NULL, *j = NULL;
    parry_code code = parry_body_read(c, chat_schema, &body, err);
    if (code != PARRY_OK)
        return code;
    exchange x = {.call = c, .body = body, .session = session_of(c, body)};
    code = answer(&x, &j, err);
    if (code == PARRY_OK)
        parry_response_json(c->res, 200, "application/json", j);
    json_decref(body);
    return code;
}

/* ---- forms ----------------------------------------------------------------------------------------------------------
 */

static const char form_schema[] = "{\"type\":\"object\",\"additionalProperties\":false,\"properties\":{"
                                  "\"subject\":{\"type\":\"string\",\"maxLength\":500},"
                                  "\"description\":{\"type\":\"string\",\"maxLength\":20000}," SCOPE
                                  "\"limit\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":20,\"default\":6}}}";

/* A form is a conversation of two turns: the description is what was said before the subject. */
static void read_form(const parry_call *c, const json_t *body, parry_need *out)
{
    parry_turn turns[3] = {{parry_body_text(c, body, "description"), true, 0}, {{"", 0}, false, 0}, {{"", 0}, true, 0}};
    parry_str subject = parry_str_trim(parry_body_text(c, body, "subject"));
    turns[2].text = subject;
    parry_turns_read(c->arena, turns, subject.n > 0 ? 3 : 1, query_limit(c), out);
}

static parry_code suggest_form(parry_call *c, const json_t *body, json_t **out, parry_err *err)
{
    parry_generation *g = parry_index_acquire(c->app->index);
    parry_query q = {
        .limit = parry_body_number(body, "limit", FORM_LIMIT), .snippets = true, .snippet_columns = FORM_COLUMNS};
    parry_results r = {.generation = parry_generation_get_info(g)->number, .settled = true, .probability = -1};
    parry_need need;
    bool before;
    char id[PARRY_UUID_TEXT];
    read_form(c, body, &need);
    bool held = parry_meet(c, c->app->holdout, parry_call_visitor(c)) == PARRY_MET_HELD;
    parry_code code = parry_body_scope(c, body, &q, err);
    if (code == PARRY_OK && need.newest.n > 0 && !held)
        code = parry_search_need(c, &need, &q, g, &r, &before, err);
    if (code == PARRY_OK)
        *out = parry_suggestions_json(c, &r);
    if (code == PARRY_OK && parry_meeting_runs(c->app->holdout))
        json_object_set_new(*out, "held_out", json_boolean(held));
    if (code == PARRY_OK && need.newest.n > 0 && !held) {
        q.text = before ? need.whole : need.newest;
        q.audience = c->audience;
        parry_query_log(c, &(parry_query_note){.by = "form", .query = &q, .results = &r}, id);
        json_object_set_new(*out, "query_id", json_string(id));
    }
    parry_generation_release(g);
    return code;
}

parry_code parry_post_suggest(parry_call *c, parry_err *err)
{
    json_t *body = NULL, *j = NULL;
    parry_code code = parry_body_read(c, form_schema, &body, err);
    if (code == PARRY_OK)
        code = suggest_form(c, body, &j, err);
    if (code == PARRY_OK)
        parry_response_json(c->res, 200, "application/json", j);
    json_decref(body);
    return code;
}
