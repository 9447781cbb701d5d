/* Events and the query log where the disk does not keep up: events are refused, searches are answered. */
#include "app_home.h"

#include "base/clock.h"
#include "ledger/events.h"

/* While it is shut, the committer waits for the time. */
static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
static app_home *h;
static json_t *answers[16]; /* of a test */
static size_t nanswers;

static int64_t gated_now(void *ctx)
{
    (void)ctx;
    (void)pthread_mutex_lock(&gate);
    (void)pthread_mutex_unlock(&gate);
    return 1700000000000;
}

static int set_up(void **state)
{
    (void)state;
    h = app_home_new();
    parry_ledger_options o = {.clock = {gated_now, NULL}, .queue_records = 2};
    char *dir = parry_str_z(h->home->arena, parry_str_printf(h->home->arena, "%s/ledger", h->home->data));
    ok(parry_ledger_open(dir, &o, &h->app.ledger, &err));
    ok(parry_visitors_open(h->app.ledger, 1700000000000, &h->app.visitors, &err));
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    while (nanswers > 0)
        json_decref(answers[--nanswers]);
    parry_ledger_close(h->app.ledger);
    app_home_free(h);
    return 0;
}

static answered ask(const char *method, const char *target, const char *body)
{
    answered a = app_home_ask(h, method, target, "X-Parry-Visitor: somebody", body);
    assert_true(nanswers < sizeof answers / sizeof *answers);
    answers[nanswers++] = a.json;
    return a;
}

static void a_search_does_not_wait_for_the_disk(void **state)
{
    (void)state;
    (void)pthread_mutex_lock(&gate);
    for (int i = 0; i < 5; i++) {
        answered a = ask("GET", "/v1/search?q=refund", "");
        assert_int_equal(a.status, 200);
        assert_int_equal(json_string_length(json_object_get(a.json, "query_id")), PARRY_UUID_TEXT - 1);
    }
    assert_int_equal(atomic_load(&h->app.queries_dropped), 3); /* of five; two wait */
    (void)pthread_mutex_unlock(&gate);
}

static void events_are_refused_while_too_many_wait_and_taken_afterwards(void **state)
{
    static const char click[] = "{\"events\": [{\"type\": \"click\", \"article\": \"a\"}]}";
    (void)state;
    (void)pthread_mutex_lock(&gate);
    (void)ask("GET", "/v1/search?q=refund", "");
    (void)ask("GET", "/v1/search?q=refund", "");
    answered a = ask("POST", "/v1/events", click);
    (void)pthread_mutex_unlock(&gate);
    assert_int_equal(a.status, 503);
    assert_str(a.retry_after, "1");
    assert_string_equal(json_string_value(json_object_get(a.json, "type")), "/problems/unavailable");
    parry_ledger_stats s;
    for (parry_ledger_get_stats(h->app.ledger, &s); s.waiting > 0; parry_ledger_get_stats(h->app.ledger, &s))
        parry_sleep_ms(1);
    a = ask("POST", "/v1/events", click);
    assert_int_equal(a.status, 200);
    assert_int_equal(json_integer_value(json_object_get(a.json, "accepted")), 1);
}

static void without_a_ledger_events_are_refused_and_searches_answered(void **state)
{
    (void)state;
    parry_ledger *kept = h->app.ledger;
    h->app.ledger = NULL;
    assert_int_equal(ask("POST", "/v1/feedback", "{\"article\": \"a\", \"vote\": \"up\"}").status, 503);
    assert_int_equal(ask("GET", "/v1/search?q=refund", "").status, 200);
    h->app.ledger = kept;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_search_does_not_wait_for_the_disk, set_up, tear_down),
        cmocka_unit_test_setup_teardown(events_are_refused_while_too_many_wait_and_taken_afterwards, set_up, tear_down),
        cmocka_unit_test_setup_teardown(without_a_ledger_events_are_refused_and_searches_answered, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
