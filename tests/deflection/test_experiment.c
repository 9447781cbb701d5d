/* The coin against Python's hmac; the analysis, status by status, against figures worked out by hand. */
#include "deflection/experiment.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void near(double got, double want, double within)
{
    if (!(fabs(got - want) <= within))
        fail_msg("%.12g is not %.12g", got, want);
}

static parry_hash salt(void)
{
    parry_hash s;
    for (unsigned char i = 0; i < sizeof s.b; i++)
        s.b[i] = i;
    return s;
}

static void test_the_coin_is_an_hmac(void **state)
{
    (void)state;
    parry_hash s = salt();
    static const struct {
        const char *unit;
        unsigned part;
        uint64_t seed;
    } known[] = {{"", 2271, UINT64_C(0x826b44a9d5607de7)},
                 {"visitor-1", 5492, UINT64_C(0xa2ce520bdd0506e1)},
                 {"visitor-2", 9703, UINT64_C(0xec66b0ebb6988f9f)}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        parry_draw d = parry_experiment_draw(&s, parry_str_of(known[i].unit));
        assert_int_equal(d.part, known[i].part);
        assert_true(d.seed == known[i].seed);
    }
}

static void test_shares_come_out_and_growing_the_last_moves_nobody(void **state)
{
    (void)state;
    parry_hash s = salt(), other = salt();
    other.b[0] = 99;
    const unsigned parts[] = {1000, 9000}, grown[] = {1000, 2000};
    size_t held = 0, both = 0;
    for (int i = 0; i < 20000; i++) {
        char unit[32];
        snprintf(unit, sizeof unit, "visitor %d", i);
        unsigned part = parry_experiment_draw(&s, parry_str_of(unit)).part;
        size_t arm = parry_experiment_arm(part, parts, 2);
        held += arm == 0;
        both += arm == 0 && parry_experiment_draw(&other, parry_str_of(unit)).part < 1000;
        assert_true(arm == parry_experiment_arm(part, grown, 2) || part >= 3000);
    }
    near((double)held, 2000, 4 * sqrt(1800));
    near((double)both, 200, 4 * sqrt(198)); /* another salt is another coin */
    assert_int_equal(parry_experiment_arm(3000, grown, 2), 2);
    assert_int_equal(parry_experiment_arm(0, grown, 0), 0);
}

/* ---- what may be said -------------------------------------------------------------------------------------------- */

static const parry_trial_plan plan = {.share = 0.2, .base = 0.5, .treated = 0.4, .units = 1000};
static const parry_experiment_counts counts = {
    .holdout = {.units = 200, .tickets = 100},
    .treated = {.units = 800, .tickets = 320, .clicked = 300, .clicked_tickets = 60, .potential = 240},
    .left_out = 17};

static void test_at_the_planned_end_it_says_the_difference(void **state)
{
    (void)state;
    parry_effect e = parry_effect_of(&plan, &counts);
    assert_int_equal(e.status, PARRY_EFFECT_OK);
    near(e.difference, 0.1, 1e-12);
    parry_interval n = parry_newcombe_interval((parry_trials){100, 200}, (parry_trials){320, 800}, 0.95);
    near(e.interval.low, n.low, 0);
    near(e.interval.high, n.high, 0);
    assert_true(n.low > 0);
    near(e.avoided.value, 80, 1e-9);
    near(e.avoided.interval.high, 800 * n.high, 1e-9);
    near(e.inflation.value, 3, 1e-9); /* 0.3 are called deflected, 0.1 are */
    assert_true(e.inflation.interval.low > 1 && e.inflation.interval.low < 3 && e.inflation.interval.high > 3);
    near(e.srm_p, 1, 1e-12);
    assert_false(e.past_end);
}

/* Each end is where |h - mean(y + b c)| is 1.96 of its standard errors; the variance taken unit by unit. */
static void test_the_effect_per_clicker_is_fiellers(void **state)
{
    (void)state;
    parry_derived c = parry_effect_of(&plan, &counts).per_clicker;
    assert_int_equal(c.status, PARRY_DERIVED_OK);
    near(c.value, 0.1 / 0.375, 1e-12);
    const double ends[] = {c.interval.low, c.interval.high};
    for (int i = 0; i < 2; i++) {
        double b = ends[i], mean = (320 + b * 300) / 800;
        double square = (60 * (1 + b) * (1 + b) + 260 + 240 * b * b) / 800;
        double error = sqrt(0.25 / 200 + (square - mean * mean) / 800);
        near(fabs(0.5 - mean), 1.959963984540054 * error, 1e-9);
    }
    parry_experiment_counts few = counts;
    few.treated.clicked = PARRY_EFFECT_LEAST - 1;
    assert_int_equal(parry_effect_of(&plan, &few).per_clicker.status, PARRY_DERIVED_FEW_CLICKS);
}

static void test_before_the_end_there_is_an_interval_and_no_number(void **state)
{
    (void)state;
    parry_trial_plan longer = plan;
    longer.units = 1001;
    parry_effect e = parry_effect_of(&longer, &counts);
    assert_int_equal(e.status, PARRY_EFFECT_EARLY);
    parry_interval n = parry_newcombe_interval((parry_trials){100, 200}, (parry_trials){320, 800}, 0.95);
    assert_true(e.interval.low < n.low && e.interval.high > n.high);
    assert_int_equal(e.avoided.status, PARRY_DERIVED_NO_DIFFERENCE);
    json_auto_t *j = parry_effect_json(&e);
    const json_t *d = json_object_get(j, "difference");
    assert_true(json_is_null(json_object_get(d, "value")) && json_is_real(json_object_get(d, "low")));
    assert_string_equal(json_string_value(json_object_get(d, "interval")), "always_valid");
}

static void test_uneven_arms_block_every_number(void **state)
{
    (void)state;
    parry_experiment_counts skewed = counts;
    skewed.holdout.units = 250; /* of 1,050, where 210 are due: chi-square 9.5; p 0.002 */
    assert_int_equal(parry_effect_of(&plan, &skewed).status, PARRY_EFFECT_OK);
    skewed.holdout.units = 256;
    parry_effect e = parry_effect_of(&plan, &skewed);
    assert_true(e.srm_p < parry_effect_srm_p);
    assert_int_equal(e.status, PARRY_EFFECT_SRM);
    json_auto_t *j = parry_effect_json(&e);
    char *text = json_dumps(j, JSON_COMPACT | JSON_SORT_KEYS | JSON_REAL_PRECISION(6));
    assert_non_null(strstr(text, "\"difference\":{\"high\":null,\"interval\":null,\"low\":null,\"value\":null}"));
    assert_non_null(strstr(text, "\"tickets\":{\"count\":100,\"high\":null,\"low\":null,\"n\":256,\"value\":null}"));
    free(text);
}

static void test_too_few_or_no_plan_say_so_and_what_could_be_found(void **state)
{
    (void)state;
    parry_experiment_counts few = counts;
    few.holdout = (parry_arm_counts){.units = 99, .tickets = 50};
    few.treated.units = 400;
    parry_effect e = parry_effect_of(&plan, &few);
    assert_int_equal(e.status, PARRY_EFFECT_NOT_ENOUGH);
    bool found;
    near(e.detectable, parry_detectable(0.5, 499, 0.2, parry_usual_power, &found), 1e-12);
    near(e.detectable_at_end, parry_detectable(0.5, 1000, 0.2, parry_usual_power, &found), 1e-12);
    assert_int_equal(parry_effect_of(&(parry_trial_plan){0}, &counts).status, PARRY_EFFECT_OFF);
    json_auto_t *j = parry_effect_json(&e);
    assert_string_equal(json_string_value(json_object_get(j, "status")), "not_enough_data");
    assert_true(json_is_real(json_object_get(json_object_get(j, "detectable"), "now")));
}

static void test_the_plan_finds_its_own_size_and_nothing_is_divided_by_no_effect(void **state)
{
    (void)state;
    parry_trial_plan p = {.share = 0.1, .base = 0.1, .treated = 0.08};
    parry_experiment_counts c = {.holdout = {.units = 2000, .tickets = 160},
                                 .treated = {.units = 18000, .tickets = 1440}};
    parry_effect e = parry_effect_of(&p, &c);
    assert_int_equal(e.plan.units, 19265);
    assert_int_equal(parry_trial_plan_units(&p), 19265);
    assert_int_equal(parry_trial_plan_units(&plan), 1000);
    assert_int_equal(parry_trial_plan_units(&(parry_trial_plan){.share = 0.1, .base = 0.1, .treated = 0.1}), 0);
    assert_int_equal(e.status, PARRY_EFFECT_OK);
    assert_true(e.past_end);
    assert_int_equal(e.inflation.status, PARRY_DERIVED_NO_EFFECT);
    assert_int_equal(e.per_clicker.status, PARRY_DERIVED_FEW_CLICKS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_coin_is_an_hmac),
        cmocka_unit_test(test_shares_come_out_and_growing_the_last_moves_nobody),
        cmocka_unit_test(test_at_the_planned_end_it_says_the_difference),
        cmocka_unit_test(test_the_effect_per_clicker_is_fiellers),
        cmocka_unit_test(test_before_the_end_there_is_an_interval_and_no_number),
        cmocka_unit_test(test_uneven_arms_block_every_number),
        cmocka_unit_test(test_too_few_or_no_plan_say_so_and_what_could_be_found),
        cmocka_unit_test(test_the_plan_finds_its_own_size_and_nothing_is_divided_by_no_effect),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
