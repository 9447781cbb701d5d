#include "testing.h"

#include "base/copy.h"

#include <sys/stat.h>

static void put(scratch *s, const char *name, const char *text)
{
    ok(parry_file_replace(in(s, name), parry_str_of(text), NULL));
}

static void assert_holds(scratch *s, const char *name, const char *want)
{
    parry_str text;
    ok(parry_file_read(s->arena, in(s, name), 1 << 20, &text, NULL));
    assert_str(text, want);
}

static void test_names_come_in_order_and_a_missing_folder_has_none(void **state)
{
    scratch *s = *state;
    parry_str *names = NULL;
    size_t n = 9;
    ok(parry_dir_list(s->arena, in(s, "none"), &names, &n, NULL));
    assert_int_equal(n, 0);
    put(s, "b", "");
    put(s, "a", "");
    put(s, "c", "");
    ok(parry_dir_list(s->arena, s->dir, &names, &n, NULL));
    assert_int_equal(n, 3);
    assert_str(names[0], "a");
    assert_str(names[2], "c");
    assert_int_not_equal(parry_dir_list(s->arena, in(s, "a"), &names, &n, NULL), PARRY_OK);
}

static void test_a_copy_has_bytes_mode_and_hash_and_takes_no_name(void **state)
{
    scratch *s = *state;
    parry_hash hash;
    uint64_t bytes = 0;
    struct stat st;
    put(s, "f", "some bytes");
    assert_int_equal(chmod(in(s, "f"), 0600), 0);
    ok(parry_file_copy(in(s, "f"), in(s, "g"), &hash, &bytes, NULL));
    assert_holds(s, "g", "some bytes");
    assert_true(bytes == 10 && parry_hash_eq(hash, parry_hash_of("some bytes", 10)));
    assert_true(stat(in(s, "g"), &st) == 0 && (st.st_mode & 0777) == 0600);
    put(s, "f", "other");
    assert_int_equal(parry_file_copy(in(s, "f"), in(s, "g"), NULL, NULL, NULL), PARRY_CONFLICT);
    assert_holds(s, "g", "some bytes");
}

static void test_links_pipes_and_folders_are_not_copied(void **state)
{
    scratch *s = *state;
    put(s, "f", "x");
    assert_int_equal(symlink("f", in(s, "link")), 0);
    assert_int_equal(mkfifo(in(s, "pipe"), 0600), 0);
    assert_int_equal(parry_file_copy(in(s, "link"), in(s, "g"), NULL, NULL, NULL), PARRY_INVALID);
    assert_int_equal(parry_file_copy(in(s, "pipe"), in(s, "g"), NULL, NULL, NULL), PARRY_INVALID);
    assert_int_equal(parry_file_copy(s->dir, in(s, "g"), NULL, NULL, NULL), PARRY_INVALID);
    assert_int_equal(parry_file_copy(in(s, "none"), in(s, "g"), NULL, NULL, NULL), PARRY_NOT_FOUND);
    assert_false(parry_file_exists(in(s, "g")));
}

static void test_two_folders_exchange_names(void **state)
{
    scratch *s = *state;
    ok(parry_dir_make(in(s, "one"), NULL));
    ok(parry_dir_make(in(s, "two"), NULL));
    put(s, "one/f", "1");
    put(s, "two/f", "2");
    ok(parry_dir_exchange(in(s, "one"), in(s, "two"), NULL));
    assert_holds(s, "one/f", "2");
    assert_holds(s, "two/f", "1");
    assert_int_equal(parry_dir_exchange(in(s, "one"), in(s, "three"), NULL), PARRY_NOT_FOUND);
    assert_holds(s, "one/f", "2");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_scratch(test_names_come_in_order_and_a_missing_folder_has_none),
        in_scratch(test_a_copy_has_bytes_mode_and_hash_and_takes_no_name),
        in_scratch(test_links_pipes_and_folders_are_not_copied),
        in_scratch(test_two_folders_exchange_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
