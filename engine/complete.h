/* Complete: what a query that is being typed may become: titles, headings and past queries. Private to engine/.
 *
 * Titles and headings are those of articles that the query may see; before there are enough letters to have found any,
 * titles that begin so. Past queries come from a side table ("completions"), which is empty until there is a log of
 * queries:
 *
 *     [{"text": "refund not received", "count": 12, "audience": "customer"}, ...]
 *
 * count: visitors who asked it; under PARRY_COMPLETION_VISITORS none is taken, so that nobody reads what one person
 * typed. Each belongs to the audience that asked; one without is for those who may see every audience. */
#ifndef PARRY_ENGINE_COMPLETE_H
#define PARRY_ENGINE_COMPLETE_H

#include "engine/show.h"

enum {
    PARRY_COMPLETION_VISITORS = 5,
    PARRY_COMPLETION_BYTES = 120,  /* longer phrases are no completions */
    PARRY_PAST_QUERIES = 100000,   /* in a table */
    PARRY_COMPLETE_LOOKED_AT = 40, /* ranked articles whose titles and headings are looked at */
};

typedef struct parry_past_query {
    parry_str text, audience;
    parry_str folded; /* its first word */
    uint64_t count;
} parry_past_query;

/* In the order of their folded first word, then of count. */
typedef struct parry_past_queries {
    const parry_past_query *list;
    size_t n;
} parry_past_queries;

PARRY_MUST parry_code parry_past_queries_parse(const json_t *document, parry_arena *a, const void **out,
                                               parry_err *err);

/* Fill r->completions, at most q->completions. u: the query as it was read; ranked[0 .. n): best first, none where
 * nothing was asked for yet. */
void parry_complete(parry_arena *a, const parry_generation *g, const parry_mask *masks, const parry_query *q,
                    const parry_understood *u, const parry_ranked *ranked, size_t n, parry_results *r);

#endif
