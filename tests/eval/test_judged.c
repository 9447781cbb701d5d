/* Reading a judged set. */
#include "base/file.h"
#include "eval/measures.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

static char dir[] = "/tmp/parry-judged-XXXXXX";

static void put(const char *name, const char *text)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    assert_int_equal(parry_file_replace(path, parry_str_of(text), NULL), PARRY_OK);
}

static int make_set(void **state)
{
    (void)state;
    assert_non_null(mkdtemp(dir));
    put("corpus.jsonl",
        "{\"_id\":\"a b\",\"title\":\"A\",\"text\":\"x\"}\n{\"_id\":\"c\",\"title\":\"\",\"text\":\"y\"}\n");
    put("queries.jsonl", "{\"_id\":\"q1\",\"text\":\"one\"}\n{\"_id\":\"q2\",\"text\":\"never judged\"}\n");
    put("queries_oos.jsonl", "{\"_id\":\"o1\",\"text\":\"nothing\"}\n");
    put("qrels.tsv", "query-id\tcorpus-id\tscore\nq1\ta b\t2\nq1\tgone\t1\n");
    put("exclude.tsv", "query-id\tcorpus-id\nq1\tc\n");
    return 0;
}

static int drop_set(void **state)
{
    (void)state;
    return parry_tree_remove(dir, NULL) == PARRY_OK ? 0 : 1;
}

static void test_queries_without_a_judgement_are_left_out_and_unanswerable_ones_come_last(void **state)
{
    (void)state;
    parry_arena *a = parry_arena_new();
    parry_judged_set s;
    parry_err err = {0};
    assert_int_equal(parry_judged_read(a, dir, &s, &err), PARRY_OK);
    assert_int_equal(s.ndocuments, 2);
    assert_int_equal(s.nqueries, 2);
    assert_true(parry_str_eqz(s.queries[0].id, "q1") && s.queries[0].answerable);
    assert_true(parry_str_eqz(s.queries[1].id, "o1") && !s.queries[1].answerable);
    parry_arena_free(a);
}

static void test_ids_may_hold_spaces_and_unknown_documents_count_as_not_found(void **state)
{
    (void)state;
    parry_arena *a = parry_arena_new();
    parry_judged_set s;
    assert_int_equal(parry_judged_read(a, dir, &s, NULL), PARRY_OK);
    assert_int_equal(s.queries[0].njudgements, 2);
    assert_int_equal(s.queries[0].judgements[0].document, 0);
    assert_int_equal(s.queries[0].judgements[0].grade, 2);
    assert_int_equal(s.queries[0].judgements[1].document, PARRY_NO_DOCUMENT);
    assert_int_equal(s.nowhere, 1);
    assert_int_equal(s.queries[0].nexclude, 1);
    assert_int_equal(s.queries[0].exclude[0], 1);
    parry_arena_free(a);
}

static void test_a_document_judged_twice_counts_once_by_the_last_word(void **state)
{
    (void)state;
    parry_arena *a = parry_arena_new();
    parry_judged_set s;
    put("qrels.tsv", "query-id\tcorpus-id\tscore\nq1\ta b\t2\nq1\tc\t1\nq1\ta b\t0\n");
    assert_int_equal(parry_judged_read(a, dir, &s, NULL), PARRY_OK);
    assert_int_equal(s.queries[0].njudgements, 2);
    assert_int_equal(parry_judged_grade(&s.queries[0], 0), 0);
    assert_int_equal(parry_judged_grade(&s.queries[0], 1), 1);
    parry_arena_free(a);
}

static void test_a_score_that_is_no_number_is_named(void **state)
{
    (void)state;
    parry_arena *a = parry_arena_new();
    parry_judged_set s;
    parry_err err = {0};
    put("qrels.tsv", "query-id\tcorpus-id\tscore\nq1\ta b\tyes\n");
    assert_int_equal(parry_judged_read(a, dir, &s, &err), PARRY_INVALID);
    assert_non_null(strstr(err.msg, "qrels.tsv:2"));
    parry_arena_free(a);
}

static void test_a_bad_line_is_named(void **state)
{
    (void)state;
    parry_arena *a = parry_arena_new();
    parry_judged_set s;
    parry_err err = {0};
    put("queries.jsonl", "{\"_id\":\"q1\",\"text\":\"one\"}\nnot json\n");
    assert_int_equal(parry_judged_read(a, dir, &s, &err), PARRY_INVALID);
    assert_non_null(strstr(err.msg, "queries.jsonl:2"));
    parry_arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_queries_without_a_judgement_are_left_out_and_unanswerable_ones_come_last),
        cmocka_unit_test(test_ids_may_hold_spaces_and_unknown_documents_count_as_not_found),
        cmocka_unit_test(test_a_document_judged_twice_counts_once_by_the_last_word),
        cmocka_unit_test(test_a_score_that_is_no_number_is_named),
        cmocka_unit_test(test_a_bad_line_is_named),
    };
    return cmocka_run_group_tests(tests, make_set, drop_set);
}
