/* Wordings: words in a row, as the analyser reads what an author or a reader wrote. Private to engine/ and eval/. */
#ifndef PARRY_ENGINE_WORDING_H
#define PARRY_ENGINE_WORDING_H

#include "engine/analyse.h"

typedef struct parry_wording {
    parry_str text;          /* as written */
    parry_str *exact, *stem; /* n terms each, as in the index */
    size_t n;
} parry_wording;

/* Everything in the arena. Of an identifier its parts, not the whole: as the words of a query stand in its order. */
parry_wording parry_wording_of(parry_analyser *an, parry_arena *a, parry_str text, parry_str locale);
/* Does `what` stand in `in`, whole words side by side and in order, by their exact forms? */
bool parry_wording_in(const parry_wording *what, const parry_wording *in);
bool parry_wording_eq(const parry_wording *a, const parry_wording *b);

#endif
