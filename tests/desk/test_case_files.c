/* Comments that answer one another, and what goes along with them. */
#include "cases_support.h"
#include "desk_support.h"

static const char pixel[] = "\x89PNG\r\n\x1A\n\0the pixels of a xylophone";

static parry_case_file a_file(const char *name, parry_str bytes)
{
    return (parry_case_file){.is = {parry_str_of(name), parry_str_of("image/png"), bytes}};
}

static parry_str pixels(void) { return parry_str_make(pixel, sizeof pixel - 1); }

static parry_code say_with(desk *d, uint64_t id, parry_comment_kind kind, parry_case_file *files, size_t n,
                           uint64_t reply_to)
{
    parry_case_comment m = {.author = parry_str_of("Ada"),
                            .kind = kind,
                            .text = parry_str_of("See here"),
                            .reply_to = reply_to,
                            .files = files,
                            .nfiles = n};
    return parry_cases_comment(d->cases, id, &m, NULL);
}

static parry_case_comment *comments(desk *d, scratch *s, uint64_t id, size_t n)
{
    parry_case_comment *list;
    size_t got;
    ok(parry_cases_comments(d->cases, id, true, s->arena, &list, &got, NULL));
    assert_int_equal(got, n);
    return list;
}

static void test_files_are_read_back_with_their_comment(void **state)
{
    scratch *s = *state;
    desk d = {0};
    parry_case_file two[] = {a_file("one.png", pixels()), a_file("empty.png", parry_str_of(""))}, got;
    desk_open(&d, s, NULL);
    uint64_t id = make_one(&d, "Subject", ""), other = make_one(&d, "Other", "");
    ok(say_with(&d, id, PARRY_COMMENT_AGENT, two, 2, 0));
    ok(say_with(&d, id, PARRY_COMMENT_INTERNAL, two, 1, 0));
    for (int again = 0; again < 2; again++) {
        parry_case_comment *list = comments(&d, s, id, 2);
        assert_int_equal(list[0].nfiles, 2);
        assert_int_equal(list[0].files[1].id, 2);
        assert_str(list[0].files[0].is.name, "one.png");
        assert_int_equal(list[0].files[0].size, sizeof pixel - 1);
        ok(parry_cases_file(d.cases, id, 1, false, s->arena, &got, NULL));
        assert_true(parry_str_eq(got.is.bytes, pixels()));
        assert_str(got.is.type, "image/png");
        ok(parry_cases_file(d.cases, id, 2, false, s->arena, &got, NULL));
        assert_int_equal(got.is.bytes.n, 0);
        assert_int_equal(parry_cases_file(d.cases, id, 3, false, s->arena, &got, NULL), PARRY_NOT_FOUND);
        ok(parry_cases_file(d.cases, id, 3, true, s->arena, &got, NULL));
        for (uint64_t none = 4; none < 6; none++)
            assert_int_equal(parry_cases_file(d.cases, id, none, true, s->arena, &got, NULL), PARRY_NOT_FOUND);
        assert_int_equal(parry_cases_file(d.cases, other, 1, true, s->arena, &got, NULL), PARRY_NOT_FOUND);
        desk_close(&d);
        desk_open(&d, s, NULL);
    }
    desk_close(&d);
}

static void test_what_is_no_file_or_too_many_is_refused(void **state)
{
    scratch *s = *state;
    desk d = {0};
    char *big = parry_calloc(1, PARRY_TICKET_ATTACHMENT_MAX + 1);
    parry_case_file six[PARRY_TICKET_ATTACHMENTS + 1];
    for (size_t i = 0; i < sizeof six / sizeof *six; i++)
        six[i] = a_file("a.png", pixels());
    desk_open(&d, s, NULL);
    uint64_t id = make_one(&d, "Subject", "");
    assert_int_equal(say_with(&d, id, PARRY_COMMENT_AGENT, six, PARRY_TICKET_ATTACHMENTS + 1, 0), PARRY_TOO_LARGE);
    six[0] = a_file("a.png", parry_str_make(big, PARRY_TICKET_ATTACHMENT_MAX + 1));
    assert_int_equal(say_with(&d, id, PARRY_COMMENT_AGENT, six, 1, 0), PARRY_TOO_LARGE);
    six[0] = a_file("a.png", parry_str_make(big, PARRY_TICKET_ATTACHMENT_MAX));
    ok(say_with(&d, id, PARRY_COMMENT_AGENT, six, 1, 0));
    static const char *const bad[] = {"", "two\nlines", "\xff"};
    for (size_t i = 0; i < 3; i++) {
        six[0] = a_file(bad[i], pixels());
        assert_int_equal(say_with(&d, id, PARRY_COMMENT_AGENT, six, 1, 0), PARRY_INVALID);
    }
    six[0] = a_file("a.png", pixels());
    for (size_t n = 1; n + PARRY_TICKET_ATTACHMENTS <= PARRY_CASE_FILES_MAX; n += PARRY_TICKET_ATTACHMENTS)
        ok(say_with(&d, id, PARRY_COMMENT_AGENT, six, PARRY_TICKET_ATTACHMENTS, 0));
    assert_int_equal(say_with(&d, id, PARRY_COMMENT_AGENT, six, PARRY_TICKET_ATTACHMENTS, 0), PARRY_TOO_LARGE);
    ok(say_with(&d, id, PARRY_COMMENT_AGENT, six, 4, 0));
    assert_int_equal(rows_of(d.env, "case_files"), PARRY_CASE_FILES_MAX);
    desk_close(&d);
    free(big);
}

static void test_a_comment_answers_one_of_its_case(void **state)
{
    scratch *s = *state;
    desk d = {0};
    desk_open(&d, s, NULL);
    uint64_t id = make_one(&d, "Subject", "");
    assert_int_equal(say_with(&d, id, PARRY_COMMENT_AGENT, NULL, 0, 1), PARRY_INVALID);
    ok(say_with(&d, id, PARRY_COMMENT_CUSTOMER, NULL, 0, 0));
    ok(say_with(&d, id, PARRY_COMMENT_INTERNAL, NULL, 0, 1));
    ok(say_with(&d, id, PARRY_COMMENT_INTERNAL, NULL, 0, 2));
    assert_int_equal(say_with(&d, id, PARRY_COMMENT_AGENT, NULL, 0, 4), PARRY_INVALID);
    assert_int_equal(say_with(&d, id, PARRY_COMMENT_AGENT, NULL, 0, UINT64_MAX), PARRY_INVALID);
    desk_close(&d);
    desk_open(&d, s, NULL);
    parry_case_comment *list = comments(&d, s, id, 3);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(list[i].reply_to, i);
    desk_close(&d);
}

static void test_files_go_with_their_case_and_no_other_ones(void **state)
{
    scratch *s = *state;
    desk d = {0};
    parry_case_file got, files[PARRY_TICKET_ATTACHMENTS];
    for (size_t i = 0; i < PARRY_TICKET_ATTACHMENTS; i++)
        files[i] = a_file("a.png", pixels());
    desk_open(&d, s, NULL);
    uint64_t one = make_one(&d, "One", ""), two = make_one(&d, "Two", "");
    for (int i = 0; i < 4; i++)
        ok(say_with(&d, one, PARRY_COMMENT_AGENT, files, PARRY_TICKET_ATTACHMENTS, 0));
    ok(say_with(&d, two, PARRY_COMMENT_AGENT, files, 1, 0));
    ok(parry_cases_erase(d.cases, one, NULL));
    assert_int_equal(parry_cases_file(d.cases, one, 1, true, s->arena, &got, NULL), PARRY_NOT_FOUND);
    assert_int_equal(rows_of(d.env, "case_files"), 1);
    assert_int_equal(rows_of(d.env, "case_erased"), 0);
    ok(parry_cases_file(d.cases, two, 1, true, s->arena, &got, NULL));
    desk_close(&d);
}

/* As if the process had died when the case was gone, and its comments: of which nothing leads to the files any more. */
static void test_files_that_a_kill_left_are_erased_later(void **state)
{
    scratch *s = *state;
    desk d = {0};
    size_t n;
    parry_txn *t = NULL;
    static const char *const tables[] = {"case_heads", "case_comments", "case_erased"};
    parry_table table[3];
    unsigned char key[16];
    parry_case_file file = a_file("a.png", pixels());
    desk_open(&d, s, NULL);
    uint64_t id = make_one(&d, "Subject", "");
    ok(say_with(&d, id, PARRY_COMMENT_AGENT, &file, 1, 0));
    for (size_t i = 0; i < 3; i++)
        ok(parry_env_table(d.env, tables[i], &table[i], NULL));
    parry_key_u64(id, key);
    parry_key_u64(1, key + 8);
    ok(parry_txn_write(d.env, &t, NULL));
    ok(parry_del(t, table[0], parry_str_make((const char *)key, 8), NULL));
    ok(parry_del(t, table[1], parry_str_make((const char *)key, 16), NULL));
    ok(parry_put(t, table[2], parry_str_make((const char *)key, 8), parry_str_of(""), NULL));
    ok(parry_txn_commit(t, NULL));
    assert_int_equal(parry_cases_file(d.cases, id, 1, true, s->arena, &file, NULL), PARRY_NOT_FOUND);
    ok(parry_cases_retain(d.cases, 0, 100, &n, NULL));
    assert_int_equal(rows_of(d.env, "case_files") + rows_of(d.env, "case_erased"), 0);
    desk_close(&d);
}

static void test_a_file_stands_on_disk_sealed_and_in_its_own_place(void **state)
{
    scratch *s = *state;
    desk d = {0};
    parry_str all, value;
    parry_table files;
    parry_txn *t = NULL;
    unsigned char from[16], to[16];
    parry_case_file got, two[] = {a_file("xylophone.png", pixels()), a_file("b.png", parry_str_of("\x89PNG"))};
    desk_open(&d, s, NULL);
    uint64_t id = make_one(&d, "Subject", "");
    ok(say_with(&d, id, PARRY_COMMENT_AGENT, two, 2, 0));
    ok(parry_env_table(d.env, "case_files", &files, NULL));
    parry_key_u64(id, from), parry_key_u64(1, from + 8);
    parry_key_u64(id, to), parry_key_u64(2, to + 8);
    ok(parry_txn_write(d.env, &t, NULL));
    ok(parry_get(t, files, parry_str_make((const char *)from, 16), &value, NULL));
    ok(parry_put(t, files, parry_str_make((const char *)to, 16), parry_str_copy(s->arena, value), NULL));
    ok(parry_txn_commit(t, NULL));
    assert_int_equal(parry_cases_file(d.cases, id, 2, true, s->arena, &got, NULL), PARRY_CORRUPT);
    ok(parry_cases_file(d.cases, id, 1, true, s->arena, &got, NULL));
    desk_close(&d);
    ok(parry_file_read(s->arena, in(s, "desk/data.mdb"), MAP_BYTES, &all, NULL));
    assert_int_equal(parry_str_find(all, parry_str_of("xylophone")), all.n);
}

static void test_a_case_is_found_by_the_name_of_a_file(void **state)
{
    scratch *s = *state;
    desk d = {0};
    parry_cases_wish w = parry_cases_any();
    parry_case_file file = a_file("torn-lampshade.png", pixels());
    desk_open(&d, s, "search");
    uint64_t id = make_one(&d, "Subject", "");
    ok(say_with(&d, id, PARRY_COMMENT_AGENT, &file, 1, 0));
    wait_indexed(&d);
    w.text = parry_str_of("lampshade");
    assert_string_equal(listed(&d, s, &w), "1");
    w.text = parry_str_of("xylophone");
    assert_string_equal(listed(&d, s, &w), "");
    desk_close(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_scratch(test_files_are_read_back_with_their_comment),
        in_scratch(test_what_is_no_file_or_too_many_is_refused),
        in_scratch(test_a_comment_answers_one_of_its_case),
        in_scratch(test_files_go_with_their_case_and_no_other_ones),
        in_scratch(test_files_that_a_kill_left_are_erased_later),
        in_scratch(test_a_file_stands_on_disk_sealed_and_in_its_own_place),
        in_scratch(test_a_case_is_found_by_the_name_of_a_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
