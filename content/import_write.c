/* The writing half of an import: ids and slugs are settled here, in transactions too short for a reader to notice. */
#include "content/import_inner.h"

#include "base/clock.h"
#include "base/file.h"
#include "content/source.h"
#include "content/warn.h"

enum { BATCH_FILES = 256, BATCH_BYTES = 8 << 20, BATCH_WRITES = 1000 };
#define BATCH_NS 15000000

/* A transaction that is committed and begun again whenever it grew old. */
typedef struct writer {
    parry_run *run;
    parry_txn *txn;
    int64_t until; /* monotonic ns */
    size_t writes;
} writer;

static parry_code end(writer *w, parry_err *err)
{
    parry_txn *t = w->txn;
    w->txn = NULL;
    return t != NULL ? parry_txn_commit(t, err) : PARRY_OK;
}

static parry_code fresh(writer *w, parry_err *err)
{
    parry_code code = PARRY_OK;
    if (w->txn != NULL && (parry_mono_ns() > w->until || w->writes >= BATCH_WRITES))
        code = end(w, err);
    if (code == PARRY_OK && w->txn == NULL) {
        code = parry_txn_write(w->run->store->env, &w->txn, err);
        w->until = parry_mono_ns() + BATCH_NS;
        w->writes = 0;
    }
    w->writes++;
    return code;
}

static parry_code archive(writer *w, parry_record r, parry_err *err)
{
    r.status = PARRY_ARCHIVED;
    r.gone = true;
    w->run->report.archived++;
    return parry_record_put(w->run->store, w->txn, &r, err);
}

/* What stands at the id now; *there is false where nothing does. Copied, so that it may be written back. */
static parry_code current(writer *w, parry_str id, parry_record *r, bool *there, parry_err *err)
{
    parry_err why;
    parry_code code = parry_record_get(w->run->store, w->txn, id, r, &why);
    *there = code == PARRY_OK;
    if (*there)
        *r = parry_record_copy(w->run->arena, *r);
    else if (code != PARRY_NOT_FOUND) {
        if (err != NULL)
            *err = why;
        return code;
    }
    return PARRY_OK;
}

static parry_code slug_owner(writer *w, parry_str slug, parry_str *id, bool *there, parry_err *err)
{
    parry_err why;
    parry_code code = parry_get(w->txn, w->run->store->slugs, slug, id, &why);
    *there = code == PARRY_OK;
    if (*there)
        *id = parry_str_copy(w->run->arena, *id);
    else if (code != PARRY_NOT_FOUND) {
        if (err != NULL)
            *err = why;
        return code;
    }
    return PARRY_OK;
}

static parry_code drop_slug(writer *w, parry_str slug, parry_str id, parry_err *err)
{
    parry_str owner;
    bool there;
    parry_code code = slug_owner(w, slug, &owner, &there, err);
    if (code == PARRY_OK && there && parry_str_eq(owner, id))
        code = parry_del(w->txn, w->run->store->slugs, slug, err);
    return code;
}

static const parry_item *item_at(const parry_run *r, parry_str path)
{
    size_t lo = 0, hi = r->n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (parry_str_cmp(r->items[mid].path, path) < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < r->n && parry_str_eq(r->items[lo].path, path) ? &r->items[lo] : NULL;
}

/* A record that is gone but whose file comes back in this very import is spoken for. */
static bool spoken_for(const parry_run *r, const parry_record *record, parry_str path)
{
    const parry_item *item = item_at(r, record->path);
    return item != NULL && !parry_str_eq(item->path, path) && item->known && item->state == PARRY_ITEM_CHANGED &&
           parry_str_eq(item->old.id, record->id) && parry_str_eq(item->now.wanted_id, record->wanted_id);
}

/* Its file is not in the tree any more, whether or not word of that has come. */
static bool vanished(const parry_run *r, parry_str path)
{
    if (parry_store_origin(path) != PARRY_FROM_TREE || item_at(r, path) != NULL || parry_tree_shut(&r->tree, path))
        return false;
    return r->whole || !parry_tree_there(&r->tree, path);
}

/* May the article at `path` have what this record holds? A file that moved finds its id held by where it was, and takes
 * it over: the article goes on without a gap. */
static bool may_take(const parry_run *r, const parry_record *holder, parry_str path)
{
    if (parry_str_eq(holder->path, path))
        return true;
    return holder->gone ? !spoken_for(r, holder, path) : vanished(r, holder->path);
}

/* The first of want, want-2, want-3, ... that this article may have; r->path is set. */
static parry_code settle_id(writer *w, parry_record *r, parry_err *err)
{
    parry_run *run = w->run;
    parry_str id = r->wanted_id, by = {NULL, 0};
    for (;;) {
        parry_record holder;
        bool there;
        parry_code code = current(w, id, &holder, &there, err);
        if (code != PARRY_OK)
            return code;
        if (!there || may_take(run, &holder, r->path))
            break;
        by = by.p ? by : holder.path;
        id = parry_names_claim(&run->tried_ids, r->wanted_id);
        if (parry_str_eq(id, r->wanted_id)) /* its first claim */
            id = parry_names_claim(&run->tried_ids, r->wanted_id);
    }
    r->id = id;
    if (!parry_str_eq(id, r->wanted_id))
        parry_warn(&run->warnings, r->path, 0, "id %.*s is taken%s%.*s; this article is %.*s", PARRY_FMT(r->wanted_id),
                   by.p ? " by " : "", PARRY_FMT(by), PARRY_FMT(id));
    return PARRY_OK;
}

static parry_code may_have_slug(writer *w, parry_str slug, const parry_record *r, bool *may, parry_str *by,
                                parry_err *err)
{
    parry_str owner;
    parry_record holder;
    bool there, held = false;
    *may = true;
    parry_code code = slug_owner(w, slug, &owner, &there, err);
    if (code != PARRY_OK || !there || parry_str_eq(owner, r->id))
        return code;
    code = current(w, owner, &holder, &held, err);
    if (code != PARRY_OK || !held || !parry_str_eq(holder.slug, slug))
        return code;
    *by = by->p ? *by : holder.path;
    *may = may_take(w->run, &holder, r->path);
    bool lost = *may && !holder.gone && !parry_str_eq(holder.path, r->path);
    return lost ? archive(w, holder, err) : PARRY_OK;
}

static parry_code settle_slug(writer *w, parry_record *r, parry_err *err)
{
    parry_run *run = w->run;
    parry_str slug = r->wanted_slug, by = {NULL, 0};
    for (bool may = false;;) {
        parry_code code = may_have_slug(w, slug, r, &may, &by, err);
        if (code != PARRY_OK)
            return code;
        if (may)
            break;
        slug = parry_names_claim(&run->tried_slugs, r->wanted_slug);
        if (parry_str_eq(slug, r->wanted_slug))
            slug = parry_names_claim(&run->tried_slugs, r->wanted_slug);
    }
    r->slug = slug;
    if (!parry_str_eq(slug, r->wanted_slug))
        parry_warn(&run->warnings, r->path, 0, "slug %.*s is taken%s%.*s; this article is at %.*s",
                   PARRY_FMT(r->wanted_slug), by.p ? " by " : "", PARRY_FMT(by), PARRY_FMT(slug));
    return PARRY_OK;
}

/* What the article was called before stays, unless its file asks for something else than it did then. */
static parry_code settle(writer *w, parry_record *r, parry_err *err)
{
    parry_record old;
    parry_err why;
    parry_str owner;
    bool there = false;
    parry_code code = parry_record_at_path(w->run->store, w->txn, r->path, &old, &why);
    bool known = code == PARRY_OK;
    if (known)
        old = parry_record_copy(w->run->arena, old);
    if (known && parry_str_eq(old.wanted_id, r->wanted_id)) {
        r->id = old.id;
        code = slug_owner(w, old.slug, &owner, &there, err);
    } else {
        code = settle_id(w, r, err);
    }
    if (code != PARRY_OK)
        return code;
    bool keeps = there && parry_str_eq(owner, r->id) && parry_str_eq(old.wanted_slug, r->wanted_slug);
    if (!keeps)
        return settle_slug(w, r, err);
    r->slug = old.slug;
    return PARRY_OK;
}

/* The record that had the id before may have come from elsewhere: its path leads nowhere now. */
static parry_code forget_path(writer *w, const parry_record *r, parry_err *err)
{
    char room[PARRY_PATH_KEY];
    parry_record before, there;
    bool held;
    parry_code code = current(w, r->id, &before, &held, err);
    if (code != PARRY_OK || !held)
        return code;
    if (!parry_str_eq(before.slug, r->slug))
        code = drop_slug(w, before.slug, r->id, err);
    if (code != PARRY_OK || parry_str_eq(before.path, r->path))
        return code;
    if (parry_record_at_path(w->run->store, w->txn, before.path, &there, NULL) == PARRY_OK &&
        parry_str_eq(there.id, r->id))
        code = parry_del(w->txn, w->run->store->paths, parry_path_key(before.path, room), err);
    return code;
}

static parry_code put(writer *w, parry_item *item, parry_str bytes, parry_err *err)
{
    char room[PARRY_PATH_KEY];
    parry_store *s = w->run->store;
    parry_record *r = &item->now;
    parry_code code = settle(w, r, err);
    if (code == PARRY_OK)
        code = forget_path(w, r, err);
    if (code != PARRY_OK)
        return code;
    parry_source v = {r->path, r->id, r->slug, bytes};
    code = parry_source_put(s, w->txn, r->hash, &v, err);
    if (code == PARRY_OK)
        code = parry_put(w->txn, s->paths, parry_path_key(r->path, room), r->id, err);
    if (code == PARRY_OK)
        code = parry_put(w->txn, s->slugs, r->slug, r->id, err);
    if (code == PARRY_OK)
        code = parry_record_put(s, w->txn, r, err);
    if (item->known)
        w->run->report.changed++;
    else
        w->run->report.added++;
    return code;
}

/* Before anything new is named: what is not wanted any more becomes free. */
static parry_code release(writer *w, const parry_item *item, parry_err *err)
{
    parry_record now;
    bool there;
    if (item->state != PARRY_ITEM_CHANGED || !item->known)
        return PARRY_OK;
    bool other_id = !parry_str_eq(item->old.wanted_id, item->now.wanted_id);
    bool other_slug = !parry_str_eq(item->old.wanted_slug, item->now.wanted_slug);
    if (!other_slug && (!other_id || item->old.gone))
        return PARRY_OK;
    parry_code code = fresh(w, err);
    if (code == PARRY_OK)
        code = current(w, item->old.id, &now, &there, err);
    if (code == PARRY_OK && there && parry_store_origin(now.path) != PARRY_FROM_TREE)
        return PARRY_OK; /* it was free, and somebody's edit took it since this import began */
    if (code == PARRY_OK && other_slug)
        code = drop_slug(w, item->old.slug, item->old.id, err);
    if (code == PARRY_OK && other_id && there && !now.gone)
        code = archive(w, now, err);
    return code;
}

static parry_code release_all(writer *w, parry_err *err)
{
    parry_code code = PARRY_OK;
    for (size_t i = 0; i < w->run->n && code == PARRY_OK; i++)
        code = release(w, &w->run->items[i], err);
    return code == PARRY_OK ? end(w, err) : code;
}

/* Last, so that what moved was found before it was lost. */
static parry_code archive_all(writer *w, const parry_record *gone, size_t ngone, parry_err *err)
{
    parry_record now;
    bool there;
    parry_code code = PARRY_OK;
    for (size_t i = 0; i < ngone && code == PARRY_OK; i++) {
        code = fresh(w, err);
        if (code == PARRY_OK)
            code = current(w, gone[i].id, &now, &there, err);
        if (code == PARRY_OK && there && !now.gone && parry_str_eq(now.path, gone[i].path))
            code = archive(w, now, err);
    }
    return code == PARRY_OK ? end(w, err) : code;
}

typedef struct loaded {
    parry_item *item;
    parry_str bytes;
} loaded;

/* Files are read again for writing, outside any transaction: an import then needs no more memory than a batch. */
static bool load(parry_run *r, parry_arena *a, parry_item *item, loaded *out)
{
    parry_str bytes;
    char *file = parry_tree_file(a, &r->tree, item->path);
    bool same = parry_file_read(a, file, PARRY_ARTICLE_MAX_BYTES, &bytes, NULL) == PARRY_OK &&
                parry_hash_eq(parry_source_hash(bytes, item->path), item->now.hash);
    if (!same)
        parry_warn(&r->warnings, item->path, 0, "changed while it was being imported; left for the next import");
    *out = (loaded){item, bytes};
    return same;
}

static size_t load_batch(parry_run *r, parry_arena *a, size_t *at, loaded batch[BATCH_FILES])
{
    size_t n = 0, bytes = 0;
    for (; *at < r->n && n < BATCH_FILES && bytes < BATCH_BYTES; ++*at) {
        if (r->items[*at].state == PARRY_ITEM_CHANGED && load(r, a, &r->items[*at], &batch[n]))
            bytes += batch[n++].bytes.n;
    }
    return n;
}

static parry_code put_all(writer *w, parry_err *err)
{
    parry_arena *a = parry_arena_new();
    loaded *batch = parry_calloc(BATCH_FILES, sizeof *batch);
    parry_code code = PARRY_OK;
    for (size_t at = 0; at < w->run->n && code == PARRY_OK;) {
        size_t n = load_batch(w->run, a, &at, batch);
        for (size_t i = 0; i < n && code == PARRY_OK; i++) {
            code = fresh(w, err);
            if (code == PARRY_OK)
                code = put(w, batch[i].item, batch[i].bytes, err);
        }
        if (code == PARRY_OK)
            code = end(w, err); /* no transaction stays open while files are read */
        parry_run_progress(w->run, n);
        parry_arena_reset(a);
    }
    free(batch);
    parry_arena_free(a);
    return code;
}

parry_code parry_run_write(parry_run *r, const parry_record *gone, size_t ngone, parry_err *err)
{
    writer w = {.run = r};
    parry_code code = release_all(&w, err);
    if (code == PARRY_OK)
        code = put_all(&w, err);
    if (code == PARRY_OK)
        code = archive_all(&w, gone, ngone, err);
    parry_txn_abort(w.txn);
    if (code != PARRY_OK)
        parry_err_context(err, "import into the store");
    return code;
}
