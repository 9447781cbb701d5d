/* Search: a generation and a query in, ranked answers out. engine/search.c is a page: understand, retrieve two ways,
 * fuse, group, show. A parry_searcher belongs to one thread; the generation it searches is held by the caller. */
#ifndef PARRY_ENGINE_SEARCH_H
#define PARRY_ENGINE_SEARCH_H

#include "base/clock.h"
#include "base/config.h"
#include "base/json.h"
#include "engine/explain.h"
#include "engine/generation.h"
#include "engine/meanings.h"
#include "models/encoder.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { PARRY_SEARCH_MAX_LIMIT = 100, PARRY_QUERY_MAX_BYTES = 2048 };

typedef enum parry_mode { PARRY_HYBRID, PARRY_TEXT, PARRY_VECTOR } parry_mode;
PARRY_MUST parry_code parry_mode_parse(parry_str name, parry_mode *out,
                                       parry_err *err); /* "hybrid", "text", "vector" */
const char *parry_mode_name(parry_mode m);

/* What articles are told apart by, and counted by. An article has one of each, but tags. */
typedef enum parry_field {
    PARRY_FIELD_CATEGORY,
    PARRY_FIELD_AUDIENCE,
    PARRY_FIELD_LOCALE,
    PARRY_FIELD_PRODUCT,
    PARRY_FIELD_TAG,
    PARRY_FIELDS
} parry_field;
const char *parry_field_name(parry_field f); /* "category", "audience", "locale", "product", "tag" */
PARRY_MUST parry_code parry_field_parse(parry_str name, parry_field *out, parry_err *err);

/* Of one set and field any value will do; different sets and fields must all hold. A locale holds for its regions.
 * Alternatives with a number (not 0) are those of one set and number instead, whatever their fields. */
typedef struct parry_filter {
    parry_field field;
    unsigned set; /* the caller's are 0; each rule has its own */
    parry_str value;
    unsigned either; /* the number of its alternatives; 0: those of its field */
    bool negated;    /* holds for articles that do not have the value */
} parry_filter;
enum { PARRY_FILTERS_MAX = 64, PARRY_FACET_VALUES_MAX = 50 };

typedef enum parry_sort { PARRY_BY_RELEVANCE, PARRY_BY_UPDATED, PARRY_BY_TITLE } parry_sort;
PARRY_MUST parry_code parry_sort_parse(parry_str name, parry_sort *out,
                                       parry_err *err); /* "relevance", "updated" (newest first), "title" */

typedef struct parry_query {
    parry_str text; /* at most PARRY_QUERY_MAX_BYTES */
    parry_mode mode;
    bool typing;            /* the last word may be unfinished */
    bool challenger;        /* ranked by the challenger (docs/experiments.md), where the generation has one */
    bool steady;            /* with typing: no letter takes back what was shown unless for what is clearly better */
    parry_str previous;     /* with steady: id of the article that was first a letter before; empty: none */
    parry_str audience;     /* only articles of this audience; empty: of every audience (trusted callers alone) */
    parry_str locale;       /* only articles of this locale or its language; empty: all */
    parry_str category;     /* only this one; empty: all */
    parry_str page;         /* path of the page on which it is asked: raises what it is about; empty: none */
    parry_str page_product; /* that the page is about: raises its articles, filters nothing; empty: none */
    const parry_filter *filters; /* at most PARRY_FILTERS_MAX */
    size_t nfilters;
    int64_t updated_from_ms, updated_until_ms; /* only articles updated in [from, until), Unix ms; 0: open. One whose
                                                  date cannot be read is in no range */
    unsigned facets;                           /* count by these: a bit each parry_field */
    parry_sort sort;                           /* but for relevance: of the articles that may well be the answer */
    parry_str rule_tag;                        /* what rules may ask for ("checkout"); empty: nothing */
    size_t offset, limit;                      /* limit 1 to PARRY_SEARCH_MAX_LIMIT */
    size_t completions;                        /* at most so many; 0: none */
    bool explain;                              /* parts of every score */
    bool grounds;   /* with explain: how words were read, and what each hit rests on (engine/explain.h) */
    bool trusted;   /* may be told that an article is there which the filters hide */
    bool snippets;  /* off where only ids and scores are wanted */
    bool marks;     /* with snippets: matches in titles, paths and whole passages; and where a heading holds more of the
                       query than the best passage, its section is the one that is shown */
    bool sentences; /* where few words match, show the sentence nearest in meaning: some milliseconds more */
    size_t snippet_columns;   /* 40 to 220 wide; 0: 220 */
    parry_str why;            /* with grounds: why is the article of this id (not) among the hits; empty: not asked */
    const parry_str *exclude; /* ids left out before ranking (evaluation) */
    size_t nexclude;
    int64_t deadline_ns; /* parry_mono_ns() when the answer should be there; where meaning would take longer, words
                            alone answer, and `degraded` says so; 0: none */
} parry_query;

/* One number that went into a score. */
typedef struct parry_part {
    const char *name; /* "text.article", "vector.title", ...: docs/ranking.md lists them */
    double value;     /* what was measured */
    double weight;    /* times this ... */
    double points;    /* ... gives this; the points of a hit sum to its score */
} parry_part;

/* What a phrase of the query was also looked up as. */
typedef struct parry_synonym_used {
    parry_str from, to; /* as their author wrote them */
    double weight;
    int line; /* of synonyms.yaml */
} parry_synonym_used;
enum { PARRY_SYNONYMS_TOLD = 32 };

/* A match in a plain text: [start, end) in bytes, [first, last) in code points; a bit for each of parry_results.words
 * that it is of. */
typedef struct parry_mark {
    uint32_t start, end, first, last, words;
} parry_mark;

/* Matches in order, apart from each other. */
typedef struct parry_marks {
    const parry_mark *m;
    size_t n;
} parry_marks;

typedef struct parry_hit {
    parry_str id, title, slug, category, audience, locale, updated;
    parry_str section, anchor; /* the best section's heading and anchor; empty: the article's beginning */
    parry_str path;            /* headings above it and its own */
    parry_str snippet;         /* HTML: escaped text with <mark> around matches */
    parry_str snippet_text;    /* the same as plain text on one line */
    const parry_mark *marks;   /* in snippet_text, in order, apart from each other */
    size_t nmarks;
    parry_str passage;                                  /* the whole passage as plain text; empty unless snippets */
    parry_marks title_marks, path_marks, passage_marks; /* with query.marks */
    double score;                                       /* comparable within one result list; higher is better */
    double text, vector;                                /* the two sides, 0 where a side did not find it */
    parry_part *parts;                                  /* with explain */
    size_t nparts;
    parry_str product;
    parry_str tags;               /* one a line */
    parry_str rule;               /* the rule that pinned it or raised it; empty: none */
    bool pinned;                  /* its place is a rule's, not its score's */
    const parry_grounds *grounds; /* with grounds, else NULL */
    uint32_t segment, article;    /* where it came from */
} parry_hit;

typedef struct parry_facet_value {
    parry_str value;
    size_t n; /* ranked articles that have it; of parry_search_nothing, visible ones */
} parry_facet_value;

/* The values of a field over all ranked articles, most frequent first, then by bytes; at most PARRY_FACET_VALUES_MAX.
 */
typedef struct parry_facet {
    parry_field field;
    parry_facet_value *values;
    size_t n;
} parry_facet;

/* What was done because nothing was found otherwise. */
typedef enum parry_relaxed {
    PARRY_RELAXED_PHRASES = 1, /* phrases were taken as words */
    PARRY_RELAXED_SPELLING = 2 /* words were read as others that are further away */
} parry_relaxed;
/* What the query may become. */
typedef struct parry_completion {
    parry_str text, html; /* html: escaped, with <mark> around what was typed of it */
} parry_completion;

/* Where an article is in its generation. */
typedef struct parry_spot {
    uint32_t segment, article;
} parry_spot;

typedef struct parry_results {
    parry_hit *hits;
    size_t n;
    size_t total; /* articles that were ranked, before offset and limit */
    uint64_t generation;
    parry_mode mode;        /* what was done: TEXT where HYBRID was asked and there is no model, or no time for it */
    bool degraded;          /* mode differs from what was asked */
    double vector_trust;    /* 0 to 1: how much HYBRID heeds meaning; 0 where the model cannot read the language */
    parry_str corrected;    /* words that were read as others ("refund not received"); empty: none */
    size_t corrected_total; /* articles that hold all its words, but those that none holds */
    parry_str did_you_mean; /* a query with many more such articles, not searched for; empty: none */
    size_t did_you_mean_total;
    parry_str unknown;      /* words that no article holds and that are like none that does; empty: none */
    unsigned relaxed;       /* parry_relaxed, or-ed */
    double probability;     /* that the first hit answers, 0 to 1; below 0: not known (not hybrid, or little trust) */
    bool own_calibration;   /* fitted on this content; else on the sample help centre */
    bool answered;          /* the probability reaches the calibration's threshold */
    double logit;           /* what the probability was made from; for fitting, like these two */
    const double *context;  /* engine/context.h */
    const double *evidence; /* engine/calibration.h */
    const parry_synonym_used *synonyms; /* that were applied */
    size_t nsynonyms;
    const parry_str *rules; /* names of the rules that matched */
    size_t nrules;
    parry_facet *facets; /* those asked for, in the order of parry_field */
    size_t nfacets;
    const parry_explanation *explanation; /* with grounds, else NULL */
    bool settled;                         /* false: asked without `steady`, the answer may be another */
    parry_completion *completions;
    size_t ncompletions;
    parry_spot *places; /* with completions: of the articles that they were made of */
    size_t nplaces;
    const parry_str *words; /* the query's words, normalised; empty for one that is not looked for */
    size_t nwords;          /* at most 32 */
    int64_t understand_ns, text_ns, encode_ns, vector_ns, fuse_ns, show_ns; /* stages */
} parry_results;

/* Settings of the whole search ("search.*" of the configuration). */
typedef struct parry_search_settings {
    unsigned typo_one_from, typo_two_from; /* letters from which a word may have one typo, two; 0: never */
    bool typo_numbers;                     /* words with digits, too */
    parry_str typo_off_words;              /* never corrected; separated by spaces or commas; borrowed */
    unsigned typo_off_kinds;               /* a bit a row kind in which corrections are not looked for */
} parry_search_settings;

typedef struct parry_searcher parry_searcher;
/* encoder may be NULL: text alone. Borrowed, must outlive the searcher. */
parry_searcher *parry_searcher_new(const parry_encoder *encoder);
/* Other than the defaults; borrows the configuration's strings. */
void parry_searcher_configure(parry_searcher *s, const parry_config *c);
/* Share vectors with other searchers of the same encoder; borrowed. */
void parry_searcher_share(parry_searcher *s, parry_meanings *meanings);
void parry_searcher_free(parry_searcher *s); /* NULL is fine */
/* What rules with dates and freshness go by; the system's unless told. */
void parry_searcher_set_clock(parry_searcher *s, parry_clock clock);

/* Results live in the arena and borrow from the generation. Fails: INVALID (empty or over-long text, limit), IO,
 * CORRUPT. */
PARRY_MUST parry_code parry_search(parry_searcher *s, const parry_generation *g, const parry_query *q, parry_arena *a,
                                   parry_results *out, parry_err *err);

/* While somebody types (typing, steady): what of the query holds, which is what is asked for, empty while it is too
 * little; and whether that is all of it. Two queries that are alike but for their texts, and of which the same holds,
 * have the same hits. */
PARRY_MUST parry_code parry_search_holds(parry_searcher *s, const parry_generation *g, const parry_query *q,
                                         parry_arena *a, parry_str *text, bool *settled, parry_err *err);
/* The completions that parry_search would give, made of the places that it gave for a query of which the same text
 * holds; nothing else of out is written. */
PARRY_MUST parry_code parry_search_complete(parry_searcher *s, const parry_generation *g, const parry_query *q,
                                            parry_str holds, const parry_spot *places, size_t n, parry_arena *a,
                                            parry_results *out, parry_err *err);

/* What to show before anything is asked: articles that their authors promote, then those changed last. Of the query
 * audience, locale, category, filters, dates, facets, offset, limit and snippets count; scores are 0. Fails: INVALID
 * (limit, filters). */
PARRY_MUST parry_code parry_search_nothing(parry_searcher *s, const parry_generation *g, const parry_query *q,
                                           parry_arena *a, parry_results *out, parry_err *err);

/* When the answers of a generation change of themselves next, after now_ms (Unix ms): a rule begins or ends, also one
 * of the challenger; INT64_MAX where none does. How new an article is counts all the time, and slowly. */
int64_t parry_search_change_ms(const parry_generation *g, int64_t now_ms);

/* [{name, value, weight, points}]; a new reference. */
json_t *parry_parts_json(const parry_part *parts, size_t n);
/* As the HTTP API and `parry search --json` give it (new reference). base_url goes before "/articles/SLUG#ANCHOR". */
json_t *parry_results_json(const parry_query *q, const parry_results *r, const char *base_url);
/* Likelier than not no article answers: the first hit's probability is known, and under the threshold and one quarter,
 * and no author placed it there. (From one quarter to a threshold that promises more there may well be an answer,
 * perhaps not the first, but none to promise.) */
bool parry_results_doubtful(const parry_results *r);
/* The part of it that says how sure the first hit is, for other shapes: "probability" (null: not known), "calibration"
 * ("own", "shipped", "none": not known), "answered" and "doubtful" (both false where it is not known). */
void parry_results_set_sureness(json_t *j, const parry_results *r);

#ifdef __cplusplus
}
#endif
#endif
