/* Why not this article: which filter, whose; which rule hides or pins; what another order leaves out; and what nobody
 * is told. */
#include "centre.h"

#include <math.h>

static parry_results ask(centre *c, parry_query q, const char *id)
{
    parry_results r = {0};
    parry_err err = {0};
    q.mode = PARRY_TEXT;
    q.limit = q.limit > 0 ? q.limit : 20;
    q.explain = q.grounds = true;
    q.why = parry_str_of(id);
    if (parry_search(c->searcher, c->generation, &q, c->arena, &r, &err) != PARRY_OK)
        fail_msg("%s", err.msg);
    return r;
}

static const parry_why_not *why(centre *c, parry_query q, const char *id) { return ask(c, q, id).explanation->article; }

static bool says(const parry_why_not *w, const char *text)
{
    if (parry_str_find(w->said, parry_str_of(text)) < w->said.n)
        return true;
    print_error("\"%.*s\" does not say \"%s\"\n", PARRY_FMT(w->said), text);
    return false;
}

/* What the HTTP API gives of it. */
static json_t *member(centre *c, parry_query q, const char *id)
{
    parry_results r = ask(c, q, id);
    json_t *all = parry_explanation_json(r.explanation), *j = json_incref(json_object_get(all, "article"));
    json_decref(all);
    return j;
}

static void rules(centre *c, const char *entries)
{
    centre_table(c, PARRY_SIDE_RULES, parry_str_printf(c->arena, "[%s]", entries).p);
}

/* ---- filters --------------------------------------------------------------------------------------------------------
 */

static void check_unmet(const parry_unmet *x, const char *field, const char *wanted, const char *has, const char *rule)
{
    assert_string_equal(x->field, field);
    assert_true(parry_str_eqz(x->wanted, wanted));
    assert_true(parry_str_eqz(x->has, has));
    assert_true(parry_str_eqz(x->rule, rule));
}

static void every_filter_that_keeps_it_out_is_named(void **state)
{
    centre *c = *state;
    const parry_filter filters[] = {{.field = PARRY_FIELD_PRODUCT, .value = parry_str_of("Back")},
                                    {.field = PARRY_FIELD_PRODUCT, .value = parry_str_of("Shop")},
                                    {.field = PARRY_FIELD_TAG, .value = parry_str_of("parcels")}};
    parry_query q = text_query("refund", "customer");
    q.filters = filters;
    q.nfilters = 3;
    const parry_why_not *w = why(c, q, "refund-late");
    assert_int_equal(w->why, PARRY_WHY_FILTERED);
    assert_int_equal(w->nunmet, 2);
    check_unmet(&w->unmet[0], "product", "Back\nShop", "App", "");
    check_unmet(&w->unmet[1], "tag", "parcels", "cards\nmoney", "");
    assert_true(says(w, "The query asks for product 'Back or Shop'; this has 'App'."));
    assert_true(says(w, "The query asks for tag 'parcels'; this has 'cards or money'."));
    w = why(c, q, "refund-partial"); /* of the shop, without a tag */
    assert_int_equal(w->nunmet, 1);
    check_unmet(&w->unmet[0], "tag", "parcels", "", "");
    assert_true(says(w, "this has none."));
}

static void a_query_tells_its_locale_category_and_dates_apart(void **state)
{
    centre *c = *state;
    parry_query q = text_query("refund", "customer");
    q.category = parry_str_of("Deliveries");
    q.locale = parry_str_of("de");
    const parry_why_not *w = why(c, q, "refund-late");
    assert_int_equal(w->why, PARRY_WHY_LOCALE);
    assert_int_equal(w->nunmet, 2);
    check_unmet(&w->unmet[0], "locale", "de", "en", "");
    check_unmet(&w->unmet[1], "category", "Deliveries", "Refunds", "");
    q = text_query("refund", "customer");
    assert_true(parry_time_parse(parry_str_of("2026-10-01"), &q.updated_from_ms, NULL));
    assert_true(parry_time_parse(parry_str_of("2026-11-01"), &q.updated_until_ms, NULL));
    w = why(c, q, "refund-partial");
    assert_int_equal(w->why, PARRY_WHY_FILTERED);
    assert_int_equal(w->nunmet, 1);
    check_unmet(&w->unmet[0], "updated_from", "2026-10-01T00:00:00.000Z", "2024-01-01", "");
    w = why(c, q, "refund-late");
    assert_int_equal(w->nunmet, 1);
    check_unmet(&w->unmet[0], "updated_until", "2026-11-01T00:00:00.000Z", "2026-11-01", "");
    assert_int_equal(why(c, q, "balance")->nunmet, 2); /* "soon" is in no range */
    assert_int_equal(why(c, q, "refund-times")->why, PARRY_WHY_SHOWN);
}

static void a_rules_filter_is_told_by_the_rules_name(void **state)
{
    centre *c = *state;
    rules(c, "{\"name\": \"shop only\", \"contains\": \"refund\", \"filter\": {\"product\": \"Shop\"}}");
    parry_query q = text_query("refund", "customer");
    const parry_why_not *w = why(c, q, "refund-late");
    assert_int_equal(w->why, PARRY_WHY_FILTERED);
    assert_int_equal(w->nunmet, 1);
    check_unmet(&w->unmet[0], "product", "", "App", "shop only"); /* what the rule asks for is its author's */
    assert_true(says(w, "The rule 'shop only' asks for another product; this has 'App'."));
    q.trusted = true;
    w = why(c, q, "refund-late");
    check_unmet(&w->unmet[0], "product", "Shop", "App", "shop only");
    json_auto_t *j = member(c, q, "refund-late");
    json_t *filter = json_array_get(json_object_get(j, "filters"), 0);
    assert_string_equal(json_string_value(json_object_get(filter, "field")), "product");
    assert_string_equal(json_string_value(json_object_get(filter, "rule")), "shop only");
    assert_string_equal(json_string_value(json_array_get(json_object_get(filter, "wanted"), 0)), "Shop");
    assert_string_equal(json_string_value(json_array_get(json_object_get(filter, "has"), 0)), "App");
}

static void a_phrase_or_a_negation_is_told(void **state)
{
    centre *c = *state;
    const parry_why_not *w = why(c, text_query("refund -business", "customer"), "refund-late");
    assert_int_equal(w->why, PARRY_WHY_NARROWED);
    assert_true(says(w, "negated"));
    assert_true(w->hit != NULL && w->hit->score > 0);
    rules(c, "{\"name\": \"up\", \"query\": \"refund\", \"boost\": {\"id\": \"track\", \"points\": 2}}");
    w = why(c, text_query("refund", "customer"), "track");
    assert_int_equal(w->why, PARRY_WHY_NOT_CANDIDATE);
    assert_true(points_of(w->hit, "rule: up") > 1.9); /* as it would have had */
}

/* ---- rules ----------------------------------------------------------------------------------------------------------
 */

static void the_rule_that_hides_it_is_named(void **state)
{
    centre *c = *state;
    rules(c, "{\"name\": \"other\", \"contains\": \"refund\", \"hide\": \"balance\"},"
             "{\"name\": \"old news\", \"contains\": \"refund\", \"hide\": [\"refund-late\", \"track\"],"
             " \"boost\": {\"id\": \"refund-late\", \"points\": 2}}");
    parry_query q = text_query("refund", "customer");
    const parry_why_not *w = why(c, q, "refund-late");
    assert_int_equal(w->why, PARRY_WHY_HIDDEN);
    assert_true(parry_str_eqz(w->rule, "old news"));
    assert_true(says(w, "The rule 'old news' hides it. It would be number "));
    assert_true(points_of(w->hit, "rule: old news") > 1.9); /* measured as ranked, boosts and all */
    w = why(c, q, "track");                                 /* which the question does not find, either */
    assert_int_equal(w->why, PARRY_WHY_HIDDEN);
    assert_true(parry_str_eqz(w->rule, "old news"));
    json_auto_t *j = member(c, q, "track");
    assert_string_equal(json_string_value(json_object_get(j, "status")), "hidden");
    assert_string_equal(json_string_value(json_object_get(j, "rule")), "old news");
    assert_null(json_object_get(j, "filters"));
}

static void a_pin_is_told_with_its_rule_and_place(void **state)
{
    centre *c = *state;
    rules(c, "{\"name\": \"week\", \"query\": \"refund\", \"pin\": [\"nobody\", \"track\"]}");
    parry_query q = text_query("refund", "customer");
    const parry_why_not *w = why(c, q, "track");
    assert_int_equal(w->why, PARRY_WHY_SHOWN);
    assert_int_equal(w->rank, 1);   /* nobody is not there ... */
    assert_int_equal(w->pinned, 1); /* ... of which a reader hears nothing */
    assert_int_equal(w->npins, 0);
    assert_true(says(w, "The rule 'week' pins it to place 1. It is number 1"));
    q.trusted = true;
    w = why(c, q, "track");
    assert_int_equal(w->pinned, 2);
    assert_true(says(w, "The rule 'week' pins it to place 2. It is number 1"));
    json_auto_t *j = member(c, q, "track");
    assert_int_equal(json_integer_value(json_object_get(j, "pinned_to")), 2);
    assert_string_equal(json_string_value(json_object_get(j, "rule")), "week");
}

static void what_is_pinned_above_it_is_told(void **state)
{
    centre *c = *state;
    rules(c, "{\"name\": \"week\", \"query\": \"refund\", \"pin\": \"track\"},"
             "{\"name\": \"late\", \"query\": \"refund\", \"pin\": {\"id\": \"balance\", \"position\": 3}}");
    parry_query q = text_query("refund", "customer");
    const parry_why_not *w = why(c, q, "refund-times");
    assert_int_equal(w->rank, 2);
    assert_int_equal(w->npins, 1);
    assert_true(parry_str_eqz(w->pins[0].id, "track") && parry_str_eqz(w->pins[0].rule, "week"));
    assert_int_equal(w->pinned, 0);
    q.limit = 1;
    w = why(c, q, "refund-partial");
    assert_int_equal(w->why, PARRY_WHY_BELOW);
    assert_int_equal(w->npins, 2);
    assert_true(says(w, "Pinned above it: track (by the rule 'week'), balance (by the rule 'late')."));
    assert_false(parry_str_find(w->said, parry_str_of("The last shown")) < w->said.n); /* it is pinned */
    json_auto_t *j = member(c, q, "refund-partial");
    json_t *above = json_object_get(j, "pinned_above");
    assert_int_equal(json_array_size(above), 2);
    assert_string_equal(json_string_value(json_object_get(json_array_get(above, 1), "rule")), "late");
}

static void what_is_hidden_and_better_lacks_nothing(void **state)
{
    centre *c = *state;
    parry_query q = text_query("refund", "customer");
    q.limit = 1;
    rules(c, "{\"query\": \"refund\", \"hide\": \"refund-partial\"}");
    assert_true(says(why(c, q, "refund-partial"), " It lacks most in "));
    rules(
        c,
        "{\"query\": \"refund\", \"hide\": \"refund-partial\", \"boost\": {\"id\": \"refund-partial\", \"points\": 3}},"
        "{\"query\": \"refund\", \"boost\": {\"id\": \"refund-partial\", \"points\": 3}}");
    const parry_why_not *w = why(c, q, "refund-partial");
    assert_true(w->hit->score > w->last->score);
    assert_false(parry_str_find(w->said, parry_str_of("It lacks")) < w->said.n);
}

/* What is hidden is placed between the pinned, as it was before it was hidden. */
static void the_place_of_what_is_hidden_is_the_one_it_had(void **state)
{
    centre *c = *state;
    static const char *const pins[] = {
        "{\"query\": \"refund\", \"pin\": [\"track\", {\"id\": \"balance\", \"position\": 3},"
        " {\"id\": \"address\", \"position\": 50}]}",                 /* which stands at the end */
        "{\"query\": \"refund\", \"pin\": [\"nobody\", \"track\"]}"}; /* which moves up */
    static const char *const ids[] = {"refund-times", "refund-late", "refund-partial"};
    parry_query q = text_query("refund", "customer");
    for (size_t i = 0; i < 6; i++) {
        const char *id = ids[i / 2];
        rules(c, pins[i % 2]);
        size_t rank = why(c, q, id)->rank;
        rules(c, parry_str_printf(c->arena, "%s, {\"query\": \"refund\", \"hide\": \"%s\"}", pins[i % 2], id).p);
        const parry_why_not *w = why(c, q, id);
        assert_int_equal(w->why, PARRY_WHY_HIDDEN);
        assert_int_equal(w->rank, rank);
    }
}

static void a_pin_that_filters_leave_out_is_shown_and_said_to_be(void **state)
{
    centre *c = *state;
    parry_query q = text_query("refund", "customer");
    q.category = parry_str_of("Refunds");
    rules(c, "{\"name\": \"week\", \"query\": \"refund\", \"pin\": \"track\", \"filter_curated\": false}");
    const parry_why_not *w = why(c, q, "track");
    assert_int_equal(w->why, PARRY_WHY_SHOWN);
    assert_int_equal(w->pinned, 1);
    rules(c, "{\"name\": \"week\", \"query\": \"refund\", \"pin\": \"track\"}");
    assert_int_equal(why(c, q, "track")->why, PARRY_WHY_CATEGORY);
}

/* ---- another order --------------------------------------------------------------------------------------------------
 */

static void what_another_order_leaves_out_is_told(void **state)
{
    centre *c = *state;
    parry_query q = text_query("refund times parcel", "customer");
    q.sort = PARRY_BY_UPDATED;
    const parry_why_not *w = why(c, q, "track"); /* it holds one word of three */
    assert_int_equal(w->why, PARRY_WHY_CUT);
    assert_true(w->odds > 0 && w->odds < 0.01);
    assert_int_equal(w->rank, 0);
    assert_true(says(w, "at least 1 in 100 as likely an answer as the likeliest; this one is 1 in "));
    json_auto_t *j = member(c, q, "track");
    assert_string_equal(json_string_value(json_object_get(j, "status")), "cut");
    assert_true(json_real_value(json_object_get(j, "odds")) > 0);
    assert_null(json_object_get(j, "rank"));
    assert_null(json_object_get(j, "last_shown"));
    q.sort = PARRY_BY_RELEVANCE;
    w = why(c, q, "track");
    assert_int_equal(w->why, PARRY_WHY_SHOWN);
    assert_true(w->odds <= 0);
}

static void another_order_is_said_beside_the_place(void **state)
{
    centre *c = *state;
    parry_query q = text_query("refund", "customer");
    q.sort = PARRY_BY_UPDATED;
    q.limit = 1;
    const parry_why_not *w = why(c, q, "refund-partial");
    assert_int_equal(w->why, PARRY_WHY_BELOW);
    assert_int_equal(w->rank, 3);
    assert_true(says(w, "in order of date"));
    assert_null(w->last);
}

/* ---- what nobody is told --------------------------------------------------------------------------------------------
 */

static char *all_of(centre *c, parry_query q, const char *id)
{
    json_auto_t *j = member(c, q, id);
    json_object_del(j, "id");
    return json_dumps(j, JSON_SORT_KEYS);
}

static void another_audiences_article_is_as_unknown_as_none_under_every_rule(void **state)
{
    centre *c = *state;
    const parry_filter shop = {.field = PARRY_FIELD_PRODUCT, .value = parry_str_of("App")};
    parry_query q = text_query("refund", "customer");
    q.filters = &shop;
    q.nfilters = 1;
    rules(c, "{\"name\": \"staff\", \"query\": \"refund\", \"pin\": [\"payout\", \"secret\"],"
             " \"filter\": {\"tag\": \"only-staff\"}, \"filter_curated\": false},"
             "{\"query\": \"refund\", \"hide\": [\"payout\", \"secret\"]}");
    for (int sorted = 0; sorted < 2; sorted++) {
        q.sort = sorted ? PARRY_BY_UPDATED : PARRY_BY_RELEVANCE;
        char *none = all_of(c, q, "nobody"), *payout = all_of(c, q, "payout"), *secret = all_of(c, q, "secret");
        assert_string_equal(payout, none);
        assert_string_equal(secret, none);
        free(none);
        free(payout);
        free(secret);
    }
    char *own = all_of(c, q, "refund-late"); /* and of one's own, not what other audiences are filed under */
    assert_null(strstr(own, "only-staff"));
    assert_non_null(strstr(own, "\"rule\": \"staff\""));
    free(own);
    q.trusted = true;
    const parry_why_not *w = why(c, q, "secret");
    assert_int_equal(w->why, PARRY_WHY_AUDIENCE);
    check_unmet(&w->unmet[0], "audience", "customer", "internal", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_centre(every_filter_that_keeps_it_out_is_named),
        in_centre(a_query_tells_its_locale_category_and_dates_apart),
        in_centre(a_rules_filter_is_told_by_the_rules_name),
        in_centre(a_phrase_or_a_negation_is_told),
        in_centre(the_rule_that_hides_it_is_named),
        in_centre(a_pin_is_told_with_its_rule_and_place),
        in_centre(what_is_pinned_above_it_is_told),
        in_centre(what_is_hidden_and_better_lacks_nothing),
        in_centre(the_place_of_what_is_hidden_is_the_one_it_had),
        in_centre(a_pin_that_filters_leave_out_is_shown_and_said_to_be),
        in_centre(what_another_order_leaves_out_is_told),
        in_centre(another_order_is_said_beside_the_place),
        in_centre(another_audiences_article_is_as_unknown_as_none_under_every_rule),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
