/* Parry's answers as Algolia's clients read them. A hit is an article with its best section: a record with plain
 * attributes (title, section, category, tags, ...) and with DocSearch's (hierarchy.lvl0 to lvl6: the category, the
 * title, the headings down to the section's; content, type, anchor, url). Pure. */
#ifndef PARRY_API_ALGOLIA_REPLY_H
#define PARRY_API_ALGOLIA_REPLY_H

#include "api/algolia/params.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct parry_algolia_answer {
    parry_arena *arena;
    const parry_algolia_params *params;
    const parry_results *results;
    parry_str site;     /* before the path of every URL: "https://help.example/merchant" */
    parry_str query_id; /* empty: it has none */
} parry_algolia_answer;

/* One of "results"; a new reference, like the next. */
json_t *parry_algolia_result_json(const parry_algolia_answer *a);
/* Of a search for values of a facet: {"facetHits": [...]}. The results count by that field alone. */
json_t *parry_algolia_facet_json(const parry_algolia_answer *a);
/* {"message", "status"} */
json_t *parry_algolia_error_json(int status, const char *message);
/* The article that an objectID is of. */
parry_str parry_algolia_article(parry_str object_id);

#ifdef __cplusplus
}
#endif
#endif
