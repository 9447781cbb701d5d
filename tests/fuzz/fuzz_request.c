/* Any bytes as a request's line and headers (lines; the first is the target): what is read keeps to its limits. So do a
 * report and a list of cases that are asked for with its parameters. */
#include "api/desk/desk_api.h"
#include "api/http/http.h"
#include "api/limits/limits.h"
#include "api/observe/trace.h"
#include "api/paging.h"
#include "deflection/report_inner.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { HEADERS = 16 };

static void must(bool good)
{
    if (!good)
        abort();
}

static void told(const parry_err *err) { must(err->msg[0] != 0 && parry_utf8_valid(parry_str_of(err->msg), NULL)); }

static void check_text(parry_str s) { must(parry_utf8_valid(s, NULL) && (s.n == 0 || memchr(s.p, 0, s.n) == NULL)); }

static void check_params(const parry_request *r, parry_arena *a)
{
    parry_str parts[PARRY_PAGING_PARTS];
    bool given = false;
    must(r->nparams <= PARRY_PARAMS_MAX);
    for (size_t i = 0; i < r->nparams; i++) {
        check_text(r->params[i].name);
        check_text(r->params[i].value);
    }
    if (parry_paging_after(r, a, "keys", parts, 1, &given, NULL) == PARRY_OK && given)
        check_text(parts[0]);
    (void)!parry_request_check(r, "q limit cursor", NULL);
}

/* ---- what routes make of them -------------------------------------------------------------------------------------
 */

/* One letter stands for what may be asked: nobody guesses a day. */
static void stand_in(parry_request *r)
{
    static const char *const words[] = {"1970-01-01", "2026-01-31", "2026-02-29", "2026-02-30", "9999-12-31",
                                        "2023-12-31", "day",        "week",       "month",      "locale",
                                        "generation", "7d",         "with",       "only",       "1000",
                                        "100001",     "0",          "newest",     "relevance",  "new"};
    static const char *const names[] = {"from",     "to",     "by",       "window",       "limit",        "agents",
                                        "audience", "locale", "category", "generation",   "experiment",   "status",
                                        "search",   "order",  "assignee", "created_from", "created_until"};
    for (size_t i = 0; i < r->nparams; i++) {
        parry_param *p = &r->params[i];
        if (p->name.n == 1)
            p->name = parry_str_of(names[(unsigned char)p->name.p[0] % (sizeof names / sizeof *names)]);
        if (p->value.n == 1)
            p->value = parry_str_of(words[(unsigned char)p->value.p[0] % (sizeof words / sizeof *words)]);
    }
}

static parry_str param(void *ctx, const char *name)
{
    parry_str value;
    return parry_request_text(ctx, name, &value) ? value : parry_str_make(NULL, 0);
}

static void check_asked(const parry_report_request *q)
{
    const int64_t day_ms = 86400000;
    char day[REPORT_DAY_TEXT];
    int periods = 0;
    must(q->from_ms >= 0 && q->from_ms % day_ms == 0 && q->until_ms % day_ms == 0 && q->from_ms < q->until_ms);
    must(q->window < PARRY_WINDOWS && q->limit > 0 && q->limit <= PARRY_REPORT_ROWS_MAX && q->by < PARRY_BYS);
    for (int64_t at = report_period_start(q->by, q->from_ms); at < q->until_ms; at = report_period_next(q->by, at)) {
        report_day_text(at, day);
        must(strlen(day) == REPORT_DAY_TEXT - 1 && periods++ <= PARRY_REPORT_DAYS_MAX);
    }
}

static void as_report(parry_request *r, parry_arena *a, parry_str path)
{
    const parry_report_kind *kind;
    const parry_report_house house = {.cost = 1};
    parry_report_request q;
    parry_err err = {0};
    for (size_t i = 0; (kind = report_kind_at(i)) != NULL; i++) {
        if (parry_report_read(kind->name, param, r, 1790000000000, &house, &q, &err) == PARRY_OK)
            check_asked(&q);
        else
            told(&err);
    }
    err = (parry_err){0};
    if (parry_report_read(parry_str_z(a, path), param, r, 1790000000000, &house, &q, &err) != PARRY_OK)
        told(&err);
}

static void as_cases(const parry_request *r, parry_arena *a)
{
    const parry_identity who = {.id = parry_str_of("me")};
    const parry_call c = {.req = r, .arena = a, .who = &who};
    parry_cases_wish w = parry_cases_any();
    parry_cases_row place;
    parry_err err = {0};
    parry_code code = parry_cases_params(&c, &w, &err);
    if (code == PARRY_OK)
        code = parry_cases_after(&c, &w, &place, &err);
    if (code != PARRY_OK)
        told(&err);
    else
        must(w.offset <= PARRY_CASES_OFFSET_MAX && parry_utf8_count(w.text) <= PARRY_CASES_TEXT_MAX);
}

static size_t read_headers(parry_str rest, parry_header *out)
{
    parry_str line;
    size_t n = 0;
    while (n < HEADERS && parry_str_split(&rest, '\n', &line)) {
        size_t colon = parry_str_find(line, parry_str_of(":"));
        out[n++] = (parry_header){parry_str_make(line.p, colon), parry_str_trim(parry_str_from(line, colon + 1))};
    }
    return n;
}

static void check_headers(const parry_request *r)
{
    static const char *const types[] = {"application/json", "text/html"};
    parry_trace_context trace = {.id = ""};
    for (size_t i = 0; i < r->nheaders; i++) {
        must(parry_accept_best(r->headers[i].value, types, 2) <= 2);
        (void)parry_etag_matches(r->headers[i].value, "0123");
        if (parry_trace_parse(r->headers[i].value, &trace))
            must(strlen(trace.id) == PARRY_TRACE_ID_TEXT - 1 && strlen(trace.parent) == PARRY_SPAN_ID_TEXT - 1);
        (void)parry_trace_state_valid(r->headers[i].value);
    }
    (void)parry_framing_fault(r->headers, r->nheaders, r->nheaders % 2 == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    parry_arena *a = parry_arena_new();
    parry_str rest = parry_str_make((const char *)data, size), target = {NULL, 0}, path = {NULL, 0};
    parry_header headers[HEADERS];
    parry_request r = {.headers = headers};
    parry_err err = {0};
    (void)parry_str_split(&rest, '\n', &target);
    parry_request_target(&r, target);
    if (parry_percent_decode(a, r.path, false, &path, &err) == PARRY_OK)
        check_text(path);
    if (parry_request_params(&r, a, &err) == PARRY_OK) {
        check_params(&r, a);
        stand_in(&r);
        as_report(&r, a, path);
        as_cases(&r, a);
    }
    must(parry_utf8_valid(parry_str_of(err.msg), NULL));
    r.nheaders = read_headers(rest, headers);
    check_headers(&r);
    must(parry_arena_bytes(a) < (16U << 20));
    parry_arena_free(a);
    return 0;
}
