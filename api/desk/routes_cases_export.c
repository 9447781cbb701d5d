/* GET /v1/cases/export: the cases of a list, as CSV or NDJSON, a piece at a time: `next` stands in the header
 * X-Next-Cursor and in Link. */
#include "api/desk/desk_api.h"

#include "api/paging.h"

#include <stdlib.h>

enum { ROWS = 1000, ROWS_MAX = 10000, BYTES_MAX = 16 << 20, COMMENTS_MAX = PARRY_CASE_LINE_COMMENTS };

typedef enum form { CSV, NDJSON, FORMS } form;
static const char *const types[FORMS] = {"text/csv; charset=utf-8; header=present", "application/x-ndjson"};

/* ---- one piece --------------------------------------------------------------------------------------------------- */

typedef struct piece {
    parry_call *c;
    form form;
    parry_arena *arena; /* of one case */
    size_t left, done;  /* rows */
} piece;

static parry_code add_case(piece *p, uint64_t id, parry_err *err)
{
    parry_case k;
    parry_case_comment *list = NULL;
    size_t n = 0;
    parry_cases *cases = p->c->app->cases;
    parry_err why = {0};
    parry_code code = parry_cases_get(cases, id, p->arena, &k, &why);
    if (code == PARRY_OK && p->form == NDJSON)
        code = parry_cases_comments_after(cases, id, true, 0, COMMENTS_MAX, p->arena, &list, &n, &why);
    if (code == PARRY_NOT_FOUND) /* it was erased since */
        return PARRY_OK;
    if (code != PARRY_OK)
        return parry_fail(err, code, "%s", why.msg);
    if (p->form == CSV)
        parry_case_csv(&k, &p->c->res->body);
    else
        parry_case_line(&k, list, n, &p->c->res->body);
    return PARRY_OK;
}

/* Rows of the list until the piece is full; *next: where the one after it begins. */
static parry_code add_rows(piece *p, parry_cases_wish *w, parry_cases_row *place, json_t **next, parry_err *err)
{
    parry_cases_row rows[PARRY_CASES_LIST_MAX];
    size_t n = 0, total = 0, done;
    parry_code code;
    do {
        w->limit = p->left < PARRY_CASES_LIST_MAX ? p->left : PARRY_CASES_LIST_MAX;
        code = parry_cases_list(p->c->app->cases, w, rows, &n, &total, err);
        for (done = 0; done < n && code == PARRY_OK && p->c->res->body.n < BYTES_MAX; done++) {
            code = add_case(p, rows[done].id, err);
            parry_arena_reset(p->arena);
        }
        if (code != PARRY_OK || n == 0)
            return code;
        *place = rows[done - 1];
        w->after = place;
        p->left -= done;
        p->done += done;
    } while (n == w->limit && done == n && p->left > 0);
    if (n < w->limit && done == n)
        return PARRY_OK;
    json_decref(*next);
    w->limit = done;
    *next = parry_cases_next(p->c, w, rows, done, total);
    return PARRY_OK;
}

static void say_next(parry_call *c, const json_t *next)
{
    const char *text = json_string_value(next);
    if (text == NULL)
        return;
    parry_response_header(c->res, "X-Next-Cursor", parry_str_of(text));
}

static parry_code read_form(parry_call *c, form *out, bool *answered, parry_err *err)
{
    static const char *const accepted[] = {"text/csv", "application/x-ndjson"};
    parry_str text;
    size_t best = CSV;
    *answered = false;
    if (!parry_request_text(c->req, "format", &text)) {
        c->res->by_accept = true;
        best = parry_accept_best(parry_request_header(c->req, "Accept"), accepted, FORMS);
        *answered = best == FORMS;
    } else if (parry_str_eqz(text, "ndjson")) {
        best = NDJSON;
    } else if (!parry_str_eqz(text, "csv")) {
        return parry_fail(err, PARRY_INVALID, "format: csv or ndjson");
    }
    if (*answered)
        parry_problem_reply(c->res, PARRY_PROBLEM_NOT_ACCEPTABLE, "an export is text/csv or application/x-ndjson",
                            c->req->id);
    *out = (form)best;
    return PARRY_OK;
}

parry_code parry_get_cases_export(parry_call *c, parry_err *err)
{
    parry_cases_wish w = parry_cases_any();
    parry_cases_row place;
    piece p = {.c = c, .left = ROWS};
    json_t *next = json_null();
    bool answered = false;
    parry_code code = parry_need_cases(c, err);
    if (code == PARRY_OK)
        code = read_form(c, &p.form, &answered, err);
    if (code == PARRY_OK)
        code = parry_cases_params(c, &w, err);
    if (w.order == PARRY_CASES_RELEVANCE)
        w.order = PARRY_CASES_NEWEST;
    if (code == PARRY_OK)
        code = parry_request_number(c->req, "limit", 1, ROWS_MAX, &p.left, err);
    if (code == PARRY_OK)
        code = parry_cases_after(c, &w, &place, err);
    if (code != PARRY_OK || answered)
        return code;
    parry_response_text(c->res, types[p.form], parry_str_of(""));
    if (p.form == CSV && w.after == NULL)
        parry_case_csv(NULL, &c->res->body);
    p.arena = parry_arena_new();
    code = add_rows(&p, &w, &place, &next, err);
    parry_arena_free(p.arena);
    if (code == PARRY_OK) {
        parry_call_audit(c, "cases.export", "cases", parry_str_of(p.form == CSV ? "csv" : "ndjson"),
                         json_pack("{s:I}", "cases", (json_int_t)p.done));
        say_next(c, next);
        parry_response_header(
            c->res, "Content-Disposition",
            parry_str_of(p.form == CSV ? "attachment; filename=cases.csv" : "attachment; filename=cases.ndjson"));
    }
    json_decref(next);
    return code;
}
