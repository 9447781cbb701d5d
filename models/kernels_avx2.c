/* Compiled for AVX2 and FMA. */
#include "models/vectors_avx2.h"

#include "models/kernels_body.h"
#include "models/kernels_table.h"

static void attend(const parry_attention *a)
{
    if (a->bf16)
        attend_widened(a);
    else
        attend_f32(a);
}

const parry_kernels parry_kernels_avx2 = {"avx2", norm, attend, pool, round_to_bf16};
