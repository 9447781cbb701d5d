/* The fitted sigmoid: what it finds again, what it refuses, and whether a threshold's promise is kept on other cases.
 */
#include "eval/reliability.h"
#include "eval/sigmoid.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MANY = 20000, FEW = 600 };

typedef struct made {
    parry_cases c;
    double logit[MANY], weight[MANY];
    bool right[MANY];
    size_t group[MANY];
} made;

static double uniform(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (double)(*state >> 11) / 9007199254740992.0;
}

/* Logits from -4 to 4, right as the sigmoid says. */
static void make(made *m, size_t n, parry_sigmoid truth, uint64_t seed)
{
    m->c = (parry_cases){m->logit, m->weight, m->right, m->group, n};
    for (size_t i = 0; i < n; i++) {
        m->logit[i] = 8 * uniform(&seed) - 4;
        m->right[i] = uniform(&seed) < parry_sigmoid_of(&truth, m->logit[i]);
        m->weight[i] = 1;
        m->group[i] = i;
    }
}

static parry_sigmoid fit(const parry_cases *c)
{
    parry_sigmoid s = {-1, -1};
    parry_err err = {0};
    assert_int_equal(parry_sigmoid_fit(c, &s, &err), PARRY_OK);
    return s;
}

static made m, other;

static void test_what_made_the_cases_is_found_again(void **state)
{
    (void)state;
    const parry_sigmoid truths[] = {{1.7, -0.6}, {0.4, 1.5}, {3, 0}};
    for (size_t i = 0; i < 3; i++) {
        make(&m, MANY, truths[i], i + 1);
        parry_sigmoid s = fit(&m.c);
        assert_true(fabs(s.slope - truths[i].slope) < 0.1);
        assert_true(fabs(s.offset - truths[i].offset) < 0.1);
        double *p = malloc(MANY * sizeof *p);
        parry_err err;
        assert_int_equal(parry_sigmoid_cross(&m.c, p, &err), PARRY_OK);
        assert_true(parry_ece(p, m.right, NULL, MANY, PARRY_EQUAL_MASS, 10) < 0.02);
        free(p);
    }
}

static void test_a_case_of_weight_two_counts_as_two(void **state)
{
    (void)state;
    make(&m, 400, (parry_sigmoid){1, 0}, 5);
    make(&other, 400, (parry_sigmoid){1, 0}, 5);
    size_t n = 400;
    for (size_t i = 0; i < 400; i += 3) {
        m.weight[i] = 2;
        other.logit[n] = other.logit[i], other.right[n] = other.right[i], other.weight[n] = 1, other.group[n] = n;
        n++;
    }
    other.c.n = n;
    parry_sigmoid a = fit(&m.c), b = fit(&other.c);
    assert_true(fabs(a.slope - b.slope) < 0.01 && fabs(a.offset - b.offset) < 0.01); /* but for the smoothing */
}

static void test_the_slope_is_never_negative(void **state)
{
    (void)state;
    make(&m, 1000, (parry_sigmoid){-1, 0.5}, 3);
    parry_sigmoid s = fit(&m.c);
    size_t right = 0;
    for (size_t i = 0; i < 1000; i++)
        right += m.right[i];
    assert_true(s.slope >= 0 && s.slope <= 0);
    assert_true(fabs(parry_sigmoid_of(&s, 7) - (double)right / 1000) < 0.01);
}

static void test_cases_parted_without_error_make_nothing_certain(void **state)
{
    (void)state;
    make(&m, 200, (parry_sigmoid){1, 0}, 3);
    for (size_t i = 0; i < 200; i++)
        m.right[i] = m.logit[i] > 0;
    parry_sigmoid s = fit(&m.c);
    assert_true(s.slope > 1 && s.slope <= PARRY_FIT_SLOPE_MAX);
    assert_true(parry_sigmoid_of(&s, 4) < 1 && parry_sigmoid_of(&s, 4) > 0.95);
    for (size_t i = 0; i < 200; i++)
        m.logit[i] *= 1e-6; /* a scale on which the slope's limit is in the way */
    s = fit(&m.c);
    assert_true(s.slope >= PARRY_FIT_SLOPE_MAX && s.slope <= PARRY_FIT_SLOPE_MAX);
    for (size_t i = 0; i < 200; i++)
        m.logit[i] = 2; /* and one that says nothing at all */
    s = fit(&m.c);
    assert_true(isfinite(s.slope) && isfinite(s.offset) && fabs(parry_sigmoid_of(&s, 2) - 0.5) < 0.1);
}

static void test_too_few_cases_are_refused(void **state)
{
    (void)state;
    const struct {
        size_t right, wrong;
        parry_code code;
    } rows[] = {{30, 10, PARRY_OK}, {29, 500, PARRY_INVALID}, {500, 9, PARRY_INVALID}, {0, 0, PARRY_INVALID}};
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
        make(&m, rows[r].right + rows[r].wrong, (parry_sigmoid){1, 0}, 3);
        for (size_t i = 0; i < m.c.n; i++)
            m.right[i] = i < rows[r].right;
        parry_sigmoid s = {7, 7};
        double p[FEW];
        parry_err err = {0};
        assert_int_equal(parry_sigmoid_fit(&m.c, &s, &err), rows[r].code);
        assert_int_equal(parry_sigmoid_cross(&m.c, p, &err), rows[r].code);
        assert_true(rows[r].code == PARRY_OK || (s.slope > 6.9 && strstr(err.msg, "judge more queries") != NULL));
    }
}

static void test_what_is_said_of_a_group_does_not_depend_on_whether_it_was_right(void **state)
{
    (void)state;
    double before[FEW], after[FEW];
    parry_err err;
    make(&m, FEW, (parry_sigmoid){1, 0}, 9);
    for (size_t i = 0; i < FEW; i++)
        m.group[i] = i / 2; /* pairs, never parted */
    assert_int_equal(parry_sigmoid_cross(&m.c, before, &err), PARRY_OK);
    for (size_t i = 0; i < FEW; i++)
        if (m.group[i] % PARRY_FIT_FOLDS == 4)
            m.right[i] = !m.right[i];
    assert_int_equal(parry_sigmoid_cross(&m.c, after, &err), PARRY_OK);
    for (size_t i = 0; i < FEW; i++) {
        bool same = fabs(before[i] - after[i]) < 1e-12;
        assert_true(same == (m.group[i] % PARRY_FIT_FOLDS == 4));
    }
}

/* The promise: of other questions of the same kind, too, at least `target` of what is answered is right; broken no more
 * often than the confidence allows, and a little for having chosen among many thresholds. */
static void test_a_threshold_keeps_its_promise_on_cases_it_was_not_chosen_on(void **state)
{
    (void)state;
    enum { TRIALS = 200 };
    const parry_sigmoid truth = {1.2, -0.5};
    const double target = 0.8;
    make(&other, MANY, truth, 77);
    int broken = 0, found = 0;
    for (uint64_t trial = 0; trial < TRIALS; trial++) {
        double p[FEW];
        parry_err err;
        parry_threshold t;
        make(&m, FEW, truth, 1000 + trial);
        assert_int_equal(parry_sigmoid_cross(&m.c, p, &err), PARRY_OK);
        if (!parry_choose_threshold(p, m.right, m.weight, FEW, target, 0.95, &t))
            continue;
        parry_sigmoid s = fit(&m.c);
        size_t answered = 0, right = 0;
        for (size_t i = 0; i < MANY; i++) {
            if (parry_sigmoid_of(&s, other.logit[i]) < t.score)
                continue;
            answered++;
            right += other.right[i];
        }
        found++;
        broken += (double)right < target * (double)answered;
    }
    print_message("%d of %d promises broken\n", broken, found);
    assert_true(found > TRIALS / 2);
    assert_true((double)broken <= 0.1 * found);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_made_the_cases_is_found_again),
        cmocka_unit_test(test_a_case_of_weight_two_counts_as_two),
        cmocka_unit_test(test_the_slope_is_never_negative),
        cmocka_unit_test(test_cases_parted_without_error_make_nothing_certain),
        cmocka_unit_test(test_too_few_cases_are_refused),
        cmocka_unit_test(test_what_is_said_of_a_group_does_not_depend_on_whether_it_was_right),
        cmocka_unit_test(test_a_threshold_keeps_its_promise_on_cases_it_was_not_chosen_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
