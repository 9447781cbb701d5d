/* What tested lists say, with lists whose truth is known. */
#include "deflection/rankings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

static const parry_word test_name = 77;

static parry_search_row row_of(uint64_t visitor, uint8_t arm)
{
    parry_search_row r = {.test = test_name, .arm = arm};
    memcpy(r.who.b, &visitor, sizeof visitor);
    return r;
}

static void open_at(parry_search_row *r, unsigned place)
{
    r->opened_at |= (uint16_t)(1U << (place - 1));
    r->clicks++;
}

/* Somebody looks at place p with the chance 1 / p, and opens what helps him, which is at any of the first ten places;
 * the challenger has it one place higher, but for what is first, which it has last. */
static void browse(parry_rankings_reading *r, uint64_t *seed, uint64_t visitor, bool swaps)
{
    parry_search_row row = row_of(visitor, PARRY_ROW_SHADOW);
    unsigned helps = 1 + (unsigned)parry_random_below(seed, PARRY_PLACES), at = helps;
    for (unsigned p = 1; p <= PARRY_PLACES; p++)
        row.other[p - 1] = (uint8_t)(p == 1 ? 10 : p - 1);
    parry_swap s = parry_swap_of(0, parry_random_next(seed), swaps ? 10000 : 0, PARRY_PLACES);
    if (s.in) {
        row.pair = (uint8_t)(s.pair + 1);
        if (s.swapped) {
            uint8_t upper = row.other[s.pair];
            row.other[s.pair] = row.other[s.pair + 1];
            row.other[s.pair + 1] = upper;
            at = helps == row.pair ? at + 1 : helps == row.pair + 1U ? at - 1 : at;
        }
    }
    if (parry_random_below(seed, at) == 0)
        open_at(&row, at);
    assert_true(parry_rankings_add(r, &row));
}

static void near(double got, double want, double within)
{
    if (!(fabs(got - want) <= within))
        fail_msg("%.6g is not %.6g", got, want);
}

static void test_weighed_clicks_tell_what_each_ranking_is_worth(void **state)
{
    (void)state;
    uint64_t seed = 3;
    parry_rankings_reading *r = parry_rankings_read(test_name);
    for (uint64_t v = 0; v < 200000; v++)
        browse(r, &seed, v * 0x9E3779B97F4A7C15U, true);
    parry_rankings_result x;
    parry_rankings_end(r, &x);
    assert_int_equal(x.searches, 200000);
    assert_int_equal(x.look.known, PARRY_PLACES);
    for (unsigned p = 2; p <= PARRY_PLACES; p++)
        near(x.look.look[p - 1], 1.0 / p, 0.4 / p);
    double both = 0; /* whatever helps is everywhere equally often, so both rankings are worth the same */
    for (int p = 1; p <= PARRY_PLACES; p++)
        both += 1.0 / p / PARRY_PLACES;
    near(x.shown.mrr.value, both, 0.04);
    near(x.challenger.mrr.value, both, 0.04);
    assert_true(x.shown.mrr.naive > both + 0.2); /* clicks alone praise what was shown ... */
    assert_true(x.challenger.mrr.naive < x.shown.mrr.naive - 0.1);
    assert_true(x.shown.mrr.effective > PARRY_ESS_LEAST);
}

static void test_nothing_is_weighed_where_no_neighbours_were_swapped_or_few_came(void **state)
{
    (void)state;
    uint64_t seed = 3;
    parry_rankings_reading *r = parry_rankings_read(test_name);
    for (uint64_t v = 0; v < 5000; v++)
        browse(r, &seed, v, false);
    parry_rankings_result x;
    parry_rankings_end(r, &x);
    assert_int_equal(x.swapped, 0);
    assert_int_equal(x.look.known, 1);
    r = parry_rankings_read(test_name);
    for (uint64_t v = 0; v < 150; v++)
        browse(r, &seed, v, true);
    parry_rankings_end(r, &x);
    assert_int_equal(x.shown.mrr.status, PARRY_ESTIMATE_FEW);
}

static void test_a_visitor_has_one_vote_however_often_he_searches(void **state)
{
    (void)state;
    parry_rankings_reading *r = parry_rankings_read(test_name);
    for (uint64_t v = 0; v < 30; v++) {
        parry_search_row row = row_of(v, PARRY_ROW_INTERLEAVED);
        open_at(&row, 1);
        row.credit = v < 20 ? 1 : -1;
        assert_true(parry_rankings_add(r, &row));
    }
    for (int i = 0; i < 500; i++) { /* one of them for production, over and over */
        parry_search_row row = row_of(29, PARRY_ROW_INTERLEAVED);
        open_at(&row, 1);
        row.credit = -1;
        assert_true(parry_rankings_add(r, &row));
    }
    parry_search_row nothing_opened = row_of(99, PARRY_ROW_INTERLEAVED), tie = row_of(98, PARRY_ROW_INTERLEAVED);
    open_at(&tie, 2);
    assert_true(parry_rankings_add(r, &nothing_opened) && parry_rankings_add(r, &tie));
    parry_rankings_result x;
    parry_rankings_end(r, &x);
    assert_int_equal(x.preference.a, 20);
    assert_int_equal(x.preference.b, 10);
    assert_int_equal(x.preference.ties, 1);
    assert_true(x.preference.value > 0);
}

static void test_of_an_ab_test_visitors_are_counted_and_others_rows_are_not(void **state)
{
    (void)state;
    parry_rankings_reading *r = parry_rankings_read(test_name);
    for (uint64_t v = 0; v < 100; v++) {
        parry_search_row row = row_of(v, v < 40 ? PARRY_ROW_CHALLENGER : PARRY_ROW_PRODUCTION);
        if (v % 4 == 0)
            open_at(&row, 1);
        assert_true(parry_rankings_add(r, &row));
        assert_true(parry_rankings_add(r, &row));
    }
    parry_search_row bot = row_of(500, PARRY_ROW_CHALLENGER), other = row_of(501, PARRY_ROW_CHALLENGER);
    bot.flags = PARRY_SEARCH_BOT;
    other.test = 1;
    assert_true(parry_rankings_add(r, &bot) && parry_rankings_add(r, &other));
    parry_rankings_result x;
    parry_rankings_end(r, &x);
    assert_int_equal(x.searches, 200);
    assert_int_equal(x.rival.clicked.n, 40);
    assert_int_equal(x.rival.clicked.k, 10);
    assert_int_equal(x.production.clicked.n, 60);
    assert_int_equal(x.production.clicked.k, 15);
    assert_false(x.preference.known);
}

static void test_who_met_both_arms_counts_in_that_of_his_first_list(void **state)
{
    (void)state;
    for (int turn = 0; turn < 2; turn++) { /* in whatever order the rows come */
        parry_rankings_reading *r = parry_rankings_read(test_name);
        for (int i = 0; i < 2; i++) {
            bool first = i == turn;
            parry_search_row row = row_of(7, first ? PARRY_ROW_PRODUCTION : PARRY_ROW_CHALLENGER);
            row.at_ms = first ? 1000 : 2000;
            if (!first)
                open_at(&row, 1);
            assert_true(parry_rankings_add(r, &row));
        }
        parry_rankings_result x;
        parry_rankings_end(r, &x);
        assert_int_equal(x.visitors, 1);
        assert_int_equal(x.production.clicked.n, 1);
        assert_int_equal(x.production.clicked.k, 1);
        assert_int_equal(x.rival.clicked.n, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_weighed_clicks_tell_what_each_ranking_is_worth),
        cmocka_unit_test(test_nothing_is_weighed_where_no_neighbours_were_swapped_or_few_came),
        cmocka_unit_test(test_a_visitor_has_one_vote_however_often_he_searches),
        cmocka_unit_test(test_of_an_ab_test_visitors_are_counted_and_others_rows_are_not),
        cmocka_unit_test(test_who_met_both_arms_counts_in_that_of_his_first_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
