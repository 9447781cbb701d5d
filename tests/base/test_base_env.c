/* LMDB must not cross a fork: wherever two processes meet here, each opens the store by itself after the fork. */
#include "testing.h"

#include "base/env.h"
#include "base/file.h"
#include "base/work.h"

#include <signal.h>
#include <sys/stat.h>

enum { MAP_BYTES = 16 << 20, TABLES = 4 };

static parry_env *open_env(scratch *s)
{
    parry_env *e = NULL;
    ok(parry_env_open(in(s, "store/db"), MAP_BYTES, TABLES, &e, NULL));
    return e;
}

static parry_table table(parry_env *e, const char *name)
{
    parry_table t = 0;
    ok(parry_env_table(e, name, &t, NULL));
    return t;
}

/* One pair in a transaction of its own; a code, so that a child may use it too. */
static parry_code put_one(parry_env *e, parry_table t, const char *key, const char *value)
{
    parry_txn *txn;
    parry_code code = parry_txn_write(e, &txn, NULL);
    if (code != PARRY_OK)
        return code;
    code = parry_put(txn, t, parry_str_of(key), parry_str_of(value), NULL);
    if (code == PARRY_OK)
        return parry_txn_commit(txn, NULL);
    parry_txn_abort(txn);
    return code;
}

static void assert_stored(parry_env *e, parry_table t, const char *key, const char *want)
{
    parry_txn *txn;
    parry_str v;
    ok(parry_txn_read(e, &txn, NULL));
    parry_code code = parry_get(txn, t, parry_str_of(key), &v, NULL);
    if (want == NULL)
        assert_int_equal(code, PARRY_NOT_FOUND);
    else
        assert_true(code == PARRY_OK && parry_str_eqz(v, want));
    parry_txn_abort(txn);
}

static void test_its_files_are_their_owner_s_alone(void **state)
{
    static const char *const files[] = {"store/db/data.mdb", "store/db/lock.mdb"};
    scratch *s = *state;
    struct stat st;
    parry_env_close(open_env(s));
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        assert_int_equal(stat(in(s, files[i]), &st), 0);
        assert_int_equal(st.st_mode & 077, 0);
    }
}

static void test_what_is_put_is_got_and_what_is_deleted_is_gone(void **state)
{
    scratch *s = *state;
    parry_env *e = open_env(s);
    parry_table a = table(e, "a"), b = table(e, "b");
    ok(put_one(e, a, "k", "1"));
    ok(put_one(e, a, "k", "2"));
    ok(put_one(e, a, "empty", ""));
    assert_stored(e, a, "k", "2");
    assert_stored(e, a, "empty", "");
    assert_stored(e, b, "k", NULL); /* tables are apart */
    parry_txn *txn;
    uint64_t n = 0;
    ok(parry_txn_write(e, &txn, NULL));
    ok(parry_del(txn, a, lit("k"), NULL));
    ok(parry_del(txn, a, lit("k"), NULL)); /* not there is fine */
    ok(parry_count(txn, a, &n, NULL));
    assert_int_equal(n, 1);
    ok(parry_txn_commit(txn, NULL));
    assert_stored(e, a, "k", NULL);
    parry_env_close(e);
    parry_env_close(NULL);
    parry_txn_abort(NULL);
}

static void test_keys_have_one_to_511_bytes(void **state)
{
    scratch *s = *state;
    parry_env *e = open_env(s);
    parry_table t = table(e, "t");
    parry_txn *txn;
    parry_str v = lit("untouched"), none = {NULL, 0};
    char key[512];
    memset(key, 'k', sizeof key);
    ok(parry_txn_write(e, &txn, NULL));
    ok(parry_put(txn, t, parry_str_make(key, 511), none, NULL));
    assert_int_equal(parry_put(txn, t, parry_str_make(key, 512), none, NULL), PARRY_INVALID);
    assert_int_equal(parry_put(txn, t, none, none, NULL), PARRY_INVALID);
    assert_int_equal(parry_get(txn, t, parry_str_make(key, 512), &v, NULL), PARRY_INVALID);
    assert_int_equal(parry_del(txn, t, none, NULL), PARRY_INVALID);
    assert_str(v, "untouched");
    ok(parry_txn_commit(txn, NULL)); /* a refused key does not spoil the transaction */
    parry_env_close(e);
}

static void test_an_aborted_transaction_leaves_nothing(void **state)
{
    scratch *s = *state;
    parry_env *e = open_env(s);
    parry_table t = table(e, "t");
    parry_txn *txn;
    parry_str v;
    ok(parry_txn_write(e, &txn, NULL));
    ok(parry_put(txn, t, lit("k"), lit("v"), NULL));
    ok(parry_get(txn, t, lit("k"), &v, NULL)); /* seen inside */
    parry_txn_abort(txn);
    assert_stored(e, t, "k", NULL);
    parry_env_close(e);
}

static void test_a_reader_keeps_the_state_it_began_with(void **state)
{
    scratch *s = *state;
    parry_env *e = open_env(s);
    parry_table t = table(e, "t");
    parry_txn *old, *another;
    parry_str v;
    ok(put_one(e, t, "k", "old"));
    ok(parry_txn_read(e, &old, NULL));
    ok(parry_txn_read(e, &another, NULL)); /* two at once in one thread */
    ok(put_one(e, t, "k", "new"));
    ok(parry_get(old, t, lit("k"), &v, NULL));
    assert_str(v, "old");
    ok(parry_txn_commit(old, NULL)); /* a reader may end either way */
    parry_txn_abort(another);
    assert_stored(e, t, "k", "new");
    parry_env_close(e);
}

/* Walks from `from` and compares the keys met with `want`, joined by blanks. */
static void assert_walk(parry_txn *txn, parry_table t, const char *from, const char *want)
{
    parry_cursor *c;
    parry_str k, v;
    parry_buf met = PARRY_BUF(1000);
    ok(parry_cursor_open(txn, t, parry_str_of(from), &c, NULL));
    while (parry_cursor_next(c, &k, &v)) {
        assert_true(parry_str_eq(k, v));
        parry_buf_printf(&met, "%.*s ", PARRY_FMT(k));
    }
    assert_false(parry_cursor_next(c, &k, &v)); /* the end stays the end */
    ok(parry_cursor_close(c, NULL));
    assert_true(parry_str_eqz(parry_buf_str(&met), want));
    parry_buf_free(&met);
}

static void test_a_cursor_walks_in_key_order_from_where_it_is_told(void **state)
{
    scratch *s = *state;
    parry_env *e = open_env(s);
    parry_table t = table(e, "t");
    parry_txn *txn;
    parry_str k, v;
    ok(parry_txn_write(e, &txn, NULL));
    assert_walk(txn, t, NULL, "");
    assert_walk(txn, t, "x", "");
    assert_int_equal(parry_last(txn, t, &k, &v, NULL), PARRY_NOT_FOUND);
    for (const char *name = "dbfac"; *name; name++)
        ok(parry_put(txn, t, parry_str_make(name, 1), parry_str_make(name, 1), NULL));
    assert_walk(txn, t, NULL, "a b c d f ");
    assert_walk(txn, t, "c", "c d f ");
    assert_walk(txn, t, "e", "f ");
    assert_walk(txn, t, "g", "");
    ok(parry_last(txn, t, &k, &v, NULL));
    assert_str(k, "f");
    ok(parry_txn_commit(txn, NULL));
    parry_env_close(e);
}

static void test_a_walk_may_delete_what_it_stands_on(void **state)
{
    scratch *s = *state;
    parry_env *e = open_env(s);
    parry_table t = table(e, "t");
    parry_txn *txn;
    parry_cursor *c;
    parry_str k, v;
    uint64_t n, steps = 0;
    unsigned char key[8];
    ok(parry_txn_write(e, &txn, NULL));
    for (uint64_t i = 0; i < 5000; i++) {
        parry_key_u64(i, key);
        ok(parry_put(txn, t, parry_str_make((char *)key, 8), lit("some value of a few bytes"), NULL));
    }
    ok(parry_cursor_open(txn, t, parry_str_make(NULL, 0), &c, NULL));
    while (parry_cursor_next(c, &k, &v)) {
        assert_int_equal(parry_key_u64_read(k), steps++);
        if (steps % 3 != 0) {
            memcpy(key, k.p, sizeof key); /* the slice ends with the write */
            ok(parry_del(txn, t, parry_str_make((char *)key, 8), NULL));
        }
    }
    ok(parry_cursor_close(c, NULL));
    assert_int_equal(steps, 5000);
    ok(parry_count(txn, t, &n, NULL));
    assert_int_equal(n, 5000 / 3);
    ok(parry_txn_commit(txn, NULL));
    parry_env_close(e);
}

static void test_numbers_sort_as_keys(void **state)
{
    (void)state;
    static const uint64_t numbers[] = {0, 1, 255, 256, 65535, 1u << 31, UINT64_C(1) << 63, UINT64_MAX};
    unsigned char last[8] = {0}, key[8];
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        parry_key_u64(numbers[i], key);
        assert_true(i == 0 || memcmp(last, key, 8) < 0);
        assert_true(parry_key_u64_read(parry_str_make((char *)key, 8)) == numbers[i]);
        memcpy(last, key, 8);
    }
    assert_int_equal(parry_key_u64_read(lit("1234567")), 0);
    assert_int_equal(parry_key_u64_read(lit("\0\0\0\0\0\0\0\7rest")), 7);
}

static void test_a_full_store_says_so_and_keeps_what_it_had(void **state)
{
    scratch *s = *state;
    parry_env *e;
    parry_err err = {0};
    ok(parry_env_open(in(s, "small"), 200001, 1, &e, NULL)); /* not a multiple of a page */
    parry_table t = table(e, "t");
    ok(put_one(e, t, "k", "kept"));
    char *value = parry_arena_alloc(s->arena, 1 << 20);
    parry_txn *txn;
    ok(parry_txn_write(e, &txn, NULL));
    assert_int_equal(parry_put(txn, t, lit("big"), parry_str_make(value, 1 << 20), &err), PARRY_UNAVAILABLE);
    assert_non_null(strstr(err.msg, "map_bytes"));
    parry_txn_abort(txn);
    assert_stored(e, t, "k", "kept");
    parry_env_close(e);
}

static void test_a_store_that_is_not_one_is_told(void **state)
{
    scratch *s = *state;
    parry_env *e = NULL;
    parry_err err;
    char noise[8192];
    memset(noise, 'x', sizeof noise);
    ok(parry_dir_make(in(s, "bad"), NULL));
    ok(parry_file_replace(in(s, "bad/data.mdb"), parry_str_make(noise, sizeof noise), NULL));
    assert_int_equal(parry_env_open(in(s, "bad"), MAP_BYTES, TABLES, &e, &err), PARRY_CORRUPT);
    ok(parry_file_replace(in(s, "file"), lit("x"), NULL));
    assert_int_equal(parry_env_open(in(s, "file"), MAP_BYTES, TABLES, &e, &err), PARRY_CONFLICT);
    assert_null(e);
}

static void test_one_table_too_many_is_an_error(void **state)
{
    scratch *s = *state;
    parry_env *e;
    parry_err err;
    parry_table t = 12345;
    ok(parry_env_open(in(s, "one"), MAP_BYTES, 1, &e, NULL));
    parry_table first = table(e, "first");
    assert_int_equal(table(e, "first"), first);
    assert_int_equal(parry_env_table(e, "second", &t, &err), PARRY_IO);
    assert_int_equal(t, 12345);
    ok(put_one(e, first, "k", "v"));
    parry_env_close(e);
}

static void test_commits_last_across_a_reopen(void **state)
{
    scratch *s = *state;
    parry_env *e = open_env(s);
    ok(put_one(e, table(e, "t"), "k", "v"));
    parry_env_close(e);
    e = open_env(s);
    assert_stored(e, table(e, "t"), "k", "v");
    parry_env_close(e);
}

/* Counts up in one table and writes each number it was told is committed into the pipe, until it is killed. */
static void commit_for_ever(scratch *s, int out)
{
    parry_env *e = open_env(s);
    parry_table t = table(e, "t");
    for (int i = 1;; i++) {
        char text[16];
        snprintf(text, sizeof text, "%d", i);
        if (put_one(e, t, "n", text) != PARRY_OK || put_one(e, t, "m", text) != PARRY_OK)
            _exit(1);
        if (write(out, &i, sizeof i) != (ssize_t)sizeof i)
            _exit(1);
    }
}

static int number(parry_env *e, parry_table t, const char *key)
{
    parry_txn *txn;
    parry_str v;
    ok(parry_txn_read(e, &txn, NULL));
    ok(parry_get(txn, t, parry_str_of(key), &v, NULL));
    char text[16] = "";
    memcpy(text, v.p, v.n < sizeof text ? v.n : sizeof text - 1);
    parry_txn_abort(txn);
    return (int)strtol(text, NULL, 10);
}

static void test_a_killed_writer_loses_nothing_it_committed(void **state)
{
    scratch *s = *state;
    int told[2], last = 0, i;
    assert_int_equal(pipe(told), 0);
    fflush(NULL);
    pid_t child = fork();
    if (child == 0)
        commit_for_ever(s, told[1]);
    close(told[1]);
    while (last < 20 && read(told[0], &i, sizeof i) == (ssize_t)sizeof i)
        last = i;
    kill(child, SIGKILL);
    assert_int_equal(status_of(child), -1);
    while (read(told[0], &i, sizeof i) == (ssize_t)sizeof i)
        last = i;
    close(told[0]);
    parry_env *e = open_env(s);
    parry_table t = table(e, "t");
    int n = number(e, t, "n"), m = number(e, t, "m");
    assert_true(last >= 20 && m >= last && n >= m && n <= last + 1);
    ok(put_one(e, t, "n", "0")); /* its lock does not hang the next writer */
    parry_env_close(e);
}

/* A step of the child: waits for a byte, writes, answers with the code. */
static void child_writes(scratch *s, int go, int done)
{
    char c;
    parry_env *e = NULL;
    parry_table t = 0;
    if (read(go, &c, 1) != 1 || parry_env_open(in(s, "store/db"), MAP_BYTES, TABLES, &e, NULL) != PARRY_OK)
        _exit(1);
    if (parry_env_table(e, "t", &t, NULL) != PARRY_OK || put_one(e, t, "k", "from the child") != PARRY_OK)
        _exit(2);
    if (write(done, "x", 1) != 1 || read(go, &c, 1) != 1)
        _exit(3);
    parry_txn *txn;
    parry_str v;
    if (parry_txn_read(e, &txn, NULL) != PARRY_OK || parry_get(txn, t, lit("k"), &v, NULL) != PARRY_OK)
        _exit(4);
    bool seen = parry_str_eqz(v, "from the parent");
    parry_txn_abort(txn);
    parry_env_close(e);
    _exit(seen ? 0 : 5);
}

static void test_two_processes_see_each_others_commits(void **state)
{
    scratch *s = *state;
    int go[2], done[2];
    char c;
    assert_int_equal(pipe(go) | pipe(done), 0);
    fflush(NULL);
    pid_t child = fork();
    if (child == 0)
        child_writes(s, go[0], done[1]);
    close(done[1]);
    parry_env *e = open_env(s);
    parry_table t = table(e, "t");
    ok(put_one(e, t, "k", "first"));
    parry_txn *old;
    parry_str v;
    ok(parry_txn_read(e, &old, NULL));
    assert_int_equal(write(go[1], "x", 1), 1);
    assert_int_equal(read(done[0], &c, 1), 1);
    ok(parry_get(old, t, lit("k"), &v, NULL));
    assert_str(v, "first");
    parry_txn_abort(old);
    assert_stored(e, t, "k", "from the child");
    ok(put_one(e, t, "k", "from the parent"));
    assert_int_equal(write(go[1], "x", 1), 1);
    assert_int_equal(status_of(child), 0);
    parry_env_close(e);
    close(go[0]), close(go[1]), close(done[0]);
}

/* Reads until it is killed. */
static void child_reads(scratch *s, int ready)
{
    parry_env *e = NULL;
    parry_txn *txn;
    if (parry_env_open(in(s, "store/db"), MAP_BYTES, TABLES, &e, NULL) != PARRY_OK ||
        parry_txn_read(e, &txn, NULL) != PARRY_OK || write(ready, "x", 1) != 1)
        _exit(1);
    for (;;)
        pause();
}

static void test_a_reader_that_was_killed_keeps_no_pages(void **state)
{
    scratch *s = *state;
    int ready[2];
    char c;
    size_t before, after, map;
    assert_int_equal(pipe(ready), 0);
    fflush(NULL);
    pid_t child = fork();
    if (child == 0)
        child_reads(s, ready[1]);
    assert_int_equal(read(ready[0], &c, 1), 1);
    parry_env *e = open_env(s);
    parry_table t = table(e, "t");
    ok(put_one(e, t, "k", "v"));
    parry_env_usage(e, &before, &map);
    (void)kill(child, SIGKILL);
    (void)status_of(child);
    for (int i = 0; i < 600; i++) /* 3 pages each, none of which could be used again */
        ok(put_one(e, t, "k", i % 2 ? "v" : "w"));
    parry_env_usage(e, &after, &map);
    assert_true(after - before < 1 << 20);
    parry_env_close(e);
    close(ready[0]), close(ready[1]);
}

typedef struct shared {
    parry_env *e;
    parry_table t;
} shared;

static void add_one(void *ctx, size_t i, unsigned worker)
{
    shared *sh = ctx;
    char key[32];
    (void)worker;
    snprintf(key, sizeof key, "%zu", i);
    if (put_one(sh->e, sh->t, key, "v") != PARRY_OK)
        abort();
}

static void test_writers_of_several_threads_wait_for_each_other(void **state)
{
    scratch *s = *state;
    shared sh = {open_env(s), 0};
    sh.t = table(sh.e, "t");
    parry_parallel(60, 4, add_one, &sh);
    parry_txn *txn;
    uint64_t n = 0;
    ok(parry_txn_read(sh.e, &txn, NULL));
    ok(parry_count(txn, sh.t, &n, NULL));
    parry_txn_abort(txn);
    assert_int_equal(n, 60);
    parry_env_close(sh.e);
}

/* The child, once it is told to: who holds the store, and a copy of it. */
static void child_copies(scratch *s, int go)
{
    char c;
    long pid = 0;
    if (read(go, &c, 1) != 1 || parry_env_holder(in(s, "store/db"), &pid, NULL) != PARRY_OK)
        _exit(1);
    if (pid != (long)getppid())
        _exit(2);
    if (parry_env_copy(in(s, "store/db"), in(s, "copy"), NULL) != PARRY_OK)
        _exit(3);
    _exit(parry_env_copy(in(s, "store/db"), in(s, "copy"), NULL) == PARRY_CONFLICT ? 0 : 4);
}

static void test_a_copy_is_made_while_another_process_holds_the_store(void **state)
{
    scratch *s = *state;
    int go[2];
    long pid = 1;
    ok(parry_dir_make(in(s, "copy"), NULL));
    assert_int_equal(parry_env_copy(in(s, "store/db"), in(s, "copy"), NULL), PARRY_NOT_FOUND);
    assert_int_equal(pipe(go), 0);
    fflush(NULL);
    pid_t child = fork();
    if (child == 0)
        child_copies(s, go[0]);
    parry_env *e = open_env(s);
    parry_table t = table(e, "t");
    ok(put_one(e, t, "k", "before"));
    assert_int_equal(write(go[1], "x", 1), 1);
    assert_int_equal(status_of(child), 0);
    ok(put_one(e, t, "k", "after"));
    parry_env_close(e);
    close(go[0]);
    close(go[1]);
    ok(parry_env_open(in(s, "copy"), MAP_BYTES, TABLES, &e, NULL));
    assert_stored(e, table(e, "t"), "k", "before");
    parry_env_close(e);
    ok(parry_env_holder(in(s, "store/db"), &pid, NULL));
    assert_int_equal(pid, 0);
}

/* ---- pages ------------------------------------------------------------------------------------------------------- */

static bool in_file(scratch *s, const char *what)
{
    parry_str file;
    ok(parry_file_read(s->arena, in(s, "store/db/data.mdb"), MAP_BYTES, &file, NULL));
    return parry_str_find(file, parry_str_of(what)) < file.n;
}

static void test_what_is_deleted_is_scrubbed_off_the_file(void **state)
{
    enum { PAIRS = 400 };
    scratch *s = *state;
    parry_env *e = open_env(s);
    const parry_table tables[] = {table(e, "one"), table(e, "two")};
    uint64_t left = 1;
    char key[20], value[5001];
    for (size_t i = 0; i < PAIRS; i++) {
        size_t n = i % 9 == 0 ? 5000 : 20 + 31 * i % 900;
        memset(value, 'x', n);
        memcpy(value, i % 2 ? "secretone" : "plainnote", 9);
        value[n] = 0;
        (void)snprintf(key, sizeof key, "%zu", i);
        ok(put_one(e, tables[1], key, value));
    }
    ok(parry_env_check(e, tables, 2, NULL));
    for (size_t i = 1; i < PAIRS; i += 2) {
        parry_txn *t;
        (void)snprintf(key, sizeof key, "%zu", i);
        ok(parry_txn_write(e, &t, NULL));
        ok(parry_del(t, tables[1], parry_str_of(key), NULL));
        ok(parry_txn_commit(t, NULL));
    }
    assert_true(in_file(s, "secretone"));
    ok(parry_env_scrub(e, tables, 2, &left, NULL));
    assert_int_equal(left, 0);
    assert_false(in_file(s, "secretone"));
    assert_true(in_file(s, "plainnote"));
    ok(parry_env_check(e, tables, 2, NULL));
    for (size_t i = 0; i < PAIRS; i += 2) {
        parry_txn *t;
        parry_str got;
        (void)snprintf(key, sizeof key, "%zu", i);
        ok(parry_txn_read(e, &t, NULL));
        ok(parry_get(t, tables[1], parry_str_of(key), &got, NULL));
        assert_int_equal(got.n, i % 9 == 0 ? 5000 : 20 + 31 * i % 900);
        parry_txn_abort(t);
    }
    parry_env_close(e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_scratch(test_its_files_are_their_owner_s_alone),
        in_scratch(test_what_is_put_is_got_and_what_is_deleted_is_gone),
        in_scratch(test_keys_have_one_to_511_bytes),
        in_scratch(test_an_aborted_transaction_leaves_nothing),
        in_scratch(test_a_reader_keeps_the_state_it_began_with),
        in_scratch(test_a_cursor_walks_in_key_order_from_where_it_is_told),
        in_scratch(test_a_walk_may_delete_what_it_stands_on),
        cmocka_unit_test(test_numbers_sort_as_keys),
        in_scratch(test_a_reader_that_was_killed_keeps_no_pages),
        in_scratch(test_a_full_store_says_so_and_keeps_what_it_had),
        in_scratch(test_a_store_that_is_not_one_is_told),
        in_scratch(test_one_table_too_many_is_an_error),
        in_scratch(test_commits_last_across_a_reopen),
        in_scratch(test_a_killed_writer_loses_nothing_it_committed),
        in_scratch(test_two_processes_see_each_others_commits),
        in_scratch(test_writers_of_several_threads_wait_for_each_other),
        in_scratch(test_a_copy_is_made_while_another_process_holds_the_store),
        in_scratch(test_what_is_deleted_is_scrubbed_off_the_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
