/* The store's rows as a source of reports. */
#include "deflection/report_inner.h"

#include "base/clock.h"

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

static void set_time(json_t *j, const char *name, int64_t at_ms)
{
    char text[PARRY_TIME_TEXT];
    parry_time_text(at_ms, text);
    json_object_set_new(j, name, at_ms > 0 ? json_string(text) : json_null());
}

/* The effect is of everybody who was drawn up to the last day, from the first one on: an interval holds at every look,
 * but not for a beginning that somebody picked. The tickets avoided are those of the days that are asked for. */
static parry_code count(const parry_trial *t, const parry_report_source *s, const parry_report_request *q,
                        parry_report_causal *out, parry_err *err)
{
    parry_experiment_counts all, days;
    parry_trial unending = *t;
    unending.plan.units = UINT64_MAX;
    parry_code code = parry_trial_count(t, s->ctx, 0, q->until_ms, &all, err);
    if (code == PARRY_OK)
        code = parry_trial_count(&unending, s->ctx, q->from_ms, q->until_ms, &days, err);
    if (code != PARRY_OK)
        return code;
    *out = (parry_report_causal){.experiment = t->name, .effect = parry_effect_of(&t->plan, &all)};
    out->effect.avoided = parry_effect_avoided(&out->effect, days.treated.units);
    out->detail = parry_effect_json(&out->effect);
    json_object_set_new(out->detail, "name", json_string(t->name));
    json_object_set_new(out->detail, "window", json_string(parry_windows[t->window]));
    set_time(out->detail, "began", t->began_ms);
    set_time(out->detail, "ended", t->ended_ms);
    return PARRY_OK;
}

static parry_code unknown(const parry_trial_list *t, parry_str name, parry_err *err)
{
    parry_buf names = PARRY_BUF(150);
    for (size_t i = t->n; i > 0; i--)
        parry_buf_printf(&names, " %s", t->list[i - 1].name);
    parry_code code = parry_fail(err, PARRY_INVALID, "experiment: none is called %.*s; there are%s",
                                 name.n < 40 ? (int)name.n : 40, name.p, t->n > 0 ? names.p : " none");
    parry_buf_free(&names);
    return code;
}

static parry_code store_causal(const parry_report_source *s, const parry_report_request *q, parry_report_causal *out,
                               parry_err *err)
{
    const parry_trial *t = parry_trial_list_find(s->trials, q->experiment);
    if (t != NULL)
        return count(t, s, q, out, err);
    return q->experiment.n > 0 ? unknown(s->trials, q->experiment, err) : PARRY_OK;
}

parry_report_source parry_report_source_of(parry_rows *rows, const parry_trial_list *trials)
{
    return (parry_report_source){.ctx = rows,
                                 .trials = trials,
                                 .causal = trials != NULL ? store_causal : NULL,
                                 .state = parry_rows_get_state(rows),
                                 .sessions = store_sessions,
                                 .searches = store_searches,
                                 .reads = store_reads,
                                 .tickets = store_tickets,
                                 .word = store_word};
}
