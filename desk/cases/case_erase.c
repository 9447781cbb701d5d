/* The case store: what is erased, and when.
 *
 * One transaction takes a case away, and with it as many comments and files as it has room for; of a case with more a
 * mark stands in case_erased until the following ones have taken the rest. */
#include "desk/cases/cases_inner.h"

enum { ROWS = 500, ROWS_OF_A_CASE = 8, CASES_AT_ONCE = 128 };
static const int64_t txn_ns = 10 * 1000000;

typedef struct erasing {
    parry_cases *c;
    const uint64_t *ids;
    size_t n;
    int64_t before_ms; /* over 0: only what is done, and did not change since */
    size_t done;       /* of the ids, looked at */
    size_t erased;
    uint64_t seq; /* of the feed */
    uint64_t gone[CASES_AT_ONCE];
    bool rest; /* of some there are comments or files yet */
    size_t rows;
    int64_t until_ns;
} erasing;

static bool room(const erasing *x) { return x->rows < ROWS && parry_mono_ns() < x->until_ns; }

/* ---- comments ---------------------------------------------------------------------------------------------------- */

typedef struct comment_row {
    parry_case_key key;
    parry_secret once;
    bool has_once;
} comment_row;

/* The next ones of a case, up to cap. */
static parry_code read_comments(erasing *x, parry_txn *t, uint64_t id, parry_arena *a, comment_row *out, size_t cap,
                                size_t *n, parry_err *err)
{
    parry_case_key from, mine;
    parry_cursor *cursor = NULL;
    parry_str key, value, own = parry_case_id_key(&mine, id);
    parry_code code = parry_cursor_open(t, x->c->comments, parry_case_comment_key(&from, id, 0), &cursor, err);
    if (code != PARRY_OK)
        return code;
    for (*n = 0; *n < cap && parry_cursor_next(cursor, &key, &value) && key.n == sizeof out->key.b; ++*n) {
        if (memcmp(key.p, own.p, own.n) != 0)
            break;
        memcpy(out[*n].key.b, key.p, sizeof out->key.b);
        out[*n].has_once = parry_case_comment_once(x->c, id, key, value, a, &out[*n].once);
    }
    return parry_cursor_close(cursor, err);
}

static parry_code erase_comment(erasing *x, parry_txn *t, const comment_row *row, parry_err *err)
{
    parry_str key = parry_str_make((const char *)row->key.b, sizeof row->key.b);
    parry_code code = parry_wipe(t, x->c->comments, key, err);
    if (code == PARRY_OK && row->has_once)
        code = parry_del(t, x->c->keys, parry_str_make((const char *)row->once.b, sizeof row->once.b), err);
    x->rows += 1 + row->has_once;
    return code;
}

/* *all: none is left. */
static parry_code erase_comments(erasing *x, parry_txn *t, uint64_t id, bool *all, parry_err *err)
{
    enum { SOME = 50 };
    parry_arena *a = parry_arena_new();
    comment_row *rows = PARRY_ARRAY(a, comment_row, SOME);
    size_t n = SOME;
    parry_code code = PARRY_OK;
    while (code == PARRY_OK && n == SOME && room(x)) {
        code = read_comments(x, t, id, a, rows, SOME, &n, err);
        for (size_t i = 0; i < n && code == PARRY_OK; i++)
            code = erase_comment(x, t, &rows[i], err);
    }
    parry_arena_free(a);
    *all = n < SOME;
    return code;
}

/* ---- files ------------------------------------------------------------------------------------------------------- */

static parry_code first_file(erasing *x, parry_txn *t, uint64_t id, parry_case_key *out, bool *there, parry_err *err)
{
    parry_case_key from;
    parry_cursor *cursor = NULL;
    parry_str key, value, first = parry_case_comment_key(&from, id, 0);
    parry_code code = parry_cursor_open(t, x->c->files, first, &cursor, err);
    if (code != PARRY_OK)
        return code;
    *there = parry_cursor_next(cursor, &key, &value) && key.n == sizeof out->b && memcmp(key.p, first.p, 8) == 0;
    if (*there)
        memcpy(out->b, key.p, sizeof out->b);
    return parry_cursor_close(cursor, err);
}

/* What is left of it; *all: nothing is. */
static parry_code erase_rest(erasing *x, parry_txn *t, uint64_t id, bool *all, parry_err *err)
{
    parry_case_key k;
    bool there = true;
    parry_code code = erase_comments(x, t, id, all, err);
    while (code == PARRY_OK && *all && there && room(x)) {
        code = first_file(x, t, id, &k, &there, err);
        if (code == PARRY_OK && there)
            code = parry_wipe(t, x->c->files, parry_str_make((const char *)k.b, sizeof k.b), err);
        x->rows++;
    }
    *all = *all && !there;
    return code;
}

/* ---- a case ------------------------------------------------------------------------------------------------------ */

/* What it is known by elsewhere. One whose text cannot be read is erased nevertheless. */
static parry_code erase_external(erasing *x, parry_txn *t, uint64_t id, parry_err *err)
{
    parry_arena *a = parry_arena_new();
    parry_case k;
    parry_code code = PARRY_OK;
    if (parry_case_texts_load(x->c, t, id, a, &k, NULL) == PARRY_OK && k.external_id.n > 0) {
        parry_secret key = parry_case_key_of(x->c, "external", k.external_id);
        code = parry_del(t, x->c->keys, parry_str_make((const char *)key.b, sizeof key.b), err);
    }
    parry_arena_free(a);
    return code;
}

static parry_code erase_rows(erasing *x, parry_txn *t, uint64_t id, parry_case_head *h, parry_err *err)
{
    parry_cases *c = x->c;
    parry_case_key k;
    bool all = false;
    parry_str key = parry_case_id_key(&k, id);
    parry_code code = erase_external(x, t, id, err);
    if (code == PARRY_OK)
        code = parry_wipe(t, c->texts, key, err);
    if (code == PARRY_OK)
        code = parry_wipe(t, c->packets, key, err);
    if (code == PARRY_OK)
        code = parry_case_feed(c, t, id, h, err);
    if (code == PARRY_OK)
        code = parry_wipe(t, c->heads_table, key, err);
    x->rows += ROWS_OF_A_CASE;
    if (code == PARRY_OK)
        code = erase_rest(x, t, id, &all, err);
    x->rest = x->rest || !all;
    return code == PARRY_OK && !all ? parry_put(t, c->erased, key, parry_str_of(""), err) : code;
}

static parry_code erase_in(void *ctx, parry_txn *t, parry_err *err)
{
    erasing *x = ctx;
    x->done = x->erased = x->rows = 0;
    x->rest = false;
    x->until_ns = parry_mono_ns() + txn_ns;
    for (; x->done < x->n && (x->done == 0 || room(x)); x->done++) {
        parry_case_head h;
        uint64_t id = x->ids[x->done];
        parry_code code = parry_case_head_load(x->c, t, id, &h, x->before_ms > 0 ? NULL : err);
        bool wanted = x->before_ms == 0 || (h.status == PARRY_CASE_DONE && h.updated_ms < x->before_ms);
        if (code == PARRY_NOT_FOUND && x->before_ms > 0)
            continue;
        if (code == PARRY_OK && wanted) {
            code = erase_rows(x, t, id, &h, err);
            x->gone[x->erased++] = id;
            x->seq = h.seq;
        }
        if (code != PARRY_OK)
            return code;
    }
    return PARRY_OK;
}

/* One transaction, and what it did in memory. */
static parry_code erase_some(erasing *x, parry_err *err)
{
    parry_code code = parry_group_do(x->c->group, erase_in, x, err);
    if (code != PARRY_OK)
        return code;
    for (size_t i = 0; i < x->erased; i++)
        parry_case_heads_erase(&x->c->heads, x->gone[i]);
    parry_case_written(x->c, x->seq);
    return PARRY_OK;
}

/* ---- what is left of others -------------------------------------------------------------------------------------- */

static parry_code finish_in(void *ctx, parry_txn *t, parry_err *err)
{
    erasing *x = ctx;
    parry_cursor *cursor = NULL;
    parry_case_key k;
    parry_str key, value;
    bool all = true;
    x->rows = 0;
    x->until_ns = parry_mono_ns() + txn_ns;
    parry_code code = parry_cursor_open(t, x->c->erased, parry_str_of(""), &cursor, err);
    if (code != PARRY_OK)
        return code;
    x->rest = parry_cursor_next(cursor, &key, &value);
    uint64_t id = x->rest ? parry_key_u64_read(key) : 0;
    code = parry_cursor_close(cursor, err);
    if (code == PARRY_OK && x->rest)
        code = erase_rest(x, t, id, &all, err);
    return code == PARRY_OK && x->rest && all ? parry_del(t, x->c->erased, parry_case_id_key(&k, id), err) : code;
}

static parry_code finish(erasing *x, parry_err *err)
{
    parry_code code;
    do {
        code = parry_group_do(x->c->group, finish_in, x, err);
    } while (code == PARRY_OK && x->rest);
    return code;
}

/* ---- for others -------------------------------------------------------------------------------------------------- */

parry_code parry_cases_erase(parry_cases *c, uint64_t id, parry_err *err)
{
    erasing x = {.c = c, .ids = &id, .n = 1};
    parry_code code = erase_some(&x, err);
    return code == PARRY_OK && x.rest ? finish(&x, err) : code;
}

parry_code parry_cases_retain(parry_cases *c, int64_t before_ms, size_t most, size_t *n, parry_err *err)
{
    uint64_t ids[CASES_AT_ONCE];
    erasing x = {.c = c, .ids = ids, .before_ms = before_ms};
    parry_code code = PARRY_OK;
    *n = 0;
    while (code == PARRY_OK && before_ms > 0 && *n < most &&
           (x.n = parry_case_heads_done(&c->heads, before_ms, ids, CASES_AT_ONCE)) > 0) {
        code = erase_some(&x, err);
        *n += code == PARRY_OK ? x.erased : 0;
        if (code == PARRY_OK && x.erased == 0)
            break; /* they changed just now: another time */
    }
    return code == PARRY_OK ? finish(&x, err) : code;
}

/* ---- beside another process -------------------------------------------------------------------------------------- */

static parry_code take_in(parry_cases *c, parry_txn *t, uint64_t id, parry_err *err)
{
    parry_case_head h;
    parry_code code = parry_case_head_load(c, t, id, &h, err);
    if (code == PARRY_NOT_FOUND)
        parry_case_heads_erase(&c->heads, id);
    else if (code == PARRY_OK)
        parry_case_heads_set(&c->heads, id, &h);
    return code == PARRY_NOT_FOUND ? PARRY_OK : code;
}

static parry_code take_in_from(parry_cases *c, parry_txn *t, uint64_t seq, uint64_t *last, parry_err *err)
{
    parry_case_key from;
    parry_cursor *cursor = NULL;
    parry_str key, value;
    parry_code code = parry_cursor_open(t, c->feed, parry_case_id_key(&from, seq + 1), &cursor, err);
    while (code == PARRY_OK && parry_cursor_next(cursor, &key, &value)) {
        code = take_in(c, t, parry_key_u64_read(value), NULL);
        *last = parry_key_u64_read(key);
    }
    if (cursor == NULL)
        return code;
    parry_code closed = parry_cursor_close(cursor, code == PARRY_OK ? err : NULL);
    return code == PARRY_OK ? closed : code;
}

parry_code parry_cases_notice(parry_cases *c, parry_err *err)
{
    parry_txn *t = NULL;
    uint64_t seq = 0, known = atomic_load(&c->seq), last = known;
    parry_code code = parry_txn_read(c->env, &t, err);
    if (code == PARRY_OK)
        code = parry_case_number(c, t, "seq", &seq, err);
    if (code == PARRY_OK && seq > known)
        code = take_in_from(c, t, known, &last, err);
    parry_txn_abort(t);
    if (code == PARRY_OK)
        parry_case_written(c, last);
    return code;
}
