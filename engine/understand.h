/* Understand: the words of a query as groups of terms to look up. Private to engine/.
 *
 * A group is one word of the query and everything it may stand for: the word and its stem; the words it is the
 * beginning of, when it is still being typed; the nearest words of the vocabulary, when nobody ever wrote it. */
#ifndef PARRY_ENGINE_UNDERSTAND_H
#define PARRY_ENGINE_UNDERSTAND_H

#include "engine/analyse.h"
#include "engine/generation.h"
#include "engine/language.h"
#include "engine/mask.h"

enum { PARRY_MAX_GROUPS = 32, PARRY_MAX_VARIANTS = 32 };

typedef struct parry_variant {
    parry_str term;   /* as in the index */
    float weight;     /* (0, 1]: an occurrence counts so much */
    bool exact;       /* an exact form, not a stem */
    const char *kind; /* what explain calls it ("synonym" ...), static; NULL: the word itself, a stem, typo or prefix */
} parry_variant;

typedef struct parry_group {
    parry_str word; /* normalised, as typed */
    parry_variant variants[PARRY_MAX_VARIANTS];
    size_t nvariants;
    bool stop;           /* a stop word: looked up only when the query has nothing else */
    bool unfinished;     /* the last word while typing */
    bool pair;           /* of a script without spaces: neighbours that may belong to two words */
    bool identifier;     /* holds a digit or a separator: matched whole, it outweighs words */
    parry_str corrected; /* the word it was read as; empty: as typed */
} parry_group;

typedef struct parry_understood {
    parry_group groups[PARRY_MAX_GROUPS];
    size_t ngroups;
    parry_str corrected; /* the query with corrected words in place; empty: none was */
    unsigned language;   /* in which an answer is wanted; engine/in_language.h sets both, once candidates are known */
    float language_sure; /* 0 to 1; 0: any will do */
} parry_understood;

/* masks: what this query may see, one a segment. A word is known, and may be offered as a correction, only where an
 * article that may be seen holds it: a correction must not give away another audience's words. */
PARRY_MUST parry_code parry_understand(parry_analyser *an, const parry_generation *g, const parry_mask *masks,
                                       parry_arena *a, parry_str text, const parry_spoken *spoken, bool typing,
                                       parry_understood *out, parry_err *err);

#endif
