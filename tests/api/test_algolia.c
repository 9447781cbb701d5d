/* What Algolia's clients send, read; texts with matches; events as Parry's own. */
#include "api/algolia/events.h"
#include "api/algolia/params.h"
#include "api/algolia/request.h"
#include "api/algolia/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static parry_arena *arena;

static int set_up(void **state)
{
    (void)state;
    arena = parry_arena_new();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    parry_arena_free(arena);
    return 0;
}

static json_t *json_of(const char *text)
{
    json_t *j = json_loads(text, 0, NULL);
    assert_non_null(j);
    return j;
}

/* ---- parameters ---------------------------------------------------------------------------------------------------
 */

static parry_algolia_params read_ok(const char *text)
{
    parry_algolia_params p;
    parry_err err = {0};
    json_t *j = json_of(text);
    if (parry_algolia_params_read(arena, j, parry_str_of("i"), parry_str_of(""), 20, &p, &err) != PARRY_OK)
        fail_msg("%s: %s", text, err.msg);
    json_decref(j);
    return p;
}

static void refuses(const char *text, const char *says)
{
    parry_algolia_params p;
    parry_err err = {0};
    json_t *j = json_of(text);
    assert_int_equal(parry_algolia_params_read(arena, j, parry_str_of("i"), parry_str_of(""), 20, &p, &err),
                     PARRY_INVALID);
    json_decref(j);
    if (strstr(err.msg, says) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", err.msg, says);
}

static void nothing_said_is_the_defaults(void **state)
{
    (void)state;
    parry_algolia_params p = read_ok("{}");
    assert_true(p.query.n == 0 && p.page == 0 && p.per_page == 20 && p.length == 20 && p.offset == 0);
    assert_true(p.retrieve.n == 1 && parry_str_eqz(p.retrieve.names[0], "*") && p.snippet.n == 0);
    assert_true(parry_str_eqz(p.pre, "<em>") && parry_str_eqz(p.post, "</em>"));
    assert_true(!p.finished && !p.click_analytics && !p.facet_search && p.filters.n == 0);
}

static void members_and_urlencoded_params_say_the_same(void **state)
{
    (void)state;
    static const char *const same[] = {
        "{\"query\":\"late refund\",\"page\":2,\"hitsPerPage\":5,\"facets\":[\"category\",\"tag\"],"
        "\"clickAnalytics\":true,\"facetFilters\":[[\"category:a\",\"category:b\"]],\"unknown\":{\"x\":1}}",
        "{\"params\":\"query=late+refund&page=2&hitsPerPage=5&facets=%5B%22category%22%2C%22tag%22%5D&"
        "clickAnalytics=true&facetFilters=%5B%5B%22category%3Aa%22%2C%22category%3Ab%22%5D%5D&unknown=1\"}",
        "{\"query\":\"late refund\",\"params\":\"query=other&page=2&hitsPerPage=5&facets=category,tag&clickAnalytics=1&"
        "filters=category%3Aa%20OR%20category%3Ab\"}",
        "{\"query\":\"late refund\",\"page\":\"2\",\"hitsPerPage\":5.0,\"facets\":\"category, tag\","
        "\"clickAnalytics\":\"true\",\"filters\":\"category:a OR category:b\"}"};
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        parry_algolia_params p = read_ok(same[i]);
        assert_true(parry_str_eqz(p.query, "late refund"));
        assert_int_equal(p.offset, 10);
        assert_int_equal(p.length, 5);
        assert_true(p.facets.n == 2 && parry_str_eqz(p.facets.names[1], "tag"));
        assert_true(p.click_analytics);
        assert_true(p.filters.n == 2 && p.filters.ors == 1);
    }
}

static void what_is_too_much_is_cut_or_refused(void **state)
{
    (void)state;
    assert_true(parry_str_eqz(read_ok("{\"query\":\"aaaaaaaaaaaaaaaaaaa\\u00e9\"}").query, "aaaaaaaaaaaaaaaaaaa"));
    assert_int_equal(read_ok("{\"hitsPerPage\":100000}").per_page, PARRY_SEARCH_MAX_LIMIT);
    assert_int_equal(read_ok("{\"page\":1e300}").page, PARRY_ALGOLIA_REACH);
    refuses("{\"page\":-1}", "page");
    refuses("{\"page\":\"2x\"}", "page");
    refuses("{\"page\":[1]}", "page");
    refuses("{\"query\":5}", "query");
    refuses("{\"facets\":[1]}", "facets");
    refuses("{\"clickAnalytics\":{}}", "clickAnalytics");
    refuses("{\"filters\":\"brand:x\"}", "brand");
    refuses("{\"params\":\"query=%zz\"}", "%");
    parry_buf b = PARRY_BUF(64 * 1024);
    parry_buf_addz(&b, "{\"params\":\"");
    for (int i = 0; i < 65; i++)
        parry_buf_printf(&b, "a%d=1&", i);
    parry_buf_addz(&b, "\"}");
    refuses(b.p, "64");
    parry_buf_clear(&b);
    parry_buf_addz(&b, "{\"facets\":\"a");
    for (int i = 0; i < 64; i++)
        parry_buf_printf(&b, ",a%d", i);
    parry_buf_addz(&b, "\"}");
    refuses(b.p, "64 names");
    parry_buf_free(&b);
}

static void a_space_or_the_request_says_that_the_last_word_is_finished(void **state)
{
    (void)state;
    assert_true(read_ok("{\"query\":\"refund \"}").finished);
    assert_true(read_ok("{\"query\":\"refund\",\"queryType\":\"prefixNone\"}").finished);
    assert_false(read_ok("{\"query\":\"refund\",\"queryType\":\"prefixLast\"}").finished);
}

static void offset_and_length_are_another_way_to_page(void **state)
{
    (void)state;
    parry_algolia_params p = read_ok("{\"offset\":7,\"length\":3,\"page\":9}");
    assert_true(p.by_offset && p.offset == 7 && p.length == 3);
}

static void bodies_hold_requests_with_an_index_each(void **state)
{
    (void)state;
    parry_algolia_params *p = NULL;
    size_t n = 0;
    json_t *good = json_of("{\"requests\":[{\"indexName\":\"a\"},{\"indexName\":\"b\",\"type\":\"facet\","
                           "\"facet\":\"tag\",\"facetQuery\":\"x\"}]}");
    assert_int_equal(parry_algolia_requests_read(arena, good, 20, &p, &n, NULL), PARRY_OK);
    assert_true(n == 2 && parry_str_eqz(p[0].index, "a") && !p[0].facet_search);
    assert_true(p[1].facet_search && parry_str_eqz(p[1].facet, "tag") && parry_str_eqz(p[1].facet_query, "x"));
    json_t *bad[] = {json_of("{}"), json_of("[]"), json_of("{\"requests\":[{}]}"), json_of("{\"requests\":[5]}")};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(parry_algolia_requests_read(arena, bad[i], 20, &p, &n, NULL), PARRY_INVALID);
        json_decref(bad[i]);
    }
    json_t *many = json_pack("{s:[]}", "requests");
    for (int i = 0; i <= PARRY_ALGOLIA_REQUESTS; i++)
        json_array_append_new(json_object_get(many, "requests"), json_pack("{s:s}", "indexName", "a"));
    assert_int_equal(parry_algolia_requests_read(arena, many, 20, &p, &n, NULL), PARRY_INVALID);
    json_decref(many);
    json_decref(good);
}

/* "LOCALE SORT", or "none" where there is no such index. */
static const char *index_is(const char *known, const char *name)
{
    parry_str locale = {NULL, 0};
    parry_sort sort = PARRY_BY_RELEVANCE;
    parry_code code = parry_algolia_index(arena, known, parry_str_of(name), &locale, &sort, NULL);
    if (code == PARRY_NOT_FOUND)
        return "none";
    return parry_str_printf(arena, "%.*s %d", PARRY_FMT(locale), (int)sort).p;
}

static void the_name_of_an_index_says_language_and_order(void **state)
{
    (void)state;
    assert_string_equal(index_is("", "anything"), " 0");
    assert_string_equal(index_is("", "help_me"), " 0");
    assert_string_equal(index_is("", "articles"), " 0");
    assert_string_equal(index_is("", "articles_de"), "de 0");
    assert_string_equal(index_is("", "articles_pt_BR_by_updated"), "pt-BR 1");
    assert_string_equal(index_is("", "articles_by_title"), " 2");
    assert_string_equal(index_is("docs, help", "help"), " 0");
    assert_string_equal(index_is("docs, help", "docs_zh-Hant"), "zh-Hant 0");
    assert_string_equal(index_is("docs, help", "docs_v2"), "none");
    assert_string_equal(index_is("docs, help", "articles"), "none");
    assert_string_equal(index_is("docs", "doc"), "none");
    assert_string_equal(index_is("", "a/b"), "none");
    assert_string_equal(index_is("", "*"), "none");
    assert_string_equal(index_is("", ""), "none");
}

/* ---- texts --------------------------------------------------------------------------------------------------------
 */

static void assert_json(json_t *j, const char *expected)
{
    char *text = json_dumps(j, JSON_COMPACT | JSON_ENCODE_ANY);
    assert_string_equal(text, expected);
    free(text);
    json_decref(j);
}

static const parry_str words[] = {{"a", 1}, {NULL, 0}, {"c", 1}};
static const parry_algolia_paint html = {{"<b>", 3}, {"</b>", 4}, {"..", 2}, words, 3},
                                 own = {{"__h__", 5}, {"__/h__", 6}, {"..", 2}, words, 3};
static const parry_mark mark[] = {{.start = 2, .end = 3, .words = 1}, {.start = 6, .end = 7, .words = 4}};

static void text_is_escaped_for_readers_who_put_it_into_a_page(void **state)
{
    (void)state;
    const parry_str text = parry_str_of("< a & c");
    assert_json(parry_algolia_highlight(&html, text, (parry_marks){mark, 2}),
                "{\"value\":\"&lt; <b>a</b> &amp; <b>c</b>\",\"matchLevel\":\"full\",\"fullyHighlighted\":false,"
                "\"matchedWords\":[\"a\",\"c\"]}");
    assert_json(parry_algolia_highlight(&own, text, (parry_marks){mark, 1}),
                "{\"value\":\"< __h__a__/h__ & c\",\"matchLevel\":\"partial\",\"fullyHighlighted\":false,"
                "\"matchedWords\":[\"a\"]}");
    assert_json(parry_algolia_highlight(&own, text, (parry_marks){NULL, 0}),
                "{\"value\":\"< a & c\",\"matchLevel\":\"none\",\"matchedWords\":[]}");
    assert_json(parry_algolia_plain(&html, parry_str_of("\"'<")), "\"&quot;&#39;&lt;\"");
}

static void snippets_are_some_words_with_the_first_match(void **state)
{
    (void)state;
    const parry_str text = parry_str_of("< a & c and more");
    assert_json(parry_algolia_snippet(&own, text, (parry_marks){mark, 2}, 2),
                "{\"value\":\"< __h__a__/h__..\",\"matchLevel\":\"partial\"}");
    assert_json(parry_algolia_snippet(&own, text, (parry_marks){mark + 1, 1}, 2),
                "{\"value\":\"..__h__c__/h__ and..\",\"matchLevel\":\"partial\"}");
    assert_json(parry_algolia_snippet(&own, text, (parry_marks){NULL, 0}, 0),
                "{\"value\":\"< a & c and more\",\"matchLevel\":\"none\"}");
}

/* ---- events -------------------------------------------------------------------------------------------------------
 */

#define EVENT "\"eventName\":\"N\",\"index\":\"i\",\"userToken\":\"u\",\"queryID\":\"43b15df305339e827f0ac0bdc5ebcaa7\""

static void events_become_parrys_own(void **state)
{
    (void)state;
    json_t *body = json_of("{\"events\":[{\"eventType\":\"click\"," EVENT
                           ",\"objectIDs\":[\"a#x\"],\"positions\":[3],\"timestamp\":5},"
                           "{\"eventType\":\"instantsearch\"},"
                           "{\"eventType\":\"view\"," EVENT ",\"objectIDs\":[\"a#x\",\"b\"]},"
                           "{\"eventType\":\"conversion\",\"eventName\":\"Solved\",\"index\":\"i\",\"userToken\":\"u\","
                           "\"authenticatedUserToken\":\"me\",\"objectIDs\":[\"a\"]}]}");
    parry_algolia_event *events = NULL;
    size_t n = 0;
    assert_int_equal(parry_algolia_events_read(arena, body, &events, &n, NULL), PARRY_OK);
    assert_int_equal(n, 3);
    assert_json(parry_algolia_events_json(events, n),
                "[{\"type\":\"click\",\"channel\":\"search\",\"visitor\":\"u\",\"at\":5,"
                "\"query_id\":\"43b15df3-0533-9e82-7f0a-c0bdc5ebcaa7\",\"article\":\"a\",\"position\":3},"
                "{\"type\":\"impression\",\"channel\":\"search\",\"visitor\":\"u\","
                "\"query_id\":\"43b15df3-0533-9e82-7f0a-c0bdc5ebcaa7\",\"articles\":[\"a\",\"b\"]},"
                "{\"type\":\"solved\",\"channel\":\"search\",\"visitor\":\"me\",\"article\":\"a\"}]");
    json_decref(body);
}

static void an_event_that_is_wrong_is_named(void **state)
{
    (void)state;
    static const char *const bad[][2] = {
        {"{}", "events[1]: eventType is missing"},
        {"{\"eventType\":\"buy\"}", "click, conversion or view"},
        {"{\"eventType\":\"click\"," EVENT ",\"objectIDs\":[\"a\"]}", "positions are missing"},
        {"{\"eventType\":\"click\"," EVENT ",\"objectIDs\":[\"a\"],\"positions\":[1,2]}", "as many as"},
        {"{\"eventType\":\"click\"," EVENT ",\"objectIDs\":[\"a\"],\"positions\":[0]}", "from 1"},
        {"{\"eventType\":\"view\",\"eventName\":\"\xc3\xa9\",\"index\":\"i\",\"userToken\":\"u\"}", "ASCII"},
        {"{\"eventType\":\"view\",\"eventName\":\"n\",\"index\":\"i\"}", "userToken"},
        {"{\"eventType\":\"view\",\"eventName\":\"n\",\"index\":\"i\",\"userToken\":\"u\",\"queryID\":\"x\"}",
         "queryID"},
        {"5", "an object"}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        parry_err err = {0};
        parry_algolia_event *events = NULL;
        size_t n = 0;
        json_t *body =
            json_of(parry_str_printf(arena, "{\"events\":[{\"eventType\":\"instantsearch\"},%s]}", bad[i][0]).p);
        assert_int_equal(parry_algolia_events_read(arena, body, &events, &n, &err), PARRY_INVALID);
        if (strstr(err.msg, bad[i][1]) == NULL)
            fail_msg("\"%s\" does not say \"%s\"", err.msg, bad[i][1]);
        json_decref(body);
    }
}

/* ---- keys ---------------------------------------------------------------------------------------------------------
 */

static void a_secret_key_may_come_in_a_header_alone(void **state)
{
    (void)state;
    const parry_header header = {parry_str_of("x-algolia-api-key"), parry_str_of("parry_sk_1_2")};
    const parry_str path = parry_str_of("/1/indexes/a/query"), secret = parry_str_of("parry_sk_1_2"),
                    body = parry_str_of("{\"apiKey\":\"parry_sk_1_2\"}");
    parry_request in_header = {.path = path, .headers = &header, .nheaders = 1},
                  in_url = {.path = path, .query = parry_str_of("a=1&X-Algolia-API-Key=parry%5Fsk_1_2")},
                  in_body = {.path = path, .body = body}, none = {.path = path},
                  elsewhere = {.path = parry_str_of("/v1/search"), .body = body};
    bool exposed;
    assert_true(parry_str_eq(parry_algolia_key(arena, &in_header, &exposed), secret) && !exposed);
    assert_true(parry_str_eq(parry_algolia_key(arena, &in_url, &exposed), secret) && exposed);
    assert_true(parry_str_eq(parry_algolia_key(arena, &in_body, &exposed), secret) && exposed);
    assert_int_equal(parry_algolia_key(arena, &none, &exposed).n, 0);
    assert_int_equal(parry_algolia_exposed(arena, &in_header).n, 0);
    assert_true(parry_str_eq(parry_algolia_exposed(arena, &in_url), secret));
    assert_true(parry_str_eq(parry_algolia_exposed(arena, &in_body), secret));
    assert_int_equal(parry_algolia_exposed(arena, &none).n + parry_algolia_exposed(arena, &elsewhere).n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_said_is_the_defaults),
        cmocka_unit_test(members_and_urlencoded_params_say_the_same),
        cmocka_unit_test(what_is_too_much_is_cut_or_refused),
        cmocka_unit_test(a_space_or_the_request_says_that_the_last_word_is_finished),
        cmocka_unit_test(offset_and_length_are_another_way_to_page),
        cmocka_unit_test(bodies_hold_requests_with_an_index_each),
        cmocka_unit_test(the_name_of_an_index_says_language_and_order),
        cmocka_unit_test(text_is_escaped_for_readers_who_put_it_into_a_page),
        cmocka_unit_test(snippets_are_some_words_with_the_first_match),
        cmocka_unit_test(events_become_parrys_own),
        cmocka_unit_test(an_event_that_is_wrong_is_named),
        cmocka_unit_test(a_secret_key_may_come_in_a_header_alone),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
