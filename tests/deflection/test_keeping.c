/* What is too old goes, kind by kind, and a signed entry says so; who changes the chain and its hashes alike is found
 * by what was signed before. */
#include "../ledger/support.h"

#include "base/env.h"
#include "deflection/keeping.h"
#include "ledger/inner.h"

static const int64_t day = 86400000;
static const int64_t start = (int64_t)20000 * 86400000;
static const unsigned char key[PARRY_CHECKPOINT_KEY] = {1, 2, 3}, other_key[PARRY_CHECKPOINT_KEY] = {3, 2, 1};

static parry_ledger_record fetched(parry_ledger *l, uint64_t seq, parry_arena *a)
{
    parry_ledger_record r = {0};
    size_t n = 0;
    ok(parry_ledger_fetch(l, &seq, 1, a, &r, &n, NULL));
    assert_int_equal(n, 1);
    return r;
}

static void put(parry_ledger *l, parry_ledger_kind kind, const char *payload)
{
    parry_ledger_ticket *t = NULL;
    const parry_ledger_item one = {.kind = kind, .payload = parry_str_of(payload)};
    ok(parry_ledger_append(l, &one, 1, &t, NULL));
    ok(parry_ledger_wait(l, t, NULL));
    parry_ledger_release(l, t);
}

static parry_code retain(parry_ledger *l, const parry_keeping *keep, int64_t now_ms, bool dry_run, parry_retained *out,
                         parry_err *err)
{
    const parry_erasing e = {.ledger = l, .actor = parry_str_of("parry"), .key = key};
    return parry_keeping_run(&e, keep, now_ms, dry_run, out, err);
}

/* A query, an event and an audit entry on each of ten days; then it is the eleventh. */
static parry_ledger *ten_days(scratch *s, hand_clock *clock)
{
    const parry_ledger_options o = {.clock = {hand_now, clock}};
    parry_ledger *l = ledger_open(s, &o);
    for (int i = 0; i < 10; i++) {
        put(l, PARRY_LEDGER_QUERY, "{\"text\":\"old\"}");
        put(l, PARRY_LEDGER_EVENT, "{\"type\":\"view\"}");
        put(l, PARRY_LEDGER_AUDIT, "{\"action\":\"key.create\"}");
        clock->ms += day;
    }
    return l;
}

static size_t left_of(parry_ledger *l, unsigned kind, uint64_t *first)
{
    parry_ledger_cursor *c;
    parry_ledger_record r;
    size_t n = 0;
    ok(parry_ledger_read(l, 0, &c, NULL));
    while (parry_ledger_next(c, &r)) {
        if (r.kind != kind || r.erased)
            continue;
        if (n++ == 0)
            *first = r.seq;
    }
    ok(parry_ledger_cursor_close(c, NULL));
    return n;
}

static void test_each_kind_has_its_own_days(void **state)
{
    hand_clock clock = HAND_CLOCK(start);
    parry_ledger *l = ten_days(*state, &clock);
    parry_retained gone;
    uint64_t first = 0;
    const parry_keeping keep = {.days = {0, 3, 5, 0}};
    ok(retain(l, &keep, clock.ms, true, &gone, NULL));
    assert_int_equal(gone.erased[PARRY_LEDGER_QUERY], 7);
    assert_int_equal(left_of(l, PARRY_LEDGER_QUERY, &first), 10); /* it was only asked */
    ok(retain(l, &keep, clock.ms, false, &gone, NULL));
    assert_int_equal(gone.erased[PARRY_LEDGER_QUERY], 7);
    assert_int_equal(gone.erased[PARRY_LEDGER_EVENT], 5);
    assert_int_equal(gone.erased[PARRY_LEDGER_AUDIT], 0);
    assert_int_equal(left_of(l, PARRY_LEDGER_QUERY, &first), 3);
    assert_int_equal(first, 22);
    assert_int_equal(left_of(l, PARRY_LEDGER_EVENT, &first), 5);
    assert_int_equal(left_of(l, PARRY_LEDGER_AUDIT, &first), 11);
    ok(retain(l, &keep, clock.ms, false, &gone, NULL));
    assert_int_equal(gone.erased[PARRY_LEDGER_QUERY] + gone.erased[PARRY_LEDGER_EVENT], 0);
    parry_ledger_close(l);
}

static void test_that_it_ran_is_told_signed_and_for_ever_is_for_ever(void **state)
{
    scratch *s = *state;
    hand_clock clock = HAND_CLOCK(start);
    parry_ledger *l = ten_days(s, &clock);
    parry_retained gone;
    parry_ledger_record r;
    parry_days e = {NULL, 0, 0};
    parry_checkpoint k;
    int64_t last = 0;
    uint64_t first;
    const parry_keeping keep = {.days = {0, 2, 0, 0}}, for_ever = {{0}};
    ok(retain(l, &for_ever, clock.ms, false, &gone, NULL));
    assert_int_equal(left_of(l, PARRY_LEDGER_QUERY, &first), 10);
    ok(retain(l, &keep, clock.ms, false, &gone, NULL));
    r = fetched(l, 32, s->arena);
    assert_true(parry_str_find(r.payload, parry_str_of("\"2024-10-11\":1},\"queries\":8,\"events\":0")) < r.payload.n);
    assert_true(parry_checkpoint_read(r.payload, key, &k) && k.genuine && k.seq == 31);
    assert_true(parry_checkpoint_read(r.payload, other_key, &k) && !k.genuine);
    ok(parry_erasures_last(l, PARRY_RETENTION_ACTION, &last, NULL));
    assert_int_equal(last, clock.ms);
    ok(parry_erasures_read(l, &e, NULL));
    assert_int_equal(parry_erasures_count(&e, start, start + 3 * day), 3);
    assert_int_equal(parry_erasures_count(&e, start + 8 * day, start + 9 * day), 0);
    parry_days_free(&e);
    parry_ledger_close(l);
}

/* ---- what was signed --------------------------------------------------------------------------------------------- */

static parry_code prove(parry_ledger *l, const unsigned char *with, parry_ledger_report *report, parry_err *err)
{
    const parry_ledger_proof proof = {.key = with};
    return parry_ledger_prove(l, &proof, report, err);
}

static void test_checkpoints_are_counted_and_their_signatures_looked_at(void **state)
{
    hand_clock clock = HAND_CLOCK(start);
    parry_ledger *l = ten_days(*state, &clock);
    parry_ledger_report report;
    parry_retained gone;
    parry_err err = {0};
    const parry_keeping keep = {.days = {0, 2, 0, 0}};
    ok(retain(l, &keep, clock.ms, false, &gone, NULL));
    put(l, PARRY_LEDGER_EVENT, "{}");
    ok(retain(l, &keep, clock.ms, false, &gone, NULL));
    ok(prove(l, key, &report, NULL));
    assert_int_equal(report.checkpoints, 2);
    assert_int_equal(report.checkpoint_seq, 32);
    assert_int_equal(report.checkpoint_ms, clock.ms);
    ok(prove(l, NULL, &report, NULL));
    assert_int_equal(report.checkpoints, 0);
    assert_int_equal(prove(l, other_key, &report, &err), PARRY_CORRUPT);
    assert_int_equal(report.wrong_seq, 31);
    parry_ledger_close(l);
}

static void test_a_head_of_nothing_is_signed_too(void **state)
{
    hand_clock clock = HAND_CLOCK(start);
    const parry_ledger_options o = {.clock = {hand_now, &clock}};
    parry_ledger *l = ledger_open(*state, &o);
    parry_ledger_report report;
    parry_retained gone;
    const parry_keeping keep = {{0}};
    ok(retain(l, &keep, clock.ms, false, &gone, NULL));
    ok(prove(l, key, &report, NULL));
    assert_int_equal(report.checkpoints, 1);
    assert_int_equal(report.checkpoint_seq, 0);
    parry_ledger_close(l);
}

/* As somebody with the program's own code and without the secret would: one payload changed, and every hash from there
 * on made anew. */
static void rewrite(scratch *s, uint64_t seq, const char *payload)
{
    parry_env *e;
    parry_table chain, payloads, state;
    parry_txn *t;
    parry_str v;
    parry_hash before = parry_ledger_genesis();
    ok(parry_env_open(in(s, "ledger"), 64 << 20, 8, &e, NULL));
    ok(parry_env_table(e, "chain", &chain, NULL));
    ok(parry_env_table(e, "payloads", &payloads, NULL));
    ok(parry_env_table(e, "state", &state, NULL));
    ok(parry_txn_write(e, &t, NULL));
    unsigned char number[8];
    uint64_t i = 1;
    for (;; i++) {
        char entry[PARRY_LEDGER_ENTRY], made[200];
        parry_key_u64(i, number);
        parry_str k = parry_str_make((const char *)number, 8);
        if (parry_get(t, chain, k, &v, NULL) != PARRY_OK)
            break;
        memcpy(entry, v.p, sizeof entry);
        if (i == seq) {
            ok(parry_get(t, payloads, k, &v, NULL));
            memcpy(made, v.p, PARRY_LEDGER_SALT);
            memcpy(made + PARRY_LEDGER_SALT, payload, strlen(payload));
            parry_hash h = parry_ledger_payload_hash(parry_str_make(made, PARRY_LEDGER_SALT), parry_str_of(payload));
            memcpy(entry + 26, h.b, sizeof h.b);
            ok(parry_put(t, payloads, k, parry_str_make(made, PARRY_LEDGER_SALT + strlen(payload)), NULL));
        }
        before = parry_ledger_chain_hash(before, i, parry_str_make(entry, PARRY_LEDGER_FIXED));
        memcpy(entry + PARRY_LEDGER_FIXED, before.b, sizeof before.b);
        ok(parry_put(t, chain, k, parry_str_make(entry, sizeof entry), NULL));
    }
    char head[100];
    ok(parry_get(t, state, parry_str_of("head"), &v, NULL));
    memcpy(head, v.p, v.n);
    memcpy(head + 9, before.b, sizeof before.b);
    ok(parry_put(t, state, parry_str_of("head"), parry_str_make(head, v.n), NULL));
    ok(parry_txn_commit(t, NULL));
    parry_env_close(e);
}

static void test_a_whole_new_chain_is_found_by_what_was_signed_and_by_what_was_noted(void **state)
{
    scratch *s = *state;
    hand_clock clock = HAND_CLOCK(start);
    parry_ledger *l = ten_days(s, &clock);
    parry_ledger_report report, noted;
    parry_retained gone;
    parry_err err = {0};
    const parry_keeping keep = {{0}};
    ok(retain(l, &keep, clock.ms, false, &gone, NULL));
    ok(prove(l, key, &noted, NULL));
    parry_ledger_close(l);
    rewrite(s, 5, "{\"type\":\"vote\"}");
    l = ledger_open(s, NULL);
    ok(prove(l, NULL, &report, NULL)); /* the chain alone is as good as any */
    assert_int_equal(prove(l, key, &report, &err), PARRY_CORRUPT);
    assert_string_equal(err.msg, "record 31: the chain it vouches for is another one");
    parry_ledger_proof proof = {.known_seq = 31, .known = noted.head};
    assert_int_equal(parry_ledger_prove(l, &proof, &report, NULL), PARRY_CORRUPT);
    proof.known_seq = 99;
    assert_int_equal(parry_ledger_prove(l, &proof, &report, NULL), PARRY_CORRUPT);
    assert_int_equal(report.wrong_seq, 32);
    parry_ledger_close(l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_scratch(test_each_kind_has_its_own_days),
        in_scratch(test_that_it_ran_is_told_signed_and_for_ever_is_for_ever),
        in_scratch(test_checkpoints_are_counted_and_their_signatures_looked_at),
        in_scratch(test_a_head_of_nothing_is_signed_too),
        in_scratch(test_a_whole_new_chain_is_found_by_what_was_signed_and_by_what_was_noted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
