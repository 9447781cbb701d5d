/* Judgements as authors keep them. */
#include "base/file.h"
#include "content/import.h"
#include "eval/judgements.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

static char dir[] = "/tmp/parry-judgements-XXXXXX";
static parry_arena *arena;

static void put(const char *name, const char *text)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    char *slash = strrchr(path, '/');
    *slash = 0;
    assert_int_equal(parry_dir_make(path, NULL), PARRY_OK);
    *slash = '/';
    assert_int_equal(parry_file_replace(path, parry_str_of(text), NULL), PARRY_OK);
}

static int make_dir(void **state)
{
    (void)state;
    memcpy(dir + strlen(dir) - 6, "XXXXXX", 6); /* a new folder a test */
    arena = parry_arena_new();
    return mkdtemp(dir) != NULL ? 0 : 1;
}

static int drop_dir(void **state)
{
    (void)state;
    parry_arena_free(arena);
    return parry_tree_remove(dir, NULL) == PARRY_OK ? 0 : 1;
}

static parry_code read(parry_judgement_rows *rows, parry_err *err)
{
    *rows = (parry_judgement_rows){0};
    return parry_judgements_read(arena, dir, rows, err);
}

static parry_code join(const parry_judgement_rows *rows, parry_judged_set *set, parry_err *err)
{
    static parry_document documents[] = {{.id = {"a", 1}, .article = {"a", 1}, .path = {"x/a.md", 6}},
                                         {.id = {"b", 1}, .article = {"b", 1}, .path = {"x/b.md", 6}}};
    *set = (parry_judged_set){.documents = documents, .ndocuments = 2};
    return parry_judgements_join(arena, rows, set, err);
}

static void test_lines_of_one_query_belong_together_and_unanswerable_ones_come_last(void **state)
{
    (void)state;
    put("judgements.tsv",
        "article\tquery\tgrade\tremark\n-\tnothing\t0\t\na\tone, two\t2\tx\nb\tother\t1\n\nb\tone, two\t1\n");
    parry_judgement_rows rows;
    parry_judged_set set;
    assert_int_equal(read(&rows, NULL), PARRY_OK);
    assert_int_equal(join(&rows, &set, NULL), PARRY_OK);
    assert_int_equal(set.nqueries, 3);
    assert_true(parry_str_eqz(set.queries[0].text, "one, two") && set.queries[0].njudgements == 2);
    assert_int_equal(set.queries[0].judgements[0].grade, 2);
    assert_int_equal(set.queries[0].judgements[1].document, 1);
    assert_true(parry_str_eqz(set.queries[2].text, "nothing") && !set.queries[2].answerable);
}

static void test_who_asks_parts_queries_and_a_held_line_holds_all_of_its_query(void **state)
{
    (void)state;
    put("judgements/x.tsv", "\xEF\xBB\xBFquery\tarticle\tgrade\taudience\tsplit\r\nmoney\ta\t2\tcustomer\tfit\r\n"
                            "money\tb\t2\tmerchant\theld\r\nmoney\tb\t1\tcustomer\tfit\r\n");
    parry_judgement_rows rows;
    parry_judged_set set;
    assert_int_equal(read(&rows, NULL), PARRY_OK);
    assert_int_equal(join(&rows, &set, NULL), PARRY_OK);
    assert_int_equal(set.nqueries, 2);
    assert_true(parry_str_eqz(set.queries[0].audience, "customer") && !set.queries[0].held);
    assert_int_equal(set.queries[0].njudgements, 2);
    assert_true(parry_str_eqz(set.queries[1].audience, "merchant") && set.queries[1].held);
}

static void test_articles_may_be_named_by_path_and_missing_ones_are_counted(void **state)
{
    (void)state;
    put("judgements-1.tsv", "query\tarticle\tgrade\nq\tx/b.md\t2\nq\tx/a.md\t1\nq\tgone\t1\n");
    put("other.tsv", "not a table\n");
    parry_judgement_rows rows;
    parry_judged_set set;
    assert_int_equal(read(&rows, NULL), PARRY_OK);
    assert_int_equal(join(&rows, &set, NULL), PARRY_OK);
    assert_int_equal(set.queries[0].judgements[0].document, 1);
    assert_int_equal(set.queries[0].judgements[2].document, PARRY_NO_DOCUMENT);
    assert_int_equal(set.nowhere, 1);
    assert_true(parry_str_eqz(set.documents[1].id, "x/b.md")); /* most go by path: so do the reports */
    set.documents[0].id = parry_str_of("a");
    set.documents[1].id = parry_str_of("b");
}

static void test_what_is_wrong_is_named_by_file_and_line(void **state)
{
    (void)state;
    static const char *const bad[][2] = {
        {"query\tgrade\nq\t1\n", "judgements.tsv:1"},
        {"query\tarticle\tgrade\nq\ta\t2\nq\tb\n", "judgements.tsv:3"},
        {"query\tarticle\tgrade\nq\ta\ttwo\n", "judgements.tsv:2"},
        {"query\tarticle\tgrade\nq\ta\t-1\n", "judgements.tsv:2"},
        {"query\tarticle\tgrade\nq\ta\t4294967298\n", "judgements.tsv:2"},
        {"query\tarticle\tgrade\nq\t-\t2\n", "judgements.tsv:2"},
        {"query\tarticle\tgrade\n\ta\t2\n", "judgements.tsv:2"},
        {"query\tarticle\tgrade\tsplit\nq\ta\t2\ttest\n", "judgements.tsv:2"},
        {"query\tarticle\tgrade\nq\xFF\ta\t2\n", "not UTF-8"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        parry_judgement_rows rows;
        parry_err err = {0};
        put("judgements.tsv", bad[i][0]);
        assert_int_equal(read(&rows, &err), PARRY_INVALID);
        assert_non_null(strstr(err.msg, bad[i][1]));
    }
}

static void test_a_query_is_answered_or_not_but_never_both(void **state)
{
    (void)state;
    static const char *const bad[] = {"query\tarticle\tgrade\nq\ta\t2\nq\t-\t0\n",
                                      "query\tarticle\tgrade\nq\t-\t0\nq\ta\t1\n"};
    for (int i = 0; i < 2; i++) {
        parry_judgement_rows rows;
        parry_judged_set set;
        put("judgements.tsv", bad[i]);
        assert_int_equal(read(&rows, NULL), PARRY_OK);
        assert_int_equal(join(&rows, &set, NULL), PARRY_INVALID);
    }
}

static void test_published_articles_say_what_they_answer(void **state)
{
    (void)state;
    parry_store *store;
    parry_import_report report;
    parry_judgement_rows rows = {0};
    parry_judged_set set = {0};
    put("tree/a.md", "---\nid: a\naudience: merchant\nanswers: [where is it, \"how, then\"]\n---\nx\n");
    put("tree/b.md", "---\nid: b\ndraft: true\nanswers: [secret]\n---\nx\n");
    assert_int_equal(parry_store_open(dir, &store, NULL), PARRY_OK);
    assert_int_equal(
        parry_import_tree(store, parry_str_printf(arena, "%s/tree", dir).p, &(parry_import_options){0}, &report, NULL),
        PARRY_OK);
    assert_int_equal(parry_judgements_answers(arena, store, &rows, NULL), PARRY_OK);
    assert_int_equal(parry_judged_articles(arena, store, &set.documents, &set.ndocuments, NULL), PARRY_OK);
    parry_store_close(store);
    assert_int_equal(parry_judgements_join(arena, &rows, &set, NULL), PARRY_OK);
    assert_int_equal(set.ndocuments, 1);
    assert_int_equal(set.nqueries, 2);
    assert_true(parry_str_eqz(set.queries[1].text, "how, then") && parry_str_eqz(set.queries[1].audience, "merchant"));
    assert_int_equal(set.queries[1].judgements[0].document, 0);
    assert_int_equal(set.queries[1].judgements[0].grade, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_lines_of_one_query_belong_together_and_unanswerable_ones_come_last,
                                        make_dir, drop_dir),
        cmocka_unit_test_setup_teardown(test_who_asks_parts_queries_and_a_held_line_holds_all_of_its_query, make_dir,
                                        drop_dir),
        cmocka_unit_test_setup_teardown(test_articles_may_be_named_by_path_and_missing_ones_are_counted, make_dir,
                                        drop_dir),
        cmocka_unit_test_setup_teardown(test_what_is_wrong_is_named_by_file_and_line, make_dir, drop_dir),
        cmocka_unit_test_setup_teardown(test_a_query_is_answered_or_not_but_never_both, make_dir, drop_dir),
        cmocka_unit_test_setup_teardown(test_published_articles_say_what_they_answer, make_dir, drop_dir),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
