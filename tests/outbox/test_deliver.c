/* Delivery: outcomes, waits, the breaker, looking after, and what is erased when. */
#include "support.h"

enum { T0 = 1000000, HOUR = 3600 * 1000 };

static void start(box *b, scratch *s, const parry_outbox_options *o, const parry_target *t)
{
    atomic_store(&b->now_ms, T0);
    box_open(b, s, o);
    ok(parry_outbox_start(b->outbox, t, 1, NULL));
}

static void advance(box *b, int64_t ms)
{
    atomic_fetch_add(&b->now_ms, ms);
    parry_outbox_wake(b->outbox);
}

static void test_an_item_is_delivered_once(void **state)
{
    scratch *s = *state;
    box b = {0};
    fake f = {.fate = PARRY_FATE_DELIVERED};
    parry_target t = target_of(&f, "desk");
    start(&b, s, NULL, &t);
    uint64_t id = put(&b, "desk", "k", "hello");
    assert_true(becomes(&b, id, PARRY_OUTBOX_DELIVERED));
    parry_outbox_item i = get(&b, s->arena, id);
    assert_string_equal(f.last_payload, "hello");
    assert_string_equal(i.receipt.remote_id, "R1");
    assert_int_equal(i.attempts, 1);
    advance(&b, HOUR);
    parry_sleep_ms(50);
    assert_int_equal(f.sent, 1);
    box_close(&b);
}

static void test_what_is_refused_for_now_is_sent_again_later(void **state)
{
    scratch *s = *state;
    box b = {0};
    fake f = {.fate = PARRY_FATE_LATER};
    parry_target t = target_of(&f, "desk");
    start(&b, s, NULL, &t);
    uint64_t id = put(&b, "desk", "k", "p");
    assert_true(becomes(&b, id, PARRY_OUTBOX_WAITING) && reaches(&f.sent, 1));
    atomic_store(&f.fate, PARRY_FATE_DELIVERED);
    for (int i = 0; i < 50 && !(get(&b, s->arena, id).state == PARRY_OUTBOX_DELIVERED); i++) {
        advance(&b, 100);
        parry_sleep_ms(10);
    }
    assert_true(becomes(&b, id, PARRY_OUTBOX_DELIVERED));
    assert_int_equal(get(&b, s->arena, id).attempts, 2);
    box_close(&b);
}

static void test_retry_after_is_heeded_by_the_whole_target(void **state)
{
    scratch *s = *state;
    box b = {0};
    fake f = {.fate = PARRY_FATE_LATER, .retry_after_ms = 60000};
    parry_target t = target_of(&f, "desk");
    start(&b, s, NULL, &t);
    put(&b, "desk", "k1", "p");
    assert_true(reaches(&f.sent, 1));
    atomic_store(&f.fate, PARRY_FATE_DELIVERED);
    uint64_t other = put(&b, "desk", "k2", "p");
    advance(&b, 50000);
    parry_sleep_ms(100);
    assert_int_equal(f.sent, 1);
    advance(&b, 15000);
    assert_true(becomes(&b, other, PARRY_OUTBOX_DELIVERED));
    box_close(&b);
}

static parry_code retry_it(void *ctx, parry_txn *t, parry_err *err)
{
    putting *p = ctx;
    return parry_outbox_retry(p->outbox, t, p->id, err);
}

static void test_what_is_refused_for_good_is_dead_until_it_is_sent_by_hand(void **state)
{
    scratch *s = *state;
    box b = {0};
    fake f = {.fate = PARRY_FATE_NEVER};
    parry_target t = target_of(&f, "desk");
    start(&b, s, NULL, &t);
    putting p = {.outbox = b.outbox, .id = put(&b, "desk", "k", "p")};
    assert_true(becomes(&b, p.id, PARRY_OUTBOX_DEAD));
    assert_str(get(&b, s->arena, p.id).error, "the fake says no");
    advance(&b, HOUR);
    parry_sleep_ms(50);
    assert_int_equal(f.sent, 1);
    atomic_store(&f.fate, PARRY_FATE_DELIVERED);
    ok(parry_group_do(b.group, retry_it, &p, NULL));
    parry_outbox_wake(b.outbox);
    assert_true(becomes(&b, p.id, PARRY_OUTBOX_DELIVERED));
    assert_int_equal(parry_group_do(b.group, retry_it, &p, NULL), PARRY_CONFLICT);
    box_close(&b);
}

static void test_after_too_many_attempts_it_is_dead_and_then_removed(void **state)
{
    scratch *s = *state;
    box b = {0};
    fake f = {.fate = PARRY_FATE_LATER};
    parry_target t = target_of(&f, "desk");
    parry_outbox_options o = {.attempts_max = 3, .dead_ms = 10 * HOUR, .breaker_failures = 100};
    start(&b, s, &o, &t);
    uint64_t id = put(&b, "desk", "k", "p");
    for (unsigned i = 1; i <= 3; i++) {
        assert_true(reaches(&f.sent, i));
        advance(&b, i < 3 ? 10000 : 0);
    }
    assert_true(becomes(&b, id, PARRY_OUTBOX_DEAD));
    advance(&b, 11 * HOUR);
    uint64_t counts[4] = {0, 0, 0, 1};
    int64_t oldest;
    for (int i = 0; i < 500 && counts[PARRY_OUTBOX_DEAD] > 0; i++) {
        parry_sleep_ms(5);
        ok(parry_outbox_counts(b.outbox, counts, &oldest, NULL));
    }
    assert_int_equal(counts[PARRY_OUTBOX_DEAD], 0);
    box_close(&b);
}

static void test_the_breaker_opens_tries_one_and_closes(void **state)
{
    scratch *s = *state;
    box b = {0};
    fake f = {.fate = PARRY_FATE_LATER};
    parry_target t = target_of(&f, "desk");
    parry_outbox_options o = {.backoff_ms = 1, .backoff_max_ms = 2, .breaker_failures = 3, .breaker_ms = 5000};
    parry_outbox_stats st;
    start(&b, s, &o, &t);
    for (int i = 0; i < 10; i++) {
        char key[16];
        (void)snprintf(key, sizeof key, "k%d", i);
        put(&b, "desk", key, "p");
    }
    assert_true(reaches(&f.sent, 3));
    advance(&b, 4000);
    parry_sleep_ms(100);
    assert_int_equal(f.sent, 3);
    assert_int_equal(parry_outbox_get_stats(b.outbox, &st, 1), 1);
    assert_int_equal(st.breaker, PARRY_BREAKER_OPEN);
    advance(&b, 2000); /* one alone, and it fails: twice as long */
    assert_true(reaches(&f.sent, 4));
    advance(&b, 9000);
    parry_sleep_ms(100);
    assert_int_equal(f.sent, 4);
    atomic_store(&f.fate, PARRY_FATE_DELIVERED);
    advance(&b, 2000);
    assert_true(reaches(&f.sent, 14));
    parry_sleep_ms(20);
    parry_outbox_get_stats(b.outbox, &st, 1);
    assert_int_equal(st.breaker, PARRY_BREAKER_CLOSED);
    assert_int_equal(st.delivered, 10);
    box_close(&b);
}

static void test_what_was_on_its_way_when_the_breaker_opened_keeps_it_open_no_longer(void **state)
{
    scratch *s = *state;
    box b = {0};
    fake f = {.fate = PARRY_FATE_LATER, .holds = true};
    parry_target t = target_of(&f, "desk");
    parry_outbox_options o = {.backoff_ms = 1, .backoff_max_ms = 2, .breaker_failures = 3, .breaker_ms = 5000};
    t.workers = 8;
    start(&b, s, &o, &t);
    for (int i = 0; i < 8; i++) {
        char key[16];
        (void)snprintf(key, sizeof key, "k%d", i);
        put(&b, "desk", key, "p");
    }
    assert_true(reaches(&f.sent, 8)); /* all at once, and then all fail */
    atomic_store(&f.holds, false);
    parry_outbox_stats st = {0};
    for (int i = 0; i < 2000 && st.later < 8; i++) {
        parry_sleep_ms(5);
        parry_outbox_get_stats(b.outbox, &st, 1);
    }
    assert_int_equal(st.breaker, PARRY_BREAKER_OPEN);
    atomic_store(&f.fate, PARRY_FATE_DELIVERED);
    advance(&b, 5100); /* and not 80 s: five failed after it had opened */
    assert_true(reaches(&f.sent, 16));
    box_close(&b);
}

static void test_what_may_have_arrived_is_looked_for_before_it_is_sent_again(void **state)
{
    scratch *s = *state;
    box b = {0};
    fake f = {.fate = PARRY_FATE_UNSURE, .look_fate = PARRY_FATE_DELIVERED};
    parry_target t = target_of(&f, "desk");
    t.look = fake_look;
    start(&b, s, NULL, &t);
    uint64_t id = put(&b, "desk", "k", "p");
    assert_true(reaches(&f.sent, 1));
    for (int i = 0; i < 100 && f.looked == 0; i++) {
        advance(&b, 100);
        parry_sleep_ms(5);
    }
    assert_true(becomes(&b, id, PARRY_OUTBOX_DELIVERED));
    assert_int_equal(f.sent, 1);
    assert_string_equal(get(&b, s->arena, id).receipt.remote_id, "found");
    box_close(&b);
}

static void test_an_address_that_is_no_page_is_not_kept(void **state)
{
    scratch *s = *state;
    static const char *const said[] = {"https://desk.example/1", "http://desk.example/1", "javascript:alert(1)",
                                       "desk"};
    for (size_t i = 0; i < 4; i++) {
        box b = {0};
        fake f = {.fate = PARRY_FATE_DELIVERED, .url = said[i]};
        parry_target t = target_of(&f, "desk");
        parry_receipt known = {.remote_url = "https://known.example"}, heard = {.retry_after_ms = 0};
        start(&b, s, NULL, &t);
        uint64_t id = put(&b, "desk", said[i], "p");
        assert_true(becomes(&b, id, PARRY_OUTBOX_DELIVERED));
        assert_string_equal(get(&b, s->arena, id).receipt.remote_url, i < 2 ? said[i] : "");
        (void)snprintf(heard.remote_url, sizeof heard.remote_url, "%s", said[i]);
        parry_receipt_hear(&known, &heard);
        assert_string_equal(known.remote_url, i < 2 ? said[i] : "https://known.example");
        box_close(&b);
    }
}

static void test_what_did_not_arrive_after_all_is_sent_again(void **state)
{
    scratch *s = *state;
    box b = {0};
    fake f = {.fate = PARRY_FATE_UNSURE, .look_fate = PARRY_FATE_ABSENT};
    parry_target t = target_of(&f, "desk");
    t.look = fake_look;
    start(&b, s, NULL, &t);
    uint64_t id = put(&b, "desk", "k", "p");
    assert_true(reaches(&f.sent, 1));
    atomic_store(&f.fate, PARRY_FATE_DELIVERED);
    for (int i = 0; i < 100 && f.sent < 2; i++) {
        advance(&b, 100);
        parry_sleep_ms(5);
    }
    assert_true(becomes(&b, id, PARRY_OUTBOX_DELIVERED));
    assert_int_equal(f.looked, 1);
    box_close(&b);
}

static void test_a_delivered_one_is_looked_after_until_it_ended_and_its_payload_is_erased(void **state)
{
    scratch *s = *state;
    box b = {0};
    fake f = {.fate = PARRY_FATE_DELIVERED, .look_fate = PARRY_FATE_DELIVERED};
    parry_target t = target_of(&f, "desk");
    t.look = fake_look;
    t.look_ms = 60000;
    t.look_for_ms = 100 * (int64_t)HOUR;
    parry_outbox_options o = {.payload_ms = HOUR, .keep_ms = 200 * (int64_t)HOUR};
    start(&b, s, &o, &t);
    uint64_t id = put(&b, "desk", "k", "secret");
    assert_true(becomes(&b, id, PARRY_OUTBOX_DELIVERED));
    assert_true(get(&b, s->arena, id).payload.n > 0);
    advance(&b, 61000);
    assert_true(reaches(&f.looked, 1));
    advance(&b, 61000); /* twice as long now */
    parry_sleep_ms(50);
    assert_int_equal(f.looked, 1);
    advance(&b, 61000);
    assert_true(reaches(&f.looked, 2));
    atomic_store(&f.ended, true);
    advance(&b, HOUR);
    assert_true(reaches(&f.looked, 3));
    parry_outbox_item i = get(&b, s->arena, id);
    for (int k = 0; k < 500 && (i.payload.p != NULL || !i.receipt.ended); k++) {
        parry_sleep_ms(5);
        i = get(&b, s->arena, id);
    }
    assert_null(i.payload.p);
    assert_string_equal(i.receipt.status, "solved");
    advance(&b, 50 * (int64_t)HOUR);
    parry_sleep_ms(50);
    assert_int_equal(f.looked, 3);
    advance(&b, 200 * (int64_t)HOUR);
    uint64_t counts[4] = {0, 0, 1, 0};
    int64_t oldest;
    for (int k = 0; k < 500 && counts[PARRY_OUTBOX_DELIVERED] > 0; k++) {
        parry_sleep_ms(5);
        ok(parry_outbox_counts(b.outbox, counts, &oldest, NULL));
    }
    assert_int_equal(counts[PARRY_OUTBOX_DELIVERED], 0);
    box_close(&b);
}

/* ---- a hook in the middle of it ---------------------------------------------------------------------------------- */

typedef struct teller { /* a target that says something by itself before it answers */
    box *b;
    atomic_bool tells;
    atomic_uint looked;
    const char *status;
    bool ended;
} teller;

typedef struct telling {
    box *b;
    uint64_t id;
    parry_receipt said;
} telling;

static parry_code tell_in(void *ctx, parry_txn *t, parry_err *err)
{
    const telling *x = ctx;
    return parry_outbox_hear(x->b->outbox, t, x->id, &x->said, err);
}

static void tell(teller *f, uint64_t id)
{
    telling x = {f->b, id, {.ended = f->ended}};
    (void)snprintf(x.said.status, sizeof x.said.status, "%s", f->status);
    if (atomic_exchange(&f->tells, false))
        ok(parry_group_do(f->b->group, tell_in, &x, NULL));
}

static parry_fate tell_and_send(void *ctx, const parry_outbox_item *i, parry_receipt *out, parry_err *err)
{
    (void)err;
    tell(ctx, i->id);
    (void)snprintf(out->remote_id, sizeof out->remote_id, "R1");
    (void)snprintf(out->status, sizeof out->status, "new");
    return PARRY_FATE_DELIVERED;
}

static parry_fate tell_and_look(void *ctx, const parry_outbox_item *i, parry_receipt *out, parry_err *err)
{
    teller *f = ctx;
    (void)err;
    tell(f, i->id);
    (void)snprintf(out->remote_id, sizeof out->remote_id, "R1");
    (void)snprintf(out->status, sizeof out->status, "open");
    atomic_fetch_add(&f->looked, 1);
    return PARRY_FATE_DELIVERED;
}

static void check_said(box *b, scratch *s, uint64_t id, const char *status, bool ended)
{
    parry_outbox_item i = get(b, s->arena, id);
    for (int k = 0; k < 500 && strcmp(i.receipt.status, status) != 0; k++) {
        parry_sleep_ms(5);
        i = get(b, s->arena, id);
    }
    assert_string_equal(i.receipt.status, status);
    assert_int_equal(i.receipt.ended, ended);
    assert_string_equal(i.receipt.remote_id, "R1");
}

static void test_what_was_told_meanwhile_goes_before_what_was_asked(void **state)
{
    scratch *s = *state;
    box b = {0};
    teller f = {.b = &b, .status = "pending", .tells = true};
    parry_target t = {.name = "desk", .send = tell_and_send, .look = tell_and_look, .ctx = &f, .workers = 1};
    t.look_ms = 60000;
    t.look_for_ms = 100 * (int64_t)HOUR;
    start(&b, s, NULL, &t);
    uint64_t id = put(&b, "desk", "k", "p");
    assert_true(becomes(&b, id, PARRY_OUTBOX_DELIVERED));
    check_said(&b, s, id, "pending", false);
    advance(&b, 61000); /* nothing was told meanwhile */
    assert_true(reaches(&f.looked, 1));
    check_said(&b, s, id, "open", false);
    f.status = ""; /* it ended, without a word for it */
    f.ended = true;
    atomic_store(&f.tells, true);
    advance(&b, HOUR);
    assert_true(reaches(&f.looked, 2));
    advance(&b, 50 * (int64_t)HOUR); /* so nobody asks any more */
    parry_sleep_ms(50);
    assert_int_equal(f.looked, 2);
    check_said(&b, s, id, "open", true);
    box_close(&b);
}

static void test_a_target_that_is_not_there_lets_others_go_on(void **state)
{
    scratch *s = *state;
    box b = {0};
    fake f = {.fate = PARRY_FATE_DELIVERED};
    parry_target t = target_of(&f, "desk");
    start(&b, s, NULL, &t);
    uint64_t waits = put(&b, "mail", "k", "p"), goes = put(&b, "desk", "k", "p");
    assert_true(becomes(&b, goes, PARRY_OUTBOX_DELIVERED));
    assert_int_equal(get(&b, s->arena, waits).state, PARRY_OUTBOX_WAITING);
    box_close(&b);
}

static void test_many_items_by_many_threads_each_once(void **state)
{
    scratch *s = *state;
    box b = {0};
    fake f = {.fate = PARRY_FATE_DELIVERED};
    parry_target t = target_of(&f, "desk");
    t.workers = 8;
    start(&b, s, NULL, &t);
    for (int i = 0; i < 300; i++) {
        char key[16];
        (void)snprintf(key, sizeof key, "k%d", i);
        put(&b, "desk", key, "p");
    }
    uint64_t counts[4] = {0};
    int64_t oldest;
    for (int i = 0; i < 2000 && counts[PARRY_OUTBOX_DELIVERED] < 300; i++) {
        parry_sleep_ms(5);
        ok(parry_outbox_counts(b.outbox, counts, &oldest, NULL));
    }
    assert_int_equal(counts[PARRY_OUTBOX_DELIVERED], 300);
    assert_int_equal(f.sent, 300);
    box_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_scratch(test_an_item_is_delivered_once),
        in_scratch(test_what_is_refused_for_now_is_sent_again_later),
        in_scratch(test_retry_after_is_heeded_by_the_whole_target),
        in_scratch(test_what_is_refused_for_good_is_dead_until_it_is_sent_by_hand),
        in_scratch(test_after_too_many_attempts_it_is_dead_and_then_removed),
        in_scratch(test_the_breaker_opens_tries_one_and_closes),
        in_scratch(test_what_was_on_its_way_when_the_breaker_opened_keeps_it_open_no_longer),
        in_scratch(test_what_may_have_arrived_is_looked_for_before_it_is_sent_again),
        in_scratch(test_an_address_that_is_no_page_is_not_kept),
        in_scratch(test_what_did_not_arrive_after_all_is_sent_again),
        in_scratch(test_a_delivered_one_is_looked_after_until_it_ended_and_its_payload_is_erased),
        in_scratch(test_what_was_told_meanwhile_goes_before_what_was_asked),
        in_scratch(test_a_target_that_is_not_there_lets_others_go_on),
        in_scratch(test_many_items_by_many_threads_each_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
