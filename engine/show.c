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

void parry_ranked_sort(parry_ranked *ranked, size_t n)
{
    if (n > 0)
        qsort(ranked, n, sizeof *ranked, best_first);
}

parry_ranked *parry_rank(parry_arena *a, const parry_generation *g, const double *weight, const parry_candidates *all)
{
    const parry_generation_info *info = parry_generation_get_info(g);
    parry_ranked *out = PARRY_ARRAY(a, parry_ranked, all->n + 1);
    for (size_t i = 0; i < all->n; i++) {
        parry_article_out x;
        parry_segment_article(info->segments[all->c[i].segment].segment, all->c[i].article, &x);
        out[i] = (parry_ranked){.c = &all->c[i],
                                .score = parry_fuse(weight, &all->c[i]),
                                .evidence = parry_fuse_evidence(weight, &all->c[i]),
                                .id = x.id};
    }
    parry_ranked_sort(out, all->n);
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

/* The words of the query in a row, how many. */
static int words_in(const parry_showing *s, const parry_segment *segment, uint32_t row, parry_str locale)
{
    parry_marks marks =
        parry_excerpt_marks(s->analyser, s->arena, parry_segment_text(segment, row), locale, s->understood);
    uint32_t words = 0;
    for (size_t i = 0; i < marks.n; i++)
        words |= marks.m[i].words;
    return __builtin_popcount(words);
}

/* The beginning of the section whose heading holds the most words of the query, more than `row` does; else row. */
static int32_t headed_row(const parry_showing *s, const parry_candidate *c, int32_t row)
{
    const parry_segment *segment = parry_generation_get_info(s->g)->segments[c->segment].segment;
    const parry_segment_info *info = parry_segment_get_info(segment);
    parry_article_out x;
    parry_segment_article(segment, c->article, &x);
    int most = row == PARRY_NO_ROW ? 0 : words_in(s, segment, (uint32_t)row, x.locale);
    for (uint32_t r = info->article_row[c->article], end = info->article_row[c->article + 1]; r < end; r++) {
        int words = info->row_kind[r] == PARRY_ROW_HEADING ? words_in(s, segment, r, x.locale) : 0;
        if (words <= most)
            continue;
        most = words;
        bool text = r + 1 < end && info->row_kind[r + 1] == PARRY_ROW_PASSAGE;
        row = (int32_t)(text ? r + 1 : r);
    }
    return row;
}

static int32_t row_of(const parry_showing *s, const parry_candidate *c)
{
    int32_t row = best_row(c);
    return s->query->marks && s->understood->ngroups > 0 ? headed_row(s, c, row) : row;
}

/* The row that a snippet is made of: the best one, else the beginning; PARRY_NO_ROW for an article without text. */
static int32_t shown_row(const parry_segment_info *s, const parry_candidate *c, int32_t row)
{
    for (uint32_t r = s->article_row[c->article]; row == PARRY_NO_ROW && r < s->article_row[c->article + 1]; r++)
        if (s->row_kind[r] == PARRY_ROW_PASSAGE)
            row = (int32_t)r; /* found by its title: the article's beginning */
    return row;
}

static size_t width_of(const parry_query *q)
{
    size_t width = q->snippet_columns == 0 ? PARRY_SNIPPET_COLUMNS : q->snippet_columns;
    return width < PARRY_SNIPPET_COLUMNS_MIN ? PARRY_SNIPPET_COLUMNS_MIN
           : width > PARRY_SNIPPET_COLUMNS   ? PARRY_SNIPPET_COLUMNS
                                             : width;
}

/* Nothing is planned for an article without text: its passage is empty. */
static parry_excerpt plan_snippet(const parry_showing *s, const parry_candidate *c, int32_t best, parry_str locale)
{
    const parry_segment *segment = parry_generation_get_info(s->g)->segments[c->segment].segment;
    int32_t row = shown_row(parry_segment_get_info(segment), c, best);
    if (row == PARRY_NO_ROW)
        return (parry_excerpt){.whole = true};
    parry_excerpt e = parry_excerpt_plan(s->analyser, s->arena, parry_segment_text(segment, (uint32_t)row), locale,
                                         s->understood, s->words, s->nwords, width_of(s->query));
    e.segment = segment;
    e.article = c->article;
    return e;
}

static void explain(parry_arena *a, const double *weight, const parry_ranked *r, parry_hit *h)
{
    const parry_candidate *c = r->c;
    h->nparts = PARRY_SIGNALS + r->nextra;
    h->parts = PARRY_ARRAY(a, parry_part, h->nparts);
    if (r->nextra > 0)
        memcpy(h->parts + PARRY_SIGNALS, r->extra, r->nextra * sizeof *r->extra);
    for (int i = 0; i < PARRY_SIGNALS; i++) {
        double value = parry_signal_value(c, (parry_signal)i);
        h->parts[i] = (parry_part){parry_signal_name((parry_signal)i), value, weight[i], value * weight[i]};
    }
}

static parry_hit hit_of(const parry_showing *show, const parry_ranked *ranked, int32_t row)
{
    const parry_candidate *c = ranked->c;
    const parry_segment *segment = parry_generation_get_info(show->g)->segments[c->segment].segment;
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
                   .product = x.product,
                   .tags = x.tags,
                   .rule = ranked->rule,
                   .pinned = ranked->pinned > 0,
                   .score = ranked->score,
                   .text = (double)c->text_article,
                   .vector = (double)c->vector_passage,
                   .segment = c->segment,
                   .article = c->article};
    if (row != PARRY_NO_ROW && s->row_section[row] < x.nsections) {
        parry_section_in section;
        parry_segment_section(segment, c->article, s->row_section[row], &section);
        h.section = section.heading;
        h.anchor = section.anchor;
        h.path = section.path;
    }
    if (show->query->explain)
        explain(show->arena, show->weight, ranked, &h);
    return h;
}

static void mark_all(const parry_showing *s, parry_hit *h)
{
    const parry_understood *u = s->understood;
    h->title_marks = parry_excerpt_marks(s->analyser, s->arena, h->title, h->locale, u);
    h->path_marks = parry_excerpt_marks(s->analyser, s->arena, h->path, h->locale, u);
    h->passage_marks = parry_excerpt_marks(s->analyser, s->arena, h->passage, h->locale, u);
}

static void render(parry_arena *a, const parry_excerpt *e, parry_hit *h)
{
    if (e->passage.n == 0)
        return;
    h->passage = e->passage;
    parry_excerpt_render(a, e, h);
}

parry_hit parry_show_hit(const parry_showing *s, const parry_ranked *ranked)
{
    int32_t row = row_of(s, ranked->c);
    parry_hit h = hit_of(s, ranked, row);
    parry_excerpt e = s->query->snippets ? plan_snippet(s, ranked->c, row, h.locale) : (parry_excerpt){.whole = true};
    render(s->arena, &e, &h);
    return h;
}

void parry_show(const parry_showing *s, const parry_ranked *ranked, parry_results *r)
{
    const parry_query *q = s->query;
    size_t left = q->offset < r->total ? r->total - q->offset : 0;
    r->n = left < q->limit ? left : q->limit;
    r->hits = PARRY_ARRAY(s->arena, parry_hit, r->n);
    parry_excerpt *e = PARRY_ARRAY(s->arena, parry_excerpt, r->n);
    for (size_t i = 0; i < r->n; i++) {
        const parry_ranked *one = &ranked[q->offset + i];
        int32_t row = row_of(s, one->c);
        r->hits[i] = hit_of(s, one, row);
        if (q->snippets)
            e[i] = plan_snippet(s, one->c, row, r->hits[i].locale);
    }
    if (q->snippets && q->sentences && s->vector != NULL)
        parry_meant_centre(s->meant, s->scratch, s->arena, s->vector, e, r->n);
    for (size_t i = 0; i < r->n && q->snippets; i++)
        render(s->arena, &e[i], &r->hits[i]);
    for (size_t i = 0; i < r->n && q->snippets && q->marks; i++)
        mark_all(s, &r->hits[i]);
    r->words = parry_excerpt_words(s->arena, s->understood);
    r->nwords = s->understood->ngroups;
}
