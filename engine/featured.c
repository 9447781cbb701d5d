/* Promoted articles, then those that are read most, then the newest. */
#include "engine/featured.h"

#include "engine/boosts.h"
#include "engine/filter.h"

typedef struct entry {
    uint32_t segment, article;
    bool promoted;
    double views;
    parry_str updated, id;
} entry;

static bool before(const entry *a, const entry *b)
{
    if (a->promoted != b->promoted)
        return a->promoted;
    if (a->views > b->views || a->views < b->views)
        return a->views > b->views;
    int c = parry_str_cmp(a->updated, b->updated); /* ISO 8601, and nothing comes last */
    return c != 0 ? c > 0 : parry_str_cmp(a->id, b->id) < 0;
}

/* Into its place among the first `most`. */
static void insert(entry *list, size_t *n, size_t most, const entry *e)
{
    size_t at = *n;
    while (at > 0 && before(e, &list[at - 1]))
        at--;
    if (at == most)
        return;
    *n += *n < most;
    memmove(list + at + 1, list + at, (*n - at - 1) * sizeof *list);
    list[at] = *e;
}

size_t parry_featured(parry_arena *a, const parry_generation *g, const parry_mask *masks, size_t most,
                      parry_ranked **out)
{
    const parry_generation_info *info = parry_generation_get_info(g);
    const parry_usage *usage = parry_generation_side(g, PARRY_SIDE_USAGE);
    entry *list = PARRY_ARRAY(a, entry, most + 1);
    size_t n = 0, total = 0;
    for (uint32_t i = 0; i < info->nsegments; i++) {
        const parry_segment *segment = info->segments[i].segment;
        uint32_t articles = parry_segment_get_info(segment)->narticles;
        for (uint32_t k = 0; k < articles; k++) {
            parry_article_out x;
            if (!parry_mask_shows(&masks[i], k))
                continue;
            parry_segment_article(segment, k, &x);
            insert(list, &n, most, &(entry){i, k, x.promoted, parry_usage_views(usage, x.id), x.updated, x.id});
            total++;
        }
    }
    parry_candidate *c = PARRY_ARRAY(a, parry_candidate, n);
    *out = PARRY_ARRAY(a, parry_ranked, n);
    for (size_t i = 0; i < n; i++) {
        c[i] = (parry_candidate){.segment = list[i].segment,
                                 .article = list[i].article,
                                 .text_row = PARRY_NO_ROW,
                                 .vector_row = PARRY_NO_ROW};
        (*out)[i] = (parry_ranked){.c = &c[i], .id = list[i].id};
    }
    return total;
}

static void count(const parry_article_out *x, parry_counter *const *counters)
{
    for (int f = 0; f < PARRY_FIELDS; f++) {
        size_t at = 0;
        parry_str value;
        while (counters[f] != NULL && parry_field_next(x, (parry_field)f, &at, &value))
            parry_counter_add(counters[f], value);
    }
}

void parry_featured_facets(parry_arena *a, const parry_generation *g, const parry_mask *masks, unsigned fields,
                           parry_results *r)
{
    const parry_generation_info *info = parry_generation_get_info(g);
    parry_counter *counters[PARRY_FIELDS];
    for (int f = 0; f < PARRY_FIELDS; f++)
        counters[f] = (fields >> f & 1U) != 0 ? parry_counter_new(a) : NULL;
    for (uint32_t i = 0; i < info->nsegments; i++) {
        const parry_segment *segment = info->segments[i].segment;
        uint32_t articles = parry_segment_get_info(segment)->narticles;
        for (uint32_t k = 0; k < articles; k++) {
            parry_article_out x;
            if (!parry_mask_shows(&masks[i], k))
                continue;
            parry_segment_article(segment, k, &x);
            count(&x, counters);
        }
    }
    r->facets = PARRY_ARRAY(a, parry_facet, PARRY_FIELDS);
    for (int f = 0; f < PARRY_FIELDS; f++)
        if (counters[f] != NULL)
            r->facets[r->nfacets++] = parry_counter_facet(counters[f], (parry_field)f);
}
