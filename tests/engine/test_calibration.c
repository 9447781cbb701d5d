/* A calibration's table, the probability it gives, and what is told of it. */
#include "engine/calibration.h"
#include "engine/search.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

static parry_code parse(const char *text, parry_calibration *out)
{
    parry_arena *a = parry_arena_new();
    json_auto_t *document = json_loads(text, JSON_DECODE_ANY, NULL);
    const void *parsed = NULL;
    parry_err err = {0};
    assert_non_null(document);
    parry_code code = parry_calibration_parse(document, a, &parsed, &err);
    if (code == PARRY_OK)
        *out = *(const parry_calibration *)parsed;
    parry_arena_free(a);
    return code;
}

static void test_a_table_must_hold_three_numbers_in_range(void **state)
{
    (void)state;
    parry_calibration c;
    static const char *const wrong[] = {"1",
                                        "{}",
                                        "{\"slope\": 1, \"offset\": 0}",
                                        "{\"slope\": -0.1, \"offset\": 0, \"threshold\": 0.5}",
                                        "{\"slope\": 101, \"offset\": 0, \"threshold\": 0.5}",
                                        "{\"slope\": 1, \"offset\": 101, \"threshold\": 0.5}",
                                        "{\"slope\": 1, \"offset\": 0, \"threshold\": 1.1}",
                                        "{\"slope\": \"1\", \"offset\": 0, \"threshold\": 0.5}"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(parse(wrong[i], &c), PARRY_INVALID);
    assert_int_equal(parse("{\"slope\": 2, \"offset\": -1, \"threshold\": 0.7, \"made\": \"2026\"}", &c), PARRY_OK);
    assert_true(c.own && fabs(c.slope - 2) < 1e-12 && fabs(c.offset + 1) < 1e-12 && fabs(c.threshold - 0.7) < 1e-12);
}

static void test_what_was_fitted_over_other_numbers_is_passed_over(void **state)
{
    (void)state;
    char now[PARRY_EVIDENCE_IDENTITY], text[200];
    parry_calibration c;
    parry_evidence_identity(now);
    assert_int_equal(strlen(now), PARRY_EVIDENCE_IDENTITY - 1);
    snprintf(text, sizeof text, "{\"slope\": 2, \"offset\": -1, \"threshold\": 0.7, \"evidence\": \"%s\"}", now);
    assert_int_equal(parse(text, &c), PARRY_OK);
    assert_true(c.own);
    text[strlen(text) - 3] = text[strlen(text) - 3] == '0' ? '1' : '0';
    assert_int_equal(parse(text, &c), PARRY_OK);
    assert_false(c.own);
    assert_true(fabs(c.slope - parry_shipped_calibration.slope) < 1e-12);
}

static void test_a_higher_logit_is_never_less_probable(void **state)
{
    (void)state;
    const parry_calibration c = {1.5, -0.5, 0.5, true};
    double before = 0;
    for (double logit = -50; logit <= 50; logit += 0.5) {
        double p = parry_probability(&c, logit);
        assert_true(p >= before && p >= 0 && p <= 1);
        before = p;
    }
    assert_true(fabs(parry_probability(&c, 0.5 / 1.5) - 0.5) < 1e-12);
}

static void told(const parry_results *r, const char *calibration, bool answered, bool doubtful)
{
    json_auto_t *j = json_object();
    parry_results_set_sureness(j, r);
    assert_string_equal(json_string_value(json_object_get(j, "calibration")), calibration);
    assert_int_equal(json_is_null(json_object_get(j, "probability")), r->probability < 0);
    assert_int_equal(json_is_true(json_object_get(j, "answered")), answered);
    assert_int_equal(json_is_true(json_object_get(j, "doubtful")), doubtful);
}

static void test_doubt_is_told_under_one_quarter_unless_it_is_answered_or_an_author_placed_it(void **state)
{
    (void)state;
    parry_hit hit = {0};
    parry_results r = {.hits = &hit, .n = 1, .probability = -1};
    told(&r, "none", false, false);
    r.probability = 0.24;
    told(&r, "shipped", false, true);
    r.own_calibration = true;
    told(&r, "own", false, true);
    r.answered = true; /* a low target */
    told(&r, "own", true, false);
    r.answered = false;
    hit.pinned = true;
    told(&r, "own", false, false);
    hit.pinned = false;
    r.probability = 0.25;
    told(&r, "own", false, false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_table_must_hold_three_numbers_in_range),
        cmocka_unit_test(test_what_was_fitted_over_other_numbers_is_passed_over),
        cmocka_unit_test(test_a_higher_logit_is_never_less_probable),
        cmocka_unit_test(test_doubt_is_told_under_one_quarter_unless_it_is_answered_or_an_author_placed_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
