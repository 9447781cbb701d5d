/* One probability out of three kinds of evidence. */
#include "desk/classify/blend.h"

#include "base/err.h"

#include <math.h>
#include <stdlib.h>

enum { SWEEPS = 4, CUTS = 24 };

static void blend(const parry_blend *b, const parry_evidence *e, size_t classes, double *z)
{
    for (size_t k = 0; k < classes; k++)
        z[k] = b->linear * e->logit[k] + b->near * e->near[k] + (e->wanted >> k & 1u ? b->rule : 0);
    parry_softmax(z, classes);
}

void parry_blend_of(const parry_blend *b, const parry_evidence *e, size_t classes, double *out)
{
    blend(b, e, classes, out);
    double trust = b->familiar > 0 ? fmin(1, fmax(0, e->similarity) / b->familiar) : 1;
    trust *= trust;
    for (size_t k = 0; k < classes; k++)
        out[k] = trust * out[k] + (1 - trust) * b->share[k];
}

size_t parry_blend_choice(const double *p, unsigned must, size_t classes)
{
    size_t best = classes;
    for (size_t k = 0; k < classes; k++) {
        if ((must == 0 || (must >> k & 1u)) && (best == classes || p[k] > p[best]))
            best = k;
    }
    return best;
}

typedef struct sample {
    const parry_evidence *e;
    const unsigned char *label;
    const unsigned *fold;
    unsigned without;
    size_t n, classes;
    double blur; /* share of each target that is spread over all classes: parting without error is no certainty */
} sample;

static bool counts(const sample *s, size_t i) { return s->fold == NULL || s->fold[i] != s->without; }

static double loss(const sample *s, const parry_blend *b)
{
    double sum = 0;
    for (size_t i = 0; i < s->n; i++) {
        if (!counts(s, i))
            continue;
        double p[PARRY_CLASSES_MAX];
        parry_blend_of(b, &s->e[i], s->classes, p);
        for (size_t k = 0; k < s->classes; k++)
            sum -= ((k == s->label[i] ? 1 - s->blur : 0) + s->blur / (double)s->classes) * log(fmax(p[k], 1e-300));
    }
    return sum;
}

/* The loss has one valley in each factor: golden section between 0 and most. */
static void search(const sample *s, parry_blend *b, double *factor, double most)
{
    const double golden = .6180339887498949;
    double low = 0, high = most;
    for (int i = 0; i < CUTS; i++) {
        double left = high - golden * (high - low), right = low + golden * (high - low);
        *factor = left;
        double at_left = loss(s, b);
        *factor = right;
        if (at_left <= loss(s, b))
            high = right;
        else
            low = left;
    }
    *factor = (low + high) / 2;
}

static int ascending(const void *x, const void *y)
{
    double a = *(const double *)x, b = *(const double *)y;
    return (a > b) - (a < b);
}

static double twentieth(const sample *s)
{
    double *all = parry_malloc((s->n + 1) * sizeof *all);
    size_t n = 0;
    for (size_t i = 0; i < s->n; i++) {
        if (counts(s, i))
            all[n++] = s->e[i].similarity;
    }
    qsort(all, n, sizeof *all, ascending);
    double found = n > 0 ? fmax(0, all[n / 20]) : 0;
    free(all);
    return found;
}

void parry_blend_fit(const parry_evidence *e, const unsigned char *label, size_t n, const unsigned *fold,
                     unsigned without, size_t classes, parry_blend *b)
{
    sample s = {e, label, fold, without, n, classes, 0};
    size_t used = 0;
    bool ruled = false;
    for (size_t i = 0; i < n; i++) {
        used += counts(&s, i);
        ruled = ruled || (counts(&s, i) && e[i].wanted != 0);
    }
    s.blur = (double)classes / (double)(used + classes);
    b->familiar = twentieth(&s);
    b->linear = 1;
    b->near = .5;
    b->rule = ruled ? 1 : 0;
    for (int i = 0; i < SWEEPS; i++) {
        search(&s, b, &b->linear, 8);
        search(&s, b, &b->near, 3);
        if (ruled)
            search(&s, b, &b->rule, 3);
    }
}
