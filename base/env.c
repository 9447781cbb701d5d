/* LMDB behind our names. parry_txn is LMDB's own transaction under another name: nothing is added, so nothing is
 * allocated for it. Read transactions are not tied to threads inside LMDB (MDB_NOTLS): a handle may rest in a pool. */
#include "base/env_inner.h"

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { READERS = 1024, KEY_BYTES = 511, FILE_MODE = 0600, LOOK_EVERY = 64 };

struct parry_cursor {
    MDB_cursor *cursor;
    MDB_cursor_op op; /* what the next step asks for */
    int rc;           /* of the last step; kept, so that the loop of the caller needs no error of its own */
};

/* LMDB does not write through the values it takes, but says so nowhere in its types. */
static MDB_val val(parry_str s)
{
    union {
        const char *from;
        void *to;
    } u = {s.p};
    MDB_val v = {s.n, u.to};
    return v;
}

static parry_str str(MDB_val v) { return parry_str_make(v.mv_data, v.mv_size); }

static parry_code fail(parry_err *err, int rc, const char *doing)
{
    switch (rc) {
    case MDB_NOTFOUND:
        return parry_fail(err, PARRY_NOT_FOUND, "%s: nothing is stored there", doing);
    case MDB_MAP_FULL:
        return parry_fail(err, PARRY_UNAVAILABLE, "%s: the store is full; open it with a larger map_bytes", doing);
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
    case EIO: /* LMDB's word for a write that was cut short */
        return parry_fail(err, PARRY_UNAVAILABLE, "%s: the disk is full, or broken", doing);
    case MDB_PANIC:
        return parry_fail(err, PARRY_UNAVAILABLE, "%s: the disk failed in the middle of a commit; restart this process",
                          doing);
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_INVALID:
    case MDB_VERSION_MISMATCH:
        return parry_fail(err, PARRY_CORRUPT, "%s: %s; restore the store from a backup", doing, mdb_strerror(rc));
    case MDB_READERS_FULL:
    case MDB_MAP_RESIZED:
        return parry_fail(err, PARRY_UNAVAILABLE, "%s: %s; restart this process", doing, mdb_strerror(rc));
    default:
        break;
    }
    if (rc < 0)
        return parry_fail(err, PARRY_IO, "%s: %s", doing, mdb_strerror(rc));
    errno = rc;
    return parry_fail_errno(err, "%s", doing);
}

static parry_code key_ok(parry_str key, parry_err *err)
{
    if (key.n >= 1 && key.n <= KEY_BYTES)
        return PARRY_OK;
    return parry_fail(err, PARRY_INVALID, "a key of %zu bytes; it has 1 to %d", key.n, KEY_BYTES);
}

static int open_raw(MDB_env *env, const char *dir, size_t map_bytes, unsigned tables)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    int dead, rc = mdb_env_set_mapsize(env, (map_bytes + page - 1) / page * page);
    if (rc == 0)
        rc = mdb_env_set_maxdbs(env, tables);
    if (rc == 0)
        rc = mdb_env_set_maxreaders(env, READERS);
    if (rc == 0)
        rc = mdb_env_open(env, dir, MDB_NOTLS, FILE_MODE);
    if (rc == 0)
        rc = mdb_reader_check(env, &dead); /* slots of processes that were killed hold old pages */
    return rc;
}

parry_code parry_env_open(const char *dir, size_t map_bytes, unsigned tables, parry_env **out, parry_err *err)
{
    parry_code code = parry_dir_make(dir, err);
    if (code != PARRY_OK)
        return code;
    MDB_env *env = NULL;
    int rc = mdb_env_create(&env);
    if (rc == 0)
        rc = open_raw(env, dir, map_bytes, tables);
    if (rc != 0) {
        code = fail(err, rc, "cannot open the store");
        parry_err_context(err, "%s", dir);
    } else {
        code = parry_dir_sync(dir, err); /* a commit lasts only if the file's name does */
    }
    if (code != PARRY_OK) {
        if (env != NULL)
            mdb_env_close(env);
        return code;
    }
    *out = parry_calloc(1, sizeof **out);
    (*out)->env = env;
    return PARRY_OK;
}

void parry_env_close(parry_env *e)
{
    if (e == NULL)
        return;
    mdb_env_close(e->env);
    free(e);
}

void parry_env_usage(parry_env *e, size_t *used_bytes, size_t *map_bytes)
{
    MDB_envinfo info;
    MDB_stat stat;
    *used_bytes = *map_bytes = 0;
    if (mdb_env_info(e->env, &info) != 0 || mdb_env_stat(e->env, &stat) != 0)
        return;
    *used_bytes = (info.me_last_pgno + 1) * stat.ms_psize;
    *map_bytes = info.me_mapsize;
}

parry_code parry_env_table(parry_env *e, const char *name, parry_table *out, parry_err *err)
{
    MDB_txn *txn = NULL;
    MDB_dbi dbi = 0;
    int rc = mdb_txn_begin(e->env, NULL, 0, &txn);
    if (rc == 0)
        rc = mdb_dbi_open(txn, name, MDB_CREATE, &dbi);
    if (rc == 0) {
        rc = mdb_txn_commit(txn);
        txn = NULL;
    }
    if (txn != NULL)
        mdb_txn_abort(txn);
    if (rc != 0) {
        parry_code code = fail(err, rc, "cannot open the table");
        parry_err_context(err, "%s", name);
        return code;
    }
    *out = dbi;
    return PARRY_OK;
}

static parry_code begin(parry_env *e, unsigned flags, parry_txn **out, parry_err *err)
{
    MDB_txn *txn;
    int rc = mdb_txn_begin(e->env, NULL, flags, &txn);
    if (rc != 0)
        return fail(err, rc, "cannot begin a transaction");
    *out = (parry_txn *)txn;
    return PARRY_OK;
}

parry_code parry_txn_read(parry_env *e, parry_txn **out, parry_err *err) { return begin(e, MDB_RDONLY, out, err); }
/* What a process that was killed was reading is not used again before somebody looks. */
parry_code parry_txn_write(parry_env *e, parry_txn **out, parry_err *err)
{
    int dead;
    if (atomic_fetch_add(&e->writes, 1) % LOOK_EVERY == LOOK_EVERY - 1)
        (void)mdb_reader_check(e->env, &dead);
    return begin(e, 0, out, err);
}

parry_code parry_txn_commit(parry_txn *t, parry_err *err)
{
    int rc = mdb_txn_commit(parry_txn_raw(t));
    return rc == 0 ? PARRY_OK : fail(err, rc, "cannot commit");
}

void parry_txn_abort(parry_txn *t)
{
    if (t != NULL)
        mdb_txn_abort(parry_txn_raw(t));
}

parry_code parry_get(parry_txn *t, parry_table table, parry_str key, parry_str *value, parry_err *err)
{
    parry_code code = key_ok(key, err);
    if (code != PARRY_OK)
        return code;
    MDB_val k = val(key), v;
    int rc = mdb_get(parry_txn_raw(t), table, &k, &v);
    if (rc != 0)
        return fail(err, rc, "cannot get");
    *value = str(v);
    return PARRY_OK;
}

parry_code parry_put(parry_txn *t, parry_table table, parry_str key, parry_str value, parry_err *err)
{
    parry_code code = key_ok(key, err);
    if (code != PARRY_OK)
        return code;
    MDB_val k = val(key), v = val(value);
    int rc = mdb_put(parry_txn_raw(t), table, &k, &v, 0);
    return rc == 0 ? PARRY_OK : fail(err, rc, "cannot put");
}

parry_code parry_del(parry_txn *t, parry_table table, parry_str key, parry_err *err)
{
    parry_code code = key_ok(key, err);
    if (code != PARRY_OK)
        return code;
    MDB_val k = val(key);
    int rc = mdb_del(parry_txn_raw(t), table, &k, NULL);
    return rc == 0 || rc == MDB_NOTFOUND ? PARRY_OK : fail(err, rc, "cannot delete");
}

/* A page that loses a value moves the others together, and what lay there stays in its unused part. A value of more
 * than a page has pages of its own, which go with it. */
parry_code parry_wipe(parry_txn *t, parry_table table, parry_str key, parry_err *err)
{
    enum { IN_PAGE = 2048 };
    static const char zeros[IN_PAGE];
    parry_str value;
    parry_code code = parry_get(t, table, key, &value, NULL);
    if (code == PARRY_OK && value.n <= IN_PAGE)
        code = parry_put(t, table, key, parry_str_make(zeros, value.n), err);
    else if (code != PARRY_OK)
        return code == PARRY_NOT_FOUND ? PARRY_OK : parry_fail(err, code, "cannot wipe");
    return code == PARRY_OK ? parry_del(t, table, key, err) : code;
}

parry_code parry_count(parry_txn *t, parry_table table, uint64_t *n, parry_err *err)
{
    MDB_stat st;
    int rc = mdb_stat(parry_txn_raw(t), table, &st);
    if (rc != 0)
        return fail(err, rc, "cannot count");
    *n = st.ms_entries;
    return PARRY_OK;
}

/* The place is found here, so that `from` need not outlive the call; the first step then reads what lies there. */
parry_code parry_cursor_open(parry_txn *t, parry_table table, parry_str from, parry_cursor **out, parry_err *err)
{
    MDB_cursor *cursor;
    MDB_val k = val(from), v;
    if (from.n > KEY_BYTES)
        return key_ok(from, err);
    int rc = mdb_cursor_open(parry_txn_raw(t), table, &cursor);
    if (rc != 0)
        return fail(err, rc, "cannot open a cursor");
    rc = mdb_cursor_get(cursor, &k, &v, from.n ? MDB_SET_RANGE : MDB_FIRST);
    if (rc != 0 && rc != MDB_NOTFOUND) {
        mdb_cursor_close(cursor);
        return fail(err, rc, "cannot place a cursor");
    }
    *out = parry_calloc(1, sizeof **out);
    (*out)->cursor = cursor;
    (*out)->op = MDB_GET_CURRENT;
    (*out)->rc = rc;
    return PARRY_OK;
}

bool parry_cursor_next(parry_cursor *c, parry_str *key, parry_str *value)
{
    MDB_val k, v;
    if (c->rc != 0)
        return false;
    c->rc = mdb_cursor_get(c->cursor, &k, &v, c->op);
    c->op = MDB_NEXT;
    if (c->rc != 0)
        return false;
    *key = str(k);
    *value = str(v);
    return true;
}

parry_code parry_cursor_close(parry_cursor *c, parry_err *err)
{
    int rc = c->rc;
    mdb_cursor_close(c->cursor);
    free(c);
    return rc == 0 || rc == MDB_NOTFOUND ? PARRY_OK : fail(err, rc, "cannot walk the table");
}

parry_code parry_last(parry_txn *t, parry_table table, parry_str *key, parry_str *value, parry_err *err)
{
    MDB_cursor *cursor;
    MDB_val k, v;
    int rc = mdb_cursor_open(parry_txn_raw(t), table, &cursor);
    if (rc == 0) {
        rc = mdb_cursor_get(cursor, &k, &v, MDB_LAST);
        mdb_cursor_close(cursor);
    }
    if (rc != 0)
        return fail(err, rc, "cannot read the last pair");
    *key = str(k);
    *value = str(v);
    return PARRY_OK;
}

/* ---- copies ---------------------------------------------------------------------------------------------------------
 */

static parry_code path_in(const char *dir, const char *file, char out[PATH_MAX], parry_err *err)
{
    if (snprintf(out, PATH_MAX, "%s/%s", dir, file) < PATH_MAX)
        return PARRY_OK;
    return parry_fail(err, PARRY_INVALID, "the path %.100s... is too long", dir);
}

/* An environment that only reads: its map is address space, and grows with nothing. */
static int copy_raw(const char *from, const char *to, const char *copy)
{
    static const size_t map_bytes = (size_t)256 << 30;
    MDB_env *env = NULL;
    int rc = mdb_env_create(&env);
    if (rc == 0)
        rc = open_raw(env, from, map_bytes, 1);
    if (rc == 0)
        rc = mdb_env_copy2(env, to, MDB_CP_COMPACT);
    if (rc == 0 && chmod(copy, FILE_MODE) != 0)
        rc = errno;
    if (env != NULL)
        mdb_env_close(env);
    return rc;
}

parry_code parry_env_copy(const char *from, const char *to, parry_err *err)
{
    char source[PATH_MAX], copy[PATH_MAX];
    parry_code code = path_in(from, "data.mdb", source, err);
    if (code == PARRY_OK)
        code = path_in(to, "data.mdb", copy, err);
    if (code != PARRY_OK)
        return code;
    if (!parry_file_exists(source)) /* opening would make it */
        return parry_fail(err, PARRY_NOT_FOUND, "there is no %s", source);
    if (parry_file_exists(copy))
        return parry_fail(err, PARRY_CONFLICT, "%s is there already", copy);
    int rc = copy_raw(from, to, copy);
    if (rc != 0) {
        unlink(copy);
        code = fail(err, rc, "cannot copy");
        parry_err_context(err, "%s", from);
        return code;
    }
    return parry_file_sync(copy, err);
}

/* LMDB keeps a shared lock on the first byte of lock.mdb for as long as a process has it open. */
parry_code parry_env_holder(const char *dir, long *pid, parry_err *err)
{
    char path[PATH_MAX];
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 0, .l_len = 1};
    parry_code code = path_in(dir, "lock.mdb", path, err);
    if (code != PARRY_OK)
        return code;
    int fd = open(path, O_RDWR | O_CLOEXEC);
    if (fd < 0 && (errno == ENOENT || errno == ENOTDIR)) {
        *pid = 0;
        return PARRY_OK;
    }
    if (fd < 0 || fcntl(fd, F_GETLK, &lock) != 0)
        code = parry_fail_errno(err, "cannot look at %s", path);
    else
        *pid = lock.l_type == F_UNLCK ? 0 : (long)lock.l_pid;
    if (fd >= 0)
        close(fd);
    return code;
}

/* ---- numbers as keys ------------------------------------------------------------------------------------------------
 */

void parry_key_u64(uint64_t n, unsigned char out[8])
{
    for (unsigned i = 0; i < 8; i++)
        out[i] = (unsigned char)(n >> (56 - 8 * i));
}

uint64_t parry_key_u64_read(parry_str key)
{
    uint64_t n = 0;
    if (key.n < 8)
        return 0;
    for (unsigned i = 0; i < 8; i++)
        n = n << 8 | (unsigned char)key.p[i];
    return n;
}
