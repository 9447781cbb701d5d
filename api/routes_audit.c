/* /v1/audit: who changed what and who signed in, oldest first, out of the ledger. A page looks at so many records and
 * no more, so that it takes a bounded time however much else was recorded between. */
#include "api/routes.h"

#include "api/paging.h"
#include "base/clock.h"

#include <inttypes.h>

enum { RECORDS_MAX = 20000 };

typedef struct scan {
    uint64_t from; /* the first to look at */
    int64_t since_ms;
    size_t limit;
    json_t *entries;
    uint64_t last; /* that was looked at; 0: none */
    bool more;
} scan;

static void take(scan *s, const parry_ledger_record *r)
{
    if (r->kind != PARRY_LEDGER_AUDIT || r->erased || r->at_ms < s->since_ms)
        return;
    json_t *j = json_loadb(r->payload.p, r->payload.n, 0, NULL);
    if (!json_is_object(j)) {
        json_decref(j);
        return;
    }
    (void)json_object_set_new(j, "seq", json_integer((json_int_t)r->seq));
    (void)json_object_set_new(j, "time", parry_time_json(r->at_ms));
    (void)json_array_append_new(s->entries, j);
}

static parry_code run(parry_ledger *ledger, scan *s, parry_err *err)
{
    parry_ledger_cursor *cursor = NULL;
    parry_ledger_record r;
    size_t looked = 0;
    parry_code code = parry_ledger_read(ledger, s->from, &cursor, err);
    if (code != PARRY_OK)
        return code;
    while (!s->more && parry_ledger_next(cursor, &r)) {
        take(s, &r);
        s->last = r.seq;
        s->more = ++looked == RECORDS_MAX || json_array_size(s->entries) == s->limit;
    }
    return parry_ledger_cursor_close(cursor, err);
}

static bool read_seq(parry_str text, uint64_t *seq)
{
    *seq = 0;
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] < '0' || text.p[i] > '9' || text.n > 18)
            return false;
        *seq = *seq * 10 + (uint64_t)(text.p[i] - '0');
    }
    return true;
}

static parry_code read_scan(const parry_call *c, scan *s, parry_err *err)
{
    parry_str after, since;
    parry_code code = parry_list_params(c, "audit", &after, &s->limit, err);
    if (code == PARRY_OK && !read_seq(after, &s->from))
        code = parry_fail(err, PARRY_INVALID, "cursor: take the one that the page before gave");
    if (code == PARRY_OK && parry_request_text(c->req, "since", &since) &&
        !parry_time_bound(since, false, &s->since_ms))
        code = parry_fail(err, PARRY_INVALID, "since: a day or a time in UTC, like 2026-01-31T12:00:00Z");
    s->from++;
    return code;
}

parry_code parry_get_audit(parry_call *c, parry_err *err)
{
    scan s = {.since_ms = INT64_MIN};
    if (c->app->ledger == NULL)
        return parry_fail(err, PARRY_UNAVAILABLE, "this server keeps no records");
    parry_code code = read_scan(c, &s, err);
    if (code != PARRY_OK)
        return code;
    s.entries = json_array();
    code = run(c->app->ledger, &s, err);
    if (code != PARRY_OK) {
        json_decref(s.entries);
        return code;
    }
    parry_str last = parry_str_printf(c->arena, "%" PRIu64, s.last);
    parry_response_json(
        c->res, 200, "application/json",
        json_pack("{s:o, s:o}", "entries", s.entries, "next", parry_paging_next("audit", s.more, &last, 1)));
    return PARRY_OK;
}
