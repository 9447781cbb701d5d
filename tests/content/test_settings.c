/* Settings: _search/ of the tree in the store; a bad file changes nothing and is named with its line. */
#include "tests/content/support.h"

#include "content/settings.h"

#include <sys/stat.h>
#include <unistd.h>

static const char *kept(const world *w, const char *name)
{
    parry_str bytes;
    assert_int_equal(PARRY_OK, parry_setting_get(w->store, test_arena(), name, &bytes, NULL));
    return bytes.p ? bytes.p : "none";
}

static void settings_are_kept_as_they_were_written(void **state)
{
    (void)state;
    world w = world_new();
    import_tree(&w);
    assert_string_equal(kept(&w, "rules"), "none");
    put_file(&w, "_search/rules.yaml", "- query: a # yes\n  pin: b\n");
    put_file(&w, "_search/other.yaml", "- not: ours\n");
    import_tree(&w);
    assert_int_equal(1, w.report.settings);
    assert_int_equal(0, w.report.files);
    assert_int_equal(1, seq_of(&w));
    assert_string_equal(kept(&w, "rules"), "- query: a # yes\n  pin: b\n");
    import_tree(&w);
    assert_int_equal(0, w.report.settings);
    assert_int_equal(1, seq_of(&w));
    put_file(&w, "_search/rules.yaml", "");
    import_tree(&w);
    assert_string_equal(kept(&w, "rules"), "");
    remove_file(&w, "_search/rules.yaml");
    import_tree(&w);
    assert_int_equal(1, w.report.settings);
    assert_string_equal(kept(&w, "rules"), "none");
    assert_int_equal(3, seq_of(&w));
    world_free(&w);
}

static void some_paths_bring_the_settings_too(void **state)
{
    (void)state;
    world w = world_new();
    put_file(&w, "a.md", "A");
    put_file(&w, "_search/synonyms.yaml", "- words: [a, b]\n");
    import_paths(&w, (const char *const[]){"_search/synonyms.yaml", NULL});
    assert_int_equal(1, w.report.settings);
    assert_int_equal(0, w.report.added);
    assert_string_equal(kept(&w, "synonyms"), "- words: [a, b]\n");
    world_free(&w);
}

static void a_bad_file_is_named_and_changes_nothing(void **state)
{
    (void)state;
    world w = world_new();
    put_file(&w, "_search/rules.yaml", "- query: good\n");
    import_tree(&w);
    put_file(&w, "_search/rules.yaml", "- query: one\n- query: [\n");
    import_tree(&w);
    assert_int_equal(0, w.report.settings);
    assert_int_equal(1, w.report.warnings);
    assert_true(notes_have(&w.notes, "_search/rules.yaml:3: refused: "));
    assert_true(notes_have(&w.notes, "what was read before stays"));
    assert_string_equal(kept(&w, "rules"), "- query: good\n");
    world_free(&w);
}

static parry_code no_twos(const char *name, const json_t *document, parry_err *err)
{
    assert_string_equal(name, "boosts");
    const json_t *two = json_object_get(document, "two");
    return two == NULL ? PARRY_OK : parry_fail(err, PARRY_INVALID, "line 1: two is not wanted");
}

static void what_the_check_refuses_is_not_kept(void **state)
{
    (void)state;
    world w = world_new();
    const parry_import_options options = {.check = no_twos};
    parry_import_report report;
    put_file(&w, "_search/boosts.yaml", "two: 2\n");
    assert_int_equal(PARRY_OK, parry_import_tree(w.store, w.tree, &options, &report, NULL));
    assert_int_equal(0, report.settings);
    assert_int_equal(1, report.warnings);
    assert_string_equal(kept(&w, "boosts"), "none");
    put_file(&w, "_search/boosts.yaml", "one: 2\n");
    assert_int_equal(PARRY_OK, parry_import_tree(w.store, w.tree, &options, &report, NULL));
    assert_int_equal(1, report.settings);
    world_free(&w);
}

static void links_and_odd_files_are_not_followed(void **state)
{
    (void)state;
    world w = world_new();
    char link[300], target[300];
    put_file(&w, "secret.txt", "- query: a\n");
    put_file(&w, "_search/other.yaml", "");
    snprintf(link, sizeof link, "%s/_search/rules.yaml", w.tree);
    snprintf(target, sizeof target, "%s/secret.txt", w.tree);
    assert_int_equal(0, symlink(target, link));
    snprintf(link, sizeof link, "%s/_search/boosts.yaml", w.tree);
    assert_int_equal(0, mkfifo(link, 0600)); /* reading it would wait for ever */
    import_tree(&w);
    assert_int_equal(0, w.report.settings);
    assert_true(notes_have(&w.notes, "_search/rules.yaml:0: refused: is not a regular file"));
    assert_true(notes_have(&w.notes, "_search/boosts.yaml:0: refused: is not a regular file"));
    world_free(&w);
}

static json_t *read_yaml(const char *yaml)
{
    json_t *j = NULL;
    parry_err err = {0};
    if (parry_setting_parse(test_arena(), parry_str_of(yaml), &j, &err) != PARRY_OK)
        fail_msg("%s", err.msg);
    return j;
}

static void maps_know_their_lines(void **state)
{
    (void)state;
    json_t *j = read_yaml("# rules\n- a: 0.5\n\n- b: {c: \"0.5\"}\n  d: 7\n");
    assert_int_equal(2, json_array_size(j));
    json_t *one = json_array_get(j, 0), *two = json_array_get(j, 1);
    assert_int_equal(2, json_integer_value(json_object_get(one, PARRY_SETTINGS_LINE)));
    assert_int_equal(4, json_integer_value(json_object_get(two, PARRY_SETTINGS_LINE)));
    assert_true(json_real_value(json_object_get(one, "a")) == 0.5);
    assert_string_equal("0.5", json_string_value(json_object_get(json_object_get(two, "b"), "c")));
    json_decref(j);
    const char *const empty[] = {"", "  \n", "# nothing\n", "~\n", "---\n"};
    for (size_t i = 0; i < sizeof empty / sizeof *empty; i++) {
        j = read_yaml(empty[i]);
        assert_true(json_is_array(j) && json_array_size(j) == 0);
        json_decref(j);
    }
}

static void what_is_not_yaml_is_refused_with_its_line(void **state)
{
    (void)state;
    static const struct {
        const char *yaml, *says;
    } bad[] = {{"a: 1\nb: [\n", "line 3:"},
               {"a: &x 1\nb: *x\n", "line 2: aliases are not supported"},
               {"a: 1\n---\nb: 2\n", "second document"},
               {"a: 1\n? [b]\n: 2\n", "line 2: a key is not plain text"}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        json_t *j = NULL;
        parry_err err = {0};
        assert_int_equal(PARRY_INVALID, parry_setting_parse(test_arena(), parry_str_of(bad[i].yaml), &j, &err));
        if (strstr(err.msg, bad[i].says) == NULL)
            fail_msg("\"%s\" does not say \"%s\"", err.msg, bad[i].says);
        assert_null(j);
    }
    json_t *j = NULL;
    parry_str deep = repeated("[", 100);
    assert_int_equal(PARRY_INVALID, parry_setting_parse(test_arena(), deep, &j, NULL));
    assert_int_equal(PARRY_TOO_LARGE,
                     parry_setting_parse(test_arena(), repeated("#", PARRY_SETTING_MAX_BYTES + 1), &j, NULL));
}

static void only_its_own_paths_are_settings(void **state)
{
    (void)state;
    assert_true(parry_setting_path(parry_str_of("_search")));
    assert_true(parry_setting_path(parry_str_of("_search/rules.yaml")));
    assert_false(parry_setting_path(parry_str_of("_search/rules.md")));
    assert_false(parry_setting_path(parry_str_of("_searching/rules.yaml")));
    assert_false(parry_setting_path(parry_str_of("a/_search/rules.yaml")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(settings_are_kept_as_they_were_written),
        cmocka_unit_test(some_paths_bring_the_settings_too),
        cmocka_unit_test(a_bad_file_is_named_and_changes_nothing),
        cmocka_unit_test(what_the_check_refuses_is_not_kept),
        cmocka_unit_test(links_and_odd_files_are_not_followed),
        cmocka_unit_test(maps_know_their_lines),
        cmocka_unit_test(what_is_not_yaml_is_refused_with_its_line),
        cmocka_unit_test(only_its_own_paths_are_settings),
    };
    return cmocka_run_group_tests_name("settings", tests, NULL, NULL);
}
