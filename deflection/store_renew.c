/* Everybody whom something touched: his records into rows, which take the place of those before. */
#include "deflection/store_inner.h"

#include "deflection/session.h"

enum {
    PEOPLE = 200,  /* of one transaction */
    FACTS = 10000, /* of one person; who has more is no person, and only the first count */
    WHO = 16,
    ROW_KEY = 8 + WHO + 4,
    PLACE = 1 + 8 + 4, /* of a row, in people */
};

/* ---- somebody's rows --------------------------------------------------------------------------------------------- */

typedef struct renewal {
    parry_deflection *d;
    parry_txn *t;
    parry_ledger_subject who;
    parry_buf places;
    parry_code code; /* of what note() wrote */
    parry_err *err;
} renewal;

static parry_str row_key(unsigned char out[ROW_KEY], int64_t at_ms, const parry_ledger_subject *who, uint32_t n)
{
    unsigned char number[8];
    parry_key_u64((uint64_t)at_ms, out);
    memcpy(out + 8, who->b, WHO);
    parry_key_u64(n, number);
    memcpy(out + 8 + WHO, number + 4, 4);
    return parry_str_make((const char *)out, ROW_KEY);
}

static parry_code delete_rows(renewal *r)
{
    parry_str key = parry_str_make((const char *)r->who.b, WHO), value;
    parry_arena *a = parry_arena_new();
    parry_code code = parry_get(r->t, r->d->people, key, &value, NULL);
    if (code == PARRY_OK)
        value = parry_str_copy(a, value);
    for (size_t at = 0; code == PARRY_OK && at + PLACE <= value.n; at += PLACE) {
        unsigned char row[ROW_KEY];
        int64_t at_ms;
        uint32_t n;
        memcpy(&at_ms, value.p + at + 1, sizeof at_ms);
        memcpy(&n, value.p + at + 9, sizeof n);
        code = parry_del(r->t, r->d->rows[(unsigned char)value.p[at] % PARRY_ROW_KINDS],
                         row_key(row, at_ms, &r->who, n), r->err);
    }
    parry_arena_free(a);
    return code == PARRY_OK || code == PARRY_NOT_FOUND ? parry_del(r->t, r->d->people, key, r->err) : code;
}

static parry_code put_row(renewal *r, parry_row_kind k, int64_t at_ms, size_t i, const void *row)
{
    unsigned char key[ROW_KEY];
    uint32_t n = (uint32_t)i;
    parry_buf_addc(&r->places, (char)k);
    parry_buf_add(&r->places, &at_ms, sizeof at_ms);
    parry_buf_add(&r->places, &n, sizeof n);
    return parry_put(r->t, r->d->rows[k], row_key(key, at_ms, &r->who, n), parry_str_make(row, parry_row_size(k)),
                     r->err);
}

static parry_code put_rows(renewal *r, const parry_session_rows *rows)
{
    parry_code code = PARRY_OK;
    for (size_t i = 0; i < rows->nsessions && code == PARRY_OK; i++)
        code = put_row(r, PARRY_ROW_SESSION, rows->sessions[i].start_ms, i, &rows->sessions[i]);
    for (size_t i = 0; i < rows->nsearches && code == PARRY_OK; i++)
        code = put_row(r, PARRY_ROW_SEARCH, rows->searches[i].at_ms, i, &rows->searches[i]);
    for (size_t i = 0; i < rows->nreads && code == PARRY_OK; i++)
        code = put_row(r, PARRY_ROW_READ, rows->reads[i].at_ms, i, &rows->reads[i]);
    for (size_t i = 0; i < rows->ntickets && code == PARRY_OK; i++)
        code = put_row(r, PARRY_ROW_TICKET, rows->tickets[i].at_ms, i, &rows->tickets[i]);
    for (size_t i = 0; i < rows->nunits && code == PARRY_OK; i++)
        code = put_row(r, PARRY_ROW_UNIT, rows->units[i].at_ms, i, &rows->units[i]);
    if (code != PARRY_OK || r->places.n == 0)
        return code;
    return parry_put(r->t, r->d->people, parry_str_make((const char *)r->who.b, WHO), parry_buf_str(&r->places),
                     r->err);
}

static void note(void *ctx, parry_word number, parry_str word)
{
    renewal *r = ctx;
    parry_str key = parry_str_make((const char *)&number, sizeof number), there;
    if (r->code == PARRY_OK && parry_get(r->t, r->d->words, key, &there, NULL) == PARRY_NOT_FOUND)
        r->code = parry_put(r->t, r->d->words, key, word, r->err);
}

static size_t facts_of(const parry_ledger_record *records, size_t n, parry_arena *a, parry_fact *facts, bool *visitor)
{
    static const parry_ledger_subject nobody;
    size_t kept = 0;
    *visitor = false;
    for (size_t i = 0; i < n; i++) {
        if (!parry_fact_read(&records[i], a, &facts[kept]))
            continue;
        *visitor |= memcmp(&facts[kept].visitor, &nobody, sizeof nobody) != 0;
        kept++;
    }
    return kept;
}

/* Those of his records that are no longer there. */
static parry_code disown(const renewal *r, const uint64_t *seqs, size_t n, const parry_ledger_record *there,
                         size_t nthere)
{
    parry_code code = PARRY_OK;
    size_t k = 0;
    for (size_t i = 0; i < n && code == PARRY_OK; i++) {
        if (k < nthere && there[k].seq == seqs[i])
            k++;
        else
            code = parry_people_disown(r->d, r->t, &r->who, seqs[i], r->err);
    }
    return code;
}

static parry_code renew(renewal *r, parry_arena *a)
{
    uint64_t *seqs;
    size_t n = 0, owned = 0;
    bool visitor;
    parry_session_rows rows;
    parry_code code = delete_rows(r);
    if (code == PARRY_OK)
        code = parry_people_records(r->d, r->t, &r->who, FACTS, a, &seqs, &owned, r->err);
    if (code != PARRY_OK || owned == 0)
        return code;
    parry_ledger_record *records = PARRY_ARRAY(a, parry_ledger_record, owned);
    code = parry_ledger_fetch(r->d->ledger, seqs, owned, a, records, &n, r->err);
    if (code == PARRY_OK)
        code = disown(r, seqs, owned, records, n);
    parry_fact *facts = PARRY_ARRAY(a, parry_fact, n + 1);
    n = code == PARRY_OK ? facts_of(records, n, a, facts, &visitor) : 0;
    if (n == 0)
        return code;
    if (n == FACTS)
        facts[0].bot = true;
    parry_sessions_make(facts, n, &r->who, visitor, note, r, a, &rows);
    return r->code == PARRY_OK ? put_rows(r, &rows) : r->code;
}

/* ---- everybody's whom something touched -------------------------------------------------------------------------- */

static parry_code some_dirty(parry_deflection *d, parry_txn *t, parry_ledger_subject *who, size_t *n, parry_err *err)
{
    parry_cursor *c = NULL;
    parry_str key, value;
    parry_code code = parry_cursor_open(t, d->dirty, parry_str_make(NULL, 0), &c, err);
    if (code != PARRY_OK)
        return code;
    for (*n = 0; *n < PEOPLE && parry_cursor_next(c, &key, &value) && key.n == WHO; (*n)++)
        memcpy(who[*n].b, key.p, WHO);
    return parry_cursor_close(c, err);
}

static parry_code renew_one(parry_deflection *d, parry_txn *t, const parry_ledger_subject *who, parry_arena *a,
                            parry_err *err)
{
    renewal r = {.d = d, .t = t, .who = *who, .places = PARRY_BUF((size_t)64 << 20), .err = err};
    parry_arena_reset(a);
    parry_code code = renew(&r, a);
    parry_buf_free(&r.places);
    return code == PARRY_OK ? parry_del(t, d->dirty, parry_str_make((const char *)who->b, WHO), err) : code;
}

/* *n: of how many; 0: nobody is left. */
static parry_code renew_some(parry_deflection *d, size_t *n, parry_err *err)
{
    parry_ledger_subject who[PEOPLE];
    parry_txn *t = NULL;
    parry_code code = parry_txn_write(d->env, &t, err);
    if (code == PARRY_OK)
        code = some_dirty(d, t, who, n, err);
    parry_arena *a = parry_arena_new();
    for (size_t i = 0; i < *n && code == PARRY_OK; i++)
        code = renew_one(d, t, &who[i], a, err);
    parry_arena_free(a);
    if (code == PARRY_OK && *n > 0)
        return parry_txn_commit(t, err);
    parry_txn_abort(t);
    return code;
}

parry_code parry_store_renew_all(parry_deflection *d, parry_err *err)
{
    size_t n = 1;
    parry_code code = PARRY_OK;
    while (code == PARRY_OK && n > 0) {
        n = 0;
        code = renew_some(d, &n, err);
    }
    return code;
}
