/* What is asked of a report: names of days and dimensions to a request, and back from a report. */
#include "deflection/report_inner.h"

#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static const int64_t day_ms = 86400000;
enum { DAYS_USUAL = 28, ROWS_USUAL = 1000, WORD_MAX = 200 };

const char *parry_report_by_name(parry_report_by by)
{
    static const char *const names[PARRY_BYS] = {"none",   "day",      "week",    "month",  "audience",
                                                 "locale", "category", "channel", "device", "generation"};
    return names[by];
}

/* ---- days ------------------------------------------------------------------------------------------------------- */

static struct tm date_of(int64_t at_ms)
{
    time_t t = (time_t)(at_ms / 1000);
    struct tm d;
    (void)gmtime_r(&t, &d);
    return d;
}

void report_day_text(int64_t at_ms, char out[REPORT_DAY_TEXT])
{
    struct tm d = date_of(at_ms);
    (void)strftime(out, REPORT_DAY_TEXT, "%Y-%m-%d", &d);
}

int64_t report_period_start(parry_report_by by, int64_t at_ms)
{
    int64_t day = at_ms - at_ms % day_ms;
    struct tm d = date_of(day);
    if (by == PARRY_BY_WEEK)
        return day - (d.tm_wday + 6) % 7 * day_ms;
    return by == PARRY_BY_MONTH ? day - (d.tm_mday - 1) * day_ms : day;
}

int64_t report_period_next(parry_report_by by, int64_t start_ms)
{
    if (by == PARRY_BY_MONTH)
        return report_period_start(by, start_ms + 32 * day_ms);
    return start_ms + (by == PARRY_BY_WEEK ? 7 : 1) * day_ms;
}

/* ---- reading ---------------------------------------------------------------------------------------------------- */

typedef struct reading {
    parry_report_get *get;
    void *ctx;
    parry_report_request *q;
    parry_err *err;
} reading;

static parry_str value(const reading *r, const char *name) { return r->get(r->ctx, name); }

static parry_code unknown_report(const char *name, parry_err *err)
{
    parry_buf names = PARRY_BUF(1024);
    const parry_report_kind *kind;
    for (size_t i = 0; (kind = report_kind_at(i)) != NULL; i++)
        parry_buf_printf(&names, " %s", kind->name);
    parry_code code = parry_fail(err, PARRY_NOT_FOUND, "no report %.40s; there are%s", name, names.p);
    parry_buf_free(&names);
    return code;
}

static parry_code read_day(const reading *r, const char *name, int64_t *at_ms)
{
    parry_str text = value(r, name);
    bool day = false;
    if (text.p == NULL)
        return PARRY_OK;
    if (text.n != REPORT_DAY_TEXT - 1 || !parry_time_parse(text, at_ms, &day) || !day || *at_ms < 0)
        return parry_fail(r->err, PARRY_INVALID, "%s: a day in UTC, like 2026-01-31", name);
    return PARRY_OK;
}

/* Without days: the last 28 that are over. */
static parry_code read_range(const reading *r, int64_t now_ms)
{
    int64_t today = now_ms - now_ms % day_ms, to = today - day_ms, from = -1;
    parry_code code = read_day(r, "to", &to);
    if (code == PARRY_OK)
        code = read_day(r, "from", &from);
    if (code != PARRY_OK)
        return code;
    r->q->until_ms = to + day_ms;
    r->q->from_ms = from >= 0 ? from : r->q->until_ms - DAYS_USUAL * day_ms;
    if (r->q->from_ms < 0 || r->q->from_ms >= r->q->until_ms)
        return parry_fail(r->err, PARRY_INVALID, "from: a day that is not after `to`");
    if (r->q->until_ms - r->q->from_ms > PARRY_REPORT_DAYS_MAX * day_ms)
        return parry_fail(r->err, PARRY_INVALID, "from: at most %d days before `to`", PARRY_REPORT_DAYS_MAX);
    return PARRY_OK;
}

static int among(parry_str text, const char *const *names, int n)
{
    int i = 0;
    while (i < n && !parry_str_eqz(text, names[i]))
        i++;
    return i;
}

static parry_code read_by(const reading *r)
{
    parry_str text = value(r, "by");
    const char *names[PARRY_BYS];
    for (int i = 0; i < PARRY_BYS; i++)
        names[i] = parry_report_by_name((parry_report_by)i);
    if (text.p == NULL)
        return PARRY_OK;
    if (r->q->kind->rows != REPORT_ASKED)
        return parry_str_eqz(text, r->q->kind->rows == REPORT_TEXTS ? "text" : "article")
                   ? PARRY_OK
                   : parry_fail(r->err, PARRY_INVALID, "by: %s has rows of its own; leave it out", r->q->kind->name);
    int by = among(text, names, PARRY_BYS);
    if (by == PARRY_BYS)
        return parry_fail(r->err, PARRY_INVALID,
                          "by: none, day, week, month, audience, locale, category, channel, device or generation");
    r->q->by = (parry_report_by)by;
    return PARRY_OK;
}

static parry_code read_choices(const reading *r)
{
    static const char *const teams[] = {"without", "with", "only"};
    parry_str window = value(r, "window"), team = value(r, "agents");
    unsigned w = window.p == NULL ? 0 : parry_window_of(window);
    int t = team.p == NULL ? 0 : among(team, teams, 3);
    if (w == PARRY_WINDOWS)
        return parry_fail(r->err, PARRY_INVALID, "window: 24h, 72h or 7d");
    if (t == 3)
        return parry_fail(r->err, PARRY_INVALID, "agents: without, with or only");
    r->q->window = w;
    r->q->team = (parry_report_team)t;
    return PARRY_OK;
}

static bool number(parry_str text, size_t most, size_t *out)
{
    size_t n = 0;
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] < '0' || text.p[i] > '9' || n > most)
            return false;
        n = n * 10 + (size_t)(text.p[i] - '0');
    }
    *out = n;
    return text.n > 0 && n <= most;
}

static parry_code read_limit(const reading *r)
{
    parry_str text = value(r, "limit");
    r->q->limit = ROWS_USUAL;
    if (text.p == NULL || (number(text, PARRY_REPORT_ROWS_MAX, &r->q->limit) && r->q->limit > 0))
        return PARRY_OK;
    return parry_fail(r->err, PARRY_INVALID, "limit: a whole number from 1 to %d", PARRY_REPORT_ROWS_MAX);
}

static parry_code read_filters(const reading *r)
{
    size_t n;
    for (parry_report_by d = PARRY_BY_AUDIENCE; d < PARRY_BYS; d++) {
        const char *name = parry_report_by_name(d);
        parry_str text = value(r, name);
        if (text.n > WORD_MAX)
            return parry_fail(r->err, PARRY_INVALID, "%s: at most %d bytes", name, WORD_MAX);
        if (text.p != NULL && d == PARRY_BY_GENERATION && !number(text, UINT32_MAX, &n))
            return parry_fail(r->err, PARRY_INVALID, "generation: a whole number");
        if (text.p != NULL && r->q->by == d)
            return parry_fail(r->err, PARRY_INVALID, "by: %s is narrowed to one already", name);
        r->q->filter[d] = text;
    }
    r->q->experiment = value(r, "experiment");
    if (r->q->experiment.n > WORD_MAX)
        return parry_fail(r->err, PARRY_INVALID, "experiment: at most %d bytes", WORD_MAX);
    return PARRY_OK;
}

parry_code parry_report_read(const char *name, parry_report_get *get, void *ctx, int64_t now_ms,
                             const parry_report_house *house, parry_report_request *out, parry_err *err)
{
    parry_report_request q = {.kind = report_kind_of(parry_str_of(name)),
                              .k = house->k > 0 ? house->k : PARRY_REPORT_K,
                              .cost = house->cost,
                              .currency = house->currency};
    const reading r = {get, ctx, &q, err};
    if (q.kind == NULL)
        return unknown_report(name, err);
    if (q.k > PARRY_REPORT_K_MAX)
        return parry_fail(err, PARRY_INVALID, "k: at most %d", PARRY_REPORT_K_MAX);
    parry_code code = read_range(&r, now_ms);
    if (code == PARRY_OK)
        code = read_by(&r);
    if (code == PARRY_OK)
        code = read_choices(&r);
    if (code == PARRY_OK)
        code = read_limit(&r);
    if (code == PARRY_OK)
        code = read_filters(&r);
    if (code == PARRY_OK)
        *out = q;
    return code;
}

/* ---- again ------------------------------------------------------------------------------------------------------ */

static parry_str member(void *ctx, const char *name)
{
    const json_t *report = ctx, *v = json_object_get(json_object_get(report, "filters"), name);
    if (v == NULL && strcmp(name, "limit") != 0)
        v = json_object_get(report, name);
    return parry_str_make(json_string_value(v), json_string_length(v));
}

parry_code parry_report_again(json_t *report, parry_report_request *out, parry_err *err)
{
    const char *name = json_string_value(json_object_get(report, "report"));
    json_int_t limit = json_integer_value(json_object_get(report, "limit"));
    json_int_t k = json_integer_value(json_object_get(report, "k"));
    parry_report_house house = {.cost = json_number_value(json_object_get(report, "cost_per_ticket")),
                                .currency = member(report, "currency")};
    parry_report_request q;
    if (name == NULL || json_integer_value(json_object_get(report, "definition_version")) != PARRY_REPORT_VERSION)
        return parry_fail(err, PARRY_INVALID, "this is no report of the definitions of version %d",
                          PARRY_REPORT_VERSION);
    if (k < 1 || k > PARRY_REPORT_K_MAX || limit < 1 || limit > PARRY_REPORT_ROWS_MAX)
        return parry_fail(err, PARRY_INVALID, "the report's k or limit is out of range");
    house.k = (unsigned)k;
    parry_code code = parry_report_read(name, member, report, 0, &house, &q, err);
    if (code != PARRY_OK)
        return code;
    q.limit = (size_t)limit;
    *out = q;
    return PARRY_OK;
}
