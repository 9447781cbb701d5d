/* Live articles, gathered. */
#include "indexer/docs.h"

#include "engine/related.h"

#include <stdlib.h>

static int by_group(const void *pa, const void *pb)
{
    const parry_doc *a = pa, *b = pb;
    int d = parry_str_cmp(a->x.audience, b->x.audience);
    if (d == 0)
        d = parry_str_cmp(parry_language_subtag(a->x.locale), parry_language_subtag(b->x.locale));
    return d != 0 ? d : parry_str_cmp(a->x.id, b->x.id);
}

static bool same_group(const parry_doc *a, const parry_doc *b)
{
    return parry_str_eq(a->x.audience, b->x.audience) &&
           parry_str_eq(parry_language_subtag(a->x.locale), parry_language_subtag(b->x.locale));
}

static void take_mean(parry_docs *d, parry_doc *x)
{
    const parry_segment *segment = parry_generation_get_info(d->g)->segments[x->segment].segment;
    uint32_t last = parry_segment_get_info(segment)->article_row[x->article + 1] - 1;
    float *mean = d->dim > 0 ? PARRY_ARRAY(d->arena, float, d->dim) : NULL;
    if (mean != NULL && parry_segment_get_info(segment)->row_kind[last] == PARRY_ROW_ARTICLE &&
        parry_segment_vector(segment, last, mean))
        x->mean = mean;
}

parry_docs parry_docs_of(const parry_generation *g, parry_arena *a)
{
    const parry_generation_info *info = parry_generation_get_info(g);
    parry_docs d = {.g = g, .arena = a, .dim = info->dim};
    d.doc = PARRY_ARRAY(a, parry_doc, info->narticles + 1);
    for (uint32_t i = 0; i < info->nsegments; i++) {
        const parry_live_segment *live = &info->segments[i];
        uint32_t n = parry_segment_get_info(live->segment)->narticles;
        for (uint32_t k = 0; k < n && d.n < info->narticles; k++) {
            if (live->live != NULL && (live->live[k >> 3] >> (k & 7) & 1) == 0)
                continue;
            parry_doc *x = &d.doc[d.n++];
            *x = (parry_doc){.segment = i, .article = k};
            parry_segment_article(live->segment, k, &x->x);
            take_mean(&d, x);
        }
    }
    qsort(d.doc, d.n, sizeof *d.doc, by_group);
    for (size_t i = 0; i < d.n; i++) {
        d.ngroups += i == 0 || !same_group(&d.doc[i - 1], &d.doc[i]);
        d.doc[i].group = (uint32_t)d.ngroups - 1;
    }
    return d;
}

parry_hash parry_docs_hash(const parry_docs *d)
{
    parry_hasher h;
    parry_hasher_start(&h);
    parry_hasher_add(&h, parry_generation_get_info(d->g)->model.b, PARRY_HASH_BYTES);
    for (size_t i = 0; i < d->n; i++) {
        const parry_article_out *x = &d->doc[i].x;
        parry_hasher_adds(&h, x->id);
        parry_hasher_adds(&h, x->audience);
        parry_hasher_adds(&h, x->locale);
        parry_hasher_add(&h, x->hash.b, PARRY_HASH_BYTES);
    }
    return parry_hasher_end(&h);
}

const parry_segment *parry_doc_segment(const parry_docs *d, size_t i)
{
    return parry_generation_get_info(d->g)->segments[d->doc[i].segment].segment;
}

float parry_doc_cosine(const parry_docs *d, const float *mean, size_t i)
{
    const parry_segment *segment = parry_doc_segment(d, i);
    uint32_t last = parry_segment_get_info(segment)->article_row[d->doc[i].article + 1] - 1;
    float c = parry_segment_cosine(segment, last, mean);
    return c > 0 ? c : 0;
}
