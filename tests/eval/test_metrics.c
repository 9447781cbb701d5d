/* Ranking metrics against values worked out by hand. */
#include "eval/metrics.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

static void near(double got, double want) { assert_true(fabs(got - want) < 1e-9); }

static void test_a_perfect_ranking_has_ndcg_one(void **state)
{
    (void)state;
    int grades[] = {2, 1, 0, 0}, ideal[] = {1, 2};
    near(parry_ndcg(grades, 4, ideal, 2, 10), 1.0);
}

static void test_ndcg_discounts_by_the_logarithm_of_the_rank(void **state)
{
    (void)state;
    int grades[] = {0, 1, 0, 1}, ideal[] = {1, 1, 1};
    double want = (1 / log2(3) + 1 / log2(5)) / (1 + 1 / log2(3) + 1 / log2(4));
    near(parry_ndcg(grades, 4, ideal, 3, 10), want);
}

static void test_what_stands_below_the_cut_does_not_count(void **state)
{
    (void)state;
    int grades[] = {0, 0, 1}, ideal[] = {1};
    near(parry_ndcg(grades, 3, ideal, 1, 2), 0);
    near(parry_recall(grades, 3, ideal, 1, 2), 0);
    near(parry_reciprocal_rank(grades, 3, 2), 0);
    near(parry_reciprocal_rank(grades, 3, 3), 1.0 / 3);
}

static void test_recall_is_over_all_relevant_documents(void **state)
{
    (void)state;
    int grades[] = {1, 0, 2}, ideal[] = {1, 2, 1, 0};
    near(parry_recall(grades, 3, ideal, 4, 10), 2.0 / 3);
}

static void test_auroc_counts_ties_half(void **state)
{
    (void)state;
    double positive[] = {0.9, 0.5}, negative[] = {0.5, 0.1};
    near(parry_auroc(positive, 2, negative, 2), (2 + 0.5 + 1) / 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_perfect_ranking_has_ndcg_one),
        cmocka_unit_test(test_ndcg_discounts_by_the_logarithm_of_the_rank),
        cmocka_unit_test(test_what_stands_below_the_cut_does_not_count),
        cmocka_unit_test(test_recall_is_over_all_relevant_documents),
        cmocka_unit_test(test_auroc_counts_ties_half),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
