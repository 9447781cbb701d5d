/* Articles by key, without a socket: what a writer may do, what is searchable when, and what nobody sees. */
#include "app_home.h"

static app_home *h;
static json_t *kept[200]; /* freed at the end of a test */
static size_t nkept;

static int set_up(void **state)
{
    (void)state;
    h = app_home_new();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    while (nkept > 0)
        json_decref(kept[--nkept]);
    app_home_free(h);
    return 0;
}

static answered ask(const char *method, const char *target, const char *headers, const char *body)
{
    answered a = app_home_ask(h, method, target, headers, body);
    if (a.json != NULL)
        kept[nkept++] = a.json;
    return a;
}

#define MARKDOWN "Content-Type: text/markdown"

static answered create(const char *target, const char *markdown) { return ask("POST", target, MARKDOWN, markdown); }

static const char *text_of(answered a, const char *name)
{
    const char *text = json_string_value(json_object_get(a.json, name));
    return text ? text : "";
}

static size_t found(const char *query)
{
    char target[100];
    snprintf(target, sizeof target, "/v1/search?q=%s", query);
    answered a = ask("GET", target, NULL, NULL);
    assert_int_equal(a.status, 200);
    return json_array_size(json_object_get(a.json, "hits"));
}

static const char *if_match(const char *etag)
{
    static char header[100];
    snprintf(header, sizeof header, MARKDOWN "\nIf-Match: \"%s\"", etag);
    return header;
}

static void assert_problem(answered a, int status, const char *type)
{
    if (a.status != status || strcmp(text_of(a, "type"), type) != 0)
        fail_msg("%d %s instead of %d %s: %s", a.status, text_of(a, "type"), status, type, text_of(a, "detail"));
}

static void what_is_created_is_found_once_it_is_live_and_gone_once_withdrawn(void **state)
{
    (void)state;
    answered a = create("/v1/articles?wait=live", "---\ntitle: Wombat boxes\n---\nA wombat box holds a wombat.\n");
    assert_int_equal(a.status, 201);
    assert_str(a.location, "/v1/articles/wombat-boxes");
    assert_string_equal(a.etag, text_of(a, "version"));
    assert_true(json_is_true(json_object_get(a.json, "live")));
    assert_int_equal(found("wombat"), 1);
    a = ask("POST", "/v1/articles/wombat-boxes/withdraw?wait=live", NULL, NULL);
    assert_int_equal(a.status, 200);
    assert_string_equal(text_of(a, "status"), "draft");
    assert_int_equal(found("wombat"), 0);
    assert_int_equal(ask("GET", "/v1/articles/wombat-boxes", NULL, NULL).status, 404);
    a = ask("POST", "/v1/articles/wombat-boxes/publish?wait=live", NULL, NULL);
    assert_string_equal(text_of(a, "status"), "published");
    assert_int_equal(found("wombat"), 1);
    a = ask("DELETE", "/v1/articles/wombat-boxes?wait=live", NULL, NULL);
    assert_string_equal(text_of(a, "status"), "archived");
    assert_int_equal(found("wombat"), 0);
    assert_problem(ask("DELETE", "/v1/articles/wombat-boxes", NULL, NULL), 404, "/problems/not-found");
}

static void json_says_the_same_as_markdown(void **state)
{
    (void)state;
    const char *json = "Content-Type: application/json; charset=utf-8";
    answered a = ask("POST", "/v1/articles", json, "{\"id\": \"a/b\", \"markdown\": \"# Title\\n\\nText\"}");
    assert_int_equal(a.status, 201);
    assert_str(a.location, "/v1/articles/a%2Fb");
    assert_string_equal(text_of(a, "id"), "a/b");
    a = ask("GET", "/v1/articles/a%2Fb/source", NULL, NULL);
    assert_str(a.body, "# Title\n\nText");
    assert_problem(ask("POST", "/v1/articles", json, "{\"id\": \"c\"}"), 400, "/problems/invalid");
    assert_problem(ask("POST", "/v1/articles", json, "{\"id\": 1, \"markdown\": \"x\"}"), 400, "/problems/invalid");
    assert_problem(ask("POST", "/v1/articles", json, "{\"markdown\": \"# x\", \"status\": \"draft\"}"), 400,
                   "/problems/invalid");
    assert_problem(ask("POST", "/v1/articles", json, "[]"), 400, "/problems/invalid");
    assert_problem(ask("POST", "/v1/articles", "Content-Type: text/html", "<p>"), 415,
                   "/problems/unsupported-media-type");
    assert_problem(ask("POST", "/v1/articles", NULL, "x"), 415, "/problems/unsupported-media-type");
    assert_problem(create("/v1/articles?wait=long", "# x"), 400, "/problems/invalid");
}

static void an_update_says_which_version_it_follows(void **state)
{
    (void)state;
    answered first = create("/v1/articles", "# One\n\nfirst");
    assert_problem(ask("PUT", "/v1/articles/one", MARKDOWN, "# One\n\nx"), 428, "/problems/precondition-required");
    answered second = ask("PUT", "/v1/articles/one", if_match(first.etag), "# One\n\nsecond");
    assert_int_equal(second.status, 200);
    assert_string_not_equal(first.etag, second.etag);
    assert_problem(ask("PUT", "/v1/articles/one", if_match(first.etag), "# One\n\nx"), 412,
                   "/problems/precondition-failed");
    assert_problem(ask("DELETE", "/v1/articles/one", "If-Match: ", NULL), 400, "/problems/invalid");
    assert_problem(ask("POST", "/v1/articles/one/withdraw", if_match(first.etag), NULL), 412,
                   "/problems/precondition-failed");
    assert_problem(ask("DELETE", "/v1/articles/one", "If-Match: ", NULL), 400, "/problems/invalid");
    assert_problem(ask("PUT", "/v1/articles/one", MARKDOWN "\nIf-Match: ", "# One\n\nx"), 400, "/problems/invalid");
    assert_problem(ask("PUT", "/v1/articles/two", if_match(first.etag), "# Two"), 404, "/problems/not-found");
    answered source = ask("GET", "/v1/articles/one/source", NULL, NULL);
    assert_string_equal(source.etag, second.etag);
    assert_str(source.body, "# One\n\nsecond");
    assert_problem(create("/v1/articles", "# One\n\nagain"), 409, "/problems/conflict");
    assert_int_equal(ask("PUT", "/v1/articles/one", MARKDOWN "\nIf-Match: *", "# One\n\nthird").status, 200);
}

static void an_article_s_warnings_are_told(void **state)
{
    (void)state;
    answered a = create("/v1/articles", "---\ntitle: One\nstatus: shiny\n---\nx");
    assert_int_equal(a.status, 201);
    assert_string_equal(text_of(a, "status"), "draft");
    assert_int_equal(json_array_size(json_object_get(a.json, "warnings")), 1);
}

static void drafts_are_seen_by_who_may_read_them_alone(void **state)
{
    (void)state;
    answered a = create("/v1/articles?wait=live", "---\nid: plan\ntitle: Numbat plan\nstatus: draft\n---\nnumbat\n");
    assert_int_equal(a.status, 201);
    assert_int_equal(found("numbat"), 0);
    assert_problem(ask("GET", "/v1/articles/plan", NULL, NULL), 404, "/problems/not-found");
    a = ask("GET", "/v1/articles/plan?status=draft", NULL, NULL);
    assert_int_equal(a.status, 200);
    assert_string_equal(text_of(a, "status"), "draft");
    assert_string_equal(text_of(a, "origin"), "api");
    assert_problem(ask("GET", "/v1/articles/plan?status=published", NULL, NULL), 404, "/problems/not-found");
    assert_problem(ask("GET", "/v1/articles/plan?status=secret", NULL, NULL), 400, "/problems/invalid");
    app_home_as(h, "search events", NULL, 0);
    assert_problem(ask("GET", "/v1/articles/plan?status=draft", NULL, NULL), 403, "/problems/denied");
    assert_problem(ask("GET", "/v1/articles/plan/source", NULL, NULL), 403, "/problems/denied");
    assert_problem(create("/v1/articles", "# x"), 403, "/problems/denied");
}

static void a_writer_does_not_publish_and_a_key_stays_with_its_audiences(void **state)
{
    (void)state;
    parry_str merchants[] = {parry_str_of("merchant")};
    create("/v1/articles", "---\nid: theirs\naudience: internal\n---\nsecret");
    create("/v1/articles", "---\nid: live\n---\nx");
    app_home_as(h, "articles.write", NULL, 0);
    assert_problem(create("/v1/articles", "# One"), 403, "/problems/denied");
    answered a = create("/v1/articles", "---\nid: one\nstatus: draft\n---\nx");
    assert_int_equal(a.status, 201);
    assert_problem(ask("POST", "/v1/articles/one/publish", NULL, NULL), 403, "/problems/denied");
    assert_problem(ask("PUT", "/v1/articles/one", if_match(a.etag), "---\nstatus: published\n---\nx"), 403,
                   "/problems/denied");
    assert_problem(ask("DELETE", "/v1/articles/live", NULL, NULL), 403, "/problems/denied");
    app_home_as(h, "search articles.read articles.write articles.publish", merchants, 1);
    assert_problem(ask("GET", "/v1/articles/theirs/source", NULL, NULL), 404, "/problems/not-found");
    assert_problem(ask("GET", "/v1/articles/theirs?status=any", NULL, NULL), 404, "/problems/not-found");
    assert_problem(ask("DELETE", "/v1/articles/theirs", NULL, NULL), 404, "/problems/not-found");
    assert_problem(create("/v1/articles", "---\nid: two\naudience: internal\n---\nx"), 403, "/problems/denied");
    assert_int_equal(create("/v1/articles", "---\nid: two\naudience: merchant\n---\nx").status, 201);
    h->who.any_audience = false; /* and no list: the public ones */
    h->who.naudiences = 0;
    assert_problem(create("/v1/articles", "---\nid: three\naudience: internal\n---\nx"), 403, "/problems/denied");
    assert_problem(ask("DELETE", "/v1/articles/theirs", NULL, NULL), 404, "/problems/not-found");
    assert_int_equal(create("/v1/articles", "---\nid: three\n---\nx").status, 201);
}

static void a_key_that_is_limited_to_some_articles_does_not_write(void **state)
{
    (void)state;
    const parry_narrowing orders = {parry_str_of("category"), parry_str_of("Orders")};
    create("/v1/articles", "---\nid: one\ncategory: Orders\n---\nx");
    h->who.narrowings = &orders;
    h->who.nnarrowings = 1;
    assert_problem(create("/v1/articles", "---\nid: two\ncategory: Orders\n---\nx"), 403, "/problems/denied");
    assert_problem(ask("DELETE", "/v1/articles/one", NULL, NULL), 403, "/problems/denied");
    assert_problem(ask("GET", "/v1/articles/one/source", NULL, NULL), 403, "/problems/denied");
    assert_problem(ask("GET", "/v1/articles/one?status=any", NULL, NULL), 403, "/problems/denied");
    h->who.nnarrowings = 0;
    h->who.locale = parry_str_of("en");
    assert_problem(ask("POST", "/v1/articles/one/withdraw", NULL, NULL), 403, "/problems/denied");
}

static void a_file_s_article_is_refused(void **state)
{
    (void)state;
    home_add(h->home, "apples.md", "An apple a day.");
    answered a = ask("GET", "/v1/articles/apples?status=any", NULL, NULL);
    assert_string_equal(text_of(a, "origin"), "tree");
    assert_string_equal(text_of(a, "path"), "apples.md");
    a = ask("PUT", "/v1/articles/apples", if_match(text_of(a, "version")), "mine");
    assert_problem(a, 409, "/problems/conflict");
    assert_non_null(strstr(text_of(a, "detail"), "apples.md"));
    assert_problem(ask("DELETE", "/v1/articles/apples", NULL, NULL), 409, "/problems/conflict");
}

static void a_server_that_only_reads_says_so(void **state)
{
    (void)state;
    parry_publisher *kept_aside = h->app.publisher;
    h->app.publisher = NULL;
    assert_problem(create("/v1/articles", "# One"), 503, "/problems/unavailable");
    h->app.publisher = kept_aside;
}

#define test(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
int main(void)
{
    const struct CMUnitTest tests[] = {
        test(what_is_created_is_found_once_it_is_live_and_gone_once_withdrawn),
        test(json_says_the_same_as_markdown),
        test(an_update_says_which_version_it_follows),
        test(an_article_s_warnings_are_told),
        test(drafts_are_seen_by_who_may_read_them_alone),
        test(a_writer_does_not_publish_and_a_key_stays_with_its_audiences),
        test(a_key_that_is_limited_to_some_articles_does_not_write),
        test(a_file_s_article_is_refused),
        test(a_server_that_only_reads_says_so),
    };
    return cmocka_run_group_tests_name("writing", tests, NULL, NULL);
}
