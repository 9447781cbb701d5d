/* Imports: nothing twice, nothing lost, names that stay. */
#include "tests/content/support.h"

#include "base/file.h"

#include <unistd.h>

static void importing_twice_changes_nothing(void **state)
{
    (void)state;
    world w = world_new();
    put_file(&w, "a.md", "---\nid: one\n---\nA");
    put_file(&w, "x/b.md", "B");
    import_tree(&w);
    assert_int_equal(2, w.report.added);
    assert_int_equal(2, seq_of(&w));
    char *before = listing(&w);
    parry_hash data;
    parry_str file = parry_str_printf(test_arena(), "%s/store/data.mdb", w.data);
    assert_int_equal(PARRY_OK, parry_hash_file(file.p, &data, NULL));
    import_tree(&w);
    assert_int_equal(2, w.report.unchanged);
    assert_int_equal(0, w.report.added + w.report.changed + w.report.archived + w.report.warnings);
    assert_int_equal(2, seq_of(&w));
    assert_string_equal(before, listing(&w));
    parry_hash again;
    assert_int_equal(PARRY_OK, parry_hash_file(file.p, &again, NULL));
    assert_true(parry_hash_eq(data, again)); /* not one byte was written */
    world_free(&w);
}

static void what_was_put_is_got(void **state)
{
    (void)state;
    world w = world_new();
    parry_article got;
    parry_str id, bytes;
    parry_err err;
    put_file(&w, "x/b.md", "---\nslug: my-slug\naudience: merchant\n---\n# Title\n\nText\n");
    import_tree(&w);
    assert_int_equal(PARRY_OK, parry_store_get(w.store, test_arena(), parry_str_of("x/b"), &got, &err));
    assert_str(got.title, "Title");
    assert_str(got.slug, "my-slug");
    assert_str(got.source, "x/b.md");
    parry_hash hash = got.hash;
    parry_article_free(&got);
    assert_int_equal(PARRY_OK, parry_store_by_slug(w.store, test_arena(), parry_str_of("my-slug"), &got, &err));
    assert_str(got.id, "x/b");
    parry_article_free(&got);
    assert_int_equal(PARRY_OK, parry_store_version(w.store, test_arena(), hash, &got, &err));
    assert_str(got.audience, "merchant");
    parry_article_free(&got);
    assert_int_equal(PARRY_OK, parry_store_source(w.store, test_arena(), hash, &bytes, &err));
    assert_true(parry_str_starts(bytes, "---\nslug"));
    assert_int_equal(PARRY_OK, parry_store_id_of_path(w.store, test_arena(), parry_str_of("x/b.md"), &id, &err));
    assert_str(id, "x/b");
    assert_str(row_of(&w, "x/b").audience, "merchant");
    assert_int_equal(PARRY_NOT_FOUND, parry_store_get(w.store, test_arena(), parry_str_of("nobody"), &got, &err));
    assert_int_equal(PARRY_NOT_FOUND, parry_store_by_slug(w.store, test_arena(), parry_str_of(""), &got, &err));
    assert_int_equal(PARRY_NOT_FOUND, parry_store_version(w.store, test_arena(), (parry_hash){{1}}, &got, &err));
    assert_int_equal(PARRY_NOT_FOUND, parry_store_id_of_path(w.store, test_arena(), repeated("x/", 2000), &id, &err));
    world_free(&w);
}

static void a_change_is_logged_and_the_version_before_stays(void **state)
{
    (void)state;
    world w = world_new();
    parry_article got;
    parry_str *ids = NULL;
    size_t n = 0;
    uint64_t upto = 0;
    put_file(&w, "a.md", "First");
    put_file(&w, "b.md", "B");
    import_tree(&w);
    parry_hash before = row_of(&w, "a").hash;
    put_file(&w, "a.md", "Second");
    import_tree(&w);
    assert_int_equal(1, w.report.changed);
    assert_int_equal(1, w.report.unchanged);
    assert_int_equal(PARRY_OK, parry_store_changes(w.store, test_arena(), 2, &ids, &n, &upto, NULL));
    assert_int_equal(1, n);
    assert_str(ids[0], "a");
    assert_int_equal(3, upto);
    assert_int_equal(PARRY_OK, parry_store_changes(w.store, test_arena(), 0, &ids, &n, &upto, NULL));
    assert_int_equal(2, n);
    assert_int_equal(PARRY_OK, parry_store_changes(w.store, test_arena(), 3, &ids, &n, &upto, NULL));
    assert_int_equal(0, n);
    assert_int_equal(3, upto);
    assert_int_equal(PARRY_OK, parry_store_version(w.store, test_arena(), before, &got, NULL));
    assert_str(got.sections[0].text, "First");
    parry_article_free(&got);
    world_free(&w);
}

static void what_vanishes_is_archived_and_comes_back_as_itself(void **state)
{
    (void)state;
    world w = world_new();
    parry_article got;
    put_file(&w, "a.md", "---\nid: one\nslug: first\n---\nA");
    put_file(&w, "b.md", "B");
    import_tree(&w);
    remove_file(&w, "a.md");
    import_tree(&w);
    assert_int_equal(1, w.report.archived);
    assert_int_equal(PARRY_ARCHIVED, row_of(&w, "one").status);
    assert_int_equal(PARRY_OK, parry_store_get(w.store, test_arena(), parry_str_of("one"), &got, NULL));
    assert_int_equal(PARRY_ARCHIVED, got.status);
    parry_article_free(&got);
    import_tree(&w);
    assert_int_equal(0, w.report.archived);
    put_file(&w, "a.md", "---\nid: one\nslug: first\n---\nA");
    import_tree(&w);
    assert_int_equal(1, w.report.changed);
    assert_int_equal(PARRY_PUBLISHED, row_of(&w, "one").status);
    assert_str(row_of(&w, "one").slug, "first");
    remove_file(&w, "a.md");
    import_tree(&w);
    put_file(&w, "a.md", "---\nid: one\nslug: first\n---\nA");
    put_file(&w, "0.md", "---\nid: one\nslug: first\n---\nAnother, first by path");
    import_tree(&w);
    assert_str(row_of(&w, "one").path, "a.md");
    assert_str(row_of(&w, "one").slug, "first");
    assert_str(row_of(&w, "one-2").path, "0.md");
    world_free(&w);
}

static void duplicates_get_a_suffix_and_keep_it(void **state)
{
    (void)state;
    world w = world_new();
    put_file(&w, "b.md", "---\nid: same\nslug: same\n---\nB");
    put_file(&w, "c.md", "---\nid: same\nslug: same\n---\nC");
    put_file(&w, "d.md", "---\nid: same\nslug: same\n---\nD");
    import_tree(&w);
    assert_str(row_of(&w, "same").path, "b.md");
    assert_str(row_of(&w, "same-2").path, "c.md");
    assert_str(row_of(&w, "same-3").path, "d.md");
    assert_str(row_of(&w, "same-3").slug, "same-3");
    assert_true(notes_have(&w.notes, "c.md:0: id same is taken by b.md; this article is same-2"));
    put_file(&w, "a.md", "---\nid: same\nslug: same\n---\nA"); /* first by path, but last to come */
    put_file(&w, "c.md", "---\nid: same\nslug: same\n---\nC changed");
    import_tree(&w);
    assert_str(row_of(&w, "same").path, "b.md");
    assert_str(row_of(&w, "same-2").path, "c.md");
    assert_str(row_of(&w, "same-4").path, "a.md");
    remove_file(&w, "b.md");
    import_tree(&w);
    assert_str(row_of(&w, "same-2").path, "c.md");
    put_file(&w, "e.md", "---\nid: same\nslug: same\n---\nE"); /* what is free again may be had */
    import_tree(&w);
    assert_str(row_of(&w, "same").path, "e.md");
    assert_str(row_of(&w, "same").slug, "same");
    world_free(&w);
}

static void a_moved_file_is_the_same_article(void **state)
{
    (void)state;
    world w = world_new();
    parry_str id;
    put_file(&w, "old/a.md", "---\nid: one\n---\nA");
    import_tree(&w);
    remove_file(&w, "old/a.md");
    put_file(&w, "new/a.md", "---\nid: one\n---\nA");
    import_tree(&w);
    assert_int_equal(0, w.report.archived);
    assert_str(row_of(&w, "one").path, "new/a.md");
    assert_str(row_of(&w, "one").slug, "a");
    assert_int_equal(2, seq_of(&w)); /* never archived in between */
    assert_int_equal(PARRY_NOT_FOUND,
                     parry_store_id_of_path(w.store, test_arena(), parry_str_of("old/a.md"), &id, NULL));
    remove_file(&w, "new/a.md");
    put_file(&w, "third/a.md", "---\nid: one\n---\nA");
    import_paths(&w, (const char *const[]){"third/a.md", NULL}); /* word of the old place comes later */
    import_paths(&w, (const char *const[]){"new/a.md", NULL});
    assert_str(row_of(&w, "one").path, "third/a.md");
    assert_int_equal(PARRY_PUBLISHED, row_of(&w, "one").status);
    world_free(&w);
}

static void a_new_id_is_a_new_article_and_two_may_swap(void **state)
{
    (void)state;
    world w = world_new();
    put_file(&w, "a.md", "---\nid: one\nslug: eins\n---\nA");
    put_file(&w, "b.md", "---\nid: two\nslug: zwei\n---\nB");
    import_tree(&w);
    put_file(&w, "a.md", "---\nid: other\nslug: eins\n---\nA");
    import_tree(&w);
    assert_int_equal(PARRY_ARCHIVED, row_of(&w, "one").status);
    assert_str(row_of(&w, "other").slug, "eins");
    put_file(&w, "a.md", "---\nid: two\nslug: zwei\n---\nA");
    put_file(&w, "b.md", "---\nid: other\nslug: eins\n---\nB");
    import_tree(&w);
    assert_int_equal(0, w.report.warnings);
    assert_str(row_of(&w, "two").path, "a.md");
    assert_str(row_of(&w, "two").slug, "zwei");
    assert_str(row_of(&w, "other").path, "b.md");
    assert_str(row_of(&w, "other").slug, "eins");
    put_file(&w, "a.md", "---\nid: two\nslug: eins\n---\nA"); /* the slugs alone */
    put_file(&w, "b.md", "---\nid: other\nslug: zwei\n---\nB");
    import_tree(&w);
    assert_int_equal(0, w.report.warnings);
    assert_str(row_of(&w, "two").slug, "eins");
    assert_str(row_of(&w, "other").slug, "zwei");
    world_free(&w);
}

static void a_bad_version_leaves_the_good_one_standing(void **state)
{
    (void)state;
    world w = world_new();
    put_file(&w, "a.md", "Good");
    import_tree(&w);
    put_file(&w, "a.md", "");
    import_tree(&w);
    assert_int_equal(1, w.report.refused);
    assert_true(notes_have(&w.notes, "what was imported before stays"));
    assert_int_equal(PARRY_PUBLISHED, row_of(&w, "a").status);
    world_free(&w);
}

static void paths_do_what_the_whole_tree_would(void **state)
{
    (void)state;
    world one = world_new(), two = world_new();
    static const char *const steps[][4] = {
        /* path, text or NULL to remove, and how the watcher names it */
        {"x/a.md", "---\nid: i\n---\nA", "x/a.md"},
        {"x/b.md", "---\nid: i\n---\nB", "./x//b.md"},
        {"x/c.md", "C", "x"},
        {"x/a.md", NULL, "x/a.md"},
        {"y/c.md", "---\nid: i\n---\nC", "y/c.md"},
        {"x/b.md", "---\nid: j\nslug: c\n---\nB", "x/b.md"},
        {"x", NULL, "x"},
        {"z/c.md", "---\nslug: c\n---\nZ", "z/c.md"},
        {"z/empty.md", "", "z/empty.md"},
        {"z/_no/a.md", "no", "z/_no/a.md"},
        {"z/picture.png", "no", "z/picture.png"},
        {"x/b.md", "---\nid: j\nslug: c\n---\nB", "x"},
    };
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        const world *both[] = {&one, &two};
        for (size_t k = 0; k < 2; k++) {
            if (steps[i][1] != NULL)
                put_file(both[k], steps[i][0], steps[i][1]);
            else
                remove_file(both[k], steps[i][0]);
        }
        import_tree(&one);
        import_paths(&two, (const char *const[]){steps[i][2], NULL});
        assert_string_equal(listing(&one), listing(&two));
        assert_int_equal(seq_of(&one), seq_of(&two));
    }
    import_paths(&two, (const char *const[]){"../outside.md", "/etc/passwd.md", NULL});
    assert_int_equal(2, two.report.warnings);
    world_free(&one);
    world_free(&two);
}

static void one_file_is_a_tree_too(void **state)
{
    (void)state;
    world w = world_new();
    parry_import_report r;
    parry_err err;
    put_file(&w, "a.md", "A");
    put_file(&w, "b.md", "B");
    import_tree(&w);
    put_file(&w, "a.md", "A changed");
    char *file = parry_str_z(test_arena(), parry_str_printf(test_arena(), "%s/a.md", w.tree));
    assert_int_equal(PARRY_OK, parry_import_tree(w.store, file, NULL, &r, &err));
    assert_int_equal(1, r.changed);
    assert_int_equal(0, r.archived);
    assert_int_equal(PARRY_NOT_FOUND, parry_import_tree(w.store, "/no/such/tree", NULL, &r, &err));
    assert_int_equal(PARRY_INVALID, parry_import_tree(w.store, "/etc/hostname", NULL, &r, &err));
    world_free(&w);
}

static void count_progress(void *ctx, size_t done, size_t total)
{
    size_t *last = ctx;
    assert_true(done >= *last && done <= total);
    *last = done;
}

static void many_files_are_written_in_batches(void **state)
{
    (void)state;
    enum { MANY = 1500 };
    world w = world_new();
    size_t done = 0;
    parry_import_options o = {.progress = count_progress, .progress_ctx = &done};
    for (int i = 0; i < MANY; i++)
        put_file(&w, parry_str_printf(test_arena(), "d%d/page.md", i).p, "Text of a page");
    assert_int_equal(PARRY_OK, parry_import_tree(w.store, w.tree, &o, &w.report, NULL));
    assert_int_equal(MANY, w.report.added);
    assert_int_equal(MANY - 1, w.report.warnings);
    assert_int_equal(MANY, done);
    assert_int_equal(MANY, seq_of(&w));
    assert_str(row_of(&w, "d1499/page").slug, "page-557"); /* by path, as bytes */
    world_free(&w);
}

static void the_store_outlives_its_handle(void **state)
{
    (void)state;
    world w = world_new();
    put_file(&w, "a.md", "A");
    import_tree(&w);
    parry_store_close(w.store);
    assert_int_equal(PARRY_OK, parry_store_open(w.data, &w.store, NULL));
    assert_true(has_id(&w, "a"));
    import_tree(&w);
    assert_int_equal(1, w.report.unchanged);
    world_free(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(importing_twice_changes_nothing),
        cmocka_unit_test(what_was_put_is_got),
        cmocka_unit_test(a_change_is_logged_and_the_version_before_stays),
        cmocka_unit_test(what_vanishes_is_archived_and_comes_back_as_itself),
        cmocka_unit_test(duplicates_get_a_suffix_and_keep_it),
        cmocka_unit_test(a_moved_file_is_the_same_article),
        cmocka_unit_test(a_new_id_is_a_new_article_and_two_may_swap),
        cmocka_unit_test(a_bad_version_leaves_the_good_one_standing),
        cmocka_unit_test(paths_do_what_the_whole_tree_would),
        cmocka_unit_test(one_file_is_a_tree_too),
        cmocka_unit_test(many_files_are_written_in_batches),
        cmocka_unit_test(the_store_outlives_its_handle),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
