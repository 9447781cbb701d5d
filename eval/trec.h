/* Files for other tools: TREC runs and qrels, and a table of what each query reached.
 *
 * trec_eval and ir-measures part fields at white space and rank by score alone, as a 32-bit float, ties by name. So
 * white space in an id is written as %20 (%09, %0A), in runs and in qrels alike, and scores fall strictly: where two
 * answers have the same, the later one gets the next smaller float. The order is always Parry's. */
#ifndef PARRY_EVAL_TREC_H
#define PARRY_EVAL_TREC_H

#include "eval/evaluate.h"

#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/* An id as it stands in these files. */
void parry_trec_id(FILE *f, parry_str id);
/* query Q0 document rank score tag. */
void parry_trec_run(FILE *f, const parry_judged_set *set, const parry_judged_query *q, const char *tag,
                    const parry_ranking *r);
/* query 0 document grade, all judgements. */
void parry_trec_qrels(FILE *f, const parry_judged_set *set);
/* A line an answerable query: id, text, who asks, and for each column nDCG@10, recall@10, MRR@10 and, from the second
 * on, the difference in nDCG@10 from the first. Separated by tabs, the first line names the columns. */
void parry_per_query(FILE *f, const parry_judged_set *set, const parry_evaluation *e);

#ifdef __cplusplus
}
#endif
#endif
