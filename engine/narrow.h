/* Narrow: of what a query may see, what its phrases and negations leave. Private to engine/. */
#ifndef PARRY_ENGINE_NARROW_H
#define PARRY_ENGINE_NARROW_H

#include "engine/understand.h"

/* The masks themselves where the query has no phrase and no negation, else new ones in the view's arena. *dropped: no
 * article that may be seen holds all phrases, so that they are taken as words. A phrase stands in one row (a title, a
 * keyword list, a heading, a passage); of the rows that hold all its words, so many are read. */
enum { PARRY_PHRASE_ROWS = 4096 };
PARRY_MUST parry_code parry_narrow(const parry_view *v, const parry_understood *u, const parry_mask **out,
                                   bool *dropped, parry_err *err);

#endif
