/* Verifying a backup, and making DATA of it. */
#include "base/copy.h"
#include "base/env.h"
#include "base/file.h"
#include "copies/backup_private.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static parry_code damaged(const char *path, parry_err *err)
{
    return parry_fail(err, PARRY_CORRUPT, "%s is not as it was saved; take another backup", path);
}

/* What is missing is damage, too. */
static parry_code not_there(parry_code code, const char *path, parry_err *err)
{
    return code == PARRY_NOT_FOUND || code == PARRY_INVALID
               ? parry_fail(err, PARRY_CORRUPT, "%s of the backup is missing; take another backup", path)
               : code;
}

/* A link in place of a folder would have the file read elsewhere. */
static bool through_a_link(parry_arena *a, const char *backup, parry_str path)
{
    struct stat st;
    for (size_t i = 0; i < path.n; i++) {
        const char *folder = path.p[i] == '/' ? parry_str_z(a, parry_str_make(path.p, i)) : NULL;
        if (folder && lstat(parry_backup_path(a, backup, folder), &st) == 0 && !S_ISDIR(st.st_mode))
            return true;
    }
    return false;
}

static parry_code verify_row(parry_arena *a, const char *backup, const parry_inventory_row *r, parry_err *err)
{
    parry_hash hash;
    struct stat st;
    const char *path = parry_backup_path(a, backup, r->path.p);
    if (through_a_link(a, backup, r->path))
        return damaged(path, err);
    if (lstat(path, &st) != 0 || !S_ISREG(st.st_mode))
        return not_there(PARRY_NOT_FOUND, path, err);
    if ((uint64_t)st.st_size != r->bytes)
        return damaged(path, err);
    parry_code code = parry_hash_file(path, &hash, err);
    return code != PARRY_OK || parry_hash_eq(hash, r->hash) ? code : damaged(path, err);
}

parry_code parry_backup_verify(const char *backup, parry_backup_report *report, parry_err *err)
{
    parry_arena *a = parry_arena_new();
    parry_inventory v;
    parry_code code = parry_inventory_read(a, backup, &v, err);
    for (size_t i = 0; code == PARRY_OK && i < v.n; i++)
        code = verify_row(a, backup, &v.rows[i], err);
    if (code == PARRY_OK) {
        parry_backup_report r = {0};
        parry_backup_tell(&v, &r);
        *report = r;
    }
    parry_arena_free(a);
    return code;
}

/* ---- the new folder -------------------------------------------------------------------------------------------------
 */

typedef struct restoring {
    parry_arena *arena;
    const char *backup, *data, *dir; /* dir: what is being filled, beside DATA */
    int hold;                        /* a lock on dir */
    parry_inventory inventory;
} restoring;

/* Or what was to become it. */
static bool is_mark(parry_str name) { return parry_str_starts(name, PARRY_RESTORING_FILE); }

/* What a killed restore left is taken away; but not what it had moved aside. */
static parry_code clear(restoring *r, parry_err *err)
{
    parry_str *names = NULL;
    size_t n = 0;
    parry_code code = parry_dir_list(r->arena, r->dir, &names, &n, err);
    bool marked = n == 0;
    for (size_t i = 0; i < n; i++)
        marked |= is_mark(names[i]);
    if (code == PARRY_OK && !marked)
        code = parry_fail(err, PARRY_CONFLICT, "%s holds data from before a restore; move it away", r->dir);
    for (int last = 0; last <= 1; last++) /* the mark goes last */
        for (size_t i = 0; i < n && code == PARRY_OK; i++)
            if (is_mark(names[i]) == (last == 1))
                code = parry_tree_remove(parry_backup_path(r->arena, r->dir, names[i].p), err);
    return code;
}

static parry_code begin(restoring *r, parry_err *err)
{
    parry_code code = parry_dir_make(r->dir, err);
    if (code != PARRY_OK)
        return code;
    int fd = open(r->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0 || fchmod(fd, 0700) != 0)
        code = parry_fail_errno(err, "cannot open %s", r->dir);
    else if (flock(fd, LOCK_EX | LOCK_NB) != 0)
        code = parry_fail(err, PARRY_CONFLICT, "another restore fills %s; wait for it", r->dir);
    if (code != PARRY_OK) {
        if (fd >= 0)
            close(fd);
        return code;
    }
    r->hold = fd;
    code = clear(r, err);
    if (code == PARRY_OK)
        code = parry_file_replace(parry_backup_path(r->arena, r->dir, PARRY_RESTORING_FILE), parry_str_of(""), err);
    return code;
}

static parry_code restore_row(restoring *r, const parry_inventory_row *row, parry_err *err)
{
    parry_hash hash;
    uint64_t bytes = 0;
    const char *from = parry_backup_path(r->arena, r->backup, row->path.p);
    const char *to = parry_backup_path(r->arena, r->dir, row->path.p);
    parry_err why = {0};
    parry_code code = parry_backup_folders(r->arena, r->dir, row->path.p, err);
    if (code == PARRY_OK && through_a_link(r->arena, r->backup, row->path))
        code = damaged(from, err);
    if (code != PARRY_OK)
        return code;
    code = parry_file_copy(from, to, &hash, &bytes, &why);
    if (code == PARRY_OK)
        return bytes == row->bytes && parry_hash_eq(hash, row->hash) ? PARRY_OK : damaged(from, err);
    if (err != NULL)
        *err = why;
    return not_there(code, from, err);
}

static parry_code fill(restoring *r, parry_err *err)
{
    const parry_inventory *v = &r->inventory;
    parry_code code = PARRY_OK;
    for (size_t i = 0; i < v->n && code == PARRY_OK; i++)
        code = restore_row(r, &v->rows[i], err);
    return code == PARRY_OK ? parry_backup_sync(r->arena, r->dir, PARRY_BACKUP_DEPTH + 2, err) : code;
}

/* ---- its place ------------------------------------------------------------------------------------------------------
 */

static parry_code look_at_data(restoring *r, bool force, bool *holds, parry_err *err)
{
    parry_str *names = NULL;
    size_t n = 0;
    parry_code code = parry_dir_list(r->arena, r->data, &names, &n, err);
    for (size_t i = 0; i < n && code == PARRY_OK; i++) {
        long pid = 0;
        code = parry_env_holder(parry_backup_path(r->arena, r->data, names[i].p), &pid, err);
        if (code == PARRY_OK && pid != 0)
            code = parry_fail(err, PARRY_CONFLICT, "process %ld works with %s; stop it first", pid, r->data);
    }
    if (code == PARRY_OK && n > 0 && !force)
        code = parry_fail(err, PARRY_CONFLICT,
                          "%s is not empty; with --force it is moved aside, to a folder whose name says when", r->data);
    if (code == PARRY_OK)
        *holds = n > 0;
    return code;
}

static parry_code put_in_place(restoring *r, bool holds, int64_t now_ms, char *aside, size_t room, parry_err *err)
{
    if (!holds) {
        if (rename(r->dir, r->data) != 0)
            return parry_fail_errno(err, "cannot rename %s to %s", r->dir, r->data);
        return parry_dir_sync(parry_backup_path(r->arena, r->data, ".."), err);
    }
    parry_code code = parry_dir_exchange(r->dir, r->data, err);
    if (code != PARRY_OK)
        return code;
    (void)snprintf(aside, room, "%s.before-%s", r->data, parry_backup_time(r->arena, now_ms).p);
    if (rename(r->dir, aside) != 0)
        (void)snprintf(aside, room, "%s", r->dir);
    return parry_dir_sync(parry_backup_path(r->arena, r->data, ".."), err);
}

static parry_code restore(restoring *r, bool force, int64_t now_ms, parry_backup_report *report, parry_err *err)
{
    bool holds = false;
    parry_code code = parry_inventory_read(r->arena, r->backup, &r->inventory, err);
    if (code == PARRY_OK && parry_inventory_find(&r->inventory, parry_str_of("store/data.mdb")) == NULL)
        code = parry_fail(err, PARRY_CORRUPT, "%s/" PARRY_INVENTORY_FILE " lists no store", r->backup);
    if (code == PARRY_OK)
        code = look_at_data(r, force, &holds, err);
    if (code == PARRY_OK)
        code = begin(r, err);
    if (code == PARRY_OK)
        code = fill(r, err);
    if (code == PARRY_OK)
        code = look_at_data(r, force, &holds, err); /* copying may have taken long */
    if (code == PARRY_OK)
        code = put_in_place(r, holds, now_ms, report->path, sizeof report->path, err);
    if (code == PARRY_OK)
        code = parry_tree_remove(parry_backup_path(r->arena, r->data, PARRY_RESTORING_FILE), err);
    else if (r->hold >= 0)
        (void)!clear(r, NULL);
    return code;
}

parry_code parry_backup_restore(const char *backup, const char *data_dir, bool force, parry_clock clock,
                                parry_backup_report *report, parry_err *err)
{
    parry_arena *a = parry_arena_new();
    parry_backup_report done = {0};
    parry_str data = parry_str_of(data_dir);
    while (data.n > 1 && data.p[data.n - 1] == '/')
        data.n--;
    restoring r = {.arena = a, .backup = backup, .data = parry_str_z(a, data), .hold = -1};
    r.dir = parry_str_printf(a, "%s.restoring", r.data).p;
    parry_code code = restore(&r, force, parry_clock_now_ms(clock), &done, err);
    if (r.hold >= 0)
        close(r.hold);
    if (code == PARRY_OK) {
        parry_backup_tell(&r.inventory, &done);
        *report = done;
    } else if (r.hold >= 0) {
        (void)rmdir(r.dir);
    }
    parry_arena_free(a);
    return code;
}
