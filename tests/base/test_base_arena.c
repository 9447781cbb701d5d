#include "testing.h"

#include <signal.h>

static int make(void **state)
{
    *state = parry_arena_new();
    return 0;
}

static int drop(void **state)
{
    parry_arena_free(*state);
    return 0;
}

static bool all(const unsigned char *p, size_t n, unsigned char value)
{
    size_t i = 0;
    while (i < n && p[i] == value)
        i++;
    return i == n;
}

static void test_memory_is_zeroed_aligned_and_apart(void **state)
{
    enum { PIECES = 300 };
    unsigned char *pieces[PIECES];
    for (size_t n = 0; n < PIECES; n++) {
        pieces[n] = parry_arena_alloc(*state, n);
        assert_non_null(pieces[n]);
        assert_int_equal((uintptr_t)pieces[n] % 16, 0);
        assert_true(all(pieces[n], n, 0));
        memset(pieces[n], (int)(n % 255) + 1, n);
    }
    for (size_t n = 0; n < PIECES; n++)
        assert_true(all(pieces[n], n, (unsigned char)(n % 255 + 1)));
}

static void test_a_piece_larger_than_any_block_fits(void **state)
{
    size_t n = 5 << 20;
    unsigned char *p = parry_arena_alloc(*state, n);
    p[0] = p[n - 1] = 1;
    assert_true(parry_arena_bytes(*state) >= n);
}

static void test_reset_zeroes_what_it_hands_out_again(void **state)
{
    memset(parry_arena_alloc(*state, 1000), 0xFF, 1000);
    size_t bytes = parry_arena_bytes(*state);
    for (int round = 0; round < 10; round++) {
        parry_arena_reset(*state);
        unsigned char *p = parry_arena_alloc(*state, 1000);
        assert_true(all(p, 1000, 0));
        memset(p, 0xFF, 1000);
    }
    assert_int_equal(parry_arena_bytes(*state), bytes); /* no block was added for the same use */
}

static void test_reset_does_not_keep_a_giant_block_beside_others(void **state)
{
    for (int i = 0; i < 100; i++)
        parry_arena_alloc(*state, 1000);
    size_t bytes = parry_arena_bytes(*state);
    parry_arena_reset(*state);
    assert_true(parry_arena_bytes(*state) > 0 && parry_arena_bytes(*state) < bytes);
}

static void test_a_grown_array_keeps_its_items(void **state)
{
    int *list = NULL;
    size_t n = 0, cap = 0;
    for (int i = 0; i < 5000; i++) {
        list = parry_arena_grow(*state, list, n, &cap, sizeof *list);
        assert_true(cap > n);
        list[n++] = i;
    }
    for (int i = 0; i < 5000; i++)
        assert_int_equal(list[i], i);
}

static void test_typed_helpers_hand_out_zeroes(void **state)
{
    struct pair {
        double d;
        char *s;
    } *one = PARRY_NEW(*state, struct pair), *many = PARRY_ARRAY(*state, struct pair, 100);
    assert_null(one->s);
    assert_null(many[99].s);
}

static void test_a_product_that_overflows_ends_the_process(void **state)
{
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        signal(SIGABRT, SIG_DFL); /* cmocka's own handler would carry on */
        if (freopen("/dev/null", "w", stderr) == NULL)
            _exit(3);
        parry_arena_array(*state, SIZE_MAX / 8 + 2, 8); /* would wrap to 8 bytes */
        _exit(0);
    }
    assert_int_equal(status_of(child), -1); /* by a signal, not by an exit */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_memory_is_zeroed_aligned_and_apart, make, drop),
        cmocka_unit_test_setup_teardown(test_a_piece_larger_than_any_block_fits, make, drop),
        cmocka_unit_test_setup_teardown(test_reset_zeroes_what_it_hands_out_again, make, drop),
        cmocka_unit_test_setup_teardown(test_reset_does_not_keep_a_giant_block_beside_others, make, drop),
        cmocka_unit_test_setup_teardown(test_a_grown_array_keeps_its_items, make, drop),
        cmocka_unit_test_setup_teardown(test_typed_helpers_hand_out_zeroes, make, drop),
        cmocka_unit_test_setup_teardown(test_a_product_that_overflows_ends_the_process, make, drop),
    };
    parry_arena_free(NULL);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
