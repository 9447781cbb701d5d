/* Which articles a query may see. The last few answers are kept: audience and filters repeat, and a generation lives
 * long. */
#include "engine/mask.h"

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

bool parry_locale_fits(parry_str article, parry_str asked)
{
    if (asked.n == 0)
        return true;
    if (article.n < asked.n || strncasecmp(article.p, asked.p, asked.n) != 0)
        return false;
    return article.n == asked.n || article.p[asked.n] == '-';
}

static bool visible(const parry_article_out *x, const parry_query *q)
{
    if (q->audience.n > 0 && !parry_str_eq(x->audience, q->audience))
        return false;
    if (q->category.n > 0 && !parry_str_eq(x->category, q->category))
        return false;
    for (size_t i = 0; i < q->nexclude; i++)
        if (parry_str_eq(x->id, q->exclude[i]))
            return false;
    return parry_locale_fits(x->locale, q->locale);
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
    m.vectors = PARRY_ARRAY(a, uint8_t, s->nvectors / 8 + 1);
    for (uint32_t v = 0; v < s->nvectors; v++) {
        uint32_t i = s->row_article[s->vector_row[v]];
        if ((m.articles[i >> 3] >> (i & 7) & 1) != 0)
            m.vectors[v >> 3] = (uint8_t)(m.vectors[v >> 3] | 1U << (v & 7));
    }
    return m;
}

const parry_mask *parry_masks(parry_mask_cache *c, const parry_generation *g, const parry_query *q)
{
    const parry_generation_info *info = parry_generation_get_info(g);
    char key[KEY_MAX];
    int n = snprintf(key, sizeof key, "%.*s\n%.*s\n%.*s", PARRY_FMT(q->audience), PARRY_FMT(q->locale),
                     PARRY_FMT(q->category));
    bool keep = n > 0 && n < KEY_MAX && q->nexclude == 0;
    entry *oldest = &c->entries[0];
    c->clock++;
    for (int i = 0; i < KEPT; i++) {
        entry *e = &c->entries[i];
        if (keep && e->masks != NULL && e->generation == info->number && strcmp(e->key, key) == 0) {
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
    memcpy(oldest->key, keep ? key : "\n\n\n", keep ? (size_t)n + 1 : 4);
    return oldest->masks;
}

parry_code parry_masks_show_term(const parry_mask *masks, const parry_generation_info *info, parry_arena *a,
                                 parry_str word, bool *shown, parry_err *err)
{
    *shown = false;
    for (size_t i = 0; i < info->nsegments && !*shown; i++) {
        const parry_segment *segment = info->segments[i].segment;
        const parry_segment_info *s = parry_segment_get_info(segment);
        parry_postings p;
        parry_code code = parry_segment_postings(segment, a, word, &p, err);
        if (code != PARRY_OK)
            return code;
        for (size_t r = 0; r < p.n && !*shown; r++)
            *shown = parry_mask_shows(&masks[i], s->row_article[p.row[r]]);
    }
    return PARRY_OK;
}
