#include "deflection/grouping.h"

#include "base/err.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

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
    size_t *into; /* of those: which, always an earlier one */
    float *when;  /* and the mean similarity at which it came there */
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
    c->when[gone] = *at(c, keep, gone);
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

static void measure(const parry_grouping *g, const chain *c)
{
    for (size_t i = 0; i < g->n; i++) {
        for (size_t j = 0; j < i; j++)
            *at(c, i, j) = (float)parry_grouping_similarity(g, i, j);
    }
}

/* ---- the cut ----------------------------------------------------------------------------------------------------- */

enum { CUTS = 9 };

typedef struct cut {
    size_t *group_of, groups;
    double *people; /* of each group */
    double silhouette;
} cut;

/* Groups that came together at `least` or above. What came later came at less: average linkage knows no inversions. */
static size_t number(const chain *c, double least, size_t *group_of)
{
    size_t groups = 0;
    for (size_t i = 0; i < c->n; i++)
        group_of[i] = c->into[i] == i || (double)c->when[i] < least ? groups++ : group_of[c->into[i]];
    return groups;
}

static double people_of(const parry_grouping *g, size_t i) { return g->people != NULL ? (double)g->people[i] : 1; }

/* -1 to 1; 0: alone. row: the similarities of i to all; sum: room for the groups. */
static double silhouette(const parry_grouping *g, const cut *k, size_t i, const float *row, double *sum)
{
    size_t own = k->group_of[i];
    double others = k->people[own] - people_of(g, i), next = -1;
    if (others <= 0 || k->groups < 2)
        return 0;
    memset(sum, 0, k->groups * sizeof *sum);
    for (size_t j = 0; j < g->n; j++)
        sum[k->group_of[j]] += j != i ? people_of(g, j) * (double)row[j] : 0;
    for (size_t x = 0; x < k->groups; x++) {
        if (x != own && sum[x] / k->people[x] > next)
            next = sum[x] / k->people[x];
    }
    double within = sum[own] / others, far = 1 - (within < next ? within : next);
    return far > 0 ? (within - next) / far : 0;
}

/* Takes groups without a core apart again, into those that are sure. */
static void keep_cores(const parry_grouping *g, const cut *sure, cut *k)
{
    bool *has = parry_calloc(g->n + 1, sizeof *has);
    size_t *number_of = parry_calloc(2 * g->n + 1, sizeof *number_of); /* from 1 */
    for (size_t i = 0; i < g->n; i++)
        has[k->group_of[i]] |= sure->people[sure->group_of[i]] >= (double)g->core;
    k->groups = 0;
    for (size_t i = 0; i < g->n; i++) {
        size_t *number = &number_of[has[k->group_of[i]] ? k->group_of[i] : g->n + sure->group_of[i]];
        *number = *number > 0 ? *number : ++k->groups;
        k->group_of[i] = *number - 1;
    }
    free(has);
    free(number_of);
}

static void make_cut(const parry_grouping *g, const chain *c, double least, const cut *sure, cut *k)
{
    k->group_of = parry_malloc((g->n + 1) * sizeof *k->group_of);
    k->people = parry_calloc(g->n + 1, sizeof *k->people);
    k->groups = number(c, least, k->group_of);
    if (k != sure)
        keep_cores(g, sure, k);
    for (size_t i = 0; i < g->n; i++)
        k->people[k->group_of[i]] += people_of(g, i);
}

/* Row by row, so that each is gathered once for all cuts. */
static void judge(const parry_grouping *g, const chain *c, cut cuts[CUTS])
{
    float *row = parry_malloc((g->n + 1) * sizeof *row);
    double *sum = parry_malloc((g->n + 1) * sizeof *sum);
    for (size_t i = 0; i < g->n; i++) {
        for (size_t j = 0; j < g->n; j++)
            row[j] = j != i ? *at(c, i, j) : 1;
        for (size_t k = 0; k < CUTS; k++)
            cuts[k].silhouette += people_of(g, i) * silhouette(g, &cuts[k], i, row, sum);
    }
    free(row);
    free(sum);
}

/* From the strictest on: of cuts that are as good as each other the first. */
static size_t choose(const parry_grouping *g, const chain *c, size_t *group_of)
{
    cut cuts[CUTS] = {{0}};
    size_t best = 0;
    for (size_t k = 0; k < CUTS; k++)
        make_cut(g, c, g->sure - (double)k * (g->sure - g->least) / (CUTS - 1), &cuts[0], &cuts[k]);
    measure(g, c); /* again: joining has used them up */
    judge(g, c, cuts);
    for (size_t k = 1; k < CUTS; k++)
        best = cuts[k].silhouette > cuts[best].silhouette ? k : best;
    size_t groups = cuts[best].groups;
    memcpy(group_of, cuts[best].group_of, g->n * sizeof *group_of);
    for (size_t k = 0; k < CUTS; k++) {
        free(cuts[k].group_of);
        free(cuts[k].people);
    }
    return groups;
}

size_t parry_grouping_make(const parry_grouping *g, size_t *group_of)
{
    assert(g->n <= PARRY_GROUPING_MAX);
    chain c = {.n = g->n};
    c.sim = parry_malloc((g->n * g->n / 2 + 1) * sizeof *c.sim);
    c.size = parry_calloc(g->n + 1, sizeof *c.size);
    c.into = parry_calloc(g->n + 1, sizeof *c.into);
    c.when = parry_calloc(g->n + 1, sizeof *c.when);
    c.path = parry_calloc(g->n + 1, sizeof *c.path);
    c.done = parry_calloc(g->n + 1, sizeof *c.done);
    for (size_t i = 0; i < g->n; i++) {
        c.size[i] = 1;
        c.into[i] = i;
    }
    measure(g, &c);
    run(&c, g->least);
    size_t groups = g->sure > g->least ? choose(g, &c, group_of) : number(&c, g->least, group_of);
    free(c.sim);
    free(c.size);
    free(c.into);
    free(c.when);
    free(c.path);
    free(c.done);
    return groups;
}
