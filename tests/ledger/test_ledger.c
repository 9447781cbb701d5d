#include "support.h"

static const parry_uuid none = {{0}};

static uint64_t count(parry_ledger *l)
{
    parry_ledger_cursor *c;
    parry_ledger_record r;
    uint64_t n = 0;
    ok(parry_ledger_read(l, 0, &c, NULL));
    while (parry_ledger_next(c, &r))
        assert_int_equal(r.seq, ++n);
    ok(parry_ledger_cursor_close(c, NULL));
    return n;
}

static void test_what_is_appended_is_read_in_order_from_where_it_is_told(void **state)
{
    scratch *s = *state;
    hand_clock clock = HAND_CLOCK(1000);
    parry_ledger *l = ledger_open(s, &(parry_ledger_options){.clock = {hand_now, &clock}});
    assert_int_equal(append(l, none, "one").seq, 1);
    clock.ms = 2000;
    assert_int_equal(append(l, numbered(2), "two").seq, 2);
    assert_int_equal(append(l, none, "").seq, 3);
    parry_ledger_cursor *c;
    parry_ledger_record r;
    ok(parry_ledger_read(l, 2, &c, NULL));
    assert_true(parry_ledger_next(c, &r));
    assert_int_equal(r.seq, 2);
    assert_int_equal(r.at_ms, 2000);
    assert_int_equal(r.kind, PARRY_LEDGER_EVENT);
    assert_true(parry_uuid_eq(r.id, numbered(2)));
    assert_str(r.payload, "two");
    assert_true(parry_ledger_next(c, &r));
    assert_true(!r.erased && r.payload.n == 0);
    assert_false(parry_ledger_next(c, &r));
    ok(parry_ledger_cursor_close(c, NULL));
    parry_ledger_close(l);
    parry_ledger_close(NULL);
}

static void test_a_group_is_one_commit(void **state)
{
    scratch *s = *state;
    parry_ledger *l = ledger_open(s, NULL);
    parry_ledger_item items[PARRY_LEDGER_GROUP_MAX];
    for (uint32_t i = 0; i < PARRY_LEDGER_GROUP_MAX; i++)
        items[i] = item(numbered(i), "x");
    parry_ledger_ticket *t = NULL;
    ok(parry_ledger_append(l, items, PARRY_LEDGER_GROUP_MAX, &t, NULL));
    ok(parry_ledger_wait(l, t, NULL));
    assert_int_equal(parry_ledger_ticket_count(t), PARRY_LEDGER_GROUP_MAX);
    assert_int_equal(parry_ledger_ticket_fate(t, PARRY_LEDGER_GROUP_MAX - 1).seq, PARRY_LEDGER_GROUP_MAX);
    parry_ledger_release(l, t);
    parry_ledger_stats stats;
    parry_ledger_get_stats(l, &stats);
    assert_int_equal(stats.commits, 1);
    assert_int_equal(stats.appended, PARRY_LEDGER_GROUP_MAX);
    assert_int_equal(stats.waiting + stats.waiting_bytes, 0);
    parry_ledger_close(l);
}

static void test_an_id_comes_in_once(void **state)
{
    scratch *s = *state;
    parry_ledger *l = ledger_open(s, NULL);
    parry_ledger_item same[2] = {item(numbered(1), "first"), item(numbered(1), "second")};
    parry_ledger_ticket *t = NULL;
    ok(parry_ledger_append(l, same, 2, &t, NULL));
    ok(parry_ledger_wait(l, t, NULL));
    assert_false(parry_ledger_ticket_fate(t, 0).duplicate);
    assert_true(parry_ledger_ticket_fate(t, 1).duplicate);
    parry_ledger_release(l, t);
    parry_ledger_close(l);
    l = ledger_open(s, NULL); /* nor after a restart */
    parry_ledger_fate again = append(l, numbered(1), "third");
    assert_true(again.duplicate && again.seq == 1);
    assert_int_equal(append(l, numbered(2), "other").seq, 2);
    uint64_t seq = 0;
    ok(parry_ledger_find(l, numbered(2), &seq, NULL));
    assert_int_equal(seq, 2);
    assert_int_equal(parry_ledger_find(l, numbered(3), &seq, NULL), PARRY_NOT_FOUND);
    assert_int_equal(count(l), 2);
    parry_ledger_close(l);
}

static void test_ids_are_forgotten_when_their_time_is_over(void **state)
{
    scratch *s = *state;
    hand_clock clock = HAND_CLOCK(1000);
    parry_ledger *l = ledger_open(s, &(parry_ledger_options){.clock = {hand_now, &clock}, .window_ms = 500});
    (void)append(l, numbered(1), "a");
    clock.ms = 1500; /* the window's last ms */
    assert_true(append(l, numbered(1), "b").duplicate);
    clock.ms = 1501;
    (void)append(l, numbered(2), "c"); /* what comes in pushes out */
    assert_false(append(l, numbered(1), "d").duplicate);
    assert_true(append(l, numbered(2), "e").duplicate);
    parry_ledger_close(l);
}

static void test_only_so_many_ids_are_remembered(void **state)
{
    scratch *s = *state;
    parry_ledger *l = ledger_open(s, &(parry_ledger_options){.window_ids = 3});
    for (uint32_t i = 1; i <= 4; i++) {
        (void)append(l, numbered(i), "x");
        (void)append(l, none, "between"); /* has no id: takes none of the room */
    }
    assert_true(append(l, numbered(2), "x").duplicate);
    assert_true(append(l, numbered(4), "x").duplicate);
    assert_false(append(l, numbered(1), "x").duplicate);
    parry_ledger_close(l);
}

static void test_a_full_queue_refuses_and_takes_nothing(void **state)
{
    scratch *s = *state;
    hand_clock clock = HAND_CLOCK(1000);
    parry_ledger *l =
        ledger_open(s, &(parry_ledger_options){.clock = {hand_now, &clock}, .queue_records = 3, .queue_bytes = 100});
    parry_ledger_item two[2] = {item(none, "a"), item(none, "b")};
    parry_err err = {0};
    hand_shut(&clock, true); /* the committer waits for the time */
    ok(parry_ledger_append(l, two, 2, NULL, NULL));
    assert_int_equal(parry_ledger_append(l, two, 2, NULL, &err), PARRY_UNAVAILABLE);
    assert_non_null(strstr(err.msg, "try again"));
    parry_ledger_item long_one = item(none, repeated_x(s, 99));
    assert_int_equal(parry_ledger_append(l, &long_one, 1, NULL, NULL), PARRY_UNAVAILABLE);
    ok(parry_ledger_append(l, two, 1, NULL, NULL));
    parry_ledger_stats stats;
    parry_ledger_get_stats(l, &stats);
    assert_int_equal(stats.waiting, 3);
    assert_int_equal(stats.refused, 2);
    hand_shut(&clock, false);
    parry_ledger_close(l); /* and what waited is written */
    l = ledger_open(s, NULL);
    assert_int_equal(count(l), 3);
    parry_ledger_close(l);
}

static void test_a_payload_has_a_limit(void **state)
{
    scratch *s = *state;
    parry_ledger *l = ledger_open(s, NULL);
    parry_ledger_item most = item(none, repeated_x(s, PARRY_LEDGER_PAYLOAD_MAX));
    parry_ledger_item more = item(none, repeated_x(s, PARRY_LEDGER_PAYLOAD_MAX + 1));
    assert_int_equal(parry_ledger_append(l, &more, 1, NULL, NULL), PARRY_TOO_LARGE);
    ok(parry_ledger_append(l, &most, 1, NULL, NULL));
    parry_ledger_close(l);
    l = ledger_open(s, NULL);
    assert_int_equal(count(l), 1);
    parry_ledger_close(l);
}

/* ---- being told -------------------------------------------------------------------------------------------------- */

typedef struct told {
    pthread_t on;
    atomic_int times; /* the last that is written */
    parry_code code;
    uint64_t seq;
} told;

static void tell(void *ctx, parry_ledger_ticket *t, parry_code code, const parry_err *err)
{
    told *w = ctx;
    (void)err;
    w->on = pthread_self();
    w->code = code;
    w->seq = code == PARRY_OK ? parry_ledger_ticket_fate(t, 0).seq : 0;
    atomic_fetch_add(&w->times, 1);
}

static void test_who_asks_is_told_once_by_the_committer_or_at_once(void **state)
{
    scratch *s = *state;
    hand_clock clock = HAND_CLOCK(1000);
    parry_ledger *l = ledger_open(s, &(parry_ledger_options){.clock = {hand_now, &clock}});
    parry_ledger_item one = item(none, "a");
    parry_ledger_ticket *early = NULL, *late = NULL;
    told first = {0}, second = {0};
    hand_shut(&clock, true);
    ok(parry_ledger_append(l, &one, 1, &early, NULL));
    parry_ledger_notify(l, early, tell, &first);
    assert_int_equal(first.times, 0);
    hand_shut(&clock, false);
    ok(parry_ledger_append(l, &one, 1, &late, NULL));
    ok(parry_ledger_wait(l, late, NULL)); /* the earlier one is told about now: who waits may wake a little before */
    for (int i = 0; i < 2000 && atomic_load(&first.times) == 0; i++)
        parry_sleep_ms(5);
    assert_int_equal(first.times, 1);
    assert_int_equal(first.seq, 1);
    assert_false(pthread_equal(first.on, pthread_self()));
    parry_ledger_notify(l, late, tell, &second);
    assert_int_equal(second.times, 1);
    assert_true(pthread_equal(second.on, pthread_self()));
    parry_ledger_release(l, early);
    parry_ledger_release(l, late);
    parry_ledger_release(l, NULL);
    parry_ledger_close(l);
}

static void test_a_commit_that_fails_is_told_and_the_next_one_is_fine(void **state)
{
    scratch *s = *state;
    parry_ledger *l = ledger_open(s, &(parry_ledger_options){.map_bytes = 300 * 1024});
    parry_ledger_item large = item(none, repeated_x(s, PARRY_LEDGER_PAYLOAD_MAX));
    parry_ledger_ticket *t = NULL;
    parry_err err = {0};
    ok(parry_ledger_append(l, &large, 1, &t, NULL));
    assert_int_equal(parry_ledger_wait(l, t, &err), PARRY_UNAVAILABLE);
    assert_non_null(strstr(err.msg, "map_bytes"));
    parry_ledger_release(l, t);
    assert_int_equal(append(l, none, "small").seq, 1);
    parry_ledger_report report;
    ok(parry_ledger_verify(l, &report, NULL));
    parry_ledger_stats stats;
    parry_ledger_get_stats(l, &stats);
    assert_int_equal(stats.failed, 1);
    parry_ledger_close(l);
}

static parry_ledger_subject somebody(char digit)
{
    char hex[33];
    parry_ledger_subject who = {{0}};
    memset(hex, digit, 32);
    assert_true(parry_ledger_subject_parse(parry_str_make(hex, 32), &who));
    return who;
}

static void append_about(parry_ledger *l, const char *payload, parry_ledger_subject a, parry_ledger_subject b)
{
    parry_ledger_ticket *t = NULL;
    parry_ledger_item i = item(none, payload);
    i.about[0] = a;
    i.about[1] = b;
    ok(parry_ledger_append(l, &i, 1, &t, NULL));
    ok(parry_ledger_wait(l, t, NULL));
    parry_ledger_release(l, t);
}

static void test_records_are_found_by_whom_they_are_about(void **state)
{
    scratch *s = *state;
    parry_ledger *l = ledger_open(s, NULL);
    parry_ledger_subject ann = somebody('a'), bob = somebody('b'), nobody = {{0}}, bad;
    parry_ledger_record r[8];
    size_t n = 9;
    append_about(l, "1", ann, nobody);
    append_about(l, "2", bob, ann);
    append_about(l, "3", bob, nobody);
    append_about(l, "4", ann, nobody);
    ok(parry_ledger_about(l, ann, 1, s->arena, r, 8, &n, NULL));
    assert_int_equal(n, 3);
    assert_str(r[0].payload, "1");
    assert_str(r[1].payload, "2");
    assert_str(r[2].payload, "4");
    assert_int_equal(r[2].seq, 4);
    ok(parry_ledger_about(l, ann, 1, s->arena, r, 2, &n, NULL)); /* the newest two */
    assert_int_equal(n, 2);
    assert_str(r[0].payload, "2");
    ok(parry_ledger_about(l, bob, 3, s->arena, r, 8, &n, NULL));
    assert_int_equal(n, 1);
    ok(parry_ledger_about(l, nobody, 1, s->arena, r, 8, &n, NULL));
    assert_int_equal(n, 0);
    const uint64_t second = 2;
    ok(parry_ledger_erase(l, &second, 1, NULL));
    ok(parry_ledger_about(l, ann, 1, s->arena, r, 8, &n, NULL));
    assert_int_equal(n, 2);
    assert_false(parry_ledger_subject_parse(parry_str_of("xyz"), &bad));
    parry_ledger_close(l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_scratch(test_what_is_appended_is_read_in_order_from_where_it_is_told),
        in_scratch(test_a_group_is_one_commit),
        in_scratch(test_an_id_comes_in_once),
        in_scratch(test_ids_are_forgotten_when_their_time_is_over),
        in_scratch(test_only_so_many_ids_are_remembered),
        in_scratch(test_a_full_queue_refuses_and_takes_nothing),
        in_scratch(test_a_payload_has_a_limit),
        in_scratch(test_who_asks_is_told_once_by_the_committer_or_at_once),
        in_scratch(test_records_are_found_by_whom_they_are_about),
        in_scratch(test_a_commit_that_fails_is_told_and_the_next_one_is_fine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
