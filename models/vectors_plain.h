/* The vector vocabulary of kernels_body.h in plain C: any CPU, and the yardstick of the others. */
#include "models/kernels.h"

#include <math.h>

enum { LANES = 8, COLUMNS = 1 };
typedef struct vf {
    float v[LANES];
} vf;

#define EACH(expression)                                                                                               \
    vf out;                                                                                                            \
    for (int i = 0; i < LANES; i++)                                                                                    \
        out.v[i] = (expression);                                                                                       \
    return out

static inline vf vload(const float *p) { EACH(p[i]); }
static inline void vstore(float *p, vf a) { memcpy(p, a.v, sizeof a.v); }
static inline vf vsplat(float a) { EACH(a); }
static inline vf vadd(vf a, vf b) { EACH(a.v[i] + b.v[i]); }
static inline vf vsub(vf a, vf b) { EACH(a.v[i] - b.v[i]); }
static inline vf vmul(vf a, vf b) { EACH(a.v[i] * b.v[i]); }
static inline vf vfma(vf a, vf b, vf c) { EACH(a.v[i] * b.v[i] + c.v[i]); }
static inline vf vmax(vf a, vf b) { EACH(a.v[i] > b.v[i] ? a.v[i] : b.v[i]); }
static inline vf vround(vf a) { EACH(rintf(a.v[i])); }
static inline vf vscale2(vf a, vf n) { EACH(ldexpf(a.v[i], (int)n.v[i])); }

static inline float vsum(vf a)
{
    float sum = 0;
    for (int i = 0; i < LANES; i++)
        sum += a.v[i];
    return sum;
}

static inline float vtop(vf a)
{
    float top = a.v[0];
    for (int i = 1; i < LANES; i++)
        top = a.v[i] > top ? a.v[i] : top;
    return top;
}

static inline float from_bf16(parry_bf16 b)
{
    uint32_t u = (uint32_t)b << 16;
    float f;
    memcpy(&f, &u, sizeof f);
    return f;
}

static inline parry_bf16 to_bf16(float f)
{
    uint32_t u;
    memcpy(&u, &f, sizeof u);
    return (parry_bf16)((u + 0x7FFF + (u >> 16 & 1)) >> 16);
}

static inline vf vload_bf16(const parry_bf16 *p) { EACH(from_bf16(p[i])); }

static inline void vstore_bf16(parry_bf16 *p, vf a)
{
    for (int i = 0; i < LANES; i++)
        p[i] = to_bf16(a.v[i]);
}
