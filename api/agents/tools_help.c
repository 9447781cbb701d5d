/* The tools of the help centre: search its passages, read an article. */
#include "api/routes.h"

#include "api/agents/chat.h"
#include "api/agents/tools.h"
#include "api/input.h"
#include "api/query_log.h"

enum { HITS = 5, SEARCH_TOKENS = 4000, ARTICLE_TOKENS = 4000 };

/* ---- search_articles ------------------------------------------------------------------------------------------------
 */

static json_t *hit_of(const json_t *passage)
{
    json_t *j = json_object();
    json_object_set(j, "passage_id", json_object_get(passage, "id"));
    json_object_set(j, "article_id", json_object_get(passage, "article_id"));
    json_object_set(j, "title", json_object_get(passage, "title"));
    json_object_set(j, "section", json_object_get(passage, "section"));
    json_object_set(j, "url", json_object_get(passage, "url"));
    json_object_set(j, "passage", json_object_get(passage, "text"));
    json_object_set(j, "updated_at", json_object_get(passage, "updated"));
    if (json_is_number(json_object_get(passage, "probability")))
        json_object_set(j, "probability", json_object_get(passage, "probability"));
    return j;
}

static json_t *link_of(const parry_call *c, parry_str id, parry_str title)
{
    parry_buf uri = PARRY_BUF(8 * 1024);
    parry_buf_addz(&uri, parry_caller_origin(c));
    parry_buf_addz(&uri, "/v1/articles/");
    parry_percent_encode(id, &uri);
    parry_buf_addz(&uri, ".md");
    if (*c->base != 0)
        parry_buf_printf(&uri, "?audience=%.*s", PARRY_FMT(c->audience));
    json_t *j = json_pack("{s:o, s:o, s:s}", "uri", parry_json_text(parry_buf_str(&uri)), "name",
                          parry_json_text(title), "mimeType", "text/markdown");
    parry_buf_free(&uri);
    return j;
}

static const char *absolute_base(const parry_call *c)
{
    return parry_str_printf(c->arena, "%s%s", parry_caller_origin(c), c->base).p;
}

static void found(const parry_call *c, const parry_generation *g, const parry_results *r, const json_t *args,
                  parry_tool_result *out)
{
    size_t budget = parry_body_number(args, "max_tokens", SEARCH_TOKENS), i;
    parry_pack pack = parry_chat_pack(g, c->app->encoder, r, budget, absolute_base(c));
    json_t *hits = json_array(), *j = json_object();
    const json_t *p;
    json_array_foreach(pack.passages, i, p) json_array_append_new(hits, hit_of(p));
    json_object_set_new(j, "generation", json_integer((json_int_t)r->generation));
    json_object_set_new(j, "no_confident_answer", json_boolean(r->n == 0 || parry_results_doubtful(r)));
    if (r->probability >= 0)
        json_object_set_new(j, "answer_probability", json_real(r->probability));
    json_object_set_new(j, "hits", hits);
    json_object_set_new(j, "left_out", json_integer((json_int_t)pack.left_out));
    out->structured = j;
    out->links = json_array();
    for (size_t k = 0; k < r->n && json_array_size(out->links) < json_array_size(hits); k++)
        json_array_append_new(out->links, link_of(c, r->hits[k].id, r->hits[k].title));
    json_decref(pack.passages);
}

static void log_query(parry_call *c, const parry_query *q, const parry_results *r, const json_t *args, json_t *reply)
{
    char id[PARRY_UUID_TEXT];
    parry_query asked = *q;
    asked.audience = c->audience;
    parry_query_log(c,
                    &(parry_query_note){
                        .by = "mcp", .query = &asked, .results = r, .session = parry_body_text(c, args, "session_id")},
                    id);
    json_object_set_new(reply, "query_id", json_string(id));
}

static parry_code search_articles(parry_call *c, const json_t *args, parry_tool_result *out, parry_err *err)
{
    parry_query q = {.limit = parry_body_number(args, "limit", HITS), .snippets = true};
    parry_results r = {0};
    parry_code code = parry_body_scope(c, args, &q, err);
    q.text = parry_str_trim(parry_body_text(c, args, "query"));
    if (code == PARRY_OK && q.text.n == 0)
        code = parry_fail(err, PARRY_INVALID, "query is empty; say what to search for");
    if (code != PARRY_OK)
        return code;
    parry_generation *g = parry_index_acquire(c->app->index);
    code = parry_search_within(c, &q, g, &r, err);
    if (code == PARRY_OK)
        found(c, g, &r, args, out);
    if (code == PARRY_OK)
        log_query(c, &q, &r, args, out->structured);
    parry_generation_release(g);
    return code;
}

/* ---- get_article ----------------------------------------------------------------------------------------------------
 */

/* Sections in order, whole, up to the budget; whether all of them fit. */
static bool add_sections(const parry_call *c, const parry_article *article, size_t budget, json_t *list)
{
    size_t used = 0;
    for (size_t i = 0; i < article->nsections; i++) {
        const parry_section *s = &article->sections[i];
        if (s->heading.n == 0 && s->text.n == 0)
            continue;
        used += parry_passage_tokens(c->app->encoder, s->heading) + parry_passage_tokens(c->app->encoder, s->text);
        if (used > budget)
            return false;
        json_array_append_new(list, json_pack("{s:o, s:o, s:o}", "heading", parry_json_text(s->path), "anchor",
                                              parry_json_text(s->anchor), "text", parry_json_text(s->text)));
    }
    return true;
}

static parry_code get_article(parry_call *c, const json_t *args, parry_tool_result *out, parry_err *err)
{
    parry_query unused = {0};
    parry_article article = {0};
    parry_code code = parry_body_scope(c, args, &unused, err);
    if (code == PARRY_OK)
        code = parry_visible_article(c, parry_body_text(c, args, "article_id"), false, &article, err);
    if (code != PARRY_OK)
        return code;
    json_t *sections = json_array(), *j = json_object();
    bool whole = add_sections(c, &article, parry_body_number(args, "max_tokens", ARTICLE_TOKENS), sections);
    parry_str url = parry_str_printf(c->arena, "%s/articles/%.*s", absolute_base(c), PARRY_FMT(article.slug));
    json_object_set_new(j, "article_id", parry_json_text(article.id));
    json_object_set_new(j, "title", parry_json_text(article.title));
    json_object_set_new(j, "url", parry_json_text(url));
    json_object_set_new(j, "category", parry_json_text(article.category));
    json_object_set_new(j, "locale", parry_json_text(article.locale));
    json_object_set_new(j, "updated_at", parry_json_text(article.updated));
    json_object_set_new(j, "sections", sections);
    json_object_set_new(j, "truncated", json_boolean(!whole));
    out->structured = j;
    out->links = json_pack("[o]", link_of(c, article.id, article.title));
    parry_article_free(&article);
    return PARRY_OK;
}

/* ---- explain_result -------------------------------------------------------------------------------------------------
 */

/* What was logged of a query; new reference. NOT_FOUND: there is none such, or it is not this caller's to see. */
static parry_code logged(const parry_call *c, parry_str id, json_t **out, parry_err *err)
{
    parry_uuid uuid;
    uint64_t seq;
    parry_ledger_cursor *cursor = NULL;
    parry_ledger_record record;
    json_t *j = NULL;
    if (c->app->ledger != NULL && parry_uuid_parse(id, &uuid) &&
        parry_ledger_find(c->app->ledger, uuid, &seq, NULL) == PARRY_OK &&
        parry_ledger_read(c->app->ledger, seq, &cursor, NULL) == PARRY_OK) {
        if (parry_ledger_next(cursor, &record) && record.kind == PARRY_LEDGER_QUERY && !record.erased)
            j = json_loadb(record.payload.p, record.payload.n, 0, NULL);
        (void)!parry_ledger_cursor_close(cursor, NULL);
    }
    if (j != NULL && parry_str_eq(parry_body_text(c, j, "audience"), c->audience)) {
        *out = j;
        return PARRY_OK;
    }
    json_decref(j);
    return parry_fail(err, PARRY_NOT_FOUND, "there is no such query, or it is over 8 days old; search again");
}

static json_t *explained(const parry_results *r, const json_t *args, const json_t *then)
{
    json_t *all = parry_explanation_json(r->explanation), *j = json_object(), *shown = json_object_get(then, "shown");
    json_t *position = json_null();
    for (size_t i = 0; i < json_array_size(shown); i++) {
        if (json_equal(json_array_get(shown, i), json_object_get(args, "article_id"))) {
            position = json_integer((json_int_t)i + 1);
            break;
        }
    }
    json_object_set(j, "query_id", json_object_get(args, "query_id"));
    json_object_set(j, "query", json_object_get(then, "text"));
    json_object_set_new(j, "shown_at", position);
    json_object_set(j, "generation_then", json_object_get(then, "generation"));
    json_object_set_new(j, "generation", json_integer((json_int_t)r->generation));
    json_object_set(j, "words", json_object_get(all, "words"));
    json_object_set(j, "article", json_object_get(all, "article"));
    json_decref(all);
    return j;
}

/* The ledger has the text without what names a person: what is searched again is that. */
static parry_code explain_result(parry_call *c, const json_t *args, parry_tool_result *out, parry_err *err)
{
    parry_query q = {.limit = HITS, .snippets = true, .explain = true, .grounds = true};
    parry_results r = {0};
    json_t *then = NULL;
    parry_code code = parry_body_scope(c, args, &q, err);
    if (code == PARRY_OK)
        code = logged(c, parry_body_text(c, args, "query_id"), &then, err);
    if (code != PARRY_OK)
        return code;
    q.text = parry_body_text(c, then, "text");
    q.locale = parry_body_text(c, then, "locale");
    q.category = parry_body_text(c, then, "category");
    q.page = parry_body_text(c, then, "page");
    q.why = parry_body_text(c, args, "article_id");
    parry_generation *g = parry_index_acquire(c->app->index);
    code = parry_search_within(c, &q, g, &r, err);
    if (code == PARRY_OK) {
        out->structured = explained(&r, args, then);
        out->links = json_array();
    }
    parry_generation_release(g);
    json_decref(then);
    return code;
}

/* ---- the table ------------------------------------------------------------------------------------------------------
 */

#define AUDIENCE                                                                                                       \
    "\"audience\":{\"enum\":[\"customer\",\"merchant\"],\"description\":\"Whose articles; the default is the "         \
    "caller's own.\"}"
#define TEXT "{\"type\":\"string\"}"

const parry_tool parry_tools[] = {
    {"search_articles", "Search help articles",
     "Ranked passages of the help centre for a question in the customer's own words. no_confident_answer is true when "
     "nothing is likely to answer: then say that you do not know and offer a person. Cite the url of what you use.",
     "{\"type\":\"object\",\"required\":[\"query\"],\"additionalProperties\":false,\"properties\":{"
     "\"query\":{\"type\":\"string\",\"minLength\":1,\"maxLength\":500,\"description\":\"The question, or words.\"},"
     "\"locale\":{\"type\":\"string\",\"maxLength\":35,\"description\":\"Only articles of this language, as en or "
     "de-AT.\"}," AUDIENCE ",\"category\":{\"type\":\"string\",\"maxLength\":200,\"description\":\"Only this "
     "category.\"},"
     "\"limit\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":10,\"default\":5},"
     "\"max_tokens\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":16000,\"default\":4000,"
     "\"description\":\"Of all passages together; what does not fit whole is left out.\"},"
     "\"session_id\":{\"type\":\"string\",\"maxLength\":64,\"description\":\"Your conversation's, the same in every "
     "call of it.\"}}}",
     "{\"type\":\"object\",\"required\":[\"query_id\",\"generation\",\"no_confident_answer\",\"hits\",\"left_out\"],"
     "\"properties\":{"
     "\"query_id\":" TEXT ",\"generation\":{\"type\":\"integer\"},\"no_confident_answer\":{\"type\":\"boolean\"},"
     "\"answer_probability\":{\"type\":\"number\"},\"left_out\":{\"type\":\"integer\"},"
     "\"hits\":{\"type\":\"array\",\"items\":{\"type\":\"object\","
     "\"required\":[\"passage_id\",\"article_id\",\"title\",\"url\",\"passage\"],\"properties\":{"
     "\"passage_id\":" TEXT ",\"article_id\":" TEXT ",\"title\":" TEXT ",\"section\":" TEXT ",\"url\":" TEXT
     ",\"passage\":" TEXT ",\"probability\":{\"type\":\"number\"},\"updated_at\":" TEXT "}}}}}",
     search_articles, false},
    {"get_article", "Read a help article", "One article, section by section, by the article_id of a search.",
     "{\"type\":\"object\",\"required\":[\"article_id\"],\"additionalProperties\":false,\"properties\":{"
     "\"article_id\":{\"type\":\"string\",\"minLength\":1,\"maxLength\":500}," AUDIENCE
     ",\"max_tokens\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":32000,\"default\":4000,"
     "\"description\":\"Of all sections together; those that do not fit are left out and truncated is true.\"}}}",
     "{\"type\":\"object\",\"required\":[\"article_id\",\"title\",\"url\",\"sections\",\"truncated\"],\"properties\":{"
     "\"article_id\":" TEXT ",\"title\":" TEXT ",\"url\":" TEXT ",\"category\":" TEXT ",\"locale\":" TEXT
     ",\"updated_at\":" TEXT ",\"truncated\":{\"type\":\"boolean\"},"
     "\"sections\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"heading\",\"anchor\",\"text\"],"
     "\"properties\":{\"heading\":" TEXT ",\"anchor\":" TEXT ",\"text\":" TEXT "}}}}}",
     get_article, false},
    {"explain_result", "Explain a result",
     "Why an article stands where it stands in the answer of a search, or why it is not there. The search is done "
     "again "
     "with what was kept of it, in which e-mail addresses, numbers and the like are blanked.",
     "{\"type\":\"object\",\"required\":[\"query_id\",\"article_id\"],\"additionalProperties\":false,\"properties\":{"
     "\"query_id\":{\"type\":\"string\",\"minLength\":36,\"maxLength\":36,\"description\":\"Of a search.\"},"
     "\"article_id\":{\"type\":\"string\",\"minLength\":1,\"maxLength\":200}," AUDIENCE "}}",
     "{\"type\":\"object\",\"required\":[\"query_id\",\"query\",\"shown_at\",\"generation\",\"article\"],"
     "\"properties\":{"
     "\"query_id\":" TEXT ",\"query\":" TEXT ",\"shown_at\":{\"description\":\"From 1; null: it was not "
     "shown.\"},\"generation_then\":{\"type\":\"integer\"},\"generation\":{\"type\":\"integer\"},"
     "\"words\":{\"type\":\"array\"},\"article\":{\"type\":\"object\",\"required\":[\"id\",\"status\",\"said\"],"
     "\"properties\":{\"id\":" TEXT ",\"status\":" TEXT ",\"said\":" TEXT "}}}}",
     explain_result, false},
    {"report_outcome", "Say how it ended",
     "Say whether what a search found helped the customer, once you know. It is counted, and makes later answers "
     "better.",
     "{\"type\":\"object\",\"required\":[\"query_id\",\"outcome\"],\"additionalProperties\":false,\"properties\":{"
     "\"query_id\":{\"type\":\"string\",\"minLength\":36,\"maxLength\":36,\"description\":\"Of a search.\"},"
     "\"outcome\":{\"enum\":[\"solved\",\"not_solved\",\"ambiguous\"]},"
     "\"article_id\":{\"type\":\"string\",\"maxLength\":200,\"description\":\"That helped, or did not.\"}}}",
     "{\"type\":\"object\",\"required\":[\"recorded\"],\"properties\":{\"recorded\":{\"type\":\"boolean\"}}}",
     parry_tool_report_outcome, true},
    {"create_ticket", "Hand over to a person",
     "Open a ticket when no article answers or the customer asks for a person. Ask for the e-mail address first. What "
     "was "
     "searched for and read is sent along. The reply has a reference to tell the customer.",
     "{\"type\":\"object\",\"required\":[\"description\",\"email\"],\"additionalProperties\":false,\"properties\":{"
     "\"query_id\":{\"type\":\"string\",\"minLength\":36,\"maxLength\":36,\"description\":\"Of the last search.\"},"
     "\"subject\":{\"type\":\"string\",\"maxLength\":200},"
     "\"description\":{\"type\":\"string\",\"minLength\":1,\"maxLength\":16000,\"description\":\"What happened, in the "
     "customer's words.\"},"
     "\"email\":{\"type\":\"string\",\"maxLength\":254,\"description\":\"The customer's.\"},"
     "\"name\":{\"type\":\"string\",\"maxLength\":200},"
     "\"queue\":{\"enum\":[\"Login\",\"Orders\",\"Deliveries\",\"Payments\",\"Refunds\"]},"
     "\"priority\":{\"enum\":[\"low\",\"medium\",\"high\",\"critical\"]},"
     "\"session\":{\"type\":\"string\",\"maxLength\":64,\"description\":\"The session_id of the searches.\"},"
     "\"idempotency_key\":{\"type\":\"string\",\"maxLength\":100,\"description\":\"The same when the same call is made "
     "again: no second ticket is opened.\"}}}",
     "{\"type\":\"object\",\"required\":[\"ticket_id\",\"reference\",\"queue\",\"priority\",\"follow_url\"],"
     "\"properties\":{\"ticket_id\":" TEXT ",\"reference\":" TEXT ",\"queue\":" TEXT ",\"priority\":" TEXT
     ",\"follow_url\":" TEXT "}}",
     parry_tool_create_ticket, true},
};
const size_t parry_ntools = sizeof parry_tools / sizeof *parry_tools;
