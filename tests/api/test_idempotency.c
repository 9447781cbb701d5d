/* Idempotency-Key: nothing twice, nobody else's answer, nothing for ever. */
#include "app_home.h"

#include "api/desk/desk_api.h"
#include "api/routes.h"

static app_home *h;

static int set_up(void **state)
{
    (void)state;
    h = app_home_new();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    app_home_free(h);
    return 0;
}

static answered create_at(const char *target, const char *key, const char *markdown)
{
    char headers[400];
    snprintf(headers, sizeof headers, "Content-Type: text/markdown%s%s", key ? "\nIdempotency-Key: " : "",
             key ? key : "");
    answered a = app_home_ask(h, "POST", target, headers, markdown);
    json_decref(a.json);
    return a;
}

static answered create(const char *key, const char *markdown) { return create_at("/v1/articles", key, markdown); }

static uint64_t changes(void)
{
    uint64_t seq = 0;
    ok(parry_store_seq(h->home->store, &seq, &err));
    return seq;
}

static void the_same_again_is_answered_the_same_and_done_once(void **state)
{
    (void)state;
    answered first = create("k1", "# One"), again = create("k1", "# One");
    assert_int_equal(first.status, 201);
    assert_int_equal(first.replayed.n, 0);
    assert_int_equal(again.status, 201);
    assert_str(again.replayed, "true");
    assert_true(parry_str_eq(first.body, again.body));
    assert_true(parry_str_eq(first.location, again.location));
    assert_string_equal(first.etag, again.etag);
    assert_int_equal(changes(), 1);
    assert_int_equal(create(NULL, "# One").status, 409); /* what it would be without */
}

static void who_waited_for_it_to_be_live_is_answered_again_without_waiting(void **state)
{
    (void)state;
    answered first = create_at("/v1/articles?wait=live", "k1", "# One");
    answered again = create_at("/v1/articles?wait=live", "k1", "# One");
    assert_non_null(strstr(parry_str_z(h->home->arena, first.body), "\"live\":true"));
    assert_int_equal(again.status, 201);
    assert_str(again.replayed, "true");
    assert_true(parry_str_eq(first.location, again.location));
    assert_string_equal(first.etag, again.etag);
}

static void another_request_needs_another_key(void **state)
{
    (void)state;
    assert_int_equal(create("k1", "# One").status, 201);
    assert_int_equal(create("k1", "# Two").status, 422);
    assert_int_equal(create("k2", "# Two").status, 201);
    assert_int_equal(changes(), 2);
}

static void one_s_keys_are_not_another_s(void **state)
{
    (void)state;
    assert_int_equal(create("k1", "# One").status, 201);
    app_home_as(h, "articles.write articles.publish", NULL, 0);
    answered other = create("k1", "# One");
    assert_int_equal(other.status, 409); /* the id is taken: not an answer of somebody else's */
    assert_int_equal(other.replayed.n, 0);
    app_home_as(h, "search", NULL, 0);
    assert_int_equal(create("k1", "# One").status, 403);
}

static void what_failed_may_be_tried_again(void **state)
{
    (void)state;
    assert_int_equal(create("k1", " ").status, 400);
    assert_int_equal(create("k1", "# One").status, 201);
}

static void a_day_later_it_is_forgotten(void **state)
{
    (void)state;
    assert_int_equal(create("k1", "# One").status, 201);
    h->now_ms += 23 * 3600 * 1000;
    assert_int_equal(create("k1", "# One").status, 201);
    h->now_ms += 2 * 3600 * 1000;
    assert_int_equal(create("k1", "# One").status, 409);
    assert_int_equal(create("k2", "# Two").status, 201); /* which sweeps */
    parry_table answers;
    parry_txn *t;
    uint64_t n;
    ok(parry_env_table(parry_store_env(h->home->store), "idempotency", &answers, &err));
    ok(parry_txn_read(parry_store_env(h->home->store), &t, &err));
    ok(parry_count(t, answers, &n, &err));
    parry_txn_abort(t);
    assert_int_equal(n, 1);
}

static void a_key_is_short_and_visible(void **state)
{
    (void)state;
    char far[300];
    memset(far, 'k', sizeof far);
    far[256] = 0;
    assert_int_equal(create(far, "# One").status, 400);
    assert_int_equal(create("two words", "# One").status, 400);
    assert_int_equal(create("", "# One").status, 400);
    assert_int_equal(create("caf\xc3\xa9", "# One").status, 400);
    far[255] = 0;
    assert_int_equal(create(far, "# One").status, 201);
}

/* ---- a handler of the test's own ----------------------------------------------------------------------------------
 */

static answered within;
static bool secret;

static parry_code slow_handler(parry_call *c, parry_err *err)
{
    if (within.status == 0) { /* somebody asks the same while this runs */
        parry_response res, *mine = c->res;
        const parry_route same = {.handle = slow_handler};
        parry_response_init(&res);
        c->res = &res;
        assert_int_equal(parry_once_handle(c, &same, err), PARRY_OK);
        within.status = res.status;
        within.retry_after = res.nmore > 0 ? parry_str_copy(h->home->arena, res.more[0].value) : parry_str_of("");
        parry_response_clear(&res);
        c->res = mine;
    }
    parry_response_json(c->res, 201, "application/json", json_pack("{s:s}", "key", "a secret"));
    c->res->plain = secret;
    return PARRY_OK;
}

static int post(void)
{
    const parry_header headers[] = {{parry_str_of("Idempotency-Key"), parry_str_of("k1")}};
    const parry_route route = {.handle = slow_handler};
    parry_request req = {.method = parry_str_of("POST"), .headers = headers, .nheaders = 1};
    parry_response res;
    parry_response_init(&res);
    parry_call c = {.app = &h->app, .req = &req, .res = &res, .arena = h->home->arena, .who = &h->who};
    ok(parry_once_handle(&c, &route, &err));
    int status = res.status;
    parry_response_clear(&res);
    return status;
}

static void who_asks_while_the_first_runs_is_told_to_wait(void **state)
{
    (void)state;
    within = (answered){0};
    secret = false;
    assert_int_equal(post(), 201);
    assert_int_equal(within.status, 409);
    assert_str(within.retry_after, "1");
    assert_int_equal(post(), 201);
}

static void secrets_are_not_kept(void **state)
{
    (void)state;
    within.status = 1;
    secret = true;
    assert_int_equal(post(), 201);
    assert_int_equal(post(), 409);
}

/* ---- the table ----------------------------------------------------------------------------------------------------
 */

static bool in(const char *const *list, const char *pattern)
{
    for (; *list != NULL; list++) {
        if (strcmp(*list, pattern) == 0)
            return true;
    }
    return false;
}

/* A new POST belongs into one of these lists. */
static void every_post_that_creates_is_done_once(void **state)
{
    static const char *const creates[] = {"/v1/articles", "/v1/keys", "/v1/people", "/v1/hooks/ticket", NULL};
    static const char *const has_ids[] = {"/v1/events", "/v1/feedback", "/1/events", NULL}; /* test_once.py */
    /* Who keeps the key with what it made, in one commit: test_handoff.py, test_cases.py. */
    static const char *const keeps_keys[] = {"/v1/handoffs",
                                             "/v1/tools/create_ticket",
                                             "/contact",
                                             "/v1/cases",
                                             "/v1/cases/{id}/comments",
                                             PARRY_DESK_BASE "cases",
                                             PARRY_DESK_BASE "cases/{id}/comments",
                                             NULL};
    static const char *const makes_nothing[] = {"/v1/articles/{id}/publish",
                                                "/v1/articles/{id}/withdraw",
                                                "/v1/admin/refresh",
                                                "/v1/admin/reindex",
                                                "/v1/suggest",
                                                "/v1/chat/suggest",
                                                "/mcp",
                                                "/v1/tools/search_articles",
                                                "/v1/tools/get_article",
                                                "/v1/tools/explain_result",
                                                "/1/indexes/*/queries",
                                                "/1/indexes/{index}/facets/{facet}/query",
                                                "/1/indexes/{index}/query",
                                                "/v1/session", /* each sign-in is one of its own */
                                                "/v1/session/codes",
                                                "/v1/keys/{id}/rotate",
                                                "/v1/handoffs/draft",
                                                "/v1/gaps/{id}/draft",
                                                "/v1/followed/{token}/survey", /* the last one holds */
                                                "/ticket/{token}/survey",
                                                "/v1/tools/report_outcome", /* one outcome of a search counts once */
                                                "/v1/visitors/erase",       /* what is gone is gone */
                                                "/v1/visitors/export",
                                                PARRY_DESK_BASE "login",
                                                PARRY_DESK_BASE "logout",
                                                NULL};
    (void)state;
    for (const parry_route *r = parry_routes; r < parry_routes + parry_nroutes; r++) {
        bool once = (r->flags & PARRY_ROUTE_ONCE) != 0, posts = strcmp(r->method, "POST") == 0;
        if (once != (posts && in(creates, r->pattern)) ||
            (posts && !once && !in(has_ids, r->pattern) && !in(keeps_keys, r->pattern) &&
             !in(makes_nothing, r->pattern)))
            fail_msg("%s %s", r->method, r->pattern);
        for (const parry_route *other = parry_routes; other < r; other++) {
            if (strcmp(r->method, other->method) == 0 && strcmp(r->pattern, other->pattern) == 0)
                fail_msg("%s %s stands twice", r->method, r->pattern);
        }
    }
}

#define test(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
int main(void)
{
    const struct CMUnitTest tests[] = {
        test(the_same_again_is_answered_the_same_and_done_once),
        test(who_waited_for_it_to_be_live_is_answered_again_without_waiting),
        test(another_request_needs_another_key),
        test(one_s_keys_are_not_another_s),
        test(what_failed_may_be_tried_again),
        test(a_day_later_it_is_forgotten),
        test(a_key_is_short_and_visible),
        test(who_asks_while_the_first_runs_is_told_to_wait),
        test(secrets_are_not_kept),
        cmocka_unit_test(every_post_that_creates_is_done_once),
    };
    return cmocka_run_group_tests_name("idempotency", tests, NULL, NULL);
}
