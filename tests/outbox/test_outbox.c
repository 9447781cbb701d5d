/* Items in a transaction, without threads. */
#include "support.h"

static void test_the_same_key_is_the_same_item(void **state)
{
    scratch *s = *state;
    box b = {0};
    box_open(&b, s, NULL);
    uint64_t one = put(&b, "desk", "k1", "first");
    assert_int_equal(put(&b, "desk", "k1", "second"), one);
    assert_int_not_equal(put(&b, "mail", "k1", "first"), one);
    assert_int_not_equal(put(&b, "desk", "k2", "first"), one);
    parry_outbox_item i = get(&b, s->arena, one);
    assert_str(i.payload, "first");
    assert_str(i.key, "k1");
    assert_str(i.target, "desk");
    assert_int_equal(i.state, PARRY_OUTBOX_WAITING);
    box_close(&b);
}

static void test_bad_names_and_keys_are_refused(void **state)
{
    scratch *s = *state;
    box b = {0};
    box_open(&b, s, NULL);
    char long_key[PARRY_OUTBOX_KEY_MAX + 2];
    memset(long_key, 'k', sizeof long_key - 1);
    long_key[sizeof long_key - 1] = 0;
    putting bad[] = {{b.outbox, "", "k", "p", 0},          {b.outbox, "Desk", "k", "p", 0},
                     {b.outbox, "desk", "", "p", 0},       {b.outbox, "desk", "a b", "p", 0},
                     {b.outbox, "desk", long_key, "p", 0}, {b.outbox, "!last", "k", "p", 0}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(parry_group_do(b.group, put_in, &bad[i], NULL), PARRY_INVALID);
    uint64_t counts[4];
    int64_t oldest;
    ok(parry_outbox_counts(b.outbox, counts, &oldest, NULL));
    assert_int_equal(counts[PARRY_OUTBOX_WAITING], 0);
    assert_int_equal(oldest, 0);
    box_close(&b);
}

static void test_what_was_put_is_there_after_a_restart_and_is_listed(void **state)
{
    scratch *s = *state;
    box b = {.now_ms = 1000};
    parry_txn *t;
    parry_outbox_item list[8];
    size_t n;
    box_open(&b, s, NULL);
    put(&b, "desk", "k1", "1");
    b.now_ms = 2000;
    put(&b, "mail", "k2", "2");
    put(&b, "desk", "k3", "3");
    box_close(&b);
    box_open(&b, s, NULL);
    ok(parry_txn_read(b.env, &t, NULL));
    ok(parry_outbox_list(b.outbox, t, -1, parry_str_of("desk"), 0, s->arena, list, 8, &n, NULL));
    assert_int_equal(n, 2);
    assert_str(list[1].key, "k3");
    ok(parry_outbox_list(b.outbox, t, PARRY_OUTBOX_WAITING, parry_str_of(""), list[0].id, s->arena, list, 8, &n, NULL));
    assert_int_equal(n, 2);
    ok(parry_outbox_list(b.outbox, t, PARRY_OUTBOX_DEAD, parry_str_of(""), 0, s->arena, list, 8, &n, NULL));
    assert_int_equal(n, 0);
    parry_txn_abort(t);
    uint64_t counts[4];
    int64_t oldest;
    ok(parry_outbox_counts(b.outbox, counts, &oldest, NULL));
    assert_int_equal(counts[PARRY_OUTBOX_WAITING], 3);
    assert_int_equal(oldest, 1000);
    box_close(&b);
}

typedef struct naming {
    parry_outbox *outbox;
    uint64_t id;
} naming;

static parry_code drop_it(void *ctx, parry_txn *t, parry_err *err)
{
    naming *d = ctx;
    return parry_outbox_drop(d->outbox, t, d->id, err);
}

static void test_a_dropped_item_is_gone_and_its_number_is_not_given_again(void **state)
{
    scratch *s = *state;
    box b = {0};
    parry_txn *t;
    uint64_t id;
    box_open(&b, s, NULL);
    naming d = {b.outbox, put(&b, "desk", "k1", "1")};
    ok(parry_group_do(b.group, drop_it, &d, NULL));
    assert_int_equal(parry_group_do(b.group, drop_it, &d, NULL), PARRY_NOT_FOUND);
    ok(parry_txn_read(b.env, &t, NULL));
    assert_int_equal(parry_outbox_find(b.outbox, t, parry_str_of("desk"), parry_str_of("k1"), &id, NULL),
                     PARRY_NOT_FOUND);
    parry_txn_abort(t);
    assert_true(put(&b, "desk", "k1", "1") > d.id);
    box_close(&b);
}

/* What is told fails, and with it the whole change. */
static parry_code tells_no(void *ctx, parry_txn *t, const parry_outbox_item *i, parry_err *err)
{
    (void)ctx, (void)t, (void)i;
    return parry_fail(err, PARRY_IO, "no");
}

static void test_a_change_that_its_owner_cannot_record_does_not_happen(void **state)
{
    scratch *s = *state;
    box b = {0};
    parry_outbox_options o = {.told = tells_no};
    uint64_t counts[4];
    int64_t oldest;
    box_open(&b, s, &o);
    putting p = {b.outbox, "desk", "k", "p", 0};
    assert_int_equal(parry_group_do(b.group, put_in, &p, NULL), PARRY_IO);
    ok(parry_outbox_counts(b.outbox, counts, &oldest, NULL));
    assert_int_equal(counts[PARRY_OUTBOX_WAITING], 0);
    box_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_scratch(test_the_same_key_is_the_same_item),
        in_scratch(test_bad_names_and_keys_are_refused),
        in_scratch(test_what_was_put_is_there_after_a_restart_and_is_listed),
        in_scratch(test_a_dropped_item_is_gone_and_its_number_is_not_given_again),
        in_scratch(test_a_change_that_its_owner_cannot_record_does_not_happen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
