/* What was learned of one question, and its bytes. */
#include "desk/classify/learned.h"

#include <math.h>
#include <stdlib.h>

enum { DIM_MAX = 4096 };

void parry_learned_free(parry_learned *l)
{
    for (int by = 0; by < PARRY_BYS; by++) {
        free(l->weights[by]);
        free(l->cases[by]);
    }
    free(l->line);
    free(l->label);
    *l = (parry_learned){.classes = 0};
}

size_t parry_learned_evidence(const parry_learned *l, parry_by by, const parry_wording *w, const unsigned *fold,
                              unsigned without, parry_evidence *out, parry_near near[PARRY_NEAREST])
{
    bool meaning = by == PARRY_BY_MEANING;
    *out = (parry_evidence){.similarity = 0};
    parry_logistic_apply(l->weights[by], meaning ? l->dim : 0, l->classes, &w->features, meaning ? w->meaning : NULL,
                         out->logit);
    size_t n = parry_nearest(l->cases[by], l->n, meaning ? l->dim : PARRY_SKETCH, meaning ? w->meaning : w->sketch,
                             fold, without, near);
    parry_nearest_shares(near, n, l->label, l->classes, out->near);
    bool silent = w->features.n == 0; /* no word to go by: a vector of nothing means nothing */
    out->similarity = n > 0 && !silent ? (double)near[0].similarity : 0;
    return n;
}

/* ---- bytes: little-endian, as every machine that Parry is built for has them ---- */

static void put_u32(parry_buf *out, size_t value)
{
    uint32_t v = (uint32_t)value;
    parry_buf_add(out, &v, sizeof v);
}

/* Rows of weights that are not all 0, each after its number, so that a small file stays one. */
static void put_weights(const float *w, size_t size, size_t classes, parry_buf *out)
{
    static const float zeros[PARRY_CLASSES_MAX];
    size_t rows = size / classes, used = 0;
    for (size_t r = 0; r < rows; r++)
        used += memcmp(w + r * classes, zeros, classes * sizeof *w) != 0;
    put_u32(out, used);
    for (size_t r = 0; r < rows; r++) {
        if (memcmp(w + r * classes, zeros, classes * sizeof *w) == 0)
            continue;
        put_u32(out, r);
        parry_buf_add(out, w + r * classes, classes * sizeof *w);
    }
}

void parry_learned_write(const parry_learned *l, parry_buf *out)
{
    put_u32(out, l->classes);
    put_u32(out, l->dim);
    put_u32(out, l->n);
    parry_buf_add(out, l->line, l->n * sizeof *l->line);
    parry_buf_add(out, l->label, l->n);
    for (int by = 0; by < (l->dim > 0 ? 2 : 1); by++) {
        size_t dim = by == PARRY_BY_MEANING ? l->dim : 0;
        parry_buf_add(out, &l->blend[by], sizeof l->blend[by]);
        put_weights(l->weights[by], parry_logistic_size(dim, l->classes), l->classes, out);
        parry_buf_add(out, l->cases[by], l->n * (dim > 0 ? dim : PARRY_SKETCH));
    }
}

static bool take(parry_str *rest, void *out, size_t n)
{
    if (n > rest->n)
        return false;
    memcpy(out, rest->p, n);
    *rest = parry_str_from(*rest, n);
    return true;
}

static bool take_u32(parry_str *rest, size_t *out, size_t least, size_t most)
{
    uint32_t v;
    if (!take(rest, &v, sizeof v))
        return false;
    *out = v;
    return v >= least && v <= most;
}

static bool take_weights(parry_str *rest, size_t dim, size_t classes, float **out)
{
    size_t size = parry_logistic_size(dim, classes), rows = size / classes, used;
    if (!take_u32(rest, &used, 0, rows))
        return false;
    *out = parry_calloc(size, sizeof **out);
    for (size_t i = 0, row; i < used; i++) {
        if (!take_u32(rest, &row, 0, rows - 1) || !take(rest, *out + row * classes, classes * sizeof **out))
            return false;
    }
    return true;
}

static bool take_blend(parry_str *rest, parry_blend *b)
{
    return take(rest, b, sizeof *b) && isfinite(b->linear) && isfinite(b->near) && isfinite(b->rule) &&
           isfinite(b->familiar);
}

static bool take_way(parry_str *rest, parry_learned *l, parry_by by)
{
    size_t dim = by == PARRY_BY_MEANING ? l->dim : 0, bytes = l->n * (dim > 0 ? dim : PARRY_SKETCH);
    l->cases[by] = parry_malloc(bytes);
    return take_blend(rest, &l->blend[by]) && take_weights(rest, dim, l->classes, &l->weights[by]) &&
           take(rest, l->cases[by], bytes);
}

static bool take_all(parry_str *rest, parry_learned *l)
{
    if (!take_u32(rest, &l->classes, 2, PARRY_CLASSES_MAX) || !take_u32(rest, &l->dim, 0, DIM_MAX) ||
        !take_u32(rest, &l->n, 1, PARRY_NEAREST_CASES))
        return false;
    l->line = parry_calloc(l->n, sizeof *l->line);
    l->label = parry_calloc(l->n, 1);
    if (!take(rest, l->line, l->n * sizeof *l->line) || !take(rest, l->label, l->n))
        return false;
    for (size_t i = 0; i < l->n; i++) {
        if (l->label[i] >= l->classes)
            return false;
    }
    return take_way(rest, l, PARRY_BY_WORDS) && (l->dim == 0 || take_way(rest, l, PARRY_BY_MEANING));
}

parry_code parry_learned_read(parry_str *rest, parry_learned *out, parry_err *err)
{
    parry_learned l = {.classes = 0};
    if (!take_all(rest, &l)) {
        parry_learned_free(&l);
        return parry_fail(err, PARRY_CORRUPT, "the classifier's file is cut short or damaged");
    }
    *out = l;
    return PARRY_OK;
}
