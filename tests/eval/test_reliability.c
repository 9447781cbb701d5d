/* Figures of trust against values worked out by hand or by scipy. */
#include "eval/reliability.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

static void near(double got, double want) { assert_true(fabs(got - want) < 1e-9); }

static const double said[] = {0.1, 0.9, 0.1, 0.9};
static const bool was[] = {false, true, false, false};

static void test_the_calibration_error_weighs_each_bin_by_its_cases(void **state)
{
    (void)state;
    near(parry_ece(said, was, NULL, 4, PARRY_EQUAL_WIDTH, 10), (2 * 0.1 + 2 * 0.4) / 4);
    near(parry_ece(said, was, NULL, 4, PARRY_EQUAL_MASS, 2), (2 * 0.1 + 2 * 0.4) / 4);
    near(parry_ece(said, was, NULL, 4, PARRY_EQUAL_MASS, 1), 0.5 - 0.25);
    near(parry_ece(said, was, NULL, 0, PARRY_EQUAL_MASS, 5), 0);
}

static void test_equal_probabilities_stay_in_one_bin(void **state)
{
    (void)state;
    double p[10];
    bool right[10] = {true};
    parry_bin bins[5];
    for (int i = 0; i < 10; i++)
        p[i] = 0.1;
    assert_int_equal(parry_reliability(p, right, NULL, 10, PARRY_EQUAL_MASS, 5, bins), 1);
    assert_int_equal(bins[0].n, 10);
    near(bins[0].was, 0.1);
    near(bins[0].said, 0.1);
}

static void test_bins_of_equal_mass_hold_as_many_and_of_equal_width_need_not(void **state)
{
    (void)state;
    const double p[] = {0.01, 0.02, 0.03, 0.04, 0.95, 1.0};
    const bool right[] = {false, false, false, true, true, true};
    parry_bin bins[10];
    assert_int_equal(parry_reliability(p, right, NULL, 6, PARRY_EQUAL_MASS, 3, bins), 3);
    assert_int_equal(bins[1].n, 2);
    near(bins[1].least, 0.03);
    near(bins[1].was, 0.5);
    assert_int_equal(parry_reliability(p, right, NULL, 6, PARRY_EQUAL_WIDTH, 10, bins), 2);
    assert_int_equal(bins[0].n, 4);
    assert_int_equal(bins[1].n, 2);
}

static void test_the_interval_is_wilsons(void **state)
{
    (void)state;
    const double p[] = {0.5, 0.5, 0.5, 0.5};
    const bool right[] = {true, true, true, false};
    parry_bin bin;
    assert_int_equal(parry_reliability(p, right, NULL, 4, PARRY_EQUAL_WIDTH, 1, &bin), 1);
    assert_true(fabs(bin.low - 0.300642) < 1e-6 && fabs(bin.high - 0.954413) < 1e-6); /* statsmodels, wilson */
}

static void test_brier_and_log_loss(void **state)
{
    (void)state;
    near(parry_brier(said, was, NULL, 4), (0.01 + 0.01 + 0.01 + 0.81) / 4);
    near(parry_log_loss(said, was, NULL, 4), -(2 * log(0.9) + log(0.9) + log(0.1)) / 4);
    const double sure[] = {0.0};
    const bool right[] = {true};
    near(parry_log_loss(sure, right, NULL, 1), -log(1e-15)); /* wrong and sure of it: dear, not endless */
}

static void test_the_risk_curve_has_a_point_for_each_score(void **state)
{
    (void)state;
    const double score[] = {3, 9, 3, 5};
    const bool right[] = {true, true, false, false};
    parry_risk curve[4];
    assert_int_equal(parry_risk_curve(score, right, NULL, 4, curve), 3);
    near(curve[0].threshold, 9);
    near(curve[0].coverage, 0.25);
    near(curve[0].risk, 0);
    near(curve[1].risk, 0.5);
    near(curve[2].coverage, 1);
    near(curve[2].risk, 0.5);
}

static void test_the_area_does_not_depend_on_the_order_of_equal_scores(void **state)
{
    (void)state;
    const double score[] = {9, 5, 3, 3};
    const bool one[] = {true, false, true, false}, other[] = {true, false, false, true};
    near(parry_aurc(score, one, NULL, 4), (0 + 1.0 / 2 + 1.5 / 3 + 2.0 / 4) / 4);
    near(parry_aurc(score, one, NULL, 4), parry_aurc(score, other, NULL, 4));
}

static void test_the_bound_of_precision_is_exact(void **state)
{
    (void)state;
    const struct {
        size_t right, n;
        double bound; /* scipy.stats.beta.ppf(0.05, right, n - right + 1) */
    } cases[] = {
        {8, 10, 0.4930987}, {10, 10, 0.7411344}, {45, 50, 0.8011670}, {1, 3, 0.0169524}, {950, 1000, 0.9371366}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_true(fabs(parry_precision_bound(cases[i].right, cases[i].n, 0.95) - cases[i].bound) < 1e-6);
    near(parry_precision_bound(0, 7, 0.95), 0);
    near(parry_precision_bound(0, 0, 0.95), 0);
}

static void test_the_smallest_threshold_that_keeps_the_promise_is_chosen(void **state)
{
    (void)state;
    double score[200];
    bool right[200];
    for (int i = 0; i < 200; i++) { /* the upper half is right, the lower is not */
        score[i] = i;
        right[i] = i >= 100;
    }
    parry_threshold t;
    assert_true(parry_choose_threshold(score, right, NULL, 200, 0.9, 0.95, &t));
    assert_true(t.bound >= 0.9);
    assert_int_equal(t.right, 100);
    assert_true(parry_precision_bound(t.right, t.n + 1, 0.95) < 0.9); /* one more would break it */
    near(t.score, 200 - (double)t.n);
    assert_false(parry_choose_threshold(score, right, NULL, 200, 0.99, 0.95, &t));
    memset(right, 0, sizeof right);
    assert_false(parry_choose_threshold(score, right, NULL, 200, 0.1, 0.95, &t));
}

static void test_a_case_of_weight_two_counts_as_two(void **state)
{
    (void)state;
    const double p[] = {0.2, 0.4, 0.6, 0.6, 0.9}, weight[] = {2, 1, 1, 2, 2};
    const bool right[] = {false, true, true, false, true};
    const double twice_p[] = {0.2, 0.2, 0.4, 0.6, 0.6, 0.6, 0.9, 0.9};
    const bool twice_right[] = {false, false, true, true, false, false, true, true};
    near(parry_ece(p, right, weight, 5, PARRY_EQUAL_MASS, 2),
         parry_ece(twice_p, twice_right, NULL, 8, PARRY_EQUAL_MASS, 2));
    near(parry_ece(p, right, weight, 5, PARRY_EQUAL_WIDTH, 5),
         parry_ece(twice_p, twice_right, NULL, 8, PARRY_EQUAL_WIDTH, 5));
    near(parry_brier(p, right, weight, 5), parry_brier(twice_p, twice_right, NULL, 8));
    near(parry_log_loss(p, right, weight, 5), parry_log_loss(twice_p, twice_right, NULL, 8));
    near(parry_separation(p, right, weight, 5), parry_separation(twice_p, twice_right, NULL, 8));
    parry_risk curve[5], twice[8];
    assert_int_equal(parry_risk_curve(p, right, weight, 5, curve),
                     parry_risk_curve(twice_p, twice_right, NULL, 8, twice));
    near(curve[1].coverage, twice[1].coverage);
    near(curve[1].risk, twice[1].risk);
    parry_threshold t;
    assert_true(parry_choose_threshold(p, right, weight, 5, 0.1, 0.95, &t));
    near(t.coverage, 1);
    near(t.precision, 4.0 / 8);
    assert_int_equal(t.n, 5);
}

/* Four cases of weight 1 and one of 2 say as much as 36 / 8 equal ones. */
static void test_unequal_weights_make_the_bound_lower(void **state)
{
    (void)state;
    const double score[] = {1, 1, 1, 1, 1}, weight[] = {1, 1, 1, 1, 2};
    const bool right[] = {true, true, true, true, true};
    parry_threshold even, uneven;
    assert_true(parry_choose_threshold(score, right, NULL, 5, 0.2, 0.95, &even));
    assert_true(parry_choose_threshold(score, right, weight, 5, 0.2, 0.95, &uneven));
    near(even.bound, pow(0.05, 1.0 / 5)); /* of n right ones of n */
    near(uneven.bound, pow(0.05, 8.0 / 36));
}

static void test_separation_is_the_area_under_the_curve(void **state)
{
    (void)state;
    const double score[] = {1, 2, 2, 3};
    const bool right[] = {false, true, false, true}, all[] = {true, true, true, true};
    near(parry_separation(score, right, NULL, 4), (1 + 0.5 + 1 + 1) / 4);
    near(parry_separation(score, all, NULL, 4), 0.5);
}

/* Faultless probabilities on few cases: the ECE is far from 0, the debiased one's square is 0 on average. */
static void test_the_debiased_error_does_not_count_luck(void **state)
{
    (void)state;
    double p[100], plain = 0, mean = 0;
    bool right[100];
    uint64_t seed = 1;
    for (int trial = 0; trial < 200; trial++) {
        for (int i = 0; i < 100; i++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            p[i] = (i + 0.5) / 100;
            right[i] = (double)(seed >> 11) / 9007199254740992.0 < p[i];
        }
        plain += parry_ece(p, right, NULL, 100, PARRY_EQUAL_MASS, 10) / 200;
        mean += parry_ece_debiased(p, right, NULL, 100, 10) / 200;
    }
    assert_true(plain > 0.08);
    assert_true(mean < 0.05);
    for (int i = 0; i < 100; i++)
        right[i] = i % 2 == 0;                                /* .5 whatever was said */
    double off = parry_ece_debiased(p, right, NULL, 100, 10); /* root of the mean of (said - .5)^2 is .287 */
    assert_true(off > 0.2 && off < 0.3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_calibration_error_weighs_each_bin_by_its_cases),
        cmocka_unit_test(test_equal_probabilities_stay_in_one_bin),
        cmocka_unit_test(test_bins_of_equal_mass_hold_as_many_and_of_equal_width_need_not),
        cmocka_unit_test(test_the_interval_is_wilsons),
        cmocka_unit_test(test_brier_and_log_loss),
        cmocka_unit_test(test_the_risk_curve_has_a_point_for_each_score),
        cmocka_unit_test(test_the_area_does_not_depend_on_the_order_of_equal_scores),
        cmocka_unit_test(test_the_bound_of_precision_is_exact),
        cmocka_unit_test(test_the_smallest_threshold_that_keeps_the_promise_is_chosen),
        cmocka_unit_test(test_a_case_of_weight_two_counts_as_two),
        cmocka_unit_test(test_unequal_weights_make_the_bound_lower),
        cmocka_unit_test(test_separation_is_the_area_under_the_curve),
        cmocka_unit_test(test_the_debiased_error_does_not_count_luck),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
