/* Views: rows of a moment, walked by time. */
#include "deflection/store_inner.h"

#include <stdlib.h>

struct parry_rows {
    parry_deflection *d;
    parry_txn *t;
    parry_rows_state state;
};

size_t parry_row_size(parry_row_kind k)
{
    static const size_t sizes[PARRY_ROW_KINDS] = {sizeof(parry_session_row), sizeof(parry_search_row),
                                                  sizeof(parry_read_row), sizeof(parry_ticket_row),
                                                  sizeof(parry_unit_row)};
    return sizes[k];
}

parry_code parry_store_view(parry_deflection *d, parry_rows **out, parry_err *err)
{
    parry_rows *r = parry_calloc(1, sizeof *r);
    r->d = d;
    parry_code code = parry_txn_read(d->env, &r->t, err);
    if (code == PARRY_OK)
        code = parry_store_state_get(d, r->t, &r->state, err);
    if (code == PARRY_OK) {
        *out = r;
        return code;
    }
    parry_rows_close(r);
    return code;
}

/* Not in the midst of a fold, when records are in whose rows are not yet. */
parry_code parry_rows_open(parry_deflection *d, parry_rows **out, parry_err *err)
{
    (void)pthread_mutex_lock(&d->folding);
    parry_code code = parry_store_view(d, out, err);
    (void)pthread_mutex_unlock(&d->folding);
    return code;
}

void parry_rows_close(parry_rows *r)
{
    if (r != NULL)
        parry_txn_abort(r->t);
    free(r);
}

parry_rows_state parry_rows_get_state(const parry_rows *r) { return r->state; }
void parry_rows_as_of(parry_rows *r, int64_t as_of_ms) { r->state.as_of_ms = as_of_ms; }

/* One kind of row: a copy, since what lies in the map is not aligned. */
typedef union any_row {
    parry_session_row session;
    parry_search_row search;
    parry_read_row read;
    parry_ticket_row ticket;
    parry_unit_row unit;
} any_row;

typedef struct walk {
    parry_row_kind kind;
    int64_t from_ms, until_ms;
    void *ctx;
    bool (*sessions)(void *ctx, const parry_session_row *row);
    bool (*searches)(void *ctx, const parry_search_row *row);
    bool (*reads)(void *ctx, const parry_read_row *row);
    bool (*tickets)(void *ctx, const parry_ticket_row *row);
    bool (*units)(void *ctx, const parry_unit_row *row);
} walk;

static bool give(const walk *w, any_row *row, int64_t as_of_ms)
{
    switch (w->kind) {
    case PARRY_ROW_SESSION:
        parry_session_as_of(&row->session, as_of_ms);
        return w->sessions(w->ctx, &row->session);
    case PARRY_ROW_SEARCH:
        return w->searches(w->ctx, &row->search);
    case PARRY_ROW_READ:
        parry_read_as_of(&row->read, as_of_ms);
        return w->reads(w->ctx, &row->read);
    case PARRY_ROW_TICKET:
        return w->tickets(w->ctx, &row->ticket);
    case PARRY_ROW_UNIT:
        return w->units(w->ctx, &row->unit);
    case PARRY_ROW_KINDS:
        break;
    }
    return false;
}

static parry_code go(parry_rows *r, const walk *w, parry_err *err)
{
    unsigned char from[8];
    parry_cursor *c = NULL;
    parry_str key, value;
    any_row row;
    size_t size = parry_row_size(w->kind);
    parry_key_u64(w->from_ms > 0 ? (uint64_t)w->from_ms : 0, from);
    parry_code code =
        parry_cursor_open(r->t, r->d->rows[w->kind], parry_str_make((const char *)from, sizeof from), &c, err);
    if (code != PARRY_OK)
        return code;
    while (parry_cursor_next(c, &key, &value) && (int64_t)parry_key_u64_read(key) < w->until_ms && value.n == size) {
        memcpy(&row, value.p, size);
        if (!give(w, &row, r->state.as_of_ms))
            break;
    }
    return parry_cursor_close(c, err);
}

parry_code parry_rows_sessions(parry_rows *r, int64_t from_ms, int64_t until_ms,
                               bool (*fn)(void *ctx, const parry_session_row *row), void *ctx, parry_err *err)
{
    walk w = {.kind = PARRY_ROW_SESSION, .from_ms = from_ms, .until_ms = until_ms, .ctx = ctx, .sessions = fn};
    return go(r, &w, err);
}

parry_code parry_rows_searches(parry_rows *r, int64_t from_ms, int64_t until_ms,
                               bool (*fn)(void *ctx, const parry_search_row *row), void *ctx, parry_err *err)
{
    walk w = {.kind = PARRY_ROW_SEARCH, .from_ms = from_ms, .until_ms = until_ms, .ctx = ctx, .searches = fn};
    return go(r, &w, err);
}

parry_code parry_rows_reads(parry_rows *r, int64_t from_ms, int64_t until_ms,
                            bool (*fn)(void *ctx, const parry_read_row *row), void *ctx, parry_err *err)
{
    walk w = {.kind = PARRY_ROW_READ, .from_ms = from_ms, .until_ms = until_ms, .ctx = ctx, .reads = fn};
    return go(r, &w, err);
}

parry_code parry_rows_tickets(parry_rows *r, int64_t from_ms, int64_t until_ms,
                              bool (*fn)(void *ctx, const parry_ticket_row *row), void *ctx, parry_err *err)
{
    walk w = {.kind = PARRY_ROW_TICKET, .from_ms = from_ms, .until_ms = until_ms, .ctx = ctx, .tickets = fn};
    return go(r, &w, err);
}

parry_code parry_rows_units(parry_rows *r, int64_t from_ms, int64_t until_ms,
                            bool (*fn)(void *ctx, const parry_unit_row *row), void *ctx, parry_err *err)
{
    walk w = {.kind = PARRY_ROW_UNIT, .from_ms = from_ms, .until_ms = until_ms, .ctx = ctx, .units = fn};
    return go(r, &w, err);
}

parry_str parry_rows_word(parry_rows *r, parry_word w)
{
    parry_str value = {NULL, 0};
    if (w == 0 || parry_get(r->t, r->d->words, parry_str_make((const char *)&w, sizeof w), &value, NULL) != PARRY_OK)
        return parry_str_make("", 0);
    return value;
}
