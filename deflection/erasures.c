/* Erasures: audit records under a name of their own in the ledger's table of whom records are about. */
#include "deflection/erasures.h"

#include "base/clock.h"

#include <stdlib.h>

enum { SOME = 1000, DAY_TEXT = 10 };
static const int64_t day_ms = 86400000;

/* No visitor's key: these are of random bytes. */
parry_ledger_subject parry_erasures_subject(void)
{
    parry_ledger_subject s = {{0}};
    static const char name[] = "parry: erasures";
    parry_hash h = parry_hash_of(name, sizeof name - 1);
    memcpy(s.b, h.b, sizeof s.b);
    return s;
}

/* ---- days -------------------------------------------------------------------------------------------------------- */

void parry_days_free(parry_days *d)
{
    free(d->p);
    *d = (parry_days){NULL, 0, 0};
}

/* From the end: days come almost in order. */
void parry_days_add(parry_days *d, int64_t day, uint64_t n)
{
    size_t at = d->n;
    while (at > 0 && d->p[at - 1].day > day)
        at--;
    if (at > 0 && d->p[at - 1].day == day) {
        d->p[at - 1].n += n;
        return;
    }
    if (d->n == d->cap) {
        d->cap = d->cap ? 2 * d->cap : 64;
        d->p = parry_realloc(d->p, d->cap * sizeof *d->p);
    }
    memmove(d->p + at + 1, d->p + at, (d->n - at) * sizeof *d->p);
    d->p[at] = (parry_day_count){day, n};
    d->n++;
}

void parry_days_note(parry_days *d, const parry_ledger_record *r)
{
    static const char at[] = "\"at\":";
    size_t found = parry_str_find(r->payload, parry_str_of(at));
    int64_t ms = found < r->payload.n ? strtoll(r->payload.p + found + sizeof at - 1, NULL, 10) : 0;
    parry_days_add(d, (ms > 0 && ms < r->at_ms + day_ms ? ms : r->at_ms) / day_ms, 1);
}

json_t *parry_days_json(const parry_days *d)
{
    json_t *j = json_object();
    for (size_t i = 0; i < d->n; i++) {
        char text[PARRY_TIME_TEXT];
        parry_time_text(d->p[i].day * day_ms, text);
        text[DAY_TEXT] = 0;
        (void)json_object_set_new(j, text, json_integer((json_int_t)d->p[i].n));
    }
    return j;
}

/* ---- reading ----------------------------------------------------------------------------------------------------- */

static void take(void *ctx, const parry_ledger_record *record)
{
    json_t *j = json_loadb(record->payload.p, record->payload.n, 0, NULL), *n;
    const char *name;
    json_object_foreach(json_object_get(j, "days"), name, n)
    {
        int64_t at;
        bool alone = false;
        if (parry_time_parse(parry_str_of(name), &at, &alone) && alone && json_integer_value(n) > 0)
            parry_days_add(ctx, at / day_ms, (uint64_t)json_integer_value(n));
    }
    json_decref(j);
}

/* Every one that is not erased itself. */
static parry_code each(parry_ledger *l, void (*fn)(void *ctx, const parry_ledger_record *r), void *ctx, parry_err *err)
{
    uint64_t seqs[SOME], from = 0;
    size_t n = SOME;
    parry_arena *a = parry_arena_new();
    parry_code code = PARRY_OK;
    while (code == PARRY_OK && n == SOME) {
        code = parry_ledger_about_numbers(l, parry_erasures_subject(), from, seqs, SOME, &n, err);
        for (size_t i = 0; i < n && code == PARRY_OK; i++) {
            parry_ledger_record r;
            size_t there = 0;
            code = parry_ledger_fetch(l, &seqs[i], 1, a, &r, &there, err);
            if (code == PARRY_OK && there == 1)
                fn(ctx, &r);
            parry_arena_reset(a);
            from = seqs[i] + 1;
        }
    }
    parry_arena_free(a);
    return code;
}

parry_code parry_erasures_read(parry_ledger *l, parry_days *out, parry_err *err) { return each(l, take, out, err); }

uint64_t parry_erasures_count(const parry_days *d, int64_t from_ms, int64_t until_ms)
{
    uint64_t n = 0;
    for (size_t i = 0; i < d->n; i++) {
        if (d->p[i].day < until_ms / day_ms + (until_ms % day_ms > 0) && (d->p[i].day + 1) * day_ms > from_ms)
            n += d->p[i].n;
    }
    return n;
}

/* ---- the last one ------------------------------------------------------------------------------------------------ */

typedef struct search {
    const char *action;
    int64_t at_ms;
} search;

static void look(void *ctx, const parry_ledger_record *r)
{
    search *s = ctx;
    json_t *j = json_loadb(r->payload.p, r->payload.n, 0, NULL);
    const char *action = json_string_value(json_object_get(j, "action"));
    if (action != NULL && strcmp(action, s->action) == 0 && r->at_ms > s->at_ms)
        s->at_ms = r->at_ms;
    json_decref(j);
}

parry_code parry_erasures_last(parry_ledger *l, const char *action, int64_t *at_ms, parry_err *err)
{
    search s = {action, 0};
    parry_code code = each(l, look, &s, err);
    if (code == PARRY_OK)
        *at_ms = s.at_ms;
    return code;
}
