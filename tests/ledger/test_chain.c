/* The chain: what was changed is found and named; what was erased leaves it whole. Files are changed as bytes, by
 * looking for what a record is known to hold. */
#include "support.h"

#include "base/env.h"

#include <signal.h>

enum { RECORDS = 200, FILE_MAX = 64 << 20 };
static const parry_uuid none = {{0}};

static void fill(parry_ledger *l)
{
    for (uint32_t i = 1; i <= RECORDS; i++) {
        char payload[64];
        (void)snprintf(payload, sizeof payload, "{\"number\":\"<%u>\"}", i);
        parry_ledger_item one = item(numbered(i), payload);
        ok(parry_ledger_append(l, &one, 1, NULL, NULL));
    }
    (void)append(l, none, "last");
}

static void make(scratch *s)
{
    parry_ledger *l = ledger_open(s, NULL);
    fill(l);
    parry_ledger_close(l);
}

static uint64_t wrong_record(scratch *s, parry_err *err)
{
    parry_ledger *l = ledger_open(s, NULL);
    parry_ledger_report report = {0};
    parry_code code = parry_ledger_verify(l, &report, err);
    parry_ledger_close(l);
    assert_int_equal(code, report.wrong_seq == 0 ? PARRY_OK : PARRY_CORRUPT);
    return report.wrong_seq;
}

/* Flips one bit of every place in the file where `what` stands, at byte `at` of it. */
static size_t flip(scratch *s, const void *what, size_t n, size_t at)
{
    parry_str file;
    size_t flipped = 0;
    ok(parry_file_read(s->arena, in(s, "ledger/data.mdb"), FILE_MAX, &file, NULL));
    char *bytes = parry_arena_alloc(s->arena, file.n);
    memcpy(bytes, file.p, file.n);
    for (char *p = bytes; (p = memmem(p, (size_t)(bytes + file.n - p), what, n)) != NULL; p += n) {
        p[at] ^= 1;
        flipped++;
    }
    ok(parry_file_replace(in(s, "ledger/data.mdb"), parry_str_make(bytes, file.n), NULL));
    return flipped;
}

static void test_an_untouched_ledger_is_right(void **state)
{
    scratch *s = *state;
    make(s);
    parry_ledger *l = ledger_open(s, NULL);
    parry_ledger_report report, again;
    ok(parry_ledger_verify(l, &report, NULL));
    assert_int_equal(report.records, RECORDS + 1);
    assert_int_equal(report.erased + report.wrong_seq, 0);
    ok(parry_ledger_verify(l, &again, NULL));
    assert_true(parry_hash_eq(report.head, again.head));
    (void)append(l, none, "more");
    ok(parry_ledger_verify(l, &again, NULL));
    assert_false(parry_hash_eq(report.head, again.head));
    parry_ledger_close(l);
}

static void test_an_empty_ledger_is_right(void **state)
{
    parry_ledger *l = ledger_open(*state, NULL);
    parry_ledger_report report;
    ok(parry_ledger_verify(l, &report, NULL));
    assert_int_equal(report.records, 0);
    parry_ledger_close(l);
}

static void test_a_flipped_byte_of_a_payload_is_found(void **state)
{
    scratch *s = *state;
    parry_err err = {0};
    make(s);
    assert_true(flip(s, "<117>", 5, 3) > 0);
    assert_int_equal(wrong_record(s, &err), 117);
    assert_string_equal(err.msg, "record 117: its payload is not what was written");
}

static void test_a_flipped_byte_of_an_entry_is_found_whichever_it_is(void **state)
{
    scratch *s = *state;
    /* Counted from the id, which stands at byte 10 of its entry: kind, time, id, payload hash, chain hash. */
    static const long at[] = {-9, -8, -1, 15, 16, 47, 48, 79};
    for (size_t i = 0; i < sizeof at / sizeof *at; i++) {
        make(s);
        parry_ledger *l = ledger_open(s, NULL);
        parry_ledger_cursor *c;
        parry_ledger_record r;
        parry_str file;
        ok(parry_ledger_read(l, 60, &c, NULL));
        assert_true(parry_ledger_next(c, &r));
        ok(parry_ledger_cursor_close(c, NULL));
        parry_ledger_close(l);
        ok(parry_file_read(s->arena, in(s, "ledger/data.mdb"), FILE_MAX, &file, NULL));
        char *bytes = parry_arena_alloc(s->arena, file.n);
        memcpy(bytes, file.p, file.n);
        for (char *p = bytes; (p = memmem(p, (size_t)(bytes + file.n - p), r.id.b, 16)) != NULL; p += 16) {
            if (p[-10] == 1 && p[-9] == PARRY_LEDGER_EVENT) /* in the chain, not in the table of ids */
                p[at[i]] ^= 1;
        }
        ok(parry_file_replace(in(s, "ledger/data.mdb"), parry_str_make(bytes, file.n), NULL));
        assert_int_equal(wrong_record(s, NULL), 60);
        ok(parry_tree_remove(in(s, "ledger"), NULL));
    }
}

static void test_erasing_destroys_payload_and_leaves_the_chain_whole(void **state)
{
    scratch *s = *state;
    make(s);
    parry_ledger *l = ledger_open(s, NULL);
    const uint64_t gone[] = {7, 60, 60, RECORDS + 1, 99999};
    parry_ledger_report before, after;
    ok(parry_ledger_verify(l, &before, NULL));
    ok(parry_ledger_erase(l, gone, 5, NULL));
    ok(parry_ledger_verify(l, &after, NULL));
    assert_int_equal(after.erased, 3);
    assert_int_equal(after.records, before.records);
    assert_true(parry_hash_eq(before.head, after.head));
    parry_ledger_cursor *c;
    parry_ledger_record r;
    ok(parry_ledger_read(l, 59, &c, NULL));
    assert_true(parry_ledger_next(c, &r) && !r.erased);
    assert_true(parry_ledger_next(c, &r) && r.erased && r.payload.p == NULL && r.seq == 60);
    assert_true(parry_ledger_next(c, &r) && !r.erased);
    assert_str(r.payload, "{\"number\":\"<61>\"}");
    ok(parry_ledger_cursor_close(c, NULL));
    assert_true(append(l, numbered(60), "again").duplicate); /* erased is not undone */
    (void)append(l, none, "goes on");
    ok(parry_ledger_verify(l, &after, NULL));
    parry_ledger_close(l);
}

/* As somebody with an LMDB tool of his own would. */
static void cut_out(scratch *s, uint64_t seq)
{
    parry_env *e;
    parry_table chain;
    parry_txn *t;
    unsigned char key[8];
    parry_key_u64(seq, key);
    ok(parry_env_open(in(s, "ledger"), 64 << 20, 8, &e, NULL));
    ok(parry_env_table(e, "chain", &chain, NULL));
    ok(parry_txn_write(e, &t, NULL));
    ok(parry_del(t, chain, parry_str_make((char *)key, 8), NULL));
    ok(parry_txn_commit(t, NULL));
    parry_env_close(e);
}

static void test_a_record_that_is_cut_out_is_missed(void **state)
{
    scratch *s = *state;
    make(s);
    cut_out(s, RECORDS + 1);
    assert_int_equal(wrong_record(s, NULL), RECORDS + 1);
    cut_out(s, 33);
    assert_int_equal(wrong_record(s, NULL), 33);
}

/* ---- any byte -----------------------------------------------------------------------------------------------------
 */

static parry_hash content_of(parry_ledger *l)
{
    parry_hasher h;
    parry_ledger_cursor *c;
    parry_ledger_record r;
    parry_hasher_start(&h);
    if (parry_ledger_read(l, 0, &c, NULL) != PARRY_OK)
        return parry_hasher_end(&h);
    while (parry_ledger_next(c, &r)) {
        parry_hasher_add(&h, &r.seq, sizeof r.seq);
        parry_hasher_add(&h, &r.at_ms, sizeof r.at_ms);
        parry_hasher_add(&h, &r.kind, sizeof r.kind);
        parry_hasher_add(&h, r.id.b, sizeof r.id.b);
        parry_hasher_adds(&h, r.payload);
    }
    (void)!parry_ledger_cursor_close(c, NULL);
    return parry_hasher_end(&h);
}

enum { UNTOUCHED = 0, FOUND = 1, MISSED = 2 };

/* In a process of its own: LMDB trusts its pages, and may die of a bad one, which is found, too. */
static int verdict(scratch *s, parry_hash want)
{
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        parry_ledger *l;
        parry_ledger_report report;
        static const int bad[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
        for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
            (void)signal(bad[i], SIG_DFL);        /* cmocka catches them, and would go on as the test */
        (void)!freopen("/dev/null", "w", stderr); /* LMDB's last words */
        if (parry_ledger_open(in(s, "ledger"), NULL, &l, NULL) != PARRY_OK ||
            parry_ledger_verify(l, &report, NULL) != PARRY_OK || report.erased > 0 || report.records != RECORDS + 1)
            _exit(FOUND);
        _exit(parry_hash_eq(content_of(l), want) ? UNTOUCHED : MISSED);
    }
    int status = status_of(child);
    return status == -1 ? FOUND : status;
}

static void test_no_flipped_byte_changes_what_is_read_unseen(void **state)
{
    scratch *s = *state;
    parry_str file;
    size_t seen[3] = {0, 0, 0};
    make(s);
    parry_ledger *l = ledger_open(s, NULL);
    parry_hash want = content_of(l);
    parry_ledger_close(l);
    ok(parry_file_read(s->arena, in(s, "ledger/data.mdb"), FILE_MAX, &file, NULL));
    char *bytes = parry_arena_alloc(s->arena, file.n);
    memcpy(bytes, file.p, file.n);
    srandom(11);
    for (int i = 0, n = getenv("PARRY_SOAK") ? 3000 : 100; i < n; i++) {
        size_t at = (size_t)random() % file.n;
        bytes[at] = (char)(bytes[at] ^ (1 << random() % 8));
        ok(parry_file_replace(in(s, "ledger/data.mdb"), parry_str_make(bytes, file.n), NULL));
        seen[verdict(s, want)]++;
        bytes[at] = file.p[at];
    }
    print_message("of the flips %zu were found, %zu touched nothing that is read\n", seen[FOUND], seen[UNTOUCHED]);
    assert_int_equal(seen[MISSED], 0);
    assert_true(seen[FOUND] > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_scratch(test_an_untouched_ledger_is_right),
        in_scratch(test_an_empty_ledger_is_right),
        in_scratch(test_a_flipped_byte_of_a_payload_is_found),
        in_scratch(test_a_flipped_byte_of_an_entry_is_found_whichever_it_is),
        in_scratch(test_erasing_destroys_payload_and_leaves_the_chain_whole),
        in_scratch(test_a_record_that_is_cut_out_is_missed),
        in_scratch(test_no_flipped_byte_changes_what_is_read_unseen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
