#include "copies/pull.h"

#include "base/copy.h"
#include "base/file.h"
#include "content/replicate.h"
#include "copies/offer.h"
#include "copies/pull_file.h"
#include "engine/analyse.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { STATE_MAX = 4096, SEGMENT_JSON_MAX = 64 << 10, PAGE_MAX = 64 << 20, SEGMENTS_MAX = 10000 };
static const size_t current_max = (size_t)128 << 20;

static const char *path_in(parry_arena *a, const parry_pull *p, const char *file)
{
    return parry_str_printf(a, "%s/%s", p->data_dir, file).p;
}

static parry_code strange(parry_err *err, const char *what)
{
    return parry_fail(err, PARRY_CORRUPT, "the primary sends %s that is none", what);
}

/* ---- what this replica knows of itself ------------------------------------------------------------------------------
 */

static parry_code save(const parry_pull *p, parry_err *err)
{
    parry_arena *a = parry_arena_new();
    json_auto_t *root = json_pack("{s:s, s:b}", "epoch", p->epoch, "whole", p->whole);
    char *text = json_dumps(root, JSON_COMPACT);
    if (text == NULL)
        parry_oom();
    parry_code code = parry_file_replace(path_in(a, p, PARRY_REPLICA_FILE), parry_str_of(text), err);
    free(text);
    parry_arena_free(a);
    return code;
}

/* A damaged state is no state: everything is asked for again. */
static void load(parry_pull *p, parry_str text)
{
    json_auto_t *root = json_loadb(text.p, text.n, 0, NULL);
    const char *epoch = NULL;
    int whole = 0;
    if (json_unpack(root, "{s:s, s:b}", "epoch", &epoch, "whole", &whole) != 0 || strlen(epoch) >= sizeof p->epoch)
        return;
    (void)snprintf(p->epoch, sizeof p->epoch, "%s", epoch);
    p->whole = whole != 0;
}

parry_code parry_pull_start(parry_pull *p, parry_err *err)
{
    parry_arena *a = parry_arena_new();
    parry_str text;
    parry_err why = {0};
    parry_code code = parry_file_read(a, path_in(a, p, PARRY_REPLICA_FILE), STATE_MAX, &text, &why);
    if (code == PARRY_OK)
        load(p, text);
    parry_arena_free(a);
    if (code != PARRY_OK && code != PARRY_NOT_FOUND) {
        if (err != NULL)
            *err = why;
        return code;
    }
    return save(p, err);
}

/* ---- before the start -----------------------------------------------------------------------------------------------
 */

static parry_code check_segments(parry_arena *a, const char *index, const parry_manifest *m, size_t *damaged)
{
    const char *segments = parry_str_printf(a, "%s/segments", index).p;
    for (size_t i = 0; i < m->nsegments; i++) {
        parry_segment *s = NULL;
        parry_err why = {0};
        if (parry_segment_open(segments, m->segments[i].name, true, &s, &why) != PARRY_OK) {
            parry_code removed = parry_tree_remove(parry_str_printf(a, "%s/%s", segments, m->segments[i].name).p, NULL);
            if (removed != PARRY_OK)
                return removed;
            ++*damaged;
        }
        parry_segment_close(s);
    }
    return PARRY_OK;
}

static size_t damaged_tables(parry_arena *a, const char *index, const parry_manifest *m)
{
    size_t n = 0;
    for (int k = 0; k < PARRY_SIDES; k++) {
        const void *parsed;
        if (!m->tables[k][0] || parry_side_read(index, (parry_side)k, m->tables[k], a, &parsed, NULL) == PARRY_OK)
            continue;
        const char *path =
            parry_str_printf(a, "%s/tables/%s-%s.json", index, parry_side_name((parry_side)k), m->tables[k]).p;
        n += parry_tree_remove(path, NULL) == PARRY_OK;
    }
    return n;
}

parry_code parry_pull_prepare(const char *data_dir, size_t *damaged, parry_err *err)
{
    parry_arena *a = parry_arena_new();
    parry_manifest m = {0};
    const char *state = parry_str_printf(a, "%s/" PARRY_REPLICA_FILE, data_dir).p;
    const char *index = parry_str_printf(a, "%s/index", data_dir).p;
    size_t bad = 0;
    parry_code code = PARRY_OK;
    if (!parry_file_exists(state) && parry_file_exists(parry_str_printf(a, "%s/store/data.mdb", data_dir).p))
        code = parry_fail(err, PARRY_CONFLICT, "%s holds data that is no replica's: name another folder with --data",
                          data_dir);
    if (code == PARRY_OK && parry_manifest_current(index, a, &m, NULL) != PARRY_OK)
        bad++;
    if (code == PARRY_OK && bad == 0)
        code = check_segments(a, index, &m, &bad);
    if (code == PARRY_OK && bad == 0)
        bad = damaged_tables(a, index, &m);
    if (code == PARRY_OK && bad > 0) { /* nothing is served until the first round brought it again */
        code = parry_tree_remove(parry_str_printf(a, "%s/CURRENT", index).p, err);
        if (code == PARRY_OK)
            code = parry_tree_remove(state, err);
        if (code == PARRY_OK)
            code = parry_file_replace(state, parry_str_of("{}"), err);
    }
    parry_arena_free(a);
    if (code == PARRY_OK)
        *damaged = bad;
    return code;
}

/* ---- articles -------------------------------------------------------------------------------------------------------
 */

/* Another history of the primary: its numbers mean nothing to ours. */
static parry_code meet_epoch(parry_pull *p, const char *epoch, parry_err *err)
{
    if (strcmp(epoch, p->epoch) == 0 && p->whole)
        return PARRY_OK;
    parry_arena *a = parry_arena_new();
    parry_code code = PARRY_OK;
    if (strcmp(epoch, p->epoch) != 0) {
        code = parry_store_apply_begin(p->store, err);
        if (code == PARRY_OK) /* whoever copies this replica begins anew, too */
            code = parry_tree_remove(path_in(a, p, PARRY_EPOCH_FILE), err);
    }
    parry_arena_free(a);
    if (code != PARRY_OK)
        return code;
    (void)snprintf(p->epoch, sizeof p->epoch, "%s", epoch);
    p->whole = false;
    return save(p, err);
}

static parry_code pull_page(parry_pull *p, uint64_t *after, bool *more, parry_err *err)
{
    parry_buf body = PARRY_BUF(PAGE_MAX);
    parry_fetched got;
    char path[64];
    uint64_t upto = 0;
    (void)snprintf(path, sizeof path, "/v1/replica/changes?after=%llu", (unsigned long long)*after);
    parry_code code = parry_fetch_get(p->fetch, path, NULL, 0, 0, &body, &got, err);
    json_auto_t *page = code == PARRY_OK ? json_loadb(body.p, body.n, JSON_REJECT_DUPLICATES, NULL) : NULL;
    p->fetched_bytes += body.n;
    parry_buf_free(&body);
    if (code == PARRY_OK)
        code = page != NULL ? parry_store_apply(p->store, page, &upto, more, err) : strange(err, "a page of changes");
    if (code == PARRY_INVALID)
        code = PARRY_CORRUPT;
    if (code == PARRY_OK && *more && upto <= *after)
        code = strange(err, "a page of changes");
    if (code == PARRY_OK)
        *after = upto;
    return code;
}

static parry_code pull_articles(parry_pull *p, parry_err *err)
{
    uint64_t after = 0;
    bool more = true;
    parry_code code = parry_store_seq(p->store, &after, err);
    while (more && code == PARRY_OK)
        code = pull_page(p, &after, &more, err);
    if (code != PARRY_OK || p->whole)
        return code;
    code = parry_store_apply_end(p->store, err);
    p->whole = code == PARRY_OK;
    return code == PARRY_OK ? save(p, err) : code;
}

/* ---- segments and tables --------------------------------------------------------------------------------------------
 */

/* Another program's format would be refused at opening: better before it is copied. */
static parry_code same_version(const json_t *segment, parry_err *err)
{
    const json_t *format = json_object_get(segment, "format");
    const char *analyser = json_string_value(json_object_get(segment, "analyser"));
    if (json_integer_value(format) == PARRY_SEGMENT_FORMAT && analyser != NULL &&
        strcmp(analyser, parry_analyser_identity) == 0)
        return PARRY_OK;
    return parry_fail(err, PARRY_UNAVAILABLE, "the primary's index is of another version of Parry: give both the same");
}

static parry_code pull_segment_file(parry_pull *p, parry_arena *a, const char *dir, const char *name, const char *file,
                                    const json_t *entry, parry_err *err)
{
    parry_file_wanted w = {.url = parry_str_printf(a, "/v1/replica/segments/%s/%s", name, file).p,
                           .path = parry_str_printf(a, "%s/%s", dir, file).p};
    const json_t *bytes = json_object_get(entry, "bytes");
    const char *hex = json_string_value(json_object_get(entry, "sha256"));
    if (!parry_segment_file_valid(parry_str_of(file)) || strcmp(file, "segment.json") == 0 || !json_is_integer(bytes) ||
        json_integer_value(bytes) < 0 || json_integer_value(bytes) > PARRY_PULL_FILE_MAX || hex == NULL ||
        strlen(hex) != PARRY_HASH_HEX)
        return strange(err, "a segment");
    w.bytes = (uint64_t)json_integer_value(bytes);
    w.hex = hex;
    return parry_pull_file(p, &w, err);
}

/* segment.json, checked by the hash that `current` gave; what it says of the others is then to be believed. */
static parry_code pull_segment_json(parry_pull *p, parry_arena *a, const char *dir, const char *name, const char *hex,
                                    json_t **out, parry_err *err)
{
    parry_buf body = PARRY_BUF(SEGMENT_JSON_MAX);
    parry_fetched got;
    char found[PARRY_HASH_HEX + 1];
    const char *url = parry_str_printf(a, "/v1/replica/segments/%s/segment.json", name).p;
    parry_code code = parry_fetch_get(p->fetch, url, NULL, 0, 0, &body, &got, err);
    if (code == PARRY_OK) {
        parry_hash_hex(parry_hash_of(body.p, body.n), found);
        json_t *j = strcmp(found, hex) == 0 ? json_loadb(body.p, body.n, JSON_REJECT_DUPLICATES, NULL) : NULL;
        code = j != NULL ? same_version(j, err) : strange(err, "a segment.json");
        if (code == PARRY_OK)
            code = parry_file_replace(parry_str_printf(a, "%s/segment.json", dir).p, parry_buf_str(&body), err);
        if (code == PARRY_OK)
            *out = j;
        else
            json_decref(j);
    }
    parry_buf_free(&body);
    return code;
}

/* A named segment is whole: it gets its name last. */
static parry_code name_segment(parry_arena *a, const char *segments, const char *dir, const char *name, parry_err *err)
{
    const char *to = parry_str_printf(a, "%s/%s", segments, name).p;
    parry_segment *s = NULL;
    parry_code code = parry_dir_sync(dir, err);
    if (code == PARRY_OK && rename(dir, to) != 0)
        code = parry_fail_errno(err, "cannot rename %s", dir);
    if (code == PARRY_OK)
        code = parry_dir_sync(segments, err);
    if (code != PARRY_OK)
        return code;
    code = parry_segment_open(segments, name, false, &s, err);
    parry_segment_close(s);
    if (code != PARRY_OK)
        (void)!parry_tree_remove(to, NULL);
    return code;
}

static parry_code pull_segment(parry_pull *p, const char *name, const json_t *hash, parry_err *err)
{
    parry_arena *a = parry_arena_new();
    const char *segments = path_in(a, p, "index/segments"), *file;
    const char *dir = parry_str_printf(a, "%s/.tmp-%s-replica", segments, name).p;
    json_t *segment = NULL, *entry;
    parry_code code = json_is_string(hash) ? PARRY_OK : strange(err, "a segment");
    if (code == PARRY_OK)
        code = parry_dir_make(dir, err);
    if (code == PARRY_OK)
        code = pull_segment_json(p, a, dir, name, json_string_value(hash), &segment, err);
    json_object_foreach(json_object_get(segment, "files"), file, entry)
    {
        if (code == PARRY_OK)
            code = pull_segment_file(p, a, dir, name, file, entry, err);
    }
    if (code == PARRY_OK)
        code = name_segment(a, segments, dir, name, err);
    json_decref(segment);
    parry_arena_free(a);
    return code;
}

static parry_code pull_segments(parry_pull *p, const parry_manifest *m, const json_t *hashes, parry_err *err)
{
    parry_arena *a = parry_arena_new();
    const char *segments = path_in(a, p, "index/segments");
    parry_code code = m->nsegments <= SEGMENTS_MAX ? PARRY_OK : strange(err, "a manifest");
    for (size_t i = 0; i < m->nsegments && code == PARRY_OK; i++) {
        const char *name = m->segments[i].name; /* hex digits: the manifest's parser saw to it */
        if (!parry_segment_exists(segments, name))
            code = pull_segment(p, name, json_object_get(hashes, name), err);
    }
    parry_arena_free(a);
    return code;
}

static parry_code pull_table(parry_pull *p, parry_arena *a, parry_side kind, const char *name, const json_t *sizes,
                             parry_err *err)
{
    const char *file = parry_str_printf(a, "%s-%s.json", parry_side_name(kind), name).p;
    const char *path = parry_str_printf(a, "%s/index/tables/%s", p->data_dir, file).p;
    const json_t *bytes = json_object_get(sizes, file);
    if (parry_file_exists(path))
        return PARRY_OK;
    if (!json_is_integer(bytes) || json_integer_value(bytes) < 0 || json_integer_value(bytes) > PARRY_PULL_FILE_MAX)
        return strange(err, "a table");
    parry_file_wanted w = {.url = parry_str_printf(a, "/v1/replica/tables/%s", file).p,
                           .path = parry_str_printf(a, "%s.tmp", path).p,
                           .bytes = (uint64_t)json_integer_value(bytes),
                           .hex = name};
    parry_code code = parry_pull_file(p, &w, err);
    if (code == PARRY_OK && rename(w.path, path) != 0)
        code = parry_fail_errno(err, "cannot rename %s", w.path);
    return code;
}

static parry_code pull_tables(parry_pull *p, const parry_manifest *m, const json_t *sizes, parry_err *err)
{
    parry_arena *a = parry_arena_new();
    const char *tables = path_in(a, p, "index/tables");
    parry_code code = parry_dir_make(tables, err);
    for (int k = 0; k < PARRY_SIDES && code == PARRY_OK; k++) {
        if (m->tables[k][0])
            code = pull_table(p, a, (parry_side)k, m->tables[k], sizes, err);
    }
    if (code == PARRY_OK)
        code = parry_dir_sync(tables, err);
    parry_arena_free(a);
    return code;
}

/* ---- the flip -------------------------------------------------------------------------------------------------------
 */

/* But for the number. */
static bool same_manifest(const parry_manifest *x, const parry_manifest *y)
{
    bool same = x->store_seq == y->store_seq && parry_hash_eq(x->model, y->model) && x->chunking == y->chunking &&
                x->nsegments == y->nsegments && memcmp(x->tables, y->tables, sizeof x->tables) == 0;
    for (size_t i = 0; same && i < x->nsegments; i++) {
        const parry_manifest_segment *s = &x->segments[i], *t = &y->segments[i];
        same = strcmp(s->name, t->name) == 0 && s->ndead == t->ndead &&
               (s->ndead == 0 || memcmp(s->dead, t->dead, s->ndead * sizeof *s->dead) == 0);
    }
    return same;
}

static parry_code flip(parry_pull *p, parry_manifest *m, const parry_manifest *here, const char *index, parry_err *err)
{
    m->number = m->number > here->number ? m->number : here->number + 1;
    parry_code code = parry_manifest_publish(index, m, err);
    if (code != PARRY_OK)
        return code;
    p->generation = m->number;
    (void)!parry_generations_sweep(index, PARRY_REPLICA_KEPT, NULL); /* the next one sweeps again */
    return PARRY_OK;
}

static parry_code pull_manifest(parry_pull *p, parry_arena *a, parry_manifest *m, const json_t *current, bool *flipped,
                                parry_err *err)
{
    const char *index = path_in(a, p, "index");
    parry_manifest here = {0};
    parry_code code = parry_manifest_current(index, a, &here, err);
    if (code == PARRY_OK && here.number > 0 && same_manifest(m, &here))
        return PARRY_OK;
    if (code == PARRY_OK)
        code = pull_segments(p, m, json_object_get(current, "segments"), err);
    if (code == PARRY_OK)
        code = pull_tables(p, m, json_object_get(current, "tables"), err);
    if (code == PARRY_OK)
        code = flip(p, m, &here, index, err);
    *flipped = code == PARRY_OK;
    return code;
}

static parry_code pull_generation(parry_pull *p, const json_t *current, bool *flipped, parry_err *err)
{
    const json_t *manifest = json_object_get(current, "manifest");
    if (json_is_null(manifest))
        return PARRY_OK;
    parry_arena *a = parry_arena_new();
    parry_manifest m = {0};
    char *text = json_is_object(manifest) ? json_dumps(manifest, JSON_COMPACT) : NULL;
    parry_code code = text != NULL ? parry_manifest_parse(parry_str_of(text), a, &m, err) : strange(err, "a manifest");
    free(text);
    if (code == PARRY_OK) {
        p->primary_generation = m.number;
        code = pull_manifest(p, a, &m, current, flipped, err);
    }
    parry_arena_free(a);
    return code;
}

/* ---- a round --------------------------------------------------------------------------------------------------------
 */

static parry_code take(parry_pull *p, const json_t *current, bool *flipped, parry_err *err)
{
    const char *epoch = json_string_value(json_object_get(current, "epoch"));
    if (json_integer_value(json_object_get(current, "format")) != PARRY_OFFER_FORMAT)
        return parry_fail(err, PARRY_UNAVAILABLE, "the primary is of another version of Parry: give both the same");
    if (epoch == NULL || strlen(epoch) != PARRY_REPLICA_EPOCH - 1)
        return strange(err, "an epoch");
    parry_code code = meet_epoch(p, epoch, err);
    if (code == PARRY_OK)
        code = pull_articles(p, err);
    return code == PARRY_OK ? pull_generation(p, current, flipped, err) : code;
}

parry_code parry_pull_round(parry_pull *p, bool *flipped, parry_err *err)
{
    parry_buf body = PARRY_BUF(current_max);
    parry_fetched got = {0};
    bool moved = false;
    parry_code code = parry_fetch_get(p->fetch, "/v1/replica/current", p->etag, 0, 0, &body, &got, err);
    if (code == PARRY_OK && !got.same) {
        p->fetched_bytes += body.n;
        json_auto_t *current = json_loadb(body.p, body.n, JSON_REJECT_DUPLICATES, NULL);
        code = current != NULL ? take(p, current, &moved, err) : strange(err, "a state");
        if (code == PARRY_OK)
            (void)snprintf(p->etag, sizeof p->etag, "%s", got.etag);
    }
    parry_buf_free(&body);
    *flipped = moved;
    return code;
}
