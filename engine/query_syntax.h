/* What a person may type besides words: "a phrase", -without, -"without this". Private to engine/.
 *
 * A quotation mark opens a phrase at the beginning of a word and closes it at the end of one; 15" screens have none.
 * One without its partner is punctuation. A hyphen takes the next word away where it follows white space and a letter
 * or a quotation mark follows it at once: not a lone one, not one in a word, not --force, not -5. Where nothing else
 * would be left to search for, no hyphen takes anything away. docs/query-syntax.md is for people. */
#ifndef PARRY_ENGINE_QUERY_SYNTAX_H
#define PARRY_ENGINE_QUERY_SYNTAX_H

#include "base/str.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { PARRY_MAX_SPANS = 8 }; /* what comes after them is words */

typedef struct parry_marked {
    uint32_t start, end; /* bytes of the text, without the marks */
    bool quoted;         /* word for word, else any form of it */
    bool negated;        /* not wanted */
} parry_marked;

typedef struct parry_syntax {
    parry_str plain; /* in the arena, as long as the text: marks and all that is not wanted are blanks */
    parry_marked spans[PARRY_MAX_SPANS];
    size_t n;
} parry_syntax;

/* typing: a last word that is taken away but may be unfinished takes nothing away yet. Any bytes will do. */
void parry_query_syntax(parry_arena *a, parry_str text, bool typing, parry_syntax *out);

#ifdef __cplusplus
}
#endif
#endif
