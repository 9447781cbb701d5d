/* GET /v1/cases and its like: lists, one case, its packet and attachments. */
#include "api/desk/attachments.h"
#include "api/desk/desk_api.h"

enum { USUAL = 25 };

/* `limit` or `per_page`; `page` from 1 or `cursor`. */
static parry_code read_place(const parry_call *c, parry_cases_wish *w, parry_cases_row *place, size_t *page,
                             parry_err *err)
{
    parry_str text;
    bool paged = parry_request_text(c->req, "page", &text), follows = parry_request_text(c->req, "cursor", &text);
    w->limit = USUAL;
    *page = 1;
    parry_code code = parry_request_number(c->req, "limit", 1, PARRY_CASES_LIST_MAX, &w->limit, err);
    if (code == PARRY_OK)
        code = parry_request_number(c->req, "per_page", 1, PARRY_CASES_LIST_MAX, &w->limit, err);
    if (code == PARRY_OK)
        code = parry_request_number(c->req, "page", 1, PARRY_CASES_OFFSET_MAX, page, err);
    if (code == PARRY_OK && paged && follows)
        code = parry_fail(err, PARRY_INVALID, "cursor and page both say where to begin: one of them");
    w->offset = (*page - 1) * w->limit;
    if (code == PARRY_OK && w->offset > PARRY_CASES_OFFSET_MAX)
        code = parry_fail(err, PARRY_INVALID, "page: beyond the first %d cases; follow `next` instead",
                          PARRY_CASES_OFFSET_MAX);
    if (code == PARRY_OK && follows)
        code = parry_cases_after(c, w, place, err);
    *page = follows ? 0 : *page;
    return code;
}

/* The newest of its comments, as far as a list shows them. */
static parry_code add_comments(parry_call *c, const parry_case *k, json_t *j, parry_err *err)
{
    parry_case_comment *list = NULL;
    size_t n = 0;
    uint64_t after = k->ncomments > PARRY_CASE_COMMENTS_IN_LIST ? k->ncomments - PARRY_CASE_COMMENTS_IN_LIST : 0;
    parry_code code = parry_cases_comments_after(c->app->cases, k->id, true, after, PARRY_CASE_COMMENTS_IN_LIST,
                                                 c->arena, &list, &n, err);
    if (code == PARRY_OK)
        json_object_set_new(j, "comments", parry_comments_json(list, n));
    return code;
}

static parry_code rows_json(parry_call *c, const parry_cases_row *rows, size_t n, bool comments, json_t *out,
                            parry_err *err)
{
    for (size_t i = 0; i < n; i++) {
        parry_case k;
        parry_err why = {0};
        parry_code code = parry_cases_get(c->app->cases, rows[i].id, c->arena, &k, &why);
        json_t *j = code == PARRY_OK ? parry_case_json(&k) : NULL;
        if (code == PARRY_OK && comments)
            code = add_comments(c, &k, j, &why);
        if (code == PARRY_OK)
            (void)json_array_append(out, j);
        json_decref(j);
        if (code != PARRY_OK && code != PARRY_NOT_FOUND) /* which was erased since */
            return parry_fail(err, code, "%s", why.msg);
    }
    return PARRY_OK;
}

static parry_code list(parry_call *c, bool comments, parry_err *err)
{
    parry_cases_row rows[PARRY_CASES_LIST_MAX], place;
    size_t n, total, page;
    parry_cases_wish w = parry_cases_any();
    parry_code code = parry_need_cases(c, err);
    if (code == PARRY_OK)
        code = parry_cases_params(c, &w, err);
    if (code == PARRY_OK)
        code = read_place(c, &w, &place, &page, err);
    if (code == PARRY_OK)
        code = parry_cases_list(c->app->cases, &w, rows, &n, &total, err);
    if (code != PARRY_OK)
        return code;
    json_t *cases = json_array();
    code = rows_json(c, rows, n, comments, cases, err);
    if (code != PARRY_OK) {
        json_decref(cases);
        return code;
    }
    parry_response_json(c->res, 200, "application/json",
                        json_pack("{s:o, s:I, s:o, s:i, s:s, s:o}", "cases", cases, "total", (json_int_t)total, "page",
                                  page > 0 ? json_integer((json_int_t)page) : json_null(), "per_page", (int)w.limit,
                                  "order", parry_cases_order_name(w.order), "next",
                                  parry_cases_next(c, &w, rows, n, total)));
    return PARRY_OK;
}

parry_code parry_get_cases(parry_call *c, parry_err *err) { return list(c, false, err); }
parry_code parry_get_desk_cases(parry_call *c, parry_err *err) { return list(c, true, err); }

parry_code parry_get_case(parry_call *c, parry_err *err)
{
    uint64_t id = 0;
    size_t after = 0;
    parry_code code = parry_need_cases(c, err);
    if (code == PARRY_OK)
        code = parry_case_number_in(c, &id, err);
    if (code == PARRY_OK)
        code = parry_request_number(c->req, "comments_after", 0, PARRY_CASE_COMMENTS_MAX, &after, err);
    return code == PARRY_OK ? parry_case_reply(c, 200, id, after, err) : code;
}

parry_code parry_get_case_packet(parry_call *c, parry_err *err)
{
    uint64_t id = 0;
    json_t *packet = NULL;
    parry_code code = parry_need_cases(c, err);
    if (code == PARRY_OK)
        code = parry_case_number_in(c, &id, err);
    if (code == PARRY_OK)
        code = parry_cases_packet(c->app->cases, id, &packet, err);
    if (code == PARRY_OK)
        parry_response_json(c->res, 200, "application/json", packet);
    return code;
}

parry_code parry_get_case_attachment(parry_call *c, parry_err *err)
{
    uint64_t id = 0, number = 0;
    parry_case_file f;
    parry_code code = parry_need_cases(c, err);
    if (code == PARRY_OK)
        code = parry_case_number_in(c, &id, err);
    if (code == PARRY_OK)
        code = parry_attachment_number_in(c, &number, err);
    if (code == PARRY_OK)
        code = parry_cases_file(c->app->cases, id, number, true, c->arena, &f, err);
    if (code == PARRY_OK)
        parry_attachment_reply(c, &f.is);
    return code;
}
