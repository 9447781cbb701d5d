/* 2,048 sets of 4 under a keyed hash of kind and name; within a set the one that waits least gives way. */
#include "access/lockout.h"

#include "base/hash.h"

#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>

enum { SETS = 2048, WAYS = 4, FIRST_MS = 1000, DOUBLINGS = 20 };

typedef struct entry {
    uint64_t tag; /* 0: free */
    int64_t last_ms, until_ms;
    unsigned failures;
} entry;

struct parry_lockouts {
    pthread_mutex_t mutex;
    unsigned char key[crypto_generichash_KEYBYTES];
    entry entries[SETS][WAYS];
};

parry_lockouts *parry_lockouts_new(void)
{
    parry_lockouts *l = parry_calloc(1, sizeof *l);
    (void)pthread_mutex_init(&l->mutex, NULL);
    parry_random_bytes(l->key, sizeof l->key);
    return l;
}

void parry_lockouts_free(parry_lockouts *l)
{
    if (l == NULL)
        return;
    (void)pthread_mutex_destroy(&l->mutex);
    free(l);
}

static uint64_t tag_of(const parry_lockouts *l, const char *kind, parry_str name)
{
    unsigned char h[crypto_generichash_BYTES_MIN];
    uint64_t tag;
    crypto_generichash_state state;
    crypto_generichash_init(&state, l->key, sizeof l->key, sizeof h);
    crypto_generichash_update(&state, (const unsigned char *)kind, strlen(kind) + 1);
    crypto_generichash_update(&state, (const unsigned char *)name.p, name.n);
    crypto_generichash_final(&state, h, sizeof h);
    memcpy(&tag, h, sizeof tag);
    return tag == 0 ? 1 : tag;
}

static entry *find(parry_lockouts *l, uint64_t tag, int64_t now_ms)
{
    entry *set = l->entries[tag % SETS];
    for (size_t i = 0; i < WAYS; i++) {
        int64_t ago = now_ms - set[i].last_ms; /* below 0: the clock was set back, and would lock for too long */
        if (set[i].tag == tag && ago > -PARRY_LOCKOUT_MOST_MS && ago < PARRY_LOCKOUT_FORGET_MS)
            return &set[i];
    }
    return NULL;
}

static entry *make(parry_lockouts *l, uint64_t tag)
{
    entry *set = l->entries[tag % SETS], *least = set;
    for (size_t i = 0; i < WAYS; i++) {
        if (set[i].tag == tag || set[i].tag == 0) {
            least = &set[i];
            break;
        }
        if (set[i].until_ms < least->until_ms ||
            (set[i].until_ms == least->until_ms && set[i].last_ms < least->last_ms))
            least = &set[i];
    }
    *least = (entry){.tag = tag};
    return least;
}

static int64_t wait_of(const entry *e, int64_t now_ms) { return e && e->until_ms > now_ms ? e->until_ms - now_ms : 0; }

int64_t parry_lockout_wait_ms(parry_lockouts *l, const char *kind, parry_str name, int64_t now_ms)
{
    uint64_t tag = tag_of(l, kind, name);
    (void)pthread_mutex_lock(&l->mutex);
    int64_t wait = wait_of(find(l, tag, now_ms), now_ms);
    (void)pthread_mutex_unlock(&l->mutex);
    return wait;
}

static void count(entry *e, int64_t now_ms)
{
    e->failures++;
    e->last_ms = now_ms;
    if (e->failures < PARRY_LOCKOUT_FREE)
        return;
    unsigned twice = e->failures - PARRY_LOCKOUT_FREE;
    int64_t wait = twice < DOUBLINGS ? (int64_t)FIRST_MS << twice : PARRY_LOCKOUT_MOST_MS;
    e->until_ms = now_ms + (wait < PARRY_LOCKOUT_MOST_MS ? wait : PARRY_LOCKOUT_MOST_MS);
}

int64_t parry_lockout_try(parry_lockouts *l, const char *kind, parry_str name, int64_t now_ms)
{
    uint64_t tag = tag_of(l, kind, name);
    (void)pthread_mutex_lock(&l->mutex);
    entry *e = find(l, tag, now_ms);
    int64_t wait = wait_of(e, now_ms);
    if (wait == 0)
        count(e ? e : make(l, tag), now_ms);
    (void)pthread_mutex_unlock(&l->mutex);
    return wait;
}

void parry_lockout_undo(parry_lockouts *l, const char *kind, parry_str name, int64_t now_ms)
{
    uint64_t tag = tag_of(l, kind, name);
    (void)pthread_mutex_lock(&l->mutex);
    entry *e = find(l, tag, now_ms);
    if (e != NULL && e->failures > 0) {
        e->failures--;
        e->until_ms = 0; /* nobody waited when that try was counted */
    }
    (void)pthread_mutex_unlock(&l->mutex);
}

void parry_lockout_clear(parry_lockouts *l, const char *kind, parry_str name)
{
    uint64_t tag = tag_of(l, kind, name);
    (void)pthread_mutex_lock(&l->mutex);
    entry *set = l->entries[tag % SETS];
    for (size_t i = 0; i < WAYS; i++) {
        if (set[i].tag == tag)
            set[i] = (entry){0};
    }
    (void)pthread_mutex_unlock(&l->mutex);
}
