/* How good a classifier is. */
#include "desk/classify/score.h"

#include <stdlib.h>

static double share(size_t part, size_t whole) { return whole > 0 ? (double)part / (double)whole : 0; }

/* Returns how often the class was said. */
static size_t score_class(parry_score *s, size_t k)
{
    size_t is = 0, said = 0, both = s->confusion[k][k];
    for (size_t j = 0; j < s->classes; j++) {
        is += s->confusion[k][j];
        said += s->confusion[j][k];
    }
    s->of[k] = (parry_class_score){is, share(both, said), share(both, is), share(2 * both, is + said)};
    return said;
}

parry_score parry_score_of(parry_arena *a, const parry_unseen *h)
{
    parry_score s = {.n = h->n, .classes = h->classes};
    s.p = PARRY_ARRAY(a, double, h->n + 1);
    s.right = PARRY_ARRAY(a, bool, h->n + 1);
    size_t rights = 0, occur = 0;
    for (size_t i = 0; i < h->n; i++) {
        size_t said = h->said[i];
        s.confusion[h->truth[i]][said]++;
        s.p[i] = h->p[i * h->classes + said];
        s.right[i] = said == h->truth[i];
        rights += s.right[i];
    }
    for (size_t k = 0; k < s.classes; k++) {
        size_t said = score_class(&s, k);
        occur += s.of[k].cases + said > 0;
        s.macro_f1 += s.of[k].f1;
    }
    s.macro_f1 = occur > 0 ? s.macro_f1 / (double)occur : 0;
    s.accuracy = share(rights, h->n);
    return s;
}

typedef struct doubt {
    double p; /* of its label */
    size_t i;
} doubt;

static int least_expected(const void *x, const void *y)
{
    const doubt *a = x, *b = y;
    if (a->p < b->p || a->p > b->p)
        return a->p < b->p ? -1 : 1;
    return (a->i > b->i) - (a->i < b->i);
}

size_t parry_doubts(parry_arena *a, const parry_unseen *h, size_t cap, size_t *out)
{
    doubt *all = PARRY_ARRAY(a, doubt, h->n + 1);
    size_t n = 0;
    for (size_t i = 0; i < h->n; i++) {
        if (h->said[i] != h->truth[i])
            all[n++] = (doubt){h->p[i * h->classes + h->truth[i]], i};
    }
    qsort(all, n, sizeof *all, least_expected);
    n = n < cap ? n : cap;
    for (size_t j = 0; j < n; j++)
        out[j] = all[j].i;
    return n;
}
