/* Arena: a list of blocks, newest first; each at least twice the one before, up to 1 MB. */
#include "base/arena.h"

#include "base/err.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { ALIGN = 16, FIRST_BLOCK = 4096, LARGEST_BLOCK = 1 << 20 };

typedef struct block {
    struct block *next;
    size_t used, cap; /* bytes of data */
    _Alignas(ALIGN) unsigned char data[];
} block;

struct parry_arena {
    block *head;
    size_t next_cap;
};

parry_arena *parry_arena_new(void)
{
    parry_arena *a = parry_calloc(1, sizeof *a);
    a->next_cap = FIRST_BLOCK;
    return a;
}

void parry_arena_free(parry_arena *a)
{
    if (a == NULL)
        return;
    for (block *b = a->head, *next; b != NULL; b = next) {
        next = b->next;
        free(b);
    }
    free(a);
}

void parry_arena_reset(parry_arena *a)
{
    block *keep = NULL;
    for (block *b = a->head, *next; b != NULL; b = next) {
        next = b->next;
        if (keep == NULL || (b->cap > keep->cap && b->cap <= LARGEST_BLOCK)) {
            free(keep);
            keep = b;
        } else {
            free(b);
        }
    }
    if (keep != NULL) {
        keep->next = NULL;
        keep->used = 0;
    }
    a->head = keep;
}

static block *add_block(parry_arena *a, size_t need)
{
    size_t cap = a->next_cap;
    if (a->next_cap < LARGEST_BLOCK)
        a->next_cap *= 2;
    if (cap < need)
        cap = need;
    block *b = parry_malloc(sizeof *b + cap);
    b->used = 0;
    b->cap = cap;
    b->next = a->head;
    a->head = b;
    return b;
}

void *parry_arena_alloc(parry_arena *a, size_t n)
{
    if (n > SIZE_MAX / 2)
        parry_oom();
    n = (n + ALIGN - 1) & ~(size_t)(ALIGN - 1);
    block *b = a->head;
    if (b == NULL || b->cap - b->used < n)
        b = add_block(a, n);
    void *p = b->data + b->used;
    b->used += n;
    memset(p, 0, n);
    return p;
}

void *parry_arena_array(parry_arena *a, size_t count, size_t size)
{
    if (size != 0 && count > SIZE_MAX / 2 / size)
        parry_oom();
    return parry_arena_alloc(a, count * size);
}

void *parry_arena_grow(parry_arena *a, void *array, size_t used, size_t *cap, size_t size)
{
    if (used < *cap)
        return array;
    size_t bigger = *cap ? *cap * 2 : 8;
    void *p = parry_arena_array(a, bigger, size);
    if (used > 0)
        memcpy(p, array, used * size);
    *cap = bigger;
    return p;
}

size_t parry_arena_bytes(const parry_arena *a)
{
    size_t n = 0;
    for (const block *b = a->head; b != NULL; b = b->next)
        n += b->cap;
    return n;
}
