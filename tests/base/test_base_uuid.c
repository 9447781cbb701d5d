#include "testing.h"

#include "base/uuid.h"

static void test_text_and_back(void **state)
{
    (void)state;
    char text[PARRY_UUID_TEXT];
    parry_uuid u = parry_uuid_v7(INT64_C(0x0123456789AB)), back;
    parry_uuid_text(u, text);
    assert_memory_equal(text, "01234567-89ab-7", 15);
    assert_true(parry_uuid_parse(parry_str_of(text), &back));
    assert_true(parry_uuid_eq(u, back));
    assert_true(parry_uuid_parse(parry_str_of("01234567-89AB-7CDE-BF01-23456789ABCD"), &back));
    parry_uuid_text(back, text);
    assert_string_equal(text, "01234567-89ab-7cde-bf01-23456789abcd");
}

static void test_later_ones_sort_after_and_no_two_are_alike(void **state)
{
    (void)state;
    parry_uuid a = parry_uuid_v7(1000), b = parry_uuid_v7(1001), c = parry_uuid_v7(1001);
    assert_true(memcmp(a.b, b.b, sizeof a.b) < 0);
    assert_false(parry_uuid_eq(b, c));
    assert_false(parry_uuid_none(a));
    assert_true(parry_uuid_none((parry_uuid){{0}}));
}

static void test_anything_else_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"",
                                      "01234567-89ab-7cde-bf01-23456789abc",
                                      "01234567-89ab-7cde-bf01-23456789abcdd",
                                      "0123456789ab-7cde-bf01-23456789abcd-",
                                      "01234567-89ab-1cde-bf01-23456789abcd",
                                      "01234567-89ab-7cde-cf01-23456789abcd",
                                      "0123456g-89ab-7cde-bf01-23456789abcd",
                                      "00000000-0000-0000-0000-000000000000"};
    parry_uuid u = {{1}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(parry_uuid_parse(parry_str_of(bad[i]), &u));
    assert_int_equal(u.b[0], 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_and_back),
        cmocka_unit_test(test_later_ones_sort_after_and_no_two_are_alike),
        cmocka_unit_test(test_anything_else_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
