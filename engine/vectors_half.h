/* Private to engine/: half floats (IEEE 754 binary16) and their dot products. What the CPU has is asked at run time, so
 * the same program runs on plain x86-64 and elsewhere. */
#ifndef PARRY_ENGINE_VECTORS_HALF_H
#define PARRY_ENGINE_VECTORS_HALF_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Nearest half, ties to even; beyond the range becomes infinite. */
void parry_half_pack(const float *from, size_t n, uint16_t *to);
void parry_half_unpack(const uint16_t *from, size_t n, float *to);

typedef float parry_half_dot(const uint16_t *row, const float *q, size_t dim);
parry_half_dot *parry_half_dot_for_cpu(void); /* AVX-512, AVX2 with F16C, or plain C */
parry_half_dot parry_half_dot_plain;

#ifdef __cplusplus
}
#endif
#endif
