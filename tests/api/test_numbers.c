/* Numbers for names. */
#include "tests/base/testing.h"

#include "api/zendesk/numbers.h"

enum { N = 12 };

static void names(parry_arena *a, parry_str *out)
{
    for (int i = 0; i < N; i++)
        out[i] = parry_str_printf(a, "article-%d", i);
}

static void test_a_number_is_its_names_alone_and_fits_javascript(void **state)
{
    scratch *s = *state;
    parry_str keys[N];
    uint64_t out[N];
    names(s->arena, keys);
    parry_numbers(keys, N, PARRY_NUMBER_BITS, out);
    for (int i = 0; i < N; i++)
        assert_true(out[i] == parry_number(keys[i]) && out[i] > 0 && out[i] < 1ULL << 53);
    assert_true(parry_number(lit("a")) != parry_number(lit("b")));
    assert_true(parry_number(lit("")) > 0);
}

/* 12 names in 16 numbers: some must collide. */
static void test_names_that_hash_alike_get_numbers_of_their_own_in_any_order(void **state)
{
    scratch *s = *state;
    parry_str keys[N], turned[N];
    uint64_t out[N], other[N];
    bool alike = false;
    names(s->arena, keys);
    for (int i = 0; i < N; i++)
        turned[i] = keys[(i * 5 + 3) % N];
    parry_numbers(keys, N, 4, out);
    parry_numbers(turned, N, 4, other);
    for (int i = 0; i < N; i++) {
        uint64_t alone;
        parry_numbers(&keys[i], 1, 4, &alone);
        alike |= alone != out[i];
        assert_int_equal(other[i], out[(i * 5 + 3) % N]);
        for (int k = 0; k < i; k++)
            assert_int_not_equal(out[i], out[k]);
    }
    assert_true(alike);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_scratch(test_a_number_is_its_names_alone_and_fits_javascript),
        in_scratch(test_names_that_hash_alike_get_numbers_of_their_own_in_any_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
