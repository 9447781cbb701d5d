#include "support.h"

#include "ledger/events.h"

enum { NOW = 1000000000 };
#define NOW_MS ((int64_t)NOW * 1700)

typedef struct desk {
    scratch *s;
    parry_ledger *ledger;
    parry_visitors *visitors;
    parry_redactor *redactor;
    parry_event_context c;
} desk;

static desk desk_open(scratch *s)
{
    desk d = {.s = s, .ledger = ledger_open(s, NULL), .redactor = parry_redactor_new()};
    ok(parry_visitors_open(d.ledger, NOW_MS, &d.visitors, NULL));
    d.c = (parry_event_context){.redactor = d.redactor, .visitors = d.visitors, .now_ms = NOW_MS};
    return d;
}

static void desk_close(desk *d)
{
    parry_visitors_free(d->visitors);
    parry_redactor_free(d->redactor);
    parry_ledger_close(d->ledger);
}

static parry_code read_event(desk *d, const char *json, parry_ledger_item *out, parry_err *err)
{
    json_t *j = json_loads(json, JSON_DECODE_ANY, NULL);
    assert_non_null(j);
    parry_code code = parry_event_read(&d->c, d->s->arena, j, out, err);
    json_decref(j);
    return code;
}

static void test_an_event_becomes_a_record(void **state)
{
    desk d = desk_open(*state);
    parry_ledger_item item;
    ok(read_event(&d,
                  "{\"type\":\"click\",\"id\":\"01890000-0000-7000-8000-000000000001\",\"at\":1699999999000,"
                  "\"query_id\":\"01890000-0000-7000-8000-0000000000AA\",\"article\":\"refund-late\",\"position\":2}",
                  &item, NULL));
    assert_int_equal(item.kind, PARRY_LEDGER_EVENT);
    assert_int_equal(item.id.b[15], 1);
    assert_str(item.payload, "{\"type\":\"click\",\"at\":1699999999000,"
                             "\"query_id\":\"01890000-0000-7000-8000-0000000000aa\",\"article\":\"refund-late\","
                             "\"position\":2}");
    d.c.audience = parry_str_of("customer");
    ok(read_event(&d, "{\"type\":\"form_opened\"}", &item, NULL));
    assert_str(item.payload, "{\"type\":\"form_opened\",\"at\":1700000000000,\"audience\":\"customer\"}");
    assert_false(parry_uuid_none(item.id));
    desk_close(&d);
}

static void test_every_type_is_taken_with_what_it_needs(void **state)
{
    desk d = desk_open(*state);
    static const char *const events[] = {
        "{\"type\":\"search\",\"text\":\"refund\"}",
        "{\"type\":\"suggest\",\"text\":\"\"}",
        "{\"type\":\"impression\",\"articles\":[\"a\",\"b\"]}",
        "{\"type\":\"impression\",\"query_id\":\"0193a5f0-5c1e-7b3a-9d2e-1f0a6b7c8d9e\",\"dwell_ms\":9}",
        "{\"type\":\"view\",\"article\":\"a\",\"dwell_ms\":0,\"device\":\"mobile\",\"channel\":\"article\"}",
        "{\"type\":\"vote\",\"article\":\"a\",\"vote\":\"down\",\"reason\":\"outdated\",\"comment\":\"no\"}",
        "{\"type\":\"solved\",\"query_id\":\"01890000-0000-7000-8000-0000000000aa\"}",
        "{\"type\":\"not_solved\",\"article\":\"a\"}",
        "{\"type\":\"form_suggestion_shown\",\"articles\":[\"a\"],\"text\":\"my refund\"}",
        "{\"type\":\"ticket_created\",\"ticket\":\"123456789\",\"handoff\":\"h1\",\"email\":\"a@b.example\"}",
        "{\"type\":\"article_linked\",\"ticket\":\"T-1\",\"article\":\"a\"}",
        "{\"type\":\"survey\",\"score\":5,\"ticket\":\"T-1\",\"comment\":\"fine\",\"at\":\"2023-11-14T22:13:19Z\"}",
    };
    for (size_t i = 0; i < sizeof events / sizeof *events; i++) {
        parry_ledger_item item;
        parry_err err = {0};
        if (read_event(&d, events[i], &item, &err) != PARRY_OK)
            fail_msg("%s: %s", events[i], err.msg);
    }
    desk_close(&d);
}

static void test_what_is_wrong_is_named(void **state)
{
    desk d = desk_open(*state);
    static const char *const bad[][2] = {
        {"1", "an event must be an object"},
        {"{}", "type: must be one of search, "},
        {"{\"type\":\"clik\"}", "type: must be one of"},
        {"{\"type\":\"click\"}", "article: is missing; an event \"click\" needs it"},
        {"{\"type\":\"click\",\"article\":\"\"}", "article: must be a string of 1 to 200 characters"},
        {"{\"type\":\"click\",\"article\":7}", "article: must be a string"},
        {"{\"type\":\"click\",\"article\":\"a b\"}", "article: an id has no blanks"},
        {"{\"type\":\"click\",\"article\":\"jane@example.com\"}", "article: looks like personal data"},
        {"{\"type\":\"click\",\"article\":\"a\",\"position\":0}", "position: must be a whole number from 1 to 10000"},
        {"{\"type\":\"click\",\"article\":\"a\",\"position\":1.5}", "position: must be a whole number"},
        {"{\"type\":\"click\",\"article\":\"a\",\"vote\":\"up\"}", "vote: an event \"click\" has no such field"},
        {"{\"type\":\"click\",\"article\":\"a\",\"nonsense\":1}", "nonsense: an event \"click\" has no such field"},
        {"{\"type\":\"vote\",\"vote\":\"up\"}", "an event \"vote\" needs one of: article query_id"},
        {"{\"type\":\"vote\",\"vote\":\"sideways\",\"article\":\"a\"}", "vote: must be one of: up down"},
        {"{\"type\":\"vote\",\"vote\":\"\",\"article\":\"a\"}", "vote: must be one of: up down"},
        {"{\"type\":\"solved\",\"query_id\":\"x\"}", "query_id: must be the query_id of an answer"},
        {"{\"type\":\"impression\",\"articles\":[]}", "articles: must be a list of 1 to 100 ids"},
        {"{\"type\":\"impression\",\"articles\":[null]}", "articles: must be a string"},
        {"{\"type\":\"form_opened\",\"id\":\"1\"}", "id: must be a UUID"},
        {"{\"type\":\"form_opened\",\"at\":\"yesterday\"}", "at: must be Unix time"},
        {"{\"type\":\"form_opened\",\"at\":1699395199999}", "at: over 7 days ago"},
        {"{\"type\":\"form_opened\",\"at\":1700086400001}", "at: over a day ahead"},
        {"{\"type\":\"survey\",\"score\":6}", "score: must be a whole number from 1 to 5"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        parry_ledger_item item;
        parry_err err = {0};
        assert_int_equal(read_event(&d, bad[i][0], &item, &err), PARRY_INVALID);
        if (strstr(err.msg, bad[i][1]) != err.msg)
            fail_msg("%s: %s", bad[i][0], err.msg);
    }
    desk_close(&d);
}

static void test_the_window_of_times_is_closed_at_both_ends(void **state)
{
    desk d = desk_open(*state);
    parry_ledger_item item;
    ok(read_event(&d, "{\"type\":\"form_opened\",\"at\":1699395200000}", &item, NULL));
    ok(read_event(&d, "{\"type\":\"form_opened\",\"at\":1700086400000}", &item, NULL));
    assert_str(item.payload, "{\"type\":\"form_opened\",\"at\":1700000000000,\"ahead_ms\":86400000}");
    desk_close(&d);
}

static void test_nothing_personal_comes_out(void **state)
{
    desk d = desk_open(*state);
    parry_ledger_item item;
    ok(read_event(&d,
                  "{\"type\":\"ticket_created\",\"ticket\":\"T1\",\"email\":\" Jane@Example.COM\","
                  "\"text\":\"call +49 170 1234567\",\"page\":\"/x?mail=jane@example.com\","
                  "\"visitor\":\"v-jane\",\"session\":\"s-jane\"}",
                  &item, NULL));
    static const char *const not_there[] = {"jane", "Jane", "example", "Example", "1234567", "+49"};
    for (size_t i = 0; i < sizeof not_there / sizeof *not_there; i++)
        assert_int_equal(parry_str_find(item.payload, parry_str_of(not_there[i])), item.payload.n);
    static const char *const there[] = {"\"contact\":\"", "\"text\":\"call [phone]\"", "\"page\":\"/x?mail=[email]\"",
                                        "\"redacted\":[\"phone\",\"email\"]", "\"visitor\":\""};
    for (size_t i = 0; i < sizeof there / sizeof *there; i++)
        assert_true(parry_str_find(item.payload, parry_str_of(there[i])) < item.payload.n);
    desk_close(&d);
}

static void test_the_page_of_events_has_the_table(void **state)
{
    scratch *s = *state;
    parry_str page;
    parry_buf table = PARRY_BUF(64 * 1024);
    ok(parry_file_read(s->arena, PARRY_SOURCE_DIR "/docs/events.md", 1 << 20, &page, NULL));
    parry_events_manual(&table);
    assert_true(parry_str_find(page, parry_buf_str(&table)) < page.n);
    parry_buf_free(&table);
}

/* ---- visitor keys ------------------------------------------------------------------------------------------------ */

static const int64_t period = (int64_t)30 * 86400000;

static const char *key(parry_visitors *v, parry_pseudonym as, int64_t at, const char *raw)
{
    static char out[4][PARRY_VISITOR_TEXT];
    static unsigned next;
    char *o = out[next++ % 4];
    parry_visitor_key(v, as, at, parry_str_of(raw), o);
    assert_int_equal(strlen(o), 32);
    return o;
}

static void test_a_key_is_the_same_within_a_period_and_after_a_restart(void **state)
{
    scratch *s = *state;
    desk d = desk_open(s);
    int64_t at = 20 * period;
    parry_visitors *v = d.visitors;
    char first[PARRY_VISITOR_TEXT];
    parry_visitor_key(v, PARRY_PSEUDONYM_VISITOR, at, parry_str_of("jane"), first);
    assert_string_equal(first, key(v, PARRY_PSEUDONYM_VISITOR, at + period - 1, "jane"));
    assert_string_not_equal(first, key(v, PARRY_PSEUDONYM_VISITOR, at, "joan"));
    assert_string_not_equal(first, key(v, PARRY_PSEUDONYM_SESSION, at, "jane"));
    assert_string_not_equal(key(v, PARRY_PSEUDONYM_VISITOR, NOW_MS, "jane"),
                            key(v, PARRY_PSEUDONYM_VISITOR, NOW_MS + period, "jane"));
    assert_string_equal(key(v, PARRY_PSEUDONYM_CONTACT, at, " A@B.example "),
                        key(v, PARRY_PSEUDONYM_CONTACT, at, "a@b.example"));
    char now[PARRY_VISITOR_TEXT];
    parry_visitor_key(v, PARRY_PSEUDONYM_VISITOR, NOW_MS, parry_str_of("jane"), now);
    desk_close(&d);
    d = desk_open(s);
    assert_string_equal(now, key(d.visitors, PARRY_PSEUDONYM_VISITOR, NOW_MS, "jane"));
    desk_close(&d);
}

static void test_an_old_secret_is_thrown_away_and_the_new_ones_stay(void **state)
{
    scratch *s = *state;
    desk d = desk_open(s);
    char now[PARRY_VISITOR_TEXT], later[PARRY_VISITOR_TEXT];
    parry_visitor_key(d.visitors, PARRY_PSEUDONYM_VISITOR, NOW_MS, parry_str_of("jane"), now);
    parry_visitor_key(d.visitors, PARRY_PSEUDONYM_VISITOR, NOW_MS + 4 * period, parry_str_of("jane"), later);
    parry_visitors_free(d.visitors);
    ok(parry_visitors_open(d.ledger, NOW_MS + 4 * period, &d.visitors, NULL));
    assert_string_equal(later, key(d.visitors, PARRY_PSEUDONYM_VISITOR, NOW_MS + 4 * period, "jane"));
    assert_string_not_equal(now, key(d.visitors, PARRY_PSEUDONYM_VISITOR, NOW_MS, "jane"));
    desk_close(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_scratch(test_an_event_becomes_a_record),
        in_scratch(test_every_type_is_taken_with_what_it_needs),
        in_scratch(test_what_is_wrong_is_named),
        in_scratch(test_the_window_of_times_is_closed_at_both_ends),
        in_scratch(test_nothing_personal_comes_out),
        in_scratch(test_the_page_of_events_has_the_table),
        in_scratch(test_a_key_is_the_same_within_a_period_and_after_a_restart),
        in_scratch(test_an_old_secret_is_thrown_away_and_the_new_ones_stay),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
