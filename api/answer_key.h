/* What an answer to a search depends on, as one hash: the generation, the configuration, and everything of the query
 * that counts, with what its caller's key narrows it to. Not the deadline: an answer that was cut short for one is not
 * to be kept. Not the time: see answer_cache.h. Private to api/. */
#ifndef PARRY_API_ANSWER_KEY_H
#define PARRY_API_ANSWER_KEY_H

#include "api/app.h"

#ifdef __cplusplus
extern "C" {
#endif

/* by: who answers ("suggest"): each has its own shape. q: narrowed (parry_query_narrow). Two queries have the same key
 * only where they are the same. */
parry_hash parry_answer_key(const parry_call *c, const char *by, const parry_generation *g, const parry_query *q);

#ifdef __cplusplus
}
#endif
#endif
