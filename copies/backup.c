/* Making a backup: index under the lock, then the environments, then the rest, into DEST/.tmp-TIME, renamed at the end.
 */
#include "copies/backup.h"

#include "base/copy.h"
#include "base/env.h"
#include "base/file.h"
#include "copies/backup_private.h"
#include "engine/generation.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SAME_SECOND = 100 };

typedef struct making {
    parry_arena *arena;
    const char *data, *dest, *dir; /* dir: what is being written */
    parry_inventory now, before;   /* before: of the last backup in dest; no rows where there is none */
    const char *before_dir;
    parry_backup_report *report;
} making;

const char *parry_backup_path(parry_arena *a, const char *dir, const char *file)
{
    return parry_str_printf(a, "%s/%s", dir, file).p;
}

/* ---- one file -------------------------------------------------------------------------------------------------------
 */

/* The folders above dir/path, 0700 each: a backup is its owner's alone. */
parry_code parry_backup_folders(parry_arena *a, const char *dir, const char *path, parry_err *err)
{
    for (const char *slash = strchr(path, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        const char *folder = parry_str_printf(a, "%s/%.*s", dir, (int)(slash - path), path).p;
        if (mkdir(folder, 0700) != 0 && errno != EEXIST)
            return parry_fail_errno(err, "cannot make the folder %s", folder);
    }
    return PARRY_OK;
}

parry_code parry_backup_sync(parry_arena *a, const char *dir, int depth, parry_err *err)
{
    parry_str *names = NULL;
    size_t n = 0;
    struct stat st;
    parry_code code = parry_dir_list(a, dir, &names, &n, err);
    for (size_t i = 0; i < n && code == PARRY_OK && depth > 0; i++) {
        const char *path = parry_backup_path(a, dir, names[i].p);
        if (lstat(path, &st) == 0 && S_ISDIR(st.st_mode))
            code = parry_backup_sync(a, path, depth - 1, err);
    }
    return code == PARRY_OK ? parry_dir_sync(dir, err) : code;
}

static parry_code copy_one(making *m, const char *path, parry_err *err)
{
    parry_hash hash;
    uint64_t bytes = 0;
    parry_code code = parry_backup_folders(m->arena, m->dir, path, err);
    if (code == PARRY_OK)
        code = parry_file_copy(parry_backup_path(m->arena, m->data, path), parry_backup_path(m->arena, m->dir, path),
                               &hash, &bytes, err);
    if (code == PARRY_OK)
        parry_inventory_add(&m->now, path, bytes, hash);
    return code;
}

/* Of DATA's file, or of the same one in the backup before. */
static bool link_one(const making *m, const char *from, const char *path, parry_hash hash)
{
    const char *to = parry_backup_path(m->arena, m->dir, path);
    const parry_inventory_row *before = parry_inventory_find(&m->before, parry_str_of(path));
    if (link(from, to) == 0)
        return true;
    return before != NULL && parry_hash_eq(before->hash, hash) &&
           link(parry_backup_path(m->arena, m->before_dir, path), to) == 0;
}

/* A file that never changes under its name. */
static parry_code keep_one(making *m, const char *path, parry_err *err)
{
    parry_hash hash;
    struct stat st;
    const char *from = parry_backup_path(m->arena, m->data, path);
    parry_code code = parry_backup_folders(m->arena, m->dir, path, err);
    if (code == PARRY_OK)
        code = parry_hash_file(from, &hash, err);
    if (code != PARRY_OK)
        return code;
    if (!link_one(m, from, path, hash))
        return copy_one(m, path, err);
    if (lstat(parry_backup_path(m->arena, m->dir, path), &st) != 0 || !S_ISREG(st.st_mode))
        return parry_fail(err, PARRY_INVALID, "%s is not a regular file", from);
    parry_inventory_add(&m->now, path, (uint64_t)st.st_size, hash);
    m->report->linked_bytes += (uint64_t)st.st_size;
    return PARRY_OK;
}

/* ---- the generation -------------------------------------------------------------------------------------------------
 */

static parry_code keep_segment(making *m, const char *name, parry_err *err)
{
    const char *folder = parry_str_printf(m->arena, "index/segments/%s", name).p;
    parry_str *files = NULL;
    size_t n = 0;
    parry_code code = parry_dir_list(m->arena, parry_backup_path(m->arena, m->data, folder), &files, &n, err);
    if (code == PARRY_OK && n == 0)
        return parry_fail(err, PARRY_CORRUPT, "segment %s is missing", name);
    for (size_t i = 0; i < n && code == PARRY_OK; i++)
        code = keep_one(m, parry_backup_path(m->arena, folder, files[i].p), err);
    return code;
}

static parry_code keep_generation(making *m, const parry_manifest *g, parry_err *err)
{
    parry_code code = PARRY_OK;
    for (size_t i = 0; i < g->nsegments && code == PARRY_OK; i++)
        code = keep_segment(m, g->segments[i].name, err);
    for (int k = 0; k < PARRY_SIDES && code == PARRY_OK; k++) {
        if (g->tables[k][0])
            code = keep_one(
                m,
                parry_str_printf(m->arena, "index/tables/%s-%s.json", parry_side_name((parry_side)k), g->tables[k]).p,
                err);
    }
    if (code == PARRY_OK)
        code = copy_one(m, parry_str_printf(m->arena, "index/generations/%06llu.json", (unsigned long long)g->number).p,
                        err);
    return code == PARRY_OK ? copy_one(m, "index/CURRENT", err) : code;
}

/* A damaged index is no reason to have no backup of the truth. */
static parry_code leave_index_out(making *m, parry_err *err)
{
    m->now.n = 0;
    m->now.bytes = 0;
    m->now.generation = m->now.store_seq = 0;
    m->report->linked_bytes = 0;
    m->report->no_index = true;
    return parry_tree_remove(parry_backup_path(m->arena, m->dir, "index"), err);
}

static parry_code keep_index(making *m, int lock_wait_ms, parry_err *err)
{
    parry_lock lock = {-1};
    parry_manifest g = {0};
    parry_err why = {0};
    parry_code code = parry_lock_take(&lock, parry_backup_path(m->arena, m->data, "LOCK"), lock_wait_ms, err);
    if (code != PARRY_OK)
        return code;
    code = parry_manifest_current(parry_backup_path(m->arena, m->data, "index"), m->arena, &g, &why);
    if (code == PARRY_OK && g.number > 0)
        code = keep_generation(m, &g, &why);
    parry_lock_drop(&lock);
    m->now.generation = g.number;
    m->now.store_seq = g.store_seq;
    if (code == PARRY_CORRUPT || code == PARRY_NOT_FOUND)
        return leave_index_out(m, err);
    if (code != PARRY_OK && err != NULL)
        *err = why;
    return code;
}

/* ---- everything else ------------------------------------------------------------------------------------------------
 */

static parry_code copy_environment(making *m, const char *name, parry_err *err)
{
    parry_hash hash;
    struct stat st;
    const char *path = parry_str_printf(m->arena, "%s/data.mdb", name).p;
    const char *copy = parry_backup_path(m->arena, m->dir, path);
    parry_code code = parry_backup_folders(m->arena, m->dir, path, err);
    if (code == PARRY_OK)
        code =
            parry_env_copy(parry_backup_path(m->arena, m->data, name), parry_backup_path(m->arena, m->dir, name), err);
    if (code == PARRY_OK)
        code = parry_hash_file(copy, &hash, err);
    if (code == PARRY_OK && stat(copy, &st) != 0)
        code = parry_fail_errno(err, "cannot read %s", copy);
    if (code == PARRY_OK)
        parry_inventory_add(&m->now, path, (uint64_t)st.st_size, hash);
    return code;
}

/* What another process makes or holds, or what is made again. */
static bool left_out(parry_str name, bool top)
{
    static const char *const tops[] = {
        "LOCK", "index", "drafts", "store", "EPOCH", PARRY_INVENTORY_FILE, PARRY_RESTORING_FILE};
    for (size_t i = 0; top && i < sizeof tops / sizeof *tops; i++) {
        if (parry_str_eqz(name, tops[i]))
            return true;
    }
    return parry_str_ends(name, ".lock") || parry_str_ends(name, ".tmp") || parry_str_eqz(name, "lock.mdb");
}

static parry_code copy_folder(making *m, const char *folder, int depth, parry_err *err);

static parry_code copy_entry(making *m, const char *path, int depth, parry_err *err)
{
    struct stat st;
    const char *from = parry_backup_path(m->arena, m->data, path);
    if (lstat(from, &st) != 0)
        return errno == ENOENT ? PARRY_OK : parry_fail_errno(err, "cannot read %s", from); /* it went meanwhile */
    if (S_ISREG(st.st_mode)) {
        parry_err why = {0};
        parry_code code = copy_one(m, path, &why);
        if (code != PARRY_OK && code != PARRY_NOT_FOUND && err != NULL)
            *err = why;
        return code == PARRY_NOT_FOUND ? PARRY_OK : code;
    }
    if (!S_ISDIR(st.st_mode)) /* a socket, or a link to what is not ours */
        return PARRY_OK;
    if (parry_file_exists(parry_backup_path(m->arena, from, "data.mdb")))
        return copy_environment(m, path, err);
    if (depth == 0)
        return parry_fail(err, PARRY_TOO_LARGE, "%s lies too deep", from);
    return copy_folder(m, path, depth - 1, err);
}

/* folder: below DATA; NULL: DATA itself. */
static parry_code copy_folder(making *m, const char *folder, int depth, parry_err *err)
{
    parry_str *names = NULL;
    size_t n = 0;
    const char *from = folder != NULL ? parry_backup_path(m->arena, m->data, folder) : m->data;
    parry_code code = parry_dir_list(m->arena, from, &names, &n, err);
    for (size_t i = 0; i < n && code == PARRY_OK; i++) {
        if (!left_out(names[i], folder == NULL))
            code = copy_entry(m, folder != NULL ? parry_backup_path(m->arena, folder, names[i].p) : names[i].p, depth,
                              err);
    }
    return code;
}

static parry_code fill(making *m, int lock_wait_ms, parry_err *err)
{
    parry_code code = keep_index(m, lock_wait_ms, err);
    if (code == PARRY_OK)
        code = copy_environment(m, "store", err);
    if (code == PARRY_OK)
        code = copy_folder(m, NULL, PARRY_BACKUP_DEPTH, err);
    if (code == PARRY_OK)
        code = parry_backup_sync(m->arena, m->dir, PARRY_BACKUP_DEPTH + 2, err);
    return code == PARRY_OK ? parry_inventory_write(&m->now, m->dir, err) : code;
}

/* ---- the folder of backups ------------------------------------------------------------------------------------------
 */

/* Remove what killed ones left; find the newest whole one. */
static parry_code look_around(making *m, parry_err *err)
{
    parry_str *names = NULL;
    size_t n = 0;
    parry_code code = parry_dir_list(m->arena, m->dest, &names, &n, err);
    for (size_t i = n; i-- > 0 && code == PARRY_OK;) {
        const char *path = parry_backup_path(m->arena, m->dest, names[i].p);
        if (parry_str_starts(names[i], ".tmp-"))
            code = parry_tree_remove(path, err);
        else if (m->before_dir == NULL && parry_inventory_read(m->arena, path, &m->before, NULL) == PARRY_OK)
            m->before_dir = path;
    }
    return code;
}

static parry_code inside(parry_arena *a, const char *data, const char *dest, parry_err *err)
{
    char *real_data = realpath(data, NULL), *real_dest = realpath(dest, NULL);
    parry_code code = PARRY_OK;
    if (real_data == NULL || real_dest == NULL)
        code = parry_fail_errno(err, "cannot find %s", real_data == NULL ? data : dest);
    else if (parry_str_starts(parry_str_printf(a, "%s/", real_dest), parry_str_printf(a, "%s/", real_data).p))
        code =
            parry_fail(err, PARRY_INVALID, "%s lies in %s, which is to be saved; name a folder elsewhere", dest, data);
    free(real_data);
    free(real_dest);
    return code;
}

parry_str parry_backup_time(parry_arena *a, int64_t ms)
{
    char text[PARRY_TIME_TEXT];
    parry_time_text(ms, text);
    return parry_str_printf(a, "%.13s%.2s%.2sZ", text, text + 14, text + 17); /* no colons: file systems differ */
}

/* Two backups within a second get two names. */
static parry_code give_name(making *m, parry_err *err)
{
    parry_str time = parry_backup_time(m->arena, m->now.made_ms);
    for (int i = 1; i < SAME_SECOND; i++) {
        const char *path = i == 1 ? parry_backup_path(m->arena, m->dest, time.p)
                                  : parry_str_printf(m->arena, "%s/%s-%02d", m->dest, time.p, i).p;
        if (parry_file_exists(path))
            continue;
        if (rename(m->dir, path) != 0)
            return parry_fail_errno(err, "cannot rename %s", m->dir);
        (void)snprintf(m->report->path, sizeof m->report->path, "%s", path);
        return parry_dir_sync(m->dest, err);
    }
    return parry_fail(err, PARRY_CONFLICT, "%s has too many backups of this second", m->dest);
}

static parry_code make_locked(making *m, int lock_wait_ms, parry_err *err)
{
    parry_code code = look_around(m, err);
    if (code != PARRY_OK)
        return code;
    m->dir = parry_str_printf(m->arena, "%s/.tmp-%s", m->dest, parry_backup_time(m->arena, m->now.made_ms).p).p;
    if (mkdir(m->dir, 0700) != 0)
        return parry_fail_errno(err, "cannot make the folder %s", m->dir);
    code = fill(m, lock_wait_ms, err);
    if (code == PARRY_OK)
        code = give_name(m, err);
    if (code != PARRY_OK)
        (void)!parry_tree_remove(m->dir, NULL);
    return code;
}

static parry_code make(making *m, int lock_wait_ms, parry_err *err)
{
    parry_lock lock = {-1};
    if (!parry_file_exists(parry_backup_path(m->arena, m->data, "store/data.mdb")))
        return parry_fail(err, PARRY_NOT_FOUND, "there is no store in %s; name Parry's data with --data", m->data);
    parry_code code = parry_dir_make(m->dest, err);
    if (code == PARRY_OK)
        code = inside(m->arena, m->data, m->dest, err);
    if (code == PARRY_OK)
        code = parry_lock_take(&lock, parry_backup_path(m->arena, m->dest, "backup.lock"), 0, err);
    if (code == PARRY_OK)
        code = make_locked(m, lock_wait_ms, err);
    parry_lock_drop(&lock);
    return code;
}

void parry_backup_tell(const parry_inventory *v, parry_backup_report *report)
{
    report->generation = v->generation;
    report->store_seq = v->store_seq;
    report->made_ms = v->made_ms;
    report->files = v->n;
    report->bytes = v->bytes;
}

parry_code parry_backup_make(const char *data_dir, const char *dest, int lock_wait_ms, parry_clock clock,
                             parry_backup_report *report, parry_err *err)
{
    parry_arena *a = parry_arena_new();
    parry_backup_report r = {0};
    making m = {.arena = a, .data = data_dir, .dest = dest, .report = &r};
    m.now = (parry_inventory){.arena = a, .made_ms = parry_clock_now_ms(clock)};
    parry_code code = make(&m, lock_wait_ms, err);
    if (code == PARRY_OK) {
        parry_backup_tell(&m.now, &r);
        *report = r;
    }
    parry_arena_free(a);
    return code;
}
