/* Why an article is not among the answers: found out by the functions that rank answers. An article that neither side
 * brought is measured by the same retrieval, with a mask that shows it alone: document frequencies are counted before
 * the mask, so that its values are those it would have had. */
#include "engine/explain_private.h"

#include "engine/in_language.h"

#include <math.h>
#include <stdlib.h>

static const char *const names[] = {[PARRY_WHY_UNKNOWN] = "unknown",   [PARRY_WHY_NOT_LIVE] = "not_live",
                                    [PARRY_WHY_AUDIENCE] = "audience", [PARRY_WHY_LOCALE] = "locale",
                                    [PARRY_WHY_CATEGORY] = "category", [PARRY_WHY_FILTERED] = "filtered",
                                    [PARRY_WHY_NARROWED] = "narrowed", [PARRY_WHY_NOT_CANDIDATE] = "not_candidate",
                                    [PARRY_WHY_HIDDEN] = "hidden",     [PARRY_WHY_CUT] = "cut",
                                    [PARRY_WHY_BELOW] = "below",       [PARRY_WHY_ABOVE] = "above",
                                    [PARRY_WHY_SHOWN] = "shown"};

const char *parry_why_name(parry_why w) { return names[w]; }

static parry_code measure(const parry_explain_input *in, uint32_t segment, uint32_t article, parry_candidate *out,
                          parry_err *err)
{
    const parry_generation_info *info = parry_generation_get_info(in->show->g);
    parry_mask *alone = PARRY_ARRAY(in->show->arena, parry_mask, info->nsegments);
    parry_candidates found = {0};
    for (size_t i = 0; i < info->nsegments; i++)
        alone[i].articles =
            PARRY_ARRAY(in->show->arena, uint8_t, parry_segment_get_info(info->segments[i].segment)->narticles / 8 + 1);
    alone[segment].articles[article >> 3] = (uint8_t)(1U << (article & 7));
    *out =
        (parry_candidate){.segment = segment, .article = article, .text_row = PARRY_NO_ROW, .vector_row = PARRY_NO_ROW};
    if (in->text->nwords > 0) {
        parry_view view = *in->view;
        view.masks = alone;
        parry_code code = parry_retrieve_text(&view, in->show->understood, &found, err);
        if (code != PARRY_OK)
            return code;
        if (found.n > 0)
            *out = found.c[0];
        out->text_pairs = 0; /* as of all but the first candidates: their texts are not read */
    }
    if (in->show->vector != NULL)
        parry_measure_vectors(in->show->g, in->show->vector, out);
    out->in_language = parry_in_language(info, in->show->understood, out);
    return PARRY_OK;
}

/* Its record in the list; NULL where it is in none. */
static const parry_ranked *find_ranked(const parry_explain_input *in, const parry_results *r, uint32_t segment,
                                       uint32_t article)
{
    for (size_t i = 0; i < r->total; i++)
        if (in->ranked[i].c->segment == segment && in->ranked[i].c->article == article)
            return &in->ranked[i];
    return NULL;
}

/* Its record among those that were taken out; NULL where it is not. */
static const parry_left_out *find_left_out(const parry_explain_input *in, uint32_t segment, uint32_t article)
{
    for (size_t i = 0; i < in->curation->nleft_out; i++) {
        const parry_left_out *x = &in->curation->left_out[i];
        if (x->ranked.c->segment == segment && x->ranked.c->article == article)
            return x;
    }
    return NULL;
}

/* The place that its score would take: what is pinned keeps its own. */
static size_t place(const parry_explain_input *in, const parry_results *r, const parry_ranked *x)
{
    size_t better = 0, at = 0;
    for (size_t i = 0; i < r->total; i++) {
        const parry_ranked *other = &in->ranked[i];
        bool tied = !(other->score < x->score) && parry_str_cmp(other->id, x->id) < 0;
        better += other->pinned == 0 && (other->score > x->score || tied);
    }
    while (at < r->total && (better > 0 || (in->ranked[at].pinned > 0 && in->ranked[at].pinned_at <= at + 1))) {
        better -= in->ranked[at].pinned == 0;
        at++;
    }
    return at + 1;
}

static parry_why standing(const parry_explain_input *in, const parry_results *r, size_t rank)
{
    if (rank <= in->show->query->offset)
        return PARRY_WHY_ABOVE;
    return rank <= in->show->query->offset + r->n ? PARRY_WHY_SHOWN : PARRY_WHY_BELOW;
}

static int biggest_lack_first(const void *x, const void *y)
{
    const parry_gap *a = x, *b = y;
    double la = a->last_points - a->points, lb = b->last_points - b->points;
    return (la < lb) - (la > lb);
}

static double points_of(const parry_hit *h, const char *name)
{
    for (size_t i = 0; i < h->nparts; i++)
        if (strcmp(h->parts[i].name, name) == 0)
            return h->parts[i].points;
    return 0;
}

static bool has_part(const parry_hit *h, const char *name)
{
    for (size_t i = 0; i < h->nparts; i++)
        if (strcmp(h->parts[i].name, name) == 0)
            return true;
    return false;
}

static void compare(parry_arena *a, parry_why_not *w)
{
    const parry_hit *h = w->hit, *last = w->last;
    w->gaps = PARRY_ARRAY(a, parry_gap, h->nparts + last->nparts + 1);
    for (size_t i = 0; i < h->nparts; i++)
        w->gaps[w->ngaps++] = (parry_gap){h->parts[i].name, h->parts[i].points, points_of(last, h->parts[i].name)};
    for (size_t i = 0; i < last->nparts; i++)
        if (!has_part(h, last->parts[i].name))
            w->gaps[w->ngaps++] = (parry_gap){last->parts[i].name, 0, last->parts[i].points};
    qsort(w->gaps, w->ngaps, sizeof *w->gaps, biggest_lack_first);
}

/* ---- those that were ranked, those that were taken out, and those that were never there --------------------------
 */

static void tell_pins_above(const parry_explain_input *in, parry_why_not *w)
{
    w->pins = PARRY_ARRAY(in->show->arena, parry_pinned_above, w->rank);
    for (size_t i = 0; i + 1 < w->rank; i++)
        if (in->ranked[i].pinned > 0)
            w->pins[w->npins++] = (parry_pinned_above){in->ranked[i].id, in->ranked[i].rule};
}

static const parry_ranked *as_ranked(const parry_explain_input *in, const parry_results *r, const parry_ranked *x,
                                     parry_why_not *w)
{
    w->rank = (size_t)(x - in->ranked) + 1;
    w->why = standing(in, r, w->rank);
    w->pinned = in->show->query->trusted ? x->pinned : x->pinned_at;
    w->rule = x->pinned > 0 ? x->rule : w->rule;
    return x;
}

static const parry_ranked *as_left_out(const parry_left_out *x, parry_why_not *w)
{
    w->why = x->rule != NULL ? PARRY_WHY_HIDDEN : PARRY_WHY_CUT;
    w->rule = x->rule != NULL ? x->rule->name : w->rule;
    w->odds = x->odds;
    return &x->ranked;
}

/* As it would have been ranked. NULL: *code says why. */
static const parry_ranked *as_measured(const parry_explain_input *in, uint32_t segment, uint32_t article,
                                       parry_candidate *measured, parry_why_not *w, parry_code *code, parry_err *err)
{
    const parry_candidates one = {.c = measured, .n = 1};
    const parry_rule *rule = parry_rules_hiding(&in->curation->matched, w->id);
    if ((*code = measure(in, segment, article, measured, err)) != PARRY_OK)
        return NULL;
    parry_ranked *x = parry_rank(in->show->arena, in->show->g, in->show->weight, &one);
    parry_raise(in->curation, in->show->arena, x, 1);
    w->rule = rule != NULL ? rule->name : w->rule;
    w->why = rule != NULL                                           ? PARRY_WHY_HIDDEN
             : parry_mask_shows(&in->view->masks[segment], article) ? PARRY_WHY_NOT_CANDIDATE
                                                                    : PARRY_WHY_NARROWED;
    return x;
}

static parry_code take_place(const parry_explain_input *in, const parry_results *r, parry_why_not *w, uint32_t segment,
                             uint32_t article, parry_candidate *measured, parry_err *err)
{
    const parry_ranked *x = find_ranked(in, r, segment, article);
    const parry_left_out *out = find_left_out(in, segment, article);
    parry_code code = PARRY_OK;
    x = x != NULL     ? as_ranked(in, r, x, w)
        : out != NULL ? as_left_out(out, w)
                      : as_measured(in, segment, article, measured, w, &code, err);
    if (code != PARRY_OK)
        return code;
    *measured = *x->c;
    if (w->rank == 0 && in->show->query->sort == PARRY_BY_RELEVANCE)
        w->rank = place(in, r, x);
    if (w->pinned == 0)
        tell_pins_above(in, w);
    w->hit = PARRY_NEW(in->show->arena, parry_hit);
    *w->hit = parry_show_hit(in->show, x);
    return PARRY_OK;
}

/* Beside the last hit, where both stand by their scores. */
static void compare_with_last(const parry_explain_input *in, const parry_results *r, parry_why_not *w)
{
    if (r->n == 0 || in->show->query->sort != PARRY_BY_RELEVANCE)
        return;
    w->last = &r->hits[r->n - 1];
    w->last_rank = in->show->query->offset + r->n;
    compare(in->show->arena, w);
}

parry_code parry_explain_why(const parry_explain_input *in, const parry_results *r, parry_why_not **out,
                             parry_candidate *measured, parry_err *err)
{
    parry_why_not *w = PARRY_NEW(in->show->arena, parry_why_not);
    parry_article_out x;
    uint32_t segment, article;
    *w = (parry_why_not){.id = in->show->query->why};
    if (parry_generation_find(in->show->g, w->id, &segment, &article)) {
        bool pinned = find_ranked(in, r, segment, article) != NULL; /* a rule may show what filters leave out */
        parry_segment_article(parry_generation_get_info(in->show->g)->segments[segment].segment, article, &x);
        if (!pinned && !parry_mask_shows(&in->curation->masks[segment], article)) {
            parry_explain_unmet(in, &x, w);
        } else {
            parry_code code = take_place(in, r, w, segment, article, measured, err);
            if (code != PARRY_OK)
                return code;
            compare_with_last(in, r, w);
        }
    }
    w->said = parry_explain_said(in->show->arena, w, in->show->query->sort);
    *out = w;
    return PARRY_OK;
}
