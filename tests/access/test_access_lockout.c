/* Lock-out and what was seen: memory of a fixed size, whatever strangers send. */
#include "house.h"

#include "access/lockout.h"
#include "access/seen.h"

static int64_t try(parry_lockouts *l, const char *name, int64_t now)
{
    return parry_lockout_try(l, "account", parry_str_of(name), now);
}

static void test_five_tries_are_free_and_then_each_failure_doubles_the_wait(void **state)
{
    (void)state;
    parry_lockouts *l = parry_lockouts_new();
    int64_t now = 1000000, want = 1000;
    for (int i = 0; i < PARRY_LOCKOUT_FREE; i++)
        assert_int_equal(try(l, "ada", now), 0);
    for (int i = 0; i < 12; i++) {
        int64_t wait = try(l, "ada", now);
        assert_int_equal(wait, want);
        assert_int_equal(try(l, "ada", now + wait - 1), 1); /* waiting is not made longer by asking */
        now += wait;
        assert_int_equal(try(l, "ada", now), 0);
        want = want * 2 < PARRY_LOCKOUT_MOST_MS ? want * 2 : PARRY_LOCKOUT_MOST_MS;
    }
    assert_int_equal(try(l, "bob", now), 0);
    assert_int_equal(parry_lockout_wait_ms(l, "address", lit("ada"), now), 0); /* kinds are apart */
    assert_int_equal(try(l, "ada", now + PARRY_LOCKOUT_FORGET_MS), 0);
    parry_lockouts_free(l);
}

static void test_a_clock_that_is_set_back_locks_nobody_for_longer(void **state)
{
    (void)state;
    parry_lockouts *l = parry_lockouts_new();
    int64_t now = (int64_t)10 * 86400000;
    for (int i = 0; i < PARRY_LOCKOUT_FREE; i++)
        assert_int_equal(try(l, "ada", now), 0);
    assert_int_equal(try(l, "ada", now - 500), 1500); /* a little: the wait stands */
    assert_int_equal(try(l, "ada", now - 86400000), 0);
    parry_lockouts_free(l);
}

static void test_what_went_well_does_not_count(void **state)
{
    (void)state;
    parry_lockouts *l = parry_lockouts_new();
    for (int i = 0; i < 100; i++) {
        assert_int_equal(try(l, "ada", 1000), 0);
        parry_lockout_undo(l, "account", lit("ada"), 1000);
    }
    for (int i = 0; i < PARRY_LOCKOUT_FREE; i++)
        assert_int_equal(try(l, "ada", 1000), 0);
    assert_true(try(l, "ada", 1000) > 0);
    parry_lockout_clear(l, "account", lit("ada"));
    assert_int_equal(try(l, "ada", 1000), 0);
    parry_lockouts_free(l);
}

/* A flood of names pushes out those that wait least, not the one that waits. */
static void test_a_flood_of_names_frees_nobody_who_must_wait(void **state)
{
    (void)state;
    parry_lockouts *l = parry_lockouts_new();
    int64_t now = 1000;
    for (int i = 0; i < 13; i++) /* five that are free, then wait and try four times */
        now += try(l, "ada", now);
    int64_t wait = try(l, "ada", now);
    assert_true(wait > 1000);
    char name[32];
    for (int i = 0; i < 100000; i++) {
        snprintf(name, sizeof name, "stranger-%d", i);
        (void)try(l, name, now);
    }
    assert_int_equal(try(l, "ada", now), wait);
    parry_lockouts_free(l);
}

static void count(void *ctx, parry_str name, int64_t ms)
{
    (void)name, (void)ms;
    ++*(size_t *)ctx;
}

static void test_seen_remembers_to_the_minute_and_hands_out_what_is_new(void **state)
{
    (void)state;
    parry_seen *s = parry_seen_new();
    size_t n = 0;
    parry_seen_touch(s, lit("k"), 100000);
    parry_seen_touch(s, lit("k"), 120000);
    assert_int_equal(parry_seen_at(s, lit("k")), 100000);
    parry_seen_touch(s, lit("k"), 160000);
    assert_int_equal(parry_seen_at(s, lit("k")), 160000);
    assert_int_equal(parry_seen_at(s, lit("other")), 0);
    parry_seen_drain(s, count, &n);
    assert_int_equal(n, 1);
    parry_seen_drain(s, count, &n);
    assert_int_equal(n, 1); /* nothing new */
    char name[32];
    for (int i = 0; i < 100000; i++) {
        snprintf(name, sizeof name, "key-%d", i);
        parry_seen_touch(s, parry_str_of(name), 200000 + i);
    }
    n = 0;
    parry_seen_drain(s, count, &n);
    assert_true(n > 1000 && n <= 4096);
    parry_seen_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_five_tries_are_free_and_then_each_failure_doubles_the_wait),
        cmocka_unit_test(test_a_clock_that_is_set_back_locks_nobody_for_longer),
        cmocka_unit_test(test_what_went_well_does_not_count),
        cmocka_unit_test(test_a_flood_of_names_frees_nobody_who_must_wait),
        cmocka_unit_test(test_seen_remembers_to_the_minute_and_hands_out_what_is_new),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
