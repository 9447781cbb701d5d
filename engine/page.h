/* Page: where in the host's site the question is asked, and about which product. Private to engine/. */
#ifndef PARRY_ENGINE_PAGE_H
#define PARRY_ENGINE_PAGE_H

#include "engine/search.h"

#define PARRY_PAGE_POINTS 0.5 /* what each part raises an article by */
enum { PARRY_PAGE_WORDS = 32, PARRY_PAGE_PARTS = 2 };

typedef struct parry_page {
    parry_str *words;
    size_t n;          /* 0: it is about nothing */
    parry_str product; /* empty: it is about none */
} parry_page;

/* Of what the host declares in a query: a path ("/account/orders?tab=2"; query and fragment are not looked at) and a
 * product; borrows from it. */
parry_page parry_page_of(parry_arena *a, const parry_query *q);
bool parry_page_says_anything(const parry_page *p);
/* What it gives an article; returns how many parts. "page": the path's words hold all those of the article's category,
 * or all of its slug's. "page.product": the product is the article's, whatever the case of ASCII letters. */
size_t parry_page_parts(const parry_page *p, const parry_article_out *x, parry_part parts[PARRY_PAGE_PARTS]);

#endif
