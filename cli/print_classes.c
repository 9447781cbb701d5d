/* Classes and how good they are, for people and as JSON. */
#include "cli/print_classes.h"

#include "cli/print_reliability.h"

#include <stdio.h>

enum { BINS = 10 };

static const char *name_of(size_t classes, size_t k)
{
    return classes == PARRY_QUEUES ? parry_queue_name((parry_queue)k) : parry_priority_name((parry_priority)k);
}

static const char *class_name(const parry_score *s, size_t k) { return name_of(s->classes, k); }

static double ece(const parry_score *s) { return parry_ece(s->p, s->right, NULL, s->n, PARRY_EQUAL_MASS, BINS); }
static double debiased(const parry_score *s) { return parry_ece_debiased(s->p, s->right, NULL, s->n, BINS); }

static size_t bins_of(const parry_score *s, parry_bin *bins)
{
    return s->n > 0 ? parry_reliability(s->p, s->right, NULL, s->n, PARRY_EQUAL_MASS, BINS, bins) : 0;
}

void parry_print_score(const char *title, const parry_score *s)
{
    parry_bin bins[BINS];
    printf("%s\n\n    macro-F1 %.3f   accuracy %.3f   cases %zu\n\n", title, s->macro_f1, s->accuracy, s->n);
    printf("%14s%8s%11s%8s%8s    taken for", "", "cases", "precision", "recall", "F1");
    for (size_t k = 0; k < s->classes; k++)
        printf("%11s", class_name(s, k));
    for (size_t k = 0; k < s->classes; k++) {
        printf("\n%14s%8zu%11.3f%8.3f%8.3f             ", class_name(s, k), s->of[k].cases, s->of[k].precision,
               s->of[k].recall, s->of[k].f1);
        for (size_t j = 0; j < s->classes; j++)
            printf("%11zu", s->confusion[k][j]);
    }
    printf("\n\n");
    parry_print_bins(bins, bins_of(s, bins), "cases");
    printf("    ECE %.3f, debiased %.3f\n\n", ece(s), debiased(s));
}

json_t *parry_score_json(const parry_score *s)
{
    parry_bin bins[BINS];
    json_t *classes = json_object();
    for (size_t k = 0; k < s->classes; k++) {
        json_t *said = json_object();
        for (size_t j = 0; j < s->classes; j++)
            json_object_set_new(said, class_name(s, j), json_integer((json_int_t)s->confusion[k][j]));
        json_object_set_new(classes, class_name(s, k),
                            json_pack("{s:I, s:f, s:f, s:f, s:o}", "cases", (json_int_t)s->of[k].cases, "precision",
                                      s->of[k].precision, "recall", s->of[k].recall, "f1", s->of[k].f1, "said", said));
    }
    return json_pack("{s:I, s:f, s:f, s:f, s:f, s:o, s:o}", "cases", (json_int_t)s->n, "macro_f1", s->macro_f1,
                     "accuracy", s->accuracy, "ece", ece(s), "ece_debiased", debiased(s), "classes", classes,
                     "reliability", parry_bins_json(bins, bins_of(s, bins), "cases"));
}

void parry_print_doubts(parry_arena *a, const parry_unseen *h, size_t n)
{
    size_t *at = PARRY_ARRAY(a, size_t, n);
    n = parry_doubts(a, h, n, at);
    for (size_t j = 0; j < n; j++) {
        const double *p = h->p + at[j] * h->classes;
        printf("    line %-7u %s, said %s (%.2f)\n", h->line[at[j]], name_of(h->classes, h->truth[at[j]]),
               name_of(h->classes, h->said[at[j]]), p[h->said[at[j]]]);
    }
    printf("%s", n > 0 ? "\n" : "");
}

json_t *parry_doubts_json(parry_arena *a, const parry_unseen *h, size_t n)
{
    size_t *at = PARRY_ARRAY(a, size_t, n);
    json_t *list = json_array();
    n = parry_doubts(a, h, n, at);
    for (size_t j = 0; j < n; j++) {
        const double *p = h->p + at[j] * h->classes;
        json_array_append_new(list, json_pack("{s:I, s:s, s:s, s:f}", "line", (json_int_t)h->line[at[j]], "is",
                                              name_of(h->classes, h->truth[at[j]]), "said",
                                              name_of(h->classes, h->said[at[j]]), "probability", p[h->said[at[j]]]));
    }
    return list;
}

void parry_print_class(const parry_guess *c, parry_str subject)
{
    printf("subject   %.*s\n", PARRY_FMT(subject));
    printf("queue     %-10s  %.2f\n", parry_queue_name(c->queue), c->queue_probability);
    printf("priority  %-10s  %.2f%s%s\n", parry_priority_name(c->priority), c->priority_probability,
           c->rule != NULL ? "  by rule: " : "", c->rule != NULL ? c->rule : "");
    for (size_t i = 0; i < c->nnear; i++)
        printf("%slike line %u of the labelled cases (%s, %.2f)\n", i == 0 ? "\n" : "", c->near[i].line,
               parry_queue_name(c->near[i].queue), c->near[i].similarity);
    if (!c->by_meaning)
        puts("by words alone");
}

static json_t *near_json(const parry_guess *c)
{
    json_t *list = json_array();
    for (size_t i = 0; i < c->nnear; i++)
        json_array_append_new(list, json_pack("{s:I, s:s, s:f}", "line", (json_int_t)c->near[i].line, "queue",
                                              parry_queue_name(c->near[i].queue), "similarity", c->near[i].similarity));
    return list;
}

json_t *parry_class_json(const parry_guess *c, parry_str subject)
{
    json_t *queues = json_object(), *priorities = json_object();
    for (int k = 0; k < PARRY_QUEUES; k++)
        json_object_set_new(queues, parry_queue_name((parry_queue)k), json_real(c->queues[k]));
    for (int k = 0; k < PARRY_PRIORITIES; k++)
        json_object_set_new(priorities, parry_priority_name((parry_priority)k), json_real(c->priorities[k]));
    return json_pack("{s:s%, s:{s:s, s:f, s:o}, s:{s:s, s:f, s:s?, s:o}, s:o, s:b}", "subject",
                     subject.p != NULL ? subject.p : "", subject.n, "queue", "value", parry_queue_name(c->queue),
                     "probability", c->queue_probability, "all", queues, "priority", "value",
                     parry_priority_name(c->priority), "probability", c->priority_probability, "rule", c->rule, "all",
                     priorities, "like", near_json(c), "by_meaning", c->by_meaning);
}
