/* The plan is made on paper: heaps of segments are joined until the bounds hold, then each heap that is not just one
 * untouched segment becomes a group. */
#include "indexer/merge.h"

#include "base/err.h"

#include <stdbool.h>
#include <stdlib.h>

typedef struct heap {
    uint64_t live;
    size_t first; /* lowest segment in it: its name on paper */
    bool rebuild;
} heap;

typedef struct plan {
    heap *heaps; /* live ones, smallest first */
    size_t n;
    uint64_t total;
    size_t *in; /* a segment's heap, by `first` */
    size_t nsegments;
} plan;

static int smaller_first(const void *a, const void *b)
{
    const heap *x = a, *y = b;
    if (x->live != y->live)
        return x->live < y->live ? -1 : 1;
    return x->first < y->first ? -1 : x->first > y->first;
}

static bool is_big(const plan *p, uint64_t live) { return live * 100 > p->total; }

static size_t count_small(const plan *p)
{
    size_t n = 0;
    while (n < p->n && !is_big(p, p->heaps[n].live))
        n++;
    return n;
}

/* Join heaps [from, from + n) and put them back in order. */
static void join(plan *p, size_t from, size_t n)
{
    heap all = {.first = p->heaps[from].first, .rebuild = true};
    for (size_t i = from; i < from + n; i++) {
        all.live += p->heaps[i].live;
        if (p->heaps[i].first < all.first)
            all.first = p->heaps[i].first;
    }
    for (size_t s = 0; s < p->nsegments; s++) {
        for (size_t i = from; i < from + n; i++) {
            if (p->in[s] == p->heaps[i].first) {
                p->in[s] = all.first;
                break;
            }
        }
    }
    p->heaps[from] = all;
    for (size_t i = from + n; i < p->n; i++)
        p->heaps[i - n + 1] = p->heaps[i];
    p->n -= n - 1;
    qsort(p->heaps, p->n, sizeof *p->heaps, smaller_first);
}

/* How many of the big ones from `at` on go together: two, and more of like size. */
static size_t like_sizes(const plan *p, size_t at)
{
    uint64_t sum = p->heaps[at].live + p->heaps[at + 1].live;
    size_t n = 2;
    while (at + n < p->n && p->heaps[at + n].live <= 2 * sum)
        sum += p->heaps[at + n++].live;
    return n;
}

static void fill_plan(plan *p, const parry_merge_size *sizes)
{
    for (size_t i = 0; i < p->nsegments; i++)
        p->total += sizes[i].live;
    for (size_t i = 0; i < p->nsegments; i++) {
        uint64_t dead = sizes[i].rows - sizes[i].live;
        bool rotten = is_big(p, sizes[i].live) && dead * 100 > sizes[i].rows * PARRY_MOST_DEAD_PERCENT;
        p->in[i] = i;
        if (sizes[i].live > 0)
            p->heaps[p->n++] = (heap){sizes[i].live, i, rotten};
    }
    qsort(p->heaps, p->n, sizeof *p->heaps, smaller_first);
}

static size_t tell(const plan *p, const parry_merge_size *sizes, int *fate)
{
    size_t groups = 0;
    for (size_t s = 0; s < p->nsegments; s++)
        fate[s] = sizes[s].live > 0 ? PARRY_MERGE_KEEP : PARRY_MERGE_DROP;
    for (size_t i = 0; i < p->n; i++) {
        if (!p->heaps[i].rebuild)
            continue;
        for (size_t s = 0; s < p->nsegments; s++) {
            if (p->in[s] == p->heaps[i].first && sizes[s].live > 0)
                fate[s] = (int)groups;
        }
        groups++;
    }
    return groups;
}

size_t parry_merge_plan(const parry_merge_size *sizes, size_t n, int *fate)
{
    plan p = {.heaps = parry_calloc(n + 1, sizeof(heap)), .in = parry_calloc(n + 1, sizeof(size_t)), .nsegments = n};
    fill_plan(&p, sizes);
    for (;;) { /* every round leaves fewer heaps */
        size_t small = count_small(&p);
        if (small > PARRY_MOST_SMALL)
            join(&p, 0, small);
        else if (p.n - small > PARRY_MOST_BIG)
            join(&p, small, like_sizes(&p, small));
        else
            break;
    }
    size_t groups = tell(&p, sizes, fate);
    free(p.heaps);
    free(p.in);
    return groups;
}
