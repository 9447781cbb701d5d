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

/* typed: of one person, in order of time (at_ms within 2^60 of 0), n at least 1. final_of[i]: the index of the search
 * that i belongs to; i itself where it is one. It comes after what was typed on the way to it, and before what is asked
 * of it again: another page, letters that were only deleted. Each search and what belongs to it stand in a row. Linear
 * in the bytes of the texts.
 *
 * A text is a search, not a step, where it was submitted, something of its list was used, or it was read: more time
 * went by than the next one's letters took, by three letters' time, and at least 2 seconds, before an unrelated text
 * took its place; and where it is the last one. A text that goes on is another search after a minute (five within a
 * word). docs/deflection.md says it all. */
void parry_collapse(const parry_typed *typed, size_t n, size_t *final_of);

/* A text as it is compared and counted: case folded, blanks and punctuation at the ends gone, blanks single. In the
 * arena. */
parry_str parry_collapse_fold(parry_arena *a, parry_str text);

#ifdef __cplusplus
}
#endif
#endif
