/* Generations: published whole, held while newer ones come, the same sums however the segments are cut. */
#include "base/clock.h"
#include "engine/generation.h"
#include "test_segment_data.h"

#include <pthread.h>
#include <stdatomic.h>

enum { DIM = 32 };

typedef struct part {
    uint32_t first, n;
    uint32_t dead[4];
    size_t ndead;
} part;

static void publish(scratch *s, uint64_t number, size_t dim, const part *parts, size_t n)
{
    parry_arena *a = parry_arena_new();
    parry_segment_options o = sample_options(dim);
    parry_manifest m = {.number = number, .store_seq = number * 10, .model = o.model, .chunking = 1, .nsegments = n};
    m.segments = PARRY_ARRAY(a, parry_manifest_segment, n);
    for (size_t i = 0; i < n; i++) {
        uint32_t *dead = PARRY_ARRAY(a, uint32_t, 4);
        memcpy(dead, parts[i].dead, sizeof parts[i].dead);
        memcpy(m.segments[i].name, write_sample(a, in(s, "segments"), &o, parts[i].first, parts[i].n), PARRY_NAME_TEXT);
        m.segments[i].dead = dead;
        m.segments[i].ndead = parts[i].ndead;
    }
    parry_err err = {0};
    if (parry_manifest_publish(s->dir, &m, &err) != PARRY_OK)
        fail_msg("%s %s", err.at, err.msg);
    parry_arena_free(a);
}

static parry_index *open_index(scratch *s)
{
    parry_index *ix = NULL;
    parry_err err = {0};
    if (parry_index_open(s->dir, &ix, &err) != PARRY_OK)
        fail_msg("%s %s", err.at, err.msg);
    return ix;
}

static void an_index_without_generations_is_empty(void **state)
{
    parry_index *ix = open_index(*state);
    parry_generation *g = parry_index_acquire(ix);
    const parry_generation_info *info = parry_generation_get_info(g);
    assert_int_equal(info->number, 0);
    assert_int_equal(info->nsegments + info->narticles + info->npassages + info->nvectors, 0);
    uint32_t segment, article;
    assert_false(parry_generation_find(g, parry_str_of("article-0"), &segment, &article));
    parry_generation_release(g);
    bool moved = true;
    ok(parry_index_refresh(ix, &moved, NULL));
    assert_false(moved);
    parry_index_close(ix);
    parry_index_close(NULL);
}

static void a_manifest_comes_back_as_published(void **state)
{
    scratch *s = *state;
    parry_manifest m;
    ok(parry_manifest_current(s->dir, s->arena, &m, NULL));
    assert_int_equal(m.number, 0);
    publish(s, 7, DIM, (part[]){{0, 5, {1, 4}, 2}, {5, 3, {0}, 0}}, 2);
    ok(parry_manifest_current(s->dir, s->arena, &m, NULL));
    assert_int_equal(m.number, 7);
    assert_int_equal(m.store_seq, 70);
    assert_int_equal(m.chunking, 1);
    assert_true(parry_hash_eq(m.model, sample_options(DIM).model));
    assert_int_equal(m.nsegments, 2);
    assert_int_equal(m.segments[0].ndead, 2);
    assert_int_equal(m.segments[0].dead[1], 4);
    assert_int_equal(m.segments[1].ndead, 0);
}

static void numbers_never_go_backwards(void **state)
{
    scratch *s = *state;
    publish(s, 2, 0, (part[]){{0, 1, {0}, 0}}, 1);
    parry_manifest m = {.number = 2};
    assert_int_equal(parry_manifest_publish(s->dir, &m, NULL), PARRY_CONFLICT);
    m.number = 1;
    assert_int_equal(parry_manifest_publish(s->dir, &m, NULL), PARRY_CONFLICT);
    parry_index *ix = open_index(s);
    ok(parry_file_replace(in(s, "CURRENT"), parry_str_of("000001\n"), NULL));
    bool moved = true;
    ok(parry_index_refresh(ix, &moved, NULL));
    assert_false(moved);
    parry_index_close(ix);
}

static void a_missing_segment_cannot_be_published(void **state)
{
    scratch *s = *state;
    parry_manifest_segment missing = {.name = "0123456789abcdef0123456789abcdef"};
    parry_manifest m = {.number = 1, .segments = &missing, .nsegments = 1};
    assert_int_equal(parry_manifest_publish(s->dir, &m, NULL), PARRY_INVALID);
    assert_false(parry_file_exists(in(s, "CURRENT")));
}

static void the_dead_are_neither_counted_nor_found(void **state)
{
    scratch *s = *state;
    publish(s, 1, DIM, (part[]){{0, 10, {3, 9}, 2}, {10, 4, {0}, 0}}, 2);
    parry_index *ix = open_index(s);
    parry_generation *g = parry_index_acquire(ix);
    const parry_generation_info *info = parry_generation_get_info(g);
    assert_int_equal(info->narticles, 12);
    assert_int_equal(info->npassages, 24);
    assert_int_equal(info->nvectors, 48);
    assert_int_equal(info->kind_rows[PARRY_ROW_TITLE], 12);
    assert_int_equal(info->kind_length[PARRY_ROW_KEYWORDS], 24);
    assert_int_equal(info->dim, DIM);
    assert_null(info->segments[1].live);
    assert_int_equal(info->segments[0].live[0], 0xF7);
    assert_int_equal(info->segments[0].live[1], 0x01);
    for (uint32_t a = 0; a < 15; a++) {
        uint32_t segment = 9, article = 99;
        bool found = parry_generation_find(g, parry_str_printf(s->arena, "article-%u", a), &segment, &article);
        assert_int_equal(found, a != 3 && a != 9 && a < 14);
        if (found) {
            assert_int_equal(segment, a >= 10);
            assert_int_equal(article, a % 10);
        }
    }
    parry_generation_release(g);
    parry_index_close(ix);
}

/* The invariant that merging rests on. */
static void sums_do_not_depend_on_how_segments_are_cut(void **state)
{
    scratch *s = *state;
    publish(s, 1, DIM, (part[]){{0, 3, {1}, 1}, {1, 1, {0}, 0}, {3, 6, {0}, 0}}, 3);
    parry_index *ix = open_index(s);
    parry_generation *cut = parry_index_acquire(ix);
    publish(s, 2, DIM, (part[]){{0, 9, {0}, 0}}, 1);
    ok(parry_index_refresh(ix, NULL, NULL));
    parry_generation *merged = parry_index_acquire(ix);
    const parry_generation_info *a = parry_generation_get_info(cut), *b = parry_generation_get_info(merged);
    assert_int_equal(a->narticles, b->narticles);
    assert_int_equal(a->npassages, b->npassages);
    assert_int_equal(a->nvectors, b->nvectors);
    assert_memory_equal(a->kind_rows, b->kind_rows, sizeof a->kind_rows);
    assert_memory_equal(a->kind_length, b->kind_length, sizeof a->kind_length);
    parry_generation_release(cut);
    parry_generation_release(merged);
    parry_index_close(ix);
}

static void a_held_generation_stays_while_newer_ones_come(void **state)
{
    scratch *s = *state;
    publish(s, 1, DIM, (part[]){{0, 3, {0}, 0}, {3, 3, {0}, 0}}, 2);
    parry_index *ix = open_index(s);
    parry_generation *old = parry_index_acquire(ix);
    const parry_segment *kept = parry_generation_get_info(old)->segments[1].segment;
    publish(s, 2, DIM, (part[]){{3, 3, {0}, 0}, {6, 3, {0}, 0}}, 2);
    bool moved = false;
    ok(parry_index_refresh(ix, &moved, NULL));
    assert_true(moved);
    ok(parry_generations_sweep(s->dir, 0, NULL)); /* unlinked, and read on through what is open */
    parry_generation *new = parry_index_acquire(ix);
    assert_int_equal(parry_generation_get_info(old)->number, 1);
    assert_int_equal(parry_generation_get_info(new)->number, 2);
    assert_ptr_equal(parry_generation_get_info(new)->segments[0].segment, kept); /* opened once */
    parry_postings p;
    ok(parry_segment_postings(parry_generation_get_info(old)->segments[0].segment, s->arena, parry_str_of("about"), &p,
                              NULL));
    assert_int_equal(p.n, 3);
    parry_generation_release(new);
    parry_generation_release(old);
    parry_index_close(ix);
}

static void a_bad_generation_leaves_the_served_one(void **state)
{
    scratch *s = *state;
    publish(s, 1, DIM, (part[]){{0, 3, {0}, 0}}, 1);
    parry_index *ix = open_index(s);
    static const char *const bad[] = {"", "{}", "[", "{\"format\":1}"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        ok(parry_file_replace(in(s, "generations/000002.json"), parry_str_of(bad[i]), NULL));
        ok(parry_file_replace(in(s, "CURRENT"), parry_str_of("000002\n"), NULL));
        parry_err err = {0};
        bool moved = true;
        assert_int_equal(parry_index_refresh(ix, &moved, &err), PARRY_CORRUPT);
        assert_int_equal(err.code, PARRY_CORRUPT);
    }
    ok(parry_file_replace(in(s, "CURRENT"), parry_str_of("000003\n"), NULL));
    assert_int_equal(parry_index_refresh(ix, NULL, NULL), PARRY_CORRUPT);
    ok(parry_file_replace(in(s, "CURRENT"), parry_str_of("latest\n"), NULL));
    assert_int_equal(parry_index_refresh(ix, NULL, NULL), PARRY_CORRUPT);
    parry_index *fresh = NULL;
    assert_int_equal(parry_index_open(s->dir, &fresh, NULL), PARRY_CORRUPT);
    assert_null(fresh);
    parry_generation *g = parry_index_acquire(ix);
    assert_int_equal(parry_generation_get_info(g)->number, 1);
    parry_generation_release(g);
    parry_index_close(ix);
}

static void a_manifest_that_does_not_fit_its_segments_is_refused(void **state)
{
    scratch *s = *state;
    parry_segment_options o = sample_options(DIM);
    const char *name = write_sample(s->arena, in(s, "segments"), &o, 0, 3);
    uint32_t dead[] = {3};
    parry_manifest_segment segment = {.dead = dead, .ndead = 1};
    memcpy(segment.name, name, PARRY_NAME_TEXT);
    parry_manifest m = {.number = 1, .model = o.model, .segments = &segment, .nsegments = 1};
    ok(parry_manifest_publish(s->dir, &m, NULL));
    parry_index *ix = NULL;
    assert_int_equal(parry_index_open(s->dir, &ix, NULL), PARRY_CORRUPT); /* there is no article 3 */
    segment.ndead = 0;
    m.number = 2;
    m.model = parry_hash_of("x", 1);
    ok(parry_manifest_publish(s->dir, &m, NULL));
    assert_int_equal(parry_index_open(s->dir, &ix, NULL), PARRY_CORRUPT); /* vectors of another model */
    m.number = 3;
    m.model = o.model;
    ok(parry_manifest_publish(s->dir, &m, NULL));
    ok(parry_index_open(s->dir, &ix, NULL));
    parry_index_close(ix);
}

/* ---- threads ------------------------------------------------------------------------------------------------------
 */

typedef struct shared_state {
    parry_index *ix;
    atomic_bool stop;
    atomic_uint searches, wrong;
} shared_state;

/* Generation k holds articles 0 to 2k - 1 in two segments: whatever is seen must agree with itself. */
static void *search(void *ctx)
{
    shared_state *x = ctx;
    parry_arena *a = parry_arena_new();
    uint64_t before = 0;
    while (!atomic_load(&x->stop)) {
        parry_generation *g = parry_index_acquire(x->ix);
        const parry_generation_info *info = parry_generation_get_info(g);
        size_t rows = 0;
        bool good = info->number >= before && info->narticles == 2 * info->number;
        before = info->number;
        for (size_t i = 0; i < info->nsegments; i++) {
            parry_postings p;
            float q[DIM] = {1}, scores[4];
            uint32_t near[4];
            size_t n = 0;
            good = good &&
                   parry_segment_postings(info->segments[i].segment, a, parry_str_of("about"), &p, NULL) == PARRY_OK;
            good = good &&
                   parry_segment_nearest(info->segments[i].segment, q, NULL, 4, near, scores, &n, NULL) == PARRY_OK;
            rows += good ? p.n : 0;
        }
        if (!good || rows != info->narticles)
            atomic_fetch_add(&x->wrong, 1);
        atomic_fetch_add(&x->searches, 1);
        parry_generation_release(g);
        parry_arena_reset(a);
    }
    parry_arena_free(a);
    return NULL;
}

static void searches_go_on_while_generations_come_and_go(void **state)
{
    scratch *s = *state;
    enum { THREADS = 4, GENERATIONS = 12 };
    publish(s, 1, DIM, (part[]){{0, 1, {0}, 0}, {1, 1, {0}, 0}}, 2);
    shared_state x = {.ix = open_index(s)};
    pthread_t threads[THREADS];
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, search, &x), 0);
    for (uint32_t k = 2; k <= GENERATIONS; k++) {
        publish(s, k, DIM, (part[]){{0, k, {0}, 0}, {k, k, {0}, 0}}, 2);
        bool moved = false;
        ok(parry_index_refresh(x.ix, &moved, NULL));
        assert_true(moved);
        ok(parry_generations_sweep(s->dir, 1, NULL));
    }
    while (atomic_load(&x.searches) < 200)
        parry_sleep_ms(1);
    atomic_store(&x.stop, true);
    for (size_t i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(atomic_load(&x.wrong), 0);
    parry_index_close(x.ix);
}

/* Another process publishes and sweeps all the time: a reader that opens meanwhile sees some whole generation. */
static void a_reader_survives_a_publisher_that_sweeps(void **state)
{
    scratch *s = *state;
    publish(s, 1, DIM, (part[]){{0, 2, {0}, 0}}, 1);
    pid_t child = fork();
    if (child == 0) {
        for (uint32_t k = 2; k <= 15; k++) {
            publish(s, k, DIM, (part[]){{k, 2, {0}, 0}}, 1);
            if (parry_generations_sweep(s->dir, 0, NULL) != PARRY_OK)
                _exit(1);
        }
        _exit(0);
    }
    uint64_t last = 0;
    for (int opens = 0; last < 15; opens++) {
        parry_index *ix = open_index(s);
        parry_generation *g = parry_index_acquire(ix);
        assert_true(parry_generation_get_info(g)->number >= last);
        assert_int_equal(parry_generation_get_info(g)->narticles, 2);
        last = parry_generation_get_info(g)->number;
        parry_generation_release(g);
        parry_index_close(ix);
    }
    assert_int_equal(status_of(child), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_scratch(an_index_without_generations_is_empty),
        in_scratch(a_manifest_comes_back_as_published),
        in_scratch(numbers_never_go_backwards),
        in_scratch(a_missing_segment_cannot_be_published),
        in_scratch(the_dead_are_neither_counted_nor_found),
        in_scratch(sums_do_not_depend_on_how_segments_are_cut),
        in_scratch(a_held_generation_stays_while_newer_ones_come),
        in_scratch(a_bad_generation_leaves_the_served_one),
        in_scratch(a_manifest_that_does_not_fit_its_segments_is_refused),
        in_scratch(searches_go_on_while_generations_come_and_go),
        in_scratch(a_reader_survives_a_publisher_that_sweeps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
