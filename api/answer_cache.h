/* Answer cache: replies that are ready, for what many people ask in the same way: the first letters of the same words,
 * against one generation. It knows bytes only; what an answer depends on is its key (answer_key.h), so that a new
 * generation, another audience or another key never meets an older or somebody else's answer.
 *
 *     shards by the key, each with its lock, its share of the bytes, a table, and a list by last use
 *
 * Answers also depend on the time (rules with dates, how new an article is): each lives until the next rule begins or
 * ends, and at most for an hour. Any thread; nobody waits for more than a lookup. */
#ifndef PARRY_API_ANSWER_CACHE_H
#define PARRY_API_ANSWER_CACHE_H

#include "base/arena.h"
#include "base/hash.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { PARRY_ANSWER_LIFE_S = 3600, PARRY_ANSWER_SALT_BYTES = 16 };

typedef struct parry_answer {
    parry_str body;          /* the whole reply; where it has a query_id, its place is there, filled with anything */
    size_t id_at;            /* byte at which the query_id stands in it; 0: it has none, and is not logged */
    parry_str record;        /* of the query log (query_log.h); empty: it is not logged */
    bool degraded, doubtful; /* what is counted each time */
    int64_t until_ns;        /* monotonic: from then on it is not to be given */
} parry_answer;

typedef struct parry_answer_cache parry_answer_cache;

parry_answer_cache *parry_answer_cache_new(size_t max_bytes); /* 0: NULL, which finds and keeps nothing */
void parry_answer_cache_free(parry_answer_cache *cache);      /* NULL is fine */

/* To be hashed into every key, so that nobody outside knows which keys meet in one bucket. PARRY_ANSWER_SALT_BYTES. */
const unsigned char *parry_answer_cache_salt(const parry_answer_cache *cache);

/* *out is a copy in the arena. now_ns: monotonic. */
bool parry_answer_cache_find(parry_answer_cache *cache, const parry_hash *key, int64_t now_ns, parry_arena *a,
                             parry_answer *out);
/* Copies the answer, in place of one with the same key; those used longest ago go where there is no room. One that is
 * larger than a shard is not kept. */
void parry_answer_cache_keep(parry_answer_cache *cache, const parry_hash *key, const parry_answer *answer);
size_t parry_answer_cache_bytes(parry_answer_cache *cache); /* in use */

#ifdef __cplusplus
}
#endif
#endif
