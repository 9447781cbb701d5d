/* Words that rows name, and those that none does any more. */
#include "deflection/store_inner.h"

#include <stdlib.h>

/* A set of numbers, none of them 0: open addressing; they are hashes already. */
typedef struct number_set {
    parry_word *slot;
    size_t cap, n; /* cap: a power of two */
} number_set;

static bool has(const number_set *s, parry_word w)
{
    size_t i = w & (s->cap - 1);
    while (s->slot[i] != 0 && s->slot[i] != w)
        i = (i + 1) & (s->cap - 1);
    return s->slot[i] == w;
}

static void place(number_set *s, parry_word w)
{
    size_t i = w & (s->cap - 1);
    while (s->slot[i] != 0)
        i = (i + 1) & (s->cap - 1);
    s->slot[i] = w;
    s->n++;
}

static void add(number_set *s, parry_word w)
{
    if (w == 0 || has(s, w))
        return;
    if (2 * s->n >= s->cap) {
        number_set larger = {parry_calloc(2 * s->cap, sizeof(parry_word)), 2 * s->cap, 0};
        for (size_t i = 0; i < s->cap; i++) {
            if (s->slot[i] != 0)
                place(&larger, s->slot[i]);
        }
        free(s->slot);
        *s = larger;
    }
    place(s, w);
}

static void add_dimensions(number_set *s, const parry_dimensions *in)
{
    add(s, in->audience);
    add(s, in->locale);
    add(s, in->category);
    add(s, in->channel);
    add(s, in->device);
}

static bool on_session(void *ctx, const parry_session_row *row)
{
    add_dimensions(ctx, &row->in);
    return true;
}

static bool on_search(void *ctx, const parry_search_row *row)
{
    add_dimensions(ctx, &row->in);
    add(ctx, row->text);
    add(ctx, row->first);
    add(ctx, row->opened);
    return true;
}

static bool on_read(void *ctx, const parry_read_row *row)
{
    add_dimensions(ctx, &row->in);
    add(ctx, row->article);
    return true;
}

static bool on_ticket(void *ctx, const parry_ticket_row *row)
{
    add_dimensions(ctx, &row->in);
    add(ctx, row->text);
    return true;
}

static bool on_unit(void *ctx, const parry_unit_row *row)
{
    add(ctx, row->experiment);
    return true;
}

static parry_code collect(parry_deflection *d, number_set *s, parry_err *err)
{
    parry_rows *r = NULL;
    parry_code code = parry_store_view(d, &r, err);
    if (code == PARRY_OK)
        code = parry_rows_sessions(r, 0, INT64_MAX, on_session, s, err);
    if (code == PARRY_OK)
        code = parry_rows_searches(r, 0, INT64_MAX, on_search, s, err);
    if (code == PARRY_OK)
        code = parry_rows_reads(r, 0, INT64_MAX, on_read, s, err);
    if (code == PARRY_OK)
        code = parry_rows_tickets(r, 0, INT64_MAX, on_ticket, s, err);
    if (code == PARRY_OK)
        code = parry_rows_units(r, 0, INT64_MAX, on_unit, s, err);
    parry_rows_close(r);
    return code;
}

static parry_code unnamed(parry_deflection *d, parry_txn *t, const number_set *s, parry_buf *out, parry_err *err)
{
    parry_cursor *c = NULL;
    parry_str key, value;
    parry_code code = parry_cursor_open(t, d->words, parry_str_make(NULL, 0), &c, err);
    if (code != PARRY_OK)
        return code;
    while (parry_cursor_next(c, &key, &value)) {
        parry_word w = 0;
        if (key.n == sizeof w)
            memcpy(&w, key.p, sizeof w);
        if (!has(s, w))
            parry_buf_add(out, &w, sizeof w);
    }
    return parry_cursor_close(c, err);
}

parry_code parry_store_sweep_words(parry_deflection *d, parry_err *err)
{
    enum { FIRST = 1024 };
    number_set s = {parry_calloc(FIRST, sizeof(parry_word)), FIRST, 0};
    parry_buf gone = PARRY_BUF((size_t)1 << 30);
    parry_txn *t = NULL;
    parry_code code = collect(d, &s, err);
    if (code == PARRY_OK)
        code = parry_txn_write(d->env, &t, err);
    if (code == PARRY_OK)
        code = unnamed(d, t, &s, &gone, err);
    for (size_t i = 0; i < gone.n && code == PARRY_OK; i += sizeof(parry_word))
        code = parry_del(t, d->words, parry_str_make(gone.p + i, sizeof(parry_word)), err);
    if (code == PARRY_OK)
        code = parry_env_scrub_due(t, d->state, err);
    if (code == PARRY_OK)
        code = parry_txn_commit(t, err);
    else
        parry_txn_abort(t);
    parry_buf_free(&gone);
    free(s.slot);
    return code;
}
