/* The labelled cases that are most like a text. */
#include "desk/classify/nearest.h"

#include "base/err.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void parry_nearest_pack(const float *vector, size_t dim, int8_t *out)
{
    for (size_t d = 0; d < dim; d++)
        out[d] = (int8_t)lrintf(127 * fmaxf(-1, fminf(1, vector[d])));
}

static int32_t product(const int8_t *a, const int8_t *b, size_t n)
{
    int32_t sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (int32_t)a[i] * b[i];
    return sum;
}

static size_t insert(parry_near *out, size_t n, parry_near one)
{
    size_t at = n;
    while (at > 0 && out[at - 1].similarity < one.similarity)
        at--;
    if (at == PARRY_NEAREST)
        return n;
    size_t kept = n < PARRY_NEAREST ? n : PARRY_NEAREST - 1;
    memmove(out + at + 1, out + at, (kept - at) * sizeof *out);
    out[at] = one;
    return kept + 1;
}

size_t parry_nearest(const int8_t *cases, size_t n, size_t dim, const float *vector, const unsigned *fold,
                     unsigned without, parry_near out[PARRY_NEAREST])
{
    int8_t *packed = parry_malloc(dim);
    parry_nearest_pack(vector, dim, packed);
    size_t found = 0;
    for (size_t i = 0; i < n; i++) {
        if (fold != NULL && fold[i] == without)
            continue;
        float similarity = (float)product(cases + i * dim, packed, dim) / (127 * 127);
        found = insert(out, found, (parry_near){(uint32_t)i, fminf(1, similarity)});
    }
    free(packed);
    return found;
}

void parry_nearest_shares(const parry_near *near, size_t n, const unsigned char *label, size_t classes, double *out)
{
    const double reach = .1, unseen = .1; /* by cross-fitting on the shipped cases */
    double sum = 0;
    for (size_t k = 0; k < classes; k++)
        out[k] = 0;
    for (size_t j = 0; j < n; j++) {
        double weight = exp((double)(near[j].similarity - near[0].similarity) / reach);
        out[label[near[j].i]] += weight;
        sum += weight;
    }
    for (size_t k = 0; k < classes; k++)
        out[k] = log((out[k] + unseen) / (sum + unseen * (double)classes));
}
