/* What a text meant is given again only for the very text under the very masks. */
#include "tests/base/testing.h"

#include "engine/lately.h"

enum { DIM = 4 };

static void keep(parry_lately *l, uint64_t stamp, const char *text, float first)
{
    float vector[DIM] = {first, 1, 2, 3};
    parry_candidate c[2] = {{.article = (uint32_t)stamp}, {.article = 7, .vector_title = first}};
    char copy[40];
    snprintf(copy, sizeof copy, "%s", text);
    parry_lately_keep(l, stamp, parry_str_of(copy), vector, &(parry_candidates){.c = c, .n = 2});
    memset(copy, 'x', sizeof copy); /* nothing of the caller's is kept */
    memset(c, 0, sizeof c);
}

static bool knows(parry_lately *l, uint64_t stamp, const char *text, float first)
{
    const float *vector = NULL;
    parry_candidates c = {0};
    if (!parry_lately_find(l, stamp, parry_str_of(text), &vector, &c))
        return false;
    assert_int_equal(c.n, 2);
    assert_int_equal(c.c[0].article, stamp);
    assert_true(vector[0] >= first && vector[0] <= first && vector[3] >= 3);
    assert_true(c.c[1].vector_title >= first && c.c[1].vector_title <= first);
    return true;
}

static void another_mask_or_another_text_is_another_question(void **state)
{
    (void)state;
    parry_lately *l = parry_lately_new(DIM);
    assert_false(knows(l, 1, "refund", 0));
    keep(l, 1, "refund", 0.5F);
    keep(l, 2, "refund", 0.25F);
    assert_true(knows(l, 1, "refund", 0.5F));
    assert_true(knows(l, 2, "refund", 0.25F));
    assert_false(knows(l, 3, "refund", 0));
    assert_false(knows(l, 1, "refun", 0));
    assert_false(knows(l, 1, "refunds", 0));
    parry_lately_free(l);
}

static void what_was_longest_of_no_use_goes_first(void **state)
{
    (void)state;
    parry_lately *l = parry_lately_new(DIM);
    keep(l, 1, "kept", 0.5F);
    for (int i = 0; i < 20; i++) {
        char text[20];
        snprintf(text, sizeof text, "other %d", i);
        keep(l, 1, text, 0.25F);
        assert_true(knows(l, 1, "kept", 0.5F));
    }
    assert_false(knows(l, 1, "other 0", 0));
    assert_true(knows(l, 1, "other 19", 0.25F));
    parry_lately_free(l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(another_mask_or_another_text_is_another_question),
        cmocka_unit_test(what_was_longest_of_no_use_goes_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
