/* Collapse: keystrokes are not searches. What one person typed, letter by letter, with slips, backspaces and pauses, is
 * one search: the last text of the chain. Pure; any thread. */
#ifndef PARRY_DEFLECTION_COLLAPSE_H
#define PARRY_DEFLECTION_COLLAPSE_H

#include "base/str.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct parry_typed {
    int64_t at_ms;
    parry_str text; /* redacted, as it was asked */
    bool submitted; /* asked for as a whole (Enter, a link, a form), not while typing */
    bool used;      /* something of its list was clicked: it is what was meant at that moment */
} parry_typed;

/* typed: of one person, in order of time, n at least 1. final_of[i]: the index of the search that i was typed on the
 * way to; i itself where it is one. Asking for another page of the same text is the same search. */
void parry_collapse(const parry_typed *typed, size_t n, size_t *final_of);

/* A text as it is compared and counted: case folded, blanks and punctuation at the ends gone, blanks single. In the
 * arena. */
parry_str parry_collapse_fold(parry_arena *a, parry_str text);

#ifdef __cplusplus
}
#endif
#endif
