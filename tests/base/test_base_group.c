#include "testing.h"

#include "base/clock.h"
#include "base/group.h"

#include <pthread.h>
#include <stdatomic.h>

enum { THREADS = 8, EACH = 50 };

typedef struct shared {
    parry_env *env;
    parry_group *group;
    parry_table table;
    atomic_uint next, refused;
} shared;

typedef struct adding {
    shared *s;
    unsigned n;
} adding;

/* Each seventh fails after it has written. */
static parry_code add(void *ctx, parry_txn *t, parry_err *err)
{
    adding *a = ctx;
    unsigned char key[8];
    parry_key_u64(a->n, key);
    parry_code code = parry_put(t, a->s->table, parry_str_make((char *)key, 8), parry_str_of("v"), err);
    return code == PARRY_OK && a->n % 7 == 3 ? parry_fail(err, PARRY_DENIED, "not %u", a->n) : code;
}

static void *add_some(void *arg)
{
    shared *s = arg;
    for (int i = 0; i < EACH; i++) {
        adding a = {s, atomic_fetch_add(&s->next, 1)};
        parry_err err = {0};
        parry_code code = parry_group_do(s->group, add, &a, &err);
        if (code == PARRY_DENIED && err.code == PARRY_DENIED)
            atomic_fetch_add(&s->refused, 1);
        else if (code != PARRY_OK)
            abort();
    }
    return NULL;
}

static void test_writes_share_commits_and_a_failed_one_fails_alone(void **state)
{
    scratch *sc = *state;
    shared s = {0};
    pthread_t threads[THREADS];
    uint64_t commits, writes, n;
    parry_txn *t;
    ok(parry_env_open(in(sc, "db"), 16 << 20, 2, &s.env, NULL));
    ok(parry_env_table(s.env, "t", &s.table, NULL));
    s.group = parry_group_new(s.env);
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, add_some, &s), 0);
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    unsigned bad = 0;
    for (unsigned i = 0; i < THREADS * EACH; i++)
        bad += i % 7 == 3;
    assert_int_equal(s.refused, bad);
    ok(parry_txn_read(s.env, &t, NULL));
    ok(parry_count(t, s.table, &n, NULL));
    parry_txn_abort(t);
    assert_int_equal(n, THREADS * EACH - bad);
    parry_group_counts(s.group, &commits, &writes);
    assert_int_equal(writes, n);
    assert_true(commits < writes);
    parry_group_free(s.group);
    parry_env_close(s.env);
}

int main(void)
{
    const struct CMUnitTest tests[] = {in_scratch(test_writes_share_commits_and_a_failed_one_fails_alone)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
