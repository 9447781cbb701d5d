#include "testing.h"

#include "indexer/merge.h"

enum { MOST = 2000 };

/* Carries a plan out; returns the new number of segments. */
static size_t carry_out(parry_merge_size *s, size_t n, uint64_t *written)
{
    int fate[MOST];
    size_t groups = parry_merge_plan(s, n, fate), kept = 0;
    parry_merge_size made[MOST] = {0};
    for (size_t i = 0; i < n; i++) {
        if (fate[i] == PARRY_MERGE_KEEP)
            s[kept++] = s[i];
        else if (fate[i] == PARRY_MERGE_DROP)
            assert_int_equal(s[i].live, 0);
        else
            made[fate[i]].live += s[i].live;
    }
    for (size_t g = 0; g < groups; g++) {
        assert_true(made[g].live > 0);
        made[g].rows = made[g].live;
        *written += made[g].live;
        s[kept++] = made[g];
    }
    return kept;
}

static void check_bounds(const parry_merge_size *s, size_t n)
{
    uint64_t total = 0;
    size_t big = 0, small = 0;
    for (size_t i = 0; i < n; i++)
        total += s[i].live;
    for (size_t i = 0; i < n; i++) {
        bool is_big = s[i].live * 100 > total;
        *(is_big ? &big : &small) += 1;
        assert_true(s[i].live > 0);
        if (is_big)
            assert_true((s[i].rows - s[i].live) * 100 <= s[i].rows * PARRY_MOST_DEAD_PERCENT);
    }
    assert_true(big <= PARRY_MOST_BIG);
    assert_true(small <= PARRY_MOST_SMALL);
}

static void few_segments_are_left_alone(void **state)
{
    (void)state;
    const parry_merge_size s[] = {{1000, 900}, {200, 200}, {50, 50}, {5, 5}, {6, 1}};
    int fate[5];
    assert_int_equal(parry_merge_plan(s, 5, fate), 0);
    for (int i = 0; i < 5; i++)
        assert_int_equal(fate[i], PARRY_MERGE_KEEP);
    assert_int_equal(parry_merge_plan(NULL, 0, NULL), 0);
}

static void the_dead_are_dropped_and_the_rotten_rewritten(void **state)
{
    (void)state;
    const parry_merge_size s[] = {{1000, 690}, {1000, 700}, {40, 0}};
    int fate[3];
    assert_int_equal(parry_merge_plan(s, 3, fate), 1);
    assert_int_equal(fate[0], 0);
    assert_int_equal(fate[1], PARRY_MERGE_KEEP);
    assert_int_equal(fate[2], PARRY_MERGE_DROP);
}

static void a_fifth_big_one_merges_like_sizes_and_spares_the_large(void **state)
{
    (void)state;
    const parry_merge_size s[] = {{10000, 10000}, {200, 200}, {210, 210}, {190, 190}, {5000, 5000}};
    int fate[5];
    assert_int_equal(parry_merge_plan(s, 5, fate), 1);
    assert_int_equal(fate[0], PARRY_MERGE_KEEP);
    assert_int_equal(fate[4], PARRY_MERGE_KEEP);
    assert_int_equal(fate[1], 0);
    assert_int_equal(fate[2], 0);
    assert_int_equal(fate[3], 0);
}

static void the_thirty_first_small_one_merges_all_small(void **state)
{
    (void)state;
    parry_merge_size s[32] = {{100000, 100000}};
    int fate[32];
    for (int i = 1; i < 31; i++)
        s[i] = (parry_merge_size){3, 3};
    assert_int_equal(parry_merge_plan(s, 31, fate), 0);
    s[31] = (parry_merge_size){3, 3};
    assert_int_equal(parry_merge_plan(s, 32, fate), 1);
    assert_int_equal(fate[0], PARRY_MERGE_KEEP);
    for (int i = 1; i < 32; i++)
        assert_int_equal(fate[i], 0);
}

/* Ten thousand edits of a 20,000-row corpus: the bounds hold after each, and a row is written a bounded number of
 * times. */
static void bounds_hold_whatever_is_edited(void **state)
{
    (void)state;
    parry_merge_size s[MOST];
    size_t n = 0;
    uint64_t written = 0, fresh = 0;
    srand(11);
    s[n++] = (parry_merge_size){20000, 20000};
    for (int edit = 0; edit < 10000; edit++) {
        uint64_t rows = (uint64_t)(1 + rand() % 20) * (rand() % 500 == 0 ? 100 : 1);
        uint64_t left = rows;
        for (size_t tries = 0; left > 0 && tries < 50; tries++) { /* its old version dies somewhere */
            parry_merge_size *at = &s[(size_t)rand() % n];
            uint64_t takes = left < at->live ? left : at->live;
            at->live -= takes;
            left -= takes;
        }
        s[n++] = (parry_merge_size){rows, rows};
        fresh += rows;
        n = carry_out(s, n, &written);
        check_bounds(s, n);
    }
    assert_true(written < 12 * fresh);
}

static void many_of_one_size_come_down_to_the_bounds(void **state)
{
    (void)state;
    for (size_t n = 1; n < 300; n++) {
        parry_merge_size s[MOST];
        uint64_t written = 0;
        for (size_t i = 0; i < n; i++)
            s[i] = (parry_merge_size){10, 10};
        check_bounds(s, carry_out(s, n, &written));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(few_segments_are_left_alone),
        cmocka_unit_test(the_dead_are_dropped_and_the_rotten_rewritten),
        cmocka_unit_test(a_fifth_big_one_merges_like_sizes_and_spares_the_large),
        cmocka_unit_test(the_thirty_first_small_one_merges_all_small),
        cmocka_unit_test(bounds_hold_whatever_is_edited),
        cmocka_unit_test(many_of_one_size_come_down_to_the_bounds),
    };
    return cmocka_run_group_tests_name("merge", tests, NULL, NULL);
}
