/* Records of a ledger folded into a journey. */
#include "../base/testing.h"

#include "base/clock.h"
#include "desk/journey.h"

#include <jansson.h>

typedef struct home {
    scratch *s;
    parry_ledger *ledger;
    int64_t now_ms;
    parry_ledger_subject ann;
} home;

static int64_t home_now(void *ctx) { return ((home *)ctx)->now_ms; }

static void home_open(home *h, scratch *s)
{
    *h = (home){.s = s, .now_ms = 1700000000000, .ann = {{1, 2, 3}}};
    parry_ledger_options o = {.clock = {home_now, h}};
    ok(parry_ledger_open(in(s, "ledger"), &o, &h->ledger, NULL));
}

static parry_uuid record(home *h, parry_ledger_kind kind, const parry_ledger_subject *about, const char *payload)
{
    parry_ledger_ticket *t = NULL;
    parry_ledger_item i = {.kind = kind, .id = parry_uuid_v7(h->now_ms), .payload = parry_str_of(payload)};
    if (about != NULL)
        i.about[0] = *about;
    ok(parry_ledger_append(h->ledger, &i, 1, &t, NULL));
    ok(parry_ledger_wait(h->ledger, t, NULL));
    parry_ledger_release(h->ledger, t);
    return i.id;
}

static parry_str title_of(void *ctx, parry_str article)
{
    (void)ctx;
    return parry_str_of(parry_str_eqz(article, "refunds/late") ? "A late refund" : "");
}

static json_t *journey_of(home *h, const parry_uuid *queries, size_t n, json_t **redactions)
{
    parry_journey_wish w = {.who = {h->ann}, .nqueries = n, .now_ms = h->now_ms, .title = title_of};
    json_t *j = NULL;
    for (size_t i = 0; i < n; i++)
        w.queries[i] = queries[i];
    ok(parry_journey(h->ledger, &w, &j, redactions, NULL));
    return j;
}

static json_t *at(json_t *j, const char *name, size_t i) { return json_array_get(json_object_get(j, name), i); }
static const char *text(json_t *j, const char *name) { return json_string_value(json_object_get(j, name)); }

static void test_a_journey_has_searches_what_was_opened_and_what_was_said(void **state)
{
    home h;
    char click[256], id[PARRY_UUID_TEXT];
    json_t *redactions;
    home_open(&h, *state);
    parry_uuid q = record(&h, PARRY_LEDGER_QUERY, &h.ann,
                          "{\"text\":\"refund late [email]\",\"redacted\":[\"email\"],\"probability\":0.3,"
                          "\"answered\":false,\"shown\":[\"refunds/late\",\"x\"]}");
    parry_uuid_text(q, id);
    h.now_ms += 5000;
    (void)snprintf(click, sizeof click, "{\"type\":\"click\",\"article\":\"refunds/late\",\"query_id\":\"%s\"}", id);
    record(&h, PARRY_LEDGER_EVENT, &h.ann, click);
    (void)snprintf(click, sizeof click,
                   "{\"type\":\"view\",\"article\":\"refunds/late\",\"dwell_ms\":4000,\"query_id\":\"%s\"}", id);
    record(&h, PARRY_LEDGER_EVENT, &h.ann, click);
    record(&h, PARRY_LEDGER_EVENT, &h.ann, "{\"type\":\"view\",\"article\":\"other\",\"dwell_ms\":1000}");
    record(&h, PARRY_LEDGER_EVENT, &h.ann,
           "{\"type\":\"chat\",\"user_utterance\":\"where is "
           "it\",\"chatbot_response\":\"Late?\",\"redacted\":[\"email\"]}");
    record(&h, PARRY_LEDGER_EVENT, NULL, "{\"type\":\"view\",\"article\":\"not-hers\"}");
    h.now_ms += 7000;
    json_t *j = journey_of(&h, NULL, 0, &redactions);
    assert_int_equal(json_array_size(json_object_get(j, "searches")), 1);
    json_t *s = at(j, "searches", 0);
    assert_string_equal(text(s, "query_id"), id);
    assert_string_equal(text(s, "text"), "refund late [email]");
    assert_string_equal(text(at(s, "shown", 0), "title"), "A late refund");
    assert_int_equal(json_array_size(json_object_get(s, "opened")), 1);
    assert_int_equal(json_integer_value(json_object_get(at(s, "opened", 0), "dwell_ms")), 4000);
    assert_int_equal(json_array_size(json_object_get(j, "read")), 1);
    assert_string_equal(text(at(j, "said", 0), "role"), "customer");
    assert_string_equal(text(at(j, "said", 1), "text"), "Late?");
    assert_int_equal(json_integer_value(json_object_get(j, "seconds")), 5);
    assert_int_equal(json_array_size(redactions), 1);
    json_decref(j);
    json_decref(redactions);
    parry_ledger_close(h.ledger);
}

static void test_typing_is_one_search_and_old_ones_are_left_out(void **state)
{
    home h;
    json_t *redactions;
    home_open(&h, *state);
    record(&h, PARRY_LEDGER_QUERY, &h.ann, "{\"text\":\"long ago\",\"shown\":[]}");
    h.now_ms += (int64_t)(PARRY_JOURNEY_MINUTES + 1) * 60000;
    record(&h, PARRY_LEDGER_QUERY, &h.ann, "{\"text\":\"ref\",\"shown\":[]}");
    h.now_ms += 800;
    record(&h, PARRY_LEDGER_QUERY, &h.ann, "{\"text\":\"refund\",\"shown\":[]}");
    h.now_ms += 800;
    record(&h, PARRY_LEDGER_QUERY, &h.ann, "{\"text\":\"parcel\",\"shown\":[]}");
    json_t *j = journey_of(&h, NULL, 0, &redactions);
    assert_int_equal(json_array_size(json_object_get(j, "searches")), 2);
    assert_string_equal(text(at(j, "searches", 0), "text"), "refund");
    json_decref(j);
    json_decref(redactions);
    parry_ledger_close(h.ledger);
}

static void test_whether_it_was_answered_is_unknown_where_nothing_can_tell(void **state)
{
    home h;
    json_t *redactions;
    home_open(&h, *state);
    record(&h, PARRY_LEDGER_QUERY, &h.ann, "{\"text\":\"words\",\"mode\":\"text\",\"answered\":false,\"shown\":[]}");
    record(&h, PARRY_LEDGER_QUERY, &h.ann, "{\"text\":\"both\",\"mode\":\"hybrid\",\"answered\":false,\"shown\":[]}");
    json_t *j = journey_of(&h, NULL, 0, &redactions);
    assert_true(json_is_null(json_object_get(at(j, "searches", 0), "answered")));
    assert_true(json_is_false(json_object_get(at(j, "searches", 1), "answered")));
    json_decref(j);
    json_decref(redactions);
    parry_ledger_close(h.ledger);
}

static void test_a_search_is_found_by_its_id_alone_and_once(void **state)
{
    home h;
    json_t *redactions;
    home_open(&h, *state);
    parry_uuid ids[4] = {record(&h, PARRY_LEDGER_QUERY, NULL, "{\"text\":\"named\",\"shown\":[]}"),
                         record(&h, PARRY_LEDGER_QUERY, &h.ann, "{\"text\":\"both\",\"shown\":[]}"),
                         parry_uuid_v7(h.now_ms),
                         record(&h, PARRY_LEDGER_EVENT, NULL, "{\"type\":\"chat\",\"user_utterance\":\"another's\"}")};
    json_t *j = journey_of(&h, ids, 4, &redactions);
    assert_int_equal(json_array_size(json_object_get(j, "searches")), 2);
    assert_int_equal(json_array_size(json_object_get(j, "said")), 0); /* an event is nobody's to name */
    json_decref(j);
    json_decref(redactions);
    parry_ledger_close(h.ledger);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_scratch(test_a_journey_has_searches_what_was_opened_and_what_was_said),
        in_scratch(test_typing_is_one_search_and_old_ones_are_left_out),
        in_scratch(test_whether_it_was_answered_is_unknown_where_nothing_can_tell),
        in_scratch(test_a_search_is_found_by_its_id_alone_and_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
