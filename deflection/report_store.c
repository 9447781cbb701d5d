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

/* ---- the experiment ---------------------------------------------------------------------------------------------- */

/* The effect is of everybody who was drawn up to the last day, from the first one on: an interval holds at every look,
 * but not for a beginning that somebody picked. The tickets avoided are those of the days that are asked for. */
static parry_code store_causal(const parry_report_source *s, const parry_report_request *q, parry_report_causal *out,
                               parry_err *err)
{
    parry_experiment_counts all, days;
    parry_trial unending = *s->trial;
    unending.plan.units = UINT64_MAX;
    parry_code code = parry_trial_count(s->trial, s->ctx, 0, q->until_ms, &all, err);
    if (code == PARRY_OK)
        code = parry_trial_count(&unending, s->ctx, q->from_ms, q->until_ms, &days, err);
    if (code != PARRY_OK)
        return code;
    *out = (parry_report_causal){.experiment = s->trial->name, .effect = parry_effect_of(&s->trial->plan, &all)};
    out->effect.avoided = parry_effect_avoided(&out->effect, days.treated.units);
    out->detail = parry_effect_json(&out->effect);
    json_object_set_new(out->detail, "name", json_string(s->trial->name));
    return PARRY_OK;
}

/* Told by the ledger's audit; where that cannot be read, the report itself will not be either. */

parry_report_source parry_report_source_of(parry_rows *rows, const parry_trial *trial)
{
    return (parry_report_source){.ctx = rows,
                                 .trial = trial,
                                 .causal = trial != NULL ? store_causal : NULL,
                                 .state = parry_rows_get_state(rows),
                                 .sessions = store_sessions,
                                 .searches = store_searches,
                                 .reads = store_reads,
                                 .tickets = store_tickets,
                                 .word = store_word};
}
