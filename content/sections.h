/* Plain text by sections, for search. Inside content/ only. */
#ifndef PARRY_CONTENT_SECTIONS_H
#define PARRY_CONTENT_SECTIONS_H

#include "content/article.h"
#include "content/outline.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { PARRY_SECTIONS_MAX = 5000 }; /* later headings are text of the last section */

/* At least section 0, which may be empty. True where headings were too many. */
bool parry_sections_of(parry_arena *a, const parry_outline *outline, parry_section **sections, size_t *n);

#ifdef __cplusplus
}
#endif
#endif
