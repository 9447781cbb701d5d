/* Team-draft: what every list must be like, and that nobody is favoured. */
#include "deflection/interleave.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

static void near(double got, double want, double within)
{
    if (!(fabs(got - want) <= within))
        fail_msg("%.12g is not %.12g", got, want);
}

/* Whatever the coins: what a list of a draft must be like. */
static void test_each_team_picks_its_best_that_is_left(void **state)
{
    (void)state;
    const uint32_t a[] = {1, 2, 3, 4}, b[] = {2, 5, 1, 6};
    for (uint64_t seed = 0; seed < 200; seed++) {
        uint32_t out[8];
        parry_team team[8];
        size_t n = parry_interleave(a, 4, b, 4, 8, seed, out, team);
        assert_int_equal(n, 6); /* all of both, each once */
        for (size_t i = 0; i < n; i++) {
            const uint32_t *mine = team[i] == PARRY_TEAM_A ? a : b;
            for (size_t k = 0; mine[k] != out[i]; k++) { /* all that it likes more is above */
                bool above = false;
                for (size_t j = 0; j < i; j++)
                    above = above || out[j] == mine[k];
                assert_true(above);
            }
        }
        for (size_t i = 0; i + 1 < 4; i += 2)
            assert_int_not_equal(team[i], team[i + 1]); /* a round is one pick each */
    }
}

static void test_a_seed_is_a_list_and_a_shorter_page_is_its_beginning(void **state)
{
    (void)state;
    uint32_t a[20], b[20], whole[20], page[20];
    parry_team teams[20], again[20];
    for (uint32_t i = 0; i < 20; i++) {
        a[i] = i;
        b[i] = 19 - i;
    }
    assert_int_equal(parry_interleave(a, 20, b, 20, 20, 42, whole, teams), 20);
    assert_int_equal(parry_interleave(a, 20, b, 20, 7, 42, page, again), 7);
    assert_memory_equal(whole, page, 7 * sizeof *page);
    assert_memory_equal(teams, again, 7 * sizeof *teams);
}

static void test_who_has_no_more_leaves_the_rest_to_the_other(void **state)
{
    (void)state;
    const uint32_t a[] = {7}, b[] = {7, 8, 9};
    uint32_t out[4];
    parry_team team[4];
    for (uint64_t seed = 0; seed < 20; seed++) {
        assert_int_equal(parry_interleave(a, 1, b, 3, 4, seed, out, team), 3);
        assert_true(out[0] == 7 && out[1] == 8 && out[2] == 9);
        assert_int_equal(team[2], PARRY_TEAM_B);
    }
    assert_int_equal(parry_interleave(a, 0, b, 3, 4, 1, out, team), 3);
    assert_int_equal(parry_interleave(a, 0, b, 0, 4, 1, out, team), 0);
    assert_int_equal(parry_interleave(a, 1, b, 3, 0, 1, out, team), 0);
}

static void test_the_same_ranking_twice_is_even_at_every_position(void **state)
{
    (void)state;
    enum { RUNS = 20000, HITS = 6 };
    const uint32_t a[HITS] = {0, 1, 2, 3, 4, 5};
    uint32_t out[HITS];
    parry_team team[HITS];
    int to_a[HITS] = {0};
    for (uint64_t seed = 0; seed < RUNS; seed++) {
        parry_interleave(a, HITS, a, HITS, HITS, seed, out, team);
        for (size_t i = 0; i < HITS; i++)
            to_a[i] += team[i] == PARRY_TEAM_A;
    }
    for (size_t i = 0; i < HITS; i++)
        near(to_a[i], RUNS / 2, 4 * sqrt(RUNS) / 2);
}

static void test_clicks_are_the_teams(void **state)
{
    (void)state;
    const parry_team teams[] = {PARRY_TEAM_A, PARRY_TEAM_B, PARRY_TEAM_B, PARRY_TEAM_A};
    const size_t clicks[] = {1, 2, 3, 99};
    assert_int_equal(parry_interleave_credit(teams, 4, clicks, 4), -1);
    assert_int_equal(parry_interleave_credit(teams, 4, clicks, 0), 0);
}

static void test_the_verdict_is_a_sign_test(void **state)
{
    (void)state;
    parry_preference v = parry_interleave_verdict(9, 1, 10);
    near(v.p, 2 * 11 / 1024.0, 1e-12);
    near(v.value, 0.5 * (0.9 - 0.5), 1e-12); /* (9 + 10 / 2) / 20 - 1/2 */
    assert_true(v.interval.low < v.value && v.value < v.interval.high && v.interval.low > 0);
    parry_preference turned = parry_interleave_verdict(1, 9, 10);
    near(turned.value, -v.value, 1e-12);
    near(turned.interval.low, -v.interval.high, 1e-12);
    near(parry_interleave_verdict(5, 5, 0).p, 1, 0);
    assert_false(parry_interleave_verdict(0, 0, 3).known);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_team_picks_its_best_that_is_left),
        cmocka_unit_test(test_a_seed_is_a_list_and_a_shorter_page_is_its_beginning),
        cmocka_unit_test(test_who_has_no_more_leaves_the_rest_to_the_other),
        cmocka_unit_test(test_the_same_ranking_twice_is_even_at_every_position),
        cmocka_unit_test(test_clicks_are_the_teams),
        cmocka_unit_test(test_the_verdict_is_a_sign_test),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
