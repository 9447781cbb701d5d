/* What few wrote is withheld; what is exported is what the ledger has. */
#include "../ledger/support.h"

#include "deflection/export.h"

static const int64_t day = 86400000;

static parry_ledger_fate put(parry_ledger *l, parry_ledger_kind kind, parry_uuid id, const char *payload)
{
    parry_ledger_ticket *t = NULL;
    const parry_ledger_item one = {.kind = kind, .id = id, .payload = parry_str_of(payload)};
    ok(parry_ledger_append(l, &one, 1, &t, NULL));
    ok(parry_ledger_wait(l, t, NULL));
    parry_ledger_fate fate = parry_ledger_ticket_fate(t, 0);
    parry_ledger_release(l, t);
    return fate;
}

/* visitor 0: none */
static uint64_t asked(scratch *s, parry_ledger *l, int visitor, int64_t at_ms, const char *text)
{
    const char *who = visitor ? parry_str_printf(s->arena, ",\"visitor\":\"%032x\"", (unsigned)visitor).p : "";
    return put(l, PARRY_LEDGER_QUERY, parry_uuid_v7(1),
               parry_str_printf(s->arena, "{\"by\":\"search\",\"at\":%lld,\"text\":\"%s\"%s}", (long long)at_ms, text,
                                who)
                   .p)
        .seq;
}

static bool common(parry_common *c, const char *text)
{
    ok(parry_common_update(c, NULL));
    return parry_common_has(c, parry_str_of(text));
}

static void test_five_visitors_of_one_period_make_a_text_common(void **state)
{
    scratch *s = *state;
    parry_ledger *l = ledger_open(s, NULL);
    parry_common *c = parry_common_new(l);
    int64_t at = 30 * day * 700;
    for (int i = 1; i <= 4; i++)
        (void)asked(s, l, i, at, i % 2 ? "late refund" : " Late  Refund ");
    for (int i = 1; i <= 4; i++) /* the same again is nobody new */
        (void)asked(s, l, i, at + day, "late refund");
    for (int i = 0; i < 9; i++) /* and nobody is nobody */
        (void)asked(s, l, 0, at, "late refund");
    assert_false(common(c, "late refund"));
    (void)asked(s, l, 5, at + 2 * day, "LATE refund");
    assert_true(common(c, "late refund"));
    assert_false(common(c, "late"));
    assert_false(common(c, "never asked"));
    for (int i = 1; i <= 4; i++)
        (void)asked(s, l, i, at, "one");
    (void)asked(s, l, 99, at + 31 * day, "one"); /* maybe one of the four, by another key */
    assert_false(common(c, "one"));
    parry_common_free(c);
    parry_ledger_close(l);
}

static void test_what_was_erased_no_longer_counts(void **state)
{
    scratch *s = *state;
    parry_ledger *l = ledger_open(s, NULL);
    parry_common *c = parry_common_new(l);
    uint64_t last = 0;
    for (int i = 1; i <= 5; i++)
        last = asked(s, l, i, 30 * day * 700, "late refund");
    assert_true(common(c, "late refund"));
    ok(parry_ledger_erase(l, &last, 1, NULL));
    (void)put(l, PARRY_LEDGER_AUDIT, (parry_uuid){{0}}, "{\"action\":\"visitor.erase\",\"records\":1}");
    assert_false(common(c, "late refund"));
    parry_common_free(c);
    parry_ledger_close(l);
}

static void test_texts_of_few_are_withheld_and_ids_are_not(void **state)
{
    scratch *s = *state;
    parry_ledger *l = ledger_open(s, NULL);
    parry_common *c = parry_common_new(l);
    for (int i = 1; i <= 5; i++)
        (void)asked(s, l, i, 30 * day * 700, "late refund");
    ok(parry_common_update(c, NULL));
    json_t *j =
        json_loads("{\"type\":\"vote\",\"text\":\"Late refund\",\"comment\":\"mine alone\",\"page\":\"/x\",\"article\":"
                   "\"a\",\"shown\":[\"a\",\"b\"],\"entities_extracted\":[{\"type\":\"name\",\"value\":\"x\"}],"
                   "\"position\":3,\"category\":\"\",\"unit\":\"0f\"}",
                   0, NULL);
    parry_common_withhold(c, j);
    char *text = json_dumps(j, JSON_COMPACT);
    assert_string_equal(
        text, "{\"type\":\"vote\",\"text\":\"Late refund\",\"comment\":null,\"page\":null,\"article\":\"a\","
              "\"shown\":[\"a\",\"b\"],\"entities_extracted\":null,\"position\":3,\"category\":\"\",\"unit\":null,"
              "\"withheld\":[\"comment\",\"page\",\"entities_extracted\",\"unit\"]}");
    free(text);
    json_decref(j);
    parry_common_free(c);
    parry_ledger_close(l);
}

static const char *lines_of(scratch *s, parry_ledger *l, parry_export_form form, parry_common *c)
{
    parry_buf out = PARRY_BUF(1 << 20);
    parry_ledger_cursor *cursor;
    parry_ledger_record r;
    ok(parry_ledger_read(l, 0, &cursor, NULL));
    while (parry_ledger_next(cursor, &r))
        parry_export_record(form, &r, c, &out);
    ok(parry_ledger_cursor_close(cursor, NULL));
    const char *lines = parry_str_z(s->arena, parry_buf_str(&out));
    parry_buf_free(&out);
    return lines;
}

static void test_a_line_has_offset_key_kind_time_and_payload_or_none(void **state)
{
    scratch *s = *state;
    hand_clock clock = HAND_CLOCK(1700000000000);
    const parry_ledger_options o = {.clock = {hand_now, &clock}};
    parry_ledger *l = ledger_open(s, &o);
    parry_common *c = parry_common_new(l);
    const uint64_t two = 2;
    (void)put(l, PARRY_LEDGER_EVENT, numbered(7), "{\"type\":\"click\",\"article\":\"a\"}");
    (void)put(l, PARRY_LEDGER_EVENT, numbered(8), "{\"type\":\"click\",\"article\":\"b\"}");
    (void)put(l, PARRY_LEDGER_AUDIT, (parry_uuid){{0}}, "{\"action\":\"x\"}");
    ok(parry_ledger_erase(l, &two, 1, NULL));
    static const char first[] =
        "{\"offset\":1,\"key\":\"01900000-0000-7000-8000-000000000007\",\"kind\":\"event\",\"at\":"
        "\"2023-11-14T22:13:20.000Z\",\"payload\":{\"type\":\"click\",\"article\":\"a\"}}\n"
        "{\"offset\":2,\"key\":\"01900000-0000-7000-8000-000000000008\",\"kind\":\"event\",\"at\":"
        "\"2023-11-14T22:13:20.000Z\",\"payload\":null}\n";
    assert_string_equal(lines_of(s, l, PARRY_EXPORT_STREAM, c), first);
    assert_string_equal(lines_of(s, l, PARRY_EXPORT_STREAM, NULL),
                        parry_str_printf(s->arena,
                                         "%s{\"offset\":3,\"key\":\"3\",\"kind\":\"audit\",\"at\":"
                                         "\"2023-11-14T22:13:20.000Z\",\"payload\":{\"action\":\"x\"}}\n",
                                         first)
                            .p);
    parry_common_free(c);
    parry_ledger_close(l);
}

static void test_ubi_is_queries_events_and_deletes(void **state)
{
    scratch *s = *state;
    hand_clock clock = HAND_CLOCK(1700000000000);
    const parry_ledger_options o = {.clock = {hand_now, &clock}};
    parry_ledger *l = ledger_open(s, &o);
    parry_common *c = parry_common_new(l);
    const uint64_t last = 4;
    (void)put(l, PARRY_LEDGER_QUERY, numbered(1),
              "{\"by\":\"search\",\"at\":1700000000000,\"text\":\"mine "
              "alone\",\"audience\":\"customer\",\"shown\":[\"a\",\"b\"],"
              "\"visitor\":\"v\",\"session\":\"s\"}");
    (void)put(l, PARRY_LEDGER_EVENT, numbered(2),
              "{\"type\":\"click\",\"at\":1700000000001,\"article\":\"b\",\"position\":2,\"query_id\":\"q\","
              "\"session\":\"s\"}");
    (void)put(l, PARRY_LEDGER_EVENT, numbered(3),
              "{\"type\":\"impression\",\"at\":1700000000002,\"articles\":[\"a\",\"b\"]}");
    (void)put(l, PARRY_LEDGER_EVENT, numbered(4), "{\"type\":\"view\",\"article\":\"a\"}");
    (void)put(l, PARRY_LEDGER_AUDIT, (parry_uuid){{0}}, "{\"action\":\"x\"}");
    ok(parry_ledger_erase(l, &last, 1, NULL));
    ok(parry_common_update(c, NULL));
#define ID "01900000-0000-7000-8000-00000000000"
#define OBJECT(id) "\"object\":{\"object_id\":\"" id "\",\"object_id_field\":\"id\",\"object_id_type\":\"article\"}"
    assert_string_equal(
        lines_of(s, l, PARRY_EXPORT_UBI, c),
        "{\"index\":{\"_index\":\"ubi_queries\",\"_id\":\"" ID "1\"}}\n"
        "{\"query_id\":\"" ID "1\",\"query_response_id\":\"" ID "1\",\"object_id_field\":\"id\",\"user_query\":\"\","
        "\"query_attributes\":{\"audience\":\"customer\",\"withheld\":[\"text\"]},\"application\":\"search\","
        "\"query_response_hit_ids\":[\"a\",\"b\"],\"client_id\":\"v\",\"timestamp\":\"2023-11-14T22:13:20.000Z\"}\n"
        "{\"index\":{\"_index\":\"ubi_events\",\"_id\":\"" ID "2\"}}\n"
        "{\"action_name\":\"click\",\"event_attributes\":{\"position\":{\"ordinal\":2}," OBJECT(
            "b") ",\"record\":\"" ID "2\"},\"query_id\":\"q\",\"session_id\":\"s\",\"client_id\":\"s\",\"timestamp\":"
                 "\"2023-11-14T22:13:20.001Z\"}\n"
                 "{\"index\":{\"_index\":\"ubi_events\",\"_id\":\"" ID "3-1\"}}\n"
                 "{\"action_name\":\"impression\",\"event_attributes\":{\"position\":{\"ordinal\":1}," OBJECT(
                     "a") ",\"record\":\"" ID "3\"},\"timestamp\":\"2023-11-14T22:13:20.002Z\"}\n"
                          "{\"index\":{\"_index\":\"ubi_events\",\"_id\":\"" ID "3-2\"}}\n"
                          "{\"action_name\":\"impression\",\"event_attributes\":{\"position\":{\"ordinal\":2}," OBJECT(
                              "b") ",\"record\":\"" ID "3\"},\"timestamp\":\"2023-11-14T22:13:20.002Z\"}\n"
                                   "{\"delete\":{\"_index\":\"ubi_events\",\"_id\":\"" ID "4\"}}\n");
    parry_common_free(c);
    parry_ledger_close(l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_scratch(test_five_visitors_of_one_period_make_a_text_common),
        in_scratch(test_what_was_erased_no_longer_counts),
        in_scratch(test_texts_of_few_are_withheld_and_ids_are_not),
        in_scratch(test_a_line_has_offset_key_kind_time_and_payload_or_none),
        in_scratch(test_ubi_is_queries_events_and_deletes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
