/* /v1/ledger/stream and /v1/ledger/ubi: records from an offset on, for other programs. X-Next-Offset says where to go
 * on: a consumer that keeps it misses nothing and gets nothing twice. */
#include "api/routes.h"

#include "base/clock.h"
#include "deflection/export.h"

#include <inttypes.h>

enum { LIMIT = 1000, LIMIT_MAX = 10000, BYTES = 8 << 20, WAIT_MAX = 10, LOOK_MS = 200, WAITING_MAX = 2 };

typedef struct piece {
    parry_export_form form;
    uint64_t from, next;
    size_t limit, wait_s;
    bool raw;
} piece;

static parry_code read_piece(const parry_call *c, piece *p, parry_err *err)
{
    size_t from = 1;
    parry_code code = parry_request_number(c->req, "from", 1, (size_t)INT64_MAX, &from, err);
    p->from = from;
    p->limit = LIMIT;
    if (code == PARRY_OK)
        code = parry_request_number(c->req, "limit", 1, LIMIT_MAX, &p->limit, err);
    if (code == PARRY_OK && p->form == PARRY_EXPORT_STREAM)
        code = parry_request_number(c->req, "wait", 0, WAIT_MAX, &p->wait_s, err);
    if (code == PARRY_OK && p->form == PARRY_EXPORT_STREAM)
        code = parry_request_flag(c->req, "raw", &p->raw, err);
    if (code == PARRY_OK && p->raw && !parry_rights_have(c->who->rights, PARRY_RIGHT_AUDIT))
        code = parry_fail(err, PARRY_DENIED, "raw: texts that few wrote are for who has the right audit");
    return code;
}

/* A few may wait for what comes next; the others are answered at once. */
static void wait_for_more(parry_call *c, const piece *p)
{
    static atomic_int waiting;
    parry_ledger_stats s;
    if (p->wait_s == 0 || atomic_fetch_add(&waiting, 1) >= WAITING_MAX) {
        if (p->wait_s > 0)
            atomic_fetch_sub(&waiting, 1);
        return;
    }
    int64_t until = parry_mono_ns() + (int64_t)p->wait_s * 1000000000;
    for (;;) {
        parry_ledger_get_stats(c->app->ledger, &s);
        if (s.seq >= p->from || parry_mono_ns() >= until || atomic_load(&c->app->draining))
            break;
        parry_sleep_ms(LOOK_MS);
    }
    atomic_fetch_sub(&waiting, 1);
}

static parry_code add_records(parry_call *c, piece *p, parry_err *err)
{
    parry_ledger_cursor *cursor;
    parry_ledger_record r;
    parry_common *common = p->raw ? NULL : c->app->common;
    parry_code code = parry_ledger_read(c->app->ledger, p->from, &cursor, err);
    p->next = p->from;
    if (code != PARRY_OK)
        return code;
    for (size_t n = 0; n < p->limit && c->res->body.n < BYTES && parry_ledger_next(cursor, &r); n++) {
        parry_export_record(p->form, &r, common, &c->res->body);
        p->next = r.seq + 1;
    }
    return parry_ledger_cursor_close(cursor, err);
}

static parry_code export(parry_call *c, parry_export_form form, parry_err *err)
{
    piece p = {.form = form};
    if (c->app->ledger == NULL)
        return parry_fail(err, PARRY_UNAVAILABLE, "this server keeps no records");
    parry_code code = read_piece(c, &p, err);
    if (code == PARRY_OK)
        wait_for_more(c, &p);
    if (code == PARRY_OK && !p.raw)
        code = parry_common_update(c->app->common, err);
    if (code == PARRY_OK)
        code = add_records(c, &p, err);
    if (code != PARRY_OK)
        return code;
    c->res->status = 200;
    c->res->type = "application/x-ndjson";
    parry_response_header(c->res, "X-Next-Offset", parry_str_printf(c->arena, "%" PRIu64, p.next));
    return PARRY_OK;
}

parry_code parry_get_ledger_stream(parry_call *c, parry_err *err) { return export(c, PARRY_EXPORT_STREAM, err); }
parry_code parry_get_ledger_ubi(parry_call *c, parry_err *err) { return export(c, PARRY_EXPORT_UBI, err); }
