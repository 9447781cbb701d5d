/* Page: where in the host's site the question is asked. Private to engine/. */
#ifndef PARRY_ENGINE_PAGE_H
#define PARRY_ENGINE_PAGE_H

#include "engine/show.h"

/* Raise by PARRY_PAGE_POINTS what the page is about and put all in order again: the path ("/account/orders?tab=2";
 * query and fragment are not looked at) holds all words of the article's category, or all of its slug. An empty path
 * raises nothing. */
void parry_raise_page(parry_arena *a, const parry_generation *g, parry_str path, parry_ranked *ranked, size_t n);

#endif
