/* What Algolia's clients filter by, as filters of the engine: the boolean subset of the `filters` grammar,
 * facetFilters, tagFilters and numericFilters, each ANDed to what was read before. Pure; docs/algolia.md says it for
 * people.
 *
 *     expression  = conjunction {"OR" conjunction}
 *     conjunction = factor {"AND" factor}
 *     factor      = "NOT" factor | "(" expression ")" | condition
 *     condition   = name ":" value | name ":" bound "TO" bound | name ("<" | "<=" | "=" | ">=" | ">") bound | tag
 *
 * Everything becomes an AND of ORs; what grows beyond the limits there, or compares dates within an OR, is INVALID. */
#ifndef PARRY_API_ALGOLIA_FILTERS_H
#define PARRY_API_ALGOLIA_FILTERS_H

#include "engine/search.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    PARRY_ALGOLIA_FILTERS = 48,        /* of the engine's PARRY_FILTERS_MAX; the rest is for rules and keys */
    PARRY_ALGOLIA_FILTER_BYTES = 4096, /* of one expression */
    PARRY_ALGOLIA_FILTER_VALUE = 200,  /* bytes of a name or value */
    PARRY_ALGOLIA_FILTER_DEPTH = 16,   /* of parentheses and NOTs */
};

typedef struct parry_algolia_filters {
    parry_filter filters[PARRY_ALGOLIA_FILTERS]; /* `either` numbers the ORs, from 1; values live in the arena */
    size_t n;
    unsigned ors;
    int64_t from_ms, until_ms; /* of `updated`: [from, until); 0: open */
} parry_algolia_filters;

/* How an attribute of records is called here: "category", "hierarchy.lvl0" ... false: there is none of that name. */
bool parry_algolia_field(parry_str name, parry_field *out);

/* The `filters` parameter. Fails, like the others: INVALID (says what and where), and *f is as before. */
PARRY_MUST parry_code parry_algolia_filters_text(parry_algolia_filters *f, parry_arena *a, parry_str text,
                                                 parry_err *err);
/* facetFilters, or tagFilters where `tags`: a string or an array whose members are ANDed, arrays in it ORed;
 * "name:value", "name:-value" is not that value. NULL and JSON null are nothing. */
PARRY_MUST parry_code parry_algolia_filters_facets(parry_algolia_filters *f, parry_arena *a, const json_t *value,
                                                   bool tags, parry_err *err);
/* numericFilters: the same of "updated>=1767225600". */
PARRY_MUST parry_code parry_algolia_filters_numeric(parry_algolia_filters *f, parry_arena *a, const json_t *value,
                                                    parry_err *err);

#ifdef __cplusplus
}
#endif
#endif
