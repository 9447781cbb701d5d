/* Analyser: text to terms, the same way when indexing and when searching.
 *
 * Normalise (NFKC, case fold, accents dropped), break into words (Unicode word breaks; CJK by bigrams), keep
 * identifiers whole (`sys/config`, `ERR-1042`) beside their parts; one with hyphens has itself without them as its
 * first part (`err1042`, `email`). Every word gives its exact term, and "Z" + its stem (Snowball, by locale). Word
 * terms never begin with an upper case letter, so the two never meet. Terms are at most 64 bytes.
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

typedef struct parry_token {
    parry_str exact;     /* normalised word, in the arena */
    parry_str stem;      /* "Z" + stem, in the arena */
    uint32_t start, end; /* bytes of the original text */
    uint32_t position;   /* 0, 1, 2 ...; an identifier and its parts share their places */
    bool stop;           /* a stop word of the locale */
    bool part;           /* a part of the identifier before it */
} parry_token;

/* locale: BCP 47 ("en", "de-AT"); unknown languages are not stemmed. Tokens in text order. */
void parry_analyse(parry_analyser *an, parry_arena *a, parry_str text, parry_str locale, parry_token **tokens,
                   size_t *n);

#ifdef __cplusplus
}
#endif
#endif
