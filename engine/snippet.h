/* Snippet: the piece of a passage that shows why it was found. Private to engine/.
 *
 * Whole sentences where they fit, else whole words with an ellipsis; HTML-escaped, with <mark> around the words that
 * match a group of the query by stem, spelling or prefix. */
#ifndef PARRY_ENGINE_SNIPPET_H
#define PARRY_ENGINE_SNIPPET_H

#include "engine/understand.h"

enum { PARRY_SNIPPET_BYTES = 220 }; /* of text, marks and escapes not counted */

parry_str parry_snippet(parry_analyser *an, parry_arena *a, parry_str passage, parry_str locale,
                        const parry_understood *u);

#endif
