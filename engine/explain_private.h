/* Explain, from inside engine/: what search.c hands over once everything is ranked and shown. */
#ifndef PARRY_ENGINE_EXPLAIN_PRIVATE_H
#define PARRY_ENGINE_EXPLAIN_PRIVATE_H

#include "engine/explain.h"
#include "engine/mask.h"
#include "engine/show.h"

typedef struct parry_explain_input {
    const parry_showing *show;            /* the query, and what it was understood and measured with */
    const parry_view *view;               /* as the words were looked for */
    const parry_mask *masks;              /* before phrases and negations */
    const parry_candidates *text, *dense; /* what each side brought, best first */
    const parry_ranked *ranked;           /* results->total of them */
} parry_explain_input;

/* Fills r->explanation and the grounds of r->hits. Fails: IO, CORRUPT. */
PARRY_MUST parry_code parry_explain(const parry_explain_input *in, parry_results *r, parry_err *err);

/* ---- explain_why.c */
/* Why the query's `why` is not (or is) among r->hits. Its hit has parts, no grounds yet; *measured is set where there
 * is one. */
PARRY_MUST parry_code parry_explain_why(const parry_explain_input *in, const parry_results *r, parry_why_not **out,
                                        parry_candidate *measured, parry_err *err);

#endif
