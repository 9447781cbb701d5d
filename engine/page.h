/* Page: where in the host's site the question is asked. Private to engine/. */
#ifndef PARRY_ENGINE_PAGE_H
#define PARRY_ENGINE_PAGE_H

#include "engine/search.h"

#define PARRY_PAGE_POINTS 0.5 /* what it raises an article by */
enum { PARRY_PAGE_WORDS = 32 };

typedef struct parry_page {
    parry_str *words;
    size_t n; /* 0: it is about nothing */
} parry_page;

/* Of a path ("/account/orders?tab=2"; query and fragment are not looked at); borrows from it. */
parry_page parry_page_of(parry_arena *a, parry_str path);
/* Its words hold all those of the article's category, or all of its slug's. */
bool parry_page_is_about(const parry_page *p, const parry_article_out *x);

#endif
