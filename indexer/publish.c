/* A run of the indexer, from what the store says to the next generation.
 *
 *     manifest + catalogue      what is live now, and in which segment
 *     store's changes           what should be; the difference is dead articles and fresh versions
 *     build                     fresh versions -> a new segment (several, where it is a whole corpus)
 *     merge plan                too many segments, too many dead -> segments of the live versions
 *     manifest, flip, sweep     nothing before the flip changes what is served; a killed run leaves only unnamed work
 */
#include "indexer/catalogue.h"
#include "indexer/indexer.h"
#include "indexer/merge.h"
#include "indexer/settings.h"

#include "base/file.h"

#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    SEGMENT_ARTICLES = 6000, /* about 90,000 rows, going by the help centres at hand (15 rows an article) */
    KEPT_GENERATIONS = 2,
};

struct parry_indexer {
    char index_dir[PATH_MAX], lock_path[PATH_MAX];
    parry_store *store;
    parry_status status; /* of the articles that are indexed */
    parry_builder *builder;
    parry_catalogue *catalogue;
    atomic_bool rebuild;   /* the next run plans from the store alone */
    pthread_mutex_t mutex; /* over the catalogue and builder; the lock file alone excludes, but no sanitizer knows */
};

/* A segment of the generation to come. */
typedef struct part {
    const parry_held *held;
    bool *dead; /* by article */
    size_t ndead;
    parry_merge_size size;
    bool gone;
} part;

typedef struct run {
    parry_indexer *ix;
    parry_arena *arena;
    parry_manifest current, next;
    part *parts;
    size_t nparts, cap;
    parry_index_report report;
} run;

/* ---- parts ----------------------------------------------------------------------------------------------------------
 */

static void kill_article(part *p, size_t ordinal)
{
    if (p->dead[ordinal])
        return;
    p->dead[ordinal] = true;
    p->ndead++;
    p->size.live -= p->held->rows[ordinal];
}

static parry_code add_part(run *r, const char *name, part **out, parry_err *err)
{
    const parry_held *held;
    parry_code code = parry_catalogue_get(r->ix->catalogue, name, &held, err);
    if (code != PARRY_OK)
        return code;
    r->parts = parry_arena_grow(r->arena, r->parts, r->nparts, &r->cap, sizeof *r->parts);
    part *p = &r->parts[r->nparts++];
    *p = (part){.held = held, .dead = PARRY_ARRAY(r->arena, bool, held->n + 1)};
    for (size_t i = 0; i < held->n; i++)
        p->size.rows += held->rows[i];
    p->size.live = p->size.rows;
    *out = p;
    return PARRY_OK;
}

static parry_code add_current(run *r, parry_err *err)
{
    for (size_t i = 0; i < r->current.nsegments; i++) {
        const parry_manifest_segment *s = &r->current.segments[i];
        part *p;
        parry_code code = add_part(r, s->name, &p, err);
        if (code != PARRY_OK)
            return code;
        for (size_t d = 0; d < s->ndead; d++) {
            if (s->dead[d] >= p->held->n)
                return parry_fail(err, PARRY_CORRUPT, "segment %s has no article %u", s->name, s->dead[d]);
            kill_article(p, s->dead[d]);
        }
    }
    return PARRY_OK;
}

/* Where an article is live; NULL when nowhere. */
static part *find_live(run *r, parry_str id, size_t *ordinal)
{
    for (size_t i = 0; i < r->nparts; i++) {
        part *p = &r->parts[i];
        if (!p->gone && parry_held_find(p->held, id, ordinal) && !p->dead[*ordinal])
            return p;
    }
    return NULL;
}

/* ---- what is to be built --------------------------------------------------------------------------------------------
 */

typedef struct versions {
    parry_version *list;
    size_t n, cap;
} versions;

static void add_version(run *r, versions *v, const parry_store_row *row)
{
    v->list = parry_arena_grow(r->arena, v->list, v->n, &v->cap, sizeof *v->list);
    v->list[v->n++] = (parry_version){row->id, row->slug, row->audience, row->hash};
}

/* Everything, from the store alone. The sequence number is read first: what changes meanwhile is seen again next time.
 */
static parry_code plan_whole(run *r, versions *fresh, parry_err *err)
{
    parry_store_row *rows = NULL;
    size_t n = 0;
    parry_code code = parry_store_seq(r->ix->store, &r->next.store_seq, err);
    if (code == PARRY_OK)
        code = parry_store_list(r->ix->store, r->arena, &rows, &n, err);
    for (size_t i = 0; i < n && code == PARRY_OK; i++) {
        if (rows[i].status == r->ix->status)
            add_version(r, fresh, &rows[i]);
    }
    r->report.rebuilt = true;
    return code;
}

/* One changed id: its live version dies unless it is the one that should be; the one that should be is built. */
static parry_code plan_change(run *r, parry_str id, versions *fresh, parry_err *err)
{
    parry_store_row row = {0};
    parry_err gone = {0};
    parry_code code = parry_store_row_get(r->ix->store, r->arena, id, &row, &gone);
    if (code != PARRY_OK && code != PARRY_NOT_FOUND) {
        if (err != NULL)
            *err = gone;
        return code;
    }
    bool wanted = code == PARRY_OK && row.status == r->ix->status;
    parry_version version = {row.id, row.slug, row.audience, row.hash};
    size_t ordinal;
    part *p = find_live(r, id, &ordinal);
    if (p != NULL && wanted && parry_version_eq(&version, &p->held->articles[ordinal]))
        return PARRY_OK;
    if (p != NULL)
        kill_article(p, ordinal);
    if (wanted)
        add_version(r, fresh, &row);
    else
        r->report.removed += p != NULL;
    return PARRY_OK;
}

static parry_code plan_changes(run *r, versions *fresh, parry_err *err)
{
    parry_str *ids = NULL;
    size_t n = 0;
    r->next.store_seq = r->current.store_seq;
    parry_code code =
        parry_store_changes(r->ix->store, r->arena, r->current.store_seq, &ids, &n, &r->next.store_seq, err);
    for (size_t i = 0; i < n && code == PARRY_OK; i++)
        code = plan_change(r, ids[i], fresh, err);
    return code;
}

/* Same shape, and the store has not gone back behind the index (a restored backup)? */
static parry_code fits(run *r, bool *out, parry_err *err)
{
    const parry_segment_options *shape = parry_builder_shape(r->ix->builder);
    uint64_t seq = 0;
    parry_code code = parry_store_seq(r->ix->store, &seq, err);
    if (code == PARRY_OK)
        *out = r->current.number > 0 && parry_hash_eq(r->current.model, shape->model) &&
               r->current.chunking == shape->chunking && r->current.store_seq <= seq;
    return code;
}

/* ---- building
 * -------------------------------------------------------------------------------------------------------- */

static parry_code build_part(run *r, const parry_version *list, size_t n, parry_err *err)
{
    char name[PARRY_NAME_TEXT];
    part *p;
    parry_code code = parry_build(r->ix->builder, list, n, name, err);
    if (code == PARRY_OK && name[0])
        code = add_part(r, name, &p, err);
    return code;
}

static parry_code build_fresh(run *r, versions *fresh, parry_err *err)
{
    size_t quarter = (fresh->n + PARRY_MOST_BIG - 1) / PARRY_MOST_BIG; /* never more than the merge policy bears */
    size_t most = quarter > SEGMENT_ARTICLES ? quarter : SEGMENT_ARTICLES;
    parry_code code = PARRY_OK;
    if (fresh->n > 0)
        qsort(fresh->list, fresh->n, sizeof *fresh->list, parry_version_cmp);
    parry_builder_tally(r->ix->builder)->of_articles += fresh->n;
    for (size_t at = 0; at < fresh->n && code == PARRY_OK; at += most)
        code = build_part(r, fresh->list + at, fresh->n - at < most ? fresh->n - at : most, err);
    return code;
}

static void take_tally(run *r)
{
    const parry_tally *t = parry_builder_tally(r->ix->builder);
    r->report.articles = t->articles;
    r->report.passages = t->passages;
    r->report.embedded = t->embedded;
    r->report.cached = t->cached;
    r->report.refused = t->refused;
}

static parry_code merge_group(run *r, const int *fate, size_t of, int group, parry_err *err)
{
    versions live = {0};
    size_t members = 0;
    for (size_t i = 0; i < of; i++) {
        const parry_held *held = r->parts[i].held;
        if (fate[i] != group)
            continue;
        members++;
        r->parts[i].gone = true;
        for (size_t a = 0; a < held->n; a++) {
            if (r->parts[i].dead[a])
                continue;
            live.list = parry_arena_grow(r->arena, live.list, live.n, &live.cap, sizeof *live.list);
            live.list[live.n++] = held->articles[a];
        }
    }
    r->report.merged += members;
    if (live.n > 0)
        qsort(live.list, live.n, sizeof *live.list, parry_version_cmp);
    parry_builder_tally(r->ix->builder)->of_articles += live.n;
    return build_part(r, live.list, live.n, err);
}

static parry_code merge(run *r, parry_err *err)
{
    size_t n = r->nparts;
    parry_merge_size *sizes = PARRY_ARRAY(r->arena, parry_merge_size, n + 1);
    int *fate = PARRY_ARRAY(r->arena, int, n + 1);
    for (size_t i = 0; i < n; i++)
        sizes[i] = r->parts[i].size;
    size_t groups = parry_merge_plan(sizes, n, fate);
    for (size_t i = 0; i < n; i++)
        r->parts[i].gone = fate[i] == PARRY_MERGE_DROP;
    parry_code code = PARRY_OK;
    for (size_t g = 0; g < groups && code == PARRY_OK; g++)
        code = merge_group(r, fate, n, (int)g, err);
    return code;
}

/* ---- the run
 * --------------------------------------------------------------------------------------------------------- */

static parry_code prepare(run *r, bool whole, parry_err *err)
{
    versions fresh = {0};
    r->nparts = 0;
    r->report = (parry_index_report){0};
    *parry_builder_tally(r->ix->builder) = (parry_tally){0};
    parry_code code = whole ? PARRY_OK : add_current(r, err);
    if (code == PARRY_OK)
        code = whole ? plan_whole(r, &fresh, err) : plan_changes(r, &fresh, err);
    if (code == PARRY_OK)
        code = build_fresh(r, &fresh, err);
    if (code != PARRY_OK)
        return code;
    take_tally(r);
    return merge(r, err);
}

/* Where the index is damaged or lacks what it names, the store makes it anew. */
static parry_code prepare_or_rebuild(run *r, parry_err *err)
{
    bool fitting = false, asked = atomic_exchange(&r->ix->rebuild, false);
    parry_code code = fits(r, &fitting, err);
    fitting = fitting && !asked;
    if (code != PARRY_OK || !fitting)
        return code != PARRY_OK ? code : prepare(r, true, err);
    parry_err why = {0};
    code = prepare(r, false, &why);
    if (code == PARRY_CORRUPT || code == PARRY_NOT_FOUND)
        return prepare(r, true, err);
    if (code != PARRY_OK && err != NULL)
        *err = why;
    return code;
}

static void fill_manifest(run *r)
{
    const parry_segment_options *shape = parry_builder_shape(r->ix->builder);
    r->next.number = r->current.number + 1;
    r->next.model = shape->model;
    r->next.chunking = shape->chunking;
    memcpy(r->next.tables, r->current.tables, sizeof r->next.tables);
    r->next.segments = PARRY_ARRAY(r->arena, parry_manifest_segment, r->nparts + 1);
    for (size_t i = 0; i < r->nparts; i++) {
        const part *p = &r->parts[i];
        if (p->gone)
            continue;
        parry_manifest_segment *s = &r->next.segments[r->next.nsegments++];
        memcpy(s->name, p->held->name, sizeof s->name);
        s->dead = PARRY_ARRAY(r->arena, uint32_t, p->ndead + 1);
        for (size_t a = 0; a < p->held->n; a++) {
            if (p->dead[a])
                s->dead[s->ndead++] = (uint32_t)a;
        }
    }
}

static parry_code publish(run *r, parry_err *err)
{
    bool same = !r->report.rebuilt && r->report.merged == 0 && r->next.store_seq == r->current.store_seq;
    r->report.generation = r->current.number;
    r->report.store_seq = r->current.store_seq;
    r->report.segments = r->current.nsegments;
    if (same) /* a sweep that fails is told here: after a flip it must not pass for a failed run */
        return parry_generations_sweep(r->ix->index_dir, KEPT_GENERATIONS, err);
    fill_manifest(r);
    parry_code code = parry_settings_tables(r->ix->store, r->ix->index_dir, &r->next, &r->report.settings_refused, err);
    if (code == PARRY_OK)
        code = parry_manifest_publish(r->ix->index_dir, &r->next, err);
    if (code != PARRY_OK)
        return code;
    r->report.generation = r->next.number;
    r->report.store_seq = r->next.store_seq;
    r->report.segments = r->next.nsegments;
    r->report.published = true;
    parry_catalogue_keep(r->ix->catalogue, &r->next);
    parry_code swept = parry_generations_sweep(r->ix->index_dir, KEPT_GENERATIONS, NULL);
    (void)swept;
    return PARRY_OK;
}

void parry_indexer_rebuild(parry_indexer *ix) { atomic_store(&ix->rebuild, true); }

static parry_code run_locked(parry_indexer *ix, parry_index_report *report, parry_err *err)
{
    run r = {.ix = ix, .arena = parry_arena_new()};
    parry_code code = parry_manifest_current(ix->index_dir, r.arena, &r.current, err);
    if (code == PARRY_CORRUPT)
        parry_err_context(err, "remove %s, it is rebuilt from the store", ix->index_dir);
    if (code == PARRY_OK)
        code = prepare_or_rebuild(&r, err);
    if (code == PARRY_OK)
        code = publish(&r, err);
    if (code == PARRY_OK && report != NULL)
        *report = r.report;
    parry_arena_free(r.arena);
    return code;
}

parry_code parry_indexer_run(parry_indexer *ix, int lock_wait_ms, parry_index_report *report, parry_err *err)
{
    parry_lock lock = {-1};
    parry_code code = parry_lock_take(&lock, ix->lock_path, lock_wait_ms, err);
    if (code != PARRY_OK)
        return code;
    pthread_mutex_lock(&ix->mutex);
    code = run_locked(ix, report, err);
    pthread_mutex_unlock(&ix->mutex);
    parry_lock_drop(&lock);
    return code;
}

/* ---- side tables ----------------------------------------------------------------------------------------------------
 */

static parry_code set_table_locked(parry_indexer *ix, parry_side kind, const json_t *document, parry_err *err)
{
    parry_arena *a = parry_arena_new();
    parry_manifest m;
    char name[PARRY_NAME_TEXT] = "";
    parry_code code = parry_manifest_current(ix->index_dir, a, &m, err);
    if (code == PARRY_OK && m.number == 0)
        code = parry_fail(err, PARRY_NOT_FOUND, "there is no index yet: index first");
    if (code == PARRY_OK && document != NULL)
        code = parry_side_write(ix->index_dir, kind, document, name, err);
    if (code == PARRY_OK && strcmp(name, m.tables[kind]) != 0) {
        m.number++;
        memcpy(m.tables[kind], name, sizeof name);
        code = parry_manifest_publish(ix->index_dir, &m, err);
    }
    parry_arena_free(a);
    return code;
}

parry_code parry_indexer_set_side(parry_indexer *ix, int lock_wait_ms, parry_side kind, const json_t *document,
                                  parry_err *err)
{
    parry_lock lock = {-1};
    parry_code code = parry_lock_take(&lock, ix->lock_path, lock_wait_ms, err);
    if (code != PARRY_OK)
        return code;
    pthread_mutex_lock(&ix->mutex);
    code = set_table_locked(ix, kind, document, err);
    pthread_mutex_unlock(&ix->mutex);
    parry_lock_drop(&lock);
    return code;
}

/* ---- the handle
 * ------------------------------------------------------------------------------------------------------ */

static parry_code set_paths(parry_indexer *ix, const char *data_dir, char segments[PATH_MAX], parry_err *err)
{
    const char *folder = ix->status == PARRY_DRAFT ? "drafts" : "index";
    int a = snprintf(ix->index_dir, PATH_MAX, "%s/%s", data_dir, folder);
    int b = snprintf(ix->lock_path, PATH_MAX, "%s/LOCK", data_dir);
    int c = snprintf(segments, PATH_MAX, "%s/%s/segments", data_dir, folder);
    if (a >= PATH_MAX || b >= PATH_MAX || c >= PATH_MAX)
        return parry_fail(err, PARRY_INVALID, "a path of %d bytes is too long", c);
    return parry_dir_make(ix->index_dir, err);
}

parry_code parry_indexer_open(const char *data_dir, parry_store *store, const parry_indexer_options *o,
                              parry_indexer **out, parry_err *err)
{
    char segments[PATH_MAX];
    parry_indexer *ix = parry_calloc(1, sizeof *ix);
    ix->store = store;
    ix->status = o->drafts ? PARRY_DRAFT : PARRY_PUBLISHED;
    pthread_mutex_init(&ix->mutex, NULL);
    parry_code code = set_paths(ix, data_dir, segments, err);
    if (code == PARRY_OK)
        code = parry_builder_open(segments, store, o, &ix->builder, err);
    if (code == PARRY_OK) {
        ix->catalogue = parry_catalogue_new(segments);
        *out = ix;
    } else {
        parry_indexer_close(ix);
    }
    return code;
}

void parry_indexer_close(parry_indexer *ix)
{
    if (ix == NULL)
        return;
    parry_catalogue_free(ix->catalogue);
    parry_builder_close(ix->builder);
    pthread_mutex_destroy(&ix->mutex);
    free(ix);
}

const char *parry_indexer_dir(const parry_indexer *ix) { return ix->index_dir; }
