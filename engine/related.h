/* Related articles: side table "related" of a generation, made by indexer/related.h.
 *
 *     {"of": 64 hex digits: what it was made from, "related": {ID: [[ID, thousandths], ...], ...}}
 *
 * The table may be older than the articles: who reads it asks the generation what each of them is now. Any thread. */
#ifndef PARRY_ENGINE_RELATED_H
#define PARRY_ENGINE_RELATED_H

#include "engine/generation.h"

#include <jansson.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { PARRY_RELATED_MAX = 10 }; /* kept for an article */

typedef struct parry_related {
    parry_str id, title, slug; /* borrowed from the generation */
    double score;              /* 0 to 1 */
} parry_related;

/* Best first, at most cap: live articles of this audience and of the article's language. None where the article is not
 * live or of another audience. audience empty: the article's own. */
size_t parry_related_of(const parry_generation *g, parry_str id, parry_str audience, parry_related *out, size_t cap);
/* Hash of what the current table was made from; false where there is none. */
bool parry_related_made_from(const parry_generation *g, parry_hash *out);
/* Of one language: "en" and "en-GB". */
bool parry_locale_same(parry_str a, parry_str b);
parry_str parry_language_subtag(parry_str locale); /* "en" of "en-GB" */

/* For engine/side.c. Fails: INVALID. */
PARRY_MUST parry_code parry_related_parse(const json_t *document, parry_arena *a, const void **out, parry_err *err);

#ifdef __cplusplus
}
#endif
#endif
