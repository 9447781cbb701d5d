/* Highlighted texts as Algolia gives them:
 *     {"value": "A <em>refund</em>", "matchLevel": "full", "fullyHighlighted": false, "matchedWords": ["refund"]}
 * Where the tags are markup ("<em>"), the reader puts the value into a page as it is, so the text around the tags is
 * escaped; other tags ("__ais-highlight__") are of readers who escape themselves, and the text is as written. Pure. */
#ifndef PARRY_API_ALGOLIA_TEXT_H
#define PARRY_API_ALGOLIA_TEXT_H

#include "engine/search.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct parry_algolia_paint {
    parry_str pre, post, ellipsis;
    const parry_str *words; /* of the query; empty ones do not count */
    size_t nwords;
} parry_algolia_paint;

/* Whether the reader takes texts as HTML. */
bool parry_algolia_markup(const parry_algolia_paint *p);
/* The text, escaped where the reader takes it as HTML. */
json_t *parry_algolia_plain(const parry_algolia_paint *p, parry_str text);
/* Both are new references. */
json_t *parry_algolia_highlight(const parry_algolia_paint *p, parry_str text, parry_marks marks);
/* {"value", "matchLevel"} of at most so many words (those with a space after them; 0: all), from the first match on
 * where that is not among the first. */
json_t *parry_algolia_snippet(const parry_algolia_paint *p, parry_str text, parry_marks marks, size_t words);
/* The marks of text[from, from + n), as of that piece. */
parry_marks parry_algolia_marks_of(parry_arena *a, parry_marks all, size_t from, size_t n);

#ifdef __cplusplus
}
#endif
#endif
