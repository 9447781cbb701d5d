/* Intervals, power, limits and rises against published examples and counting by hand. */
#include "deflection/stats.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>

static void near(double got, double want, double within)
{
    if (!(fabs(got - want) <= within))
        fail_msg("%.12g is not %.12g", got, want);
}

/* Newcombe, Interval estimation for the difference between independent proportions, Stat. Med. 17 (1998), table II,
 * method 10. */
static void test_differences_are_those_of_newcombes_table(void **state)
{
    (void)state;
    static const struct {
        parry_trials a, b;
        parry_interval want;
    } known[] = {{{56, 70}, {48, 80}, {0.0524, 0.3339}}, {{9, 10}, {3, 10}, {0.1705, 0.8090}},
                 {{6, 7}, {2, 7}, {0.0582, 0.8062}},     {{5, 56}, {0, 29}, {-0.0381, 0.1926}},
                 {{0, 10}, {0, 20}, {-0.1611, 0.2775}},  {{0, 10}, {0, 10}, {-0.2775, 0.2775}},
                 {{10, 10}, {0, 20}, {0.6791, 1}},       {{10, 10}, {0, 10}, {0.6075, 1}}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        parry_interval d = parry_newcombe_interval(known[i].a, known[i].b, 0.95);
        parry_interval turned = parry_newcombe_interval(known[i].b, known[i].a, 0.95);
        near(d.low, known[i].want.low, 5.1e-5);
        near(d.high, known[i].want.high, 5.1e-5);
        near(turned.low, -d.high, 1e-12);
    }
    assert_true(parry_newcombe_interval((parry_trials){0, 0}, (parry_trials){1, 2}, 0.95).low == -1);
}

/* Worked once by hand: 10,000 units, 1,100 where 1,000 were due: 100^2/1000 + 100^2/9000 = 11.11; p of a chi-square of
 * one degree (scipy). */
static void test_the_sample_ratio_is_a_chi_square(void **state)
{
    (void)state;
    near(parry_sample_ratio_p(1100, 8900, 0.1), 0.00085812066639, 1e-12);
    near(parry_sample_ratio_p(1000, 9000, 0.1), 1, 1e-12);
    near(parry_sample_ratio_p(0, 0, 0.1), 1, 0);
    near(parry_sample_ratio_p(450, 550, 0.5), 0.00156540225800, 1e-12); /* chi-square 10 */
}

static void test_the_power_table_comes_out(void **state)
{
    (void)state;
    static const double shares[] = {0.05, 0.1, 0.2, 0.5};
    static const struct {
        double base, treated, units[4]; /* 0: not in the table */
    } table[] = {{0.10, 0.09, {148046, 77782, 43355, 26984}}, {0.10, 0.08, {36840, 19265, 10635, 6420}},
                 {0.20, 0.17, {29202, 15321, 8515, 5252}},    {0.05, 0.045, {312460, 164120, 91430, 56810}},
                 {0.95, 0.88, {1700, 949, 592, 0}},           {0.93, 0.88, {4437, 2412, 1436, 0}},
                 {0.80, 0.72, {4185, 2237, 1290, 0}},         {0.60, 0.50, {3974, 2102, 1187, 0}}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        for (size_t j = 0; j < 4; j++)
            if (table[i].units[j] > 0)
                near(parry_sample_size(table[i].base, table[i].treated, shares[j], parry_usual_power),
                     table[i].units[j], 0.51);
}

static void test_the_detectable_effect_table_comes_out(void **state)
{
    (void)state;
    static const struct {
        double units, points[3], within;
    } table[] = {{1000, {10.0, 8.5, 6.2}, 0.05},      {5000, {5.4, 3.9, 2.9}, 0.05},
                 {10000, {3.8, 2.8, 2.1}, 0.05},      {50000, {1.7, 1.25, 0.93}, 0.05},
                 {200000, {0.86, 0.62, 0.47}, 0.005}, {500000, {0.54, 0.40, 0.30}, 0.005}};
    static const double shares[] = {0.05, 0.1, 0.2};
    bool found;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        for (size_t j = 0; j < 3; j++)
            near(100 * parry_detectable(0.1, table[i].units, shares[j], parry_usual_power, &found), table[i].points[j],
                 table[i].within);
    near(parry_detectable(0.1, 50, 0.1, parry_usual_power, &found), 0.1, 1e-12);
    assert_false(found);
    double d = parry_detectable(0.3, 4000, 0.2, parry_usual_power, &found);
    assert_true(found);
    near(parry_sample_size(0.3, 0.3 - d, 0.2, parry_usual_power), 4000, 1e-3);
}

/* ---- alerts ------------------------------------------------------------------------------------------------------ */

enum { DAYS = 10 };
static const parry_trials steady[DAYS] = {{10, 100}, {11, 100}, {9, 100}, {10, 100}, {12, 100},
                                          {10, 100}, {8, 100},  {9, 100}, {11, 100}, {10, 100}};

static void test_a_p_chart_is_three_sigma_around_the_past(void **state)
{
    (void)state;
    parry_control c;
    assert_true(parry_p_chart(steady, DAYS, (parry_trials){22, 100}, 3, &c));
    near(c.centre, 0.1, 1e-12);
    near(c.sigma, 0.03, 1e-12); /* sqrt(.1 x .9 / 100): the past jumps less than luck, so nothing is added */
    near(c.high, 0.19, 1e-12);
    near(c.low, 0.01, 1e-12);
    assert_int_equal(c.out, 1);
    assert_true(parry_p_chart(steady, DAYS, (parry_trials){15, 100}, 3, &c));
    assert_int_equal(c.out, 0);
    assert_true(parry_p_chart(steady, DAYS, (parry_trials){10, 1000}, 3, &c));
    assert_int_equal(c.out, -1);
    assert_false(parry_p_chart(steady, PARRY_CONTROL_LEAST - 1, (parry_trials){22, 100}, 3, &c));
    assert_false(parry_p_chart(steady, DAYS, (parry_trials){0, 0}, 3, &c));
}

static void test_days_that_jump_widen_their_own_limits(void **state)
{
    (void)state;
    parry_trials wild[DAYS];
    parry_control calm, c;
    for (size_t i = 0; i < DAYS; i++)
        wild[i] = (parry_trials){i % 2 ? 300 : 100, 2000};
    assert_true(parry_p_chart(wild, DAYS, (parry_trials){300, 2000}, 3, &c));
    assert_int_equal(c.out, 0);
    near(c.sigma, 0.1 / 1.128, 1e-3); /* every jump is 0.1 */
    assert_true(parry_p_chart(steady, DAYS, (parry_trials){300, 2000}, 3, &calm));
    assert_int_equal(calm.out, 1);
}

static void test_a_few_hits_where_none_were_are_no_alarm(void **state)
{
    (void)state;
    parry_trials none[DAYS];
    parry_control c;
    for (size_t i = 0; i < DAYS; i++)
        none[i] = (parry_trials){0, 20};
    assert_true(parry_p_chart(none, DAYS, (parry_trials){1, 20}, 3, &c));
    assert_int_equal(c.out, 0);
    assert_true(parry_p_chart(none, DAYS, (parry_trials){6, 20}, 3, &c));
    assert_int_equal(c.out, 1);
}

static void test_an_average_finds_the_drift_that_single_days_hide(void **state)
{
    (void)state;
    parry_trials drift[12];
    parry_control c;
    for (size_t i = 0; i < 12; i++) {
        drift[i] = (parry_trials){14, 100};
        assert_true(parry_p_chart(steady, DAYS, drift[i], 3, &c));
        assert_int_equal(c.out, 0);
    }
    assert_true(parry_ewma(steady, DAYS, drift, 12, 0.2, 2.86, &c));
    assert_int_equal(c.out, 1);
    near(c.value, 0.1 + 0.04 * (1 - pow(0.8, 12)), 1e-12);
    near(c.sigma, 0.03 * sqrt(0.2 / 1.8 * (1 - pow(0.8, 24))), 1e-12); /* Montgomery, 9.2 */
    assert_true(parry_ewma(steady, DAYS, drift, 1, 0.2, 2.86, &c));
    assert_int_equal(c.out, 0);
    assert_false(parry_ewma(steady, DAYS, NULL, 0, 0.2, 2.86, &c));
}

/* ---- rising ------------------------------------------------------------------------------------------------------ */

/* 4 days of 2, 3, 1, 2 and then 9: the chance of 9 or more of 17 falling on one day of five. */
static void test_a_rise_is_a_binomial_tail(void **state)
{
    (void)state;
    const uint64_t past[] = {2, 3, 1, 2};
    const double days[] = {1, 1, 1, 1};
    double tail = 0;
    for (unsigned i = 9; i <= 17; i++)
        tail += exp(lgamma(18) - lgamma(i + 1.0) - lgamma(18.0 - i)) * pow(0.2, i) * pow(0.8, 17 - i);
    parry_rise r = parry_rising(past, days, 4, 9, 1);
    near(r.p, tail, 1e-12);
    near(r.expected, 2, 1e-12);
    near(r.ratio, 4.5, 1e-12);
    near(r.dispersed, 1, 0);
    assert_true(parry_rising(past, days, 4, 2, 1).p > 0.5);
    near(parry_rising(past, days, 4, 0, 1).p, 1, 0);
    const uint64_t never[] = {0, 0, 0, 0};
    r = parry_rising(never, days, 4, 5, 1);
    near(r.p, pow(0.2, 5), 1e-15);
    assert_true(r.ratio >= HUGE_VAL);
}

static void test_a_past_that_jumps_makes_a_rise_less_sure(void **state)
{
    (void)state;
    const uint64_t even[] = {20, 20, 20, 20, 20}, odd[] = {2, 40, 5, 48, 5};
    const double days[] = {1, 1, 1, 1, 1};
    assert_true(parry_rising(even, days, 5, 45, 1).p < 1e-3);
    assert_true(parry_rising(odd, days, 5, 45, 1).p > 0.05);
    assert_true(parry_rising(odd, days, 5, 45, 1).dispersed > 10);
}

/* The worked example of Benjamini and Hochberg 1995, 4: four of fifteen. */
static void test_discoveries_are_those_of_the_paper(void **state)
{
    (void)state;
    const double p[] = {0.0459, 0.0001, 0.0004, 0.3240, 0.0019, 0.0095, 0.0201, 0.0278,
                        0.0298, 0.0344, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000};
    near(parry_discoveries(p, 15, 0.05), 0.0095, 0);
    near(parry_discoveries(p, 0, 0.05), 0, 0);
    near(parry_discoveries(p + 10, 5, 0.05), 0, 0);
}

/* ---- clusters ---------------------------------------------------------------------------------------------------- */

static void test_visitors_who_come_often_widen_the_interval(void **state)
{
    (void)state;
    enum { N = 400 };
    parry_cluster once[N], often[N];
    for (size_t i = 0; i < N; i++) {
        double yes = i % 4 == 0;
        once[i] = (parry_cluster){yes, 1};
        often[i] = (parry_cluster){10 * yes, 10};
    }
    parry_ratio a = parry_cluster_ratio(once, N, 2000, 7), b = parry_cluster_ratio(often, N, 2000, 7);
    near(a.ratio, 0.25, 1e-12);
    double half = 1.96 * sqrt(0.25 * 0.75 / N);
    near(a.interval.low, 0.25 - half, 0.004);
    near(a.interval.high, 0.25 + half, 0.004);
    near(b.interval.high, a.interval.high, 1e-12); /* ten searches of one visitor are one piece of evidence */
    parry_ratio again = parry_cluster_ratio(once, N, 2000, 7), other = parry_cluster_ratio(once, N, 2000, 8);
    assert_true(again.interval.low == a.interval.low && again.interval.high == a.interval.high);
    near(other.interval.low, a.interval.low, 0.01);
    assert_false(parry_cluster_ratio(once, 1, 2000, 7).known);
}

static void test_many_clusters_give_what_resampling_would(void **state)
{
    (void)state;
    enum { N = PARRY_BOOTSTRAP_CLUSTERS };
    parry_cluster *c = calloc(N + 1, sizeof *c);
    uint64_t seed = 3;
    for (size_t i = 0; i <= N; i++) {
        c[i].under = 1 + (double)parry_random_below(&seed, 5);
        c[i].over = parry_random_share(&seed) * c[i].under;
    }
    parry_ratio few = parry_cluster_ratio(c, N, 1000, 1), many = parry_cluster_ratio(c, N + 1, 1000, 1);
    near(many.interval.low, few.interval.low, 0.001);
    near(many.interval.high, few.interval.high, 0.001);
    free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_differences_are_those_of_newcombes_table),
        cmocka_unit_test(test_the_sample_ratio_is_a_chi_square),
        cmocka_unit_test(test_the_power_table_comes_out),
        cmocka_unit_test(test_the_detectable_effect_table_comes_out),
        cmocka_unit_test(test_a_p_chart_is_three_sigma_around_the_past),
        cmocka_unit_test(test_days_that_jump_widen_their_own_limits),
        cmocka_unit_test(test_a_few_hits_where_none_were_are_no_alarm),
        cmocka_unit_test(test_an_average_finds_the_drift_that_single_days_hide),
        cmocka_unit_test(test_a_rise_is_a_binomial_tail),
        cmocka_unit_test(test_a_past_that_jumps_makes_a_rise_less_sure),
        cmocka_unit_test(test_discoveries_are_those_of_the_paper),
        cmocka_unit_test(test_visitors_who_come_often_widen_the_interval),
        cmocka_unit_test(test_many_clusters_give_what_resampling_would),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
