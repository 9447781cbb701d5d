/* Files for other tools. */
#include "eval/trec.h"

#include <math.h>

void parry_trec_id(FILE *f, parry_str id)
{
    for (size_t i = 0; i < id.n; i++) {
        unsigned char c = (unsigned char)id.p[i];
        if (c <= ' ')
            fprintf(f, "%%%02X", c);
        else
            putc(c, f);
    }
}

void parry_trec_run(FILE *f, const parry_judged_set *set, const parry_judged_query *q, const char *tag,
                    const parry_ranking *r)
{
    float above = INFINITY;
    for (size_t i = 0; i < r->n; i++) {
        if (r->documents[i] == PARRY_NO_DOCUMENT)
            continue;
        float score = fminf((float)r->scores[i], nextafterf(above, -INFINITY));
        parry_trec_id(f, q->id);
        fputs(" Q0 ", f);
        parry_trec_id(f, set->documents[r->documents[i]].id);
        fprintf(f, " %zu %.9g ", i + 1, (double)score);
        parry_trec_id(f, parry_str_of(tag));
        putc('\n', f);
        above = score;
    }
}

void parry_trec_qrels(FILE *f, const parry_judged_set *set)
{
    for (size_t i = 0; i < set->nqueries; i++) {
        const parry_judged_query *q = &set->queries[i];
        for (size_t k = 0; k < q->njudgements; k++) {
            const parry_judgement *j = &q->judgements[k];
            parry_trec_id(f, q->id);
            fputs(" 0 ", f);
            parry_trec_id(f, j->document != PARRY_NO_DOCUMENT ? set->documents[j->document].id : j->name);
            fprintf(f, " %d\n", j->grade);
        }
    }
}

static void put_cell(FILE *f, parry_str text)
{
    for (size_t i = 0; i < text.n; i++)
        putc((unsigned char)text.p[i] < ' ' ? ' ' : text.p[i], f);
}

void parry_per_query(FILE *f, const parry_judged_set *set, const parry_evaluation *e)
{
    static const parry_measure shown[] = {PARRY_NDCG10, PARRY_RECALL10, PARRY_MRR10};
    fputs("query\ttext\taudience", f);
    for (size_t c = 0; c < e->ncolumns; c++) {
        for (size_t m = 0; m < sizeof shown / sizeof *shown; m++)
            fprintf(f, "\t%s %s", e->columns[c].name, parry_measure_names[shown[m]]);
        if (c > 0)
            fprintf(f, "\t%s difference", e->columns[c].name);
    }
    putc('\n', f);
    for (size_t i = 0; i < set->nqueries; i++) {
        if (!set->queries[i].answerable)
            continue;
        put_cell(f, set->queries[i].id);
        putc('\t', f);
        put_cell(f, set->queries[i].text);
        putc('\t', f);
        put_cell(f, set->queries[i].audience);
        for (size_t c = 0; c < e->ncolumns; c++) {
            for (size_t m = 0; m < sizeof shown / sizeof *shown; m++)
                fprintf(f, "\t%.4f", e->columns[c].of[shown[m]][i]);
            if (c > 0)
                fprintf(f, "\t%+.4f", e->columns[c].of[PARRY_NDCG10][i] - e->columns[0].of[PARRY_NDCG10][i]);
        }
        putc('\n', f);
    }
}
