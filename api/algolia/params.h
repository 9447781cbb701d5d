/* Algolia's search parameters as one plain struct: bodies of version 5 of its clients (members), of version 4
 * (`params`, urlencoded, within JSON) and URLs. Unknown parameters are ignored, numbers may be strings, a list may be
 * one string; what is known and makes no sense is INVALID. Pure; docs/algolia.md lists the parameters. */
#ifndef PARRY_API_ALGOLIA_PARAMS_H
#define PARRY_API_ALGOLIA_PARAMS_H

#include "api/algolia/filters.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    PARRY_ALGOLIA_REQUESTS = 50,    /* in one body */
    PARRY_ALGOLIA_HITS = 1000,      /* that all requests of one body may want together */
    PARRY_ALGOLIA_NAMES = 64,       /* in one list */
    PARRY_ALGOLIA_NAME_BYTES = 200, /* of a name, a tag, an index */
    PARRY_ALGOLIA_REACH = 1000,     /* hits that can be paged through */
    PARRY_ALGOLIA_FACET_HITS = 100,
};

typedef struct parry_algolia_names {
    parry_str *names;
    size_t n;
} parry_algolia_names;

typedef struct parry_algolia_params { /* everything lives in the arena */
    parry_str index, query;           /* query: cut to what the caller allows */
    size_t page, per_page;            /* per_page 0 to PARRY_SEARCH_MAX_LIMIT: 0 asks for counts alone */
    size_t offset, length;            /* what to show; the page's unless given */
    bool by_offset;
    parry_algolia_names retrieve, highlight, snippet; /* "title", "hierarchy.*", "-url", "content:15" */
    parry_algolia_names facets;                       /* as they were asked for; "*" is all */
    size_t facet_values;                              /* at most so many of each */
    parry_str pre, post, ellipsis;                    /* around matches, where a snippet is cut */
    parry_algolia_filters filters;
    parry_str rule_tag, user_token;
    bool finished; /* the last word is: it is no prefix */
    bool click_analytics, ranking_info;
    bool facet_search; /* for values of a facet instead of hits */
    parry_str facet, facet_query;
    size_t facet_hits;
} parry_algolia_params;

/* One request: a JSON object, with members, `params`, or both (a member wins). index, facet: from the path, empty where
 * the request names it (facet not empty: a search for its values). Fails: INVALID. */
PARRY_MUST parry_code parry_algolia_params_read(parry_arena *a, const json_t *request, parry_str index, parry_str facet,
                                                size_t query_bytes, parry_algolia_params *out, parry_err *err);
/* {"requests": [...]}: at most PARRY_ALGOLIA_REQUESTS of them, for PARRY_ALGOLIA_HITS hits. */
PARRY_MUST parry_code parry_algolia_requests_read(parry_arena *a, const json_t *body, size_t query_bytes,
                                                  parry_algolia_params **out, size_t *n, parry_err *err);
/* "a=1&b=%5B%22x%22%5D" as an object of strings (a new reference; the first of a name counts). Fails: INVALID. */
PARRY_MUST parry_code parry_algolia_form(parry_arena *a, parry_str form, json_t **out, parry_err *err);

/* What the name of an index says. known: names between spaces or commas; empty: any will do. "NAME_de" or "NAME_pt-BR"
 * of a known one (of "articles", where any will do) is a language of it; names are of letters, digits and "_.-";
 * "..._by_updated" and
 * "..._by_title" are its orders. Fails: NOT_FOUND. */
PARRY_MUST parry_code parry_algolia_index(parry_arena *a, const char *known, parry_str index, parry_str *locale,
                                          parry_sort *sort, parry_err *err);

#ifdef __cplusplus
}
#endif
#endif
