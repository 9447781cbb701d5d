/* What authors write in _search/, from the file to the answer: live without a segment built, and never half. */
#include "home.h"
#include "testing.h"

#include "base/file.h"
#include "engine/search.h"
#include "indexer/settings.h"

static int set_up(void **state)
{
    home *h = home_new(NULL);
    home_write(h, "refunds.md", "A refund takes three days.");
    home_write(h, "parcels.md", "A parcel takes two days.");
    ok(parry_file_replace(parry_str_printf(h->arena, "%s/staff.md", h->tree).p,
                          parry_str_of("---\naudience: internal\ntags: [fraud, money]\nproduct: Desk\n---\nA refund."),
                          &err));
    *state = h;
    return 0;
}

static int tear_down(void **state)
{
    home_free(*state);
    return 0;
}

static void write_setting(home *h, const char *name, const char *yaml)
{
    const char *folder = parry_str_printf(h->arena, "%s/_search", h->tree).p;
    ok(parry_dir_make(folder, &err));
    ok(parry_file_replace(parry_str_printf(h->arena, "%s/%s.yaml", folder, name).p, parry_str_of(yaml), &err));
}

static parry_index_report run(home *h)
{
    const parry_import_options options = {.check = parry_settings_check};
    parry_import_report imported;
    ok(parry_import_tree(h->store, h->tree, &options, &imported, &err));
    return home_run_only(h);
}

static bool finds(home *h, const char *query, const char *id)
{
    char start[100];
    snprintf(start, sizeof start, "%s ", id);
    return strncmp(home_search(h, NULL, query), start, strlen(start)) == 0;
}

static void synonyms_are_live_without_a_segment_built(void **state)
{
    home *h = *state;
    run(h);
    assert_false(finds(h, "cashback", "refunds"));
    write_setting(h, "synonyms", "- words: [refund, cashback]\n");
    parry_index_report r = run(h);
    assert_true(r.published && !r.rebuilt);
    assert_int_equal(r.articles, 0);
    assert_int_equal(r.segments, 1);
    assert_true(strstr(home_search(h, NULL, "cashback"), "refunds ") != NULL);
    assert_false(run(h).published);
    write_setting(h, "synonyms", "");
    assert_true(run(h).published);
    assert_string_equal(home_search(h, NULL, "cashback"), "");
}

static void rules_pin_and_go_with_their_file(void **state)
{
    home *h = *state;
    write_setting(h, "rules", "- query: refund\n  pin: parcels\n");
    run(h);
    assert_true(finds(h, "refund", "parcels"));
    home_write(h, "parcels.md", "A parcel takes four days."); /* another generation keeps the rule */
    run(h);
    assert_true(finds(h, "refund", "parcels"));
    home_remove(h, "_search/rules.yaml");
    parry_index_report r = run(h);
    assert_true(r.published);
    assert_int_equal(r.articles, 0);
    assert_false(finds(h, "refund", "parcels"));
}

static void a_bad_file_leaves_the_last_good_one_live(void **state)
{
    home *h = *state;
    write_setting(h, "rules", "- query: refund\n  pin: parcels\n");
    run(h);
    write_setting(h, "rules", "- query: refund\n  pine: refunds\n");
    assert_false(run(h).published);
    assert_true(finds(h, "refund", "parcels"));
}

/* A store may hold what this program refuses: written by another version, or imported without a check. */
static void a_bad_document_in_the_store_stops_nothing(void **state)
{
    home *h = *state;
    write_setting(h, "rules", "- query: refund\n  pin: parcels\n");
    run(h);
    write_setting(h, "rules", "- query: refund\n  pine: refunds\n");
    home_write(h, "plums.md", "Plums are for jam.");
    parry_index_report r = home_run(h);
    assert_true(r.published);
    assert_int_equal(r.settings_refused, 1);
    assert_true(finds(h, "refund", "parcels"));
    assert_true(finds(h, "jam", "plums"));
}

static void an_index_made_anew_has_the_settings(void **state)
{
    home *h = *state;
    write_setting(h, "rules", "- query: refund\n  pin: parcels\n");
    run(h);
    parry_indexer_close(h->indexer);
    ok(parry_tree_remove(h->index, &err));
    ok(parry_indexer_open(h->data, h->store, &h->options, &h->indexer, &err));
    assert_true(home_run_only(h).rebuilt);
    assert_true(finds(h, "refund", "parcels"));
}

static void tags_and_product_reach_the_index(void **state)
{
    home *h = *state;
    run(h);
    parry_index *index;
    uint32_t segment, article;
    parry_article_out out;
    ok(parry_index_open(h->index, &index, &err));
    parry_generation *g = parry_index_acquire(index);
    assert_true(parry_generation_find(g, parry_str_of("staff"), &segment, &article));
    parry_segment_article(parry_generation_get_info(g)->segments[segment].segment, article, &out);
    assert_str(out.tags, "fraud\nmoney");
    assert_str(out.product, "Desk");
    parry_generation_release(g);
    parry_index_close(index);
}

#define test(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
int main(void)
{
    const struct CMUnitTest tests[] = {
        test(synonyms_are_live_without_a_segment_built), test(rules_pin_and_go_with_their_file),
        test(a_bad_file_leaves_the_last_good_one_live),  test(a_bad_document_in_the_store_stops_nothing),
        test(an_index_made_anew_has_the_settings),       test(tags_and_product_reach_the_index),
    };
    return cmocka_run_group_tests_name("settings", tests, NULL, NULL);
}
