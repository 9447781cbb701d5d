/* A table of hashes over all vectors, then a counting sort by node. */
#include "engine/vectors_copies.h"

#include "base/err.h"

#include <stdlib.h>
#include <string.h>

static uint64_t hash_of(const uint16_t *row, size_t dim)
{
    uint64_t h = dim, part;
    for (size_t i = 0; i < dim; i += sizeof part / sizeof *row) {
        size_t left = (dim - i) * sizeof *row;
        part = 0;
        memcpy(&part, row + i, left < sizeof part ? left : sizeof part);
        h = (h ^ part) * 0x9E3779B97F4A7C15U;
        h ^= h >> 32;
    }
    return h;
}

/* Number the nodes. first: by node, its first copy. */
static void find_nodes(parry_copies *c, const uint16_t *half, uint32_t n, size_t dim, uint32_t *first)
{
    size_t mask = 15;
    while (mask / 2 < n)
        mask = mask * 2 + 1;
    uint32_t *slots = parry_calloc(mask + 1, sizeof *slots); /* node + 1; at most half of them are taken */
    for (uint32_t i = 0; i < n; i++) {
        const uint16_t *row = half + (size_t)i * dim;
        size_t at = (size_t)hash_of(row, dim) & mask;
        while (slots[at] != 0 && memcmp(half + (size_t)first[slots[at] - 1] * dim, row, dim * sizeof *row) != 0)
            at = (at + 1) & mask;
        if (slots[at] == 0) {
            first[c->nnodes] = i;
            slots[at] = ++c->nnodes;
        }
        c->node[i] = slots[at] - 1;
    }
    free(slots);
}

/* next: nnodes of scratch. */
static void list_copies(parry_copies *c, uint32_t n, uint32_t *next)
{
    for (uint32_t i = 0; i < n; i++)
        c->begin[c->node[i] + 1]++;
    for (uint32_t i = 0; i < c->nnodes; i++) {
        c->begin[i + 1] += c->begin[i];
        next[i] = c->begin[i];
    }
    for (uint32_t i = 0; i < n; i++)
        c->ordinals[next[c->node[i]]++] = i;
}

parry_copies *parry_copies_find(const uint16_t *half, uint32_t n, size_t dim)
{
    parry_copies *c = parry_calloc(1, sizeof *c);
    uint32_t *scratch = parry_calloc((size_t)n + 1, sizeof *scratch);
    c->node = parry_calloc((size_t)n + 1, sizeof *c->node);
    c->ordinals = parry_calloc((size_t)n + 1, sizeof *c->ordinals);
    find_nodes(c, half, n, dim, scratch);
    c->begin = parry_calloc((size_t)c->nnodes + 1, sizeof *c->begin);
    list_copies(c, n, scratch);
    free(scratch);
    return c;
}

void parry_copies_free(parry_copies *c)
{
    if (c == NULL)
        return;
    free(c->node);
    free(c->begin);
    free(c->ordinals);
    free(c);
}
