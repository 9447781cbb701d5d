/* A judged set: documents, queries, and which documents answer which query. Everything lives in the arena it was read
 * into.
 *
 * Read from BEIR's layout: corpus.jsonl {"_id","title","text"}, queries.jsonl {"_id","text"}, qrels.tsv or
 * qrels/test.tsv (header, then query-id, corpus-id, score), perhaps queries_oos.jsonl (queries that nothing answers)
 * and exclude.tsv (query-id, corpus-id: left out of that query's ranking). Or, where the documents are the articles of
 * a Markdown tree, from the same files without corpus.jsonl, or from judgements as authors keep them
 * (eval/judgements.h). */
#ifndef PARRY_EVAL_JUDGED_H
#define PARRY_EVAL_JUDGED_H

#include "base/str.h"
#include "content/store.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define PARRY_NO_DOCUMENT UINT32_MAX

typedef struct parry_document {
    parry_str id, title, text; /* a tree's have no text here */
    parry_str article;         /* its id in the index */
    parry_str path;            /* in its tree; judgements may name it so; empty: none */
} parry_document;

typedef struct parry_judgement {
    parry_str name;    /* of the document, as it was judged */
    uint32_t document; /* index; PARRY_NO_DOCUMENT where there is none of that name: relevant, and never found */
    int grade;         /* > 0: relevant */
} parry_judgement;

typedef struct parry_judged_query {
    parry_str id, text;
    parry_str audience; /* who asks; empty: anyone */
    parry_judgement *judgements;
    size_t njudgements, capjudgements;
    uint32_t *exclude; /* document indices */
    size_t nexclude, capexclude;
    bool answerable; /* false: nothing answers it */
    bool held;       /* held back from fitting */
} parry_judged_query;

typedef struct parry_judged_name {
    parry_str name;
    uint32_t at;
} parry_judged_name;

typedef struct parry_judged_set {
    parry_str name;
    parry_document *documents;
    size_t ndocuments;
    parry_judged_query *queries; /* those that are judged, then the unanswerable ones */
    size_t nqueries;
    size_t nowhere;                /* judgements with PARRY_NO_DOCUMENT */
    parry_judged_name *by_article; /* sorted; for parry_judged_document */
} parry_judged_set;

/* BEIR, with its own corpus: documents become articles d0, d1, ... Fails: NOT_FOUND (a file of the three is missing),
 * INVALID ("FILE:LINE: what"). */
PARRY_MUST parry_code parry_judged_read(parry_arena *a, const char *dir, parry_judged_set *out, parry_err *err);
/* Queries about given documents: BEIR's files but for the corpus where DIR has a queries.jsonl, else judgements and,
 * with a store, its articles' `answers:`. Judgements name documents by id or by path; where most go by path, the paths
 * become the documents' ids. */
PARRY_MUST parry_code parry_judged_over(parry_arena *a, const char *dir, parry_store *store, parry_document *documents,
                                        size_t n, parry_judged_set *out, parry_err *err);
/* The store's published articles. */
PARRY_MUST parry_code parry_judged_articles(parry_arena *a, parry_store *store, parry_document **documents, size_t *n,
                                            parry_err *err);
/* Leaves the queries of one part, "fit" or "held"; NULL leaves all. Fails: INVALID (another name), NOT_FOUND (none). */
PARRY_MUST parry_code parry_judged_keep(parry_judged_set *set, const char *split, parry_err *err);
/* Ids in the index that are left out when this query is asked: its own exclusions, and where `gold` is false what
 * answers it. In the arena. */
parry_str *parry_judged_exclude(parry_arena *a, const parry_judged_set *set, const parry_judged_query *q, bool gold,
                                size_t *n);
/* Index of the document that is this article in the index; PARRY_NO_DOCUMENT. */
uint32_t parry_judged_document(const parry_judged_set *set, parry_str article);

/* ---- for eval/judgements.c ----------------------------------------------------------------------------------------
 */

/* Sorted for parry_judged_find; names[i] of documents without that name are empty. */
parry_judged_name *parry_judged_names(parry_arena *a, const parry_str *names, size_t n);
uint32_t parry_judged_find(const parry_judged_name *sorted, size_t n, parry_str name); /* PARRY_NO_DOCUMENT */
/* Adds one, by id, else by path. */
void parry_judged_add(parry_arena *a, parry_judged_query *q, parry_str document, int grade);
/* After all queries and judgements are in set: finds the documents that they name, and fills the rest of the set. */
void parry_judged_join(parry_arena *a, parry_judged_set *set);

#ifdef __cplusplus
}
#endif
#endif
