/* Explain, from inside engine/: what search.c hands over once everything is ranked and shown. */
#ifndef PARRY_ENGINE_EXPLAIN_PRIVATE_H
#define PARRY_ENGINE_EXPLAIN_PRIVATE_H

#include "engine/curate.h"
#include "engine/explain.h"

typedef struct parry_explain_input {
    const parry_showing *show;            /* the query, and what it was understood and measured with */
    const parry_view *view;               /* as the words were looked for */
    const parry_curation *curation;       /* its masks: before phrases and negations */
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

/* ---- explain_unmet.c */
/* w->why and w->unmet of a live article that the masks do not show; UNKNOWN where the caller may not know of it. */
void parry_explain_unmet(const parry_explain_input *in, const parry_article_out *x, parry_why_not *w);

/* ---- explain_said.c */
/* All of w in words, for people. */
parry_str parry_explain_said(parry_arena *a, const parry_why_not *w, parry_sort sort);

#endif
