#include "testing.h"

#include "base/clock.h"

#include <dirent.h>
#include <signal.h>
#include <sys/stat.h>

static void put(scratch *s, const char *name, const char *text)
{
    ok(parry_file_replace(in(s, name), parry_str_of(text), NULL));
}

static size_t entries(const char *dir)
{
    DIR *d = opendir(dir);
    size_t n = 0;
    assert_non_null(d);
    while (readdir(d) != NULL)
        n++;
    closedir(d);
    return n - 2; /* . and .. */
}

static void test_a_file_reads_back_terminated(void **state)
{
    scratch *s = *state;
    parry_str text;
    ok(parry_file_replace(in(s, "f"), lit("a\0b"), NULL));
    ok(parry_file_read(s->arena, in(s, "f"), 3, &text, NULL));
    assert_int_equal(text.n, 3);
    assert_memory_equal(text.p, "a\0b\0", 4);
    put(s, "empty", "");
    ok(parry_file_read(s->arena, in(s, "empty"), 0, &text, NULL));
    assert_int_equal(text.n, 0);
    assert_int_equal(text.p[0], 0);
}

static void test_reading_fails_with_the_code_that_fits(void **state)
{
    scratch *s = *state;
    parry_err err;
    parry_str text = lit("untouched");
    put(s, "f", "four");
    assert_int_equal(parry_file_read(s->arena, in(s, "f"), 3, &text, &err), PARRY_TOO_LARGE);
    assert_int_equal(parry_file_read(s->arena, in(s, "none"), 9, &text, &err), PARRY_NOT_FOUND);
    assert_int_equal(parry_file_read(s->arena, in(s, "f/g"), 9, &text, &err), PARRY_NOT_FOUND);
    assert_int_equal(parry_file_read(s->arena, s->dir, 1 << 20, &text, &err), PARRY_INVALID);
    assert_int_equal(mkfifo(in(s, "pipe"), 0600), 0);
    assert_int_equal(parry_file_read(s->arena, in(s, "pipe"), 9, &text, &err), PARRY_INVALID); /* and does not hang */
    assert_str(text, "untouched");
}

static void test_a_file_without_rights_is_denied(void **state)
{
    scratch *s = *state;
    put(s, "f", "x");
    assert_int_equal(chmod(in(s, "f"), 0), 0);
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        parry_str text;
        if (geteuid() == 0 && setuid(65534) != 0) /* root may read anything */
            _exit(PARRY_OK);
        _exit((int)parry_file_read(s->arena, in(s, "f"), 9, &text, NULL));
    }
    assert_int_equal(status_of(child), PARRY_DENIED);
}

static void test_replacing_leaves_one_file_and_its_mode(void **state)
{
    scratch *s = *state;
    struct stat st;
    put(s, "f", "old");
    assert_int_equal(chmod(in(s, "f"), 0600), 0);
    put(s, "f", "new");
    assert_int_equal(stat(in(s, "f"), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(entries(s->dir), 1);
}

static void test_a_replace_that_fails_leaves_the_old_file_alone(void **state)
{
    scratch *s = *state;
    parry_str text;
    assert_int_equal(parry_file_replace(in(s, "no/such/f"), lit("x"), NULL), PARRY_NOT_FOUND);
    ok(parry_dir_make(in(s, "d"), NULL));
    put(s, "d/f", "kept");
    assert_int_equal(parry_file_replace(in(s, "d"), lit("x"), NULL), PARRY_IO); /* a file cannot replace a folder */
    ok(parry_file_read(s->arena, in(s, "d/f"), 9, &text, NULL));
    assert_str(text, "kept");
    assert_int_equal(entries(s->dir), 1); /* nothing half-written stays */
}

enum { WHOLE_BYTES = 300000 };

/* Replaces the file by all 'a', all 'b', and so on, until it is killed. */
static void replace_for_ever(const char *path)
{
    char *bytes = parry_malloc(WHOLE_BYTES);
    for (int round = 0;; round++) {
        memset(bytes, 'a' + round % 26, WHOLE_BYTES);
        if (parry_file_replace(path, parry_str_make(bytes, WHOLE_BYTES), NULL) != PARRY_OK)
            _exit(1);
    }
}

static void assert_whole(scratch *s)
{
    parry_arena *a = parry_arena_new();
    parry_str text;
    ok(parry_file_read(a, in(s, "f"), WHOLE_BYTES, &text, NULL));
    assert_int_equal(text.n, WHOLE_BYTES);
    for (size_t i = 1; i < text.n; i++) {
        if (text.p[i] != text.p[0])
            fail_msg("byte %zu is of another version", i);
    }
    parry_arena_free(a);
}

static void test_a_replaced_file_is_whole_or_old(void **state)
{
    scratch *s = *state;
    char *bytes = parry_arena_alloc(s->arena, WHOLE_BYTES);
    memset(bytes, 'a', WHOLE_BYTES);
    ok(parry_file_replace(in(s, "f"), parry_str_make(bytes, WHOLE_BYTES), NULL));
    for (int round = 0; round < 8; round++) {
        fflush(NULL);
        pid_t child = fork();
        if (child == 0)
            replace_for_ever(in(s, "f"));
        for (int i = 0; i < 10; i++) {
            assert_whole(s); /* while it is being replaced */
            parry_sleep_ms(round);
        }
        kill(child, SIGKILL);
        assert_int_equal(status_of(child), -1);
        assert_whole(s); /* and after the writer died anywhere */
    }
}

static void test_folders_are_made_with_their_parents(void **state)
{
    scratch *s = *state;
    parry_err err;
    ok(parry_dir_make(in(s, "a/b//c/"), &err));
    ok(parry_dir_make(in(s, "a/b/c"), &err));
    assert_true(parry_file_exists(in(s, "a/b/c")));
    put(s, "a/f", "x");
    assert_int_equal(parry_dir_make(in(s, "a/f"), &err), PARRY_CONFLICT);
    assert_int_equal(parry_dir_make(in(s, "a/f/g"), &err), PARRY_CONFLICT);
    assert_int_equal(parry_dir_make("", &err), PARRY_INVALID);
    ok(parry_dir_make("/", &err));
    ok(parry_dir_make(".", &err));
}

static void test_a_tree_goes_away_but_not_what_its_links_name(void **state)
{
    scratch *s = *state;
    ok(parry_dir_make(in(s, "t/a/b"), NULL));
    ok(parry_dir_make(in(s, "other"), NULL));
    put(s, "t/a/b/f", "x");
    put(s, "t/g", "x");
    put(s, "other/kept", "x");
    assert_int_equal(symlink(in(s, "other"), in(s, "t/link")), 0);
    ok(parry_tree_remove(in(s, "t"), NULL));
    assert_false(parry_file_exists(in(s, "t")));
    assert_true(parry_file_exists(in(s, "other/kept")));
    ok(parry_tree_remove(in(s, "t"), NULL)); /* not there is fine */
    ok(parry_tree_remove(in(s, "other/kept"), NULL));
    assert_false(parry_file_exists(in(s, "other/kept")));
}

static void test_syncing_needs_the_thing_to_be_there(void **state)
{
    scratch *s = *state;
    put(s, "f", "x");
    ok(parry_file_sync(in(s, "f"), NULL));
    ok(parry_dir_sync(s->dir, NULL));
    assert_int_equal(parry_file_sync(in(s, "none"), NULL), PARRY_NOT_FOUND);
    assert_int_equal(parry_dir_sync(in(s, "f"), NULL), PARRY_NOT_FOUND); /* no such folder */
}

static void test_a_map_shows_the_file_and_outlives_its_name(void **state)
{
    scratch *s = *state;
    parry_map m = {0}, none = {0};
    put(s, "f", "mapped");
    ok(parry_map_open(in(s, "f"), &m, NULL));
    put(s, "f", "another");
    assert_int_equal(m.n, 6);
    assert_memory_equal(m.p, "mapped", 6);
    parry_map_cold(&m);
    assert_memory_equal(m.p, "mapped", 6);
    parry_map_close(&m);
    assert_null(m.p);
    put(s, "empty", "");
    ok(parry_map_open(in(s, "empty"), &m, NULL));
    assert_null(m.p);
    assert_int_equal(m.n, 0);
    parry_map_cold(&none);
    parry_map_close(&none);
    assert_int_equal(parry_map_open(in(s, "none"), &m, NULL), PARRY_NOT_FOUND);
    assert_int_equal(parry_map_open(s->dir, &m, NULL), PARRY_INVALID);
}

/* A child that takes the lock, says so, and holds it until the pipe closes. */
static pid_t holder(const char *path, int *release)
{
    int ready[2], go[2];
    char c = 0;
    assert_int_equal(pipe(ready) | pipe(go), 0);
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        parry_lock l = {-1};
        close(go[1]);
        if (parry_lock_take(&l, path, 0, NULL) != PARRY_OK || write(ready[1], "x", 1) != 1)
            _exit(1);
        _exit(read(go[0], &c, 1) == 0 ? 0 : 1);
    }
    close(ready[1]);
    close(go[0]);
    assert_int_equal(read(ready[0], &c, 1), 1);
    close(ready[0]);
    *release = go[1];
    return child;
}

static void test_a_lock_held_by_another_process_names_it(void **state)
{
    scratch *s = *state;
    parry_lock l = {-1};
    parry_err err;
    int release;
    char want[40];
    pid_t child = holder(in(s, "lock"), &release);
    snprintf(want, sizeof want, "by process %d;", (int)child);
    assert_int_equal(parry_lock_take(&l, in(s, "lock"), 0, &err), PARRY_CONFLICT);
    assert_int_equal(l.fd, -1);
    assert_non_null(strstr(err.msg, want));
    int64_t start = parry_mono_ns();
    assert_int_equal(parry_lock_take(&l, in(s, "lock"), 60, &err), PARRY_CONFLICT);
    assert_true(parry_mono_ns() - start >= 60000000);
    close(release);
    assert_int_equal(status_of(child), 0);
    ok(parry_lock_take(&l, in(s, "lock"), 0, &err)); /* it ended: the lock is free */
    parry_lock_drop(&l);
}

static void test_a_waiter_gets_the_lock_when_its_holder_is_killed(void **state)
{
    scratch *s = *state;
    for (int wait_ms = -1; wait_ms <= 20000; wait_ms += 20001) {
        parry_lock l = {-1};
        int release;
        pid_t child = holder(in(s, "lock"), &release);
        fflush(NULL);
        pid_t killer = fork();
        if (killer == 0) {
            parry_sleep_ms(50);
            _exit(kill(child, SIGKILL));
        }
        ok(parry_lock_take(&l, in(s, "lock"), wait_ms, NULL));
        assert_int_equal(status_of(child), -1);
        assert_int_equal(status_of(killer), 0);
        parry_lock_drop(&l);
        close(release);
    }
}

static void test_a_lock_excludes_within_the_process_too_until_dropped(void **state)
{
    scratch *s = *state;
    parry_lock a = {-1}, b = {-1};
    ok(parry_lock_take(&a, in(s, "lock"), 0, NULL));
    assert_int_equal(parry_lock_take(&b, in(s, "lock"), 0, NULL), PARRY_CONFLICT);
    parry_lock_drop(&a);
    assert_int_equal(a.fd, -1);
    ok(parry_lock_take(&b, in(s, "lock"), 0, NULL));
    parry_lock_drop(&b);
    parry_lock_drop(&b); /* not held is fine */
    assert_int_equal(parry_lock_take(&a, in(s, "no/lock"), 0, NULL), PARRY_NOT_FOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_scratch(test_a_file_reads_back_terminated),
        in_scratch(test_reading_fails_with_the_code_that_fits),
        in_scratch(test_a_file_without_rights_is_denied),
        in_scratch(test_replacing_leaves_one_file_and_its_mode),
        in_scratch(test_a_replace_that_fails_leaves_the_old_file_alone),
        in_scratch(test_a_replaced_file_is_whole_or_old),
        in_scratch(test_folders_are_made_with_their_parents),
        in_scratch(test_a_tree_goes_away_but_not_what_its_links_name),
        in_scratch(test_syncing_needs_the_thing_to_be_there),
        in_scratch(test_a_map_shows_the_file_and_outlives_its_name),
        in_scratch(test_a_lock_held_by_another_process_names_it),
        in_scratch(test_a_waiter_gets_the_lock_when_its_holder_is_killed),
        in_scratch(test_a_lock_excludes_within_the_process_too_until_dropped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
