/* Expand: what one word of a query may stand for besides itself. Private to engine/. */
#ifndef PARRY_ENGINE_EXPAND_H
#define PARRY_ENGINE_EXPAND_H

#include "engine/understand.h"

/* ASCII digits; what makes one identifier of several words. */
bool parry_has_digit(parry_str word);
bool parry_has_separator(parry_str word);

void parry_add_variant(parry_group *g, parry_str term, float weight, bool exact, bool typo);

/* Does an article that may be seen hold this term? */
PARRY_MUST parry_code parry_is_shown(const parry_view *v, parry_str term, bool *shown, parry_err *err);
/* Rows that hold the exact word, over all segments, dead and hidden ones too. */
uint64_t parry_rows_of(const parry_view *v, parry_str word);

/* A word of the language as the model knows it, though nobody may have written it here. */
bool parry_is_a_word(const parry_view *v, parry_str word);

/* What an unfinished word may become: the most frequent words that begin with it. */
PARRY_MUST parry_code parry_complete_word(const parry_view *v, parry_group *g, parry_err *err);
/* Read a word that stands nowhere as the nearest ones that do. A rare word, or one that the model knows, may well be
 * right: it is read so at little weight, and that is only suggested. */
PARRY_MUST parry_code parry_correct(const parry_view *v, parry_group *g, parry_err *err);
/* The stems of the group's word in the languages that the query may have been asked in, beside the first. source: the
 * word as it was written. */
void parry_add_other_stems(const parry_view *v, parry_group *g, parry_str source, float weight, bool typo);
/* Two words that this one is, run together, and that stand side by side somewhere; halves[0] empty where there are
 * none. */
PARRY_MUST parry_code parry_split_word(const parry_view *v, const parry_group *g, parry_str halves[2], parry_err *err);
/* The words of two neighbours are also the one that they make together, where somebody wrote it so. */
PARRY_MUST parry_code parry_join_words(const parry_view *v, parry_group *a, parry_group *b, parry_err *err);

#endif
