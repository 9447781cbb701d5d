#include "testing.h"

#include <errno.h>

static void test_a_failure_carries_its_code_place_and_text(void **state)
{
    (void)state;
    parry_err err = {0};
    assert_int_equal(parry_fail(&err, PARRY_NOT_FOUND, "article %s", "a1"), PARRY_NOT_FOUND);
    assert_int_equal(err.code, PARRY_NOT_FOUND);
    assert_string_equal(err.msg, "article a1");
    assert_memory_equal(err.at, "test_base_err.c:", 16);
}

static void test_a_null_error_is_allowed_everywhere(void **state)
{
    (void)state;
    assert_int_equal(parry_fail(NULL, PARRY_IO, "x"), PARRY_IO);
    errno = EACCES;
    assert_int_equal(parry_fail_errno(NULL, "x"), PARRY_DENIED);
    parry_err_context(NULL, "x");
}

static void test_errno_chooses_the_code_and_is_spelled_out(void **state)
{
    (void)state;
    static const struct {
        int number;
        parry_code code;
    } cases[] = {{ENOENT, PARRY_NOT_FOUND}, {EACCES, PARRY_DENIED}, {EPERM, PARRY_DENIED}, {ENOSPC, PARRY_IO}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        parry_err err = {0};
        errno = cases[i].number;
        assert_int_equal(parry_fail_errno(&err, "cannot open %s", "f"), cases[i].code);
        assert_memory_equal(err.msg, "cannot open f: ", 15);
        assert_true(strlen(err.msg) > 15);
    }
}

static void test_context_stands_before_the_first_cause(void **state)
{
    (void)state;
    parry_err err = {0};
    (void)parry_fail(&err, PARRY_INVALID, "no title");
    char at[sizeof err.at];
    memcpy(at, err.at, sizeof at);
    parry_err_context(&err, "line %d", 7);
    parry_err_context(&err, "a.md");
    assert_string_equal(err.msg, "a.md: line 7: no title");
    assert_string_equal(err.at, at);
    assert_int_equal(err.code, PARRY_INVALID);
}

static void test_a_character_that_was_cut_is_not_half_there(void **state)
{
    (void)state;
    parry_err err = {0};
    char many[400] = "";
    for (int i = 0; i < 130; i++)
        memcpy(many + strlen(many), "\xE2\x82\xAC", 4);
    for (int before = 0; before < 3; before++) {
        (void)parry_fail(&err, PARRY_INVALID, "%.*s%s", before, "xxx", many);
        assert_true(parry_utf8_valid(parry_str_of(err.msg), NULL));
        parry_err_context(&err, "%.*s%.20s", before, "xxx", many);
        assert_true(parry_utf8_valid(parry_str_of(err.msg), NULL));
    }
    (void)parry_fail(&err, PARRY_INVALID, "no \"%.5s\"", "ab\xE2\x82\xAC\xE2\x82\xAC");
    assert_string_equal(err.msg, "no \"ab\xE2\x82\xAC\"");
    (void)parry_fail(&err, PARRY_INVALID, "no \"%.4s\"", "ab\xE2\x82\xAC\xE2\x82\xAC");
    assert_string_equal(err.msg, "no \"ab??\"");
}

static void test_a_text_too_long_is_cut_and_stays_terminated(void **state)
{
    (void)state;
    parry_err err = {0};
    char full[1000];
    memset(full, 'x', sizeof full - 1);
    full[sizeof full - 1] = 0;
    (void)parry_fail(&err, PARRY_IO, "%s", full);
    assert_int_equal(strlen(err.msg), sizeof err.msg - 1);
    parry_err_context(&err, "where");
    assert_int_equal(strlen(err.msg), sizeof err.msg - 1);
    assert_memory_equal(err.msg, "where: xxx", 10);
}

static void test_every_code_has_its_own_name_and_exit_code(void **state)
{
    (void)state;
    for (int a = PARRY_OK; a <= PARRY_IO; a++) {
        assert_non_null(parry_code_name((parry_code)a));
        assert_true(a == PARRY_OK || parry_code_http((parry_code)a) >= 400);
        for (int b = a + 1; b <= PARRY_IO; b++) {
            assert_string_not_equal(parry_code_name((parry_code)a), parry_code_name((parry_code)b));
            assert_int_not_equal(parry_code_exit((parry_code)a), parry_code_exit((parry_code)b));
        }
    }
    assert_int_equal(parry_code_http(PARRY_OK), 200);
    assert_int_equal(parry_code_exit(PARRY_OK), 0);
    assert_string_equal(parry_code_name(PARRY_NOT_FOUND), "not-found");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_failure_carries_its_code_place_and_text),
        cmocka_unit_test(test_a_null_error_is_allowed_everywhere),
        cmocka_unit_test(test_errno_chooses_the_code_and_is_spelled_out),
        cmocka_unit_test(test_context_stands_before_the_first_cause),
        cmocka_unit_test(test_a_character_that_was_cut_is_not_half_there),
        cmocka_unit_test(test_a_text_too_long_is_cut_and_stays_terminated),
        cmocka_unit_test(test_every_code_has_its_own_name_and_exit_code),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
