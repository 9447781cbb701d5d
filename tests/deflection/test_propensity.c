/* Examination and weighed clicks, by counts whose answer is known. */
#include "deflection/propensity.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

static void near(double got, double want, double within)
{
    if (!(fabs(got - want) <= within))
        fail_msg("%.12g is not %.12g", got, want);
}

static void test_swaps_take_their_share_and_every_pair_evenly(void **state)
{
    (void)state;
    int in = 0, swapped = 0, pairs[PARRY_PAIRS] = {0};
    uint64_t seed = 5;
    for (int i = 0; i < 100000; i++) {
        unsigned part = (unsigned)parry_random_below(&seed, 10000);
        parry_swap s = parry_swap_of(part, parry_random_next(&seed), 500, 25);
        in += s.in;
        if (s.in) {
            swapped += s.swapped;
            pairs[s.pair]++;
        }
    }
    near(in, 5000, 4 * sqrt(4750));
    near(swapped, in / 2.0, 4 * sqrt(in) / 2);
    for (int i = 0; i < PARRY_PAIRS; i++)
        near(pairs[i], in / 9.0, 4 * sqrt(in / 9.0));
    assert_false(parry_swap_of(0, 1, 500, 1).in);
    assert_false(parry_swap_of(0, 1, 0, 10).in);
    for (uint64_t s = 0; s < 100; s++)
        assert_int_equal(parry_swap_of(0, s, 1, 2).pair, 0);
}

static void test_examination_multiplies_down_the_list(void **state)
{
    (void)state;
    parry_pair_counts p[PARRY_PAIRS] = {{400, 200}, {300, 240}, {50, PARRY_PAIR_LEAST - 1}, {1000, 1000}};
    parry_examination e = parry_examination_of(p);
    assert_int_equal(e.known, 3); /* what is below a pair of too few is not known either */
    near(e.look[0], 1, 0);
    near(e.look[1], 0.5, 1e-12);
    near(e.look[2], 0.4, 1e-12);
    double wide = exp(1.959963984540054 * sqrt(1 / 400.0 + 1 / 200.0 + 1 / 300.0 + 1 / 240.0));
    near(e.interval[2].low, 0.4 / wide, 1e-12);
    near(e.interval[2].high, 0.4 * wide, 1e-12);
}

enum { N = 300 };

/* 200 visitors clicked at the first position, where all look, what the other ranking has second; 100 at one where half
 * do, what it has first. */
static void clicks_of(parry_weighed_click out[N])
{
    for (size_t i = 0; i < N; i++)
        out[i] = i % 3 ? (parry_weighed_click){i, 1, 2} : (parry_weighed_click){i, 0.5, 1};
}

static void test_a_click_that_was_unlikely_weighs_more(void **state)
{
    (void)state;
    parry_weighed_click c[N];
    clicks_of(c);
    parry_estimate e = parry_estimate_of(c, N, PARRY_CLICK_MRR, 10, 1);
    assert_int_equal(e.status, PARRY_ESTIMATE_OK);
    near(e.value, (200 * 0.5 + 100 * 2 * 1) / 400, 1e-12);
    near(e.naive, (200 * 0.5 + 100) / 300, 1e-12);
    near(e.effective, 400.0 * 400 / (200 + 100 * 4), 1e-9);
    near(e.clipped, 0, 0);
    assert_true(e.interval.low < e.value && e.value < e.interval.high);
    e = parry_estimate_of(c, N, PARRY_CLICK_DCG, 10, 1);
    near(e.value, (200 / log2(3) + 200) / 400, 1e-12);
    e = parry_estimate_of(c, N, PARRY_CLICK_MRR, 1, 1);
    near(e.clipped, 100 / 300.0, 1e-12);
    near(e.value, e.naive, 1e-12);
}

static void test_what_is_not_in_the_other_ranking_is_worth_nothing(void **state)
{
    (void)state;
    parry_weighed_click c[N];
    clicks_of(c);
    for (size_t i = 0; i < N; i += 3)
        c[i].rank = 0;
    near(parry_estimate_of(c, N, PARRY_CLICK_MRR, 10, 1).value, 0.25, 1e-12);
}

static void test_too_few_or_too_uneven_are_refused(void **state)
{
    (void)state;
    parry_weighed_click c[N];
    clicks_of(c);
    assert_int_equal(parry_estimate_of(c, 99, PARRY_CLICK_MRR, 10, 1).status, PARRY_ESTIMATE_FEW);
    assert_int_equal(parry_estimate_of(c, 0, PARRY_CLICK_MRR, 10, 1).status, PARRY_ESTIMATE_FEW);
    for (size_t i = 0; i < N; i++)
        c[i].cluster = i / 100; /* three visitors are three, however often they click */
    parry_estimate e = parry_estimate_of(c, N, PARRY_CLICK_MRR, 10, 1);
    assert_int_equal(e.status, PARRY_ESTIMATE_FEW);
    near(e.effective, 3, 0.01);
    clicks_of(c);
    c[0].look = 0.001; /* one of them would outweigh all others together */
    assert_int_equal(parry_estimate_of(c, N, PARRY_CLICK_MRR, 1e6, 1).status, PARRY_ESTIMATE_FEW);
    assert_int_equal(parry_estimate_of(c, N, PARRY_CLICK_MRR, 10, 1).status, PARRY_ESTIMATE_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_swaps_take_their_share_and_every_pair_evenly),
        cmocka_unit_test(test_examination_multiplies_down_the_list),
        cmocka_unit_test(test_a_click_that_was_unlikely_weighs_more),
        cmocka_unit_test(test_what_is_not_in_the_other_ranking_is_worth_nothing),
        cmocka_unit_test(test_too_few_or_too_uneven_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
