/* Candidates by text: BM25 (Robertson and Zaragoza 2009) over Xapian's postings, scored here.
 *
 * All postings of the query's terms are decoded once; articles and passages, title and body fall out of the same pass,
 * since a posting points to a row and the row's kind is its field. Document frequencies are counted over live rows
 * while decoding, so that no score depends on how the rows are spread over segments or on what is dead in them. */
#include "engine/retrieve.h"

#include <math.h>
#include <stdlib.h>

static const float K1 = 1.2F, B = 0.75F;
/* An occurrence in a field counts so much in the article's bag. */
static const float field_weight[PARRY_ROW_KINDS] = {
    [PARRY_ROW_TITLE] = 3.0F, [PARRY_ROW_KEYWORDS] = 2.0F, [PARRY_ROW_HEADING] = 2.0F, [PARRY_ROW_PASSAGE] = 1.0F};

/* One word in one article. */
typedef struct article_match {
    uint32_t article;
    float tf, tf_exact, tf_title; /* weighted occurrences */
} article_match;

typedef struct passage_match {
    uint32_t row;
    float tf;
} passage_match;

/* One word in one segment. */
typedef struct matches {
    article_match *articles;
    passage_match *passages;
    size_t narticles, npassages;
} matches;

/* Dense while a segment is scored; all zero between. */
typedef struct board {
    float *tf, *tf_exact, *tf_title; /* per article */
    float *tf_row;                   /* per row */
    uint32_t *touched_articles, *touched_rows;
    size_t narticles, nrows;
} board;

static bool bit(const uint8_t *bits, uint32_t i) { return bits == NULL || (bits[i >> 3] >> (i & 7) & 1) != 0; }

static void add_posting(board *b, const parry_segment_info *s, uint32_t row, float tf, bool exact)
{
    uint32_t article = s->row_article[row];
    uint8_t kind = s->row_kind[row];
    if (b->tf[article] == 0 && b->tf_exact[article] == 0)
        b->touched_articles[b->narticles++] = article;
    float weighted = tf * field_weight[kind];
    if (exact) {
        b->tf_exact[article] += weighted;
        return;
    }
    b->tf[article] += weighted;
    if (kind == PARRY_ROW_TITLE)
        b->tf_title[article] += tf;
    if (kind == PARRY_ROW_PASSAGE) {
        if (b->tf_row[row] == 0)
            b->touched_rows[b->nrows++] = row;
        b->tf_row[row] += tf;
    }
}

/* Move what was touched into the arena, counting, and clear the board. */
static void take_matches(board *b, const uint8_t *allowed, const parry_segment_info *s, parry_arena *a,
                         parry_word_stats *w, matches *m)
{
    m->articles = PARRY_ARRAY(a, article_match, b->narticles);
    m->passages = PARRY_ARRAY(a, passage_match, b->nrows);
    for (size_t i = 0; i < b->narticles; i++) {
        uint32_t article = b->touched_articles[i];
        w->articles++;
        w->titles += b->tf_title[article] > 0;
        if (bit(allowed, article))
            m->articles[m->narticles++] =
                (article_match){article, b->tf[article], b->tf_exact[article], b->tf_title[article]};
        b->tf[article] = b->tf_exact[article] = b->tf_title[article] = 0;
    }
    for (size_t i = 0; i < b->nrows; i++) {
        uint32_t row = b->touched_rows[i];
        w->passages++;
        if (bit(allowed, s->row_article[row]))
            m->passages[m->npassages++] = (passage_match){row, b->tf_row[row]};
        b->tf_row[row] = 0;
    }
    b->narticles = b->nrows = 0;
}

static parry_code match_word(const parry_live_segment *live, const uint8_t *allowed, const parry_group *g, board *b,
                             parry_arena *a, parry_word_stats *w, matches *m, parry_err *err)
{
    const parry_segment_info *s = parry_segment_get_info(live->segment);
    for (size_t v = 0; v < g->nvariants; v++) {
        parry_postings p = {NULL, NULL, 0};
        parry_code code = parry_segment_postings(live->segment, a, g->variants[v].term, &p, err);
        if (code != PARRY_OK)
            return code;
        for (size_t i = 0; i < p.n; i++)
            if (bit(live->live, s->row_article[p.row[i]]))
                add_posting(b, s, p.row[i], (float)p.tf[i] * g->variants[v].weight, g->variants[v].exact);
    }
    take_matches(b, allowed, s, a, w, m);
    return PARRY_OK;
}

static float idf(uint64_t n, uint64_t df)
{
    return (float)log(1.0 + ((double)n - (double)df + 0.5) / ((double)df + 0.5));
}

static float saturate(float tf, float length_ratio) { return tf * (K1 + 1) / (tf + K1 * (1 - B + B * length_ratio)); }

/* Weighted length of an article, as its bag counts it. */
static float article_length(const parry_segment_info *s, uint32_t article)
{
    float n = 0;
    for (uint32_t r = s->article_row[article]; r < s->article_row[article + 1]; r++)
        n += field_weight[s->row_kind[r]] * (float)s->row_length[r];
    return n;
}

typedef struct averages {
    float article, title, passage; /* lengths; at least 1 */
} averages;

static float mean(double sum, uint64_t n) { return n == 0 || sum < (double)n ? 1.0F : (float)(sum / (double)n); }

static averages average_lengths(const parry_generation_info *info)
{
    double bag = 0;
    for (int k = 0; k < PARRY_ROW_KINDS; k++)
        bag += (double)field_weight[k] * (double)info->kind_length[k];
    return (averages){
        mean(bag, info->narticles),
        mean((double)info->kind_length[PARRY_ROW_TITLE], info->kind_rows[PARRY_ROW_TITLE]),
        mean((double)info->kind_length[PARRY_ROW_PASSAGE], info->kind_rows[PARRY_ROW_PASSAGE]),
    };
}

/* Scores of one segment's articles, dense, and the articles that have any. */
typedef struct scores {
    float *article, *exact, *title, *coverage;
    float *passage; /* per row */
    uint8_t *title_words, *identifiers;
    float *length; /* 0: not yet known */
    uint32_t *touched;
    size_t ntouched;
} scores;

static scores scores_new(parry_arena *a, const parry_segment_info *s)
{
    size_t n = s->narticles;
    return (scores){PARRY_ARRAY(a, float, n),        PARRY_ARRAY(a, float, n),
                    PARRY_ARRAY(a, float, n),        PARRY_ARRAY(a, float, n),
                    PARRY_ARRAY(a, float, s->nrows), PARRY_ARRAY(a, uint8_t, n),
                    PARRY_ARRAY(a, uint8_t, n),      PARRY_ARRAY(a, float, n),
                    PARRY_ARRAY(a, uint32_t, n),     0};
}

static void score_word(const parry_segment_info *s, const matches *m, const parry_word_stats *w, const averages *avg,
                       const parry_group *g, scores *out)
{
    for (size_t i = 0; i < m->narticles; i++) {
        const article_match *x = &m->articles[i];
        uint32_t article = x->article;
        if (out->length[article] == 0) {
            out->length[article] = article_length(s, article) + 1e-6F;
            out->touched[out->ntouched++] = article;
        }
        float ratio = out->length[article] / avg->article;
        out->article[article] += w->idf * saturate(x->tf, ratio);
        out->exact[article] += w->idf * saturate(x->tf_exact, ratio);
        out->coverage[article] += w->idf;
        if (x->tf_title > 0) {
            float title_ratio = (float)s->row_length[s->article_row[article]] / avg->title;
            out->title[article] += w->idf_title * saturate(x->tf_title, title_ratio);
            out->title_words[article] = (uint8_t)(out->title_words[article] + 1);
        }
        out->identifiers[article] |= g->identifier && x->tf_exact > 0;
    }
    for (size_t i = 0; i < m->npassages; i++) {
        uint32_t row = m->passages[i].row;
        out->passage[row] += w->idf_passage * saturate(m->passages[i].tf, (float)s->row_length[row] / avg->passage);
    }
}

/* The most that the query's words could add up to. */
typedef struct ceilings {
    float article, title, passage, coverage;
} ceilings;

static float over(float value, float ceiling) { return ceiling > 0 ? value / ceiling : 0; }

static bool title_is_query(const parry_segment_info *s, uint32_t article, const scores *sc, size_t nwords)
{
    return nwords > 0 && sc->title_words[article] == nwords && s->row_length[s->article_row[article]] <= nwords;
}

static parry_candidate candidate_of(const parry_segment_info *s, uint32_t segment, uint32_t article, const scores *sc,
                                    const ceilings *top, size_t nwords)
{
    parry_candidate c = {.segment = segment, .article = article, .text_row = PARRY_NO_ROW, .vector_row = PARRY_NO_ROW};
    float best = 0, second = 0;
    for (uint32_t r = s->article_row[article]; r < s->article_row[article + 1]; r++) {
        float p = sc->passage[r];
        if (p > best) {
            second = best;
            best = p;
            c.text_row = (int32_t)r;
        } else if (p > second) {
            second = p;
        }
    }
    c.text_article = over(sc->article[article], top->article);
    c.text_exact = over(sc->exact[article], top->article);
    c.text_title = over(sc->title[article], top->title);
    c.text_passage = over(best, top->passage);
    c.text_second = over(second, top->passage);
    c.coverage = over(sc->coverage[article], top->coverage);
    c.holds_identifier = sc->identifiers[article] != 0;
    c.title_is_query = title_is_query(s, article, sc, nwords);
    return c;
}

/* An article that holds a word of the query, and what it is chosen by. */
typedef struct pick {
    uint32_t segment, article;
    float score;
    bool title_is_query;
} pick;

static int by_text(const void *x, const void *y)
{
    const pick *a = x, *b = y;
    if (a->title_is_query != b->title_is_query)
        return a->title_is_query ? -1 : 1;
    if (a->score > b->score || a->score < b->score)
        return a->score < b->score ? 1 : -1;
    if (a->segment != b->segment)
        return a->segment < b->segment ? -1 : 1;
    return a->article < b->article ? -1 : a->article > b->article;
}

/* The best so far: a heap, the worst on top; and whatever is called as the query is, however many those are. */
typedef struct chosen {
    pick heap[PARRY_CANDIDATES];
    pick *named;
    size_t n, nnamed, cap;
} chosen;

static void sift_down(pick *h, size_t n, size_t i)
{
    for (size_t child; (child = 2 * i + 1) < n; i = child) {
        child += child + 1 < n && by_text(&h[child + 1], &h[child]) > 0;
        if (by_text(&h[child], &h[i]) <= 0)
            return;
        pick t = h[i];
        h[i] = h[child];
        h[child] = t;
    }
}

static void offer(chosen *c, parry_arena *a, pick p)
{
    if (p.title_is_query) {
        c->named = parry_arena_grow(a, c->named, c->nnamed, &c->cap, sizeof p);
        c->named[c->nnamed++] = p;
    } else if (c->n < PARRY_CANDIDATES) {
        c->heap[c->n++] = p;
        for (size_t i = c->n / 2; c->n == PARRY_CANDIDATES && i-- > 0;)
            sift_down(c->heap, c->n, i);
    } else if (by_text(&p, &c->heap[0]) < 0) {
        c->heap[0] = p;
        sift_down(c->heap, c->n, 0);
    }
}

/* Stop words are looked up only when there is nothing else. */
static size_t words_to_look_up(const parry_understood *u, const parry_group **out)
{
    size_t n = 0;
    for (int stops = 0; stops < 2 && n == 0; stops++)
        for (size_t i = 0; i < u->ngroups; i++)
            if (stops == 1 || !u->groups[i].stop)
                out[n++] = &u->groups[i];
    return n;
}

static board board_new(parry_arena *a, const parry_generation_info *info)
{
    size_t articles = 0, rows = 0;
    for (size_t i = 0; i < info->nsegments; i++) {
        const parry_segment_info *s = parry_segment_get_info(info->segments[i].segment);
        articles = s->narticles > articles ? s->narticles : articles;
        rows = s->nrows > rows ? s->nrows : rows;
    }
    return (board){PARRY_ARRAY(a, float, articles),
                   PARRY_ARRAY(a, float, articles),
                   PARRY_ARRAY(a, float, articles),
                   PARRY_ARRAY(a, float, rows),
                   PARRY_ARRAY(a, uint32_t, articles),
                   PARRY_ARRAY(a, uint32_t, rows),
                   0,
                   0};
}

static ceilings weigh_words(const parry_generation_info *info, parry_word_stats *w, size_t nwords)
{
    ceilings top = {0, 0, 0, 0};
    for (size_t i = 0; i < nwords; i++) {
        w[i].idf = idf(info->narticles, w[i].articles);
        w[i].idf_title = idf(info->kind_rows[PARRY_ROW_TITLE], w[i].titles);
        w[i].idf_passage = idf(info->kind_rows[PARRY_ROW_PASSAGE], w[i].passages);
        top.article += w[i].idf * (K1 + 1);
        top.title += w[i].idf_title * (K1 + 1);
        top.passage += w[i].idf_passage * (K1 + 1);
        top.coverage += w[i].idf;
    }
    return top;
}

/* Those chosen in full, in order: at most PARRY_CANDIDATES unless more are named so. */
static parry_candidates candidates_of(parry_arena *a, const parry_generation_info *info, chosen *best, const scores *sc,
                                      const ceilings *top, size_t nwords)
{
    qsort(best->heap, best->n, sizeof(pick), by_text);
    size_t nnamed = best->nnamed, room = nnamed < PARRY_CANDIDATES ? PARRY_CANDIDATES - nnamed : 0;
    size_t rest = best->n < room ? best->n : room;
    if (nnamed > 0)
        qsort(best->named, nnamed, sizeof(pick), by_text);
    parry_candidate *c = PARRY_ARRAY(a, parry_candidate, nnamed + rest);
    for (size_t i = 0; i < nnamed + rest; i++) {
        const pick *p = i < nnamed ? &best->named[i] : &best->heap[i - nnamed];
        const parry_segment_info *s = parry_segment_get_info(info->segments[p->segment].segment);
        c[i] = candidate_of(s, p->segment, p->article, &sc[p->segment], top, nwords);
    }
    return (parry_candidates){.c = c, .n = nnamed + rest, .idf_sum = (double)top->coverage};
}

parry_code parry_retrieve_text(const parry_generation *g, const parry_mask *masks, const parry_understood *u,
                               parry_arena *a, parry_candidates *out, parry_err *err)
{
    const parry_generation_info *info = parry_generation_get_info(g);
    const parry_group *words[PARRY_MAX_GROUPS];
    size_t nwords = words_to_look_up(u, words);
    parry_word_stats *stats = PARRY_ARRAY(a, parry_word_stats, nwords);
    matches *found = PARRY_ARRAY(a, matches, nwords * info->nsegments);
    board b = board_new(a, info);
    for (size_t w = 0; w < nwords; w++) {
        stats[w].group = words[w];
        for (size_t i = 0; i < info->nsegments; i++) {
            parry_code code = match_word(&info->segments[i], masks[i].articles, words[w], &b, a, &stats[w],
                                         &found[w * info->nsegments + i], err);
            if (code != PARRY_OK)
                return code;
        }
    }
    ceilings top = weigh_words(info, stats, nwords);
    averages avg = average_lengths(info);
    scores *sc = PARRY_ARRAY(a, scores, info->nsegments);
    chosen *best = PARRY_NEW(a, chosen);
    size_t n = 0;
    for (uint32_t i = 0; i < info->nsegments; i++) {
        const parry_segment_info *s = parry_segment_get_info(info->segments[i].segment);
        sc[i] = scores_new(a, s);
        for (size_t w = 0; w < nwords; w++)
            score_word(s, &found[w * info->nsegments + i], &stats[w], &avg, words[w], &sc[i]);
        for (size_t t = 0; t < sc[i].ntouched; t++) {
            uint32_t x = sc[i].touched[t];
            offer(best, a, (pick){i, x, over(sc[i].article[x], top.article), title_is_query(s, x, &sc[i], nwords)});
        }
        n += sc[i].ntouched;
    }
    *out = candidates_of(a, info, best, sc, &top, nwords);
    out->text_matched = n;
    out->words = stats;
    out->nwords = nwords;
    return PARRY_OK;
}
