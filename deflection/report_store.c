/* The store's rows as a source of reports. */
#include "deflection/report.h"

static parry_code store_sessions(void *ctx, int64_t from, int64_t until, bool (*fn)(void *, const parry_session_row *),
                                 void *fn_ctx, parry_err *err)
{
    return parry_rows_sessions(ctx, from, until, fn, fn_ctx, err);
}

static parry_code store_searches(void *ctx, int64_t from, int64_t until, bool (*fn)(void *, const parry_search_row *),
                                 void *fn_ctx, parry_err *err)
{
    return parry_rows_searches(ctx, from, until, fn, fn_ctx, err);
}

static parry_code store_reads(void *ctx, int64_t from, int64_t until, bool (*fn)(void *, const parry_read_row *),
                              void *fn_ctx, parry_err *err)
{
    return parry_rows_reads(ctx, from, until, fn, fn_ctx, err);
}

static parry_code store_tickets(void *ctx, int64_t from, int64_t until, bool (*fn)(void *, const parry_ticket_row *),
                                void *fn_ctx, parry_err *err)
{
    return parry_rows_tickets(ctx, from, until, fn, fn_ctx, err);
}

static parry_str store_word(void *ctx, parry_word w) { return parry_rows_word(ctx, w); }

parry_report_source parry_report_source_of(parry_rows *rows)
{
    return (parry_report_source){.ctx = rows,
                                 .state = parry_rows_get_state(rows),
                                 .sessions = store_sessions,
                                 .searches = store_searches,
                                 .reads = store_reads,
                                 .tickets = store_tickets,
                                 .word = store_word};
}
