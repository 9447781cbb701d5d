/* The tables of the kernels_*.c, for kernels.c alone. */
#ifndef PARRY_MODELS_KERNELS_TABLE_H
#define PARRY_MODELS_KERNELS_TABLE_H

#include "models/kernels.h"

extern const parry_kernels parry_kernels_plain, parry_kernels_avx2, parry_kernels_avx512, parry_kernels_avx512_bf16;

#endif
