/* Phrases and negations as masks over articles, so that both retrievals obey them. */
#include "engine/narrow.h"

#include "engine/order.h"

typedef struct narrowing {
    const parry_view *v;
    parry_arena *scratch; /* of one text */
    size_t read;          /* rows, for the phrase at hand */
} narrowing;

static void set_bit(uint8_t *bits, uint32_t i) { bits[i >> 3] = (uint8_t)(bits[i >> 3] | 1U << (i & 7)); }

/* Of two ascending lists of rows, those in both; in place. */
static size_t intersect(uint32_t *rows, size_t n, const parry_postings *p)
{
    size_t kept = 0;
    for (size_t i = 0, k = 0; i < n && k < p->n;) {
        if (rows[i] == p->row[k]) {
            rows[kept++] = rows[i++];
            k++;
        } else if (rows[i] < p->row[k]) {
            i++;
        } else {
            k++;
        }
    }
    return kept;
}

static bool reads_as(narrowing *w, const parry_segment *segment, uint32_t row, const parry_phrase *p)
{
    parry_article_out x;
    if (p->n == 1)
        return true;
    if (w->read++ >= PARRY_PHRASE_ROWS)
        return false;
    parry_segment_article(segment, parry_segment_get_info(segment)->row_article[row], &x);
    parry_arena_reset(w->scratch);
    return parry_holds_phrase(w->v->analyser, w->scratch, parry_segment_text(segment, row), x.locale, p->words, p->n);
}

/* The articles of one segment that hold the phrase, of those that `articles` shows. */
static parry_code find_phrase(narrowing *w, const parry_segment *segment, const parry_mask *mask, const parry_phrase *p,
                              uint8_t *found, parry_err *err)
{
    const parry_segment_info *info = parry_segment_get_info(segment);
    parry_postings list;
    const parry_str *terms = p->quoted || p->n > 1 ? p->words : p->stems; /* -refund: no refunds either */
    parry_code code = parry_segment_postings(segment, w->v->arena, terms[0], &list, err);
    size_t n = code == PARRY_OK ? list.n : 0;
    uint32_t *rows = PARRY_ARRAY(w->v->arena, uint32_t, n);
    if (n > 0)
        memcpy(rows, list.row, n * sizeof *rows); /* the segment's own are not to be written to */
    for (size_t i = 1; i < p->n && code == PARRY_OK && n > 0; i++) {
        code = parry_segment_postings(segment, w->v->arena, terms[i], &list, err);
        n = code == PARRY_OK ? intersect(rows, n, &list) : 0;
    }
    for (size_t i = 0; i < n; i++) {
        uint32_t article = info->row_article[rows[i]];
        bool known = (found[article >> 3] >> (article & 7) & 1) != 0;
        if (!known && parry_mask_shows(mask, article) && reads_as(w, segment, rows[i], p))
            set_bit(found, article);
    }
    return code;
}

static parry_code narrow_segment(narrowing *w, size_t i, const parry_phrase *p, parry_mask *mask, parry_err *err)
{
    const parry_segment *segment = w->v->info->segments[i].segment;
    uint32_t narticles = parry_segment_get_info(segment)->narticles;
    uint8_t *found = PARRY_ARRAY(w->v->arena, uint8_t, narticles / 8 + 1);
    uint8_t *left = PARRY_ARRAY(w->v->arena, uint8_t, narticles / 8 + 1);
    parry_code code = find_phrase(w, segment, mask, p, found, err);
    for (uint32_t b = 0; b < narticles / 8 + 1; b++)
        left[b] = (uint8_t)(mask->articles[b] & (p->negated ? ~found[b] : found[b]));
    mask->articles = left;
    return code;
}

static bool any_article(const parry_view *v, const parry_mask *masks)
{
    for (size_t i = 0; i < v->info->nsegments; i++)
        for (uint32_t b = 0; b < parry_segment_get_info(v->info->segments[i].segment)->narticles / 8 + 1; b++)
            if (masks[i].articles[b] != 0)
                return true;
    return false;
}

/* All negations, or all phrases, one after another. */
static parry_code narrow_by(narrowing *w, const parry_understood *u, bool negated, parry_mask *masks, parry_err *err)
{
    for (size_t p = 0; p < u->nphrases; p++) {
        w->read = 0;
        for (size_t i = 0; i < w->v->info->nsegments && u->phrases[p].negated == negated; i++) {
            parry_code code = narrow_segment(w, i, &u->phrases[p], &masks[i], err);
            if (code != PARRY_OK)
                return code;
        }
    }
    return PARRY_OK;
}

parry_code parry_narrow(const parry_view *v, const parry_understood *u, const parry_mask **out, bool *dropped,
                        parry_err *err)
{
    *dropped = false;
    *out = v->masks;
    if (u->nphrases == 0)
        return PARRY_OK;
    size_t n = v->info->nsegments;
    parry_mask *without = PARRY_ARRAY(v->arena, parry_mask, n + 1), *with = PARRY_ARRAY(v->arena, parry_mask, n + 1);
    narrowing w = {.v = v, .scratch = parry_arena_new()};
    memcpy(without, v->masks, n * sizeof *without);
    parry_code code = narrow_by(&w, u, true, without, err);
    memcpy(with, without, n * sizeof *with);
    if (code == PARRY_OK)
        code = narrow_by(&w, u, false, with, err);
    parry_arena_free(w.scratch);
    *dropped = !any_article(v, with);
    parry_mask *left = *dropped ? without : with;
    for (size_t i = 0; i <= n; i++)
        left[i].stamp = 0;
    for (size_t i = 0; i < n; i++)
        left[i].vectors = parry_mask_vectors(v->arena, v->info->segments[i].segment, left[i].articles);
    *out = left;
    return code;
}
