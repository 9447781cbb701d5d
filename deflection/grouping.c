#include "deflection/grouping.h"

#include "base/err.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>

static double words_cosine(const parry_grouping_words *a, const parry_grouping_words *b)
{
    double sum = 0;
    for (size_t i = 0, j = 0; i < a->n && j < b->n;) {
        if (a->words[i] == b->words[j])
            sum += (double)a->weights[i++] * (double)b->weights[j++];
        else if (a->words[i] < b->words[j])
            i++;
        else
            j++;
    }
    return sum;
}

static double meaning_cosine(const float *a, const float *b, size_t dim)
{
    float sum[8] = {0};
    size_t i = 0;
    for (; i + 8 <= dim; i += 8) {
        for (size_t k = 0; k < 8; k++)
            sum[k] += a[i + k] * b[i + k];
    }
    for (; i < dim; i++)
        sum[0] += a[i] * b[i];
    return (double)(((sum[0] + sum[1]) + (sum[2] + sum[3])) + ((sum[4] + sum[5]) + (sum[6] + sum[7])));
}

double parry_grouping_similarity(const parry_grouping *g, size_t i, size_t j)
{
    double words = words_cosine(&g->words[i], &g->words[j]);
    if (g->vectors == NULL)
        return words;
    double meaning = meaning_cosine(g->vectors + i * g->dim, g->vectors + j * g->dim, g->dim);
    return g->meaning * meaning + (1 - g->meaning) * words;
}

/* ---- the chain --------------------------------------------------------------------------------------------------- */

typedef struct chain {
    size_t n;
    float *sim;   /* mean similarities between groups: the lower triangle */
    size_t *size; /* texts; 0: it is in another one */
    size_t *into; /* of those: which */
    bool *done;   /* nothing is near enough */
    size_t *path;
    size_t npath;
} chain;

static float *at(const chain *c, size_t i, size_t j)
{
    size_t hi = i > j ? i : j, lo = i > j ? j : i;
    return &c->sim[hi * (hi - 1) / 2 + lo];
}

/* The one before on the path wins a tie, and then the first: so the path ends. */
static size_t nearest(const chain *c, size_t i, size_t before)
{
    size_t best = before;
    for (size_t j = 0; j < c->n; j++) {
        if (j != i && c->size[j] > 0 && !c->done[j] && (best == c->n || *at(c, i, j) > *at(c, i, best)))
            best = j;
    }
    return best;
}

/* Into the first of the two. */
static void join(chain *c, size_t i, size_t j)
{
    size_t keep = i < j ? i : j, gone = i < j ? j : i;
    float a = (float)c->size[keep], b = (float)c->size[gone];
    for (size_t k = 0; k < c->n; k++) {
        if (c->size[k] > 0 && k != keep && k != gone)
            *at(c, keep, k) = (a * *at(c, keep, k) + b * *at(c, gone, k)) / (a + b);
    }
    c->size[keep] += c->size[gone];
    c->size[gone] = 0;
    c->into[gone] = keep;
}

/* What is nearest to each other is joined. Average linkage lets nothing come nearer by that: a group that nothing is
 * near enough to is done. */
static void run(chain *c, double least)
{
    for (size_t next = 0;;) {
        while (c->npath == 0 && next < c->n && (c->size[next] == 0 || c->done[next]))
            next++;
        if (c->npath == 0 && next == c->n)
            return;
        if (c->npath == 0)
            c->path[c->npath++] = next;
        size_t top = c->path[c->npath - 1], before = c->npath > 1 ? c->path[c->npath - 2] : c->n;
        size_t near = nearest(c, top, before);
        if (near == c->n || (double)*at(c, top, near) < least) {
            c->done[top] = true;
            c->npath--;
        } else if (near == before) {
            c->npath -= 2;
            join(c, top, before);
        } else {
            c->path[c->npath++] = near;
        }
    }
}

static size_t number(const chain *c, size_t *group_of)
{
    size_t groups = 0;
    for (size_t i = 0; i < c->n; i++)
        group_of[i] = c->into[i] == i ? groups++ : group_of[c->into[i]]; /* into an earlier one, always */
    return groups;
}

size_t parry_grouping_make(const parry_grouping *g, size_t *group_of)
{
    assert(g->n <= PARRY_GROUPING_MAX);
    chain c = {.n = g->n};
    c.sim = parry_malloc((g->n * g->n / 2 + 1) * sizeof *c.sim);
    c.size = parry_calloc(g->n + 1, sizeof *c.size);
    c.into = parry_calloc(g->n + 1, sizeof *c.into);
    c.path = parry_calloc(g->n + 1, sizeof *c.path);
    c.done = parry_calloc(g->n + 1, sizeof *c.done);
    for (size_t i = 0; i < g->n; i++) {
        c.size[i] = 1;
        c.into[i] = i;
        for (size_t j = 0; j < i; j++)
            *at(&c, i, j) = (float)parry_grouping_similarity(g, i, j);
    }
    run(&c, g->least);
    size_t groups = number(&c, group_of);
    free(c.sim);
    free(c.size);
    free(c.into);
    free(c.path);
    free(c.done);
    return groups;
}
