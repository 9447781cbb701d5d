/* Rules: when they apply, what they do, and that none of it shows another audience's article. */
#include "centre.h"

static void rules(centre *c, const char *entries)
{
    centre_table(c, PARRY_SIDE_RULES, parry_str_printf(c->arena, "[%s]", entries).p);
}

static const char *asked(centre *c, const char *text)
{
    parry_results r = centre_ask(c, text, "customer");
    assert_parts_sum(&r);
    return ids_of(c, &r);
}

static bool first_is(centre *c, const char *text, const char *id)
{
    size_t n = strlen(id);
    const char *ids = asked(c, text);
    return strncmp(ids, id, n) == 0 && (ids[n] == ' ' || ids[n] == 0);
}

static void pins_take_their_places_and_others_slide(void **state)
{
    centre *c = *state;
    const char *before = asked(c, "refund");
    assert_string_equal(before, "refund-times refund-partial refund-late");
    rules(c, "{\"query\": \"refund\", \"pin\": [\"track\", {\"id\": \"refund-late\", \"position\": 3}]}");
    assert_string_equal(asked(c, "refund"), "track refund-times refund-late refund-partial");
    parry_results r = centre_ask(c, "Refund!", "customer");
    assert_true(r.hits[0].pinned && r.hits[2].pinned && !r.hits[1].pinned);
    assert_true(parry_str_eqz(r.hits[0].rule, "rule at line 0"));
    assert_int_equal(r.total, 4);
    parry_query q = text_query("refund", "customer");
    q.offset = 2;
    r = centre_search(c, q);
    assert_string_equal(ids_of(c, &r), "refund-late refund-partial");
}

static void two_that_want_one_place_stand_side_by_side(void **state)
{
    centre *c = *state;
    rules(c,
          "{\"query\": \"refund\", \"pin\": \"track\"}, {\"contains\": \"refund\", \"pin\": [\"balance\", \"track\"]}");
    assert_string_equal(asked(c, "refund"), "track balance refund-times refund-partial refund-late");
    rules(c, "{\"query\": \"refund\", \"pin\": {\"id\": \"track\", \"position\": 50}}"); /* beyond the end: last */
    assert_string_equal(asked(c, "refund"), "refund-times refund-partial refund-late track");
}

static void conditions_must_all_hold(void **state)
{
    centre *c = *state;
    rules(c, "{\"query\": [\"wo ist was\", \"my  REFUND\"], \"pin\": \"track\"},"
             "{\"contains\": \"late refund\", \"tag\": [\"checkout\", \"cart\"], \"pin\": \"balance\"},"
             "{\"contains\": \"erstattung\", \"locale\": \"de\", \"pin\": \"address\"},"
             "{\"contains\": \"refund\", \"audience\": \"merchant\", \"pin\": \"balance\"}");
    assert_true(first_is(c, "my refund", "track"));
    assert_false(first_is(c, "my refunds", "track"));
    assert_false(first_is(c, "my refund please", "track"));
    assert_false(first_is(c, "late refund", "balance")); /* no tag */
    parry_query q = text_query("a late refund please", "customer");
    q.rule_tag = parry_str_of("cart");
    assert_true(parry_str_eqz(centre_search(c, q).hits[0].id, "balance"));
    q.text = parry_str_of("late a refund");
    assert_false(parry_str_eqz(centre_search(c, q).hits[0].id, "balance"));
    q = text_query("erstattung", "customer");
    assert_false(parry_str_eqz(centre_search(c, q).hits[0].id, "address"));
    assert_int_equal(centre_ask(c, "refund", "merchant").nrules, 1);
    assert_int_equal(centre_ask(c, "refund", "customer").nrules, 0);
}

static void dates_are_kept_to_the_millisecond(void **state)
{
    centre *c = *state;
    rules(c, "{\"query\": \"refund\", \"pin\": \"track\", \"from\": \"2026-11-27\", \"until\": \"2026-11-30\"}");
    static const struct {
        const char *at;
        bool on;
    } times[] = {{"2026-11-26T23:59:59.999Z", false},
                 {"2026-11-27T00:00:00.000Z", true},
                 {"2026-11-30T23:59:59.999Z", true},
                 {"2026-12-01T00:00:00.000Z", false}};
    for (size_t i = 0; i < 4; i++) {
        assert_true(parry_time_parse(parry_str_of(times[i].at), &c->now_ms, NULL));
        assert_int_equal(first_is(c, "refund", "track"), times[i].on);
    }
}

static void the_hidden_do_not_show_nor_count(void **state)
{
    centre *c = *state;
    rules(c, "{\"contains\": \"refund\", \"hide\": [\"refund-times\", \"nobody\"]},"
             "{\"contains\": \"refund\", \"pin\": \"refund-times\"}");
    parry_query q = text_query("refund", "customer");
    q.facets = 1U << PARRY_FIELD_CATEGORY;
    parry_results r = centre_search(c, q);
    assert_string_equal(ids_of(c, &r), "refund-partial refund-late");
    assert_int_equal(r.total, 2);
    assert_int_equal(r.facets[0].values[0].n, 2);
}

static void a_rules_filter_narrows_the_callers(void **state)
{
    centre *c = *state;
    rules(c, "{\"contains\": \"refund\", \"filter\": {\"product\": [\"Shop\", \"Back\"]}}");
    assert_string_equal(asked(c, "refund"), "refund-times refund-partial");
    parry_query q = text_query("refund", "customer");
    parry_filter app = {.field = PARRY_FIELD_PRODUCT, .value = parry_str_of("App")};
    q.filters = &app;
    q.nfilters = 1;
    assert_int_equal(centre_search(c, q).n, 0);
    q.text = parry_str_of("parcel");
    assert_int_equal(centre_search(c, q).n, 1);
}

static void boosts_add_points_and_say_so(void **state)
{
    centre *c = *state;
    parry_results r = centre_ask(c, "refund", "customer");
    double was = hit_of(&r, "refund-late")->score;
    rules(c, "{\"name\": \"late\", \"contains\": \"refund\", \"boost\": [{\"id\": \"refund-late\", \"points\": 3},"
             "{\"tag\": \"cards\", \"points\": -1}, {\"category\": \"Deliveries\", \"points\": 2}]}");
    r = centre_ask(c, "refund", "customer");
    const parry_hit *h = hit_of(&r, "refund-late");
    assert_true(h->score > was + 1.99 && h->score < was + 2.01);
    assert_true(points_of(h, "rule: late") > 0);
    assert_true(parry_str_eqz(h->rule, "late"));
    assert_false(h->pinned);
    assert_parts_sum(&r);
}

static void rules_come_before_synonyms(void **state)
{
    centre *c = *state;
    centre_table(c, PARRY_SIDE_SYNONYMS, "[{\"words\": [\"refund\", \"cashback\"]}]");
    rules(c, "{\"query\": \"cashback\", \"pin\": \"balance\"}");
    assert_true(first_is(c, "cashback", "balance"));
    assert_false(first_is(c, "refund", "balance"));
}

/* ---- what a rule cannot do ------------------------------------------------------------------------------------------
 */

static void no_rule_shows_another_audiences_article(void **state)
{
    centre *c = *state;
    rules(c, "{\"contains\": \"refund\", \"pin\": [\"secret\", \"payout\"], \"filter_curated\": false,"
             " \"boost\": [{\"id\": \"payout\", \"points\": 3}]},"
             "{\"tag\": \"staff\", \"pin\": \"secret\", \"filter\": {\"tag\": \"only-staff\"}}");
    for (int tag = 0; tag < 2; tag++) {
        parry_query q = text_query("refund", "customer");
        q.rule_tag = parry_str_of(tag ? "staff" : "");
        q.facets = (1U << PARRY_FIELDS) - 1;
        parry_results r = centre_search(c, q);
        assert_null(hit_of(&r, "secret"));
        assert_null(hit_of(&r, "payout"));
        assert_int_equal(r.total, tag ? 0 : 3);
        for (size_t f = 0; f < r.nfacets; f++)
            for (size_t v = 0; v < r.facets[f].n; v++) {
                assert_false(parry_str_starts(r.facets[f].values[v].value, "only-"));
                assert_false(parry_str_eqz(r.facets[f].values[v].value, "Fraud team"));
            }
    }
    parry_results staff = centre_ask(c, "refund", "internal");
    assert_string_equal(ids_of(c, &staff), "secret");
}

static void a_pin_obeys_filters_unless_told_otherwise(void **state)
{
    centre *c = *state;
    parry_filter shop = {.field = PARRY_FIELD_PRODUCT, .value = parry_str_of("Shop")};
    parry_query q = text_query("refund", "customer");
    q.filters = &shop;
    q.nfilters = 1;
    rules(c, "{\"query\": \"refund\", \"pin\": \"track\"}");
    parry_results r = centre_search(c, q);
    assert_null(hit_of(&r, "track"));
    rules(c, "{\"query\": \"refund\", \"pin\": \"track\", \"filter_curated\": false}");
    r = centre_search(c, q);
    assert_string_equal(ids_of(c, &r), "track refund-times refund-partial");
    parry_str out[] = {parry_str_of("track")};
    q.exclude = out;
    q.nexclude = 1;
    r = centre_search(c, q);
    assert_null(hit_of(&r, "track"));
}

static void an_article_that_is_gone_is_not_pinned(void **state)
{
    centre *c = *state;
    rules(c, "{\"query\": \"refund\", \"pin\": [\"nobody\", \"track\"]}");
    assert_true(first_is(c, "refund", "track"));
}

static void bad_rules_are_refused_with_their_line(void **state)
{
    (void)state;
    parry_side s = PARRY_SIDE_RULES;
    centre_refuses(s, "{}", "list");
    centre_refuses(s, "[{\"pin\": \"a\", \"#line\": 3}]", "line 3: a rule needs query, contains or tag");
    centre_refuses(s, "[{\"query\": \"a\", \"#line\": 3}]", "line 3: a rule needs pin, hide, filter or boost");
    centre_refuses(s, "[{\"query\": \"?!\", \"pin\": \"a\", \"#line\": 3}]", "line 3: query: \"?!\" holds no word");
    centre_refuses(s, "[{\"query\": \"a\", \"pins\": \"a\", \"#line\": 3}]", "line 3: there is no key \"pins\"");
    centre_refuses(s, "[{\"query\": \"a\", \"pin\": {\"id\": \"b\", \"position\": 0}}]", "position must be");
    centre_refuses(s, "[{\"query\": \"a\", \"pin\": {\"id\": \"b\", \"position\": 1.5}}]", "a pin is");
    centre_refuses(s, "[{\"query\": \"a\", \"pin\": {\"position\": 1}}]", "a pin is");
    centre_refuses(s, "[{\"query\": \"a\", \"pin\": [[\"a\"]]}]", "id is not a text");
    centre_refuses(s, "[{\"query\": \"a\", \"filter\": {\"audience\": \"internal\"}}]", "no key \"audience\"");
    centre_refuses(s, "[{\"query\": \"a\", \"filter\": \"Refunds\"}]", "filter is a map");
    centre_refuses(s, "[{\"query\": \"a\", \"boost\": {\"id\": \"b\", \"points\": 4}}]", "points must be");
    centre_refuses(s, "[{\"query\": \"a\", \"boost\": {\"id\": \"b\"}}]", "a boost has points");
    centre_refuses(s, "[{\"query\": \"a\", \"boost\": {\"id\": \"b\", \"tag\": \"c\", \"points\": 1}}]", "a boost has");
    centre_refuses(s, "[{\"query\": \"a\", \"pin\": \"a\", \"from\": \"yesterday\"}]", "from must be a day");
    centre_refuses(s, "[{\"query\": \"a\", \"pin\": \"a\", \"from\": \"2026-02-30\"}]", "from must be a day");
    centre_refuses(s, "[{\"query\": \"a\", \"pin\": \"a\", \"from\": \"2026-02-03\", \"until\": \"2026-02-02\"}]",
                   "until is not after from");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_centre(pins_take_their_places_and_others_slide),
        in_centre(two_that_want_one_place_stand_side_by_side),
        in_centre(conditions_must_all_hold),
        in_centre(dates_are_kept_to_the_millisecond),
        in_centre(the_hidden_do_not_show_nor_count),
        in_centre(a_rules_filter_narrows_the_callers),
        in_centre(boosts_add_points_and_say_so),
        in_centre(rules_come_before_synonyms),
        in_centre(no_rule_shows_another_audiences_article),
        in_centre(a_pin_obeys_filters_unless_told_otherwise),
        in_centre(an_article_that_is_gone_is_not_pinned),
        in_centre(bad_rules_are_refused_with_their_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
