/* The challenger: another ranking of the same articles, for who is asked by it and nobody else. */
#include "centre.h"

#include "engine/challenger.h"

static const char *answer(centre *c, bool challenger, const char *text)
{
    parry_query q = text_query(text, "customer");
    q.challenger = challenger;
    parry_results r = centre_search(c, q);
    return ids_of(c, &r);
}

static void without_one_both_are_the_same(void **state)
{
    centre *c = *state;
    assert_false(parry_has_challenger(c->generation));
    assert_string_equal(answer(c, true, "refund"), answer(c, false, "refund"));
    centre_table(c, PARRY_SIDE_CHALLENGER, "[]"); /* an empty file */
    assert_false(parry_has_challenger(c->generation));
}

static void it_has_tables_of_its_own_in_place_of_production_s(void **state)
{
    centre *c = *state;
    centre_table(c, PARRY_SIDE_RULES, "[{\"query\": \"cashback\", \"pin\": [\"track\"]}]");
    centre_table(c, PARRY_SIDE_SYNONYMS, "[{\"words\": [\"refund\", \"cashback\"]}]");
    const char *before = answer(c, false, "cashback");
    assert_int_equal(strncmp(before, "track ", 6), 0);
    centre_table(c, PARRY_SIDE_CHALLENGER, "{\"rules\": []}");
    assert_true(parry_has_challenger(c->generation));
    assert_string_equal(answer(c, false, "cashback"), before);
    assert_null(strstr(answer(c, true, "cashback"), "track"));
    assert_non_null(strstr(answer(c, true, "cashback"), "refund-times")); /* its synonyms are still production's */
    centre_table(c, PARRY_SIDE_CHALLENGER, "{\"rules\": [], \"synonyms\": []}");
    assert_string_equal(answer(c, true, "cashback"), "");
    assert_string_equal(answer(c, false, "cashback"), before);
}

static void its_boosts_and_weights_change_scores_of_its_lists_alone(void **state)
{
    centre *c = *state;
    parry_query q = text_query("refund", "customer");
    parry_results before = centre_search(c, q);
    double score = before.hits[0].score;
    centre_table(c, PARRY_SIDE_CHALLENGER,
                 "{\"boosts\": {\"freshness\": {\"points\": 2}}, \"weights\": {\"text\": {\"text.article\": 4}}}");
    parry_results after = centre_search(c, q);
    assert_true(after.hits[0].score == score);
    q.challenger = true;
    after = centre_search(c, q);
    assert_true(after.hits[0].score > score);
    assert_true(points_of(&after.hits[0], "boost.freshness") > 0);
    assert_parts_sum(&after);
}

static void its_mode_takes_the_place_of_hybrid_alone(void **state)
{
    centre *c = *state;
    centre_table(c, PARRY_SIDE_CHALLENGER, "{\"mode\": \"text\"}");
    parry_query q = {.mode = PARRY_HYBRID};
    assert_int_equal(parry_mode_for(c->generation, &q), PARRY_HYBRID);
    q.challenger = true;
    assert_int_equal(parry_mode_for(c->generation, &q), PARRY_TEXT);
    q.mode = PARRY_VECTOR;
    assert_int_equal(parry_mode_for(c->generation, &q), PARRY_VECTOR);
}

static void its_rules_begin_and_end_as_production_s_do(void **state)
{
    centre *c = *state;
    int64_t begins, ends, now;
    assert_true(parry_time_parse(parry_str_of("2026-11-27T00:00:00Z"), &begins, NULL));
    assert_true(parry_time_parse(parry_str_of("2026-11-30T00:00:00Z"), &ends, NULL));
    now = begins - 1000;
    centre_table(c, PARRY_SIDE_CHALLENGER,
                 "{\"rules\": [{\"query\": \"refund\", \"pin\": \"track\", \"from\": \"2026-11-27\"}]}");
    assert_true(parry_search_change_ms(c->generation, now) == begins);
    assert_true(parry_search_change_ms(c->generation, begins) == INT64_MAX);
    centre_table(c, PARRY_SIDE_RULES, "[{\"query\": \"fees\", \"pin\": \"track\", \"from\": \"2026-11-30\"}]");
    assert_true(parry_search_change_ms(c->generation, now) == begins);
    assert_true(parry_search_change_ms(c->generation, begins) == ends);
}

static void what_is_wrong_is_refused_with_its_line(void **state)
{
    (void)state;
    centre_refuses(PARRY_SIDE_CHALLENGER, "{\"mode\": \"best\", \"#line\": 3}",
                   "line 3: mode is hybrid, text or vector");
    centre_refuses(PARRY_SIDE_CHALLENGER, "{\"mode\": 1, \"#line\": 1}", "mode is hybrid, text or vector");
    centre_refuses(PARRY_SIDE_CHALLENGER, "{\"bosts\": {}, \"#line\": 1}", "there is no key \"bosts\"");
    centre_refuses(PARRY_SIDE_CHALLENGER, "{\"boosts\": {\"votes\": 3, \"#line\": 2}, \"#line\": 1}", "line 2");
    centre_refuses(PARRY_SIDE_CHALLENGER, "{\"weights\": {\"text\": {\"text.tite\": 1}}}", "no signal 'text.tite'");
    centre_refuses(PARRY_SIDE_CHALLENGER, "[7]", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_centre(without_one_both_are_the_same),
        in_centre(it_has_tables_of_its_own_in_place_of_production_s),
        in_centre(its_boosts_and_weights_change_scores_of_its_lists_alone),
        in_centre(its_mode_takes_the_place_of_hybrid_alone),
        in_centre(its_rules_begin_and_end_as_production_s_do),
        cmocka_unit_test(what_is_wrong_is_refused_with_its_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
