/* A table of sets; a bucket may stand in any of the eight places of its set. The set and the mark are parts of one
 * keyed hash, so that nobody outside can aim at another's set.
 *
 *     set: lock | mark, full_at | mark, full_at | ... 8 */
#include "api/limits/buckets.h"

#include <assert.h>
#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>

enum { WAYS = 8, WHO_BYTES = 256, RETRY_MAX_S = 3600 };
static const int64_t second = 1000000000;

typedef struct bucket {
    uint64_t mark;
    int64_t full_at; /* before now: full */
} bucket;

typedef struct set {
    pthread_mutex_t lock;
    bucket of[WAYS];
} set;

struct parry_buckets {
    unsigned char key[crypto_shorthash_KEYBYTES];
    size_t nsets; /* a power of two */
    set *sets;
};

parry_buckets *parry_buckets_new(size_t n)
{
    parry_buckets *b = parry_calloc(1, sizeof *b);
    if (sodium_init() < 0)
        parry_oom();
    crypto_shorthash_keygen(b->key);
    b->nsets = 1;
    while (b->nsets * WAYS < n)
        b->nsets *= 2;
    b->sets = parry_calloc(b->nsets, sizeof *b->sets);
    for (size_t i = 0; i < b->nsets; i++)
        (void)pthread_mutex_init(&b->sets[i].lock, NULL);
    return b;
}

void parry_buckets_free(parry_buckets *b)
{
    if (b == NULL)
        return;
    for (size_t i = 0; i < b->nsets; i++)
        (void)pthread_mutex_destroy(&b->sets[i].lock);
    free(b->sets);
    free(b);
}

/* Half of it chooses the set, all of it is the mark. */
static uint64_t mark_of(const parry_buckets *b, unsigned kind, parry_str who)
{
    unsigned char text[WHO_BYTES + 2];
    uint64_t mark;
    size_t n = who.n < WHO_BYTES ? who.n : WHO_BYTES;
    text[0] = (unsigned char)(kind & 0xFF);
    text[1] = (unsigned char)(n & 0xFF);
    if (n > 0)
        memcpy(text + 2, who.p, n);
    static_assert(crypto_shorthash_BYTES == sizeof mark, "a mark is a whole hash");
    (void)crypto_shorthash((unsigned char *)&mark, text, n + 2, b->key);
    return mark;
}

/* Its own place, or that of the bucket that is nearest to full, which is then a full one of this mark. */
static bucket *place_of(set *s, uint64_t mark)
{
    bucket *least = &s->of[0];
    for (bucket *at = s->of; at < s->of + WAYS; at++) {
        if (at->mark == mark)
            return at;
        if (at->full_at < least->full_at)
            least = at;
    }
    *least = (bucket){mark, 0};
    return least;
}

static unsigned seconds_up(int64_t ns)
{
    int64_t s = (ns + second - 1) / second;
    return (unsigned)(s < 1 ? 1 : s > RETRY_MAX_S ? RETRY_MAX_S : s);
}

unsigned parry_bucket_take(parry_buckets *b, unsigned kind, parry_str who, parry_rate rate, int64_t now_ns)
{
    if (rate.per_minute <= 0 && rate.per_hour <= 0)
        return 0;
    /* the time in which one comes, and in which an empty bucket fills */
    int64_t token = rate.per_minute > 0 ? 60 * second / rate.per_minute : 3600 * second / rate.per_hour;
    int64_t whole = rate.burst_s * second;
    if (whole < token)
        whole = token;
    uint64_t mark = mark_of(b, kind, who);
    set *s = &b->sets[mark & (b->nsets - 1)];
    (void)pthread_mutex_lock(&s->lock);
    bucket *at = place_of(s, mark);
    int64_t after = (at->full_at > now_ns ? at->full_at : now_ns) + token, over = after - now_ns - whole;
    if (over <= 0)
        at->full_at = after;
    (void)pthread_mutex_unlock(&s->lock);
    return over <= 0 ? 0 : seconds_up(over);
}
