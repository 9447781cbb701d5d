/* One array of vectors; its slots in sets, each under one of a few locks. */
#include "engine/meanings.h"

#include "base/hash.h"
#include "base/tally.h"

#include <pthread.h>
#include <stdlib.h>

enum { WAYS = 8, LOCKS = 16 };

typedef struct slot {
    parry_hash key;
    uint64_t used; /* 0: empty */
} slot;

struct parry_meanings {
    pthread_mutex_t locks[LOCKS]; /* of set i: the one at i % LOCKS, and its clock */
    uint64_t clocks[LOCKS];
    unsigned char salt[16]; /* nobody outside knows which texts meet in a set */
    size_t dim, nsets;
    slot *slots; /* nsets x WAYS */
    float *vectors;
};

parry_meanings *parry_meanings_new(size_t dim, size_t most)
{
    parry_meanings *m = parry_calloc(1, sizeof *m);
    m->dim = dim;
    m->nsets = LOCKS;
    while (m->nsets * WAYS < most)
        m->nsets *= 2;
    m->slots = parry_calloc(m->nsets * WAYS, sizeof *m->slots);
    m->vectors = parry_calloc(m->nsets * WAYS * dim, sizeof *m->vectors);
    parry_random_bytes(m->salt, sizeof m->salt);
    for (size_t i = 0; i < LOCKS; i++)
        (void)pthread_mutex_init(&m->locks[i], NULL);
    return m;
}

void parry_meanings_free(parry_meanings *m)
{
    if (m == NULL)
        return;
    for (size_t i = 0; i < LOCKS; i++)
        (void)pthread_mutex_destroy(&m->locks[i]);
    free(m->slots);
    free(m->vectors);
    free(m);
}

static parry_hash key_of(const parry_meanings *m, parry_str text)
{
    parry_hasher h;
    parry_hasher_start(&h);
    parry_hasher_add(&h, m->salt, sizeof m->salt);
    parry_hasher_adds(&h, text);
    return parry_hasher_end(&h);
}

static size_t set_of(const parry_meanings *m, const parry_hash *key)
{
    uint64_t n;
    memcpy(&n, key->b, sizeof n);
    return n & (m->nsets - 1);
}

/* The slot with this key, or the one that is to be written over; with the lock held. */
static slot *choose(parry_meanings *m, size_t set, const parry_hash *key, bool *found)
{
    slot *first = &m->slots[set * WAYS], *oldest = first;
    for (slot *s = first; s < first + WAYS; s++) {
        *found = s->used != 0 && parry_hash_eq(s->key, *key);
        if (*found)
            return s;
        oldest = s->used < oldest->used ? s : oldest;
    }
    return oldest;
}

static float *vector_of(const parry_meanings *m, const slot *s) { return m->vectors + (size_t)(s - m->slots) * m->dim; }

bool parry_meanings_find(parry_meanings *m, parry_str text, float *vector)
{
    parry_hash key = key_of(m, text);
    size_t set = set_of(m, &key), lock = set % LOCKS;
    bool found;
    (void)pthread_mutex_lock(&m->locks[lock]);
    slot *s = choose(m, set, &key, &found);
    if (found) {
        s->used = ++m->clocks[lock];
        memcpy(vector, vector_of(m, s), m->dim * sizeof *vector);
    }
    (void)pthread_mutex_unlock(&m->locks[lock]);
    parry_tally(PARRY_CACHE_MEANINGS, found, !found);
    return found;
}

void parry_meanings_keep(parry_meanings *m, parry_str text, const float *vector)
{
    parry_hash key = key_of(m, text);
    size_t set = set_of(m, &key), lock = set % LOCKS;
    bool found;
    (void)pthread_mutex_lock(&m->locks[lock]);
    slot *s = choose(m, set, &key, &found);
    s->key = key;
    s->used = ++m->clocks[lock];
    memcpy(vector_of(m, s), vector, m->dim * sizeof *vector);
    (void)pthread_mutex_unlock(&m->locks[lock]);
}
