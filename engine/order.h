/* Order of words: what postings without positions cannot tell is read from the text itself, for the few rows where it
 * matters. Private to engine/. */
#ifndef PARRY_ENGINE_ORDER_H
#define PARRY_ENGINE_ORDER_H

#include "engine/understand.h"

/* The words of a text, one a place: of an identifier its parts, not the whole. In the arena. */
size_t parry_words_in_order(parry_analyser *an, parry_arena *a, parry_str text, parry_str locale, parry_token **out);

/* Does the text hold these exact words, at least one, side by side? */
bool parry_holds_phrase(parry_analyser *an, parry_arena *a, parry_str text, parry_str locale, const parry_str *phrase,
                        size_t n);

/* How far a title is the query: 2 to the letter (nothing else may come before it), .7 where its signs differ, .5 with
 * other forms of the words ("setting up"), .4 with other stop words, .3 in another order; while typing, where it begins
 * with the query, the share of it that is typed; all of it times the weight of the worst reading (a correction's, say).
 * Else 0. */
float parry_title_match(parry_analyser *an, parry_arena *a, parry_str title, parry_str locale,
                        const parry_understood *u);

/* Share, 0 to 1, of the query's neighbouring words (stop words passed over) that stand side by side in a text, in
 * order; 0 where the query has one word. The reader lives in the arena and remembers words from text to text. */
typedef struct parry_pairs parry_pairs;
parry_pairs *parry_pairs_new(parry_analyser *an, parry_arena *a, const parry_understood *u);
float parry_pairs_held(parry_pairs *p, parry_str text, parry_str locale);

#endif
