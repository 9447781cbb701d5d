/* What came out of an evaluation, for people and as JSON. */
#include "cli/print_eval.h"

#include "cli/print_reliability.h"

#include "eval/reliability.h"

#include <stdio.h>
#include <stdlib.h>

enum { BINS = 10 };
static const double confidence = 0.95;

static double us(const parry_hist *h, double q) { return (double)parry_hist_quantile_ns(h, q) / 1e3; }

/* ---- for people ----------------------------------------------------------------------------------------------------
 */

static void print_figures(const parry_evaluation *e)
{
    printf("%-24s", "");
    for (int m = 0; m < PARRY_MEASURES; m++)
        printf("%11s", parry_measure_names[m]);
    printf("%s\n", e->ncolumns > 1 ? "    nDCG@10 by       p  better  worse" : "");
    for (size_t c = 0; c < e->ncolumns; c++) {
        const parry_column *column = &e->columns[c];
        const parry_comparison *against = &column->against[PARRY_NDCG10];
        printf("%-24s", column->name);
        for (int m = 0; m < PARRY_MEASURES; m++)
            printf("%11.4f", column->mean[m]);
        if (c > 0)
            printf("%+14.4f%8.4f%8zu%7zu", against->difference, against->p, against->better, against->worse);
        putchar('\n');
    }
    if (e->ncolumns > 1)
        printf("\np: how often chance alone makes a difference as large (randomisation test, two-sided, %d "
               "permutations);\nbetter and worse: queries, of %zu.\n",
               PARRY_EVALUATION_PERMUTATIONS, e->queries);
}

static void print_latency(const parry_column *c)
{
    printf("\nlatency of %s, microseconds\n%-12s%10s%10s%10s\n", c->name, "stage", "p50", "p95", "p99");
    for (int i = 0; i < PARRY_STAGES; i++)
        printf("%-12s%10.0f%10.0f%10.0f\n", parry_stage_names[i], us(c->stages[i], 0.5), us(c->stages[i], 0.95),
               us(c->stages[i], 0.99));
}

static void print_table(const parry_surety *s, size_t n)
{
    parry_bin bins[BINS];
    size_t used = parry_reliability(s->said, s->right, NULL, n, PARRY_EQUAL_MASS, BINS, bins);
    printf("ECE          %.4f in bins of equal mass, %.4f of equal width; debiased %.4f\nBrier        %.4f\nlog loss   "
           "  %.4f\n",
           parry_ece(s->said, s->right, NULL, n, PARRY_EQUAL_MASS, BINS),
           parry_ece(s->said, s->right, NULL, n, PARRY_EQUAL_WIDTH, BINS),
           parry_ece_debiased(s->said, s->right, NULL, n, BINS), parry_brier(s->said, s->right, NULL, n),
           parry_log_loss(s->said, s->right, NULL, n));
    parry_print_bins(bins, used, "queries");
}

static void print_risk(const parry_surety *s, size_t n)
{
    printf("AURC         %.4f\n", parry_aurc(s->said, s->right, NULL, n));
    parry_print_risk(s->said, s->right, NULL, n, BINS);
}

static void print_surety(const parry_column *c, size_t n, double target)
{
    const parry_surety *s = &c->surety;
    parry_threshold t;
    printf("\nhow sure %s is that its first answer answers, over all %zu queries: %s\n", c->name, n,
           s->calibrated ? "calibrated probabilities" : "uncalibrated, so by score");
    if (s->calibrated)
        print_table(s, n);
    print_risk(s, n);
    if (parry_choose_threshold(s->said, s->right, NULL, n, target, confidence, &t))
        printf("threshold    %.4f: %zu of %zu answered, precision %.4f, at least %.4f (95 %%)\n", t.score, t.n, n,
               t.precision, t.bound);
    else
        printf("threshold    none: no part of these queries shows a precision of at least %.2f (95 %%)\n", target);
}

void print_evaluation(const parry_judged_set *set, const parry_evaluation *e, double target)
{
    printf("set        %.*s: %zu documents, %zu passages, %zu queries", PARRY_FMT(set->name), e->documents, e->passages,
           e->queries);
    if (e->unanswerable > 0)
        printf(" and %zu that nothing answers", e->unanswerable);
    putchar('\n');
    if (set->nowhere > 0)
        printf("           %zu judgements are of documents that are not there; they count as not found\n",
               set->nowhere);
    putchar('\n');
    print_figures(e);
    for (size_t c = 0; c < e->ncolumns; c++) {
        const parry_column *column = &e->columns[c];
        if (column->ablated)
            continue;
        print_surety(column, set->nqueries, target);
        if (e->unanswerable > 0)
            printf("AUROC        %.4f  answerable against unanswerable queries\n", column->surety.auroc);
        if (column->surety.removed != NULL)
            printf("in-domain    %.4f  AUROC: what answers a query present, against taken out\n",
                   column->surety.in_domain);
        print_latency(column);
    }
}

/* ---- JSON ----------------------------------------------------------------------------------------------------------
 */

static json_t *stages_json(const parry_column *c)
{
    json_t *stages = json_object();
    for (int i = 0; i < PARRY_STAGES; i++)
        json_object_set_new(stages, parry_stage_names[i],
                            json_pack("{s:f, s:f, s:f}", "p50", us(c->stages[i], 0.5), "p95", us(c->stages[i], 0.95),
                                      "p99", us(c->stages[i], 0.99)));
    return stages;
}

static json_t *bins_json(const parry_surety *s, size_t n)
{
    parry_bin bins[BINS];
    return parry_bins_json(bins, parry_reliability(s->said, s->right, NULL, n, PARRY_EQUAL_MASS, BINS, bins),
                           "queries");
}

static json_t *surety_json(const parry_evaluation *e, const parry_surety *s, size_t n, double target)
{
    parry_threshold t;
    json_t *j = json_pack("{s:b, s:f}", "calibrated", s->calibrated, "aurc", parry_aurc(s->said, s->right, NULL, n));
    if (e->unanswerable > 0)
        json_object_set_new(j, "auroc", json_real(s->auroc));
    if (s->removed != NULL)
        json_object_set_new(j, "auroc_in_domain", json_real(s->in_domain));
    if (s->calibrated) {
        json_object_set_new(j, "ece_equal_mass",
                            json_real(parry_ece(s->said, s->right, NULL, n, PARRY_EQUAL_MASS, BINS)));
        json_object_set_new(j, "ece_equal_width",
                            json_real(parry_ece(s->said, s->right, NULL, n, PARRY_EQUAL_WIDTH, BINS)));
        json_object_set_new(j, "ece_debiased", json_real(parry_ece_debiased(s->said, s->right, NULL, n, BINS)));
        json_object_set_new(j, "brier", json_real(parry_brier(s->said, s->right, NULL, n)));
        json_object_set_new(j, "log_loss", json_real(parry_log_loss(s->said, s->right, NULL, n)));
        json_object_set_new(j, "reliability", bins_json(s, n));
    }
    if (parry_choose_threshold(s->said, s->right, NULL, n, target, confidence, &t))
        json_object_set_new(j, "threshold",
                            json_pack("{s:f, s:f, s:f, s:f, s:f}", "target", target, "from", t.score, "coverage",
                                      t.coverage, "precision", t.precision, "at_least", t.bound));
    return j;
}

static json_t *column_json(const parry_judged_set *set, const parry_evaluation *e, const parry_column *c, double target)
{
    json_t *j = json_pack("{s:s, s:s}", "name", c->name, "mode", parry_mode_name(c->mode));
    json_t *against = json_object();
    for (int m = 0; m < PARRY_MEASURES; m++) {
        json_object_set_new(j, parry_measure_keys[m], json_real(c->mean[m]));
        json_object_set_new(against, parry_measure_keys[m],
                            json_pack("{s:f, s:f, s:I, s:I}", "difference", c->against[m].difference, "p",
                                      c->against[m].p, "better", (json_int_t)c->against[m].better, "worse",
                                      (json_int_t)c->against[m].worse));
    }
    if (c != e->columns)
        json_object_set(j, "against_first", against);
    json_decref(against);
    if (!c->ablated) {
        json_object_set_new(j, "sureness", surety_json(e, &c->surety, set->nqueries, target));
        json_object_set_new(j, "latency_us", stages_json(c));
    }
    return j;
}

json_t *evaluation_json(const parry_judged_set *set, const parry_evaluation *e, double target)
{
    json_t *columns = json_array();
    for (size_t c = 0; c < e->ncolumns; c++)
        json_array_append_new(columns, column_json(set, e, &e->columns[c], target));
    return json_pack("{s:s%, s:I, s:I, s:I, s:I, s:I, s:o}", "set", set->name.p, set->name.n, "documents",
                     (json_int_t)e->documents, "passages", (json_int_t)e->passages, "queries", (json_int_t)e->queries,
                     "unanswerable", (json_int_t)e->unanswerable, "judgements_of_nothing", (json_int_t)set->nowhere,
                     "columns", columns);
}
