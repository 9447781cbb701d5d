/* Against published tables and scipy 1.17. */
#include "testing.h"

#include "base/stats.h"

#include <math.h>

static void near(double got, double want, double within)
{
    if (!(fabs(got - want) <= within))
        fail_msg("%.15g is not %.15g", got, want);
}

static void test_the_normal_distribution_is_right_far_out(void **state)
{
    (void)state;
    static const double known[][2] = {{1e-300, -37.047096299361201}, {1e-10, -6.3613409024040557},
                                      {0.001, -3.0902323061678132},  {0.025, -1.9599639845400545},
                                      {0.2, -0.84162123357291452},   {0.5, 0},
                                      {0.8, 0.84162123357291452},    {0.975, 1.9599639845400545}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        near(parry_normal_quantile(known[i][0]), known[i][1], 1e-13);
        near(parry_normal_cdf(known[i][1]) / known[i][0], 1, 1e-10);
    }
}

static void test_the_beta_distribution_is_right_for_few_and_for_millions(void **state)
{
    (void)state;
    static const double known[][4] = {{0.5, 2, 3, 0.6875},
                                      {0.1, 0.5, 0.5, 0.204832764699133},
                                      {0.01, 1, 200, 0.866020325142038},
                                      {0.3, 81, 183, 0.411461598095479},
                                      {0.9999, 5000, 1, 0.606515495624778},
                                      {0.2, 2000, 8000, 0.501994743806755},
                                      {0.5005, 1000000, 1000000, 0.921350422419076}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        const double *k = known[i];
        near(parry_beta_cdf(k[0], k[1], k[2]), k[3], 2e-9);
        if (k[3] > 1e-6 && k[3] < 1 - 1e-6)
            near(parry_beta_quantile(k[3], k[1], k[2]), k[0], 2e-9);
    }
}

static void test_binomial_tails_are_the_sums_of_their_terms(void **state)
{
    (void)state;
    for (unsigned n = 1; n <= 30; n++)
        for (unsigned k = 0; k <= n + 1; k++) {
            double sum = 0;
            for (unsigned i = k; i <= n; i++)
                sum += exp(lgamma(n + 1.0) - lgamma(i + 1.0) - lgamma(n - i + 1.0)) * pow(0.3, i) * pow(0.7, n - i);
            near(parry_binomial_at_least(k, n, 0.3), sum, 1e-12);
        }
}

/* Newcombe, Two-sided confidence intervals for the single proportion, Stat. Med. 17 (1998), table I. */
static void test_intervals_of_a_share_are_those_of_newcombes_table(void **state)
{
    (void)state;
    static const struct {
        uint64_t k, n;
        parry_interval score, exact;
    } known[] = {{81, 263, {0.2553, 0.3662}, {0.2527, 0.3676}},
                 {15, 148, {0.0624, 0.1605}, {0.0578, 0.1617}},
                 {0, 20, {0, 0.1611}, {0, 0.1684}},
                 {1, 29, {0.0061, 0.1718}, {0.0009, 0.1776}}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        parry_interval w = parry_wilson_interval((double)known[i].k, (double)known[i].n, 0.95);
        parry_interval e = parry_clopper_pearson(known[i].k, known[i].n, 0.95);
        near(w.low, known[i].score.low, 5e-5);
        near(w.high, known[i].score.high, 5e-5);
        near(e.low, known[i].exact.low, 5e-5);
        near(e.high, known[i].exact.high, 5e-5);
    }
    parry_interval none = parry_wilson_interval(0, 0, 0.95), all = parry_wilson_interval(20, 20, 0.95);
    assert_true(none.low == 0 && none.high == 1 && all.high == 1);
    near(all.low, 1 - 0.1611, 5e-5);
}

/* The chance that it covers, summed over all outcomes. */
static void test_the_exact_interval_covers_at_least_as_often_as_it_says(void **state)
{
    (void)state;
    enum { N = 25 };
    for (double p = 0.01; p < 1; p += 0.01) {
        double covered = 0;
        for (unsigned k = 0; k <= N; k++) {
            parry_interval i = parry_clopper_pearson(k, N, 0.9);
            if (i.low <= p && p <= i.high)
                covered += parry_binomial_at_least(k, N, p) - parry_binomial_at_least(k + 1, N, p);
        }
        assert_true(covered >= 0.9 - 1e-9);
    }
}

static void test_seeded_numbers_are_the_published_ones(void **state)
{
    (void)state;
    uint64_t s = 1234567; /* the reference implementation's first two for it */
    assert_true(parry_random_next(&s) == 6457827717110365317u);
    assert_true(parry_random_next(&s) == 3203168211198807973u);
    uint64_t seen[7] = {0};
    double sum = 0;
    for (int i = 0; i < 70000; i++) {
        seen[parry_random_below(&s, 7)]++;
        double x = parry_random_share(&s);
        assert_true(x >= 0 && x < 1);
        sum += x;
    }
    near(sum / 70000, 0.5, 0.005);
    for (int i = 0; i < 7; i++)
        near((double)seen[i], 10000, 400);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_normal_distribution_is_right_far_out),
        cmocka_unit_test(test_the_beta_distribution_is_right_for_few_and_for_millions),
        cmocka_unit_test(test_binomial_tails_are_the_sums_of_their_terms),
        cmocka_unit_test(test_intervals_of_a_share_are_those_of_newcombes_table),
        cmocka_unit_test(test_the_exact_interval_covers_at_least_as_often_as_it_says),
        cmocka_unit_test(test_seeded_numbers_are_the_published_ones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
