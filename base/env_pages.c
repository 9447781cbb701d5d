/* The pages of an environment's file: whether they agree with each other, and that nothing stands in them where nothing
 * is. LMDB writes pages anew, leaves the old ones as they were until it needs them, and takes memory for new ones that
 * held others: so old bytes stay in free pages, between the end of a page's index and its first node, and behind long
 * values. What it reads is never touched here.
 *
 * Layout of LMDB 0.9 (lmdb.h's mdb.c): a page has its number, u16 unused, u16 flags, and u16 lower, u16 upper: its
 * index ends at lower, its nodes begin at upper; a long value has u32 pages instead, and lies behind these 16 bytes.
 * The table 0 has the free pages: transaction -> how many, their numbers. Pages 0 and 1 say where all begins, in turns.
 */
#include "base/env_inner.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    HEADER = 16,
    BRANCH = 1,
    LEAF = 2,
    LONG_VALUE = 4,
    FIRST = 2,      /* page */
    META_TXN = 144, /* byte of pages 0 and 1 where their transaction's number stands */
    SOME = 4096,    /* pages looked at while nobody else may write */
    BUFFERS = 4096, /* pages of memory that LMDB may have kept */
    FREE_TABLE = 0,
    TRIES = 100,
};
static const char zeros[1 << 16];
_Static_assert(MDB_VERSION_MAJOR == 0 && MDB_VERSION_MINOR == 9, "another LMDB may lay its pages out otherwise");

typedef struct pages {
    parry_env *e;
    parry_txn *t; /* reads; what it sees is not written over meanwhile */
    int fd;
    size_t size;          /* of a page */
    uint64_t last, txn;   /* page; and as of which transaction */
    unsigned char *free;  /* a bit a page */
    char *page;           /* room for one */
    uint64_t nfree, held; /* held: of pages given back before txn, those that may still be read */
} pages;

typedef struct head { /* of a page that is in use */
    uint64_t number;
    uint16_t unused, flags;
    union {
        struct {
            uint16_t lower, upper;
        };
        uint32_t pages;
    };
} head;

static parry_code damaged(parry_err *err, uint64_t page, const char *what)
{
    return parry_fail(err, PARRY_CORRUPT, "page %llu of the file: %s", (unsigned long long)page, what);
}

static bool is_free(const pages *p, uint64_t n) { return p->free[n / 8] >> n % 8 & 1; }

static bool is_zero(const char *p, size_t n)
{
    for (size_t some; n > 0; p += some, n -= some) {
        some = n < sizeof zeros ? n : sizeof zeros;
        if (memcmp(p, zeros, some) != 0)
            return false;
    }
    return true;
}

static parry_code read_page(pages *p, uint64_t n, parry_err *err)
{
    if (pread(p->fd, p->page, p->size, (off_t)(n * p->size)) == (ssize_t)p->size)
        return PARRY_OK;
    return damaged(err, n, "it cannot be read");
}

static parry_code wipe(pages *p, uint64_t at, size_t n, parry_err *err)
{
    for (size_t some; n > 0; at += some, n -= some) {
        some = n < sizeof zeros ? n : sizeof zeros;
        if (pwrite(p->fd, zeros, some, (off_t)at) != (ssize_t)some)
            return parry_fail_errno(err, "cannot overwrite what was erased");
    }
    return PARRY_OK;
}

/* ---- which are free ---------------------------------------------------------------------------------------------- */

/* all: of the transaction that knows how many there are. */
static parry_code mark_one(pages *p, uint64_t page, bool all, parry_err *err)
{
    if (page > p->last && !all)
        return PARRY_OK;
    if (page < FIRST || page > p->last || is_free(p, page))
        return damaged(err, page, "it is said to be free twice, or is none");
    p->free[page / 8] = (unsigned char)(p->free[page / 8] | 1 << page % 8);
    p->nfree++;
    return PARRY_OK;
}

/* Marks the free pages that transactions before `before` gave back. */
static parry_code mark_free(pages *p, uint64_t before, parry_err *err)
{
    parry_cursor *c;
    parry_str key, value;
    memset(p->free, 0, p->last / 8 + 1);
    p->nfree = p->held = 0;
    parry_code code = parry_cursor_open(p->t, FREE_TABLE, parry_str_make(NULL, 0), &c, err);
    if (code != PARRY_OK)
        return code;
    while (code == PARRY_OK && parry_cursor_next(c, &key, &value)) {
        uint64_t txn = 0, n = 0, page;
        if (key.n == sizeof txn && value.n >= sizeof n) {
            memcpy(&txn, key.p, sizeof txn);
            memcpy(&n, value.p, sizeof n);
        }
        if (txn == 0 || n > value.n / sizeof n - 1)
            code = parry_fail(err, PARRY_CORRUPT, "the list of free pages of the file is damaged");
        p->held += txn >= before && txn < p->txn ? n : 0;
        for (uint64_t i = 1; i <= n && code == PARRY_OK && txn < before; i++) {
            memcpy(&page, value.p + i * sizeof page, sizeof page);
            code = mark_one(p, page, before == UINT64_MAX, err);
        }
    }
    parry_code closed = parry_cursor_close(c, code == PARRY_OK ? err : NULL);
    return code == PARRY_OK ? closed : code;
}

static void close_pages(pages *p)
{
    parry_txn_abort(p->t);
    free(p->free);
    free(p->page);
}

/* A transaction of which it is known how many pages there were. */
static parry_code open_pages(parry_env *e, pages *p, parry_err *err)
{
    MDB_envinfo info = {0};
    MDB_stat stat;
    *p = (pages){.e = e};
    if (mdb_env_get_fd(e->env, &p->fd) != 0 || mdb_env_stat(e->env, &stat) != 0)
        return parry_fail(err, PARRY_IO, "the file of the store cannot be found");
    p->size = stat.ms_psize;
    for (int i = 0; i < TRIES; i++) {
        parry_code code = parry_txn_read(e, &p->t, err);
        if (code != PARRY_OK)
            return code;
        p->txn = mdb_txn_id(parry_txn_raw(p->t));
        if (mdb_env_info(e->env, &info) == 0 && info.me_last_txnid == p->txn)
            break;
        parry_txn_abort(p->t); /* somebody wrote in between */
        p->t = NULL;
    }
    if (p->t == NULL)
        return parry_fail(err, PARRY_UNAVAILABLE, "the store is written to all the time; try again");
    p->last = info.me_last_pgno;
    p->free = parry_calloc(1, p->last / 8 + 1);
    p->page = parry_malloc(p->size);
    return mark_free(p, UINT64_MAX, err);
}

/* ---- whether they agree ------------------------------------------------------------------------------------------ */

typedef parry_code (*page_fn)(pages *p, uint64_t n, const head *h, parry_err *err);

static const char *wrong_with(const pages *p, uint64_t n, const head *h)
{
    unsigned kind = h->flags;
    if (h->number != n)
        return "it has another one's number";
    if (kind == LONG_VALUE)
        return h->pages >= 1 && h->pages <= p->last - n + 1 ? NULL : "it says a wrong length";
    if (kind != BRANCH && kind != LEAF)
        return "it is of no kind";
    if (h->lower < HEADER || h->lower > h->upper || h->upper > p->size || h->lower % 2 != 0)
        return "its bounds are wrong";
    size_t first = p->size;
    for (size_t at = HEADER; at < h->lower; at += sizeof(uint16_t)) {
        uint16_t node;
        memcpy(&node, p->page + at, sizeof node);
        first = node < first ? node : first;
    }
    return first == h->upper ? NULL : "its index is wrong";
}

/* Every page that is in use, in order. */
static parry_code each_page(pages *p, page_fn fn, parry_err *err)
{
    parry_code code = PARRY_OK;
    for (uint64_t n = FIRST, more; n <= p->last && code == PARRY_OK; n += more) {
        head h;
        more = 1;
        if (is_free(p, n))
            continue;
        code = read_page(p, n, err);
        if (code != PARRY_OK)
            break;
        memcpy(&h, p->page, sizeof h);
        const char *wrong = wrong_with(p, n, &h);
        if (wrong != NULL)
            return damaged(err, n, wrong);
        if (h.flags & LONG_VALUE)
            more = h.pages;
        for (uint64_t i = 1; i < more; i++) {
            if (is_free(p, n + i))
                return damaged(err, n + i, "it is said to be free, and is not");
        }
        code = fn(p, n, &h, err);
    }
    return code;
}

static parry_code check_page(pages *p, uint64_t n, const head *h, parry_err *err)
{
    (void)p, (void)n, (void)h, (void)err;
    return PARRY_OK;
}

static parry_code check_count(pages *p, const parry_table *tables, size_t n, parry_err *err)
{
    uint64_t used = p->nfree + FIRST;
    for (size_t i = 0; i < n + 2; i++) { /* the tables 0 and 1 are LMDB's own */
        MDB_stat s;
        if (mdb_stat(parry_txn_raw(p->t), i < 2 ? (MDB_dbi)i : tables[i - 2], &s) != 0)
            return parry_fail(err, PARRY_CORRUPT, "a table of the file is damaged");
        used += s.ms_branch_pages + s.ms_leaf_pages + s.ms_overflow_pages;
    }
    return used == p->last + 1 ? PARRY_OK
                               : parry_fail(err, PARRY_CORRUPT, "the pages of the file are not as many as it says");
}

/* Written in turns, they are always one transaction apart. */
static parry_code check_beginnings(pages *p, parry_err *err)
{
    uint64_t txn[2] = {0, 0};
    for (uint64_t i = 0; i < 2; i++) {
        parry_code code = read_page(p, i, err);
        if (code != PARRY_OK)
            return code;
        memcpy(&txn[i], p->page + META_TXN, sizeof txn[i]);
    }
    return txn[0] + 1 == txn[1] || txn[1] + 1 == txn[0] ? PARRY_OK
                                                        : damaged(err, 0, "it and page 1 are not of one time");
}

parry_code parry_env_check(parry_env *e, const parry_table *tables, size_t n, parry_err *err)
{
    pages p;
    parry_code code = open_pages(e, &p, err);
    if (code == PARRY_OK)
        code = check_beginnings(&p, err);
    if (code == PARRY_OK)
        code = each_page(&p, check_page, err);
    if (code == PARRY_OK)
        code = check_count(&p, tables, n, err);
    close_pages(&p);
    return code;
}

/* ---- overwriting ------------------------------------------------------------------------------------------------- */

/* LMDB takes pages of memory again that others were in: those that it has now are filled, and nothing is written. */
static parry_code empty_memory(parry_env *e, size_t page, parry_table any, parry_err *err)
{
    parry_txn *t;
    parry_code code = parry_txn_write(e, &t, err);
    if (code != PARRY_OK)
        return code;
    for (unsigned i = 0; i < BUFFERS && code == PARRY_OK; i++) {
        char key[20];
        (void)snprintf(key, sizeof key, "scrub %u", i);
        code = parry_put(t, any, parry_str_of(key), parry_str_make(zeros, page - HEADER), NULL); /* as many as fit */
    }
    parry_txn_abort(t);
    return PARRY_OK;
}

/* What a transaction gives back is free once the next one is through. */
static parry_code pass(parry_env *e, parry_table any, parry_err *err)
{
    parry_txn *t;
    parry_code code = parry_txn_write(e, &t, err);
    if (code != PARRY_OK)
        return code;
    code = parry_put(t, any, parry_str_of("scrubbing"), parry_str_of(""), err);
    if (code == PARRY_OK)
        code = parry_del(t, any, parry_str_of("scrubbing"), err);
    if (code == PARRY_OK)
        return parry_txn_commit(t, err);
    parry_txn_abort(t);
    return code;
}

/* Nobody writes to a page that somebody reads, and nobody reads what is between the two. */
static parry_code wipe_gap(pages *p, uint64_t n, const head *h, parry_err *err)
{
    if (h->flags & LONG_VALUE || is_zero(p->page + h->lower, h->upper - h->lower))
        return PARRY_OK;
    return wipe(p, n * p->size + h->lower, h->upper - h->lower, err);
}

/* Behind the values that have pages of their own. */
static parry_code wipe_ends(pages *p, parry_table table, parry_err *err)
{
    parry_cursor *c;
    parry_str key, value;
    parry_code code = parry_cursor_open(p->t, table, parry_str_make(NULL, 0), &c, err);
    if (code != PARRY_OK)
        return code;
    while (code == PARRY_OK && parry_cursor_next(c, &key, &value)) {
        size_t end = HEADER + value.n, rest = (p->size - end % p->size) % p->size;
        uint64_t n;
        if ((uintptr_t)value.p % p->size != HEADER || is_zero(value.p + value.n, rest))
            continue;
        memcpy(&n, value.p - HEADER, sizeof n);
        code = wipe(p, n * p->size + end, rest, err);
    }
    parry_code closed = parry_cursor_close(c, code == PARRY_OK ? err : NULL);
    return code == PARRY_OK ? closed : code;
}

/* A line of LMDB's: process, thread, transaction; or a - where it reads nothing, or a heading. */
static int read_reader(const char *line, void *ctx)
{
    uint64_t *oldest = ctx;
    const char *last = strrchr(line, ' ');
    char *end = NULL;
    uint64_t txn = last != NULL ? strtoull(last + 1, &end, 10) : 0;
    if (last != NULL && end != last + 1 && txn < *oldest)
        *oldest = txn;
    return 0;
}

/* Up to SOME free pages from *from on; nobody can take them meanwhile. */
static parry_code wipe_some(pages *p, uint64_t *from, parry_err *err)
{
    parry_txn *writing, *before = p->t;
    uint64_t oldest = p->txn;
    size_t done = 0;
    parry_code code = parry_txn_write(p->e, &writing, err);
    if (code != PARRY_OK)
        return code;
    (void)mdb_reader_list(p->e->env, read_reader, &oldest);
    code = parry_txn_read(p->e, &p->t, err);
    if (code == PARRY_OK) {
        uint64_t last = p->last;
        code = mark_free(p, oldest, err);
        for (; *from <= last && done < SOME && code == PARRY_OK; ++*from) {
            if (!is_free(p, *from))
                continue;
            done++;
            if (read_page(p, *from, NULL) == PARRY_OK && !is_zero(p->page, p->size)) /* else it was never written */
                code = wipe(p, *from * p->size, p->size, err);
        }
        parry_txn_abort(p->t);
    }
    p->t = before;
    parry_txn_abort(writing);
    return code;
}

parry_code parry_env_scrub(parry_env *e, const parry_table *tables, size_t n, uint64_t *left, parry_err *err)
{
    pages p;
    MDB_stat stat;
    parry_code code = mdb_env_stat(e->env, &stat) == 0 ? PARRY_OK : parry_fail(err, PARRY_IO, "no such store");
    if (code == PARRY_OK)
        code = empty_memory(e, stat.ms_psize, tables[0], err);
    for (int i = 0; i < 2 && code == PARRY_OK; i++) /* what the second gives back the first wrote, from that memory */
        code = pass(e, tables[0], err);
    if (code != PARRY_OK)
        return code;
    code = open_pages(e, &p, err);
    uint64_t from = FIRST;
    if (code == PARRY_OK)
        code = each_page(&p, wipe_gap, err);
    if (code == PARRY_OK)
        code = wipe_ends(&p, FREE_TABLE, err);
    for (size_t i = 0; i < n && code == PARRY_OK; i++)
        code = wipe_ends(&p, tables[i], err);
    while (from <= p.last && code == PARRY_OK)
        code = wipe_some(&p, &from, err);
    if (code == PARRY_OK && fdatasync(p.fd) != 0)
        code = parry_fail_errno(err, "cannot sync the store");
    *left = p.held;
    close_pages(&p);
    return code;
}

/* ---- when it is due ---------------------------------------------------------------------------------------------- */

static const char due_key[] = "scrub";
enum { TIMES = 2 };

static parry_code put_due(parry_txn *t, parry_table table, char times, parry_err *err)
{
    parry_str key = parry_str_of(due_key);
    return times > 0 ? parry_put(t, table, key, parry_str_make(&times, 1), err) : parry_del(t, table, key, err);
}

parry_code parry_env_scrub_due(parry_txn *t, parry_table table, parry_err *err)
{
    return put_due(t, table, TIMES, err);
}

static parry_code read_due(parry_env *e, parry_table table, char *times, parry_err *err)
{
    parry_txn *t;
    parry_str value;
    parry_code code = parry_txn_read(e, &t, err);
    if (code != PARRY_OK)
        return code;
    code = parry_get(t, table, parry_str_of(due_key), &value, NULL);
    *times = code == PARRY_OK && value.n == 1 ? *value.p : 0;
    parry_txn_abort(t);
    return code == PARRY_NOT_FOUND ? PARRY_OK : code;
}

parry_code parry_env_scrub_if_due(parry_env *e, const parry_table *tables, size_t n, bool *is, parry_err *err)
{
    char times, now;
    uint64_t left = 0;
    parry_txn *t;
    parry_code code = read_due(e, tables[0], &times, err);
    *is = code == PARRY_OK && times > 0;
    if (*is)
        code = parry_env_scrub(e, tables, n, &left, err);
    if (!*is || code != PARRY_OK || left > 0)
        return code;
    code = parry_txn_write(e, &t, err);
    if (code != PARRY_OK)
        return code;
    parry_str value;
    bool there = parry_get(t, tables[0], parry_str_of(due_key), &value, NULL) == PARRY_OK && value.n == 1;
    now = there ? *value.p : 0;
    if (now == times) /* else something was erased meanwhile */
        code = put_due(t, tables[0], (char)(times - 1), err);
    if (code == PARRY_OK)
        return parry_txn_commit(t, err);
    parry_txn_abort(t);
    return code;
}
