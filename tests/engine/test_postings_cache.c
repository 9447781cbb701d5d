/* Decoded postings are given back as they were, within the memory that was allowed. */
#include "tests/base/testing.h"

#include "engine/postings_cache.h"

enum { MANY = PARRY_POSTINGS_KEPT_FROM };
static uint32_t row[2 * MANY], tf[2 * MANY];

static void setup_rows(void)
{
    for (uint32_t i = 0; i < 2 * MANY; i++) {
        row[i] = 3 * i;
        tf[i] = i % 7 + 1;
    }
}

static void postings_come_back_as_they_were_decoded(void **state)
{
    (void)state;
    setup_rows();
    parry_postings_cache *c = parry_postings_cache_new(1 << 20);
    parry_postings got = {NULL, NULL, 0};
    assert_false(parry_postings_cache_find(c, parry_str_of("refund"), &got));
    parry_postings_cache_offer(c, parry_str_of("refund"), &(parry_postings){row, tf, MANY + 3});
    parry_postings_cache_offer(c, parry_str_of("refunds"), &(parry_postings){row, tf, MANY});
    assert_true(parry_postings_cache_find(c, parry_str_of("refund"), &got));
    assert_int_equal(got.n, MANY + 3);
    assert_ptr_not_equal(got.row, row); /* a copy: the arena goes away */
    assert_memory_equal(got.row, row, got.n * sizeof *row);
    assert_memory_equal(got.tf, tf, got.n * sizeof *tf);
    assert_true(parry_postings_cache_find(c, parry_str_of("refunds"), &got));
    assert_int_equal(got.n, MANY);
    assert_false(parry_postings_cache_find(c, parry_str_of("refun"), &got));
    parry_postings_cache_free(c);
}

static void rare_terms_and_what_is_over_the_budget_are_not_kept(void **state)
{
    (void)state;
    setup_rows();
    parry_postings_cache *c = parry_postings_cache_new(MANY * 8 + 7);
    parry_postings got = {NULL, NULL, 0};
    parry_postings_cache_offer(c, parry_str_of("rare"), &(parry_postings){row, tf, MANY - 1});
    parry_postings_cache_offer(c, parry_str_of("large"), &(parry_postings){row, tf, MANY + 1});
    assert_false(parry_postings_cache_find(c, parry_str_of("rare"), &got));
    assert_false(parry_postings_cache_find(c, parry_str_of("large"), &got));
    parry_postings_cache_offer(c, parry_str_of("fits"), &(parry_postings){row, tf, MANY});
    parry_postings_cache_offer(c, parry_str_of("late"), &(parry_postings){row, tf, MANY});
    assert_true(parry_postings_cache_find(c, parry_str_of("fits"), &got));
    assert_false(parry_postings_cache_find(c, parry_str_of("late"), &got));
    parry_postings_cache_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(postings_come_back_as_they_were_decoded),
        cmocka_unit_test(rare_terms_and_what_is_over_the_budget_are_not_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
