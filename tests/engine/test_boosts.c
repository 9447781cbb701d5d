/* Boosts: off unless written, bounded, each with its points. */
#include "centre.h"

#include "engine/boosts.h"

#include <math.h>

static bool near(double a, double b) { return fabs(a - b) < 1e-6; }

static void nothing_is_raised_by_default(void **state)
{
    centre *c = *state;
    parry_results before = centre_ask(c, "refund", "customer");
    centre_table(c, PARRY_SIDE_USAGE, "{\"refund-partial\": {\"views\": 900, \"up\": 90, \"down\": 1}}");
    centre_table(c, PARRY_SIDE_BOOSTS, "{}");
    parry_results r = centre_ask(c, "refund", "customer");
    assert_string_equal(ids_of(c, &r), ids_of(c, &before));
    for (size_t i = 0; i < r.n; i++) {
        assert_int_equal(r.hits[i].nparts, before.hits[i].nparts);
        assert_true(near(r.hits[i].score, before.hits[i].score));
    }
}

static void freshness_halves_with_each_half_life(void **state)
{
    centre *c = *state;
    centre_table(c, PARRY_SIDE_BOOSTS, "{\"freshness\": {\"points\": 2, \"half_life_days\": 10}}");
    assert_true(parry_time_parse(parry_str_of("2026-11-11"), &c->now_ms, NULL)); /* ten days after one of them */
    parry_results r = centre_ask(c, "refund money parcel", "customer");
    assert_true(near(points_of(hit_of(&r, "refund-late"), "boost.freshness"), 1.0));
    assert_true(near(points_of(hit_of(&r, "track"), "boost.freshness"), 2.0));   /* of tomorrow: as of today */
    assert_true(near(points_of(hit_of(&r, "balance"), "boost.freshness"), 0.0)); /* "soon" is no date */
    assert_parts_sum(&r);
}

static void votes_and_views_count_by_what_is_known(void **state)
{
    centre *c = *state;
    centre_table(c, PARRY_SIDE_BOOSTS, "{\"votes\": {\"points\": 3}, \"popularity\": {\"points\": 1}}");
    parry_results r = centre_ask(c, "refund", "customer");
    assert_true(near(points_of(hit_of(&r, "refund-late"), "boost.votes"), 0));
    centre_table(c, PARRY_SIDE_USAGE,
                 "{\"refund-late\": {\"views\": 99, \"up\": 1, \"down\": 0},"
                 " \"refund-times\": {\"views\": 9, \"up\": 90, \"down\": 10},"
                 " \"payout\": {\"views\": 99}}");
    r = centre_ask(c, "refund", "customer");
    const parry_hit *one = hit_of(&r, "refund-late"), *many = hit_of(&r, "refund-times");
    assert_true(points_of(many, "boost.votes") > points_of(one, "boost.votes")); /* one vote is little */
    assert_true(near(points_of(one, "boost.popularity"), 1.0));
    assert_true(near(points_of(many, "boost.popularity"), 0.5));
    assert_true(near(points_of(hit_of(&r, "refund-partial"), "boost.popularity"), 0));
    assert_parts_sum(&r);
}

/* https://en.wikipedia.org/wiki/Binomial_proportion_confidence_interval gives the formula; values by hand. */
static void the_wilson_bound(void **state)
{
    (void)state;
    assert_true(near(parry_wilson(0, 0), 0));
    assert_true(near(parry_wilson(0, 5), 0));
    assert_true(fabs(parry_wilson(1, 0) - 0.20655) < 1e-4);
    assert_true(fabs(parry_wilson(90, 10) - 0.82563) < 1e-4);
    assert_true(fabs(parry_wilson(900, 100) - 0.87983) < 1e-4);
}

static void categories_and_products_are_raised_and_lowered(void **state)
{
    centre *c = *state;
    centre_table(c, PARRY_SIDE_BOOSTS,
                 "{\"categories\": {\"Deliveries\": 2.5, \"#line\": 3}, \"products\": {\"App\": -1, \"#line\": 5}}");
    parry_results r = centre_ask(c, "refund parcel", "customer");
    assert_true(near(points_of(hit_of(&r, "track"), "boost.category"), 2.5));
    assert_true(near(points_of(hit_of(&r, "track"), "boost.product"), -1));
    assert_true(near(points_of(hit_of(&r, "refund-times"), "boost.category"), 0));
    assert_parts_sum(&r);
    for (size_t i = 1; i < r.n; i++)
        assert_true(r.hits[i - 1].score >= r.hits[i].score);
}

static void fields_weigh_what_they_are_told(void **state)
{
    centre *c = *state;
    parry_results before = centre_ask(c, "price parcel refund", "customer");
    centre_table(c, PARRY_SIDE_BOOSTS, "{\"fields\": {\"title\": 0.25, \"body\": 4}}");
    parry_results r = centre_ask(c, "price parcel refund", "customer");
    /* "price" stands in its body alone, "refund" in the other's title as well */
    double gap = hit_of(&before, "refund-partial")->text - hit_of(&before, "refund-times")->text;
    assert_true(hit_of(&r, "refund-partial")->text - hit_of(&r, "refund-times")->text > gap + 0.01);
    centre_table(c, PARRY_SIDE_BOOSTS, "{\"fields\": {\"title\": 1}}");
    r = centre_ask(c, "price parcel refund", "customer");
    for (size_t i = 0; i < r.n; i++)
        assert_true(near(r.hits[i].score, before.hits[i].score));
}

static void the_product_that_the_host_declares_is_raised_and_filters_nothing(void **state)
{
    centre *c = *state;
    parry_results plain = centre_ask(c, "refund", "customer");
    parry_query q = text_query("refund", "customer");
    q.page_product = parry_str_of(" aPP ");
    parry_results r = centre_search(c, q);
    assert_int_equal(r.total, plain.total);
    for (size_t i = 0; i < r.n; i++) {
        bool app = parry_str_eqz(r.hits[i].id, "refund-late");
        assert_true(near(points_of(&r.hits[i], "page.product"), app ? 0.5 : 0));
    }
    assert_parts_sum(&r);
    q.page = parry_str_of("/my/refunds"); /* a page may be about both */
    r = centre_search(c, q);
    assert_true(near(points_of(hit_of(&r, "refund-late"), "page"), 0.5));
    assert_true(near(points_of(hit_of(&r, "refund-late"), "page.product"), 0.5));
    assert_parts_sum(&r);
    q.page_product = parry_str_of("Ap"); /* half a name is none, and no name is no product's */
    r = centre_search(c, q);
    assert_true(near(points_of(hit_of(&r, "refund-late"), "page.product"), 0));
}

static void bad_boosts_are_refused_with_their_line(void **state)
{
    (void)state;
    parry_side b = PARRY_SIDE_BOOSTS, u = PARRY_SIDE_USAGE;
    centre_refuses(b, "[1]", "not a map");
    centre_refuses(b, "{\"fresh\": 1, \"#line\": 1}", "line 1: there is no key \"fresh\"");
    centre_refuses(b, "{\"freshness\": 1, \"#line\": 1}", "freshness is a map of: points half_life_days");
    centre_refuses(b, "{\"freshness\": {\"points\": 3.5, \"#line\": 4}}",
                   "line 4: points must be a number from 0 to 3");
    centre_refuses(b, "{\"freshness\": {\"half_life_days\": 0}}", "half_life_days");
    centre_refuses(b, "{\"fields\": {\"title\": 5}}", "from 0.25 to 4");
    centre_refuses(b, "{\"fields\": {\"body\": 0.2}}", "from 0.25 to 4");
    centre_refuses(b, "{\"categories\": {\"Refunds\": 9, \"#line\": 2}}", "line 2: Refunds must be");
    centre_refuses(u, "[]", "usage is a map");
    centre_refuses(u, "{\"a\": {\"views\": -1}}", "views must be");
    centre_refuses(u, "{\"a\": {\"likes\": 1}}", "no key \"likes\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_centre(nothing_is_raised_by_default),
        in_centre(freshness_halves_with_each_half_life),
        in_centre(votes_and_views_count_by_what_is_known),
        in_centre(the_wilson_bound),
        in_centre(categories_and_products_are_raised_and_lowered),
        in_centre(fields_weigh_what_they_are_told),
        in_centre(the_product_that_the_host_declares_is_raised_and_filters_nothing),
        in_centre(bad_boosts_are_refused_with_their_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
