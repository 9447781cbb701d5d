/* Answers: a query in, a whole reply out, from the cache (answer_cache.h) or made now. Either way the reply has a
 * query_id of its own, the query log a record of it, and the metrics its outcome; only the search itself is saved.
 * Private to api/. */
#ifndef PARRY_API_ANSWERS_H
#define PARRY_API_ANSWERS_H

#include "api/app.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct parry_answering {
    const char *by; /* who answers, in the query log and in the key: "suggest" */
    /* What is sent, without its query_id; a new reference, an object. It may depend on the query, the results and
     * c->base, and on nothing else: others are given it, too. */
    json_t *(*shape)(const parry_call *c, const parry_query *q, const parry_results *r);
    bool unlogged; /* its replies have no query_id */
    /* Where replies are {"generation", "settled", "degraded", "completions", "hits", ...} and get the same hits for
     * many texts: their completions; a new reference. NULL: they are not of that kind. */
    json_t *(*completions)(const parry_results *r);
    size_t hits_bytes; /* so long may they be for all of them to be there, whatever the completions are */
} parry_answering;

/* Narrows q to what its caller may see and answers it with 200; an empty text with what is shown before anything is
 * asked. Results that are not settled have no query_id. Fails as parry_search and parry_query_narrow. */
PARRY_MUST parry_code parry_answer_query(parry_call *c, const parry_answering *how, parry_query *q, parry_err *err);

#ifdef __cplusplus
}
#endif
#endif
