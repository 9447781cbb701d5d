#include "copies/pull_file.h"

#include "base/file.h"
#include "base/hash.h"
#include "copies/offer.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static uint64_t size_of(const char *path)
{
    struct stat st;
    return lstat(path, &st) == 0 && S_ISREG(st.st_mode) ? (uint64_t)st.st_size : 0;
}

static parry_code append(const char *path, parry_str bytes, parry_err *err)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (fd < 0)
        return parry_fail_errno(err, "cannot write %s", path);
    while (bytes.n > 0) {
        ssize_t n = write(fd, bytes.p, bytes.n);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            break;
        bytes = parry_str_from(bytes, (size_t)n);
    }
    parry_code code = bytes.n == 0 ? PARRY_OK : parry_fail_errno(err, "cannot write %s", path);
    if (close(fd) != 0 && code == PARRY_OK)
        code = parry_fail_errno(err, "cannot write %s", path);
    return code;
}

/* From `at` on; *at moves. An answer that is no piece is the whole file, which is then begun anew. */
static parry_code pull_piece(parry_pull *p, const parry_file_wanted *w, uint64_t *at, parry_err *err)
{
    parry_buf body = PARRY_BUF(PARRY_OFFER_PIECE);
    parry_fetched got = {0};
    uint64_t left = w->bytes - *at;
    size_t most = left < PARRY_OFFER_PIECE ? (size_t)left : (size_t)PARRY_OFFER_PIECE;
    parry_code code = parry_fetch_get(p->fetch, w->url, NULL, *at, most, &body, &got, err);
    if (code == PARRY_OK && ((!got.partial && *at > 0) || body.n == 0 || body.n > left))
        code = parry_fail(err, PARRY_CORRUPT, "the primary sends other bytes of %s than were asked for", w->url);
    if (code == PARRY_OK)
        code = append(w->path, parry_buf_str(&body), err);
    if (code == PARRY_OK)
        *at += body.n;
    p->fetched_bytes += body.n;
    parry_buf_free(&body);
    return code;
}

static parry_code pull_rest(parry_pull *p, const parry_file_wanted *w, parry_err *err)
{
    uint64_t at = size_of(w->path);
    parry_code code = PARRY_OK;
    if (at > w->bytes || !parry_file_exists(w->path)) {
        code = parry_tree_remove(w->path, err);
        if (code == PARRY_OK)
            code = append(w->path, parry_str_make(NULL, 0), err);
        at = 0;
    }
    while (code == PARRY_OK && at < w->bytes)
        code = pull_piece(p, w, &at, err);
    return code == PARRY_OK ? parry_file_sync(w->path, err) : code;
}

static parry_code check(const parry_file_wanted *w, bool *good, parry_err *err)
{
    parry_hash hash;
    char hex[PARRY_HASH_HEX + 1];
    parry_code code = parry_hash_file(w->path, &hash, err);
    if (code == PARRY_OK) {
        parry_hash_hex(hash, hex);
        *good = parry_str_starts(parry_str_of(hex), w->hex);
    }
    return code;
}

parry_code parry_pull_file(parry_pull *p, const parry_file_wanted *w, parry_err *err)
{
    for (int attempt = 0; attempt < 2; attempt++) {
        bool good = false;
        parry_code code = pull_rest(p, w, err);
        if (code == PARRY_OK)
            code = check(w, &good, err);
        if (code != PARRY_OK || good)
            return code;
        p->damaged++;
        code = parry_tree_remove(w->path, err);
        if (code != PARRY_OK)
            return code;
    }
    return parry_fail(err, PARRY_CORRUPT, "%s came wrong twice", w->url);
}
