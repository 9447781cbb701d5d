/* Vectors that are shared: what comes back is what was kept under that text, from any thread. */
#include "engine/meanings.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

enum { DIM = 5 };

typedef char name[16];

static parry_str text_of(unsigned n, name out)
{
    (void)snprintf(out, sizeof(name), "text %u", n);
    return parry_str_of(out);
}

static void fill(float *v, unsigned n)
{
    for (unsigned i = 0; i < DIM; i++)
        v[i] = (float)(n * 10 + i);
}

static void keep(parry_meanings *m, unsigned n)
{
    float v[DIM];
    name text;
    fill(v, n);
    parry_meanings_keep(m, text_of(n, text), v);
}

static bool find(parry_meanings *m, unsigned n)
{
    float v[DIM], wanted[DIM];
    name text;
    fill(wanted, n);
    if (!parry_meanings_find(m, text_of(n, text), v))
        return false;
    assert_memory_equal(v, wanted, sizeof v);
    return true;
}

static void a_text_that_was_kept_is_known(void **state)
{
    (void)state;
    parry_meanings *m = parry_meanings_new(DIM, 1000);
    assert_false(find(m, 1));
    keep(m, 1);
    keep(m, 2);
    keep(m, 1);
    assert_true(find(m, 1));
    assert_true(find(m, 2));
    assert_false(find(m, 3));
    parry_meanings_free(m);
}

static void old_ones_go_and_those_in_use_stay(void **state)
{
    (void)state;
    parry_meanings *m = parry_meanings_new(DIM, 1000);
    unsigned known = 0;
    keep(m, 0);
    for (unsigned i = 1; i < 20000; i++) {
        keep(m, i);
        assert_true(find(m, 0));
        assert_true(find(m, i));
    }
    for (unsigned i = 0; i < 20000; i++)
        known += find(m, i);
    assert_true(known > 900 && known <= 1024);
    parry_meanings_free(m);
}

static void *use(void *m)
{
    for (unsigned i = 0; i < 30000; i++)
        if (!find(m, i * 7919 % 500))
            keep(m, i * 7919 % 500);
    return NULL;
}

static void threads_share_them(void **state)
{
    (void)state;
    parry_meanings *m = parry_meanings_new(DIM, 128);
    pthread_t t[4];
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&t[i], NULL, use, m), 0);
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_join(t[i], NULL), 0);
    parry_meanings_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_that_was_kept_is_known),
        cmocka_unit_test(old_ones_go_and_those_in_use_stay),
        cmocka_unit_test(threads_share_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
