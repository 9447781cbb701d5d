/* Candidates to hits: order, best section, snippet, explanation. */
#include "engine/show.h"

#include "engine/snippet.h"

#include <stdlib.h>

static int best_first(const void *x, const void *y)
{
    const parry_ranked *a = x, *b = y;
    if (a->score > b->score || a->score < b->score)
        return a->score < b->score ? 1 : -1;
    return parry_str_cmp(a->id, b->id);
}

parry_ranked *parry_rank(parry_arena *a, const parry_generation *g, const double *weight, const parry_candidates *all)
{
    const parry_generation_info *info = parry_generation_get_info(g);
    parry_ranked *out = PARRY_ARRAY(a, parry_ranked, all->n + 1);
    for (size_t i = 0; i < all->n; i++) {
        parry_article_out x;
        parry_segment_article(info->segments[all->c[i].segment].segment, all->c[i].article, &x);
        out[i] = (parry_ranked){&all->c[i], parry_fuse(weight, &all->c[i]), x.id};
    }
    qsort(out, all->n, sizeof *out, best_first);
    return out;
}

/* The passage to show: where text and vectors differ, the one nearer in meaning unless the words are clearly elsewhere.
 */
static int32_t best_row(const parry_candidate *c)
{
    if (c->text_row == PARRY_NO_ROW || (c->vector_row != PARRY_NO_ROW && c->text_passage < 0.5F))
        return c->vector_row;
    return c->text_row;
}

static parry_str snippet_of(parry_analyser *an, parry_arena *a, const parry_segment *segment, const parry_candidate *c,
                            int32_t row, parry_str locale, const parry_understood *u, parry_str *passage)
{
    const parry_segment_info *s = parry_segment_get_info(segment);
    for (uint32_t r = s->article_row[c->article]; row == PARRY_NO_ROW && r < s->article_row[c->article + 1]; r++)
        if (s->row_kind[r] == PARRY_ROW_PASSAGE)
            row = (int32_t)r; /* found by its title: the article's beginning */
    if (row == PARRY_NO_ROW)
        return parry_str_of("");
    *passage = parry_segment_text(segment, (uint32_t)row);
    return parry_snippet(an, a, *passage, locale, u);
}

static void explain(parry_arena *a, const double *weight, const parry_candidate *c, parry_hit *h)
{
    h->parts = PARRY_ARRAY(a, parry_part, PARRY_SIGNALS);
    h->nparts = PARRY_SIGNALS;
    for (int i = 0; i < PARRY_SIGNALS; i++) {
        double value = parry_signal_value(c, (parry_signal)i);
        h->parts[i] = (parry_part){parry_signal_name((parry_signal)i), value, weight[i], value * weight[i]};
    }
}

static parry_hit hit_of(parry_analyser *an, parry_arena *a, const parry_generation *g, const parry_query *q,
                        const parry_understood *u, const double *weight, const parry_ranked *ranked)
{
    const parry_candidate *c = ranked->c;
    const parry_segment *segment = parry_generation_get_info(g)->segments[c->segment].segment;
    const parry_segment_info *s = parry_segment_get_info(segment);
    parry_article_out x;
    parry_segment_article(segment, c->article, &x);
    parry_hit h = {.id = x.id,
                   .title = x.title,
                   .slug = x.slug,
                   .category = x.category,
                   .audience = x.audience,
                   .locale = x.locale,
                   .updated = x.updated,
                   .score = ranked->score,
                   .text = (double)c->text_article,
                   .vector = (double)c->vector_passage,
                   .segment = c->segment,
                   .article = c->article};
    int32_t row = best_row(c);
    if (row != PARRY_NO_ROW && s->row_section[row] < x.nsections) {
        parry_section_in section;
        parry_segment_section(segment, c->article, s->row_section[row], &section);
        h.section = section.heading;
        h.anchor = section.anchor;
        h.path = section.path;
    }
    if (q->snippets)
        h.snippet = snippet_of(an, a, segment, c, row, x.locale, u, &h.passage);
    if (q->explain)
        explain(a, weight, c, &h);
    return h;
}

void parry_show(parry_analyser *an, parry_arena *a, const parry_generation *g, const parry_query *q,
                const parry_understood *u, const double *weight, const parry_ranked *ranked, parry_results *r)
{
    size_t left = q->offset < r->total ? r->total - q->offset : 0;
    r->n = left < q->limit ? left : q->limit;
    r->hits = PARRY_ARRAY(a, parry_hit, r->n);
    for (size_t i = 0; i < r->n; i++)
        r->hits[i] = hit_of(an, a, g, q, u, weight, &ranked[q->offset + i]);
}
