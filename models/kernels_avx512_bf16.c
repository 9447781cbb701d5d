/* Compiled for AVX-512 with bf16: attention multiplies pairs of bf16 and adds in f32 (VDPBF16PS), twice the speed of
 * f32.
 *
 * A pair is two neighbours of the sum: for scores two of the head's columns, for the mixing two tokens. Hence kt holds
 * pairs of columns (d / 2 x tokens) and vt pairs of tokens (tokens / 2 x d), 32 bits each. */
#include "models/vectors_avx512.h"

#include "models/kernels_body.h"
#include "models/kernels_table.h"

typedef struct pairs {
    const parry_bf16 *q;
    size_t stride; /* of q, in numbers */
    uint32_t *kt, *vt;
    float *s;      /* ROWS x padded */
    parry_bf16 *w; /* ROWS x padded: the weights rounded */
    size_t tokens, d;
    parry_bf16 *out;
    size_t out_stride;
} pairs;

static inline __m512bh as_bf16(__m512i a)
{
    __m512bh b;
    memcpy(&b, &a, sizeof b);
    return b;
}

static inline vf dot(vf sum, __m512i a, __m512i b) { return _mm512_dpbf16_ps(sum, as_bf16(a), as_bf16(b)); }

static inline __m512i splat_pair(const parry_bf16 *p)
{
    int32_t pair;
    memcpy(&pair, p, sizeof pair);
    return _mm512_set1_epi32(pair);
}

FORCED void score_pairs(const pairs *h, size_t row, size_t key, const int rows, const int columns)
{
    size_t p = padded(h->tokens);
    vf sum[ROWS][COLUMNS];
    __m512i k[COLUMNS];
    UNROLL
    for (int r = 0; r < rows; r++)
        UNROLL
    for (int c = 0; c < columns; c++)
        sum[r][c] = vsplat(0);
    for (size_t i = 0; i < h->d / 2; i++) {
        UNROLL
        for (int c = 0; c < columns; c++)
            k[c] = _mm512_loadu_si512(h->kt + i * p + key + (size_t)c * LANES);
        UNROLL
        for (int r = 0; r < rows; r++) {
            __m512i q = splat_pair(h->q + (row + (size_t)r) * h->stride + 2 * i);
            UNROLL
            for (int c = 0; c < columns; c++)
                sum[r][c] = dot(sum[r][c], k[c], q);
        }
    }
    UNROLL
    for (int r = 0; r < rows; r++)
        UNROLL
    for (int c = 0; c < columns; c++)
        vstore(h->s + (size_t)r * p + key + (size_t)c * LANES, sum[r][c]);
}

/* 2^x by Taylor to the fourth power: 4e-5 off, a fiftieth of what rounding to bf16 then takes. Far below 0 it is 0. */
static inline vf power2(vf x)
{
    vf n = vround(x), f = vsub(x, n);
    vf p = vfma(vsplat(0.00961812911F), f, vsplat(0.0555041087F));
    p = vfma(p, f, vsplat(0.240226507F));
    p = vfma(p, f, vsplat(0.693147181F));
    return vscale2(vfma(p, f, vsplat(1.0F)), n);
}

/* Scores to weights in bf16, not yet divided by their sum; returns 1 / sum. */
static inline float soften_pairs(float *s, size_t tokens, float scale, parry_bf16 *w)
{
    size_t end = padded(tokens);
    for (size_t i = tokens; i < end; i++)
        s[i] = -1e30F; /* finite: infinity less infinity is not */
    vf top = vload(s), sum = vsplat(0), by = vsplat(scale * 1.44269504F);
    for (size_t i = LANES; i < end; i += LANES)
        top = vmax(top, vload(s + i));
    vf least = vsplat(-vtop(top) * scale * 1.44269504F);
    for (size_t i = 0; i < end; i += LANES) {
        vf e = power2(vfma(vload(s + i), by, least));
        vstore_bf16(w + i, e);
        sum = vadd(sum, e);
    }
    return 1.0F / vsum(sum);
}

FORCED void mix_pairs(const pairs *h, size_t row, size_t column, const float *share, const int rows)
{
    size_t p = padded(h->tokens);
    vf sum[ROWS][2];
    UNROLL
    for (int r = 0; r < rows; r++)
        sum[r][0] = sum[r][1] = vsplat(0);
    for (size_t j = 0; j < (h->tokens + 1) / 2; j++) {
        const uint32_t *v = h->vt + j * h->d + column;
        __m512i a = _mm512_loadu_si512(v), b = _mm512_loadu_si512(v + LANES);
        UNROLL
        for (int r = 0; r < rows; r++) {
            __m512i w = splat_pair(h->w + (size_t)r * p + 2 * j);
            sum[r][0] = dot(sum[r][0], a, w);
            sum[r][1] = dot(sum[r][1], b, w);
        }
    }
    UNROLL
    for (int r = 0; r < rows; r++) {
        parry_bf16 *out = h->out + (row + (size_t)r) * h->out_stride + column;
        vstore_bf16(out, vmul(sum[r][0], vsplat(share[r])));
        vstore_bf16(out + LANES, vmul(sum[r][1], vsplat(share[r])));
    }
}

FORCED void attend_pairs(const pairs *h, size_t row, const int rows)
{
    size_t p = padded(h->tokens), key = 0;
    float share[ROWS], scale = 1.0F / sqrtf((float)h->d);
    for (; key + COLUMNS * LANES <= p; key += COLUMNS * LANES)
        score_pairs(h, row, key, rows, COLUMNS);
    for (; key < p; key += LANES)
        score_pairs(h, row, key, rows, 1);
    for (int r = 0; r < rows; r++)
        share[r] = soften_pairs(h->s + (size_t)r * p, h->tokens, scale, h->w + (size_t)r * p);
    for (size_t column = 0; column < h->d; column += 2 * LANES)
        mix_pairs(h, row, column, share, rows);
}

/* Both tables of a head, from its keys and values (rows `stride` apart). The token beyond an odd last one is zero. */
static void pair_up(const parry_bf16 *k, const parry_bf16 *v, const pairs *h)
{
    size_t p = padded(h->tokens);
    for (size_t j = 0; j < p; j++) {
        for (size_t i = 0; i < h->d / 2; i++) {
            uint32_t pair = 0;
            if (j < h->tokens)
                memcpy(&pair, k + j * h->stride + 2 * i, sizeof pair);
            h->kt[i * p + j] = pair;
        }
    }
    for (size_t j = 0; j < h->tokens; j += 2) {
        const parry_bf16 *a = v + j * h->stride, *b = a + h->stride;
        for (size_t i = 0; i < h->d; i++)
            h->vt[j / 2 * h->d + i] = a[i] | (j + 1 < h->tokens ? (uint32_t)b[i] << 16 : 0U);
    }
}

static void attend_bf16(const parry_attention *a)
{
    size_t d = a->head_dim, width = a->heads * d, p = padded(a->tokens);
    pairs h = {
        .kt = (uint32_t *)(void *)a->room, .tokens = a->tokens, .d = d, .stride = 3 * width, .out_stride = width};
    h.vt = h.kt + d / 2 * p;
    h.s = a->room + d * p;
    h.w = (parry_bf16 *)(h.s + ROWS * p);
    for (size_t i = 0; i < a->heads; i++) {
        h.q = (const parry_bf16 *)a->qkv + i * d;
        h.out = (parry_bf16 *)a->out + i * d;
        pair_up(h.q + width, h.q + 2 * width, &h);
        size_t row = 0;
        for (; row + ROWS <= h.tokens; row += ROWS)
            attend_pairs(&h, row, ROWS);
        for (; row < h.tokens; row++)
            attend_pairs(&h, row, 1);
    }
}

static void attend(const parry_attention *a)
{
    if (a->bf16)
        attend_bf16(a);
    else
        attend_f32(a);
}

const parry_kernels parry_kernels_avx512_bf16 = {"avx512-bf16", norm, attend, pool, round_to_bf16};
