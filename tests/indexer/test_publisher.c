/* One thread publishes what changed, and tells who waits for it. */
#include "home.h"
#include "testing.h"

#include "base/clock.h"
#include "base/log.h"
#include "content/edit.h"
#include "indexer/publisher.h"

#include <stdatomic.h>
#include <stdlib.h>

enum { PATIENCE_MS = 20000, LONG_MS = 60000 };

typedef struct desk {
    home *home;
    parry_publisher *publisher;
    atomic_ullong generation;
    atomic_int live, missed;
} desk;

static void note(void *ctx, const parry_index_report *report)
{
    desk *d = ctx;
    atomic_store(&d->generation, report->generation);
}

static void answer(void *ctx, bool live)
{
    desk *d = ctx;
    atomic_fetch_add(live ? &d->live : &d->missed, 1);
}

static int set_up(void **state)
{
    desk *d = parry_calloc(1, sizeof *d);
    parry_log_level(PARRY_ERROR);
    d->home = home_new(NULL);
    d->publisher = parry_publisher_new(d->home->indexer);
    *state = d;
    return 0;
}

static int tear_down(void **state)
{
    desk *d = *state;
    parry_publisher_free(d->publisher);
    home_free(d->home);
    free(d);
    return 0;
}

static uint64_t write_article(desk *d, const char *id)
{
    parry_edit e = {.store = d->home->store, .may_publish = true};
    parry_store_row row;
    ok(parry_edit_create(&e, d->home->arena, parry_str_of(id), parry_str_of("Some text."), &row, &err));
    return row.seq;
}

static void await(const atomic_int *what, int n)
{
    for (int64_t until = parry_mono_ns() + (int64_t)PATIENCE_MS * 1000000; parry_mono_ns() < until; parry_sleep_ms(2)) {
        if (atomic_load(what) >= n)
            return;
    }
    fail_msg("%d instead of %d", atomic_load(what), n);
}

static void what_was_there_before_is_published_without_a_poke(void **state)
{
    desk *d = *state;
    uint64_t seq = write_article(d, "one");
    ok(parry_publisher_wait(d->publisher, seq, LONG_MS, answer, d, &err));
    assert_int_equal(atomic_load(&d->live), 0);
    ok(parry_publisher_start(d->publisher, note, d, &err));
    await(&d->live, 1);
    assert_string_equal(home_ids(d->home), "one");
    ok(parry_publisher_wait(d->publisher, seq, LONG_MS, answer, d, &err)); /* at once now */
    assert_int_equal(atomic_load(&d->live), 2);
}

static void who_waits_is_told_when_their_change_is_live(void **state)
{
    desk *d = *state;
    char id[20];
    ok(parry_publisher_start(d->publisher, note, d, &err));
    for (int i = 0; i < 20; i++) {
        snprintf(id, sizeof id, "n%02d", i);
        uint64_t seq = write_article(d, id);
        parry_publisher_poke(d->publisher);
        ok(parry_publisher_wait(d->publisher, seq, LONG_MS, answer, d, &err));
    }
    await(&d->live, 20);
    assert_int_equal(atomic_load(&d->missed), 0);
    assert_int_equal(home_verify(d->home).articles, 20);
    assert_true(atomic_load(&d->generation) < 20); /* gathered */
}

static void waiting_ends_at_its_time_and_at_the_end(void **state)
{
    desk *d = *state;
    ok(parry_publisher_start(d->publisher, note, d, &err));
    ok(parry_publisher_wait(d->publisher, 999, 50, answer, d, &err));
    await(&d->missed, 1);
    ok(parry_publisher_wait(d->publisher, 999, LONG_MS, answer, d, &err));
    parry_publisher_stop(d->publisher);
    assert_int_equal(atomic_load(&d->missed), 2);
    ok(parry_publisher_wait(d->publisher, 999, LONG_MS, answer, d, &err));
    assert_int_equal(atomic_load(&d->missed), 3);
    assert_int_equal(atomic_load(&d->live), 0);
}

static void no_more_wait_than_there_is_room_for(void **state)
{
    desk *d = *state;
    for (int i = 0; i < PARRY_PUBLISHER_WAITERS; i++)
        ok(parry_publisher_wait(d->publisher, 999, LONG_MS, answer, d, &err));
    assert_int_equal(parry_publisher_wait(d->publisher, 999, LONG_MS, answer, d, NULL), PARRY_UNAVAILABLE);
    parry_publisher_stop(d->publisher);
    assert_int_equal(atomic_load(&d->missed), PARRY_PUBLISHER_WAITERS);
}

#define test(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
int main(void)
{
    const struct CMUnitTest tests[] = {
        test(what_was_there_before_is_published_without_a_poke),
        test(who_waits_is_told_when_their_change_is_live),
        test(waiting_ends_at_its_time_and_at_the_end),
        test(no_more_wait_than_there_is_room_for),
    };
    return cmocka_run_group_tests_name("publisher", tests, NULL, NULL);
}
