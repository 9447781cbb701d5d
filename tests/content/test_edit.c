/* Edits by the API: one origin for each article, no lost update, and nothing that an author's front matter opens. */
#include "tests/content/support.h"

#include "content/edit.h"

#include <string.h>

static parry_edit editor(const world *w) { return (parry_edit){.store = w->store, .may_publish = true}; }

/* Creates as somebody who may everything. */
static parry_store_row create(const world *w, const char *id, const char *markdown)
{
    parry_edit e = editor(w);
    parry_store_row row = {0};
    parry_err err = {0};
    if (parry_edit_create(&e, test_arena(), parry_str_of(id), parry_str_of(markdown), &row, &err) != PARRY_OK)
        fail_msg("%s: %s", id, err.msg);
    return row;
}

static parry_code try_create(parry_edit *e, const char *id, const char *markdown, parry_store_row *row)
{
    parry_err err = {0};
    return parry_edit_create(e, test_arena(), parry_str_of(id), parry_str_of(markdown), row, &err);
}

static parry_code try_update(parry_edit *e, const char *id, const char *markdown, parry_store_row *row)
{
    parry_err err = {0};
    return parry_edit_update(e, test_arena(), parry_str_of(id), parry_str_of(markdown), row, &err);
}

static void reopen(world *w)
{
    parry_err err = {0};
    parry_store_close(w->store);
    w->store = NULL;
    assert_int_equal(PARRY_OK, parry_store_open(w->data, &w->store, &err));
}

static void what_is_created_is_there_and_stays_after_a_restart(void **state)
{
    (void)state;
    world w = world_new();
    parry_article got;
    parry_str bytes;
    parry_store_row row =
        create(&w, "refunds", "---\ntitle: Refunds\nslug: money-back\naudience: merchant\n---\nText\n");
    assert_str(row.id, "refunds");
    assert_str(row.slug, "money-back");
    assert_int_equal(1, row.seq);
    assert_int_equal(PARRY_FROM_API, parry_store_origin(row.path));
    reopen(&w);
    assert_int_equal(PARRY_OK, parry_store_by_slug(w.store, test_arena(), parry_str_of("money-back"), &got, NULL));
    assert_str(got.id, "refunds");
    assert_str(got.title, "Refunds");
    assert_str(got.audience, "merchant");
    assert_int_equal(PARRY_PUBLISHED, got.status);
    assert_true(parry_hash_eq(got.hash, row.hash));
    parry_article_free(&got);
    assert_int_equal(PARRY_OK, parry_store_source(w.store, test_arena(), row.hash, &bytes, NULL));
    assert_true(parry_str_starts(bytes, "---\ntitle: Refunds"));
    world_free(&w);
}

static void an_id_is_given_told_or_made_of_the_title(void **state)
{
    (void)state;
    world w = world_new();
    parry_edit e = editor(&w);
    parry_store_row row;
    assert_str(create(&w, "", "---\nid: told\ntitle: Something\n---\nx").id, "told");
    assert_str(create(&w, "", "# Late refunds / now\n\nx").id, "late-refunds-now");
    assert_str(create(&w, "a/b", "x").id, "a/b");
    assert_int_equal(PARRY_INVALID, try_create(&e, "", "no title at all", &row));
    assert_int_equal(PARRY_INVALID, try_create(&e, "Not An Id", "x", &row));
    assert_int_equal(PARRY_INVALID, try_create(&e, "../../etc/passwd", "x", &row));
    assert_int_equal(PARRY_INVALID, try_create(&e, "one", "---\nid: two\n---\nx", &row));
    assert_int_equal(PARRY_INVALID, try_create(&e, parry_str_z(test_arena(), repeated("a", 400)), "x", &row));
    world_free(&w);
}

static void what_is_no_article_is_refused_and_leaves_nothing(void **state)
{
    (void)state;
    world w = world_new();
    parry_edit e = editor(&w);
    parry_store_row row;
    parry_err err = {0};
    parry_str big = repeated("too much ", (size_t)PARRY_ARTICLE_MAX_BYTES + 64);
    assert_int_equal(PARRY_TOO_LARGE, parry_edit_create(&e, test_arena(), parry_str_of("big"), big, &row, &err));
    assert_int_equal(PARRY_INVALID, try_create(&e, "empty", " \n", &row));
    assert_int_equal(PARRY_INVALID, try_create(&e, "binary",
                                               "\xFF\xFE"
                                               "a",
                                               &row));
    assert_int_equal(0, seq_of(&w));
    assert_false(has_id(&w, "big"));
    world_free(&w);
}

static void two_that_create_the_same_do_not_both_succeed(void **state)
{
    (void)state;
    world w = world_new();
    parry_edit e = editor(&w);
    parry_store_row row;
    create(&w, "one", "---\nslug: here\n---\nx");
    assert_int_equal(PARRY_CONFLICT, try_create(&e, "one", "other", &row));
    assert_int_equal(PARRY_CONFLICT, try_create(&e, "two", "---\nslug: here\n---\nx", &row));
    assert_false(e.stale);
    assert_false(has_id(&w, "two"));
    assert_int_equal(1, seq_of(&w));
    world_free(&w);
}

static void an_update_follows_the_version_that_it_was_made_from(void **state)
{
    (void)state;
    world w = world_new();
    parry_edit e = editor(&w);
    parry_store_row first = create(&w, "one", "First"), row;
    e.expected = &first.hash;
    assert_int_equal(PARRY_OK, try_update(&e, "one", "Second", &row));
    assert_false(parry_hash_eq(first.hash, row.hash));
    assert_int_equal(PARRY_CONFLICT, try_update(&e, "one", "Third", &row));
    assert_true(e.stale);
    e.expected = NULL;
    assert_int_equal(PARRY_OK, try_update(&e, "one", "Third", &row));
    assert_false(e.stale);
    uint64_t before = seq_of(&w);
    assert_int_equal(PARRY_OK, try_update(&e, "one", "Third", &row)); /* a retry */
    assert_int_equal(before, row.seq);
    assert_int_equal(before, seq_of(&w));
    assert_int_equal(PARRY_NOT_FOUND, try_update(&e, "two", "x", &row));
    assert_int_equal(PARRY_INVALID, try_update(&e, "one", "---\nid: two\n---\nx", &row));
    world_free(&w);
}

static void a_new_slug_frees_the_old_one(void **state)
{
    (void)state;
    world w = world_new();
    parry_edit e = editor(&w);
    parry_store_row row;
    create(&w, "one", "---\nslug: a\n---\nx");
    assert_int_equal(PARRY_OK, try_update(&e, "one", "---\nslug: b\n---\nx", &row));
    assert_str(create(&w, "two", "---\nslug: a\n---\nx").slug, "a");
    assert_int_equal(PARRY_CONFLICT, try_update(&e, "two", "---\nslug: b\n---\nx", &row));
    assert_str(row_of(&w, "two").slug, "a");
    world_free(&w);
}

static void publish_and_withdraw_decide_until_the_front_matter_changes(void **state)
{
    (void)state;
    world w = world_new();
    parry_edit e = editor(&w);
    parry_store_row row;
    parry_err err = {0};
    parry_str one = parry_str_of("one");
    assert_int_equal(PARRY_DRAFT, create(&w, "one", "---\nstatus: draft\n---\nx").status);
    assert_int_equal(PARRY_OK, parry_edit_publish(&e, test_arena(), one, &row, &err));
    assert_int_equal(PARRY_PUBLISHED, row_of(&w, "one").status);
    uint64_t before = seq_of(&w);
    assert_int_equal(PARRY_OK, parry_edit_publish(&e, test_arena(), one, &row, &err));
    assert_int_equal(before, seq_of(&w));
    /* its source still says draft: sent back with another text it stays what it is */
    assert_int_equal(PARRY_OK, try_update(&e, "one", "---\nstatus: draft\n---\ny", &row));
    assert_int_equal(PARRY_PUBLISHED, row.status);
    assert_int_equal(PARRY_OK, parry_edit_withdraw(&e, test_arena(), one, &row, &err));
    assert_int_equal(PARRY_DRAFT, row_of(&w, "one").status);
    assert_int_equal(PARRY_OK, try_update(&e, "one", "---\nstatus: published\n---\ny", &row));
    assert_int_equal(PARRY_PUBLISHED, row.status);
    assert_int_equal(PARRY_OK, try_update(&e, "one", "---\ndraft: true\n---\ny", &row));
    assert_int_equal(PARRY_DRAFT, row.status);
    world_free(&w);
}

static void what_is_removed_frees_its_names_and_keeps_its_versions(void **state)
{
    (void)state;
    world w = world_new();
    parry_edit e = editor(&w);
    parry_article got;
    parry_err err = {0};
    parry_store_row first = create(&w, "one", "---\nslug: here\n---\nFirst"), row;
    assert_int_equal(PARRY_OK, parry_edit_remove(&e, test_arena(), first.id, &row, &err));
    assert_int_equal(PARRY_ARCHIVED, row_of(&w, "one").status);
    assert_int_equal(PARRY_NOT_FOUND, parry_edit_publish(&e, test_arena(), first.id, &row, &err));
    assert_int_equal(PARRY_NOT_FOUND, parry_edit_remove(&e, test_arena(), first.id, &row, &err));
    assert_str(create(&w, "two", "---\nslug: here\n---\nx").slug, "here");
    assert_int_equal(PARRY_PUBLISHED, create(&w, "one", "Again").status);
    assert_int_equal(PARRY_OK, parry_store_version(w.store, test_arena(), first.hash, &got, &err));
    assert_str(got.sections[0].text, "First");
    parry_article_free(&got);
    world_free(&w);
}

static void an_import_leaves_alone_what_came_by_the_api(void **state)
{
    (void)state;
    world w = world_new();
    put_file(&w, "a.md", "A");
    import_tree(&w);
    create(&w, "one", "---\nslug: here\n---\nOne");
    put_file(&w, "one.md", "---\nslug: here\n---\nA file with the same names");
    import_tree(&w);
    assert_int_equal(0, w.report.archived);
    assert_int_equal(PARRY_PUBLISHED, row_of(&w, "one").status);
    assert_str(row_of(&w, "one").slug, "here");
    assert_str(row_of(&w, "one").path, "/one.md");
    assert_str(row_of(&w, "one-2").path, "one.md");
    assert_str(row_of(&w, "one-2").slug, "here-2");
    remove_file(&w, "one.md");
    reopen(&w);
    import_tree(&w);
    import_paths(&w, (const char *[]){"", "one.md", "a.md", NULL});
    assert_int_equal(PARRY_PUBLISHED, row_of(&w, "one").status);
    assert_int_equal(PARRY_PUBLISHED, row_of(&w, "a").status);
    assert_int_equal(PARRY_ARCHIVED, row_of(&w, "one-2").status);
    world_free(&w);
}

static void a_file_s_article_is_changed_in_its_file(void **state)
{
    (void)state;
    world w = world_new();
    parry_edit e = editor(&w);
    parry_store_row row;
    parry_err err = {0};
    put_file(&w, "a.md", "A");
    import_tree(&w);
    assert_int_equal(PARRY_CONFLICT,
                     parry_edit_update(&e, test_arena(), parry_str_of("a"), parry_str_of("B"), &row, &err));
    assert_non_null(strstr(err.msg, "belongs to the file a.md"));
    assert_false(e.stale);
    assert_int_equal(PARRY_CONFLICT, parry_edit_withdraw(&e, test_arena(), parry_str_of("a"), &row, &err));
    assert_int_equal(PARRY_CONFLICT, parry_edit_remove(&e, test_arena(), parry_str_of("a"), &row, &err));
    assert_int_equal(PARRY_CONFLICT, try_create(&e, "a", "mine", &row));
    assert_int_equal(1, seq_of(&w));
    world_free(&w);
}

static void the_id_of_a_file_that_vanished_is_free_for_good(void **state)
{
    (void)state;
    world w = world_new();
    put_file(&w, "a.md", "A");
    put_file(&w, "b.md", "B");
    import_tree(&w);
    remove_file(&w, "a.md");
    import_tree(&w);
    create(&w, "a", "Mine");
    put_file(&w, "a.md", "A");
    import_tree(&w);
    assert_str(row_of(&w, "a").path, "/a.md");
    assert_int_equal(PARRY_PUBLISHED, row_of(&w, "a").status);
    assert_str(row_of(&w, "a-2").path, "a.md");
    import_tree(&w);
    assert_int_equal(0, w.report.added + w.report.changed + w.report.archived);
    world_free(&w);
}

static void who_may_not_publish_touches_drafts_alone(void **state)
{
    (void)state;
    world w = world_new();
    parry_edit e = editor(&w);
    parry_store_row row;
    parry_err err = {0};
    create(&w, "live", "Live");
    e.may_publish = false;
    assert_int_equal(PARRY_DENIED, try_create(&e, "one", "x", &row));
    assert_int_equal(PARRY_DENIED, try_create(&e, "one", "---\nstatus: published\n---\nx", &row));
    assert_int_equal(PARRY_OK, try_create(&e, "one", "---\nstatus: draft\n---\nx", &row));
    assert_int_equal(PARRY_OK, try_update(&e, "one", "---\nstatus: draft\n---\ny", &row));
    assert_int_equal(PARRY_DENIED, try_update(&e, "one", "---\nstatus: published\n---\ny", &row));
    assert_int_equal(PARRY_DENIED, try_update(&e, "one", "y", &row));
    assert_int_equal(PARRY_DENIED, try_update(&e, "live", "---\ndraft: true\n---\nx", &row));
    assert_int_equal(PARRY_DENIED, parry_edit_publish(&e, test_arena(), parry_str_of("one"), &row, &err));
    assert_int_equal(PARRY_DENIED, parry_edit_withdraw(&e, test_arena(), parry_str_of("live"), &row, &err));
    assert_int_equal(PARRY_DENIED, parry_edit_remove(&e, test_arena(), parry_str_of("live"), &row, &err));
    assert_int_equal(PARRY_OK, parry_edit_remove(&e, test_arena(), parry_str_of("one"), &row, &err));
    assert_int_equal(PARRY_PUBLISHED, row_of(&w, "live").status);
    world_free(&w);
}

static void front_matter_does_not_move_an_article_to_another_audience(void **state)
{
    (void)state;
    world w = world_new();
    const parry_str mine[] = {parry_str_of("merchant"), parry_str_of("internal")};
    parry_edit e = editor(&w);
    parry_store_row row;
    create(&w, "theirs", "---\naudience: customer\n---\nx");
    e.audiences = mine;
    e.naudiences = 2;
    assert_int_equal(PARRY_OK, try_create(&e, "one", "---\naudience: internal\n---\nsecret", &row));
    assert_int_equal(PARRY_DENIED, try_update(&e, "one", "---\naudience: customer\n---\nsecret", &row));
    assert_int_equal(PARRY_DENIED, try_update(&e, "one", "secret", &row)); /* customer unless told */
    assert_int_equal(PARRY_DENIED, try_create(&e, "two", "---\naudience: CUSTOMER\n---\nx", &row));
    assert_str(row_of(&w, "one").audience, "internal");
    assert_int_equal(PARRY_OK, try_update(&e, "one", "---\naudience: merchant\n---\nx", &row));
    assert_int_equal(PARRY_NOT_FOUND, try_update(&e, "theirs", "---\naudience: merchant\n---\nx", &row));
    e.naudiences = 0; /* nobody's is not everybody's */
    assert_int_equal(PARRY_DENIED, try_create(&e, "three", "---\naudience: merchant\n---\nx", &row));
    world_free(&w);
}

static void links_find_what_was_written_here(void **state)
{
    (void)state;
    world w = world_new();
    parry_str id;
    create(&w, "a/one", "One");
    assert_int_equal(PARRY_OK, parry_store_id_of_path(w.store, test_arena(), parry_str_of("a/one.md"), &id, NULL));
    assert_str(id, "a/one");
    assert_int_equal(PARRY_NOT_FOUND,
                     parry_store_id_of_path(w.store, test_arena(), parry_str_of("a/two.md"), &id, NULL));
    world_free(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_created_is_there_and_stays_after_a_restart),
        cmocka_unit_test(an_id_is_given_told_or_made_of_the_title),
        cmocka_unit_test(what_is_no_article_is_refused_and_leaves_nothing),
        cmocka_unit_test(two_that_create_the_same_do_not_both_succeed),
        cmocka_unit_test(an_update_follows_the_version_that_it_was_made_from),
        cmocka_unit_test(a_new_slug_frees_the_old_one),
        cmocka_unit_test(publish_and_withdraw_decide_until_the_front_matter_changes),
        cmocka_unit_test(what_is_removed_frees_its_names_and_keeps_its_versions),
        cmocka_unit_test(an_import_leaves_alone_what_came_by_the_api),
        cmocka_unit_test(a_file_s_article_is_changed_in_its_file),
        cmocka_unit_test(the_id_of_a_file_that_vanished_is_free_for_good),
        cmocka_unit_test(who_may_not_publish_touches_drafts_alone),
        cmocka_unit_test(front_matter_does_not_move_an_article_to_another_audience),
        cmocka_unit_test(links_find_what_was_written_here),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
