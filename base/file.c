/* Files. What a crash must not lose is synced in this order: the bytes, their name, the folder that holds the name. */
#include "base/file.h"

#include "base/clock.h"
#include "base/hash.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { OPEN_FOLDERS = 32, LOCK_POLL_MS = 10, NS_PER_MS = 1000000 };

/* Opens a regular file for reading; never waits on a pipe that happens to bear the name. */
static parry_code open_regular(const char *path, int *fd, size_t *size, parry_err *err)
{
    int f = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (f < 0)
        return parry_fail_errno(err, "cannot open %s", path);
    struct stat st;
    parry_code code = PARRY_OK;
    if (fstat(f, &st) != 0)
        code = parry_fail_errno(err, "cannot read %s", path);
    else if (!S_ISREG(st.st_mode))
        code = parry_fail(err, PARRY_INVALID, "%s is not a regular file", path);
    if (code != PARRY_OK) {
        close(f);
        return code;
    }
    *fd = f;
    *size = (size_t)st.st_size;
    return PARRY_OK;
}

/* Up to n bytes; *got is less where the file ends first. */
static parry_code read_all(int fd, const char *path, char *p, size_t n, size_t *got, parry_err *err)
{
    size_t at = 0;
    while (at < n) {
        ssize_t r = read(fd, p + at, n - at);
        if (r < 0 && errno == EINTR)
            continue;
        if (r < 0)
            return parry_fail_errno(err, "cannot read %s", path);
        if (r == 0)
            break;
        at += (size_t)r;
    }
    *got = at;
    return PARRY_OK;
}

static parry_code write_all(int fd, const char *path, parry_str bytes, parry_err *err)
{
    while (bytes.n > 0) {
        ssize_t w = write(fd, bytes.p, bytes.n);
        if (w < 0 && errno == EINTR)
            continue;
        if (w < 0)
            return parry_fail_errno(err, "cannot write %s", path);
        bytes = parry_str_from(bytes, (size_t)w);
    }
    return PARRY_OK;
}

parry_code parry_file_read(parry_arena *a, const char *path, size_t max_bytes, parry_str *out, parry_err *err)
{
    int fd = -1;
    size_t size = 0, got = 0;
    parry_code code = open_regular(path, &fd, &size, err);
    if (code != PARRY_OK)
        return code;
    char *p = NULL;
    if (size > max_bytes) {
        code = parry_fail(err, PARRY_TOO_LARGE, "%s has %zu bytes; the most is %zu", path, size, max_bytes);
    } else {
        p = parry_arena_alloc(a, size + 1);
        code = read_all(fd, path, p, size, &got, err);
    }
    close(fd);
    if (code == PARRY_OK)
        *out = parry_str_make(p, got);
    return code;
}

static parry_code sync_path(const char *path, int flags, parry_err *err)
{
    int fd = open(path, flags | O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return parry_fail_errno(err, "cannot open %s", path);
    parry_code code = fsync(fd) == 0 ? PARRY_OK : parry_fail_errno(err, "cannot sync %s", path);
    close(fd);
    return code;
}

parry_code parry_dir_sync(const char *path, parry_err *err) { return sync_path(path, O_DIRECTORY, err); }
parry_code parry_file_sync(const char *path, parry_err *err) { return sync_path(path, 0, err); }

/* Syncs the folder that holds the name `path`. */
static parry_code sync_parent(const char *path, parry_err *err)
{
    const char *slash = strrchr(path, '/');
    if (slash == NULL)
        return parry_dir_sync(".", err);
    if (slash == path)
        return parry_dir_sync("/", err);
    char parent[PATH_MAX];
    int n = snprintf(parent, sizeof parent, "%.*s", (int)(slash - path), path);
    if (n < 0 || (size_t)n >= sizeof parent)
        return parry_fail(err, PARRY_INVALID, "a path of %d bytes is too long", n);
    return parry_dir_sync(parent, err);
}

/* A name beside `path` that nobody else uses: processes in two containers may share both the folder and the pid. */
static parry_code open_beside(const char *path, char temp[PATH_MAX], int *fd, parry_err *err)
{
    uint64_t id;
    parry_random_bytes(&id, sizeof id);
    int n = snprintf(temp, PATH_MAX, "%s.%016llx.tmp", path, (unsigned long long)id);
    if (n < 0 || n >= PATH_MAX)
        return parry_fail(err, PARRY_INVALID, "a path of %d bytes is too long", n);
    int f = open(temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (f < 0)
        return parry_fail_errno(err, "cannot make %s", temp);
    struct stat st;
    if (stat(path, &st) == 0 && fchmod(f, st.st_mode & 0777) != 0) { /* a secret stays one when replaced */
        parry_code code = parry_fail_errno(err, "cannot set the mode of %s", temp);
        close(f);
        unlink(temp);
        return code;
    }
    *fd = f;
    return PARRY_OK;
}

parry_code parry_file_replace(const char *path, parry_str bytes, parry_err *err)
{
    char temp[PATH_MAX];
    int fd = -1;
    parry_code code = open_beside(path, temp, &fd, err);
    if (code != PARRY_OK)
        return code;
    code = write_all(fd, temp, bytes, err);
    if (code == PARRY_OK && fsync(fd) != 0)
        code = parry_fail_errno(err, "cannot sync %s", temp);
    if (close(fd) != 0 && code == PARRY_OK)
        code = parry_fail_errno(err, "cannot write %s", temp);
    if (code == PARRY_OK && rename(temp, path) != 0)
        code = parry_fail_errno(err, "cannot rename %s to %s", temp, path);
    if (code != PARRY_OK) {
        unlink(temp);
        return code;
    }
    return sync_parent(path, err);
}

static parry_code make_one(const char *path, parry_err *err)
{
    if (mkdir(path, 0750) == 0)
        return sync_parent(path, err);
    int why = errno;
    struct stat st;
    if (stat(path, &st) == 0)
        return S_ISDIR(st.st_mode) ? PARRY_OK : parry_fail(err, PARRY_CONFLICT, "%s is there and not a folder", path);
    errno = why;
    return parry_fail_errno(err, "cannot make the folder %s", path);
}

parry_code parry_dir_make(const char *path, parry_err *err)
{
    char part[PATH_MAX];
    size_t n = strlen(path);
    while (n > 1 && path[n - 1] == '/')
        n--;
    if (n == 0 || n >= sizeof part)
        return parry_fail(err, PARRY_INVALID, "a folder's path has 1 to %d bytes, not %zu", PATH_MAX - 1, n);
    memcpy(part, path, n);
    part[n] = 0;
    parry_code code = PARRY_OK;
    for (size_t i = 1; i < n && code == PARRY_OK; i++) {
        if (part[i] != '/' || part[i - 1] == '/')
            continue;
        part[i] = 0;
        code = make_one(part, err);
        part[i] = '/';
    }
    return code == PARRY_OK ? make_one(part, err) : code;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    (void)st, (void)kind, (void)at;
    return remove(path) == 0 || errno == ENOENT ? 0 : -1;
}

parry_code parry_tree_remove(const char *path, parry_err *err)
{
    if (nftw(path, remove_one, OPEN_FOLDERS, FTW_DEPTH | FTW_PHYS) == 0 || errno == ENOENT)
        return PARRY_OK;
    return parry_fail_errno(err, "cannot remove all of %s", path);
}

bool parry_file_exists(const char *path) { return access(path, F_OK) == 0; }

parry_code parry_map_open(const char *path, parry_map *out, parry_err *err)
{
    int fd = -1;
    size_t size = 0;
    parry_code code = open_regular(path, &fd, &size, err);
    if (code != PARRY_OK)
        return code;
    void *p = size ? mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0) : NULL;
    if (p == MAP_FAILED)
        code = parry_fail_errno(err, "cannot map %s", path);
    close(fd); /* the map holds the file */
    if (code == PARRY_OK) {
        out->p = p;
        out->n = size;
    }
    return code;
}

/* munmap and madvise take a plain pointer, though neither writes through this one. */
static void *unconst(const void *p)
{
    union {
        const void *from;
        void *to;
    } u = {p};
    return u.to;
}

void parry_map_close(parry_map *m)
{
    if (m->p != NULL)
        munmap(unconst(m->p), m->n);
    m->p = NULL;
    m->n = 0;
}

void parry_map_cold(const parry_map *m)
{
    if (m->p != NULL)
        madvise(unconst(m->p), m->n, MADV_DONTNEED);
}

/* 0 when taken; -1 with errno, EWOULDBLOCK when another holds it to the end of the wait. */
static int lock_within(int fd, int wait_ms)
{
    int64_t until = wait_ms < 0 ? INT64_MAX : parry_mono_ns() + (int64_t)wait_ms * NS_PER_MS;
    for (;;) {
        if (flock(fd, wait_ms < 0 ? LOCK_EX : LOCK_EX | LOCK_NB) == 0)
            return 0;
        if (errno != EINTR && (errno != EWOULDBLOCK || parry_mono_ns() >= until))
            return -1;
        if (errno == EWOULDBLOCK)
            parry_sleep_ms(LOCK_POLL_MS);
    }
}

static parry_code held(int fd, const char *path, parry_err *err)
{
    char text[24] = "";
    ssize_t n = pread(fd, text, sizeof text - 1, 0);
    long long pid = n > 0 ? strtoll(text, NULL, 10) : 0;
    if (pid <= 0) /* the holder has not written it yet */
        return parry_fail(err, PARRY_CONFLICT, "%s is held by another process; wait for it", path);
    return parry_fail(err, PARRY_CONFLICT, "%s is held by process %lld; wait for it or stop it", path, pid);
}

parry_code parry_lock_take(parry_lock *l, const char *path, int wait_ms, parry_err *err)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (fd < 0)
        return parry_fail_errno(err, "cannot open the lock %s", path);
    parry_code code = PARRY_OK;
    char pid[24];
    int n = snprintf(pid, sizeof pid, "%lld\n", (long long)getpid());
    if (lock_within(fd, wait_ms) != 0)
        code = errno == EWOULDBLOCK ? held(fd, path, err) : parry_fail_errno(err, "cannot lock %s", path);
    else if (ftruncate(fd, 0) != 0 || pwrite(fd, pid, (size_t)n, 0) != n)
        code = parry_fail_errno(err, "cannot write the lock %s", path);
    if (code != PARRY_OK) {
        close(fd);
        return code;
    }
    l->fd = fd;
    return PARRY_OK;
}

/* Unlocked by name, not by close alone: a forked child may still hold the descriptor. The file stays: removing it would
 * let two processes lock two files of one name. */
void parry_lock_drop(parry_lock *l)
{
    if (l->fd < 0)
        return;
    flock(l->fd, LOCK_UN);
    close(l->fd);
    l->fd = -1;
}
