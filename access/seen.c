/* A table of 512 sets of 8; within a set the one unseen longest gives way. */
#include "access/seen.h"

#include "base/hash.h"

#include <assert.h>
#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>

enum { SETS = 512, WAYS = 8, MINUTE_MS = 60000 };

typedef struct entry {
    int64_t ms; /* 0: free */
    unsigned char n;
    bool fresh; /* not handed out yet */
    char name[PARRY_SEEN_NAME];
} entry;

struct parry_seen {
    pthread_mutex_t mutex;
    unsigned char key[crypto_shorthash_KEYBYTES]; /* nobody chooses names that fall into one set */
    entry entries[SETS][WAYS];
};

parry_seen *parry_seen_new(void)
{
    parry_seen *s = parry_calloc(1, sizeof *s);
    (void)pthread_mutex_init(&s->mutex, NULL);
    parry_random_bytes(s->key, sizeof s->key);
    return s;
}

void parry_seen_free(parry_seen *s)
{
    if (s == NULL)
        return;
    (void)pthread_mutex_destroy(&s->mutex);
    free(s);
}

static entry *set_of(parry_seen *s, parry_str name)
{
    unsigned char h[crypto_shorthash_BYTES];
    assert(name.n > 0 && name.n <= PARRY_SEEN_NAME);
    crypto_shorthash(h, (const unsigned char *)name.p, name.n, s->key);
    uint64_t at;
    memcpy(&at, h, sizeof at);
    return s->entries[at % SETS];
}

static entry *find(entry *set, parry_str name)
{
    for (size_t i = 0; i < WAYS; i++) {
        if (set[i].ms != 0 && set[i].n == name.n && memcmp(set[i].name, name.p, name.n) == 0)
            return &set[i];
    }
    return NULL;
}

static entry *oldest(entry *set)
{
    entry *e = set;
    for (size_t i = 1; i < WAYS; i++) {
        if (set[i].ms < e->ms)
            e = &set[i];
    }
    return e;
}

void parry_seen_touch(parry_seen *s, parry_str name, int64_t now_ms)
{
    entry *set = set_of(s, name);
    (void)pthread_mutex_lock(&s->mutex);
    entry *e = find(set, name);
    if (e == NULL) {
        e = oldest(set);
        e->ms = 0;
        e->n = (unsigned char)name.n;
        memcpy(e->name, name.p, name.n);
    }
    if (now_ms - e->ms >= MINUTE_MS) {
        e->ms = now_ms;
        e->fresh = true;
    }
    (void)pthread_mutex_unlock(&s->mutex);
}

int64_t parry_seen_at(parry_seen *s, parry_str name)
{
    entry *set = set_of(s, name);
    (void)pthread_mutex_lock(&s->mutex);
    const entry *e = find(set, name);
    int64_t ms = e ? e->ms : 0;
    (void)pthread_mutex_unlock(&s->mutex);
    return ms;
}

void parry_seen_drain(parry_seen *s, void (*fn)(void *ctx, parry_str name, int64_t ms), void *ctx)
{
    for (size_t i = 0; i < SETS; i++) {
        entry copy[WAYS];
        (void)pthread_mutex_lock(&s->mutex);
        memcpy(copy, s->entries[i], sizeof copy);
        for (size_t w = 0; w < WAYS; w++)
            s->entries[i][w].fresh = false;
        (void)pthread_mutex_unlock(&s->mutex);
        for (size_t w = 0; w < WAYS; w++) {
            if (copy[w].fresh)
                fn(ctx, parry_str_make(copy[w].name, copy[w].n), copy[w].ms);
        }
    }
}
