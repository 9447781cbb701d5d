/* An import, in this order, so that a decision never depends on how the work was cut into pieces:
 *
 *   walk     the tree's files, sorted by path
 *   recall   what the store knows of each path
 *   parse    on all cores; the same bytes as before need no more than their hash
 *   release  ids and slugs of what is called otherwise now (import_write.c)
 *   put      by path: an article keeps its id and slug, a new or moved one takes what is free
 *   archive  what vanished
 *   settings _search/ as it is (settings.c): three small files, looked at every time
 */
#include "content/import.h"

#include "base/file.h"
#include "base/work.h"
#include "content/import_inner.h"
#include "content/settings.h"
#include "content/source.h"
#include "content/warn.h"

enum { CHUNK = 512 }; /* files parsed between two reports of progress */

static void count_and_pass_on(void *ctx, parry_str path, int line, const char *msg)
{
    parry_run *r = ctx;
    r->report.warnings++;
    if (r->options != NULL && r->options->warnings.warn != NULL)
        r->options->warnings.warn(r->options->warnings.ctx, path, line, msg);
}

void parry_run_progress(parry_run *r, size_t more)
{
    r->done += more;
    if (r->options != NULL && r->options->progress != NULL)
        r->options->progress(r->options->progress_ctx, r->done, r->n);
}

static parry_code recall(parry_run *r, parry_err *err)
{
    parry_txn *t = NULL;
    parry_err why;
    parry_code code = parry_txn_read(r->store->env, &t, err);
    r->n = r->tree.n;
    r->items = PARRY_ARRAY(r->arena, parry_item, r->n + 1);
    for (size_t i = 0; code == PARRY_OK && i < r->n; i++) {
        parry_item *item = &r->items[i];
        item->path = r->tree.files[i];
        parry_code found = parry_record_at_path(r->store, t, item->path, &item->old, &why);
        item->known = found == PARRY_OK;
        if (item->known)
            item->old = parry_record_copy(r->arena, item->old);
        else if (found != PARRY_NOT_FOUND) {
            code = found;
            if (err != NULL)
                *err = why;
        }
    }
    parry_txn_abort(t);
    return code;
}

/* A worker's two arenas: one for what the import still needs afterwards, one for the file at hand. */
typedef struct hand {
    parry_arena *keep, *scratch;
} hand;

typedef struct parse_job {
    parry_run *run;
    size_t from;
    hand *hands;
} parse_job;

typedef struct note_taker {
    parry_item *item;
    parry_arena *keep;
} note_taker;

static void take_note(void *ctx, parry_str path, int line, const char *msg)
{
    note_taker *t = ctx;
    parry_item *item = t->item;
    (void)path;
    item->notes = parry_arena_grow(t->keep, item->notes, item->nnotes, &item->notes_cap, sizeof *item->notes);
    item->notes[item->nnotes++] = (parry_note){line, parry_str_copy(t->keep, parry_str_of(msg))};
}

static void wishes(parry_item *item, parry_arena *keep, const parry_article *a)
{
    item->now = (parry_record){
        .path = item->path,
        .audience = parry_str_copy(keep, a->audience),
        .wanted_id = parry_str_copy(keep, a->id),
        .wanted_slug = parry_str_copy(keep, a->slug),
        .hash = a->hash,
        .status = a->status,
    };
}

static void refuse(note_taker *t, const parry_err *why)
{
    t->item->state = PARRY_ITEM_REFUSED;
    bool stays = t->item->known && !t->item->old.gone;
    parry_str msg =
        parry_str_printf(t->keep, "refused: %s%s", why->msg, stays ? "; what was imported before stays" : "");
    take_note(t, t->item->path, 0, msg.p);
}

static void parse_one(void *ctx, size_t i, unsigned worker)
{
    parse_job *job = ctx;
    hand *h = &job->hands[worker];
    parry_item *item = &job->run->items[job->from + i];
    note_taker taker = {item, h->keep};
    parry_warnings w = {take_note, &taker};
    parry_article article;
    parry_str bytes;
    parry_err why;
    parry_arena_reset(h->scratch);
    char *file = parry_tree_file(h->scratch, &job->run->tree, item->path);
    if (parry_file_read(h->scratch, file, PARRY_ARTICLE_MAX_BYTES, &bytes, &why) != PARRY_OK) {
        refuse(&taker, &why);
        return;
    }
    item->state = PARRY_ITEM_SAME;
    if (item->known && !item->old.gone && parry_hash_eq(parry_source_hash(bytes, item->path), item->old.hash))
        return;
    if (parry_article_parse(h->scratch, bytes, item->path, &w, &article, &why) != PARRY_OK) {
        refuse(&taker, &why);
        return;
    }
    item->state = PARRY_ITEM_CHANGED;
    wishes(item, h->keep, &article);
    parry_article_free(&article);
}

static void tell(parry_run *r, size_t from, size_t n)
{
    size_t settled = 0;
    for (size_t i = from; i < from + n; i++) {
        const parry_item *item = &r->items[i];
        for (size_t k = 0; k < item->nnotes; k++)
            count_and_pass_on(r, item->path, item->notes[k].line, item->notes[k].msg.p);
        r->report.refused += item->state == PARRY_ITEM_REFUSED;
        r->report.unchanged += item->state == PARRY_ITEM_SAME;
        settled += item->state != PARRY_ITEM_CHANGED;
    }
    parry_run_progress(r, settled);
}

static void parse_all(parry_run *r, hand *hands, unsigned threads)
{
    for (size_t at = 0; at < r->n; at += CHUNK) {
        size_t n = r->n - at < CHUNK ? r->n - at : CHUNK;
        parse_job job = {r, at, hands};
        parry_parallel(n, threads, parse_one, &job);
        tell(r, at, n);
    }
}

/* Did this import look at the path and not find it? paths: what it looked at; NULL for everything. */
static bool vanished(const parry_run *r, parry_str path, const parry_str *paths, size_t n)
{
    bool looked = r->whole;
    if (parry_store_origin(path) != PARRY_FROM_TREE) /* never of this tree */
        return false;
    for (size_t i = 0; i < n && !looked; i++) {
        parry_str p = paths[i];
        looked =
            p.n == 0 || parry_str_eq(p, path) || (path.n > p.n && memcmp(path.p, p.p, p.n) == 0 && path.p[p.n] == '/');
    }
    return looked && !parry_tree_has(&r->tree, path) && !parry_tree_shut(&r->tree, path);
}

/* Live records without a file. All are looked through, even for a few paths: one may be a folder that is gone. */
static parry_code find_gone(parry_run *r, const parry_str *paths, size_t n, parry_record **gone, size_t *ngone,
                            parry_err *err)
{
    parry_txn *t = NULL;
    parry_cursor *c = NULL;
    parry_str key, value;
    parry_record record;
    size_t cap = 0;
    parry_code code = parry_txn_read(r->store->env, &t, err);
    if (code == PARRY_OK)
        code = parry_cursor_open(t, r->store->articles, parry_str_make(NULL, 0), &c, err);
    while (code == PARRY_OK && parry_cursor_next(c, &key, &value)) {
        code = parry_record_read(key, value, &record, err);
        if (code != PARRY_OK || record.gone || !vanished(r, record.path, paths, n))
            continue;
        *gone = parry_arena_grow(r->arena, *gone, *ngone, &cap, sizeof **gone);
        (*gone)[(*ngone)++] = parry_record_copy(r->arena, record);
    }
    if (c != NULL) {
        parry_code closed = parry_cursor_close(c, code == PARRY_OK ? err : NULL);
        code = code == PARRY_OK ? closed : code;
    }
    parry_txn_abort(t);
    return code;
}

static parry_code import_found(parry_run *r, const parry_str *paths, size_t n, parry_err *err)
{
    unsigned threads = parry_cores();
    hand *hands = PARRY_ARRAY(r->arena, hand, threads);
    parry_record *gone = NULL;
    size_t ngone = 0;
    parry_code code = recall(r, err);
    if (code != PARRY_OK)
        return code;
    for (unsigned i = 0; i < threads; i++)
        hands[i] = (hand){parry_arena_new(), parry_arena_new()};
    r->report.files = r->n + r->tree.refused;
    r->report.refused = r->tree.refused;
    parse_all(r, hands, threads);
    if (r->tree.only.n == 0 || !r->whole)
        code = find_gone(r, paths, n, &gone, &ngone, err);
    if (code == PARRY_OK)
        code = parry_run_write(r, gone, ngone, err);
    for (unsigned i = 0; i < threads; i++) {
        parry_arena_free(hands[i].keep);
        parry_arena_free(hands[i].scratch);
    }
    return code;
}

static void clean_paths(parry_run *r, const parry_str *paths, size_t n, parry_str **clean, size_t *nclean)
{
    *clean = PARRY_ARRAY(r->arena, parry_str, n + 1);
    for (size_t i = 0; i < n; i++) {
        parry_str p = parry_tree_path(r->arena, paths[i]);
        bool mine = p.p != NULL && (r->tree.only.n == 0 || parry_str_eq(p, r->tree.only));
        if (mine)
            (*clean)[(*nclean)++] = p;
        else
            parry_warn(&r->warnings, paths[i], 0, "not a path of this tree; passed over");
    }
}

/* paths NULL: the whole tree. */
static parry_code import(parry_store *s, const char *tree, const parry_str *paths, size_t n,
                         const parry_import_options *options, parry_import_report *report, parry_err *err)
{
    parry_arena *a = parry_arena_new();
    parry_run *r = PARRY_NEW(a, parry_run);
    parry_lock lock = {-1};
    parry_str *clean = NULL;
    size_t nclean = 0;
    r->store = s;
    r->arena = a;
    r->options = options;
    r->warnings = (parry_warnings){count_and_pass_on, r};
    r->whole = paths == NULL;
    r->tried_ids = r->tried_slugs = (parry_names){.arena = a, .first = 2};
    pthread_mutex_lock(&s->importing);
    parry_code code = parry_lock_take(&lock, s->lock_path, -1, err);
    if (code == PARRY_OK)
        code = parry_tree_open(a, tree, &r->warnings, &r->tree, err);
    if (code == PARRY_OK) {
        if (paths != NULL)
            clean_paths(r, paths, n, &clean, &nclean);
        parry_tree_walk(&r->tree, clean, nclean);
        code = import_found(r, clean, nclean, err);
    }
    if (code == PARRY_OK && r->tree.only.n == 0)
        code = parry_settings_import(r, err);
    parry_lock_drop(&lock);
    pthread_mutex_unlock(&s->importing);
    if (code == PARRY_OK)
        *report = r->report;
    parry_arena_free(a);
    return code;
}

parry_code parry_import_tree(parry_store *s, const char *tree, const parry_import_options *options,
                             parry_import_report *report, parry_err *err)
{
    return import(s, tree, NULL, 0, options, report, err);
}

parry_code parry_import_paths(parry_store *s, const char *tree, const parry_str *paths, size_t n,
                              const parry_import_options *options, parry_import_report *report, parry_err *err)
{
    static const parry_str none = {NULL, 0};
    return import(s, tree, paths ? paths : &none, n, options, report, err);
}
