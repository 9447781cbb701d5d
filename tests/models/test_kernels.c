/* The kernels of every instruction set this CPU has, against the formulas written out in double; and the matrix
 * products. */
#include "tests/models/testing.h"

#include "models/kernels.h"
#include "models/product.h"

static const char *const names[] = {"plain", "avx2", "avx512", "avx512-bf16"};
enum { NAMES = 4 };

static float from_bf16(parry_bf16 b)
{
    uint32_t u = (uint32_t)b << 16;
    float f;
    memcpy(&f, &u, sizeof f);
    return f;
}

static float *random_floats(scratch *s, size_t n, uint64_t seed, float scale)
{
    float *p = PARRY_ARRAY(s->arena, float, n);
    for (size_t i = 0; i < n; i++)
        p[i] = noise(&seed) * scale;
    return p;
}

static void close_to(const float *got, const double *want, size_t n, double tolerance, const char *what)
{
    for (size_t i = 0; i < n; i++)
        if (!(fabs((double)got[i] - want[i]) <= tolerance))
            fail_msg("%s: number %zu is %g, not %g", what, i, (double)got[i], want[i]);
}

/* softmax(Q K^T / sqrt(d)) V of one query and head. */
static void attend_one(const float *qkv, size_t tokens, size_t heads, size_t d, size_t head, size_t row, double *out)
{
    size_t width = heads * d;
    double weight[256], sum = 0;
    const float *q = qkv + row * 3 * width + head * d;
    for (size_t j = 0; j < tokens; j++) {
        const float *k = qkv + j * 3 * width + width + head * d;
        double dot = 0;
        for (size_t i = 0; i < d; i++)
            dot += (double)q[i] * (double)k[i];
        weight[j] = exp(dot / sqrt((double)d));
        sum += weight[j];
    }
    for (size_t i = 0; i < d; i++) {
        out[i] = 0;
        for (size_t j = 0; j < tokens; j++)
            out[i] += weight[j] / sum * (double)qkv[j * 3 * width + 2 * width + head * d + i];
    }
}

static void check_attention(scratch *s, const parry_kernels *k, size_t tokens, size_t heads, size_t d, bool bf16)
{
    size_t width = heads * d, n = tokens * 3 * width;
    float *qkv = random_floats(s, n, tokens + d, 2), *out = PARRY_ARRAY(s->arena, float, tokens *width);
    float *room = PARRY_ARRAY(s->arena, float, parry_attention_room(tokens, d));
    parry_bf16 *low = PARRY_ARRAY(s->arena, parry_bf16, n),
               *low_out = PARRY_ARRAY(s->arena, parry_bf16, tokens * width);
    parry_attention a = {qkv, out, tokens, heads, d, bf16, room};
    if (bf16) {
        k->round_to_bf16(qkv, n, low);
        for (size_t i = 0; i < n; i++)
            qkv[i] = from_bf16(low[i]);
        a.qkv = low;
        a.out = low_out;
    }
    k->attend(&a);
    for (size_t i = 0; bf16 && i < tokens * width; i++)
        out[i] = from_bf16(low_out[i]);
    for (size_t row = 0; row < tokens; row++) {
        for (size_t head = 0; head < heads; head++) {
            double want[64];
            attend_one(qkv, tokens, heads, d, head, row, want);
            close_to(out + row * width + head * d, want, d, bf16 ? 0.02 : 1e-5, k->name);
        }
    }
}

static void test_attention_is_right_at_every_length(void **state)
{
    scratch *s = *state;
    static const size_t lengths[] = {1, 2, 3, 4, 5, 15, 16, 17, 31, 33, 63, 64, 65, 100, 255, 256};
    for (size_t i = 0; i < NAMES; i++) {
        const parry_kernels *k = parry_kernels_named(names[i]);
        if (k == NULL) {
            print_message("this CPU has no %s\n", names[i]);
            continue;
        }
        for (size_t j = 0; j < sizeof lengths / sizeof *lengths; j++) {
            check_attention(s, k, lengths[j], 2, 32, false);
            check_attention(s, k, lengths[j], 1, 64, false);
            check_attention(s, k, lengths[j], 2, 32, true);
            check_attention(s, k, lengths[j], 1, 64, true);
            parry_arena_reset(s->arena);
        }
    }
}

static void test_norms_have_mean_zero_and_variance_one_before_gain_and_bias(void **state)
{
    scratch *s = *state;
    enum { ROWS = 3, DIM = 96 };
    const float *gain = random_floats(s, DIM, 1, 2), *bias = random_floats(s, DIM, 2, 1);
    for (size_t i = 0; i < NAMES; i++) {
        const parry_kernels *k = parry_kernels_named(names[i]);
        float *x = random_floats(s, ROWS * DIM, 3, 5), *old = random_floats(s, ROWS * DIM, 3, 5);
        parry_bf16 low[ROWS * DIM];
        if (k == NULL)
            continue;
        k->norm(x, low, ROWS, DIM, gain, bias, 1e-12F);
        for (size_t r = 0; r < ROWS; r++) {
            double mean = 0, variance = 0, want[DIM];
            for (size_t c = 0; c < DIM; c++)
                mean += (double)old[r * DIM + c] / DIM;
            for (size_t c = 0; c < DIM; c++)
                variance += pow((double)old[r * DIM + c] - mean, 2) / DIM;
            for (size_t c = 0; c < DIM; c++)
                want[c] = ((double)old[r * DIM + c] - mean) / sqrt(variance) * (double)gain[c] + (double)bias[c];
            close_to(x + r * DIM, want, DIM, 1e-5, k->name);
        }
        for (size_t j = 0; j < ROWS * DIM; j++)
            assert_true(fabsf(from_bf16(low[j]) - x[j]) <= fabsf(x[j]) / 256);
    }
}

static void test_pooling_is_the_mean_at_unit_length_and_zero_stays_zero(void **state)
{
    scratch *s = *state;
    enum { ROWS = 5, DIM = 64 };
    for (size_t i = 0; i < NAMES; i++) {
        const parry_kernels *k = parry_kernels_named(names[i]);
        float *x = random_floats(s, ROWS * DIM, 9, 1), out[DIM];
        double want[DIM] = {0}, length = 0;
        if (k == NULL)
            continue;
        for (size_t j = 0; j < ROWS * DIM; j++)
            want[j % DIM] += (double)x[j];
        for (size_t c = 0; c < DIM; c++)
            length += want[c] * want[c];
        for (size_t c = 0; c < DIM; c++)
            want[c] /= sqrt(length);
        k->pool(x, ROWS, DIM, out);
        close_to(out, want, DIM, 1e-6, k->name);
        memset(x, 0, ROWS * DIM * sizeof *x);
        memset(want, 0, sizeof want);
        k->pool(x, ROWS, DIM, out);
        close_to(out, want, DIM, 0, k->name);
    }
}

static void test_rounding_to_bf16_is_to_nearest_and_even(void **state)
{
    (void)state;
    const float in[4] = {1.0F, 1.00390625F, 1.01171875F, 1.00390636F}; /* exact; ties down and up to even; over a tie */
    const parry_bf16 want[4] = {0x3F80, 0x3F80, 0x3F82, 0x3F81};
    float x[32] = {0};
    memcpy(x, in, sizeof in);
    for (size_t i = 0; i < NAMES; i++) {
        const parry_kernels *k = parry_kernels_named(names[i]);
        parry_bf16 out[32];
        if (k == NULL)
            continue;
        k->round_to_bf16(x, 32, out);
        assert_memory_equal(out, want, sizeof want);
    }
}

static double gelu(double x) { return x * 0.5 * (1 + erf(x / sqrt(2))); }

static void check_product(scratch *s, parry_products *p, parry_shape shape, size_t rows)
{
    size_t room = (rows + PARRY_ROWS_STEP) * shape.out;
    float *x = random_floats(s, (rows + PARRY_ROWS_STEP) * shape.in, 4, 1),
          *w = random_floats(s, shape.out * shape.in, 5, 1);
    float *bias = random_floats(s, shape.out, 6, 1), *y = random_floats(s, room, 7, 1),
          *old = random_floats(s, room, 7, 1);
    parry_linear *l;
    ok(parry_linear_new(p, shape, w, bias, &l, NULL));
    parry_products_scratch *seat = parry_products_scratch_new(p);
    ok(parry_linear_run(l, seat, x, y, rows, NULL));
    for (size_t r = 0; r < rows; r++) {
        double want[64];
        for (size_t o = 0; o < shape.out; o++) {
            want[o] = (double)bias[o];
            for (size_t i = 0; i < shape.in; i++)
                want[o] += (double)x[r * shape.in + i] * (double)w[o * shape.in + i];
            want[o] = shape.gelu ? gelu(want[o]) : want[o] + (shape.accumulate ? (double)old[r * shape.out + o] : 0);
        }
        close_to(y + r * shape.out, want, shape.out, 1e-4, "product");
    }
    parry_products_scratch_free(seat);
    parry_linear_free(l);
}

static void test_products_are_right_for_any_number_of_rows(void **state)
{
    scratch *s = *state;
    static const size_t rows[] = {1, 4, 5, 60, 61, 63, 64, 65, 127, 128, 200, 256, 257, 461};
    parry_products *p;
    ok(parry_products_new(false, &p, NULL));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        check_product(s, p, (parry_shape){.in = 32, .out = 64}, rows[i]);
        check_product(s, p, (parry_shape){.in = 32, .out = 64, .gelu = true}, rows[i]);
        check_product(s, p, (parry_shape){.in = 64, .out = 32, .accumulate = true}, rows[i]);
        parry_arena_reset(s->arena);
    }
    parry_products_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_scratch(test_attention_is_right_at_every_length),
        in_scratch(test_norms_have_mean_zero_and_variance_one_before_gain_and_bias),
        in_scratch(test_pooling_is_the_mean_at_unit_length_and_zero_stays_zero),
        in_scratch(test_rounding_to_bf16_is_to_nearest_and_even),
        in_scratch(test_products_are_right_for_any_number_of_rows),
    };
    return cmocka_run_group_tests_name("kernels", tests, NULL, NULL);
}
