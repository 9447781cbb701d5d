/* Half floats by integer arithmetic (F. Giesen's method: a multiplication by a power of two moves the exponent), and
 * the dot product three times: a unit vector of 384 halves takes about 20 ns with AVX-512. */
#include "engine/vectors_half.h"

#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

static float float_of_bits(uint32_t bits)
{
    float f;
    memcpy(&f, &bits, sizeof f);
    return f;
}

static uint32_t bits_of_float(float f)
{
    uint32_t bits;
    memcpy(&bits, &f, sizeof bits);
    return bits;
}

static float half_to_float(uint16_t h)
{
    const float rebias = float_of_bits((254U - 15U) << 23);
    uint32_t sign = (uint32_t)(h & 0x8000U) << 16;
    float f = float_of_bits((uint32_t)(h & 0x7FFFU) << 13) * rebias;
    uint32_t bits = bits_of_float(f);
    if ((h & 0x7C00U) == 0x7C00U) /* infinite or not a number */
        bits |= 255U << 23;
    return float_of_bits(bits | sign);
}

static uint16_t float_to_half(float f)
{
    uint32_t bits = bits_of_float(f), sign = (bits >> 16) & 0x8000U;
    bits &= 0x7FFFFFFFU;
    if (bits > 0x7F800000U)
        return (uint16_t)(sign | 0x7E00U);
    if (bits >= 0x47800000U) /* 65536 and more */
        return (uint16_t)(sign | 0x7C00U);
    if (bits < 0x38800000U) { /* below 2^-14: the adder does the rounding */
        float magic = float_of_bits(126U << 23);
        return (uint16_t)(sign | (bits_of_float(float_of_bits(bits) + magic) - bits_of_float(magic)));
    }
    uint32_t odd = (bits >> 13) & 1U;
    bits += ((15U - 127U) << 23) + 0xFFFU + odd;
    return (uint16_t)(sign | (bits >> 13));
}

void parry_half_pack(const float *from, size_t n, uint16_t *to)
{
    for (size_t i = 0; i < n; i++)
        to[i] = float_to_half(from[i]);
}

void parry_half_unpack(const uint16_t *from, size_t n, float *to)
{
    for (size_t i = 0; i < n; i++)
        to[i] = half_to_float(from[i]);
}

float parry_half_dot_plain(const uint16_t *row, const float *q, size_t dim)
{
    float sum[8] = {0};
    size_t i = 0;
    for (; i + 8 <= dim; i += 8)
        for (size_t j = 0; j < 8; j++)
            sum[j] += half_to_float(row[i + j]) * q[i + j];
    for (; i < dim; i++)
        sum[0] += half_to_float(row[i]) * q[i];
    return ((sum[0] + sum[1]) + (sum[2] + sum[3])) + ((sum[4] + sum[5]) + (sum[6] + sum[7]));
}

#if defined(__x86_64__)

__attribute__((target("avx2,fma,f16c"))) static __m256 eight(const uint16_t *p)
{
    __m128i h;
    memcpy(&h, p, sizeof h);
    return _mm256_cvtph_ps(h);
}

__attribute__((target("avx2,fma,f16c"))) static float dot_avx2(const uint16_t *row, const float *q, size_t dim)
{
    __m256 a = _mm256_setzero_ps(), b = a;
    size_t i = 0;
    for (; i + 16 <= dim; i += 16) {
        a = _mm256_fmadd_ps(eight(row + i), _mm256_loadu_ps(q + i), a);
        b = _mm256_fmadd_ps(eight(row + i + 8), _mm256_loadu_ps(q + i + 8), b);
    }
    float part[8];
    _mm256_storeu_ps(part, _mm256_add_ps(a, b));
    float sum = ((part[0] + part[1]) + (part[2] + part[3])) + ((part[4] + part[5]) + (part[6] + part[7]));
    for (; i < dim; i++)
        sum += half_to_float(row[i]) * q[i];
    return sum;
}

__attribute__((target("avx512f"))) static __m512 sixteen(const uint16_t *p)
{
    __m256i h;
    memcpy(&h, p, sizeof h);
    return _mm512_cvtph_ps(h);
}

__attribute__((target("avx512f"))) static float dot_avx512(const uint16_t *row, const float *q, size_t dim)
{
    __m512 a = _mm512_setzero_ps(), b = a;
    size_t i = 0;
    for (; i + 32 <= dim; i += 32) {
        a = _mm512_fmadd_ps(sixteen(row + i), _mm512_loadu_ps(q + i), a);
        b = _mm512_fmadd_ps(sixteen(row + i + 16), _mm512_loadu_ps(q + i + 16), b);
    }
    float sum = _mm512_reduce_add_ps(_mm512_add_ps(a, b));
    for (; i < dim; i++)
        sum += half_to_float(row[i]) * q[i];
    return sum;
}

parry_half_dot *parry_half_dot_for_cpu(void)
{
    if (__builtin_cpu_supports("avx512f"))
        return dot_avx512;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) /* every CPU with AVX2 has F16C */
        return dot_avx2;
    return parry_half_dot_plain;
}

#else

parry_half_dot *parry_half_dot_for_cpu(void) { return parry_half_dot_plain; }

#endif
