/* Serving generations. A generation and each open segment carry a count of those who hold them, guarded by the index's
 * one lock; what reaches zero is closed outside it, by whoever let go last. A refresh loads without the lock and swaps
 * under it, so that a query never waits for a disk. */
#include "engine/generation.h"

#include "engine/generation_private.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

enum { RACES = 3 }; /* CURRENT moved on and its segments were swept while we were opening them */

/* An open segment, in every generation that lists it. */
typedef struct shared {
    struct shared *next;
    parry_segment *segment;
    size_t holders;
} shared;

struct parry_generation {
    parry_index *index;
    size_t holders; /* the index's own counts */
    parry_arena *arena;
    parry_generation_info info;
    parry_live_segment *segments;
    shared **shared; /* one a segment */
    const void *tables[PARRY_SIDES];
};

struct parry_index {
    parry_arena *arena;
    const char *dir, *segments_dir;
    pthread_mutex_t lock;
    shared *open;
    parry_generation *current;
};

/* ---- segments -----------------------------------------------------------------------------------------------------
 */

static shared *find_open(parry_index *ix, const char *name)
{
    for (shared *s = ix->open; s != NULL; s = s->next)
        if (strcmp(parry_segment_get_info(s->segment)->name, name) == 0)
            return s;
    return NULL;
}

static parry_code hold_segment(parry_index *ix, const char *name, shared **out, parry_err *err)
{
    pthread_mutex_lock(&ix->lock);
    shared *s = find_open(ix, name);
    if (s != NULL)
        s->holders++;
    pthread_mutex_unlock(&ix->lock);
    if (s == NULL) {
        parry_segment *segment = NULL;
        parry_code code = parry_segment_open(ix->segments_dir, name, false, &segment, err);
        if (code != PARRY_OK)
            return code;
        s = parry_calloc(1, sizeof *s);
        s->segment = segment;
        s->holders = 1;
        pthread_mutex_lock(&ix->lock); /* one thread refreshes: nobody opened it meanwhile */
        s->next = ix->open;
        ix->open = s;
        pthread_mutex_unlock(&ix->lock);
    }
    *out = s;
    return PARRY_OK;
}

/* Under the lock: takes s out of the table when nobody holds it any more, onto the list of those to close. */
static void let_go(parry_index *ix, shared *s, shared **closing)
{
    if (--s->holders > 0)
        return;
    shared **at = &ix->open;
    while (*at != s)
        at = &(*at)->next;
    *at = s->next;
    s->next = *closing;
    *closing = s;
}

static void close_all(shared *closing)
{
    while (closing != NULL) {
        shared *next = closing->next;
        parry_segment_close(closing->segment);
        free(closing);
        closing = next;
    }
}

/* ---- making a generation ------------------------------------------------------------------------------------------
 */

static parry_generation *new_generation(parry_index *ix)
{
    parry_generation *g = parry_calloc(1, sizeof *g);
    g->index = ix;
    g->holders = 1;
    g->arena = parry_arena_new();
    return g;
}

static const uint8_t *live_bits(parry_arena *a, const parry_manifest_segment *m, uint32_t narticles)
{
    if (m->ndead == 0)
        return NULL;
    uint8_t *bits = parry_arena_alloc(a, (narticles + 7UL) / 8);
    for (uint32_t i = 0; i < narticles; i++)
        bits[i / 8] |= (uint8_t)(1U << (i % 8));
    for (size_t i = 0; i < m->ndead; i++)
        bits[m->dead[i] / 8] &= (uint8_t) ~(1U << (m->dead[i] % 8));
    return bits;
}

static void count_segment(parry_generation_info *g, const parry_segment_info *s)
{
    g->narticles += s->narticles;
    g->nvectors += s->nvectors;
    for (size_t k = 0; k < PARRY_ROW_KINDS; k++) {
        g->kind_rows[k] += s->kind_rows[k];
        g->kind_length[k] += s->kind_length[k];
    }
}

static void discount_article(parry_generation_info *g, const parry_segment_info *s, uint32_t article)
{
    g->narticles--;
    for (uint32_t r = s->article_row[article]; r < s->article_row[article + 1]; r++) {
        g->kind_rows[s->row_kind[r]]--;
        g->kind_length[s->row_kind[r]] -= s->row_length[r];
        g->nvectors -= s->row_vector[r] != PARRY_NO_ROW;
    }
}

static parry_code take_in(parry_generation *g, size_t i, const parry_manifest_segment *m, parry_err *err)
{
    const parry_segment_info *s = parry_segment_get_info(g->shared[i]->segment);
    if (m->ndead > 0 && m->dead[m->ndead - 1] >= s->narticles)
        return parry_fail(err, PARRY_CORRUPT, "a dead article of segment %s is not in it", m->name);
    if (s->dim != 0 && !parry_hash_eq(s->model, g->info.model))
        return parry_fail(err, PARRY_CORRUPT, "segment %s has vectors of another model: rebuild the index", m->name);
    if (s->dim != 0 && g->info.dim != 0 && s->dim != g->info.dim)
        return parry_fail(err, PARRY_CORRUPT, "segment %s has vectors of another length: rebuild the index", m->name);
    g->segments[i] = (parry_live_segment){g->shared[i]->segment, live_bits(g->arena, m, s->narticles)};
    g->info.dim = s->dim != 0 ? s->dim : g->info.dim;
    count_segment(&g->info, s);
    for (size_t d = 0; d < m->ndead; d++)
        discount_article(&g->info, s, m->dead[d]);
    return PARRY_OK;
}

static parry_code fill(parry_generation *g, const parry_manifest *m, parry_err *err)
{
    g->segments = PARRY_ARRAY(g->arena, parry_live_segment, m->nsegments);
    g->shared = PARRY_ARRAY(g->arena, shared *, m->nsegments);
    g->info.number = m->number;
    g->info.store_seq = m->store_seq;
    g->info.model = m->model;
    g->info.segments = g->segments;
    parry_code code = PARRY_OK;
    for (size_t i = 0; i < m->nsegments && code == PARRY_OK; i++) {
        code = hold_segment(g->index, m->segments[i].name, &g->shared[i], err);
        if (code != PARRY_OK)
            break;
        g->info.nsegments++; /* held: released with the generation whatever follows */
        code = take_in(g, i, &m->segments[i], err);
    }
    g->info.npassages = g->info.kind_rows[PARRY_ROW_PASSAGE];
    for (int k = 0; k < PARRY_SIDES && code == PARRY_OK; k++)
        if (m->tables[k][0])
            code = parry_side_read(g->index->dir, (parry_side)k, m->tables[k], g->arena, &g->tables[k], err);
    return code;
}

static parry_code load(parry_index *ix, uint64_t number, parry_generation **out, parry_err *err)
{
    parry_arena *scratch = parry_arena_new();
    parry_generation *g = new_generation(ix);
    parry_manifest m;
    parry_code code = parry_manifest_read(ix->dir, number, scratch, &m, err);
    if (code == PARRY_OK)
        code = fill(g, &m, err);
    parry_arena_free(scratch);
    if (code == PARRY_OK)
        *out = g;
    else
        parry_generation_release(g);
    return code;
}

/* ---- holding and refreshing ---------------------------------------------------------------------------------------
 */

parry_generation *parry_index_acquire(parry_index *ix)
{
    pthread_mutex_lock(&ix->lock);
    parry_generation *g = ix->current;
    g->holders++;
    pthread_mutex_unlock(&ix->lock);
    return g;
}

void parry_generation_release(parry_generation *g)
{
    if (g == NULL)
        return;
    parry_index *ix = g->index;
    shared *closing = NULL;
    pthread_mutex_lock(&ix->lock);
    assert(g->holders > 0);
    bool last = --g->holders == 0;
    for (size_t i = 0; last && i < g->info.nsegments; i++)
        let_go(ix, g->shared[i], &closing);
    pthread_mutex_unlock(&ix->lock);
    if (!last)
        return;
    close_all(closing);
    parry_arena_free(g->arena);
    free(g);
}

const parry_generation_info *parry_generation_get_info(const parry_generation *g) { return &g->info; }

bool parry_generation_find(const parry_generation *g, parry_str id, uint32_t *segment, uint32_t *article)
{
    for (size_t i = g->info.nsegments; i-- > 0;) { /* what changed last is asked for most */
        const parry_live_segment *s = &g->segments[i];
        uint32_t at;
        if (!parry_segment_find(s->segment, id, &at) || (s->live != NULL && !(s->live[at / 8] >> (at % 8) & 1)))
            continue;
        *segment = (uint32_t)i;
        *article = at;
        return true;
    }
    return false;
}

const void *parry_generation_side(const parry_generation *g, parry_side kind) { return g->tables[kind]; }

static void swap_in(parry_index *ix, parry_generation *g)
{
    pthread_mutex_lock(&ix->lock);
    parry_generation *before = ix->current;
    ix->current = g;
    pthread_mutex_unlock(&ix->lock);
    parry_generation_release(before);
}

parry_code parry_index_refresh(parry_index *ix, bool *moved, parry_err *err)
{
    uint64_t served = ix->current->info.number, number = 0, tried = 0;
    parry_generation *g = NULL;
    parry_code code = PARRY_OK;
    parry_err last = {0};
    for (int i = 0; i < RACES && g == NULL; i++) {
        parry_err now = {0};
        parry_code read = parry_current_read(ix->dir, &number, &now);
        if (read == PARRY_OK && (number <= served || number == tried)) /* nothing new, or it fails by itself */
            break;
        code = read == PARRY_OK ? load(ix, number, &g, &now) : read;
        last = now;
        tried = number;
    }
    if (code == PARRY_NOT_FOUND) /* CURRENT names it */
        last.code = code = PARRY_CORRUPT;
    if (code != PARRY_OK) {
        if (err != NULL)
            *err = last;
        return code;
    }
    if (g != NULL)
        swap_in(ix, g);
    if (moved != NULL)
        *moved = g != NULL;
    return PARRY_OK;
}

/* ---- the index ----------------------------------------------------------------------------------------------------
 */

parry_code parry_index_open(const char *index_dir, parry_index **out, parry_err *err)
{
    parry_index *ix = parry_calloc(1, sizeof *ix);
    ix->arena = parry_arena_new();
    ix->dir = parry_str_z(ix->arena, parry_str_of(index_dir));
    ix->segments_dir = parry_str_printf(ix->arena, "%s/segments", index_dir).p;
    pthread_mutex_init(&ix->lock, NULL);
    ix->current = new_generation(ix); /* empty, number 0 */
    parry_code code = parry_index_refresh(ix, NULL, err);
    if (code == PARRY_OK)
        *out = ix;
    else
        parry_index_close(ix);
    return code;
}

void parry_index_close(parry_index *ix)
{
    if (ix == NULL)
        return;
    assert(ix->current->holders == 1);
    parry_generation_release(ix->current);
    assert(ix->open == NULL);
    pthread_mutex_destroy(&ix->lock);
    parry_arena_free(ix->arena);
    free(ix);
}
