/* Refining: related articles become a side table, are left alone while nothing changes, and never name what another
 * audience reads. */
#include "fake_encoder.h"
#include "home.h"
#include "testing.h"

#include "engine/related.h"
#include "indexer/refine.h"

#include <stdio.h>

static parry_encoder *encoder;

static const char *const apples = "Apples keep in a cool cellar. Wash the apples, dry the apples and store them in "
                                  "wooden crates with straw between the layers.";

static const char *const audiences[] = {"customer", "merchant", "internal"};

/* Twelve articles about apples, four an audience, and one about something else. */
static void write_tree(home *h)
{
    char path[64], text[600];
    for (int i = 0; i < 12; i++) {
        snprintf(path, sizeof path, "apples-%02d.md", i);
        snprintf(text, sizeof text, "%s Crate%d holds them.", apples, i % 4);
        home_write(h, path, text);
        char *whole = parry_str_z(h->arena, parry_str_printf(h->arena, "%s/%s", h->tree, path));
        FILE *f = fopen(whole, "w");
        assert_non_null(f);
        fprintf(f, "---\nid: apples-%02d\naudience: %s\nlocale: %s\n---\n# Storing apples %d\n\n%s\n", i,
                audiences[i / 4],
                i % 4 == 3   ? "de"
                : i % 4 == 2 ? "en-GB"
                             : "en",
                i, text);
        fclose(f);
    }
    home_write(h, "zeppelin.md", "Quite another matter altogether, unlike whatever else stands here.");
}

static int set_up(void **state)
{
    encoder = fake_encoder_new("model one");
    home *h = home_new(encoder);
    write_tree(h);
    home_run(h);
    *state = h;
    return 0;
}

static int tear_down(void **state)
{
    home_free(*state);
    parry_encoder_close(encoder);
    return 0;
}

static parry_refine_report refine(home *h)
{
    parry_refine_report r = {0};
    ok(parry_indexer_refine(h->indexer, 2, 0, NULL, &r, &err));
    return r;
}

/* Ids related to one for an audience, "a b c", best first. */
static const char *related(home *h, const char *id, const char *audience)
{
    parry_index *index;
    parry_related list[PARRY_RELATED_MAX];
    ok(parry_index_open(h->index, &index, &err));
    parry_generation *g = parry_index_acquire(index);
    size_t n = parry_related_of(g, parry_str_of(id), parry_str_of(audience), list, PARRY_RELATED_MAX);
    parry_str out = {"", 0};
    for (size_t i = 0; i < n; i++) {
        assert_true(list[i].score > 0 && list[i].score <= 1);
        assert_true(i == 0 || list[i].score <= list[i - 1].score);
        out = parry_str_printf(h->arena, "%.*s%s%.*s", PARRY_FMT(out), i > 0 ? " " : "", PARRY_FMT(list[i].id));
    }
    parry_generation_release(g);
    parry_index_close(index);
    return out.p;
}

static void only_the_same_audience_and_language_is_related(void **state)
{
    home *h = *state;
    assert_string_equal(related(h, "apples-00", "customer"), "");
    parry_refine_report r = refine(h);
    assert_int_equal(r.tables, 2);
    assert_int_equal(r.generation, 3);
    const char *both = related(h, "apples-00", "customer");
    assert_true(strcmp(both, "apples-01 apples-02") == 0 || strcmp(both, "apples-02 apples-01") == 0);
    assert_string_equal(related(h, "apples-03", "customer"), ""); /* German, alone */
    const char *theirs = related(h, "apples-09", "");
    assert_true(strcmp(theirs, "apples-08 apples-10") == 0 || strcmp(theirs, "apples-10 apples-08") == 0);
    assert_string_equal(related(h, "apples-09", "customer"), "");
    assert_string_equal(related(h, "zeppelin", ""), "");
    assert_string_equal(related(h, "no-such", ""), "");
}

static void nothing_changed_publishes_nothing(void **state)
{
    home *h = *state;
    refine(h);
    parry_refine_report r = refine(h);
    assert_int_equal(r.tables, 0);
    assert_int_equal(r.generation, 3);
    home_write(h, "pears.md", "Pears ripen late.");
    home_run(h);
    assert_int_equal(refine(h).tables, 2);
}

/* The table is older than the articles: what they are now counts. */
static void a_stale_table_names_nothing_that_went_or_changed_hands(void **state)
{
    home *h = *state;
    refine(h);
    home_remove(h, "apples-01.md");
    char *path = parry_str_z(h->arena, parry_str_printf(h->arena, "%s/apples-02.md", h->tree));
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fprintf(f, "---\nid: apples-02\naudience: internal\nlocale: en-GB\n---\n# Storing apples\n\n%s\n", apples);
    fclose(f);
    home_run(h);
    assert_string_equal(related(h, "apples-00", "customer"), "");
    assert_string_equal(related(h, "apples-02", "customer"), "");
    refine(h);
    assert_true(strstr(related(h, "apples-02", "internal"), "apples-08") != NULL);
}

static void words_alone_are_enough(void **state)
{
    home *h = *state;
    h->options.encoder = NULL;
    home_reopen(h);
    home_write(h, "a.md", "The gearbox whines when the flywheel of the turbine is out of balance.");
    home_write(h, "b.md", "Balance the flywheel: a turbine with a whining gearbox wears its bearings.");
    home_run(h);
    refine(h);
    assert_string_equal(related(h, "a", ""), "b");
}

static void who_is_told_to_stop_stops(void **state)
{
    home *h = *state;
    atomic_bool stop = true;
    assert_int_equal(parry_indexer_refine(h->indexer, 1, 0, &stop, NULL, NULL), PARRY_UNAVAILABLE);
    assert_string_equal(related(h, "apples-00", ""), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(only_the_same_audience_and_language_is_related, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nothing_changed_publishes_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_stale_table_names_nothing_that_went_or_changed_hands, set_up, tear_down),
        cmocka_unit_test_setup_teardown(words_alone_are_enough, set_up, tear_down),
        cmocka_unit_test_setup_teardown(who_is_told_to_stop_stops, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
