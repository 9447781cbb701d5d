/* Gap report: gaps out of rows, each with the article that is nearest, what to do about it, and the article's first
 * draft; and what followed after one was published. What /v1/gaps and `parry gaps` answer. */
#ifndef PARRY_DEFLECTION_GAP_REPORT_H
#define PARRY_DEFLECTION_GAP_REPORT_H

#include "deflection/gap_memory.h"
#include "deflection/store.h"
#include "engine/search.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { PARRY_GAP_ITEMS = 500000 }; /* searches and tickets that are looked at: the first of the time */

typedef struct parry_gap_sources {
    parry_rows *rows;
    const parry_generation *g;
    parry_searcher *searcher;
    const parry_encoder *encoder; /* NULL: words alone */
    parry_str audience;           /* of who does not say it */
    size_t people;                /* k */
    int64_t now_ms;
} parry_gap_sources;

/* {"as_of", "from", "until", "people", "gaps": [...], "hidden", "published": [...]} (docs/deflection.md; a new
 * reference). memory: what gaps were called before; changed. Some seconds where there are many texts. */
PARRY_MUST parry_code parry_gap_report(const parry_gap_sources *s, json_t *memory, parry_arena *a, json_t **out,
                                       parry_err *err);

/* What is known of the article that is nearest to a gap. */
typedef struct parry_gap_near {
    bool any, answered, doubtful; /* any: there is one */
    bool twice;                   /* the second says the same (engine/duplicates.h) */
    bool unknown_word;            /* a word of the gap's name stands in no article */
    bool titled;                  /* its title has a word of the gap's name */
    double probability;           /* below 0: not known */
} parry_gap_near;

typedef enum parry_gap_action {
    PARRY_GAP_WRITE,   /* nothing answers */
    PARRY_GAP_MERGE,   /* two articles that say the same share the answer */
    PARRY_GAP_SYNONYM, /* an article is near, but does not know the word */
    PARRY_GAP_RETITLE, /* an article answers, and is not opened: its title does not say so */
    PARRY_GAP_EXTEND,  /* an article is near, and is not enough */
    PARRY_GAP_ACTIONS
} parry_gap_action;
const char *parry_gap_action_name(parry_gap_action a); /* "write" */
parry_gap_action parry_gap_advise(const parry_content_gap *gap, const parry_gap_near *near);

/* A gap of a report as a Markdown file with front matter, a draft, in the arena; *article: its id. */
parry_str parry_gap_draft(const json_t *gap, parry_arena *a, parry_str *article);

/* Notes in the memory that a gap has a draft, so that what follows after it is published can be told. */
void parry_gap_drafted(json_t *remembered, parry_str article, int64_t now_ms);

/* DATA/deflection/gaps.json. Reading one that is not there, or is none, gives an empty one (a new reference). */
json_t *parry_gap_memory_read(const char *path);
PARRY_MUST parry_code parry_gap_memory_write(const char *path, const json_t *memory, parry_err *err);

#ifdef __cplusplus
}
#endif
#endif
