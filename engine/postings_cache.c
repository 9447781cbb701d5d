/* A table of arrays, open addressing, under one lock: it is held for a probe or a pointer's change, never for a copy.
 */
#include "engine/postings_cache.h"

#include "base/tally.h"
#include "engine/analyse.h"

#include <pthread.h>
#include <stdlib.h>

enum { SLOTS = 8192, FULL = SLOTS / 2 };

typedef struct slot {
    uint32_t *row, *tf; /* one allocation; NULL: free */
    uint32_t n;
    uint8_t length; /* of the term */
    char term[PARRY_TERM_MAX];
} slot;

struct parry_postings_cache {
    pthread_mutex_t lock;
    size_t left, used; /* bytes, slots */
    slot slots[SLOTS];
};

parry_postings_cache *parry_postings_cache_new(size_t most_bytes)
{
    parry_postings_cache *c = parry_calloc(1, sizeof *c);
    pthread_mutex_init(&c->lock, NULL);
    c->left = most_bytes;
    return c;
}

void parry_postings_cache_free(parry_postings_cache *c)
{
    if (c == NULL)
        return;
    for (size_t i = 0; i < SLOTS; i++)
        free(c->slots[i].row);
    pthread_mutex_destroy(&c->lock);
    free(c);
}

/* The term's slot, or the free one where it would go (FNV-1a; at most half of the slots are taken). */
static slot *slot_of(parry_postings_cache *c, parry_str term)
{
    uint32_t h = 2166136261U;
    for (size_t i = 0; i < term.n; i++)
        h = (h ^ (unsigned char)term.p[i]) * 16777619U;
    for (;; h++) {
        slot *s = &c->slots[h % SLOTS];
        if (s->row == NULL || (s->length == term.n && memcmp(s->term, term.p, term.n) == 0))
            return s;
    }
}

bool parry_postings_cache_find(parry_postings_cache *c, parry_str term, parry_postings *out)
{
    pthread_mutex_lock(&c->lock);
    const slot *s = slot_of(c, term);
    bool found = s->row != NULL;
    if (found)
        *out = (parry_postings){s->row, s->tf, s->n};
    pthread_mutex_unlock(&c->lock);
    parry_tally(PARRY_CACHE_POSTINGS, found, 0);
    return found;
}

void parry_postings_cache_offer(parry_postings_cache *c, parry_str term, const parry_postings *p)
{
    size_t bytes = p->n * 2 * sizeof(uint32_t);
    if (p->n < PARRY_POSTINGS_KEPT_FROM || term.n > PARRY_TERM_MAX)
        return;
    parry_tally(PARRY_CACHE_POSTINGS, 0, 1); /* of those that could be kept: others are never found */
    pthread_mutex_lock(&c->lock);
    bool room = bytes <= c->left && c->used < FULL;
    pthread_mutex_unlock(&c->lock);
    if (!room)
        return;
    uint32_t *copy = parry_malloc(bytes);
    memcpy(copy, p->row, bytes / 2);
    memcpy(copy + p->n, p->tf, bytes / 2);

    pthread_mutex_lock(&c->lock);
    slot *s = slot_of(c, term);
    if (s->row == NULL && bytes <= c->left && c->used < FULL) { /* nobody else was faster */
        *s = (slot){copy, copy + p->n, (uint32_t)p->n, (uint8_t)term.n, ""};
        memcpy(s->term, term.p, term.n);
        c->left -= bytes;
        c->used++;
        copy = NULL;
    }
    pthread_mutex_unlock(&c->lock);
    free(copy);
}
