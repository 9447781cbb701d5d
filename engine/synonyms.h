/* Synonyms: what else a word or a phrase of the query may be called. Side table "synonyms", from the authors'
 * _search/synonyms.yaml:
 *
 *     - words: [refund, cash back, money back]     each stands for the others
 *     - from: wallet                               one way: who asks for a wallet may mean the balance
 *       to: [balance, account credit]
 *       locale: en                                 only for questions in it; else for all
 *       weight: 0.6                                what a match counts: 0.1 to 0.9
 *
 * They only add terms to look up, each counting less than what was typed; what may be seen is the masks' to say. */
#ifndef PARRY_ENGINE_SYNONYMS_H
#define PARRY_ENGINE_SYNONYMS_H

#include "engine/understand.h"
#include "engine/wording.h"

#include <jansson.h>

enum { PARRY_SYNONYMS_MAX = 5000, PARRY_SYNONYM_WORDS_MAX = 20, PARRY_SYNONYM_TERMS_MAX = 6 };
#define PARRY_SYNONYM_WEIGHT 0.6

/* One way: from any of these to each of those. */
typedef struct parry_synonym {
    const parry_wording *from, *to;
    size_t nto;
    parry_str locale; /* empty: any */
    float weight;
    int line;
} parry_synonym;

/* The first word of a phrase, exact or stem. */
typedef struct parry_synonym_key {
    parry_str term;
    uint32_t synonym;
} parry_synonym_key;

typedef struct parry_synonyms {
    const parry_synonym *list;
    size_t n;
    const parry_synonym_key *first; /* by term */
    size_t nfirst;
    const parry_str *words; /* every term of every `from`, by bytes */
    size_t nwords;
} parry_synonyms;

PARRY_MUST parry_code parry_synonyms_parse(const json_t *document, parry_arena *a, const void **out, parry_err *err);
/* Does an author know this word (exact or stem)? Then it is not misspelt, even if no article has it. s may be NULL. */
bool parry_synonyms_know_group(const parry_synonyms *s, const parry_group *g);
/* Add the synonyms of the query's words as variants of their groups, and list them in u->synonyms. One
 * that is more frequent than the word typed counts less, by how much less it tells. */
void parry_synonyms_apply(const parry_view *v, parry_understood *u);

#endif
