/* Two counters a cache. */
#include "base/tally.h"

#include <stdatomic.h>

static struct {
    _Atomic uint64_t hits, misses;
} tallies[PARRY_CACHES];

const char *parry_cache_name(parry_cache c)
{
    static const char *const names[] = {[PARRY_CACHE_POSTINGS] = "postings",
                                        [PARRY_CACHE_QUERIES] = "queries",
                                        [PARRY_CACHE_MEANINGS] = "meanings",
                                        [PARRY_CACHE_EMBEDDINGS] = "embeddings",
                                        [PARRY_CACHE_ANSWERS] = "answers"};
    return names[c];
}

static void add(_Atomic uint64_t *to, uint64_t n)
{
    if (n > 0)
        atomic_fetch_add_explicit(to, n, memory_order_relaxed);
}

void parry_tally(parry_cache c, uint64_t hits, uint64_t misses)
{
    add(&tallies[c].hits, hits);
    add(&tallies[c].misses, misses);
}

void parry_tally_get(parry_cache c, uint64_t *hits, uint64_t *misses)
{
    *hits = atomic_load_explicit(&tallies[c].hits, memory_order_relaxed);
    *misses = atomic_load_explicit(&tallies[c].misses, memory_order_relaxed);
}
