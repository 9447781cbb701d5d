#include "testing.h"

#include "base/clock.h"

static void assert_text(int64_t ms, const char *want)
{
    char text[PARRY_TIME_TEXT];
    parry_time_text(ms, text);
    assert_string_equal(text, want);
}

static void test_a_time_reads_as_rfc_3339(void **state)
{
    (void)state;
    assert_text(0, "1970-01-01T00:00:00.000Z");
    assert_text(1795253400123, "2026-11-21T09:30:00.123Z");
    assert_text(951782400000, "2000-02-29T00:00:00.000Z");
    assert_text(-1, "1969-12-31T23:59:59.999Z");
    assert_text(253402300799999, "9999-12-31T23:59:59.999Z");
}

static void test_a_time_out_of_range_is_held_at_the_border(void **state)
{
    (void)state;
    assert_text(INT64_MAX, "9999-12-31T23:59:59.999Z");
    assert_text(INT64_MIN, "0001-01-01T00:00:00.000Z");
}

static int64_t turned(void *ctx) { return *(int64_t *)ctx; }

static void test_a_clock_can_be_turned_by_hand(void **state)
{
    (void)state;
    int64_t now = 5;
    parry_clock c = {turned, &now};
    assert_int_equal(parry_clock_now_ms(c), 5);
    now = 6;
    assert_int_equal(parry_clock_now_ms(c), 6);
    assert_true(parry_clock_now_ms(parry_clock_system()) > 1700000000000);
}

static void test_a_sleep_lasts_at_least_as_long_as_asked(void **state)
{
    (void)state;
    int64_t start = parry_mono_ns();
    parry_sleep_ms(20);
    assert_true(parry_mono_ns() - start >= 20000000);
    parry_sleep_ms(0);
    parry_sleep_ms(-5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_time_reads_as_rfc_3339),
        cmocka_unit_test(test_a_time_out_of_range_is_held_at_the_border),
        cmocka_unit_test(test_a_clock_can_be_turned_by_hand),
        cmocka_unit_test(test_a_sleep_lasts_at_least_as_long_as_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
