/* Grouping: how alike is alike enough, in fields that are known. Needs of texts in two wordings each, all cosines as
 * they are set. */
#include "../base/testing.h"

#include "deflection/grouping.h"

#include <math.h>

enum { NEEDS = 6, TEXTS = 8, N = NEEDS * TEXTS, DIM = 1 + NEEDS + 2 * NEEDS + N };

typedef struct field {
    float vectors[N * DIM];
    size_t people[N], group_of[N], groups;
    parry_grouping_words words[N];
} field;

/* Cosines of two texts: of one wording, of one need, of two needs. */
static field *make(scratch *s, double wording, double need, double others)
{
    field *f = PARRY_NEW(s->arena, field);
    for (size_t i = 0; i < N; i++) {
        float *v = f->vectors + i * DIM;
        v[0] = (float)sqrt(others);
        v[1 + i / TEXTS] = (float)sqrt(need - others);
        v[1 + NEEDS + 2 * i / TEXTS] = (float)sqrt(wording - need);
        v[1 + 3 * NEEDS + i] = (float)sqrt(1 - wording);
        f->people[i] = 2;
    }
    return f;
}

static void group(field *f)
{
    parry_grouping g = {.n = N,
                        .words = f->words,
                        .vectors = f->vectors,
                        .dim = DIM,
                        .meaning = 1,
                        .sure = 0.42,
                        .least = 0.26,
                        .core = 5,
                        .people = f->people};
    f->groups = parry_grouping_make(&g, f->group_of);
}

static void test_a_need_in_two_wordings_is_one_where_others_are_far(void **state)
{
    field *f = make(*state, 0.5, 0.32, 0.05);
    group(f);
    assert_int_equal(f->groups, NEEDS);
    for (size_t i = 0; i < N; i++)
        assert_int_equal(f->group_of[i], i / TEXTS);
}

static void test_needs_that_are_as_near_as_that_stay_apart(void **state)
{
    field *f = make(*state, 0.7, 0.7, 0.34);
    group(f);
    assert_int_equal(f->groups, NEEDS);
    f = make(*state, 0.8, 0.34,
             0.3); /* two wordings that are as far from each other as from anything else: two needs */
    group(f);
    assert_int_equal(f->groups, 2 * NEEDS);
}

static void test_on_a_doubt_there_must_be_a_core(void **state)
{
    field *f = make(*state, 0.32, 0.32, 0.05);
    for (size_t i = 0; i < N; i++)
        f->people[i] = 1;
    f->people[TEXTS] = 5; /* of the second need */
    group(f);
    assert_int_equal(f->groups, N - TEXTS + 1);
    for (size_t i = 0; i < N; i++)
        assert_int_equal(f->group_of[i], i < TEXTS ? i : i < 2 * TEXTS ? TEXTS : i - TEXTS + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_scratch(test_a_need_in_two_wordings_is_one_where_others_are_far),
        in_scratch(test_needs_that_are_as_near_as_that_stay_apart),
        in_scratch(test_on_a_doubt_there_must_be_a_core),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
