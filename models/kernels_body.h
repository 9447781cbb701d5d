/* The kernels, in terms of a vectors_*.h included before. Included once by each kernels_*.c.
 *
 * Attention goes head by head and four queries at a time. The keys of the head are turned on their side first, so that
 * scores of neighbouring keys sit in neighbouring lanes; both products keep their sums in registers.
 *
 *     q (4 x d)  *  kt (d x tokens)  ->  scores (4 x tokens)  ->  softmax  ->  * v (tokens x d)  ->  out (4 x d) */
#include <math.h>
#include <string.h>

#if defined(__clang__)
#define UNROLL _Pragma("unroll")
#else
#define UNROLL _Pragma("GCC unroll 16")
#endif
#define FORCED static inline __attribute__((always_inline))

enum { ROWS = 4 };

/* Cephes' expf: to 2 units in the last place for x <= 0; below -87 it stays at e^-87, which no sum notices. */
static inline vf vexp(vf x)
{
    x = vmax(x, vsplat(-87.0F));
    vf n = vround(vmul(x, vsplat(1.44269504F)));
    vf r = vfma(n, vsplat(-0.693359375F), x);
    r = vfma(n, vsplat(2.12194440e-4F), r);
    vf p = vfma(vsplat(1.9875691500e-4F), r, vsplat(1.3981999507e-3F));
    p = vfma(p, r, vsplat(8.3334519073e-3F));
    p = vfma(p, r, vsplat(4.1665795894e-2F));
    p = vfma(p, r, vsplat(1.6666665459e-1F));
    p = vfma(p, r, vsplat(5.0000001201e-1F));
    return vscale2(vadd(vfma(p, vmul(r, r), r), vsplat(1.0F)), n);
}

static void norm_row(float *x, parry_bf16 *low, size_t dim, const float *gain, const float *bias, float epsilon)
{
    vf sum = vsplat(0), squares = vsplat(0);
    for (size_t i = 0; i < dim; i += LANES)
        sum = vadd(sum, vload(x + i));
    vf mean = vsplat(vsum(sum) / (float)dim);
    for (size_t i = 0; i < dim; i += LANES) {
        vf d = vsub(vload(x + i), mean);
        squares = vfma(d, d, squares);
    }
    vf scale = vsplat(1.0F / sqrtf(vsum(squares) / (float)dim + epsilon));
    for (size_t i = 0; i < dim; i += LANES) {
        vf y = vfma(vmul(vsub(vload(x + i), mean), scale), vload(gain + i), vload(bias + i));
        vstore(x + i, y);
        if (low != NULL)
            vstore_bf16(low + i, y);
    }
}

static void norm(float *x, parry_bf16 *low, size_t rows, size_t dim, const float *gain, const float *bias,
                 float epsilon)
{
    for (size_t r = 0; r < rows; r++)
        norm_row(x + r * dim, low ? low + r * dim : NULL, dim, gain, bias, epsilon);
}

static void pool(const float *x, size_t rows, size_t dim, float *out)
{
    vf squares = vsplat(0);
    for (size_t i = 0; i < dim; i += LANES) {
        vf sum = vsplat(0);
        for (size_t r = 0; r < rows; r++)
            sum = vadd(sum, vload(x + r * dim + i));
        sum = vmul(sum, vsplat(1.0F / (float)rows));
        vstore(out + i, sum);
        squares = vfma(sum, sum, squares);
    }
    float length = sqrtf(vsum(squares));
    vf scale = vsplat(length > 0 ? 1.0F / length : 0);
    for (size_t i = 0; i < dim; i += LANES)
        vstore(out + i, vmul(vload(out + i), scale));
}

static void round_to_bf16(const float *x, size_t n, parry_bf16 *out)
{
    for (size_t i = 0; i < n; i += LANES)
        vstore_bf16(out + i, vload(x + i));
}

static inline size_t padded(size_t tokens) { return (tokens + 15) / 16 * 16; }

/* Scores to weights, not yet divided by their sum; returns 1 / sum. */
static inline float soften(float *s, size_t tokens, float scale)
{
    size_t end = padded(tokens);
    for (size_t i = tokens; i < end; i++)
        s[i] = -INFINITY;
    vf top = vload(s), sum = vsplat(0);
    for (size_t i = LANES; i < end; i += LANES)
        top = vmax(top, vload(s + i));
    vf most = vsplat(vtop(top) * scale), by = vsplat(scale);
    for (size_t i = 0; i < end; i += LANES) {
        vf e = vexp(vsub(vmul(vload(s + i), by), most));
        vstore(s + i, e);
        sum = vadd(sum, e);
    }
    return 1.0F / vsum(sum);
}

/* One head's parts as f32: where they are and how far apart the rows. */
typedef struct head {
    const float *q, *v;
    size_t stride;
    float *kt, *s; /* head_dim x padded(tokens); ROWS x padded(tokens) */
    size_t tokens, d;
    float *out; /* one of them */
    parry_bf16 *low;
    size_t out_stride;
} head;

FORCED void score_block(const head *h, size_t row, size_t key, const int rows, const int columns)
{
    size_t p = padded(h->tokens);
    vf sum[ROWS][COLUMNS], k[COLUMNS];
    UNROLL
    for (int r = 0; r < rows; r++)
        UNROLL
    for (int c = 0; c < columns; c++)
        sum[r][c] = vsplat(0);
    for (size_t i = 0; i < h->d; i++) {
        UNROLL
        for (int c = 0; c < columns; c++)
            k[c] = vload(h->kt + i * p + key + (size_t)c * LANES);
        UNROLL
        for (int r = 0; r < rows; r++) {
            vf q = vsplat(h->q[(row + (size_t)r) * h->stride + i]);
            UNROLL
            for (int c = 0; c < columns; c++)
                sum[r][c] = vfma(q, k[c], sum[r][c]);
        }
    }
    UNROLL
    for (int r = 0; r < rows; r++)
        UNROLL
    for (int c = 0; c < columns; c++)
        vstore(h->s + (size_t)r * p + key + (size_t)c * LANES, sum[r][c]);
}

FORCED void store_out(const head *h, size_t row, size_t column, vf a)
{
    size_t at = row * h->out_stride + column;
    if (h->low != NULL)
        vstore_bf16(h->low + at, a);
    else
        vstore(h->out + at, a);
}

/* The weighted mean of the values, two vectors of columns at a time. */
FORCED void mix_block(const head *h, size_t row, size_t column, const float *share, const int rows)
{
    size_t p = padded(h->tokens);
    vf sum[ROWS][2];
    UNROLL
    for (int r = 0; r < rows; r++)
        sum[r][0] = sum[r][1] = vsplat(0);
    for (size_t j = 0; j < h->tokens; j++) {
        const float *v = h->v + j * h->stride + column;
        vf a = vload(v), b = vload(v + LANES);
        UNROLL
        for (int r = 0; r < rows; r++) {
            vf w = vsplat(h->s[(size_t)r * p + j]);
            sum[r][0] = vfma(w, a, sum[r][0]);
            sum[r][1] = vfma(w, b, sum[r][1]);
        }
    }
    UNROLL
    for (int r = 0; r < rows; r++) {
        store_out(h, row + (size_t)r, column, vmul(sum[r][0], vsplat(share[r])));
        store_out(h, row + (size_t)r, column + LANES, vmul(sum[r][1], vsplat(share[r])));
    }
}

FORCED void attend_rows(const head *h, size_t row, const int rows)
{
    size_t p = padded(h->tokens), key = 0;
    float share[ROWS], scale = 1.0F / sqrtf((float)h->d);
    for (; key + COLUMNS * LANES <= p; key += COLUMNS * LANES)
        score_block(h, row, key, rows, COLUMNS);
    for (; key < p; key += LANES)
        score_block(h, row, key, rows, 1);
    for (int r = 0; r < rows; r++)
        share[r] = soften(h->s + (size_t)r * p, h->tokens, scale);
    for (size_t column = 0; column < h->d; column += 2 * LANES)
        mix_block(h, row, column, share, rows);
}

static void attend_head(const head *h)
{
    size_t row = 0;
    for (; row + ROWS <= h->tokens; row += ROWS)
        attend_rows(h, row, ROWS);
    for (; row < h->tokens; row++)
        attend_rows(h, row, 1);
}

static void turn_keys(const float *k, size_t stride, size_t tokens, size_t d, float *kt)
{
    size_t p = padded(tokens);
    for (size_t j = 0; j < p; j++)
        for (size_t i = 0; i < d; i++)
            kt[i * p + j] = j < tokens ? k[j * stride + i] : 0;
}

static void attend_f32(const parry_attention *a)
{
    size_t d = a->head_dim, width = a->heads * d, p = padded(a->tokens);
    head h = {
        .kt = a->room, .s = a->room + d * p, .tokens = a->tokens, .d = d, .stride = 3 * width, .out_stride = width};
    for (size_t i = 0; i < a->heads; i++) {
        h.q = (const float *)a->qkv + i * d;
        h.v = h.q + 2 * width;
        h.out = (float *)a->out + i * d;
        turn_keys(h.q + width, h.stride, h.tokens, d, h.kt);
        attend_head(&h);
    }
}

#ifndef __AVX512BF16__ /* which brings a better way */
static void widen(const parry_bf16 *from, size_t stride, size_t tokens, size_t d, float *to)
{
    for (size_t j = 0; j < tokens; j++)
        for (size_t i = 0; i < d; i += LANES)
            vstore(to + j * d + i, vload_bf16(from + j * stride + i));
}

/* bf16 in and out, f32 between: for CPUs that do not multiply bf16. */
static void attend_widened(const parry_attention *a)
{
    size_t d = a->head_dim, width = a->heads * d, p = padded(a->tokens);
    float *q = a->room + (d + ROWS) * p, *v = q + a->tokens * d;
    head h = {.kt = a->room,
              .s = a->room + d * p,
              .q = q,
              .v = v,
              .tokens = a->tokens,
              .d = d,
              .stride = d,
              .out_stride = width};
    for (size_t i = 0; i < a->heads; i++) {
        const parry_bf16 *from = (const parry_bf16 *)a->qkv + i * d;
        h.low = (parry_bf16 *)a->out + i * d;
        widen(from + width, 3 * width, a->tokens, d, q);
        turn_keys(q, d, a->tokens, d, h.kt);
        widen(from, 3 * width, a->tokens, d, q);
        widen(from + 2 * width, 3 * width, a->tokens, d, v);
        attend_head(&h);
    }
}
#endif
