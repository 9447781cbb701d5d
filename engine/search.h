/* Search: a generation and a query in, ranked answers out. engine/search.c is a page: understand, retrieve two ways,
 * fuse, group, show. A parry_searcher belongs to one thread; the generation it searches is held by the caller. */
#ifndef PARRY_ENGINE_SEARCH_H
#define PARRY_ENGINE_SEARCH_H

#include "engine/explain.h"
#include "engine/generation.h"
#include "models/encoder.h"

#include <jansson.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { PARRY_SEARCH_MAX_LIMIT = 100, PARRY_QUERY_MAX_BYTES = 2048 };

typedef enum parry_mode { PARRY_HYBRID, PARRY_TEXT, PARRY_VECTOR } parry_mode;
PARRY_MUST parry_code parry_mode_parse(parry_str name, parry_mode *out,
                                       parry_err *err); /* "hybrid", "text", "vector" */
const char *parry_mode_name(parry_mode m);

typedef struct parry_query {
    parry_str text; /* at most PARRY_QUERY_MAX_BYTES */
    parry_mode mode;
    bool typing;              /* the last word may be unfinished */
    bool steady;              /* with typing: no letter takes back what was shown unless for what is clearly better */
    parry_str previous;       /* with steady: id of the article that was first a letter before; empty: none */
    parry_str audience;       /* only articles of this audience; empty: of every audience (trusted callers alone) */
    parry_str locale;         /* only articles of this locale or its language; empty: all */
    parry_str category;       /* only this one; empty: all */
    parry_str page;           /* path of the page on which it is asked: raises what it is about; empty: none */
    size_t offset, limit;     /* limit 1 to PARRY_SEARCH_MAX_LIMIT */
    size_t completions;       /* at most so many; 0: none */
    bool explain;             /* parts of every score */
    bool grounds;             /* with explain: how words were read, and what each hit rests on (engine/explain.h) */
    bool trusted;             /* may be told that an article is there which the filters hide */
    bool snippets;            /* off where only ids and scores are wanted */
    bool sentences;           /* where few words match, show the sentence nearest in meaning: some milliseconds more */
    size_t snippet_columns;   /* 40 to 220 wide; 0: 220 */
    parry_str why;            /* with grounds: why is the article of this id (not) among the hits; empty: not asked */
    const parry_str *exclude; /* ids left out before ranking (evaluation) */
    size_t nexclude;
} parry_query;

/* One number that went into a score. */
typedef struct parry_part {
    const char *name; /* "text.article", "vector.title", ...: docs/ranking.md lists them */
    double value;     /* what was measured */
    double weight;    /* times this ... */
    double points;    /* ... gives this; the points of a hit sum to its score */
} parry_part;

/* A match in a snippet's plain text: [start, end) in bytes, [first, last) in code points. */
typedef struct parry_mark {
    uint32_t start, end, first, last;
} parry_mark;

typedef struct parry_hit {
    parry_str id, title, slug, category, audience, locale, updated;
    parry_str section, anchor; /* the best section's heading and anchor; empty: the article's beginning */
    parry_str path;            /* headings above it and its own */
    parry_str snippet;         /* HTML: escaped text with <mark> around matches */
    parry_str snippet_text;    /* the same as plain text on one line */
    const parry_mark *marks;   /* in snippet_text, in order, apart from each other */
    size_t nmarks;
    parry_str passage;   /* the whole passage as plain text; empty unless snippets */
    double score;        /* comparable within one result list; higher is better */
    double text, vector; /* the two sides, 0 where a side did not find it */
    parry_part *parts;   /* with explain */
    size_t nparts;
    const parry_grounds *grounds; /* with grounds, else NULL */
    uint32_t segment, article;    /* where it came from */
} parry_hit;

/* What the query may become. */
typedef struct parry_completion {
    parry_str text, html; /* html: escaped, with <mark> around what was typed of it */
} parry_completion;

typedef struct parry_results {
    parry_hit *hits;
    size_t n;
    size_t total; /* articles that were ranked, before offset and limit */
    uint64_t generation;
    parry_mode mode;        /* what was done: TEXT where HYBRID was asked and there is no model */
    bool degraded;          /* mode differs from what was asked */
    parry_str corrected;    /* words that were read as others ("refund not received"); empty: none */
    double probability;     /* that the first hit answers, 0 to 1; below 0: not known, the mode is not hybrid */
    bool own_calibration;   /* fitted on this content; else on the sample help centre */
    bool answered;          /* the probability reaches the calibration's threshold */
    double logit;           /* what the probability was made from; for fitting, like these two */
    const double *context;  /* engine/context.h */
    const double *evidence; /* engine/calibration.h */
    const parry_explanation *explanation; /* with grounds, else NULL */
    bool settled;                         /* false: asked without `steady`, the answer may be another */
    parry_completion *completions;
    size_t ncompletions;
    int64_t understand_ns, text_ns, encode_ns, vector_ns, fuse_ns, show_ns; /* stages */
} parry_results;

typedef struct parry_searcher parry_searcher;
/* encoder may be NULL: text alone. Borrowed, must outlive the searcher. */
parry_searcher *parry_searcher_new(const parry_encoder *encoder);
void parry_searcher_free(parry_searcher *s); /* NULL is fine */

/* Results live in the arena and borrow from the generation. Fails: INVALID (empty or over-long text, limit), IO,
 * CORRUPT. */
PARRY_MUST parry_code parry_search(parry_searcher *s, const parry_generation *g, const parry_query *q, parry_arena *a,
                                   parry_results *out, parry_err *err);

/* What to show before anything is asked: articles that their authors promote, then those changed last. Of the query
 * audience, locale, category, offset, limit and snippets count; scores are 0. Fails: INVALID (limit). */
PARRY_MUST parry_code parry_search_nothing(parry_searcher *s, const parry_generation *g, const parry_query *q,
                                           parry_arena *a, parry_results *out, parry_err *err);

/* As the HTTP API and `parry search --json` give it (new reference). base_url goes before "/articles/SLUG#ANCHOR". */
json_t *parry_results_json(const parry_query *q, const parry_results *r, const char *base_url);

#ifdef __cplusplus
}
#endif
#endif
