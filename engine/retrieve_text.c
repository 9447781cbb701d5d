/* Candidates by text: BM25 (Robertson and Zaragoza 2009) over Xapian's postings, scored here.
 *
 * All postings of the query's terms are decoded once; articles and passages, title and body fall out of the same pass,
 * since a posting points to a row and the row's kind is its field. Document frequencies are counted over live rows
 * while decoding, so that no score depends on how the rows are spread over segments or on what is dead in them. */
#include "engine/retrieve.h"

#include "engine/boosts.h"
#include "engine/order.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>

static const float K1 = 1.2F, B = 0.75F;
static const float SAME_TITLE = 0.3F; /* a title that is the query in some way */
static const float GUESS = 0.5F;      /* a correction of no more weight is but a guess */
/* An occurrence in a field counts so much in the article's bag. */
static const float shipped_weight[PARRY_ROW_KINDS] = {
    [PARRY_ROW_TITLE] = 3.0F, [PARRY_ROW_KEYWORDS] = 2.0F, [PARRY_ROW_HEADING] = 2.0F, [PARRY_ROW_PASSAGE] = 1.0F};

typedef struct field_weights {
    float of[PARRY_ROW_KINDS];
} field_weights;

/* As shipped, times what authors say (engine/boosts.h). */
static field_weights weights_of_fields(const parry_boosts *b)
{
    field_weights w;
    for (int k = 0; k < PARRY_ROW_KINDS; k++)
        w.of[k] = shipped_weight[k] * (b != NULL ? b->field[k] : 1.0F);
    return w;
}

/* One word in one article. */
typedef struct article_match {
    uint32_t article;
    bool sure;                    /* not only by a reading that is but a guess */
    float tf, tf_exact, tf_title; /* weighted occurrences */
    float covers;                 /* 1, or what a synonym of it counts */
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
    const field_weights *weights;
    float *tf, *tf_exact, *tf_title; /* per article */
    float *tf_row;                   /* per row */
    uint8_t *sure;                   /* per article */
    uint32_t *touched_articles, *touched_rows;
    size_t narticles, nrows;
} board;

static bool bit(const uint8_t *bits, uint32_t i) { return bits == NULL || (bits[i >> 3] >> (i & 7) & 1) != 0; }

static void add_posting(board *b, const parry_segment_info *s, uint32_t row, float tf, const parry_variant *v)
{
    bool exact = v->exact;
    uint32_t article = s->row_article[row];
    tf *= v->weight;
    b->sure[article] |= !v->typo || v->weight > GUESS;
    uint8_t kind = s->row_kind[row];
    if (b->tf[article] == 0 && b->tf_exact[article] == 0)
        b->touched_articles[b->narticles++] = article;
    float weighted = tf * b->weights->of[kind];
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

/* How much was touched by what was typed, before its synonyms came. */
typedef struct typed {
    size_t articles, rows;
} typed;

/* Move what was touched into the arena, counting, and clear the board. */
static void take_matches(board *b, typed t, const uint8_t *allowed, const parry_segment_info *s, parry_arena *a,
                         parry_word_stats *w, matches *m)
{
    m->articles = PARRY_ARRAY(a, article_match, b->narticles);
    m->passages = PARRY_ARRAY(a, passage_match, b->nrows);
    for (size_t i = 0; i < b->narticles; i++) {
        uint32_t article = b->touched_articles[i];
        bool in_title = b->tf_title[article] > 0;
        w->any_articles++;
        w->any_titles += in_title;
        w->articles += i < t.articles;
        w->titles += i < t.articles && in_title;
        if (bit(allowed, article))
            m->articles[m->narticles++] = (article_match){article,
                                                          b->sure[article] != 0,
                                                          b->tf[article],
                                                          b->tf_exact[article],
                                                          b->tf_title[article],
                                                          i < t.articles ? 1.0F : w->synonym};
        b->tf[article] = b->tf_exact[article] = b->tf_title[article] = 0;
        b->sure[article] = 0;
    }
    for (size_t i = 0; i < b->nrows; i++) {
        uint32_t row = b->touched_rows[i];
        w->any_passages++;
        w->passages += i < t.rows;
        if (bit(allowed, s->row_article[row]))
            m->passages[m->npassages++] = (passage_match){row, b->tf_row[row]};
        b->tf_row[row] = 0;
    }
    b->narticles = b->nrows = 0;
}

/* Corrections are not looked for in every field. */
static bool counts(const parry_view *view, const parry_variant *v, uint8_t kind)
{
    return !v->typo || (view->settings->typo_off_kinds >> kind & 1U) == 0;
}

/* Of two lists the rows in both, as often as the rarer of them; in the arena: segments' own are not to be written to.
 */
static parry_postings in_both(parry_arena *a, const parry_postings *x, const parry_postings *y)
{
    uint32_t *row = PARRY_ARRAY(a, uint32_t, x->n), *tf = PARRY_ARRAY(a, uint32_t, x->n);
    size_t kept = 0, at = 0;
    for (size_t i = 0; i < x->n; i++) {
        while (at < y->n && y->row[at] < x->row[i])
            at++;
        if (at == y->n || y->row[at] != x->row[i])
            continue;
        tf[kept] = x->tf[i] < y->tf[at] ? x->tf[i] : y->tf[at];
        row[kept++] = x->row[i];
    }
    return (parry_postings){row, tf, kept};
}

/* The rows that hold a variant: of a phrase those with all its words. */
static parry_code variant_postings(const parry_segment *segment, parry_arena *a, const parry_variant *v,
                                   parry_postings *out, parry_err *err)
{
    parry_code code = parry_segment_postings(segment, a, v->term, out, err);
    for (size_t m = 0; m < v->nmore && out->n > 0 && code == PARRY_OK; m++) {
        parry_postings with = {NULL, NULL, 0};
        code = parry_segment_postings(segment, a, v->more[m], &with, err);
        if (code == PARRY_OK)
            *out = in_both(a, out, &with);
    }
    return code;
}

/* Either what was typed, or its synonyms. */
static parry_code match_variants(const parry_view *view, size_t segment, const parry_group *g, bool synonyms, board *b,
                                 parry_word_stats *w, parry_err *err)
{
    const parry_live_segment *live = &view->info->segments[segment];
    const parry_segment_info *s = parry_segment_get_info(live->segment);
    for (size_t v = 0; v < g->nvariants; v++) {
        const parry_variant *x = &g->variants[v];
        parry_postings p = {NULL, NULL, 0};
        if ((x->synonym.n > 0) != synonyms)
            continue;
        parry_code code = variant_postings(live->segment, view->arena, x, &p, err);
        if (code != PARRY_OK)
            return code;
        for (size_t i = 0; i < p.n; i++)
            if (bit(live->live, s->row_article[p.row[i]]) && counts(view, x, s->row_kind[p.row[i]]))
                add_posting(b, s, p.row[i], (float)p.tf[i], x);
        if (synonyms && x->weight > w->synonym)
            w->synonym = x->weight;
    }
    return PARRY_OK;
}

/* One word in one segment. */
static parry_code match_word(const parry_view *view, size_t segment, const parry_group *g, board *b,
                             parry_word_stats *w, matches *m, parry_err *err)
{
    const parry_segment_info *s = parry_segment_get_info(view->info->segments[segment].segment);
    parry_code code = match_variants(view, segment, g, false, b, w, err);
    typed t = {b->narticles, b->nrows};
    if (code == PARRY_OK)
        code = match_variants(view, segment, g, true, b, w, err);
    if (code == PARRY_OK)
        take_matches(b, t, view->masks[segment].articles, s, view->arena, w, m);
    return code;
}

static float idf(uint64_t n, uint64_t df)
{
    return (float)log(1.0 + ((double)n - (double)df + 0.5) / ((double)df + 0.5));
}

static float saturate(float tf, float length_ratio) { return tf * (K1 + 1) / (tf + K1 * (1 - B + B * length_ratio)); }

/* Weighted length of an article, as its bag counts it. */
static float article_length(const parry_segment_info *s, uint32_t article, const field_weights *w)
{
    float n = 0;
    for (int k = 0; k < PARRY_WORD_KINDS; k++)
        n += w->of[k] * (float)s->article_length[(size_t)article * PARRY_WORD_KINDS + (size_t)k];
    return n;
}

typedef struct averages {
    float article, title, passage; /* lengths; at least 1 */
} averages;

static float mean(double sum, uint64_t n) { return n == 0 || sum < (double)n ? 1.0F : (float)(sum / (double)n); }

static averages average_lengths(const parry_generation_info *info, const field_weights *w)
{
    double bag = 0;
    for (int k = 0; k < PARRY_ROW_KINDS; k++)
        bag += (double)w->of[k] * (double)info->kind_length[k];
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
    uint8_t *words, *title_words, *identifiers;
    float *length; /* 0: not yet known */
    uint32_t *touched;
    size_t ntouched;
} scores;

static scores scores_new(parry_arena *a, const parry_segment_info *s)
{
    size_t n = s->narticles;
    return (scores){PARRY_ARRAY(a, float, n),
                    PARRY_ARRAY(a, float, n),
                    PARRY_ARRAY(a, float, n),
                    PARRY_ARRAY(a, float, n),
                    PARRY_ARRAY(a, float, s->nrows),
                    PARRY_ARRAY(a, uint8_t, n),
                    PARRY_ARRAY(a, uint8_t, n),
                    PARRY_ARRAY(a, uint8_t, n),
                    PARRY_ARRAY(a, float, n),
                    PARRY_ARRAY(a, uint32_t, n),
                    0};
}

static void score_word(const parry_segment_info *s, const matches *m, const parry_word_stats *w, const averages *avg,
                       const parry_group *g, const field_weights *weights, scores *out)
{
    for (size_t i = 0; i < m->narticles; i++) {
        const article_match *x = &m->articles[i];
        uint32_t article = x->article;
        if (out->length[article] == 0) {
            out->length[article] = article_length(s, article, weights) + 1e-6F;
            out->touched[out->ntouched++] = article;
        }
        float ratio = out->length[article] / avg->article;
        out->article[article] += w->idf * saturate(x->tf, ratio);
        out->exact[article] += w->idf * saturate(x->tf_exact, ratio);
        out->coverage[article] += w->idf * x->covers;
        out->words[article] = (uint8_t)(out->words[article] + x->sure);
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

/* Is it worth reading the title? It holds all the words; it may be the query, or begin with it. */
static bool may_be_title(const parry_understood *u, parry_str title, uint32_t length)
{
    if (u->norder == 0 || title.n == 0)
        return false;
    unsigned char first = (unsigned char)u->groups[u->order[0]].word.p[0], its = (unsigned char)title.p[0];
    bool begins = first >= 0x80 || its >= 0x80 || !isalnum(its) || tolower(first) == tolower(its);
    return length <= u->norder || (u->typing && begins);
}

static float match_title(const parry_view *v, const parry_understood *u, uint32_t segment, uint32_t article)
{
    const parry_segment *s = v->info->segments[segment].segment;
    const parry_segment_info *info = parry_segment_get_info(s);
    parry_article_out x;
    parry_segment_article(s, article, &x);
    if (!may_be_title(u, x.title, info->row_length[info->article_row[article]]))
        return 0;
    return parry_title_match(v->analyser, v->arena, x.title, x.locale, u);
}

/* The text fields of an article of this segment, all but those for which its texts must be read. */
static void fill_text(const parry_segment_info *s, const scores *sc, const ceilings *top, parry_candidate *c)
{
    float best = 0, second = 0;
    c->text_row = PARRY_NO_ROW;
    for (uint32_t r = s->article_row[c->article]; r < s->article_row[c->article + 1]; r++) {
        float p = sc->passage[r];
        if (p > best) {
            second = best;
            best = p;
            c->text_row = (int32_t)r;
        } else if (p > second) {
            second = p;
        }
    }
    c->text_article = over(sc->article[c->article], top->article);
    c->text_exact = over(sc->exact[c->article], top->article);
    c->text_title = over(sc->title[c->article], top->title);
    c->text_passage = over(best, top->passage);
    c->text_second = over(second, top->passage);
    c->coverage = over(sc->coverage[c->article], top->coverage);
    c->holds_identifier = sc->identifiers[c->article] != 0;
}

/* An article that holds a word of the query, and what it is chosen by. */
typedef struct pick {
    uint32_t segment, article;
    float score;
    float title_is_query;
} pick;

static int by_text(const void *x, const void *y)
{
    const pick *a = x, *b = y;
    if (a->title_is_query > b->title_is_query || a->title_is_query < b->title_is_query)
        return a->title_is_query > b->title_is_query ? -1 : 1;
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
    if (p.title_is_query >= SAME_TITLE) {
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
            if (!u->groups[i].silent && (stops == 1 || !u->groups[i].stop))
                out[n++] = &u->groups[i];
    return n;
}

static board board_new(parry_arena *a, const parry_generation_info *info, const field_weights *weights)
{
    size_t articles = 0, rows = 0;
    for (size_t i = 0; i < info->nsegments; i++) {
        const parry_segment_info *s = parry_segment_get_info(info->segments[i].segment);
        articles = s->narticles > articles ? s->narticles : articles;
        rows = s->nrows > rows ? s->nrows : rows;
    }
    return (board){weights,
                   PARRY_ARRAY(a, float, articles),
                   PARRY_ARRAY(a, float, articles),
                   PARRY_ARRAY(a, float, articles),
                   PARRY_ARRAY(a, float, rows),
                   PARRY_ARRAY(a, uint8_t, articles),
                   PARRY_ARRAY(a, uint32_t, articles),
                   PARRY_ARRAY(a, uint32_t, rows),
                   0,
                   0};
}

/* A frequent synonym does not make a rare word less telling; but where nobody wrote the word, the synonym is all. */
static uint64_t either(uint64_t typed_count, uint64_t any_count) { return typed_count > 0 ? typed_count : any_count; }

/* A pair of a script without spaces that stands nowhere is as a rule no word but where two words meet: it is not held
 * against anyone. */
static ceilings weigh_words(const parry_generation_info *info, const parry_group *const *words, parry_word_stats *w,
                            size_t nwords)
{
    ceilings top = {0, 0, 0, 0};
    for (size_t i = 0; i < nwords; i++) {
        float times = (float)words[i]->times;
        if (words[i]->pair && w[i].any_articles == 0)
            continue;
        w[i].idf = times * idf(info->narticles, either(w[i].articles, w[i].any_articles));
        w[i].idf_title = times * idf(info->kind_rows[PARRY_ROW_TITLE], either(w[i].titles, w[i].any_titles));
        w[i].idf_passage = times * idf(info->kind_rows[PARRY_ROW_PASSAGE], either(w[i].passages, w[i].any_passages));
        top.article += w[i].idf * (K1 + 1);
        top.title += w[i].idf_title * (K1 + 1);
        top.passage += w[i].idf_passage * (K1 + 1);
        top.coverage += w[i].idf;
    }
    return top;
}

void parry_measure_pairs(const parry_view *v, const parry_understood *u, parry_candidate *c, size_t n)
{
    parry_pairs *pairs = u->norder > 1 ? parry_pairs_new(v->analyser, v->arena, u) : NULL;
    for (size_t i = 0; i < n && pairs != NULL; i++) {
        const parry_segment *s = v->info->segments[c[i].segment].segment;
        parry_article_out x;
        parry_segment_article(s, c[i].article, &x);
        float title = parry_pairs_held(pairs, x.title, x.locale), passage = 0;
        if (c[i].text_row != PARRY_NO_ROW && title < 1)
            passage = parry_pairs_held(pairs, parry_segment_text(s, (uint32_t)c[i].text_row), x.locale);
        c[i].text_pairs = passage > title ? passage : title;
    }
}

/* The words of the query, and what every article reaches by them. */
struct parry_text_scoring {
    const parry_view *v;
    const parry_understood *u;
    const parry_group *words[PARRY_MAX_GROUPS];
    size_t nwords;
    parry_word_stats *stats;
    matches *found; /* by word, then segment */
    ceilings top;
    averages avg;
    field_weights weights;
    scores *scores; /* by segment */
    chosen *best;
    size_t n, all; /* articles that hold any word; that hold all words that any has */
    size_t known;  /* words that any has */
};
typedef struct parry_text_scoring scoring;

static parry_code match_all(scoring *x, parry_err *err)
{
    size_t nsegments = x->v->info->nsegments;
    board b = board_new(x->v->arena, x->v->info, &x->weights);
    for (size_t w = 0; w < x->nwords; w++) {
        bool known = false;
        x->stats[w].group = x->words[w];
        for (size_t i = 0; i < nsegments; i++) {
            parry_code code = match_word(x->v, i, x->words[w], &b, &x->stats[w], &x->found[w * nsegments + i], err);
            if (code != PARRY_OK)
                return code;
            known = known || x->found[w * nsegments + i].narticles > 0;
        }
        x->known += known;
    }
    return PARRY_OK;
}

static void score_segment(scoring *x, uint32_t segment)
{
    const parry_segment_info *s = parry_segment_get_info(x->v->info->segments[segment].segment);
    scores *sc = &x->scores[segment];
    *sc = scores_new(x->v->arena, s);
    for (size_t w = 0; w < x->nwords; w++)
        score_word(s, &x->found[w * x->v->info->nsegments + segment], &x->stats[w], &x->avg, x->words[w], &x->weights,
                   sc);
    for (size_t t = 0; t < sc->ntouched; t++) {
        uint32_t article = sc->touched[t];
        pick p = {segment, article, over(sc->article[article], x->top.article), 0};
        if (sc->title_words[article] == x->nwords)
            p.title_is_query = match_title(x->v, x->u, segment, article);
        offer(x->best, x->v->arena, p);
        x->all += sc->words[article] == x->known && x->known > 0;
    }
    x->n += sc->ntouched;
}

static void measure_text(const scoring *x, parry_candidate *c)
{
    const parry_segment_info *s = parry_segment_get_info(x->v->info->segments[c->segment].segment);
    fill_text(s, &x->scores[c->segment], &x->top, c);
}

/* Those chosen in full, in order: at most PARRY_CANDIDATES unless more are named so. Returns how many. */
static size_t candidates_of(scoring *x, parry_candidate **out)
{
    chosen *best = x->best;
    qsort(best->heap, best->n, sizeof(pick), by_text);
    size_t nnamed = best->nnamed, room = nnamed < PARRY_CANDIDATES ? PARRY_CANDIDATES - nnamed : 0;
    size_t n = nnamed + (best->n < room ? best->n : room);
    if (nnamed > 0)
        qsort(best->named, nnamed, sizeof(pick), by_text);
    *out = PARRY_ARRAY(x->v->arena, parry_candidate, n);
    for (size_t i = 0; i < n; i++) {
        const pick *p = i < nnamed ? &best->named[i] : &best->heap[i - nnamed];
        (*out)[i] = (parry_candidate){.segment = p->segment,
                                      .article = p->article,
                                      .title_is_query = p->title_is_query,
                                      .vector_row = PARRY_NO_ROW};
        measure_text(x, &(*out)[i]);
    }
    return n;
}

parry_code parry_retrieve_text(const parry_view *v, const parry_understood *u, parry_candidates *out, parry_err *err)
{
    scoring *x = PARRY_NEW(v->arena, scoring);
    *x = (scoring){.v = v, .u = u, .weights = weights_of_fields(v->boosts)};
    x->nwords = words_to_look_up(u, x->words);
    x->stats = PARRY_ARRAY(v->arena, parry_word_stats, x->nwords);
    x->found = PARRY_ARRAY(v->arena, matches, x->nwords * v->info->nsegments);
    x->scores = PARRY_ARRAY(v->arena, scores, v->info->nsegments);
    x->best = PARRY_NEW(v->arena, chosen);
    parry_code code = match_all(x, err);
    if (code != PARRY_OK)
        return code;
    x->top = weigh_words(v->info, x->words, x->stats, x->nwords);
    x->avg = average_lengths(v->info, &x->weights);
    for (uint32_t i = 0; i < v->info->nsegments; i++)
        score_segment(x, i);
    parry_candidate *c = NULL;
    size_t n = candidates_of(x, &c);
    parry_measure_pairs(v, u, c, n < PARRY_PAIRS_READ ? n : PARRY_PAIRS_READ);
    *out = (parry_candidates){.c = c,
                              .n = n,
                              .idf_sum = (double)x->top.coverage,
                              .text_matched = x->n,
                              .text_all = x->all,
                              .words = x->stats,
                              .nwords = x->nwords,
                              .scoring = x};
    return PARRY_OK;
}

void parry_measure_text(const parry_candidates *text, parry_candidate *c)
{
    if (text->scoring != NULL)
        measure_text(text->scoring, c);
}
