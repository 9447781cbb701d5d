/* The randomisation test, where the exact answer can be counted. */
#include "eval/compare.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

static void test_what_can_be_counted_is_met(void **state)
{
    (void)state;
    /* of 2^4 exchanges two are as large: all kept, all turned */
    const double a[] = {1, 1, 1, 1}, b[] = {0, 0.5, 0.2, 0.1};
    parry_comparison c = parry_compare(a, b, 4, 10000, 1);
    assert_true(fabs(c.p - 2.0 / 16) < 0.02);
    assert_true(fabs(c.difference - (1 + 0.5 + 0.8 + 0.9) / 4) < 1e-12);
    assert_int_equal(c.better, 4);
    assert_int_equal(c.worse, 0);
}

static void test_it_is_two_sided(void **state)
{
    (void)state;
    const double a[] = {1, 1, 1, 1, 0.25}, b[] = {0, 0.5, 0.2, 0.1, 0.5};
    parry_comparison over = parry_compare(a, b, 5, 10000, 3), under = parry_compare(b, a, 5, 10000, 3);
    assert_true(fabs(over.p - under.p) < 1e-12);
    assert_true(fabs(over.difference + under.difference) < 1e-12);
    assert_int_equal(over.worse, 1);
    assert_int_equal(under.better, 1);
}

static void test_no_difference_is_no_finding(void **state)
{
    (void)state;
    const double a[] = {0.5, 1, 0}, almost[] = {0.5 + 1e-12, 1 - 1e-13, 1e-12};
    parry_comparison c = parry_compare(a, almost, 3, 1000, 1);
    assert_true(c.p == 1 && fabs(c.difference) < 1e-15 && c.better == 0 && c.worse == 0);
    assert_true(parry_compare(a, a, 0, 1000, 1).p == 1);
}

static void test_a_clear_difference_is_found_and_a_seed_repeats_it(void **state)
{
    (void)state;
    double a[200], b[200];
    for (int i = 0; i < 200; i++) {
        a[i] = 0.5 + (i % 7) / 20.0;
        b[i] = i % 10 == 0 ? a[i] + 0.1 : a[i] - 0.05;
    }
    parry_comparison one = parry_compare(a, b, 200, 10000, 5), again = parry_compare(a, b, 200, 10000, 5);
    assert_true(one.p < 0.001 && one.p > 0);
    assert_true(fabs(one.p - again.p) < 1e-15);
    assert_int_equal(one.worse, 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_can_be_counted_is_met),
        cmocka_unit_test(test_it_is_two_sided),
        cmocka_unit_test(test_no_difference_is_no_finding),
        cmocka_unit_test(test_a_clear_difference_is_found_and_a_seed_repeats_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
