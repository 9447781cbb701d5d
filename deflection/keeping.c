/* Retention: batches of what is too old, then the audit. */
#include "deflection/keeping.h"

#include <stdlib.h>

enum { SOME = 100000 };
static const int64_t day_ms = 86400000;

/* The day before which everything of this kind goes; 0: none does. */
static int64_t cut(const parry_keeping *keep, size_t kind, int64_t now_ms)
{
    int64_t day = now_ms / day_ms - keep->days[kind];
    return keep->days[kind] > 0 && day > 0 ? day : 0;
}

/* One kind by itself: that is how they are counted. */
static parry_code erase_kind(const parry_erasing *e, size_t kind, int64_t before_ms, bool dry_run, uint64_t *erased,
                             parry_days *days, parry_err *err)
{
    uint64_t *seqs = parry_calloc(SOME, sizeof *seqs), from = 1;
    int64_t before[PARRY_LEDGER_AUDIT + 1] = {0};
    parry_code code = PARRY_OK;
    before[kind] = before_ms;
    *erased = 0;
    while (code == PARRY_OK && from > 0 && before_ms > 0) {
        size_t n = 0;
        code = parry_ledger_older(e->ledger, before, &from, seqs, SOME, &n, err);
        if (code == PARRY_OK && n > 0 && !dry_run)
            code = parry_erasing_run(e, seqs, n, days, err);
        *erased += n;
    }
    free(seqs);
    return code;
}

static json_t *entry_of(const parry_retained *r, const parry_days *days)
{
    static const struct {
        const char *name;
        size_t kind;
    } kinds[] = {{"queries", PARRY_LEDGER_QUERY}, {"events", PARRY_LEDGER_EVENT}, {"audit", PARRY_LEDGER_AUDIT}};
    json_t *j = json_pack("{s:o}", "days", parry_days_json(days));
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        (void)json_object_set_new(j, kinds[i].name, json_integer((json_int_t)r->erased[kinds[i].kind]));
    return j;
}

parry_code parry_keeping_run(const parry_erasing *e, const parry_keeping *keep, int64_t now_ms, bool dry_run,
                             parry_retained *out, parry_err *err)
{
    parry_retained r = {{0}};
    parry_days days = {NULL, 0, 0};
    parry_code code = PARRY_OK;
    for (size_t kind = PARRY_LEDGER_QUERY; kind <= PARRY_LEDGER_AUDIT && code == PARRY_OK; kind++)
        code = erase_kind(e, kind, cut(keep, kind, now_ms) * day_ms, dry_run, &r.erased[kind], &days, err);
    if (code == PARRY_OK && !dry_run)
        code = parry_erasing_tell(e, PARRY_RETENTION_ACTION, entry_of(&r, &days), err);
    parry_days_free(&days);
    if (code == PARRY_OK)
        *out = r;
    return code;
}
