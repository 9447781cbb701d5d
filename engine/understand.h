/* Understand: the words of a query as groups of terms to look up. Private to engine/.
 *
 * A group is one word of the query and everything it may stand for: the word and its stem; the words it is the
 * beginning of, when it is still being typed; the nearest words of the vocabulary, when nobody ever wrote it; the word
 * it makes with its neighbour ("gift card", "giftcard"). docs/query-syntax.md says it for people. */
#ifndef PARRY_ENGINE_UNDERSTAND_H
#define PARRY_ENGINE_UNDERSTAND_H

#include "engine/analyse.h"
#include "engine/generation.h"
#include "engine/language.h"
#include "engine/mask.h"
#include "engine/query_syntax.h"

enum { PARRY_MAX_GROUPS = 32, PARRY_MAX_VARIANTS = 32, PARRY_MAX_ORDER = 64, PARRY_MOST_TIMES = 2 };

typedef struct parry_variant {
    parry_str term;        /* as in the index */
    const parry_str *more; /* of a phrase: the terms after it, all to be in the same row */
    size_t nmore;
    float weight;      /* (0, 1]: an occurrence counts so much */
    bool exact;        /* an exact form, not a stem */
    bool typo;         /* a correction */
    parry_str synonym; /* the synonym it is of, as its author wrote it; empty: none */
    const char *kind; /* what explain calls it ("synonym" ...), static; NULL: the word itself, a stem, typo or prefix */
} parry_variant;

typedef struct parry_group {
    parry_str word; /* normalised, as typed */
    parry_variant variants[PARRY_MAX_VARIANTS];
    size_t nvariants;
    uint8_t times;       /* it is said; no more than PARRY_MOST_TIMES count */
    bool stop;           /* a stop word: looked up only when the query has nothing else */
    bool unfinished;     /* the last word while typing */
    bool identifier;     /* holds a digit or a separator: matched whole, it outweighs words */
    bool part;           /* of an identifier */
    bool pair;           /* of a script without spaces: neighbours that may belong to two words */
    bool quoted;         /* stands in a phrase: read as it is */
    bool shown;          /* an article that may be seen holds the word or its stem */
    bool silent;         /* stands for nothing itself: an identifier read as its parts, a word read as two */
    parry_str corrected; /* the word it was read as; empty: as typed */
    parry_str suggested; /* the word it may have been meant as, though it is one itself; empty: none */
} parry_group;

/* What must stand side by side in an article, or must not. */
typedef struct parry_phrase {
    parry_str *words; /* exact terms, at least one */
    parry_str *stems; /* of them */
    size_t n;
    bool quoted, negated;
} parry_phrase;

typedef struct parry_understood {
    parry_group groups[PARRY_MAX_GROUPS]; /* a repeated word has one */
    size_t ngroups;
    uint8_t order[PARRY_MAX_ORDER]; /* group of each word of the query, of identifiers the parts */
    size_t norder;
    parry_phrase phrases[PARRY_MAX_SPANS];
    size_t nphrases;
    bool typing;
    parry_str plain;     /* the query without marks and without what is not wanted */
    parry_str meaning;   /* the same with corrected words in place: what the encoder reads */
    parry_str corrected; /* the query with corrected words in place; empty: none was */
    parry_str suggested; /* the query with words that may be misspelt replaced; empty: nothing to suggest */
    unsigned language;   /* in which an answer is wanted; engine/in_language.h sets both, once candidates are known */
    float language_sure; /* 0 to 1; 0: any will do */
    bool doubtful;       /* one of those stands nowhere */
    parry_synonym_used synonyms[PARRY_SYNONYMS_TOLD];
    size_t nsynonyms;
    parry_str
        unknown; /* words that no article holds, that are like none that one does, and without synonyms; empty: none */
} parry_understood;

/* What a query is understood against. masks: what it may see, one a segment. A word is known, may be completed to and
 * may be offered as a correction only where an article that may be seen holds it: another audience's words must not be
 * given away. */
typedef struct parry_view {
    parry_analyser *analyser;
    const parry_generation_info *info;
    const parry_mask *masks;
    const parry_search_settings *settings;
    const struct parry_synonyms *synonyms; /* the authors'; NULL: none, like the next */
    const struct parry_boosts *boosts;
    const parry_tokenizer *tokenizer; /* the model's, whose words are no misspelt ones; NULL without a model */
    parry_arena *arena;
    const parry_spoken *spoken;
    parry_str locale;    /* the first that is spoken */
    unsigned more_edits; /* that a word may be away, beyond what its length allows */
} parry_view;

/* Add a variant, unless the group has it or is full. */
void parry_group_add(parry_group *g, parry_variant v);

PARRY_MUST parry_code parry_understand(const parry_view *v, parry_str text, bool typing, parry_understood *out,
                                       parry_err *err);

/* The weight with which a word of a text is one that the group stands for; 0 where it is none. */
float parry_group_holds(const parry_group *g, const parry_token *word);

#endif
