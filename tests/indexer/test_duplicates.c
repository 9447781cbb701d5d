/* Near-duplicates over a few articles: copies, articles that hold another, what is neither; and the side table. What is
 * found in a real help centre, paraphrases too, is measured by duplicates.py. */
#include "fake_encoder.h"
#include "home.h"
#include "testing.h"

#include "indexer/duplicates.h"
#include "indexer/refine.h"

static parry_encoder *encoder;

static const char *const storing =
    "Keep apples in a cool and dark cellar, apart from other fruit, because the gas they give off ripens whatever lies "
    "beside them. Turn them every week and take out those that show brown spots before they spoil the rest.";
static const char *const pruning =
    "Prune the tree in late winter, when hard frosts are over and no sap runs yet. Cut crossing branches first, then "
    "the "
    "shoots that grow straight up, and never take more than a quarter of the crown in one year.";

static int set_up(void **state)
{
    encoder = fake_encoder_new("model one");
    *state = home_new(encoder);
    return 0;
}

static int tear_down(void **state)
{
    home_free(*state);
    parry_encoder_close(encoder);
    return 0;
}

static const char *joined(home *h, const char *a, const char *b)
{
    return parry_str_printf(h->arena, "%s\n\n%s", a, b).p;
}

/* "a b copy\n" for each pair, ids of a pair in byte order. */
static const char *found(home *h, double threshold)
{
    parry_index *index;
    parry_duplicate *d;
    size_t n;
    parry_str out = {"", 0};
    ok(parry_index_open(h->index, &index, &err));
    parry_generation *g = parry_index_acquire(index);
    parry_duplicates_find(g, threshold, h->arena, &d, &n);
    for (size_t i = 0; i < n; i++) {
        assert_true(d[i].score >= threshold && d[i].score <= 1);
        out = parry_str_printf(h->arena, "%.*s%.*s %.*s %s\n", PARRY_FMT(out), PARRY_FMT(d[i].a), PARRY_FMT(d[i].b),
                               parry_duplicate_kind_name(d[i].kind));
    }
    parry_generation_release(g);
    parry_index_close(index);
    return out.p;
}

static void a_copy_with_small_edits_is_found(void **state)
{
    home *h = *state;
    home_write(h, "storing.md", storing);
    home_write(h, "pruning.md", pruning);
    home_write(
        h, "copied.md",
        "Keep your apples in a cool and dark cellar, apart from other fruit, because the gas they give off ripens "
        "whatever lies beside them. Turn them every week and take out those that show spots before they spoil "
        "the rest.");
    home_run(h);
    assert_string_equal(found(h, 0.5), "copied storing copy\n");
}

static void both_parts_of_a_merged_article_are_found_in_it(void **state)
{
    home *h = *state;
    home_write(h, "storing.md", storing);
    home_write(h, "pruning.md", pruning);
    home_write(h, "all.md", joined(h, storing, pruning));
    home_run(h);
    const char *pairs = found(h, 0.9);
    assert_non_null(strstr(pairs, "storing all contained\n"));
    assert_non_null(strstr(pairs, "pruning all contained\n"));
    assert_null(strstr(pairs, "storing pruning"));
    assert_null(strstr(pairs, "pruning storing"));
}

static void what_many_articles_have_is_no_sign(void **state)
{
    home *h = *state;
    for (int i = 0; i < 20; i++) {
        const char *own = parry_str_printf(h->arena,
                                           "%s\n\nWord%d alpha%d beta%d gamma%d delta%d eps%d zeta%d eta%d theta%d "
                                           "iota%d kappa%d lambda%d mu%d nu%d xi%d omicron%d pi%d rho%d sigma%d tau%d.",
                                           storing, i, i, i, i, i, i, i, i, i, i, i, i, i, i, i, i, i, i, i, i)
                              .p;
        home_write(h, parry_str_printf(h->arena, "file%c.md", 'a' + i).p, own);
    }
    h->options.encoder = NULL;
    home_reopen(h);
    home_run(h);
    assert_string_equal(found(h, 0.1), "");
}

static void an_empty_index_has_none(void **state)
{
    home_run(*state);
    assert_string_equal(found(*state, 0), "");
}

static void the_table_is_kept_and_made_anew_when_an_article_changes(void **state)
{
    home *h = *state;
    home_write(h, "storing.md", storing);
    home_write(h, "copied.md", storing);
    home_run(h);
    const char *before = found(h, 0.5);
    ok(parry_indexer_refine(h->indexer, 1, 0, NULL, NULL, &err));
    assert_string_equal(before, found(h, 0.5));
    parry_index *index;
    parry_duplicate *d;
    size_t n;
    ok(parry_index_open(h->index, &index, &err));
    parry_generation *g = parry_index_acquire(index);
    parry_duplicates_kept(g, 0.5, h->arena, &d, &n);
    assert_int_equal(n, 1);
    assert_true(d[0].score > 0.99 && d[0].kind == PARRY_COPY);
    parry_generation_release(g);
    home_write(h, "copied.md", pruning);
    home_run(h);
    assert_string_equal(found(h, 0.5), ""); /* the table is older: it is not believed */
    home_remove(h, "copied.md");
    home_run(h);
    ok(parry_index_refresh(index, NULL, &err));
    g = parry_index_acquire(index);
    parry_duplicates_kept(g, 0.5, h->arena, &d, &n);
    assert_int_equal(n, 0); /* nor does it name what went */
    parry_generation_release(g);
    parry_index_close(index);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_copy_with_small_edits_is_found, set_up, tear_down),
        cmocka_unit_test_setup_teardown(both_parts_of_a_merged_article_are_found_in_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_many_articles_have_is_no_sign, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_empty_index_has_none, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_table_is_kept_and_made_anew_when_an_article_changes, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
