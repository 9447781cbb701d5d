/* What lies between the matrix products: layer norms, attention, pooling. The same source compiled for several
 * instruction sets; the best one this CPU has is picked at run time. Sizes are multiples of 32; nothing need be
 * aligned. */
#ifndef PARRY_MODELS_KERNELS_H
#define PARRY_MODELS_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef uint16_t parry_bf16; /* the upper half of a float */

/* One text's self-attention. qkv is tokens x (3 * heads * head_dim): a row holds the queries of all heads, then the
 * keys, then the values. out is tokens x (heads * head_dim). Both are f32, or both bf16 (`bf16`). room:
 * parry_attention_room floats, the caller's, its contents worthless before and after. */
typedef struct parry_attention {
    const void *qkv;
    void *out;
    size_t tokens, heads, head_dim;
    bool bf16;
    float *room;
} parry_attention;

size_t parry_attention_room(size_t tokens, size_t head_dim);

typedef struct parry_kernels {
    const char *name; /* "avx512-bf16", "avx512", "avx2", "plain" */
    /* Each row of x (rows x dim) to mean 0 and variance 1, times gain, plus bias; in place. low: the same rounded to
     * bf16, or NULL. Ba, Kiros and Hinton 2016. */
    void (*norm)(float *x, parry_bf16 *low, size_t rows, size_t dim, const float *gain, const float *bias,
                 float epsilon);
    /* softmax(Q K^T / sqrt(head_dim)) V for every head; Vaswani et al. 2017, 3.2. */
    void (*attend)(const parry_attention *a);
    /* out (dim) = the mean of the rows, then scaled to unit length; all zero stays zero. */
    void (*pool)(const float *x, size_t rows, size_t dim, float *out);
    void (*round_to_bf16)(const float *x, size_t n, parry_bf16 *out);
} parry_kernels;

/* The best for this CPU; never NULL. */
const parry_kernels *parry_kernels_best(void);
/* By name, for tests and measurements; NULL where this CPU or build has none. */
const parry_kernels *parry_kernels_named(const char *name);
bool parry_cpu_has_bf16(void); /* multiplies bf16 natively: AVX512-BF16, which every CPU with AMX has too */

#ifdef __cplusplus
}
#endif
#endif
