#include "testing.h"

#include "indexer/embeddings.h"

#include "base/file.h"

#include <math.h>

enum { DIM = 24, MANY = 1200 };

static char dir[64];
static parry_env *env;

static int set_up(void **state)
{
    (void)state;
    snprintf(dir, sizeof dir, "/tmp/parry-embeddings-XXXXXX");
    assert_non_null(mkdtemp(dir));
    ok(parry_env_open(dir, (size_t)64 << 20, 4, &env, &err));
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    parry_env_close(env);
    return parry_tree_remove(dir, NULL) != PARRY_OK;
}

static parry_embeddings *open_as(const char *identity, size_t dim)
{
    parry_embeddings *e = NULL;
    ok(parry_embeddings_open(env, parry_hash_of(identity, strlen(identity)), dim, &e, &err));
    return e;
}

static void fill(float *v, size_t n, unsigned seed)
{
    srand(seed);
    for (size_t i = 0; i < n; i++)
        v[i] = (float)rand() / (float)RAND_MAX - 0.5f;
}

static void what_was_put_is_found_as_it_was_rounded(void **state)
{
    (void)state;
    parry_embeddings *e = open_as("a", DIM);
    static parry_hash keys[MANY];
    static float in[MANY][DIM], out[MANY][DIM];
    const float *from[MANY];
    float *to[MANY];
    static bool found[MANY];
    for (unsigned i = 0; i < MANY; i++) {
        char text[20];
        snprintf(text, sizeof text, "text %u", i);
        keys[i] = parry_embeddings_key(e, PARRY_PASSAGE, parry_str_of(text));
        fill(in[i], DIM, i);
        from[i] = in[i];
        to[i] = out[i];
    }
    ok(parry_embeddings_find(e, keys, MANY, to, found, &err));
    for (size_t i = 0; i < MANY; i++)
        assert_false(found[i]);
    ok(parry_embeddings_put(e, keys, MANY, from, &err));
    ok(parry_embeddings_find(e, keys, MANY, to, found, &err));
    for (size_t i = 0; i < MANY; i++) {
        assert_true(found[i]);
        parry_halves_round(in[i], DIM);
        assert_memory_equal(in[i], out[i], sizeof in[i]);
    }
    uint64_t n = 0;
    ok(parry_embeddings_count(e, &n, &err));
    assert_int_equal(n, MANY);
    parry_embeddings_close(e);
}

static void keys_tell_models_kinds_and_texts_apart(void **state)
{
    (void)state;
    parry_embeddings *a = open_as("a", DIM), *b = open_as("b", DIM);
    parry_str text = parry_str_of("same");
    parry_hash key = parry_embeddings_key(a, PARRY_PASSAGE, text);
    assert_true(parry_hash_eq(key, parry_embeddings_key(a, PARRY_PASSAGE, text)));
    assert_false(parry_hash_eq(key, parry_embeddings_key(b, PARRY_PASSAGE, text)));
    assert_false(parry_hash_eq(key, parry_embeddings_key(a, PARRY_QUERY, text)));
    assert_false(parry_hash_eq(key, parry_embeddings_key(a, PARRY_PASSAGE, parry_str_of("Same"))));
    parry_embeddings_close(a);
    parry_embeddings_close(b);
}

static void an_entry_of_another_length_counts_as_unknown(void **state)
{
    (void)state;
    parry_embeddings *e = open_as("c", DIM), *shorter = open_as("c", DIM / 2);
    parry_hash key = parry_embeddings_key(e, PARRY_PASSAGE, parry_str_of("cut"));
    float v[DIM] = {0.5f}, *to = v;
    const float *from = v;
    bool found = true;
    ok(parry_embeddings_put(shorter, &key, 1, &from, &err));
    ok(parry_embeddings_find(e, &key, 1, &to, &found, &err));
    assert_false(found);
    assert_true(v[0] == 0.5f);
    parry_embeddings_close(e);
    parry_embeddings_close(shorter);
}

/* Against the definition: the nearest of all halves, the even one on a tie. */
static void rounding_is_to_the_nearest_half(void **state)
{
    (void)state;
    static const float cases[][2] = {
        {0.0f, 0.0f},
        {1.0f, 1.0f},
        {-2.5f, -2.5f},
        {0x1.004p0f, 0x1.004p0f},
        {0x1.002p0f, 0x1p0f},
        {0x1.006p0f, 0x1.008p0f},
        {0x1.0021p0f, 0x1.004p0f},
        {0x1.ffep0f, 0x1p1f},
        {0x1p-24f, 0x1p-24f},
        {0x1p-25f, 0.0f},
        {0x1.8p-25f, 0x1p-24f},
        {0x1.8p-24f, 0x1p-23f},
        {0x1.ff8p-15f, 0x1.ff8p-15f},
        {0x1.ffcp-15f, 0x1p-14f},
        {65504.0f, 65504.0f},
        {-0x1p-30f, -0.0f},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        float v = cases[i][0];
        parry_halves_round(&v, 1);
        if (!(v == cases[i][1]) || signbit(v) != signbit(cases[i][1]))
            fail_msg("%a became %a, not %a", (double)cases[i][0], (double)v, (double)cases[i][1]);
    }
    float v = 65520.0f;
    parry_halves_round(&v, 1);
    assert_true(isinf(v));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_put_is_found_as_it_was_rounded),
        cmocka_unit_test(keys_tell_models_kinds_and_texts_apart),
        cmocka_unit_test(an_entry_of_another_length_counts_as_unknown),
        cmocka_unit_test(rounding_is_to_the_nearest_half),
    };
    return cmocka_run_group_tests_name("embeddings", tests, set_up, tear_down);
}
