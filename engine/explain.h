/* Explain: what an answer rests on, and why an article is not among the answers. Plain data that a search leaves behind
 * when it is asked to (parry_query.grounds, parry_query.why); docs/explain.md is the manual.
 *
 * Everything lives in the search's arena or borrows from the generation. Nothing here tells of an article that the
 * query's audience may not see: a word stands among the readings only where a visible article holds it. */
#ifndef PARRY_ENGINE_EXPLAIN_H
#define PARRY_ENGINE_EXPLAIN_H

#include "base/str.h"

#include <jansson.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One way that a word of the query was read. Kinds so far: "word", "stem", "identifier", "prefix" (a completion),
 * "typo", "stop" (dropped, weight 0), "other"; who adds a way of reading adds a kind. */
typedef struct parry_reading {
    parry_str word;    /* as typed, normalised */
    const char *kind;  /* static */
    parry_str read_as; /* what was looked up; empty: nothing */
    bool stem;         /* read_as is a stem: it stands for all its forms */
    double weight;     /* an occurrence counts so much: 0 to 1 */
} parry_reading;

/* A term of the query in one field of an article. */
typedef struct parry_match {
    parry_str word, term; /* as typed; as found (a stem for kind "stem") */
    const char *kind;     /* as parry_reading.kind */
    bool stem;            /* term is a stem */
    const char *field;    /* "title", "keywords", "headings", "body" */
    uint32_t tf;          /* occurrences */
    double weight;        /* of the reading */
    double idf;           /* of the word, in what the field is scored by: title, passages, or the whole article */
} parry_match;

/* A row of an article that a side found best. */
typedef struct parry_place {
    bool found;
    size_t rank;             /* 1 is the nearest of all visible passages; 0 where rows are not ranked (text) */
    double value;            /* BM25 over its most (text), cosine (dense) */
    parry_str heading, text; /* of its section; the row's text */
} parry_place;

typedef struct parry_grounds {
    size_t text_rank, dense_rank; /* among the candidates of that side; 0: it did not bring the article */
    parry_place text, dense;
    parry_match *matches;
    size_t nmatches;
} parry_grounds;

typedef enum parry_why {
    PARRY_WHY_UNKNOWN,       /* no such article is live; or the caller may not know */
    PARRY_WHY_NOT_LIVE,      /* a draft, archived, not indexed yet: found out by who has the store */
    PARRY_WHY_AUDIENCE,      /* it is there, but for others: only to trusted callers */
    PARRY_WHY_LOCALE,        /* ... in another language */
    PARRY_WHY_CATEGORY,      /* ... in another category */
    PARRY_WHY_FILTERED,      /* ... kept out by any other filter, the query's or a rule's */
    PARRY_WHY_NARROWED,      /* a phrase or a negated word of the query leaves it out; measured as if it did not */
    PARRY_WHY_NOT_CANDIDATE, /* neither side brought it; measured as if one had */
    PARRY_WHY_HIDDEN,        /* a rule hides it; measured as if it did not */
    PARRY_WHY_CUT,   /* a side brought it, but it is too unlikely for the order by date or title that was asked */
    PARRY_WHY_BELOW, /* ranked, after the last that is shown */
    PARRY_WHY_ABOVE, /* ranked before the first that is shown (offset) */
    PARRY_WHY_SHOWN
} parry_why;
const char *parry_why_name(parry_why w); /* "unknown", "audience" ... "not_candidate" ... */

/* One part of the article's score beside the same part of the last shown hit. */
typedef struct parry_gap {
    const char *name;
    double points, last_points;
} parry_gap;

/* A filter that an article does not satisfy. Values are one a line. */
typedef struct parry_unmet {
    const char *field; /* as parry_field_name, or "updated_from", "updated_until", "exclude" */
    parry_str wanted;  /* any of these would do ("not X": any other); a time in UTC; empty for "exclude", and for a
                          rule's where the caller is  not trusted: who else has such a value is not theirs to know */
    parry_str has;     /* what the article has; empty: nothing */
    parry_str rule;    /* that asks for it; empty: the query does */
} parry_unmet;

/* A pinned article that stands before the one that was asked about. */
typedef struct parry_pinned_above {
    parry_str id, rule;
} parry_pinned_above;

struct parry_hit;
typedef struct parry_why_not {
    parry_why why;
    parry_str id;          /* as asked */
    struct parry_hit *hit; /* measured as every hit is, with parts and grounds; NULL: not visible */
    size_t rank; /* that it has, or would have, among all ranked; 0 where hit is NULL, and where it is in none and the
                    order is another than by score */
    const struct parry_hit *last;
    size_t last_rank; /* of the last shown hit; NULL, 0: nothing is shown */
    parry_gap *gaps;  /* against it, the biggest lack first; empty without it */
    size_t ngaps;
    parry_unmet *unmet; /* every filter that keeps it out */
    size_t nunmet;
    parry_str rule; /* that hides it, or pins it to ... */
    size_t pinned; /* ... this place, from 1; 0: it is not pinned. To who is not trusted the one it moved up to: whether
                      the rule pins others that they do not see is not theirs to know */
    parry_pinned_above *pins; /* those before it in the list; empty for a pinned one */
    size_t npins;
    double odds;    /* of CUT: beside the likeliest; else 0 */
    parry_str said; /* all of this in a sentence or two, for people */
} parry_why_not;

typedef struct parry_explanation {
    parry_reading *readings; /* in the query's order */
    size_t nreadings;
    parry_why_not *article; /* NULL: none was asked about */
} parry_explanation;

/* {"words": [...], "article": {...} or nothing} and {"text": ..., "dense": ..., "matches": [...]}; new references. */
json_t *parry_explanation_json(const parry_explanation *e);
json_t *parry_grounds_json(const parry_grounds *e);

#ifdef __cplusplus
}
#endif
#endif
