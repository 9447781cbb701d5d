/* Private to engine/: which vectors of a segment are the same to the last bit. Short sentences repeat by the hundred
 * ("Required: No"), and in a graph of them copies link to copies alone: a search that gets among them does not get out
 * again. So a graph has each vector once, and its nodes are numbered here. */
#ifndef PARRY_ENGINE_VECTORS_COPIES_H
#define PARRY_ENGINE_VECTORS_COPIES_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct parry_copies {
    uint32_t nnodes;    /* different vectors, in the order of their first copies */
    uint32_t *node;     /* by ordinal of a vector */
    uint32_t *begin;    /* by node, one more than nodes: its copies are ordinals[begin[i]] to ordinals[begin[i + 1]] */
    uint32_t *ordinals; /* of a node's copies, ascending */
} parry_copies;

/* half: n x dim, row-major. Reads all of it once. */
parry_copies *parry_copies_find(const uint16_t *half, uint32_t n, size_t dim);
void parry_copies_free(parry_copies *c); /* NULL is fine */

#ifdef __cplusplus
}
#endif
#endif
