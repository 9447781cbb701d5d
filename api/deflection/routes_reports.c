/* /v1/reports: what reports there are, and one of them (deflection/report.h), from the rows as they are. */
#include "api/deflection/folding.h"
#include "api/routes.h"

#include "base/clock.h"
#include "deflection/report.h"

/* Each may take some hundred MiB while it is made (PARRY_REPORT_..._MAX). */
enum { AT_ONCE = 2 };
static atomic_uint making;

parry_code parry_get_reports(parry_call *c, parry_err *err)
{
    (void)err;
    parry_response_json(c->res, 200, "application/json", parry_report_list());
    return PARRY_OK;
}

/* ---- what is asked ----------------------------------------------------------------------------------------------- */

static parry_str param(void *ctx, const char *name)
{
    const parry_call *c = ctx;
    parry_str value;
    return parry_request_text(c->req, name, &value) ? value : parry_str_make(NULL, 0);
}

enum { FORMS = PARRY_REPORT_NDJSON + 1 };

/* By `format`, else by Accept; FORMS: none that it takes. */
static parry_code read_form(parry_call *c, size_t *form, parry_err *err)
{
    static const char *const types[FORMS] = {"application/json", "text/csv", "application/x-ndjson"};
    parry_report_format format = PARRY_REPORT_JSON;
    parry_str text;
    bool told = parry_request_text(c->req, "format", &text);
    c->res->by_accept = !told;
    parry_code code = told ? parry_report_format_read(text, &format, err) : PARRY_OK;
    *form = told ? format : parry_accept_best(parry_request_header(c->req, "Accept"), types, FORMS);
    return code;
}

static parry_code read_request(parry_call *c, parry_report_request *q, parry_err *err)
{
    const parry_config *config = c->app->config;
    const parry_report_house house = {.k = (unsigned)config->deflection.k,
                                      .cost = config->deflection.cost_per_ticket,
                                      .currency = parry_str_of(config->deflection.currency)};
    return parry_report_read(parry_str_z(c->arena, c->tail), param, c, parry_clock_now_ms(parry_clock_system()), &house,
                             q, err);
}

/* ---- what is answered -------------------------------------------------------------------------------------------- */

static parry_code make(parry_call *c, const parry_report_request *q, json_t **report, parry_err *err)
{
    parry_rows *rows = NULL;
    parry_days erasures = {.n = 0};
    parry_trial_list trials = {.n = 0};
    parry_code code = parry_rows_open(parry_folding_rows(c->app->folding), &rows, err);
    if (code == PARRY_OK)
        code = parry_erasures_read(c->app->ledger, &erasures, err);
    if (code == PARRY_OK)
        code = parry_trial_list_read(c->app->ledger, parry_rows_get_state(rows).seq, &trials, err);
    if (code == PARRY_OK) {
        parry_report_source source = parry_report_source_of(rows, &trials);
        source.erasures = &erasures;
        code = parry_report_make(&source, q, report, err);
    }
    parry_rows_close(rows);
    parry_days_free(&erasures);
    parry_trial_list_free(&trials);
    return code;
}

static parry_code reply(parry_call *c, const parry_report_request *q, size_t form, parry_err *err)
{
    static const char *const types[FORMS] = {"application/json", "text/csv; charset=utf-8; header=present",
                                             "application/x-ndjson"};
    json_t *report = NULL;
    parry_buf text = PARRY_BUF(PARRY_REPLY_MAX_BYTES);
    parry_code code = make(c, q, &report, err);
    if (code != PARRY_OK)
        return code;
    parry_report_write(report, (parry_report_format)form, &text);
    json_decref(report);
    if (text.full)
        code = parry_fail(err, PARRY_TOO_LARGE, "limit: so many rows are more than a reply may have");
    else
        parry_response_text(c->res, types[form], parry_buf_str(&text));
    parry_buf_free(&text);
    return code;
}

parry_code parry_get_report(parry_call *c, parry_err *err)
{
    parry_report_request q;
    size_t form = FORMS;
    if (c->app->folding == NULL)
        return parry_fail(err, PARRY_UNAVAILABLE, "this server counts nothing; ask the one that it follows");
    parry_code code = read_request(c, &q, err);
    if (code == PARRY_OK)
        code = read_form(c, &form, err);
    if (code != PARRY_OK)
        return code;
    if (form == FORMS) {
        parry_problem_reply(c->res, PARRY_PROBLEM_NOT_ACCEPTABLE,
                            "a report is application/json, text/csv or application/x-ndjson", c->req->id);
        return PARRY_OK;
    }
    if (atomic_fetch_add(&making, 1) < AT_ONCE)
        code = reply(c, &q, form, err);
    else
        code = parry_fail(err, PARRY_UNAVAILABLE, "%d reports are being made; ask again", AT_ONCE);
    atomic_fetch_sub(&making, 1);
    return code;
}
