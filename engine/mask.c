/* Which articles a query may see. The last few answers are kept: audience and filters repeat, and a generation lives
 * long. */
#include "engine/mask.h"

#include "engine/filter.h"

#include <stdlib.h>

enum { KEPT = 8, KEY_MAX = 512 };

typedef struct entry {
    parry_arena *arena;
    uint64_t generation, used;
    char key[KEY_MAX];
    parry_mask *masks;
} entry;

struct parry_mask_cache {
    entry entries[KEPT];
    uint64_t clock;
};

parry_mask_cache *parry_mask_cache_new(void)
{
    parry_mask_cache *c = parry_calloc(1, sizeof *c);
    for (int i = 0; i < KEPT; i++)
        c->entries[i].arena = parry_arena_new();
    return c;
}

void parry_mask_cache_free(parry_mask_cache *c)
{
    if (c == NULL)
        return;
    for (int i = 0; i < KEPT; i++)
        parry_arena_free(c->entries[i].arena);
    free(c);
}

/* An article whose date cannot be read is in no range. */
static bool updated_in(const parry_article_out *x, int64_t from_ms, int64_t until_ms)
{
    int64_t ms;
    if (from_ms == 0 && until_ms == 0)
        return true;
    return parry_date_read(x->updated, &ms) && (from_ms == 0 || ms >= from_ms) && (until_ms == 0 || ms < until_ms);
}

static bool excluded(const parry_article_out *x, const parry_query *q)
{
    for (size_t i = 0; i < q->nexclude; i++)
        if (parry_str_eq(x->id, q->exclude[i]))
            return true;
    return false;
}

bool parry_barrier_passed(parry_barrier b, const parry_article_out *x, const parry_query *q)
{
    switch (b) {
    case PARRY_BARRIER_AUDIENCE:
        return q->audience.n == 0 || parry_str_eq(x->audience, q->audience);
    case PARRY_BARRIER_LOCALE:
        return parry_locale_fits(x->locale, q->locale);
    case PARRY_BARRIER_CATEGORY:
        return q->category.n == 0 || parry_str_eq(x->category, q->category);
    case PARRY_BARRIER_EXCLUDE:
        return !excluded(x, q);
    case PARRY_BARRIER_UPDATED_FROM:
        return updated_in(x, q->updated_from_ms, 0);
    case PARRY_BARRIER_UPDATED_UNTIL:
        return updated_in(x, 0, q->updated_until_ms);
    case PARRY_BARRIER_FILTERS:
    case PARRY_BARRIERS:
        break;
    }
    return parry_filters_hold(q->filters, q->nfilters, x);
}

static bool visible(const parry_article_out *x, const parry_query *q)
{
    bool passed = true;
    for (int b = 0; b < PARRY_BARRIERS && passed; b++)
        passed = parry_barrier_passed((parry_barrier)b, x, q);
    return passed;
}

uint8_t *parry_mask_vectors(parry_arena *a, const parry_segment *segment, const uint8_t *articles)
{
    const parry_segment_info *s = parry_segment_get_info(segment);
    uint8_t *vectors = PARRY_ARRAY(a, uint8_t, s->nvectors / 8 + 1);
    for (uint32_t v = 0; v < s->nvectors; v++) {
        uint32_t i = s->row_article[s->vector_row[v]];
        if ((articles[i >> 3] >> (i & 7) & 1) != 0)
            vectors[v >> 3] = (uint8_t)(vectors[v >> 3] | 1U << (v & 7));
    }
    return vectors;
}

static parry_mask mask_segment(parry_arena *a, const parry_live_segment *live, const parry_query *q)
{
    const parry_segment_info *s = parry_segment_get_info(live->segment);
    parry_mask m = {PARRY_ARRAY(a, uint8_t, s->narticles / 8 + 1), NULL, 0};
    size_t seen = 0;
    for (uint32_t i = 0; i < s->narticles; i++) {
        parry_article_out x;
        if (live->live != NULL && (live->live[i >> 3] >> (i & 7) & 1) == 0)
            continue;
        parry_segment_article(live->segment, i, &x);
        if (visible(&x, q)) {
            m.articles[i >> 3] = (uint8_t)(m.articles[i >> 3] | 1U << (i & 7));
            seen++;
        }
    }
    if (seen == s->narticles)
        return m;
    m.vectors = parry_mask_vectors(a, live->segment, m.articles);
    return m;
}

static void add_key(parry_buf *b, parry_str s)
{
    parry_buf_printf(b, "%zu:", s.n); /* so that no two queries have one key */
    parry_buf_adds(b, s);
}

/* What a mask depends on; false where it is not worth keeping. */
static bool key_of(const parry_query *q, parry_buf *b)
{
    add_key(b, q->audience);
    add_key(b, q->locale);
    add_key(b, q->category);
    parry_buf_printf(b, "%lld %lld", (long long)q->updated_from_ms, (long long)q->updated_until_ms);
    for (size_t i = 0; i < q->nfilters; i++) {
        const parry_filter *f = &q->filters[i];
        parry_buf_printf(b, " %d %u %u%s ", (int)f->field, f->set, f->either, f->negated ? "!" : "");
        add_key(b, q->filters[i].value);
    }
    return !b->full && q->nexclude == 0;
}

static const parry_mask *masks_for(parry_mask_cache *c, const parry_generation *g, const parry_query *q, bool keep,
                                   parry_str key)
{
    const parry_generation_info *info = parry_generation_get_info(g);
    entry *oldest = &c->entries[0];
    c->clock++;
    for (int i = 0; i < KEPT; i++) {
        entry *e = &c->entries[i];
        if (keep && e->masks != NULL && e->generation == info->number && parry_str_eqz(key, e->key)) {
            e->used = c->clock;
            return e->masks;
        }
        if (e->used < oldest->used)
            oldest = e;
    }
    parry_arena_reset(oldest->arena);
    oldest->masks = PARRY_ARRAY(oldest->arena, parry_mask, info->nsegments + 1);
    for (size_t i = 0; i < info->nsegments; i++)
        oldest->masks[i] = mask_segment(oldest->arena, &info->segments[i], q);
    for (size_t i = 0; i <= info->nsegments; i++)
        oldest->masks[i].stamp = c->clock;
    oldest->generation = info->number;
    oldest->used = keep ? c->clock : 0;
    oldest->key[0] = 0; /* no query has an empty key */
    if (keep) {
        memcpy(oldest->key, key.p, key.n);
        oldest->key[key.n] = 0;
    }
    return oldest->masks;
}

const parry_mask *parry_masks(parry_mask_cache *c, const parry_generation *g, const parry_query *q)
{
    parry_buf key = PARRY_BUF(KEY_MAX - 1);
    bool keep = key_of(q, &key);
    const parry_mask *masks = masks_for(c, g, q, keep, parry_buf_str(&key));
    parry_buf_free(&key);
    return masks;
}
