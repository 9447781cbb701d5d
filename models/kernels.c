/* Picks the kernels for this CPU. */
#include "models/kernels_table.h"

#include <string.h>

static bool has_avx2(void) { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }

static bool has_avx512(void)
{
    return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
}

bool parry_cpu_has_bf16(void) { return has_avx512() && __builtin_cpu_supports("avx512bf16"); }

static bool always(void) { return true; }

static const struct {
    const parry_kernels *kernels;
    bool (*runs)(void);
} tables[] = {
    {&parry_kernels_avx512_bf16, parry_cpu_has_bf16},
    {&parry_kernels_avx512, has_avx512},
    {&parry_kernels_avx2, has_avx2},
    {&parry_kernels_plain, always},
};

enum { TABLES = sizeof tables / sizeof *tables };

const parry_kernels *parry_kernels_best(void)
{
    size_t i = 0;
    while (!tables[i].runs())
        i++;
    return tables[i].kernels;
}

const parry_kernels *parry_kernels_named(const char *name)
{
    for (size_t i = 0; i < TABLES; i++)
        if (strcmp(tables[i].kernels->name, name) == 0)
            return tables[i].runs() ? tables[i].kernels : NULL;
    return NULL;
}

/* Keys on their side, four rows of scores (and, in bf16, of weights), and for bf16 widened to f32 the queries and
 * values. */
size_t parry_attention_room(size_t tokens, size_t head_dim)
{
    size_t padded = (tokens + 15) / 16 * 16;
    return padded * (head_dim + 8) + 2 * padded * head_dim;
}
