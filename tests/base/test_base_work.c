#include "testing.h"

#include "base/clock.h"
#include "base/work.h"

#include <stdatomic.h>

typedef struct tally {
    atomic_uint *seen;
    atomic_uint workers[16];
    unsigned threads;
    int sleep_ms;
    atomic_uint out_of_range;
} tally;

static void count(void *ctx, size_t i, unsigned worker)
{
    tally *t = ctx;
    atomic_fetch_add(&t->seen[i], 1);
    if (worker >= t->threads)
        atomic_fetch_add(&t->out_of_range, 1);
    else
        atomic_fetch_add(&t->workers[worker], 1);
    parry_sleep_ms(t->sleep_ms);
}

static void run(size_t n, unsigned threads)
{
    tally t = {.seen = parry_calloc(n, sizeof(atomic_uint)), .threads = threads};
    parry_parallel(n, threads, count, &t);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(t.seen[i], 1);
    assert_int_equal(t.out_of_range, 0);
    free(t.seen);
}

static void test_each_item_is_done_once(void **state)
{
    (void)state;
    for (unsigned threads = 1; threads <= 8; threads++) {
        run(10007, threads);
        run(1, threads);
        run(threads, threads);
        run(threads + 1, threads);
    }
}

static void never(void *ctx, size_t i, unsigned worker)
{
    (void)ctx, (void)i, (void)worker;
    fail();
}

static void test_nothing_to_do_calls_nothing(void **state)
{
    (void)state;
    parry_parallel(0, 4, never, NULL);
    parry_parallel(0, 0, never, NULL);
}

static void test_without_threads_the_caller_does_the_work(void **state)
{
    (void)state;
    tally t = {.seen = parry_calloc(3, sizeof(atomic_uint)), .threads = 1};
    parry_parallel(3, 0, count, &t);
    assert_int_equal(t.workers[0], 3);
    free(t.seen);
}

static void test_every_worker_takes_part(void **state)
{
    (void)state;
    tally t = {.seen = parry_calloc(200, sizeof(atomic_uint)), .threads = 4, .sleep_ms = 2};
    parry_parallel(200, 4, count, &t);
    for (unsigned w = 0; w < 4; w++)
        assert_true(t.workers[w] > 0);
    free(t.seen);
}

static void finish_late(void *ctx, size_t i, unsigned worker)
{
    (void)i;
    parry_sleep_ms(2 + 40 * (int64_t)worker); /* the caller runs out while the others hold an item, the last longest */
    atomic_fetch_add((atomic_uint *)ctx, 1);
}

static void test_it_returns_only_when_all_is_done(void **state)
{
    (void)state;
    for (int round = 0; round < 5; round++) {
        atomic_uint done = 0;
        parry_parallel(12, 4, finish_late, &done);
        assert_int_equal(done, 12);
    }
}

static void test_there_is_at_least_one_core(void **state)
{
    (void)state;
    assert_in_range(parry_cores(), 1, 65536);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_item_is_done_once),
        cmocka_unit_test(test_nothing_to_do_calls_nothing),
        cmocka_unit_test(test_without_threads_the_caller_does_the_work),
        cmocka_unit_test(test_every_worker_takes_part),
        cmocka_unit_test(test_it_returns_only_when_all_is_done),
        cmocka_unit_test(test_there_is_at_least_one_core),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
