/* Why an article is not among the answers: found out by the functions that rank answers. An article that neither side
 * brought is measured by the same retrieval, with a mask that shows it alone: document frequencies are counted before
 * the mask, so that its values are those it would have had. */
#include "engine/explain_private.h"

#include "engine/filter.h"
#include "engine/in_language.h"

#include <math.h>
#include <stdlib.h>

static const char *const names[] = {[PARRY_WHY_UNKNOWN] = "unknown",
                                    [PARRY_WHY_NOT_LIVE] = "not_live",
                                    [PARRY_WHY_AUDIENCE] = "audience",
                                    [PARRY_WHY_LOCALE] = "locale",
                                    [PARRY_WHY_CATEGORY] = "category",
                                    [PARRY_WHY_FILTERED] = "filtered",
                                    [PARRY_WHY_NOT_CANDIDATE] = "not_candidate",
                                    [PARRY_WHY_HIDDEN] = "hidden",
                                    [PARRY_WHY_BELOW] = "below",
                                    [PARRY_WHY_ABOVE] = "above",
                                    [PARRY_WHY_SHOWN] = "shown"};

const char *parry_why_name(parry_why w) { return names[w]; }

/* Which filter keeps it out, asked of the mask's own rule with one filter at a time. */
static parry_why hidden_by(const parry_explain_input *in, const parry_article_out *x)
{
    const parry_query *q = in->show->query;
    if (!q->trusted)
        return PARRY_WHY_UNKNOWN;
    if (q->audience.n > 0 && !parry_str_eq(x->audience, q->audience))
        return PARRY_WHY_AUDIENCE;
    if (!parry_locale_fits(x->locale, q->locale))
        return PARRY_WHY_LOCALE;
    if (q->category.n > 0 && !parry_str_eq(x->category, q->category))
        return PARRY_WHY_CATEGORY;
    return PARRY_WHY_FILTERED;
}

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

static bool brought(const parry_candidates *side, const parry_candidate *c)
{
    for (size_t i = 0; i < side->n; i++)
        if (side->c[i].segment == c->segment && side->c[i].article == c->article)
            return true;
    return false;
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

/* The place that its score would take. */
static size_t place(const parry_explain_input *in, const parry_results *r, const parry_ranked *x)
{
    size_t before = 0;
    for (size_t i = 0; i < r->total; i++) {
        const parry_ranked *other = &in->ranked[i];
        before += other->score > x->score || (!(other->score < x->score) && parry_str_cmp(other->id, x->id) < 0);
    }
    return before + 1;
}

static parry_why standing(const parry_explain_input *in, const parry_results *r, const parry_why_not *w,
                          const parry_candidate *c, bool ranked)
{
    if (!ranked)
        return brought(in->text, c) || brought(in->dense, c) ? PARRY_WHY_HIDDEN : PARRY_WHY_NOT_CANDIDATE;
    if (w->rank <= in->show->query->offset)
        return PARRY_WHY_ABOVE;
    return w->rank <= in->show->query->offset + r->n ? PARRY_WHY_SHOWN : PARRY_WHY_BELOW;
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

/* ---- in words -------------------------------------------------------------------------------------------------------
 */

static parry_str say_lacks(parry_arena *a, const parry_why_not *w)
{
    parry_str out = {NULL, 0};
    for (size_t i = 0; i < w->ngaps && i < 3; i++) {
        double lack = w->gaps[i].last_points - w->gaps[i].points;
        if (lack > 0.005)
            out = parry_str_printf(a, "%.*s%s%s (%.2f less)", PARRY_FMT(out), i > 0 ? ", " : " It lacks most in ",
                                   w->gaps[i].name, lack);
    }
    return out.n > 0 ? parry_str_printf(a, "%.*s.", PARRY_FMT(out)) : out;
}

static parry_str say_measured(parry_arena *a, const parry_why_not *w)
{
    const char *verb = w->why == PARRY_WHY_NOT_CANDIDATE || w->why == PARRY_WHY_HIDDEN ? "would be" : "is";
    const char *first = w->why == PARRY_WHY_NOT_CANDIDATE
                            ? "Neither words nor meaning brought it among the candidates. "
                        : w->why == PARRY_WHY_HIDDEN ? "A rule took it out. "
                                                     : "";
    parry_str s = parry_str_printf(a, "%sIt %s number %zu with %.4f.", first, verb, w->rank, w->hit->score);
    if (w->last == NULL || w->last == w->hit || w->why == PARRY_WHY_SHOWN || w->why == PARRY_WHY_ABOVE)
        return s;
    parry_str lacks = say_lacks(a, w);
    return parry_str_printf(a, "%.*s The last shown, number %zu, has %.4f.%.*s", PARRY_FMT(s), w->last_rank,
                            w->last->score, PARRY_FMT(lacks));
}

static parry_str say(parry_arena *a, const parry_why_not *w, const parry_article_out *x)
{
    switch (w->why) {
    case PARRY_WHY_UNKNOWN:
    case PARRY_WHY_NOT_LIVE:
        return parry_str_of("No article of this id is live here: it may be mistyped, a draft, archived or not indexed "
                            "yet.");
    case PARRY_WHY_AUDIENCE:
        return parry_str_printf(a, "It is for the audience '%.*s'.", PARRY_FMT(x->audience));
    case PARRY_WHY_LOCALE:
        return parry_str_printf(a, "Its locale is '%.*s'.", PARRY_FMT(x->locale));
    case PARRY_WHY_CATEGORY:
        return parry_str_printf(a, "Its category is '%.*s'.", PARRY_FMT(x->category));
    case PARRY_WHY_FILTERED:
        return parry_str_of("A filter of the query leaves it out.");
    case PARRY_WHY_NOT_CANDIDATE:
    case PARRY_WHY_HIDDEN:
    case PARRY_WHY_BELOW:
    case PARRY_WHY_ABOVE:
    case PARRY_WHY_SHOWN:
        break;
    }
    return say_measured(a, w);
}

/* As it was ranked; where it was not, as it would have been. */
static parry_code take_place(const parry_explain_input *in, const parry_results *r, parry_why_not *w, uint32_t segment,
                             uint32_t article, parry_candidate *measured, parry_err *err)
{
    const parry_ranked *x = find_ranked(in, r, segment, article);
    const parry_candidates one = {.c = measured, .n = 1};
    bool ranked = x != NULL;
    if (ranked) {
        *measured = *x->c;
        w->rank = (size_t)(x - in->ranked) + 1;
    } else {
        parry_code code = measure(in, segment, article, measured, err);
        if (code != PARRY_OK)
            return code;
        x = parry_rank(in->show->arena, in->show->g, in->show->weight, &one);
        w->rank = place(in, r, x);
    }
    w->why = standing(in, r, w, measured, ranked);
    w->hit = PARRY_NEW(in->show->arena, parry_hit);
    *w->hit = parry_show_hit(in->show, x);
    return PARRY_OK;
}

parry_code parry_explain_why(const parry_explain_input *in, const parry_results *r, parry_why_not **out,
                             parry_candidate *measured, parry_err *err)
{
    parry_why_not *w = PARRY_NEW(in->show->arena, parry_why_not);
    parry_article_out x = {0};
    uint32_t segment, article;
    bool live = parry_generation_find(in->show->g, in->show->query->why, &segment, &article);
    *w = (parry_why_not){.id = in->show->query->why};
    if (live)
        parry_segment_article(parry_generation_get_info(in->show->g)->segments[segment].segment, article, &x);
    if (live && !parry_mask_shows(&in->masks[segment], article)) {
        w->why = hidden_by(in, &x);
    } else if (live) {
        parry_code code = take_place(in, r, w, segment, article, measured, err);
        if (code != PARRY_OK)
            return code;
        w->last = r->n > 0 ? &r->hits[r->n - 1] : NULL;
        w->last_rank = r->n > 0 ? in->show->query->offset + r->n : 0;
        if (w->last != NULL)
            compare(in->show->arena, w);
    }
    w->said = say(in->show->arena, w, &x);
    *out = w;
    return PARRY_OK;
}
