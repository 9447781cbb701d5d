/* Analyser: text to terms, the same way when indexing and when searching.
 *
 * Normalise (NFKC, case fold, accents dropped), break into words (Unicode word breaks), keep identifiers whole
 * (`sys/config`, `ERR-1042`) beside their parts; one with hyphens has itself without them as its first part (`err1042`,
 * `email`). Every word gives its exact term, and "Z" + its stem (Snowball, by locale); one with accents also "A" +
 * itself with them. Scripts without spaces give pairs of neighbours. Word terms never begin with an upper case letter,
 * so the kinds never meet. Terms are at most 64 bytes. What is done for which language: docs/languages.md.
 *
 * A parry_analyser is for one thread at a time; it holds the stemmers. */
#ifndef PARRY_ENGINE_ANALYSE_H
#define PARRY_ENGINE_ANALYSE_H

#include "base/str.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { PARRY_TERM_MAX = 64 };

extern const char parry_analyser_identity[]; /* stored in segments; a segment of another one is refused */

typedef struct parry_analyser parry_analyser;
parry_analyser *parry_analyser_new(void);
void parry_analyser_free(parry_analyser *a); /* NULL is fine */

/* What a word gives besides itself and its stem; terms in the arena, empty where there are none. */
typedef struct parry_besides {
    parry_str accented;  /* "A" + the word with its accents: who asks with accents prefers it */
    parry_str bare;      /* "Z" + the stem of the word without them where that is another one. It is written into an
                            index and not asked for: who asks without accents gets it as the stem */
    parry_str single[2]; /* "Z" + the first character of a pair, and the second of the last pair of a run. Written, as
                            they are and with the "Z"; asked for by one character alone */
} parry_besides;

typedef struct parry_token {
    parry_str exact;              /* normalised word, in the arena */
    parry_str stem;               /* "Z" + stem, in the arena */
    const parry_besides *besides; /* NULL: nothing */
    uint32_t start, end;          /* bytes of the original text */
    uint32_t position;            /* 0, 1, 2 ...; an identifier and its parts share their places */
    bool stop;                    /* a stop word of the locale */
    bool part;                    /* a part of the identifier before it */
    bool pair;                    /* neighbours of a script without spaces, or a run of one character */
} parry_token;

/* locale: BCP 47 ("en", "de-AT"); unknown languages are not stemmed. Tokens in text order. The language decides stems,
 * stop words and which apostrophes end a word; exact terms do not depend on it otherwise. */
void parry_analyse(parry_analyser *an, parry_arena *a, parry_str text, parry_str locale, parry_token **tokens,
                   size_t *n);

#ifdef __cplusplus
}
#endif
#endif
