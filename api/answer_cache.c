/* Shards of chained tables; each list of entries runs from the one used last to the one used longest ago. */
#include "api/answer_cache.h"

#include <pthread.h>
#include <stdlib.h>

enum { SHARDS = 16, BYTES_A_BUCKET = 2048 };

typedef struct entry {
    parry_hash key;
    struct entry *chain;         /* of its bucket */
    struct entry *newer, *older; /* of its shard, by use */
    size_t size;                 /* all of it, bytes included */
    parry_answer answer;         /* its strings stand in `bytes` */
    char bytes[];
} entry;

typedef struct shard {
    pthread_mutex_t lock;
    entry **buckets;
    entry *newest, *oldest;
    size_t bytes;
} shard;

struct parry_answer_cache {
    unsigned char salt[PARRY_ANSWER_SALT_BYTES];
    size_t shard_bytes, nbuckets; /* of one shard; nbuckets a power of two */
    shard shards[SHARDS];
};

parry_answer_cache *parry_answer_cache_new(size_t max_bytes)
{
    if (max_bytes == 0)
        return NULL;
    parry_answer_cache *cache = parry_calloc(1, sizeof *cache);
    parry_random_bytes(cache->salt, sizeof cache->salt);
    cache->shard_bytes = max_bytes / SHARDS;
    cache->nbuckets = 16;
    while (cache->nbuckets * BYTES_A_BUCKET < cache->shard_bytes)
        cache->nbuckets *= 2;
    for (size_t i = 0; i < SHARDS; i++) {
        (void)pthread_mutex_init(&cache->shards[i].lock, NULL);
        cache->shards[i].buckets = parry_calloc(cache->nbuckets, sizeof *cache->shards[i].buckets);
    }
    return cache;
}

void parry_answer_cache_free(parry_answer_cache *cache)
{
    if (cache == NULL)
        return;
    for (size_t i = 0; i < SHARDS; i++) {
        shard *s = &cache->shards[i];
        for (entry *e = s->newest, *older; e != NULL; e = older) {
            older = e->older;
            free(e);
        }
        free(s->buckets);
        (void)pthread_mutex_destroy(&s->lock);
    }
    free(cache);
}

const unsigned char *parry_answer_cache_salt(const parry_answer_cache *cache) { return cache->salt; }

/* ---- one shard, locked ------------------------------------------------------------------------------------------ */

static shard *shard_of(parry_answer_cache *cache, const parry_hash *key) { return &cache->shards[key->b[0] % SHARDS]; }

static entry **bucket_of(const parry_answer_cache *cache, const shard *s, const parry_hash *key)
{
    uint64_t n;
    memcpy(&n, key->b + 1, sizeof n);
    return &s->buckets[n & (cache->nbuckets - 1)];
}

static entry *look_up(const parry_answer_cache *cache, const shard *s, const parry_hash *key)
{
    entry *e = *bucket_of(cache, s, key);
    while (e != NULL && !parry_hash_eq(e->key, *key))
        e = e->chain;
    return e;
}

static void unlink_entry(shard *s, entry *e)
{
    *(e->newer != NULL ? &e->newer->older : &s->newest) = e->older;
    *(e->older != NULL ? &e->older->newer : &s->oldest) = e->newer;
}

static void put_first(shard *s, entry *e)
{
    e->newer = NULL;
    e->older = s->newest;
    *(s->newest != NULL ? &s->newest->newer : &s->oldest) = e;
    s->newest = e;
}

static void forget(parry_answer_cache *cache, shard *s, entry *e)
{
    entry **at = bucket_of(cache, s, &e->key);
    while (*at != e)
        at = &(*at)->chain;
    *at = e->chain;
    unlink_entry(s, e);
    s->bytes -= e->size;
    free(e);
}

static void put(parry_answer_cache *cache, shard *s, entry *e)
{
    entry *same = look_up(cache, s, &e->key);
    if (same != NULL)
        forget(cache, s, same);
    while (s->oldest != NULL && s->bytes + e->size > cache->shard_bytes)
        forget(cache, s, s->oldest);
    entry **bucket = bucket_of(cache, s, &e->key);
    e->chain = *bucket;
    *bucket = e;
    put_first(s, e);
    s->bytes += e->size;
}

/* ---- in and out ------------------------------------------------------------------------------------------------- */

static entry *entry_of(const parry_hash *key, const parry_answer *answer, size_t size)
{
    entry *e = parry_malloc(size);
    *e = (entry){.key = *key, .size = size, .answer = *answer};
    memcpy(e->bytes, answer->body.p, answer->body.n);
    e->answer.body.p = e->bytes;
    if (answer->record.n > 0)
        memcpy(e->bytes + answer->body.n, answer->record.p, answer->record.n);
    e->answer.record.p = e->bytes + answer->body.n;
    return e;
}

void parry_answer_cache_keep(parry_answer_cache *cache, const parry_hash *key, const parry_answer *answer)
{
    size_t size = sizeof(entry) + answer->body.n + answer->record.n;
    if (cache == NULL || size > cache->shard_bytes)
        return;
    entry *e = entry_of(key, answer, size);
    shard *s = shard_of(cache, key);
    (void)pthread_mutex_lock(&s->lock);
    put(cache, s, e);
    (void)pthread_mutex_unlock(&s->lock);
}

bool parry_answer_cache_find(parry_answer_cache *cache, const parry_hash *key, int64_t now_ns, parry_arena *a,
                             parry_answer *out)
{
    if (cache == NULL)
        return false;
    shard *s = shard_of(cache, key);
    (void)pthread_mutex_lock(&s->lock);
    entry *e = look_up(cache, s, key);
    if (e != NULL && now_ns >= e->answer.until_ns) {
        forget(cache, s, e);
        e = NULL;
    }
    if (e != NULL) {
        unlink_entry(s, e);
        put_first(s, e);
        *out = e->answer;
        out->body = parry_str_copy(a, e->answer.body);
        out->record = parry_str_copy(a, e->answer.record);
    }
    (void)pthread_mutex_unlock(&s->lock);
    return e != NULL;
}

size_t parry_answer_cache_bytes(parry_answer_cache *cache)
{
    size_t n = 0;
    for (size_t i = 0; cache != NULL && i < SHARDS; i++) {
        (void)pthread_mutex_lock(&cache->shards[i].lock);
        n += cache->shards[i].bytes;
        (void)pthread_mutex_unlock(&cache->shards[i].lock);
    }
    return n;
}
