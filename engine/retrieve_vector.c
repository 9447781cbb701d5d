/* Candidates by vector: the nearest rows of every segment, gathered under their articles. */
#include "engine/retrieve.h"

#include <stdlib.h>

void parry_measure_vectors(const parry_generation *g, const float *query, parry_candidate *c)
{
    const parry_segment *segment = parry_generation_get_info(g)->segments[c->segment].segment;
    const parry_segment_info *s = parry_segment_get_info(segment);
    float best = -1, second = -1, sentence = -1, sentences = -1;
    for (uint32_t r = s->article_row[c->article]; r < s->article_row[c->article + 1]; r++) {
        if (s->row_vector[r] == PARRY_NO_ROW)
            continue;
        float cosine = parry_segment_cosine(segment, r, query);
        if (s->row_kind[r] == PARRY_ROW_TITLE || s->row_kind[r] == PARRY_ROW_KEYWORDS)
            c->vector_title = cosine > c->vector_title ? cosine : c->vector_title;
        else if (s->row_kind[r] == PARRY_ROW_ARTICLE)
            c->vector_article = cosine;
        else if (s->row_kind[r] == PARRY_ROW_SENTENCES)
            sentences = cosine;
        else if (s->row_kind[r] == PARRY_ROW_SENTENCE)
            sentence = cosine > sentence ? cosine : sentence;
        else if (cosine > best) {
            second = best;
            best = cosine;
            c->vector_row = (int32_t)r;
        } else if (cosine > second)
            second = cosine;
    }
    if (best < 0) /* an article without text is its title */
        best = c->vector_title;
    c->vector_passage = best;
    c->vector_second = second < 0 ? best : second;
    c->vector_sentences = sentences < 0 ? c->vector_article : sentences;
    c->vector_sentence = sentence < 0 ? best : sentence; /* a long article's passages are its sentences */
}

typedef struct found {
    uint32_t segment, article;
    float score;
} found;

static int by_article(const void *x, const void *y)
{
    const found *a = x, *b = y;
    if (a->segment != b->segment)
        return a->segment < b->segment ? -1 : 1;
    if (a->article != b->article)
        return a->article < b->article ? -1 : 1;
    return (a->score < b->score) - (a->score > b->score);
}

static int by_score(const void *x, const void *y)
{
    const found *a = x, *b = y;
    int c = (a->score < b->score) - (a->score > b->score);
    return c != 0 ? c : by_article(x, y);
}

static size_t one_an_article(found *f, size_t n)
{
    size_t kept = 0;
    qsort(f, n, sizeof *f, by_article);
    for (size_t i = 0; i < n; i++)
        if (kept == 0 || f[kept - 1].segment != f[i].segment || f[kept - 1].article != f[i].article)
            f[kept++] = f[i];
    qsort(f, kept, sizeof *f, by_score);
    return kept;
}

parry_code parry_retrieve_vector(const parry_generation *g, const parry_mask *masks, const float *query, parry_arena *a,
                                 parry_candidates *out, parry_err *err)
{
    enum { ROWS = 3 * PARRY_CANDIDATES };
    const parry_generation_info *info = parry_generation_get_info(g);
    found *all = PARRY_ARRAY(a, found, info->nsegments * ROWS + 1);
    size_t n = 0;
    for (uint32_t i = 0; i < info->nsegments; i++) {
        const parry_segment *segment = info->segments[i].segment;
        uint32_t rows[ROWS];
        float scores[ROWS];
        size_t got = 0;
        parry_code code = parry_segment_nearest(segment, query, masks[i].vectors, ROWS, rows, scores, &got, err);
        if (code != PARRY_OK)
            return code;
        for (size_t r = 0; r < got; r++)
            all[n++] = (found){i, parry_segment_get_info(segment)->row_article[rows[r]], scores[r]};
    }
    qsort(all, n, sizeof *all, by_score);
    n = one_an_article(all, n < ROWS ? n : ROWS); /* of so many rows, however they are spread over segments */
    n = n < PARRY_CANDIDATES ? n : PARRY_CANDIDATES;
    parry_candidate *c = PARRY_ARRAY(a, parry_candidate, n);
    for (size_t i = 0; i < n; i++) {
        c[i] = (parry_candidate){.segment = all[i].segment, .article = all[i].article, .text_row = PARRY_NO_ROW};
        parry_measure_vectors(g, query, &c[i]);
    }
    *out = (parry_candidates){.c = c, .n = n};
    return PARRY_OK;
}
