/* The figures of one ranking. */
#include "eval/measures.h"

#include "eval/metrics.h"

#include <stdlib.h>

enum { DEPTH = 10 };

const char *const parry_measure_names[PARRY_MEASURES] = {"nDCG@10", "recall@5", "recall@10", "MRR@10"};
const char *const parry_measure_keys[PARRY_MEASURES] = {"ndcg10", "recall5", "recall10", "mrr10"};

int parry_judged_grade(const parry_judged_query *q, uint32_t document)
{
    for (size_t i = 0; document != PARRY_NO_DOCUMENT && i < q->njudgements; i++)
        if (q->judgements[i].document == document)
            return q->judgements[i].grade;
    return 0;
}

void parry_measure_ranking(const parry_judged_query *q, const parry_ranking *r, double out[PARRY_MEASURES])
{
    int grades[DEPTH] = {0}, *ideal = parry_malloc((q->njudgements + 1) * sizeof *ideal);
    size_t n = r->n < DEPTH ? r->n : DEPTH;
    for (size_t i = 0; i < q->njudgements; i++)
        ideal[i] = q->judgements[i].grade;
    for (size_t i = 0; i < n; i++)
        grades[i] = parry_judged_grade(q, r->documents[i]);
    out[PARRY_NDCG10] = parry_ndcg(grades, n, ideal, q->njudgements, DEPTH);
    out[PARRY_RECALL5] = parry_recall(grades, n, ideal, q->njudgements, 5);
    out[PARRY_RECALL10] = parry_recall(grades, n, ideal, q->njudgements, DEPTH);
    out[PARRY_MRR10] = parry_reciprocal_rank(grades, n, DEPTH);
    free(ideal);
}

size_t parry_best_rank(const parry_judged_query *q, const parry_ranking *r)
{
    int best = 1;
    for (size_t i = 0; i < q->njudgements; i++)
        best = q->judgements[i].grade > best ? q->judgements[i].grade : best;
    for (size_t i = 0; i < r->n; i++)
        if (parry_judged_grade(q, r->documents[i]) == best)
            return i + 1;
    return 0;
}
