/* Arena: allocate in a row, free all at once. One per request, per document, per build step. Not for threads to share.
 */
#ifndef PARRY_BASE_ARENA_H
#define PARRY_BASE_ARENA_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct parry_arena parry_arena;

parry_arena *parry_arena_new(void);
void parry_arena_free(parry_arena *a);  /* NULL is fine */
void parry_arena_reset(parry_arena *a); /* everything handed out is gone; the largest block is kept */
/* Zeroed memory, aligned to 16 bytes; never NULL. */
void *parry_arena_alloc(parry_arena *a, size_t n);
#define PARRY_NEW(arena, type) ((type *)parry_arena_alloc((arena), sizeof(type)))
#define PARRY_ARRAY(arena, type, count) ((type *)parry_arena_array((arena), (count), sizeof(type)))
void *parry_arena_array(parry_arena *a, size_t count, size_t size); /* checks the product */
/* Grow an array that lives in the arena: a copy twice as large when *cap is used up. */
void *parry_arena_grow(parry_arena *a, void *array, size_t used, size_t *cap, size_t size);
size_t parry_arena_bytes(const parry_arena *a);

#ifdef __cplusplus
}
#endif
#endif
