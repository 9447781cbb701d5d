/* Erasures: audit records under a name of their own in the ledger's table of whom records are about. */
#include "deflection/erasures.h"

#include "base/clock.h"

#include <stdlib.h>

enum { SOME = 1000, DAY_TEXT = 10, DAYS_MAX = 1 << 20 };
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

json_t *parry_day_json(int64_t day)
{
    char text[PARRY_TIME_TEXT];
    parry_time_text(day * day_ms, text);
    return json_stringn(text, DAY_TEXT);
}

bool parry_day_parse(const json_t *j, int64_t *day)
{
    int64_t at = 0;
    bool alone = false;
    if (!json_is_string(j) ||
        !parry_time_parse(parry_str_make(json_string_value(j), json_string_length(j)), &at, &alone) || !alone)
        return false;
    *day = at / day_ms;
    return true;
}

static int by_number(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* ---- reading ----------------------------------------------------------------------------------------------------- */

typedef struct reading {
    int64_t *days;
    size_t n, cap;
    parry_erasures out;
} reading;

static void add_day(reading *r, int64_t day)
{
    if (r->n == DAYS_MAX)
        return;
    if (r->n == r->cap) {
        r->cap = r->cap ? 2 * r->cap : 64;
        r->days = parry_realloc(r->days, r->cap * sizeof *r->days);
    }
    r->days[r->n++] = day;
}

static void later(int64_t *until_ms, const json_t *j)
{
    int64_t day;
    if (parry_day_parse(j, &day) && day * day_ms > *until_ms)
        *until_ms = day * day_ms;
}

static void take(reading *r, const parry_ledger_record *record)
{
    json_t *j = json_loadb(record->payload.p, record->payload.n, 0, NULL);
    const json_t *days = json_object_get(j, "days");
    int64_t day;
    for (size_t i = 0; i < json_array_size(days); i++) {
        if (parry_day_parse(json_array_get(days, i), &day))
            add_day(r, day);
    }
    later(&r->out.queries_until_ms, json_object_get(j, "queries_until"));
    later(&r->out.events_until_ms, json_object_get(j, "events_until"));
    json_decref(j);
}

static void settle(reading *r, parry_arena *a)
{
    size_t kept = 0;
    if (r->n > 1)
        qsort(r->days, r->n, sizeof *r->days, by_number);
    for (size_t i = 0; i < r->n; i++) {
        if (kept == 0 || r->days[kept - 1] != r->days[i])
            r->days[kept++] = r->days[i];
    }
    r->out.days = PARRY_ARRAY(a, int64_t, kept + 1);
    r->out.n = kept;
    if (kept > 0)
        memcpy(r->out.days, r->days, kept * sizeof *r->days);
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

static void take_one(void *ctx, const parry_ledger_record *r) { take(ctx, r); }

parry_code parry_erasures_read(parry_ledger *l, parry_arena *a, parry_erasures *out, parry_err *err)
{
    reading r = {0};
    parry_code code = each(l, take_one, &r, err);
    if (code == PARRY_OK) {
        settle(&r, a);
        *out = r.out;
    }
    free(r.days);
    return code;
}

bool parry_erasures_touch(const parry_erasures *e, int64_t from_ms, int64_t until_ms)
{
    bool touched = from_ms < e->queries_until_ms || from_ms < e->events_until_ms;
    for (size_t i = 0; i < e->n && !touched; i++)
        touched = e->days[i] * day_ms < until_ms && (e->days[i] + 1) * day_ms > from_ms;
    return touched;
}

/* ---- the last one -------------------------------------------------------------------------------------------------
 */

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
