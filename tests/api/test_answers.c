/* The answer cache with a clock that is turned by hand, and what makes two keys differ. */
#include "api/answer_key.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

enum { MIB = 1 << 20 };
static parry_arena *arena;

static int set_up(void **state)
{
    (void)state;
    arena = parry_arena_new();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    parry_arena_free(arena);
    return 0;
}

static parry_hash key_of(unsigned n) { return parry_hash_of(&n, sizeof n); }

static void keep(parry_answer_cache *c, unsigned key, parry_str body, int64_t until)
{
    parry_hash k = key_of(key);
    parry_answer a = {
        .body = body, .record = parry_str_of("\"text\":\"x\""), .id_at = 7, .doubtful = true, .until_ns = until};
    parry_answer_cache_keep(c, &k, &a);
}

static bool find(parry_answer_cache *c, unsigned key, int64_t now, parry_answer *out)
{
    parry_hash k = key_of(key);
    return parry_answer_cache_find(c, &k, now, arena, out);
}

/* ---- the cache --------------------------------------------------------------------------------------------------- */

static void what_was_kept_comes_back_whole_and_as_a_copy(void **state)
{
    (void)state;
    parry_answer_cache *c = parry_answer_cache_new(MIB);
    parry_answer a;
    assert_false(find(c, 1, 0, &a));
    keep(c, 1, parry_str_of("first"), 100);
    assert_true(find(c, 1, 0, &a));
    keep(c, 1, parry_str_of("second"), 100); /* in its place; the copy stays as it is */
    assert_true(parry_str_eqz(a.body, "first"));
    assert_true(parry_str_eqz(a.record, "\"text\":\"x\""));
    assert_int_equal(a.id_at, 7);
    assert_true(a.doubtful);
    assert_false(a.degraded);
    assert_true(find(c, 1, 0, &a));
    assert_true(parry_str_eqz(a.body, "second"));
    assert_false(find(c, 2, 0, &a));
    parry_answer_cache_free(c);
}

static void an_answer_is_not_given_after_its_time(void **state)
{
    (void)state;
    parry_answer_cache *c = parry_answer_cache_new(MIB);
    parry_answer a;
    keep(c, 1, parry_str_of("x"), 100);
    assert_true(find(c, 1, 99, &a));
    assert_false(find(c, 1, 100, &a));
    assert_int_equal(parry_answer_cache_bytes(c), 0);
    assert_false(find(c, 1, 0, &a)); /* gone */
    parry_answer_cache_free(c);
}

static void it_never_holds_more_than_it_may(void **state)
{
    (void)state;
    static char bytes[3100], large[MIB / 8];
    parry_answer_cache *c = parry_answer_cache_new(MIB);
    parry_answer a;
    for (unsigned i = 0; i < 5000; i++) {
        keep(c, i, parry_str_make(bytes, 100 + i % 3000), 100);
        assert_true(parry_answer_cache_bytes(c) <= MIB);
        assert_true(find(c, i, 0, &a));
    }
    assert_true(parry_answer_cache_bytes(c) > MIB / 2);
    assert_false(find(c, 0, 0, &a));
    keep(c, 9999, parry_str_make(large, sizeof large), 100); /* more than its share of the room */
    assert_false(find(c, 9999, 0, &a));
    assert_true(parry_answer_cache_bytes(c) > MIB / 2); /* and nobody had to go for it */
    parry_answer_cache_free(c);
}

static void what_is_asked_often_stays(void **state)
{
    (void)state;
    static char bytes[1000];
    parry_answer_cache *c = parry_answer_cache_new(MIB);
    parry_answer a;
    keep(c, 0, parry_str_make(bytes, sizeof bytes), 100);
    for (unsigned i = 1; i < 5000; i++) {
        keep(c, i, parry_str_make(bytes, sizeof bytes), 100);
        assert_true(find(c, 0, 0, &a));
    }
    parry_answer_cache_free(c);
}

static void a_size_of_nothing_keeps_nothing(void **state)
{
    (void)state;
    parry_answer_cache *c = parry_answer_cache_new(0);
    parry_answer a;
    assert_null(c);
    keep(c, 1, parry_str_of("x"), 100);
    assert_false(find(c, 1, 0, &a));
    assert_int_equal(parry_answer_cache_bytes(c), 0);
    parry_answer_cache_free(c);
}

static void *use(void *cache)
{
    char text[600];
    parry_arena *mine = parry_arena_new();
    for (unsigned i = 0; i < 20000; i++) {
        unsigned n = i * 7919 % 300;
        parry_hash k = key_of(n);
        parry_answer a;
        if (parry_answer_cache_find(cache, &k, 0, mine, &a)) {
            int len = snprintf(text, sizeof text, "%0*u", 200 + (int)n, n);
            assert_int_equal(a.body.n, len);
            assert_memory_equal(a.body.p, text, a.body.n);
        } else {
            (void)snprintf(text, sizeof text, "%0*u", 200 + (int)n, n);
            parry_answer_cache_keep(cache, &k, &(parry_answer){.body = parry_str_of(text), .until_ns = 1});
        }
        parry_arena_reset(mine);
    }
    parry_arena_free(mine);
    return NULL;
}

static void threads_share_it(void **state)
{
    (void)state;
    parry_answer_cache *c = parry_answer_cache_new(100000); /* too small for all: they push each other's out */
    pthread_t t[4];
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&t[i], NULL, use, c), 0);
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_join(t[i], NULL), 0);
    assert_true(parry_answer_cache_bytes(c) <= 100000);
    parry_answer_cache_free(c);
}

/* ---- keys -------------------------------------------------------------------------------------------------------- */

enum { VARIANTS = 48 };

static parry_filter filters[] = {{.field = PARRY_FIELD_TAG, .value = {"ab", 2}},
                                 {.field = PARRY_FIELD_TAG, .value = {"c", 1}},
                                 {.field = PARRY_FIELD_TAG, .value = {"a", 1}},
                                 {.field = PARRY_FIELD_TAG, .value = {"bc", 2}},
                                 {.field = PARRY_FIELD_CATEGORY, .value = {"ab", 2}},
                                 {.field = PARRY_FIELD_TAG, .value = {"ab", 2}, .set = 1},
                                 {.field = PARRY_FIELD_TAG, .value = {"ab", 2}, .either = 1},
                                 {.field = PARRY_FIELD_TAG, .value = {"ab", 2}, .negated = true}};

/* One query for each thing that a query may say, each of them otherwise the same. */
static size_t variants(parry_query out[VARIANTS])
{
    static const parry_str x = {"x", 1};
    const parry_query base = {.text = x, .limit = 5};
    size_t n = 0;
    out[n++] = base;
#define WITH(member, value)                                                                                            \
    do {                                                                                                               \
        out[n] = base;                                                                                                 \
        out[n++].member = (value);                                                                                     \
    } while (0)
    WITH(text, parry_str_of("y"));
    WITH(mode, PARRY_TEXT);
    WITH(typing, true);
    WITH(steady, true);
    WITH(previous, x);
    WITH(audience, x);
    WITH(locale, x);
    WITH(category, x);
    WITH(page, x);
    WITH(page_product, x);
    WITH(updated_from_ms, 1);
    WITH(updated_until_ms, 1);
    WITH(facets, 1U);
    WITH(sort, PARRY_BY_TITLE);
    WITH(rule_tag, x);
    WITH(offset, 1U);
    WITH(limit, 6U);
    WITH(completions, 1U);
    WITH(explain, true);
    WITH(grounds, true);
    WITH(trusted, true);
    WITH(snippets, true);
    WITH(marks, true);
    WITH(sentences, true);
    WITH(snippet_columns, 40U);
    WITH(why, x);
    for (size_t i = 0; i < sizeof filters / sizeof *filters; i++) {
        WITH(filters, &filters[i]);
        out[n - 1].nfilters = 1;
    }
    for (size_t i = 0; i < 3; i += 2) { /* "ab", "c" and "a", "bc" */
        WITH(filters, &filters[i]);
        out[n - 1].nfilters = 2;
    }
    WITH(exclude, &filters[0].value);
    out[n - 1].nexclude = 1;
#undef WITH
    return n;
}

static void whatever_a_query_says_makes_another_key(void **state)
{
    (void)state;
    parry_query q[VARIANTS];
    parry_hash keys[VARIANTS + 3];
    char dir[] = "/tmp/parry-answers-XXXXXX";
    parry_index *index = NULL;
    parry_err err = {0};
    assert_non_null(mkdtemp(dir));
    assert_int_equal(parry_index_open(dir, &index, &err), PARRY_OK);
    parry_generation *g = parry_index_acquire(index);
    parry_app app = {.answers = parry_answer_cache_new(MIB)};
    parry_config config = {0}, other_config = {0};
    parry_call c = {.app = &app, .config = &config, .base = ""};
    size_t n = variants(q), nkeys = 0;
    for (; nkeys < n; nkeys++)
        keys[nkeys] = parry_answer_key(&c, "suggest", g, &q[nkeys]);
    keys[nkeys++] = parry_answer_key(&c, "search", g, &q[0]);
    c.base = "/merchant";
    keys[nkeys++] = parry_answer_key(&c, "suggest", g, &q[0]);
    c.base = "";
    c.config = &other_config;
    keys[nkeys++] = parry_answer_key(&c, "suggest", g, &q[0]);
    for (size_t i = 0; i < nkeys; i++)
        for (size_t k = 0; k < i; k++)
            if (parry_hash_eq(keys[i], keys[k]))
                fail_msg("queries %zu and %zu have one key", k, i);
    c.config = &config;
    parry_query same = q[0];
    same.deadline_ns = 5; /* when it is wanted is no part of it */
    same.text = parry_str_copy(arena, same.text);
    assert_true(parry_hash_eq(parry_answer_key(&c, "suggest", g, &same), keys[0]));
    parry_generation_release(g);
    parry_index_close(index);
    parry_answer_cache_free(app.answers);
    assert_int_equal(rmdir(dir), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_was_kept_comes_back_whole_and_as_a_copy, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_answer_is_not_given_after_its_time, set_up, tear_down),
        cmocka_unit_test_setup_teardown(it_never_holds_more_than_it_may, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_asked_often_stays, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_size_of_nothing_keeps_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(threads_share_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(whatever_a_query_says_makes_another_key, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
