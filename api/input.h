/* What handlers with a JSON body, and tools, have in common: members into a query, and the search itself. Private to
 * api/. */
#ifndef PARRY_API_INPUT_H
#define PARRY_API_INPUT_H

#include "api/agents/turns.h"
#include "api/app.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The body, held against a schema (api/schema.h). New reference. Fails: INVALID. */
PARRY_MUST parry_code parry_body_read(const parry_call *c, const char *schema, json_t **out, parry_err *err);
/* A member as a copy in the arena; empty where there is none. */
parry_str parry_body_text(const parry_call *c, const json_t *body, const char *name);
size_t parry_body_number(const json_t *body, const char *name, size_t otherwise);
/* The members audience, locale, category, page, page_product and rule_tag, as far as they are there, into call and
 * query. Fails: DENIED, INVALID (the audience). */
PARRY_MUST parry_code parry_body_scope(parry_call *c, const json_t *body, parry_query *q, parry_err *err);
/* Narrows and searches one generation, and counts the stages. As parry_search fails. */
PARRY_MUST parry_code parry_search_within(parry_call *c, parry_query *q, const parry_generation *g, parry_results *r,
                                          parry_err *err);
/* The likelier of the two readings of a need (api/agents/turns.h); *before (may be NULL): it was the one with what was
 * said before. */
PARRY_MUST parry_code parry_search_need(parry_call *c, const parry_need *need, const parry_query *q,
                                        const parry_generation *g, parry_results *r, bool *before, parry_err *err);
/* "http://HOST" as the caller wrote it, for links that leave with the reply; "" where it said nothing usable. */
const char *parry_caller_origin(const parry_call *c);

#ifdef __cplusplus
}
#endif
#endif
