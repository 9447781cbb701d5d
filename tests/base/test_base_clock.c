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

static void test_a_time_is_read_as_it_is_written(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t ms;
        bool day;
    } good[] = {{"1970-01-01", 0, true},
                {"2026-11-21", 1795219200000, true},
                {"2026-11-21T09:30", 1795253400000, false},
                {"2026-11-21T09:30:05Z", 1795253405000, false},
                {"2026-11-21 09:30:05.120Z", 1795253405120, false},
                {"2024-02-29", 1709164800000, true},
                {"0001-01-01", -62135596800000, true}};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        int64_t ms = 1;
        bool day = !good[i].day;
        assert_true(parry_time_parse(parry_str_of(good[i].text), &ms, &day));
        assert_true(ms == good[i].ms);
        assert_int_equal(day, good[i].day);
    }
    static const char *const bad[] = {
        "",           "2026",        "2026-11",     "2026-13-01",        "2026-02-29",
        "2026-11-00", "2026-11-021", "26-11-21",    "2026-11-21T",       "2026-11-21T24:00",
        "2026/11/21", " 2026-11-21", "2026-11-21Z", "2026-11-21T09:30+", "0000-01-01"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        int64_t ms = 7;
        assert_false(parry_time_parse(parry_str_of(bad[i]), &ms, NULL));
        assert_true(ms == 7);
    }
}

static void test_a_day_as_a_last_bound_is_in_it(void **state)
{
    (void)state;
    int64_t from = 0, until = 0;
    assert_true(parry_time_bound(parry_str_of("2024-02-29"), false, &from));
    assert_true(parry_time_bound(parry_str_of("2024-02-29"), true, &until));
    assert_true(from == 1709164800000 && until == from + 86400000);
    assert_true(parry_time_bound(parry_str_of("2024-02-29T00:00Z"), true, &until) && until == from);
    assert_false(parry_time_bound(parry_str_of("2024-02-30"), true, &until));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_time_reads_as_rfc_3339),
        cmocka_unit_test(test_a_time_out_of_range_is_held_at_the_border),
        cmocka_unit_test(test_a_time_is_read_as_it_is_written),
        cmocka_unit_test(test_a_day_as_a_last_bound_is_in_it),
        cmocka_unit_test(test_a_clock_can_be_turned_by_hand),
        cmocka_unit_test(test_a_sleep_lasts_at_least_as_long_as_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
