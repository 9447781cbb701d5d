/* Trace contexts as callers send them, and traces on their way out. */
#include "api/observe/otlp.h"
#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define ID "4bf92f3577b34da6a3ce929d0e0e4736"
#define SPAN "00f067aa0ba902b7"

static bool parses(const char *text, parry_trace_context *c) { return parry_trace_parse(parry_str_of(text), c); }

static void test_a_traceparent_is_read(void **state)
{
    (void)state;
    parry_trace_context c = {0};
    assert_true(parses("00-" ID "-" SPAN "-01", &c));
    assert_string_equal(c.id, ID);
    assert_string_equal(c.parent, SPAN);
    assert_true(c.sampled);
    assert_true(parses("00-" ID "-" SPAN "-00", &c));
    assert_false(c.sampled);
    assert_true(parses("00-" ID "-" SPAN "-fe", &c)); /* flags that we do not know */
    assert_false(c.sampled);
    assert_true(parses("cc-" ID "-" SPAN "-01", &c)); /* versions to come: the first four fields */
    assert_true(parses("cc-" ID "-" SPAN "-01-what the future holds", &c));
}

static void test_anything_else_is_no_traceparent(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "00",
        "00-" ID "-" SPAN "-0",
        "00-" ID "-" SPAN "-01-",
        "00-" ID "-" SPAN "-01-more",
        "00-" ID "-" SPAN "-011",
        "cc-" ID "-" SPAN "-011",
        "ff-" ID "-" SPAN "-01",
        "0g-" ID "-" SPAN "-01",
        "00_" ID "-" SPAN "-01",
        "00-" ID "_" SPAN "-01",
        "00-" ID "-" SPAN "_01",
        "00-" ID "-" SPAN "-0G",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-" SPAN "-01",
        "00-" ID "-00F067AA0BA902B7-01",
        "00-00000000000000000000000000000000-" SPAN "-01",
        "00-" ID "-0000000000000000-01",
        " 00-" ID "-" SPAN "-01",
        "00-" ID "-" SPAN "-01 ",
        "00-4bf92f3577b34da6a3ce929d0e0e473-" SPAN "-010",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        parry_trace_context c = {.id = "before"};
        if (parses(bad[i], &c))
            fail_msg("\"%s\" was taken", bad[i]);
        assert_string_equal(c.id, "before");
    }
}

static void test_a_tracestate_is_passed_on_or_not(void **state)
{
    (void)state;
    static const char *const good[] = {"a=1", "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE", "a=1, b=2 ,,c=3",
                                       "1a-2f@vendor=x y"};
    static const char *const bad[] = {"", ",", "a", "a=", "=1", "a=1,b", "a =1", "a=\x01", "a=caf\xC3\xA9", "a=1=2"};
    char many[600] = "";
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_true(parry_trace_state_valid(parry_str_of(good[i])));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(parry_trace_state_valid(parry_str_of(bad[i])));
    for (size_t i = 0; i < 33; i++)
        (void)snprintf(many + strlen(many), 8, "%sk%zu=v", i ? "," : "", i);
    assert_false(parry_trace_state_valid(parry_str_of(many)));
    *strrchr(many, ',') = 0;
    assert_true(parry_trace_state_valid(parry_str_of(many)));
    memset(many, 'x', 513);
    many[1] = '=';
    assert_false(parry_trace_state_valid(parry_str_make(many, 513)));
    assert_true(parry_trace_state_valid(parry_str_make(many, 512)));
}

static void test_who_sends_a_context_decides_and_else_the_ratio_does(void **state)
{
    (void)state;
    parry_trace_context c;
    parry_trace_begin(&c, parry_str_of("00-" ID "-" SPAN "-01"), true, 0);
    assert_true(c.sampled && strcmp(c.id, ID) == 0);
    parry_trace_begin(&c, parry_str_of("00-" ID "-" SPAN "-00"), true, 1);
    assert_false(c.sampled);
    parry_trace_begin(&c, parry_str_of("garbage"), false, 1);
    assert_string_equal(c.id, "");
    assert_false(c.sampled);
    size_t n = 0;
    for (size_t i = 0; i < 4000; i++) {
        parry_trace_begin(&c, parry_str_of(i % 2 ? "garbage" : ""), true, 0.25);
        n += c.sampled;
        assert_int_equal(strlen(c.id), 32);
        assert_string_equal(c.parent, "");
    }
    assert_in_range(n, 850, 1150); /* 1000, five standard deviations of 27 */
    parry_trace_begin(&c, parry_str_of(""), true, 0);
    assert_false(c.sampled);
    parry_trace_begin(&c, parry_str_of(""), true, 1);
    assert_true(c.sampled);
}

static parry_trace *sample_trace(void)
{
    parry_trace_context c;
    assert_true(parses("00-" ID "-" SPAN "-01", &c));
    parry_trace *t = parry_trace_new(&c, parry_str_of("a=1"));
    t->method = "GET";
    t->route = "/v1/search";
    t->status = 503;
    t->end_ns = t->start_ns + 5000000;
    const parry_results r = {.text_ns = 1000, .fuse_ns = 500};
    parry_trace_search(t, &r);
    return t;
}

static const char *text_of(const json_t *j, const char *key)
{
    const char *z = json_string_value(json_object_get(j, key));
    return z ? z : "";
}

static void test_a_trace_becomes_spans(void **state)
{
    (void)state;
    parry_trace *t = sample_trace();
    json_t *all = parry_otlp_json(&t, 1, "help"), *spans = NULL, *scope;
    assert_int_equal(
        json_unpack(all, "{s:[{s:[{s:o, s:o}]}]}", "resourceSpans", "scopeSpans", "scope", &scope, "spans", &spans), 0);
    assert_int_equal(json_array_size(spans), 3);
    json_t *request = json_array_get(spans, 0), *text = json_array_get(spans, 1), *fuse = json_array_get(spans, 2);
    assert_string_equal(text_of(request, "traceId"), ID);
    assert_string_equal(text_of(request, "parentSpanId"), SPAN);
    assert_string_equal(text_of(request, "traceState"), "a=1");
    assert_string_equal(text_of(request, "name"), "GET /v1/search");
    assert_int_equal(json_integer_value(json_object_get(json_object_get(request, "status"), "code")), 2);
    assert_string_equal(text_of(text, "parentSpanId"), text_of(request, "spanId"));
    assert_string_not_equal(text_of(text, "spanId"), text_of(fuse, "spanId"));
    assert_string_equal(text_of(text, "name"), "text");
    assert_string_equal(text_of(text, "endTimeUnixNano"), text_of(fuse, "startTimeUnixNano"));
    long long start = strtoll(text_of(request, "startTimeUnixNano"), NULL, 10);
    assert_int_equal(strtoll(text_of(request, "endTimeUnixNano"), NULL, 10) - start, 5000000);
    assert_true(start / 1000000 - parry_clock_now_ms(parry_clock_system()) > -60000);
    json_decref(all);
    free(t);
}

static void test_stages_have_a_limit(void **state)
{
    (void)state;
    parry_trace_context c = {.id = ID, .sampled = true};
    parry_trace *t = parry_trace_new(&c, parry_str_of("no state"));
    assert_string_equal(t->state, "");
    for (size_t i = 0; i < PARRY_TRACE_STAGES + 5; i++)
        parry_trace_stage(t, "text", 10);
    assert_int_equal(t->nstages, PARRY_TRACE_STAGES);
    parry_trace_stage(NULL, "text", 10);
    parry_trace_search(NULL, NULL);
    free(t);
}

/* Port 9 of this machine: nobody is there. */
static void test_a_full_queue_drops_and_counts_and_never_waits(void **state)
{
    (void)state;
    const parry_otlp_options options = {
        .endpoint = "http://127.0.0.1:9/v1/traces", .service = "help", .interval_ms = 5, .retry_ms = 20000};
    parry_otlp *o;
    assert_int_equal(parry_otlp_open(&options, &o, NULL), PARRY_OK);
    int64_t start = parry_mono_ns();
    for (size_t i = 0; i < PARRY_OTLP_QUEUE + PARRY_OTLP_BATCH + 100; i++)
        parry_otlp_hand(o, sample_trace());
    assert_true(parry_mono_ns() - start < 2000000000);
    for (int i = 0; i < 400 && !parry_otlp_get_stats(o).failing; i++)
        parry_sleep_ms(5);
    parry_otlp_stats s = parry_otlp_get_stats(o);
    assert_true(s.failing);
    assert_true(s.full >= 100 && s.full <= 100 + PARRY_OTLP_BATCH);
    assert_int_equal(s.sent, 0);
    start = parry_mono_ns();
    parry_otlp_close(o); /* it waits for a retry in twenty seconds */
    assert_true(parry_mono_ns() - start < 5000000000);
    parry_otlp_close(NULL);
    assert_int_equal(parry_otlp_get_stats(NULL).queued, 0);
}

static void test_an_endpoint_must_be_a_web_address(void **state)
{
    (void)state;
    static const char *const bad[] = {"file:///etc/passwd", "localhost:4318", "ftp://x/"};
    parry_otlp *o = NULL;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const parry_otlp_options options = {.endpoint = bad[i], .service = "help"};
        assert_int_equal(parry_otlp_open(&options, &o, NULL), PARRY_INVALID);
    }
    const parry_otlp_options none = {
        .endpoint = "http://127.0.0.1:9/", .service = "help", .headers_file = "/no/such/file"};
    assert_int_equal(parry_otlp_open(&none, &o, NULL), PARRY_NOT_FOUND);
    assert_null(o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_traceparent_is_read),
        cmocka_unit_test(test_anything_else_is_no_traceparent),
        cmocka_unit_test(test_a_tracestate_is_passed_on_or_not),
        cmocka_unit_test(test_who_sends_a_context_decides_and_else_the_ratio_does),
        cmocka_unit_test(test_a_trace_becomes_spans),
        cmocka_unit_test(test_stages_have_a_limit),
        cmocka_unit_test(test_a_full_queue_drops_and_counts_and_never_waits),
        cmocka_unit_test(test_an_endpoint_must_be_a_web_address),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
