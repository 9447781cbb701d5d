/* A judged set in BEIR's layout: corpus.jsonl {"_id","title","text"}, queries.jsonl {"_id","text"}, qrels.tsv (header,
 * then query-id, corpus-id, score), perhaps queries_oos.jsonl (queries that nothing answers) and exclude.tsv (query-id,
 * corpus-id: left out of that query's ranking). Everything lives in the arena it was read into. */
#ifndef PARRY_EVAL_JUDGED_H
#define PARRY_EVAL_JUDGED_H

#include "base/str.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct parry_document {
    parry_str id, title, text;
} parry_document;

typedef struct parry_judgement {
    uint32_t document; /* index */
    int grade;         /* > 0: relevant */
} parry_judgement;

typedef struct parry_judged_query {
    parry_str id, text;
    parry_judgement *judgements;
    size_t njudgements, capjudgements;
    uint32_t *exclude; /* document indices */
    size_t nexclude, capexclude;
    bool answerable; /* false: from queries_oos.jsonl */
} parry_judged_query;

typedef struct parry_judged_set {
    parry_str name;
    parry_document *documents;
    size_t ndocuments;
    parry_judged_query *queries; /* those that qrels.tsv judges, then the unanswerable ones */
    size_t nqueries;
} parry_judged_set;

/* Fails: NOT_FOUND (a file of the three is missing), INVALID ("FILE:LINE: what"). */
PARRY_MUST parry_code parry_judged_read(parry_arena *a, const char *dir, parry_judged_set *out, parry_err *err);

#ifdef __cplusplus
}
#endif
#endif
