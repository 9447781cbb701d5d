/* One store's articles in another, change by change and from another history. */
#include "tests/content/support.h"

#include "content/replicate.h"
#include "content/settings.h"

/* Everything after what `to` has; how many pages it took. */
static size_t follow(const world *from, const world *to)
{
    uint64_t after = seq_of(to);
    bool more = true;
    size_t pages = 0;
    while (more) {
        json_t *page = NULL;
        assert_int_equal(PARRY_OK, parry_store_export(from->store, after, &page, NULL));
        assert_int_equal(PARRY_OK, parry_store_apply(to->store, page, &after, &more, NULL));
        json_decref(page);
        pages++;
    }
    return pages;
}

static void assert_same(const world *a, const world *b)
{
    assert_string_equal(listing(a), listing(b));
    assert_int_equal(seq_of(a), seq_of(b));
}

static parry_code by_slug(const world *w, const char *slug, parry_article *out)
{
    return parry_store_by_slug(w->store, test_arena(), parry_str_of(slug), out, NULL);
}

static void what_one_store_has_the_other_gets(void **state)
{
    (void)state;
    world w = world_new(), r = world_new();
    parry_article got;
    parry_str id;
    put_file(&w, "a.md", "---\nslug: first\n---\n# A\n\nText of a\n");
    put_file(&w, "b.md", "---\nstatus: draft\n---\nB");
    put_file(&w, "_search/synonyms.yaml", "- words: [cat, moggy]\n");
    import_tree(&w);
    assert_int_equal(1, follow(&w, &r));
    assert_same(&w, &r);
    assert_int_equal(PARRY_OK, by_slug(&r, "first", &got));
    assert_str(got.title, "A");
    assert_true(parry_hash_eq(got.hash, row_of(&w, "a").hash));
    parry_article_free(&got);
    assert_int_equal(PARRY_OK, parry_store_id_of_path(r.store, test_arena(), parry_str_of("b.md"), &id, NULL));
    parry_str setting;
    assert_int_equal(PARRY_OK, parry_setting_get(r.store, test_arena(), "synonyms", &setting, NULL));
    assert_true(parry_str_find(setting, parry_str_of("moggy")) < setting.n);
    world_free(&w);
    world_free(&r);
}

static void changes_follow_and_names_move_with_them(void **state)
{
    (void)state;
    world w = world_new(), r = world_new();
    parry_article got;
    put_file(&w, "a.md", "---\nslug: wanted\n---\nA");
    put_file(&w, "b.md", "---\nslug: other\n---\nB");
    import_tree(&w);
    follow(&w, &r);
    remove_file(&w, "a.md");
    import_tree(&w);
    put_file(&w, "b.md", "---\nslug: wanted\n---\nB takes it");
    import_tree(&w);
    follow(&w, &r);
    assert_same(&w, &r);
    assert_int_equal(PARRY_OK, by_slug(&r, "wanted", &got));
    assert_str(got.id, "b");
    parry_article_free(&got);
    assert_int_equal(PARRY_NOT_FOUND, by_slug(&r, "other", &got));
    for (int i = 0; i < 3; i++) { /* the last version alone goes over, whatever was between */
        char text[32];
        (void)snprintf(text, sizeof text, "Version %d", i);
        put_file(&w, "c.md", text);
        import_tree(&w);
    }
    follow(&w, &r);
    assert_same(&w, &r);
    world_free(&w);
    world_free(&r);
}

static void much_goes_over_in_pages(void **state)
{
    (void)state;
    world w = world_new(), r = world_new();
    for (int i = 0; i < 12; i++) {
        char path[32];
        (void)snprintf(path, sizeof path, "f%d.md", i);
        put_file(&w, path, parry_str_z(test_arena(), repeated("some words ", 900000)));
    }
    import_tree(&w);
    assert_true(follow(&w, &r) >= 3);
    assert_same(&w, &r);
    world_free(&w);
    world_free(&r);
}

static void another_history_replaces_the_one_before(void **state)
{
    (void)state;
    world w = world_new(), other = world_new(), r = world_new();
    parry_article got;
    put_file(&w, "a.md", "A");
    put_file(&w, "b.md", "---\nslug: of-b\n---\nB");
    put_file(&w, "_search/boosts.yaml", "");
    import_tree(&w);
    follow(&w, &r);
    put_file(&other, "a.md", "Another A");
    import_tree(&other);
    assert_int_equal(PARRY_OK, parry_store_apply_begin(r.store, NULL));
    assert_true(has_id(&r, "b")); /* served until the end */
    assert_int_equal(0, seq_of(&r));
    follow(&other, &r);
    assert_int_equal(PARRY_OK, parry_store_apply_end(r.store, NULL));
    assert_same(&other, &r);
    assert_int_equal(PARRY_NOT_FOUND, by_slug(&r, "of-b", &got));
    world_free(&w);
    world_free(&other);
    world_free(&r);
}

static void a_page_that_is_none_changes_nothing(void **state)
{
    (void)state;
    world w = world_new(), r = world_new();
    json_t *page = NULL;
    uint64_t upto = 77;
    bool more;
    put_file(&w, "a.md", "A");
    put_file(&w, "b.md", "B");
    import_tree(&w);
    assert_int_equal(PARRY_OK, parry_store_export(w.store, 0, &page, NULL));
    json_t *second = json_array_get(json_object_get(page, "changes"), 1);
    const struct {
        const char *key;
        json_t *value;
    } bad[] = {{"seq", json_integer(0)},
               {"seq", json_integer(9)},
               {"id", json_string("")},
               {"record", json_string("AAAA")},
               {"record", json_null()},
               {"source", json_string("***")},
               {"source", json_string("AQABAAEA")},
               {"hash", json_string("00")},
               {"id", json_string("@")}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        json_t *kept = json_incref(json_object_get(second, bad[i].key));
        json_object_set_new(second, bad[i].key, bad[i].value);
        assert_int_not_equal(PARRY_OK, parry_store_apply(r.store, page, &upto, &more, NULL));
        assert_int_equal(0, seq_of(&r));
        assert_false(has_id(&r, "a")); /* not even what was good of it */
        json_object_set_new(second, bad[i].key, kept);
    }
    assert_int_equal(77, upto);
    assert_int_equal(PARRY_OK, parry_store_apply(r.store, page, &upto, &more, NULL));
    assert_int_equal(PARRY_OK, parry_store_apply(r.store, page, &upto, &more, NULL)); /* twice is once */
    assert_same(&w, &r);
    json_decref(page);
    world_free(&w);
    world_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_one_store_has_the_other_gets),
        cmocka_unit_test(changes_follow_and_names_move_with_them),
        cmocka_unit_test(much_goes_over_in_pages),
        cmocka_unit_test(another_history_replaces_the_one_before),
        cmocka_unit_test(a_page_that_is_none_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
