/* The always-valid interval: counted out over every way that few units can come, and compared with the usual one. */
#include "deflection/anytime.h"

#include "base/err.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>

enum { UNITS = 24, SIDE = UNITS + 1, STATES = SIDE * SIDE * SIDE };

static size_t at(unsigned hn, unsigned hk, unsigned tk) { return ((size_t)hn * SIDE + hk) * SIDE + tk; }

/* The exact chance that the interval ever misses the truth while UNITS come: every state carries the chance of being
 * there without a miss so far. */
static double ever_misses(const parry_trial_plan *p, double h, double t, double confidence)
{
    double *here = parry_calloc(STATES, sizeof *here), *next = parry_calloc(STATES, sizeof *next), missed = 0;
    parry_anytime truth;
    parry_anytime_prepare(p, confidence, h - t, &truth);
    here[0] = 1;
    for (unsigned n = 1; n <= UNITS; n++) {
        for (unsigned i = 0; i < STATES; i++)
            next[i] = 0;
        for (unsigned hn = 0; hn < n; hn++)
            for (unsigned hk = 0; hk <= hn; hk++)
                for (unsigned tk = 0; tk <= n - 1 - hn; tk++) {
                    double c = here[at(hn, hk, tk)];
                    next[at(hn + 1, hk + 1, tk)] += c * p->share * h;
                    next[at(hn + 1, hk, tk)] += c * p->share * (1 - h);
                    next[at(hn, hk, tk + 1)] += c * (1 - p->share) * t;
                    next[at(hn, hk, tk)] += c * (1 - p->share) * (1 - t);
                }
        for (unsigned hn = 0; hn <= n; hn++)
            for (unsigned hk = 0; hk <= hn; hk++)
                for (unsigned tk = 0; tk <= n - hn; tk++) {
                    double *c = &next[at(hn, hk, tk)];
                    if (*c > 0 && parry_anytime_excludes(&truth, (parry_trials){hk, hn}, (parry_trials){tk, n - hn})) {
                        missed += *c;
                        *c = 0;
                    }
                }
        double *swap = here;
        here = next;
        next = swap;
    }
    free(here);
    free(next);
    return missed;
}

static void test_it_never_misses_more_often_than_it_says(void **state)
{
    (void)state;
    static const struct {
        parry_trial_plan plan;
        double h, t;
    } worlds[] = {{{0.5, 0.5, 0.3, 20}, 0.5, 0.5}, {{0.2, 0.1, 0.05, 20}, 0.9, 0.7}, {{0.1, 0.95, 0.88, 20}, 0.1, 0.3}};
    double most = 0;
    for (size_t i = 0; i < sizeof worlds / sizeof *worlds; i++) {
        double missed = ever_misses(&worlds[i].plan, worlds[i].h, worlds[i].t, 0.5);
        assert_true(missed <= 0.5);
        most = fmax(most, missed);
    }
    assert_true(most > 0.02); /* else nothing was tried */
}

static bool excludes(const parry_trial_plan *p, parry_trials h, parry_trials t, double d)
{
    parry_anytime a;
    parry_anytime_prepare(p, 0.95, d, &a);
    return parry_anytime_excludes(&a, h, t);
}

static void test_it_says_nothing_of_nobody_and_holds_what_was_seen(void **state)
{
    (void)state;
    const parry_trial_plan p = {0.1, 0.1, 0.09, 77782};
    parry_interval i = parry_anytime_interval(&p, (parry_trials){0, 0}, (parry_trials){0, 0}, 0.95);
    assert_true(i.low == -1 && i.high == 1);
    for (uint64_t n = 100; n <= 1000000; n *= 10) {
        parry_trials h = {n / 100, n / 10}, t = {n * 9 * 9 / 1000, n * 9 / 10};
        double d = parry_count_rate(h) - parry_count_rate(t);
        i = parry_anytime_interval(&p, h, t, 0.95);
        assert_true(i.low < d && d < i.high);
        assert_false(excludes(&p, h, t, (i.low + i.high) / 2));
        assert_true(excludes(&p, h, t, i.low - 1e-6));
        assert_true(excludes(&p, h, t, i.high + 1e-6));
        assert_false(excludes(&p, h, t, i.low + 1e-6));
    }
}

static double wider(parry_trial_plan p, parry_trials h, parry_trials t)
{
    parry_interval any = parry_anytime_interval(&p, h, t, 0.95), usual = parry_newcombe_interval(h, t, 0.95);
    return (any.high - any.low) / (usual.high - usual.low);
}

static void test_it_is_less_than_twice_as_wide_where_the_plan_was_right(void **state)
{
    (void)state;
    parry_trials h = {770, 7700}, t = {6300, 70000};
    double right = wider((parry_trial_plan){0.1, 0.1, 0.09, 77782}, h, t);
    double wrong = wider((parry_trial_plan){0.1, 0.5, 0.3, 77782}, h, t);
    assert_true(right > 1.3 && right < 1.8);
    assert_true(wrong > right && wrong < 2.2);
    assert_true(wider((parry_trial_plan){0.05, 0.01, 0.007, 300000}, (parry_trials){150, 15000},
                      (parry_trials){1995, 285000}) < 1.8);
}

static void test_impossible_guesses_do_no_harm(void **state)
{
    (void)state;
    const parry_trial_plan sure = {0.5, 1, 0, 1}, long_one = {0.0001, 0, 1, UINT64_C(1) << 60};
    parry_trials all = {1000, 1000}, none = {0, 1000};
    parry_interval i = parry_anytime_interval(&sure, all, none, 0.95);
    assert_true(i.low > 0.9 && i.high >= 0.999);
    i = parry_anytime_interval(&long_one, all, none, 0.95);
    assert_true(i.low >= -1 && i.high <= 1 && i.low <= i.high);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_it_never_misses_more_often_than_it_says),
        cmocka_unit_test(test_it_says_nothing_of_nobody_and_holds_what_was_seen),
        cmocka_unit_test(test_it_is_less_than_twice_as_wide_where_the_plan_was_right),
        cmocka_unit_test(test_impossible_guesses_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
