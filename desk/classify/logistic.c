/* Multinomial logistic regression by L-BFGS. Only the buckets that occur get a place in the vector that is searched. */
#include "desk/classify/logistic.h"

#include <math.h>
#include <stdlib.h>

enum { MEMORY = 8, HALVINGS = 20 };
static const uint32_t NOWHERE = UINT32_MAX;
static const double OFFSET = 0.3;  /* value of the column that every row has: its weight is penalised less */
static const double ENOUGH = 1e-4; /* gradient over gradient at the start */

size_t parry_logistic_size(size_t dim, size_t classes) { return (PARRY_FEATURE_BUCKETS + dim + 1) * classes; }

void parry_softmax(double *z, size_t n)
{
    double most = z[0], sum = 0;
    for (size_t k = 1; k < n; k++)
        most = fmax(most, z[k]);
    for (size_t k = 0; k < n; k++)
        sum += z[k] = exp(z[k] - most);
    for (size_t k = 0; k < n; k++)
        z[k] /= sum;
}

/* ---- the function that is made small ---- */

typedef struct problem {
    const parry_rows *rows;
    double cost;
    uint32_t *place; /* of a bucket among those that occur */
    size_t used, size;
} problem;

static bool counts(const parry_rows *r, size_t i) { return r->fold == NULL || r->fold[i] != r->without; }

static void place_buckets(problem *p)
{
    const parry_rows *r = p->rows;
    p->place = parry_calloc(PARRY_FEATURE_BUCKETS, sizeof *p->place);
    for (size_t i = 0; i < r->n; i++) {
        for (size_t f = 0; counts(r, i) && f < r->words[i].n; f++)
            p->place[r->words[i].of[f].bucket] = 1;
    }
    for (size_t b = 0; b < PARRY_FEATURE_BUCKETS; b++)
        p->place[b] = p->place[b] != 0 ? (uint32_t)p->used++ : NOWHERE;
    p->size = (p->used + r->dim + 1) * r->classes;
}

/* z = logits of row i, or g += what its error says of each weight. */
static void logits_of(const problem *p, const double *w, size_t i, double *z)
{
    const parry_rows *r = p->rows;
    size_t classes = r->classes;
    const double *dense = w + p->used * classes, *offset = dense + r->dim * classes;
    for (size_t k = 0; k < classes; k++)
        z[k] = OFFSET * offset[k];
    for (size_t f = 0; f < r->words[i].n; f++) {
        const double *at = w + p->place[r->words[i].of[f].bucket] * classes;
        double value = (double)r->words[i].of[f].value;
        for (size_t k = 0; k < classes; k++)
            z[k] += value * at[k];
    }
    for (size_t d = 0; d < r->dim; d++) {
        double value = (double)r->dense[i * r->dim + d];
        for (size_t k = 0; k < classes; k++)
            z[k] += value * dense[d * classes + k];
    }
}

static void add_error(const problem *p, const double *error, size_t i, double *g)
{
    const parry_rows *r = p->rows;
    size_t classes = r->classes;
    double *dense = g + p->used * classes, *offset = dense + r->dim * classes;
    for (size_t k = 0; k < classes; k++)
        offset[k] += OFFSET * error[k];
    for (size_t f = 0; f < r->words[i].n; f++) {
        double *at = g + p->place[r->words[i].of[f].bucket] * classes;
        double value = (double)r->words[i].of[f].value;
        for (size_t k = 0; k < classes; k++)
            at[k] += value * error[k];
    }
    for (size_t d = 0; d < r->dim; d++) {
        double value = (double)r->dense[i * r->dim + d];
        for (size_t k = 0; k < classes; k++)
            dense[d * classes + k] += value * error[k];
    }
}

/* cost x log loss + |w|^2 / 2, and its gradient. */
static double value_at(const problem *p, const double *w, double *g)
{
    double sum = 0;
    for (size_t j = 0; j < p->size; j++) {
        sum += w[j] * w[j] / 2;
        g[j] = w[j];
    }
    for (size_t i = 0; i < p->rows->n; i++) {
        if (!counts(p->rows, i))
            continue;
        double z[PARRY_CLASSES_MAX] = {0};
        logits_of(p, w, i, z);
        parry_softmax(z, p->rows->classes);
        sum -= p->cost * log(fmax(z[p->rows->label[i]], 1e-300));
        z[p->rows->label[i]] -= 1;
        for (size_t k = 0; k < p->rows->classes; k++)
            z[k] *= p->cost;
        add_error(p, z, i, g);
    }
    return sum;
}

/* ---- L-BFGS ---- */

static double dot(const double *a, const double *b, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += a[i] * b[i];
    return sum;
}

typedef struct memory {
    double *s[MEMORY], *y[MEMORY], rho[MEMORY];
    size_t n; /* of all steps so far; the last MEMORY are kept */
} memory;

/* d = -H g, by the two loops over what the last steps showed of the curvature. */
static void direction(const memory *m, const double *g, double *d, size_t n)
{
    double alpha[MEMORY];
    size_t kept = m->n < MEMORY ? m->n : MEMORY;
    for (size_t j = 0; j < n; j++)
        d[j] = -g[j];
    for (size_t back = 1; back <= kept; back++) {
        size_t i = (m->n - back) % MEMORY;
        alpha[i] = m->rho[i] * dot(m->s[i], d, n);
        for (size_t j = 0; j < n; j++)
            d[j] -= alpha[i] * m->y[i][j];
    }
    if (kept > 0) {
        size_t i = (m->n - 1) % MEMORY;
        double scale = 1 / (m->rho[i] * dot(m->y[i], m->y[i], n));
        for (size_t j = 0; j < n; j++)
            d[j] *= scale;
    }
    for (size_t back = kept; back >= 1; back--) {
        size_t i = (m->n - back) % MEMORY;
        double beta = m->rho[i] * dot(m->y[i], d, n);
        for (size_t j = 0; j < n; j++)
            d[j] += (alpha[i] - beta) * m->s[i][j];
    }
}

static void remember(memory *m, const double *w, const double *next, const double *g, const double *next_g, size_t n)
{
    size_t at = m->n % MEMORY;
    if (m->s[at] == NULL) {
        m->s[at] = parry_malloc(n * sizeof(double));
        m->y[at] = parry_malloc(n * sizeof(double));
    }
    for (size_t j = 0; j < n; j++) {
        m->s[at][j] = next[j] - w[j];
        m->y[at][j] = next_g[j] - g[j];
    }
    double curve = dot(m->s[at], m->y[at], n);
    if (curve > 1e-12) {
        m->rho[at] = 1 / curve;
        m->n++;
    }
}

typedef struct search {
    double *w, *g, *d, *next, *next_g, value;
} search;

/* Along d until the value is less by enough (Armijo); false where it never is: then w is as good as it gets. */
static bool step(const problem *p, search *s, bool first)
{
    double slope = dot(s->g, s->d, p->size), length = first ? 1 / sqrt(fmax(dot(s->g, s->g, p->size), 1e-300)) : 1;
    for (int i = 0; i < HALVINGS && slope < 0; i++) {
        for (size_t j = 0; j < p->size; j++)
            s->next[j] = s->w[j] + length * s->d[j];
        double value = value_at(p, s->next, s->next_g);
        if (value <= s->value + 1e-4 * length * slope) {
            s->value = value;
            return true;
        }
        length /= 2;
    }
    return false;
}

static void swap(double **a, double **b)
{
    double *held = *a;
    *a = *b;
    *b = held;
}

static void minimise(const problem *p, search *s)
{
    memory m = {.n = 0};
    s->value = value_at(p, s->w, s->g);
    double start = dot(s->g, s->g, p->size);
    for (int i = 0; i < PARRY_LOGISTIC_STEPS && dot(s->g, s->g, p->size) > ENOUGH * ENOUGH * start; i++) {
        direction(&m, s->g, s->d, p->size);
        if (!step(p, s, m.n == 0))
            break;
        remember(&m, s->w, s->next, s->g, s->next_g, p->size);
        swap(&s->w, &s->next);
        swap(&s->g, &s->next_g);
    }
    for (size_t i = 0; i < MEMORY; i++) {
        free(m.s[i]);
        free(m.y[i]);
    }
}

static void spread(const problem *p, const double *w, float *weights)
{
    size_t classes = p->rows->classes, dense = (p->rows->dim + 1) * classes;
    for (size_t b = 0; b < PARRY_FEATURE_BUCKETS; b++) {
        for (size_t k = 0; k < classes; k++)
            weights[b * classes + k] = p->place[b] != NOWHERE ? (float)w[p->place[b] * classes + k] : 0;
    }
    for (size_t j = 0; j < dense; j++)
        weights[PARRY_FEATURE_BUCKETS * classes + j] = (float)w[p->used * classes + j];
    for (size_t k = 0; k < classes; k++)
        weights[parry_logistic_size(p->rows->dim, classes) - classes + k] *= (float)OFFSET;
}

void parry_logistic_fit(const parry_rows *rows, double cost, float *weights)
{
    problem p = {.rows = rows, .cost = cost};
    place_buckets(&p);
    search s = {.w = parry_calloc(p.size, sizeof(double)),
                .g = parry_malloc(p.size * sizeof(double)),
                .d = parry_malloc(p.size * sizeof(double)),
                .next = parry_malloc(p.size * sizeof(double)),
                .next_g = parry_malloc(p.size * sizeof(double))};
    minimise(&p, &s);
    spread(&p, s.w, weights);
    free(s.w);
    free(s.g);
    free(s.d);
    free(s.next);
    free(s.next_g);
    free(p.place);
}

void parry_logistic_apply(const float *weights, size_t dim, size_t classes, const parry_features *words,
                          const float *dense, double *logits)
{
    const float *rest = weights + PARRY_FEATURE_BUCKETS * classes, *offset = rest + dim * classes;
    for (size_t k = 0; k < classes; k++)
        logits[k] = (double)offset[k];
    for (size_t f = 0; f < words->n; f++) {
        const float *at = weights + words->of[f].bucket * classes;
        for (size_t k = 0; k < classes; k++)
            logits[k] += (double)(words->of[f].value * at[k]);
    }
    for (size_t d = 0; d < dim; d++) {
        for (size_t k = 0; k < classes; k++)
            logits[k] += (double)(dense[d] * rest[d * classes + k]);
    }
}
