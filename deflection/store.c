/* Open, and fold: records of the ledger to whose they are, then the rows of everybody whom that touched. */
#include "deflection/store_inner.h"

#include "base/file.h"

#include <stdlib.h>
#include <unistd.h>

enum {
    RECORDS = 2000, /* of one transaction */
    IDLE_MS = 60000,
    NOTES = 200000, /* of one round after erasing */
    TABLES = 6 + PARRY_ROW_KINDS,
    WHO = 16,
};
static const size_t map_bytes = (size_t)256 << 30;
static const char state_key[] = "state";

/* ---- state ------------------------------------------------------------------------------------------------------- */

typedef struct stored_state {
    uint32_t format, sizes;
    uint64_t seq;
    parry_hash head;
    int64_t as_of_ms;
} stored_state;

static uint32_t sizes(void)
{
    size_t n = 0;
    for (int k = 0; k < PARRY_ROW_KINDS; k++)
        n = n * 1000 + parry_row_size((parry_row_kind)k);
    return (uint32_t)n;
}

/* *ours: it is of this version; an empty one is, too. */
static parry_code read_state(parry_deflection *d, parry_txn *t, stored_state *out, bool *ours, parry_err *err)
{
    parry_str value;
    *out = (stored_state){.format = PARRY_DEFLECTION_FORMAT, .sizes = sizes()};
    *ours = true;
    parry_code code = parry_ledger_hash_at(d->ledger, 0, &out->head, err);
    if (code != PARRY_OK)
        return code;
    code = parry_get(t, d->state, parry_str_of(state_key), &value, NULL);
    if (code == PARRY_NOT_FOUND)
        return PARRY_OK;
    if (code != PARRY_OK)
        return parry_fail(err, code, "the store of deflection cannot be read");
    *ours = value.n == sizeof *out;
    if (*ours)
        memcpy(out, value.p, sizeof *out);
    *ours = *ours && out->format == PARRY_DEFLECTION_FORMAT && out->sizes == sizes();
    return PARRY_OK;
}

static parry_code put_state(parry_deflection *d, parry_txn *t, const stored_state *s, parry_err *err)
{
    return parry_put(t, d->state, parry_str_of(state_key), parry_str_make((const char *)s, sizeof *s), err);
}

parry_code parry_store_state_get(parry_deflection *d, parry_txn *t, parry_rows_state *out, parry_err *err)
{
    stored_state s;
    bool ours;
    parry_code code = read_state(d, t, &s, &ours, err);
    *out = (parry_rows_state){s.seq, s.head, s.as_of_ms};
    return code;
}

/* ---- open -------------------------------------------------------------------------------------------------------- */

static parry_code open_env(parry_deflection *d, parry_err *err)
{
    static const char *const names[PARRY_ROW_KINDS] = {"sessions", "searches", "reads", "tickets", "units"};
    const struct {
        const char *name;
        parry_table *table;
    } tables[] = {{"state", &d->state}, {"alias", &d->alias},   {"own", &d->own},
                  {"dirty", &d->dirty}, {"people", &d->people}, {"words", &d->words}};
    parry_code code = parry_env_open(d->dir, map_bytes, TABLES, &d->env, err);
    for (size_t i = 0; i < sizeof tables / sizeof *tables && code == PARRY_OK; i++)
        code = parry_env_table(d->env, tables[i].name, tables[i].table, err);
    for (size_t k = 0; k < PARRY_ROW_KINDS && code == PARRY_OK; k++)
        code = parry_env_table(d->env, names[k], &d->rows[k], err);
    return code;
}

/* Whether it was made by this version, from this ledger. */
static parry_code fits(parry_deflection *d, bool *out, parry_err *err)
{
    stored_state s;
    parry_hash head;
    parry_txn *t = NULL;
    parry_code code = parry_txn_read(d->env, &t, err);
    if (code == PARRY_OK)
        code = read_state(d, t, &s, out, err);
    parry_txn_abort(t);
    if (code != PARRY_OK || !*out)
        return code;
    code = parry_ledger_hash_at(d->ledger, s.seq, &head, err);
    *out = code == PARRY_OK && parry_hash_eq(head, s.head);
    return code == PARRY_NOT_FOUND ? PARRY_OK : code;
}

static parry_code start_anew(parry_deflection *d, parry_err *err)
{
    static const char *const files[] = {"data.mdb", "lock.mdb"};
    parry_env_close(d->env);
    d->env = NULL;
    for (size_t i = 0; i < 2; i++) {
        parry_arena *a = parry_arena_new();
        parry_str path = parry_str_printf(a, "%s/%s", d->dir, files[i]);
        int failed = unlink(path.p);
        parry_arena_free(a);
        if (failed != 0 && i == 0)
            return parry_fail(err, PARRY_IO, "%s/data.mdb cannot be removed, to be made again", d->dir);
    }
    return open_env(d, err);
}

parry_code parry_deflection_open(const char *dir, parry_ledger *ledger, parry_deflection **out, parry_err *err)
{
    parry_deflection *d = parry_calloc(1, sizeof *d);
    bool ours = false;
    d->dir = parry_strdup(dir);
    d->ledger = ledger;
    (void)pthread_mutex_init(&d->folding, NULL);
    parry_code code = open_env(d, err);
    if (code == PARRY_OK)
        code = fits(d, &ours, err);
    if (code == PARRY_OK && !ours)
        code = start_anew(d, err);
    if (code == PARRY_OK) {
        *out = d;
        return code;
    }
    parry_deflection_close(d);
    return code;
}

void parry_deflection_close(parry_deflection *d)
{
    if (d == NULL)
        return;
    parry_env_close(d->env);
    (void)pthread_mutex_destroy(&d->folding);
    free(d->dir);
    free(d);
}

/* ---- whose the new records are ----------------------------------------------------------------------------------- */

static parry_code take_some(parry_deflection *d, parry_txn *t, parry_ledger_cursor *c, size_t most, stored_state *s,
                            size_t *n, parry_err *err)
{
    parry_ledger_record r;
    parry_fact f;
    parry_code code = PARRY_OK;
    parry_arena *a = parry_arena_new();
    for (*n = 0; *n < most && code == PARRY_OK && parry_ledger_next(c, &r); (*n)++) {
        parry_arena_reset(a);
        if (parry_fact_read(&r, a, &f))
            code = parry_people_add(d, t, &f, err);
        s->seq = r.seq;
    }
    parry_arena_free(a);
    return code;
}

static parry_code take(parry_deflection *d, size_t most, int64_t now_ms, size_t *n, parry_err *err)
{
    stored_state s;
    bool ours;
    parry_txn *t = NULL;
    parry_ledger_cursor *c = NULL;
    parry_code code = parry_txn_write(d->env, &t, err);
    if (code == PARRY_OK)
        code = read_state(d, t, &s, &ours, err);
    if (code == PARRY_OK)
        code = parry_ledger_read(d->ledger, s.seq + 1, &c, err);
    if (code == PARRY_OK) {
        code = take_some(d, t, c, most, &s, n, err);
        parry_code closed = parry_ledger_cursor_close(c, code == PARRY_OK ? err : NULL);
        code = code == PARRY_OK ? closed : code;
    }
    if (code == PARRY_OK)
        code = parry_ledger_hash_at(d->ledger, s.seq, &s.head, err);
    bool idle = code == PARRY_OK && *n == 0 && now_ms - s.as_of_ms < IDLE_MS; /* nothing to sync the disk for */
    s.as_of_ms = now_ms;
    if (code == PARRY_OK && !idle)
        code = put_state(d, t, &s, err);
    if (code == PARRY_OK && !idle)
        return parry_txn_commit(t, err);
    parry_txn_abort(t);
    return code;
}

/* ---- after erasing ----------------------------------------------------------------------------------------------- */

static parry_code mark(parry_deflection *d, const parry_ledger_note *notes, size_t n, parry_err *err)
{
    parry_txn *t = NULL;
    parry_ledger_subject found;
    parry_code code = parry_txn_write(d->env, &t, err);
    for (size_t i = 0; i < n && code == PARRY_OK; i++) {
        code = parry_people_find(d, t, &notes[i].who, &found, err);
        if (code == PARRY_OK)
            code = parry_put(t, d->dirty, parry_str_make((const char *)found.b, WHO), parry_str_of(""), err);
    }
    if (code == PARRY_OK)
        return parry_txn_commit(t, err);
    parry_txn_abort(t);
    return code;
}

/* The notes go last: cut off anywhere, it is done once more. */
static parry_code again(parry_deflection *d, parry_err *err)
{
    parry_ledger_note *notes = parry_malloc(NOTES * sizeof *notes);
    size_t n = NOTES;
    parry_code code = PARRY_OK;
    while (code == PARRY_OK && n == NOTES) {
        code = parry_ledger_notes(d->ledger, notes, NOTES, &n, err);
        if (code != PARRY_OK || n == 0)
            break;
        code = mark(d, notes, n, err);
        if (code == PARRY_OK)
            code = parry_store_renew_all(d, err);
        if (code == PARRY_OK)
            code = parry_people_sweep(d, err);
        if (code == PARRY_OK)
            code = parry_store_sweep_words(d, err);
        if (code == PARRY_OK)
            code = parry_ledger_notes_done(d->ledger, notes, n, err);
    }
    free(notes);
    return code;
}

parry_code parry_deflection_again(parry_deflection *d, parry_err *err)
{
    (void)pthread_mutex_lock(&d->folding);
    parry_code code = again(d, err);
    (void)pthread_mutex_unlock(&d->folding);
    return code;
}

parry_code parry_deflection_none(parry_ledger *l, parry_err *err)
{
    parry_ledger_note *notes = parry_malloc(NOTES * sizeof *notes);
    size_t n = NOTES;
    parry_code code = PARRY_OK;
    while (code == PARRY_OK && n == NOTES) {
        code = parry_ledger_notes(l, notes, NOTES, &n, err);
        if (code == PARRY_OK && n > 0)
            code = parry_ledger_notes_done(l, notes, n, err);
    }
    free(notes);
    return code;
}

parry_code parry_deflection_scrub(parry_deflection *d, bool *is, parry_err *err)
{
    parry_table tables[TABLES] = {d->state, d->alias, d->own, d->dirty, d->people, d->words};
    memcpy(tables + TABLES - PARRY_ROW_KINDS, d->rows, sizeof d->rows);
    return parry_env_scrub_if_due(d->env, tables, TABLES, is, err);
}

/* ---- fold -------------------------------------------------------------------------------------------------------- */

typedef void (*told)(void *ctx, uint64_t done, uint64_t of);

static parry_code take_all(parry_deflection *d, size_t most, int64_t now_ms, size_t *n, told progress, void *ctx,
                           parry_err *err)
{
    parry_code code = PARRY_OK;
    size_t got = RECORDS;
    parry_ledger_stats stats;
    *n = 0;
    while (code == PARRY_OK && got == RECORDS && *n < most) {
        got = 0;
        code = take(d, most - *n < RECORDS ? most - *n : RECORDS, now_ms, &got, err);
        *n += got;
        if (progress != NULL) {
            parry_ledger_get_stats(d->ledger, &stats);
            progress(ctx, *n, stats.seq);
        }
    }
    return code;
}

static parry_code fold(parry_deflection *d, size_t most, int64_t now_ms, size_t *n, told progress, void *ctx,
                       parry_err *err)
{
    (void)pthread_mutex_lock(&d->folding);
    parry_code code = take_all(d, most, now_ms, n, progress, ctx, err);
    if (code == PARRY_OK)
        code = parry_store_renew_all(d, err);
    if (code == PARRY_OK)
        code = again(d, err);
    (void)pthread_mutex_unlock(&d->folding);
    return code;
}

parry_code parry_deflection_fold(parry_deflection *d, size_t most, int64_t now_ms, size_t *n, parry_err *err)
{
    return fold(d, most, now_ms, n, NULL, NULL, err);
}

parry_code parry_deflection_catch_up(parry_deflection *d, int64_t now_ms,
                                     void (*progress)(void *ctx, uint64_t done, uint64_t of), void *ctx, parry_err *err)
{
    size_t n;
    return fold(d, SIZE_MAX, now_ms, &n, progress, ctx, err);
}
