/* Vectors: the nearest by codes and graph are the nearest. */
#include "engine/vectors.h"
#include "engine/vectors_half.h"
#include "test_segment_data.h"

enum { DIM = 96, QUERIES = 40, K = 10 };

typedef struct sample {
    uint32_t n;
    float *exact; /* as given */
    uint16_t *half;
    parry_vectors *v;
} sample;

/* n unit vectors around n / 20 centres, as passages lie around their topics; of the first `copied` each is one of
 * eight. */
static sample make(scratch *s, uint32_t n, uint32_t copied, uint32_t hnsw_from)
{
    sample x = {.n = n,
                .exact = PARRY_ARRAY(s->arena, float, (size_t)n *DIM),
                .half = PARRY_ARRAY(s->arena, uint16_t, (size_t)n * DIM)};
    uint64_t seed = 11;
    for (uint32_t i = 0; i < n; i++) {
        uint64_t topic = i % (n / 20 + 1);
        float centre[DIM], own[DIM];
        double sum = 0;
        random_unit(&topic, DIM, centre);
        random_unit(&seed, DIM, own);
        for (size_t d = 0; d < DIM; d++) {
            own[d] = 0.6F * centre[d] + 0.8F * own[d];
            sum += (double)own[d] * (double)own[d];
        }
        for (size_t d = 0; d < DIM; d++)
            x.exact[(size_t)i * DIM + d] = (float)((double)own[d] / sqrt(sum));
    }
    for (uint32_t i = 8; i < copied; i++)
        memcpy(x.exact + (size_t)i * DIM, x.exact + (size_t)(i % 8) * DIM, DIM * sizeof *x.exact);
    parry_half_pack(x.exact, (size_t)n * DIM, x.half);
    ok(parry_vectors_write(in(s, "v.faiss"), in(s, "v.f16"), x.half, n, DIM, hnsw_from, NULL));
    parry_err err = {0};
    if (parry_vectors_open(in(s, "v.faiss"), in(s, "v.f16"), n, DIM, &x.v, &err) != PARRY_OK)
        fail_msg("%s %s", err.at, err.msg);
    return x;
}

static double cosine(const sample *x, uint32_t i, const float *q)
{
    double sum = 0;
    for (size_t d = 0; d < DIM; d++)
        sum += (double)x->exact[(size_t)i * DIM + d] * (double)q[d];
    return sum;
}

static bool is_allowed(const uint8_t *allowed, uint32_t i)
{
    return allowed == NULL || (allowed[i / 8] >> (i % 8) & 1);
}

/* The share of the true K nearest that were found; on the way: exact cosines, best first, only what is allowed. */
static double recall(const sample *x, const uint8_t *allowed)
{
    uint64_t seed = 99;
    size_t found = 0, wanted = 0;
    for (int i = 0; i < QUERIES; i++) {
        float q[DIM], scores[K];
        uint32_t got[K];
        size_t n = 0;
        random_unit(&seed, DIM, q);
        for (size_t d = 0; d < DIM; d++) /* near one of the vectors, as queries are */
            q[d] = 0.5F * q[d] + 0.866F * x->exact[(size_t)(next_random(&seed) % x->n) * DIM + d];
        ok(parry_vectors_nearest(x->v, q, allowed, K, got, scores, &n, NULL));
        size_t left = 0;
        for (uint32_t j = 0; j < x->n; j++)
            left += is_allowed(allowed, j);
        assert_int_equal(n, left < K ? left : K);
        for (size_t j = 0; j < n; j++) {
            size_t better = 0;
            assert_true(is_allowed(allowed, got[j]));
            assert_true(fabs(cosine(x, got[j], q) - (double)scores[j]) < 1e-3);
            assert_true(j == 0 || scores[j] <= scores[j - 1]);
            for (uint32_t r = 0; r < x->n; r++)
                better += is_allowed(allowed, r) && cosine(x, r, q) > cosine(x, got[j], q) + 1e-4;
            found += better < n;
        }
        wanted += n;
    }
    return wanted == 0 ? 1 : (double)found / (double)wanted;
}

static uint8_t *every(scratch *s, uint32_t n, uint32_t step)
{
    uint8_t *bits = parry_arena_alloc(s->arena, n / 8 + 1);
    for (uint32_t i = 0; i < n; i += step)
        bits[i / 8] |= (uint8_t)(1U << (i % 8));
    return bits;
}

static void check_with(void **state, uint32_t n, uint32_t copied, uint32_t hnsw_from)
{
    scratch *s = *state;
    sample x = make(s, n, copied, hnsw_from);
    static const uint32_t steps[] = {1, 2, 3, 7, 50, 1000};
    assert_true(recall(&x, NULL) >= 0.99);
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        assert_true(recall(&x, every(s, n, steps[i])) >= 0.99);
    assert_true(recall(&x, parry_arena_alloc(s->arena, n / 8 + 1)) >= 0.99); /* nothing is allowed, nothing is found */
    parry_vectors_close(x.v);
}

static void check(void **state, uint32_t n, uint32_t hnsw_from) { check_with(state, n, 0, hnsw_from); }

static void the_flat_scan_finds_the_nearest(void **state) { check(state, 4003, UINT32_MAX); }
static void the_graph_finds_the_nearest(void **state) { check(state, 4003, 1); }
static void a_graph_finds_its_way_among_copies(void **state) { check_with(state, 4003, 2000, 1); }
static void few_vectors_are_scanned_exactly(void **state) { check(state, 37, UINT32_MAX); }
static void a_small_graph_is_fine(void **state) { check(state, 37, 1); }

static void more_than_there_are_gives_all(void **state)
{
    sample x = make(*state, 5, 0, UINT32_MAX);
    uint32_t got[50];
    float scores[50];
    size_t n = 0;
    ok(parry_vectors_nearest(x.v, x.exact, NULL, 50, got, scores, &n, NULL));
    assert_int_equal(n, 5);
    assert_int_equal(got[0], 0);
    assert_true(fabsf(scores[0] - 1.0F) < 1e-3F);
    ok(parry_vectors_nearest(x.v, x.exact, NULL, 0, got, scores, &n, NULL));
    assert_int_equal(n, 0);
    parry_vectors_close(x.v);
}

static void the_wrong_size_is_refused(void **state)
{
    scratch *s = *state;
    parry_vectors_close(make(s, 40, 0, UINT32_MAX).v);
    parry_vectors *v = NULL;
    assert_int_equal(parry_vectors_open(in(s, "v.faiss"), in(s, "v.f16"), 41, DIM, &v, NULL), PARRY_CORRUPT);
    assert_int_equal(parry_vectors_open(in(s, "v.faiss"), in(s, "v.f16"), 20, DIM * 2, &v, NULL), PARRY_CORRUPT);
    assert_int_equal(parry_vectors_open(in(s, "none"), in(s, "v.f16"), 40, DIM, &v, NULL), PARRY_NOT_FOUND);
    assert_int_equal(parry_vectors_open(in(s, "v.f16"), in(s, "v.f16"), 40, DIM, &v, NULL), PARRY_CORRUPT);
    assert_null(v);
}

static void halves_survive_the_way_there_and_back(void **state)
{
    (void)state;
    for (uint32_t h = 0; h < 65536; h++) {
        uint16_t from = (uint16_t)h, to;
        float f;
        parry_half_unpack(&from, 1, &f);
        parry_half_pack(&f, 1, &to);
        if (isnan(f))
            assert_true((to & 0x7C00) == 0x7C00 && (to & 0x3FF) != 0);
        else
            assert_int_equal(to, from);
    }
    static const struct {
        float f;
        uint16_t h;
    } known[] = {{1.0F, 0x3C00},          {-2.0F, 0xC000}, {65504.0F, 0x7BFF},           {65520.0F, 0x7C00},
                 {5.9604645e-8F, 0x0001}, {0.1F, 0x2E66},  {1.0F + 1.0F / 2048, 0x3C00}, {1.0F + 3.0F / 2048, 0x3C02}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        uint16_t h;
        parry_half_pack(&known[i].f, 1, &h);
        assert_int_equal(h, known[i].h);
    }
}

static void every_dot_product_agrees_with_the_plain_one(void **state)
{
    (void)state;
    uint64_t seed = 3;
    for (size_t dim = 1; dim < 130; dim++) {
        float a[130], q[130];
        uint16_t half[130];
        random_unit(&seed, dim, a);
        random_unit(&seed, dim, q);
        parry_half_pack(a, dim, half);
        assert_true(fabsf(parry_half_dot_for_cpu()(half, q, dim) - parry_half_dot_plain(half, q, dim)) < 1e-5F);
    }
}

/* Of unit length: as much of q, the rest at random. */
static void around(const float *q, float share, uint64_t *seed, float *out)
{
    float own[DIM];
    double sum = 0;
    random_unit(seed, DIM, own);
    for (size_t d = 0; d < DIM; d++) {
        out[d] = share * q[d] + 0.6F * own[d];
        sum += (double)out[d] * (double)out[d];
    }
    for (size_t d = 0; d < DIM; d++)
        out[d] = (float)((double)out[d] / sqrt(sum));
}

/* What is nearest to the question is not allowed, so that few nodes come out of the graph; one of them has more copies
 * than are asked for. All the same the nearest are found. */
static void copies_do_not_stand_for_what_was_not_found(void **state)
{
    enum { N = 6000, NEAR = 3500, COPIES = 400, WANT = 100 };
    scratch *s = *state;
    sample x = {.n = N,
                .exact = PARRY_ARRAY(s->arena, float, (size_t)N *DIM),
                .half = PARRY_ARRAY(s->arena, uint16_t, (size_t)N * DIM)};
    float q[DIM], scores[WANT];
    uint32_t got[WANT];
    size_t n = 0, better = 0;
    uint64_t seed = 5;
    random_unit(&seed, DIM, q);
    for (uint32_t i = 0; i < N; i++)
        around(q, i < NEAR ? 0.8F : 0.3F, &seed, x.exact + (size_t)i * DIM);
    for (uint32_t i = N - COPIES + 1; i < N; i++)
        memcpy(x.exact + (size_t)i * DIM, x.exact + (size_t)(N - COPIES) * DIM, DIM * sizeof *x.exact);
    uint8_t *allowed = every(s, N, 1);
    for (uint32_t i = 0; i < NEAR; i++)
        allowed[i / 8] &= (uint8_t) ~(1U << (i % 8));
    parry_half_pack(x.exact, (size_t)N * DIM, x.half);
    ok(parry_vectors_write(in(s, "v.faiss"), in(s, "v.f16"), x.half, N, DIM, 1, NULL));
    ok(parry_vectors_open(in(s, "v.faiss"), in(s, "v.f16"), N, DIM, &x.v, NULL));
    ok(parry_vectors_nearest(x.v, q, allowed, WANT, got, scores, &n, NULL));
    assert_int_equal(n, WANT);
    for (uint32_t r = NEAR; r < N; r++)
        better += parry_vectors_cosine(x.v, r, q) > scores[WANT - 1];
    assert_true(better < WANT);
    parry_vectors_close(x.v);
}

/* Nothing but one vector, and that all zero, is a graph of one node; with a filter too. */
static void copies_alone_are_all_found(void **state)
{
    enum { N = 3000, WANT = 20 };
    scratch *s = *state;
    for (int zero = 0; zero < 2; zero++) {
        sample x = {.n = N, .half = PARRY_ARRAY(s->arena, uint16_t, (size_t)N * DIM)};
        float q[DIM] = {1}, scores[WANT];
        uint32_t got[WANT];
        size_t n = 0;
        for (uint32_t i = 0; i < N && zero == 0; i++)
            x.half[(size_t)i * DIM] = 0x3C00;
        ok(parry_vectors_write(in(s, "v.faiss"), in(s, "v.f16"), x.half, N, DIM, 1, NULL));
        ok(parry_vectors_open(in(s, "v.faiss"), in(s, "v.f16"), N, DIM, &x.v, NULL));
        for (uint32_t step = 1; step < 3; step++) {
            ok(parry_vectors_nearest(x.v, q, step > 1 ? every(s, N, step) : NULL, WANT, got, scores, &n, NULL));
            assert_int_equal(n, WANT);
            for (uint32_t i = 0; i < WANT; i++) {
                assert_int_equal(got[i], i * step);
                assert_true(fabsf(scores[i] - (zero == 0 ? 1.0F : 0.0F)) < 1e-3F);
            }
        }
        parry_vectors_close(x.v);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_scratch(the_flat_scan_finds_the_nearest),
        in_scratch(the_graph_finds_the_nearest),
        in_scratch(a_graph_finds_its_way_among_copies),
        in_scratch(copies_do_not_stand_for_what_was_not_found),
        in_scratch(copies_alone_are_all_found),
        in_scratch(few_vectors_are_scanned_exactly),
        in_scratch(a_small_graph_is_fine),
        in_scratch(more_than_there_are_gives_all),
        in_scratch(the_wrong_size_is_refused),
        cmocka_unit_test(halves_survive_the_way_there_and_back),
        cmocka_unit_test(every_dot_product_agrees_with_the_plain_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
