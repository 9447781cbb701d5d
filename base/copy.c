#include "base/copy.h"

#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIECE_BYTES = 256 * 1024 };

parry_code parry_dir_list(parry_arena *a, const char *path, parry_str **names, size_t *n, parry_err *err)
{
    parry_str *list = NULL;
    size_t used = 0, cap = 0;
    DIR *d = opendir(path);
    if (d == NULL && errno != ENOENT)
        return parry_fail_errno(err, "cannot list %s", path);
    for (struct dirent *e; d != NULL && (e = readdir(d)) != NULL;) {
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
            continue;
        list = parry_arena_grow(a, list, used, &cap, sizeof *list);
        list[used++] = parry_str_copy(a, parry_str_of(e->d_name));
    }
    if (d != NULL)
        closedir(d);
    if (used > 0)
        qsort(list, used, sizeof *list, parry_str_order);
    *names = list;
    *n = used;
    return PARRY_OK;
}

/* ---- one file -------------------------------------------------------------------------------------------------------
 */

static parry_code open_both(const char *from, const char *to, int fd[2], parry_err *err)
{
    struct stat st;
    int in = open(from, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (in < 0 && errno != ELOOP)
        return parry_fail_errno(err, "cannot open %s", from);
    if (in < 0 || fstat(in, &st) != 0 || !S_ISREG(st.st_mode)) {
        if (in >= 0)
            close(in);
        return parry_fail(err, PARRY_INVALID, "%s is not a regular file", from);
    }
    int out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, st.st_mode & 0777);
    if (out < 0) {
        parry_code code = errno == EEXIST ? parry_fail(err, PARRY_CONFLICT, "%s is there already", to)
                                          : parry_fail_errno(err, "cannot make %s", to);
        close(in);
        return code;
    }
    fd[0] = in;
    fd[1] = out;
    return PARRY_OK;
}

static parry_code write_piece(int fd, const char *path, const char *p, size_t n, parry_err *err)
{
    while (n > 0) {
        ssize_t w = write(fd, p, n);
        if (w < 0 && errno == EINTR)
            continue;
        if (w < 0)
            return parry_fail_errno(err, "cannot write %s", path);
        p += w;
        n -= (size_t)w;
    }
    return PARRY_OK;
}

static parry_code pour(const int fd[2], const char *from, const char *to, parry_hasher *h, uint64_t *bytes,
                       parry_err *err)
{
    char *piece = parry_malloc(PIECE_BYTES);
    parry_code code = PARRY_OK;
    for (ssize_t n = 1; n > 0 && code == PARRY_OK;) {
        n = read(fd[0], piece, PIECE_BYTES);
        if (n < 0 && errno == EINTR) {
            n = 1;
            continue;
        }
        if (n < 0) {
            code = parry_fail_errno(err, "cannot read %s", from);
        } else if (n > 0) {
            parry_hasher_add(h, piece, (size_t)n);
            *bytes += (uint64_t)n;
            code = write_piece(fd[1], to, piece, (size_t)n, err);
        }
    }
    free(piece);
    return code;
}

parry_code parry_file_copy(const char *from, const char *to, parry_hash *hash, uint64_t *bytes, parry_err *err)
{
    int fd[2] = {-1, -1};
    uint64_t total = 0;
    parry_hasher h;
    parry_code code = open_both(from, to, fd, err);
    if (code != PARRY_OK)
        return code;
    parry_hasher_start(&h);
    code = pour(fd, from, to, &h, &total, err);
    if (code == PARRY_OK && fsync(fd[1]) != 0)
        code = parry_fail_errno(err, "cannot sync %s", to);
    close(fd[0]);
    if (close(fd[1]) != 0 && code == PARRY_OK)
        code = parry_fail_errno(err, "cannot write %s", to);
    if (code != PARRY_OK) {
        unlink(to);
        return code;
    }
    if (hash != NULL)
        *hash = parry_hasher_end(&h);
    if (bytes != NULL)
        *bytes = total;
    return PARRY_OK;
}

/* ---- two folders ----------------------------------------------------------------------------------------------------
 */

/* Not every file system can exchange: there, for the blink between two renames, `a` is nothing at all. */
static parry_code exchange_by_steps(const char *a, const char *b, parry_err *err)
{
    char aside[PATH_MAX];
    if (snprintf(aside, sizeof aside, "%s.aside", b) >= PATH_MAX)
        return parry_fail(err, PARRY_INVALID, "the path %.100s... is too long", b);
    if (rename(a, aside) != 0)
        return parry_fail_errno(err, "cannot rename %s", a);
    if (rename(b, a) != 0) {
        parry_code code = parry_fail_errno(err, "cannot rename %s", b);
        (void)rename(aside, a);
        return code;
    }
    return rename(aside, b) == 0 ? PARRY_OK : parry_fail_errno(err, "cannot rename %s", aside);
}

static parry_code sync_around(const char *path, parry_err *err)
{
    char parent[PATH_MAX];
    if (snprintf(parent, sizeof parent, "%s/..", path) >= PATH_MAX)
        return parry_fail(err, PARRY_INVALID, "the path %.100s... is too long", path);
    return parry_dir_sync(parent, err);
}

parry_code parry_dir_exchange(const char *a, const char *b, parry_err *err)
{
    parry_code code = PARRY_OK;
    if (renameat2(AT_FDCWD, a, AT_FDCWD, b, RENAME_EXCHANGE) != 0)
        code = errno == EINVAL || errno == ENOSYS ? exchange_by_steps(a, b, err)
                                                  : parry_fail_errno(err, "cannot exchange %s and %s", a, b);
    if (code == PARRY_OK)
        code = sync_around(a, err);
    return code == PARRY_OK ? sync_around(b, err) : code;
}
