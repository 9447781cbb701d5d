/* The vector vocabulary of kernels_body.h in AVX-512 (F, BW, DQ, VL). */
#include <immintrin.h>

#include "models/kernels.h"

typedef __m512 vf;
enum { LANES = 16, COLUMNS = 4 }; /* COLUMNS: vectors of scores held in registers for each of 4 rows */

static inline vf vload(const float *p) { return _mm512_loadu_ps(p); }
static inline void vstore(float *p, vf a) { _mm512_storeu_ps(p, a); }
static inline vf vsplat(float a) { return _mm512_set1_ps(a); }
static inline vf vadd(vf a, vf b) { return _mm512_add_ps(a, b); }
static inline vf vsub(vf a, vf b) { return _mm512_sub_ps(a, b); }
static inline vf vmul(vf a, vf b) { return _mm512_mul_ps(a, b); }
static inline vf vfma(vf a, vf b, vf c) { return _mm512_fmadd_ps(a, b, c); } /* a * b + c */
static inline vf vmax(vf a, vf b) { return _mm512_max_ps(a, b); }
static inline vf vround(vf a) { return _mm512_roundscale_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC); }
static inline vf vscale2(vf a, vf n) { return _mm512_scalef_ps(a, n); } /* a * 2^n, n whole */
static inline float vsum(vf a) { return _mm512_reduce_add_ps(a); }
static inline float vtop(vf a) { return _mm512_reduce_max_ps(a); }

static inline vf vload_bf16(const parry_bf16 *p)
{
    return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(_mm256_loadu_si256((const void *)p)), 16));
}

static inline void vstore_bf16(parry_bf16 *p, vf a)
{
#ifdef __AVX512BF16__
    __m256bh low = _mm512_cvtneps_pbh(a);
    memcpy(p, &low, sizeof low);
#else
    __m512i u = _mm512_castps_si512(a); /* to nearest, ties to even */
    __m512i odd = _mm512_and_si512(_mm512_srli_epi32(u, 16), _mm512_set1_epi32(1));
    u = _mm512_srli_epi32(_mm512_add_epi32(u, _mm512_add_epi32(odd, _mm512_set1_epi32(0x7FFF))), 16);
    _mm256_storeu_si256((void *)p, _mm512_cvtepi32_epi16(u));
#endif
}
