/* What a query's words were read as, and what each hit rests on: terms by field, and the best row of either side. */
#include "engine/explain_private.h"

#include <assert.h>
#include <stdlib.h>

/* ---- readings -------------------------------------------------------------------------------------------------------
 */

static parry_str shown_term(const parry_variant *v)
{
    if (v->nmore > 0) /* a synonym that is a phrase */
        return v->synonym;
    return v->exact ? v->term : parry_str_from(v->term, 1); /* a stem stands behind a Z */
}

/* The word as typed, or the stem of it: what understand.c adds first. */
static bool is_own(const parry_group *g, const parry_variant *v)
{
    for (size_t i = 0; i < g->nvariants && i < 2; i++)
        if (v == &g->variants[i])
            return v->weight >= 1 && (v->exact ? parry_str_eq(v->term, g->word) : true);
    return false;
}

static const char *kind_of(const parry_group *g, const parry_variant *v)
{
    if (v->kind != NULL)
        return v->kind;
    if (is_own(g, v))
        return !v->exact ? "stem" : g->identifier ? "identifier" : "word";
    if (v->typo)
        return "typo";
    return g->unfinished ? "prefix" : "other";
}

static parry_code is_shown(const parry_explain_input *in, parry_str term, bool *shown, parry_err *err)
{
    const parry_generation_info *info = parry_generation_get_info(in->show->g);
    *shown = false;
    for (size_t i = 0; i < info->nsegments && !*shown; i++) {
        const parry_segment_info *s = parry_segment_get_info(info->segments[i].segment);
        parry_postings p;
        parry_code code = parry_segment_postings(info->segments[i].segment, in->show->arena, term, &p, err);
        if (code != PARRY_OK)
            return code;
        for (size_t r = 0; r < p.n && !*shown; r++)
            *shown = parry_mask_shows(&in->curation->masks[i], s->row_article[p.row[r]]);
    }
    return PARRY_OK;
}

static bool looked_up(const parry_candidates *text, const parry_group *g)
{
    for (size_t i = 0; i < text->nwords; i++)
        if (text->words[i].group == g)
            return true;
    return false;
}

/* A completion is taken from the whole vocabulary: it is told only where a visible article holds it. */
static parry_code read_group(const parry_explain_input *in, const parry_group *g, parry_explanation *e, parry_err *err)
{
    if (in->text->nwords > 0 && !looked_up(in->text, g)) {
        e->readings[e->nreadings++] = (parry_reading){g->word, g->silent ? "other" : "stop", {NULL, 0}, false, 0};
        return PARRY_OK;
    }
    for (size_t v = 0; v < g->nvariants; v++) {
        const parry_variant *x = &g->variants[v];
        bool shown = true;
        parry_code code = is_own(g, x) ? PARRY_OK : is_shown(in, x->term, &shown, err);
        if (code != PARRY_OK)
            return code;
        if (shown)
            e->readings[e->nreadings++] =
                (parry_reading){g->word, kind_of(g, x), shown_term(x), !x->exact, (double)x->weight};
    }
    return PARRY_OK;
}

static parry_code read_words(const parry_explain_input *in, parry_explanation *e, parry_err *err)
{
    const parry_understood *u = in->show->understood;
    size_t most = 0;
    for (size_t i = 0; i < u->ngroups; i++)
        most += u->groups[i].nvariants + 1;
    e->readings = PARRY_ARRAY(in->show->arena, parry_reading, most);
    for (size_t i = 0; i < u->ngroups; i++) {
        parry_code code = read_group(in, &u->groups[i], e, err);
        if (code != PARRY_OK)
            return code;
    }
    return PARRY_OK;
}

/* ---- terms by field -------------------------------------------------------------------------------------------------
 */

static const char *const fields[PARRY_ROW_KINDS] = {
    [PARRY_ROW_TITLE] = "title",        [PARRY_ROW_KEYWORDS] = "keywords", [PARRY_ROW_HEADING] = "headings",
    [PARRY_ROW_PASSAGE] = "body",       [PARRY_ROW_ARTICLE] = "article",   [PARRY_ROW_SENTENCE] = "sentence",
    [PARRY_ROW_SENTENCES] = "sentences"};

static double idf_in(const parry_word_stats *w, int kind)
{
    return (double)(kind == PARRY_ROW_TITLE ? w->idf_title : kind == PARRY_ROW_PASSAGE ? w->idf_passage : w->idf);
}

enum { MATCHES_MAX = 200 }; /* of a hit: a query of a stranger's making must not fill the reply */

/* A hit being explained. */
typedef struct subject {
    parry_hit *hit;
    parry_grounds *grounds;
    const parry_candidate *c;
    size_t cap; /* of matches */
} subject;

static void add_match(parry_arena *a, subject *x, const parry_match *m)
{
    parry_grounds *e = x->grounds;
    if (e->nmatches == MATCHES_MAX)
        return;
    e->matches = parry_arena_grow(a, e->matches, e->nmatches, &x->cap, sizeof *e->matches);
    e->matches[e->nmatches++] = *m;
}

static size_t lower_bound(const parry_postings *p, uint32_t row)
{
    size_t from = 0, end = p->n;
    while (from < end) {
        size_t mid = from + (end - from) / 2;
        if (p->row[mid] < row)
            from = mid + 1;
        else
            end = mid;
    }
    return from;
}

static void match_subject(parry_arena *a, const parry_segment_info *s, const parry_postings *p,
                          const parry_word_stats *w, const parry_variant *v, subject *x)
{
    uint32_t tf[PARRY_ROW_KINDS] = {0}, end = s->article_row[x->c->article + 1];
    for (size_t i = lower_bound(p, s->article_row[x->c->article]); i < p->n && p->row[i] < end; i++)
        tf[s->row_kind[p->row[i]]] += p->tf[i];
    for (int k = 0; k < PARRY_ROW_KINDS; k++) {
        parry_match m = {w->group->word, shown_term(v), kind_of(w->group, v), !v->exact,
                         fields[k],      tf[k],         (double)v->weight,    idf_in(w, k)};
        if (tf[k] > 0)
            add_match(a, x, &m);
    }
}

static parry_code match_terms(const parry_explain_input *in, subject *x, size_t n, parry_err *err)
{
    const parry_generation_info *info = parry_generation_get_info(in->show->g);
    for (size_t w = 0; w < in->text->nwords; w++) {
        const parry_group *g = in->text->words[w].group;
        for (size_t v = 0; v < g->nvariants; v++) {
            for (uint32_t i = 0; i < info->nsegments && g->variants[v].nmore == 0; i++) { /* phrases have no postings */
                parry_postings p;
                parry_code code =
                    parry_segment_postings(info->segments[i].segment, in->show->arena, g->variants[v].term, &p, err);
                if (code != PARRY_OK)
                    return code;
                for (size_t k = 0; k < n && p.n > 0; k++)
                    if (x[k].c->segment == i)
                        match_subject(in->show->arena, parry_segment_get_info(info->segments[i].segment), &p,
                                      &in->text->words[w], &g->variants[v], &x[k]);
            }
        }
    }
    return PARRY_OK;
}

/* ---- the best rows --------------------------------------------------------------------------------------------------
 */

static parry_place place_of(const parry_explain_input *in, const parry_candidate *c, int32_t row, float value)
{
    parry_place p = {.found = row != PARRY_NO_ROW, .value = (double)value};
    if (!p.found)
        return p;
    const parry_segment *segment = parry_generation_get_info(in->show->g)->segments[c->segment].segment;
    const parry_segment_info *s = parry_segment_get_info(segment);
    parry_article_out x;
    parry_segment_article(segment, c->article, &x);
    p.text = parry_segment_text(segment, (uint32_t)row);
    if (s->row_section[row] < x.nsections) {
        parry_section_in section;
        parry_segment_section(segment, c->article, s->row_section[row], &section);
        p.heading = section.heading;
    }
    return p;
}

/* The place of each subject's nearest passage among all that may be seen, by comparing with every one of them. */
static void rank_passages(const parry_explain_input *in, subject *x, size_t n)
{
    const parry_generation_info *info = parry_generation_get_info(in->show->g);
    for (size_t k = 0; k < n; k++)
        x[k].grounds->dense.rank = x[k].grounds->dense.found;
    for (size_t i = 0; i < info->nsegments; i++) {
        const parry_segment *segment = info->segments[i].segment;
        const parry_segment_info *s = parry_segment_get_info(segment);
        for (uint32_t v = 0; v < s->nvectors; v++) {
            uint32_t row = s->vector_row[v];
            if (s->row_kind[row] != PARRY_ROW_PASSAGE ||
                !parry_mask_shows(&in->curation->masks[i], s->row_article[row]))
                continue;
            double cosine = (double)parry_segment_cosine(segment, row, in->show->vector);
            for (size_t k = 0; k < n; k++)
                x[k].grounds->dense.rank += x[k].grounds->dense.found && cosine > x[k].grounds->dense.value;
        }
    }
}

static size_t rank_among(const parry_candidates *list, const parry_candidate *c)
{
    for (size_t i = 0; i < list->n; i++)
        if (list->c[i].segment == c->segment && list->c[i].article == c->article)
            return i + 1;
    return 0;
}

/* The measurements behind a hit: those it was ranked by. */
static const parry_candidate *candidate_of(const parry_explain_input *in, const parry_results *r, const parry_hit *h)
{
    for (size_t i = 0; i < r->total; i++)
        if (in->ranked[i].c->segment == h->segment && in->ranked[i].c->article == h->article)
            return in->ranked[i].c;
    assert(false); /* a hit that was not ranked */
    return in->ranked[0].c;
}

static parry_code add_grounds(const parry_explain_input *in, subject *x, size_t n, parry_err *err)
{
    for (size_t i = 0; i < n; i++) {
        const parry_candidate *c = x[i].c;
        x[i].grounds->text_rank = rank_among(in->text, c);
        x[i].grounds->dense_rank = rank_among(in->dense, c);
        x[i].grounds->text = place_of(in, c, c->text_row, c->text_passage);
        if (in->show->vector != NULL)
            x[i].grounds->dense = place_of(in, c, c->vector_row, c->vector_passage);
    }
    if (in->show->vector != NULL)
        rank_passages(in, x, n);
    return match_terms(in, x, n, err);
}

parry_code parry_explain(const parry_explain_input *in, parry_results *r, parry_err *err)
{
    parry_explanation *e = PARRY_NEW(in->show->arena, parry_explanation);
    subject *x = PARRY_ARRAY(in->show->arena, subject, r->n + 1);
    parry_candidate measured = {0};
    size_t n = 0;
    parry_code code = read_words(in, e, err);
    if (code == PARRY_OK && in->show->query->why.n > 0)
        code = parry_explain_why(in, r, &e->article, &measured, err);
    if (code != PARRY_OK)
        return code;
    for (size_t i = 0; i < r->n; i++)
        x[n++] = (subject){&r->hits[i], NULL, candidate_of(in, r, &r->hits[i]), 0};
    if (e->article != NULL && e->article->hit != NULL)
        x[n++] = (subject){e->article->hit, NULL, &measured, 0};
    for (size_t i = 0; i < n; i++)
        x[i].hit->grounds = x[i].grounds = PARRY_NEW(in->show->arena, parry_grounds);
    r->explanation = e;
    return add_grounds(in, x, n, err);
}
