/* Answers while somebody types: most letters change nothing of what is asked for (parry_search_holds), only what it may
 * become. The hits are kept under what holds, and the reply of a further letter is put together of them and of
 * completions of its own. Private to api/. */
#ifndef PARRY_API_ANSWERS_TYPED_H
#define PARRY_API_ANSWERS_TYPED_H

#include "api/answers.h"

/* What is known of a query before it is searched. */
typedef struct parry_typed {
    bool open;      /* somebody types, and what holds is not all of it: such replies have no query_id */
    parry_str text; /* what holds; not empty */
    parry_hash key; /* of the hits */
} parry_typed;

/* *known: out is the whole reply, of hits that were kept. Else it is to be searched, and then kept. Fails as
 * parry_search. */
PARRY_MUST parry_code parry_typed_find(parry_call *c, const parry_answering *how, const parry_generation *g,
                                       const parry_query *q, parry_typed *t, parry_answer *out, bool *known,
                                       parry_err *err);
/* The hits of the reply that was made of r. */
void parry_typed_keep(const parry_call *c, const parry_answering *how, const parry_typed *t, const parry_results *r,
                      const json_t *reply, const parry_answer *answer);

#endif
