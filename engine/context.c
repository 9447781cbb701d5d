/* The shape of a query's candidates. */
#include "engine/context.h"

#include <math.h>
#include <stdlib.h>

enum { TOP = 10 };
static const double TIE = 0.01;

static const char *const names[PARRY_FEATURES] = {
    [PARRY_BEST_VECTOR_TITLE] = "best.vector.title",
    [PARRY_BEST_VECTOR_PASSAGE] = "best.vector.passage",
    [PARRY_BEST_TEXT_TITLE] = "best.text.title",
    [PARRY_BEST_COVERAGE] = "best.text.coverage",
    [PARRY_BEST_TEXT_ARTICLE] = "best.text.article",
    [PARRY_BEST_SENTENCES] = "best.vector.sentences",
    [PARRY_LEAD_VECTOR_TITLE] = "lead.vector.title",
    [PARRY_GAP_VECTOR_TITLE] = "gap.vector.title",
    [PARRY_LEAD_VECTOR_PASSAGE] = "lead.vector.passage",
    [PARRY_GAP_VECTOR_PASSAGE] = "gap.vector.passage",
    [PARRY_LEAD_TEXT_TITLE] = "lead.text.title",
    [PARRY_GAP_TEXT_TITLE] = "gap.text.title",
    [PARRY_LEAD_TEXT_ARTICLE] = "lead.text.article",
    [PARRY_GAP_TEXT_ARTICLE] = "gap.text.article",
    [PARRY_LEAD_SENTENCES] = "lead.vector.sentences",
    [PARRY_GAP_SENTENCES] = "gap.vector.sentences",
    [PARRY_LEAD_TEXT_PASSAGE] = "lead.text.passage",
    [PARRY_GAP_TEXT_PASSAGE] = "gap.text.passage",
    [PARRY_TIES_VECTOR_TITLE] = "ties.vector.title",
    [PARRY_TIES_TEXT_TITLE] = "ties.text.title",
    [PARRY_AGREE_ARTICLE] = "agree.article",
    [PARRY_AGREE_TITLE] = "agree.title",
    [PARRY_AGREE_VECTORS] = "agree.vectors",
    [PARRY_AGREE_TEXTS] = "agree.texts",
    [PARRY_OVERLAP] = "overlap",
    [PARRY_SECOND_PASSAGE] = "second.passage",
    [PARRY_CANDIDATES_LOG] = "candidates",
    [PARRY_TITLES_DISTINCT] = "titles.distinct",
};

const char *parry_feature_name(parry_feature f) { return names[f]; }

/* One signal over all candidates. */
typedef struct column {
    const double *value;
    size_t n;
    double sorted[TOP]; /* the highest, highest first */
    size_t nsorted;
} column;

static column column_of(parry_arena *a, const parry_candidates *all, parry_signal signal)
{
    double *v = PARRY_ARRAY(a, double, all->n);
    column c = {.value = v, .n = all->n};
    for (size_t i = 0; i < all->n; i++) {
        v[i] = parry_signal_value(&all->c[i], signal);
        size_t at = c.nsorted < TOP ? c.nsorted++ : TOP;
        for (; at > 0 && (at == TOP || c.sorted[at - 1] < v[i]); at--) {
            if (at == TOP && c.sorted[TOP - 1] >= v[i])
                break;
            if (at < TOP)
                c.sorted[at] = c.sorted[at - 1];
        }
        if (at < TOP)
            c.sorted[at] = v[i];
    }
    return c;
}

static double lead(const column *c)
{
    double sum = 0;
    for (size_t i = 1; i < c->nsorted; i++)
        sum += c->sorted[i];
    return c->nsorted > 1 ? c->sorted[0] - sum / (double)(c->nsorted - 1) : 0;
}

static double gap(const column *c) { return c->nsorted > 1 ? c->sorted[0] - c->sorted[1] : 0; }

static double ties(const column *c)
{
    size_t n = 0;
    for (size_t i = 0; i < c->n; i++)
        n += c->value[i] >= c->sorted[0] - TIE;
    return log((double)n);
}

static double correlation(const column *x, const column *y)
{
    double n = (double)x->n, sx = 0, sy = 0, sxx = 0, syy = 0, sxy = 0;
    for (size_t i = 0; i < x->n; i++) {
        sx += x->value[i];
        sy += y->value[i];
    }
    for (size_t i = 0; i < x->n; i++) {
        double dx = x->value[i] - sx / n, dy = y->value[i] - sy / n;
        sxx += dx * dx;
        syy += dy * dy;
        sxy += dx * dy;
    }
    return sxx > n * 1e-12 && syy > n * 1e-12 ? sxy / sqrt(sxx * syy) : 0;
}

/* Candidates that are among the best ten by both. */
static double overlap(const column *x, const column *y)
{
    size_t n = 0;
    for (size_t i = 0; i < x->n; i++)
        n += x->value[i] >= x->sorted[x->nsorted - 1] && y->value[i] >= y->sorted[y->nsorted - 1];
    return n < TOP ? (double)n / TOP : 1;
}

static double mean_difference(const column *x, const column *y)
{
    double sum = 0;
    for (size_t i = 0; i < x->n; i++)
        sum += x->value[i] - y->value[i];
    return sum / (double)x->n;
}

static int ascending(const void *x, const void *y)
{
    double a = *(const double *)x, b = *(const double *)y;
    return (a > b) - (a < b);
}

static double distinct(parry_arena *a, const column *c)
{
    double *v = PARRY_ARRAY(a, double, c->n);
    memcpy(v, c->value, c->n * sizeof *v);
    qsort(v, c->n, sizeof *v, ascending);
    size_t n = 1;
    for (size_t i = 1; i < c->n; i++)
        n += v[i] - v[i - 1] > 1e-4;
    return (double)n / (double)c->n;
}

static void shape(const column *c, double *lead_out, double *gap_out)
{
    *lead_out = lead(c);
    *gap_out = gap(c);
}

void parry_context(parry_arena *a, const parry_candidates *all, double out[PARRY_FEATURES])
{
    memset(out, 0, PARRY_FEATURES * sizeof *out);
    if (all->n == 0)
        return;
    column vector_title = column_of(a, all, PARRY_SIGNAL_VECTOR_TITLE);
    column vector_passage = column_of(a, all, PARRY_SIGNAL_VECTOR_PASSAGE);
    column vector_article = column_of(a, all, PARRY_SIGNAL_VECTOR_ARTICLE);
    column vector_second = column_of(a, all, PARRY_SIGNAL_VECTOR_SECOND);
    column sentences = column_of(a, all, PARRY_SIGNAL_VECTOR_SENTENCES);
    column text_title = column_of(a, all, PARRY_SIGNAL_TEXT_TITLE);
    column text_article = column_of(a, all, PARRY_SIGNAL_TEXT_ARTICLE);
    column text_passage = column_of(a, all, PARRY_SIGNAL_TEXT_PASSAGE);
    column coverage = column_of(a, all, PARRY_SIGNAL_COVERAGE);
    out[PARRY_BEST_VECTOR_TITLE] = vector_title.sorted[0];
    out[PARRY_BEST_VECTOR_PASSAGE] = vector_passage.sorted[0];
    out[PARRY_BEST_TEXT_TITLE] = text_title.sorted[0];
    out[PARRY_BEST_COVERAGE] = coverage.sorted[0];
    out[PARRY_BEST_TEXT_ARTICLE] = text_article.sorted[0];
    out[PARRY_BEST_SENTENCES] = sentences.sorted[0];
    shape(&vector_title, &out[PARRY_LEAD_VECTOR_TITLE], &out[PARRY_GAP_VECTOR_TITLE]);
    shape(&vector_passage, &out[PARRY_LEAD_VECTOR_PASSAGE], &out[PARRY_GAP_VECTOR_PASSAGE]);
    shape(&text_title, &out[PARRY_LEAD_TEXT_TITLE], &out[PARRY_GAP_TEXT_TITLE]);
    shape(&text_article, &out[PARRY_LEAD_TEXT_ARTICLE], &out[PARRY_GAP_TEXT_ARTICLE]);
    shape(&sentences, &out[PARRY_LEAD_SENTENCES], &out[PARRY_GAP_SENTENCES]);
    shape(&text_passage, &out[PARRY_LEAD_TEXT_PASSAGE], &out[PARRY_GAP_TEXT_PASSAGE]);
    out[PARRY_TIES_VECTOR_TITLE] = ties(&vector_title);
    out[PARRY_TIES_TEXT_TITLE] = ties(&text_title);
    out[PARRY_AGREE_ARTICLE] = correlation(&text_article, &vector_article);
    out[PARRY_AGREE_TITLE] = correlation(&text_title, &vector_title);
    out[PARRY_AGREE_VECTORS] = correlation(&vector_title, &vector_passage);
    out[PARRY_AGREE_TEXTS] = correlation(&text_title, &text_passage);
    out[PARRY_OVERLAP] = overlap(&text_article, &vector_article);
    out[PARRY_SECOND_PASSAGE] = mean_difference(&vector_passage, &vector_second);
    out[PARRY_CANDIDATES_LOG] = log(1 + (double)all->n);
    out[PARRY_TITLES_DISTINCT] = distinct(a, &vector_title);
}
