/* What a list of cases is asked for, and its cursor. */
#include "api/desk/desk_api.h"

#include "api/paging.h"

#include <stdlib.h>

static const char *const orders[] = {"newest", "oldest", "updated", "priority", "relevance"};
enum { ORDERS = sizeof orders / sizeof *orders, NUMBER_TEXT = 24 };

const char *parry_cases_order_name(parry_cases_order o) { return orders[o]; }

static parry_code read_enumerations(const parry_call *c, parry_cases_wish *w, parry_err *err)
{
    parry_str text;
    parry_case_status status;
    parry_priority priority;
    parry_queue queue;
    parry_channel channel;
    if (parry_request_text(c->req, "status", &text)) {
        if (!parry_case_status_parse(text, &status))
            return parry_fail(err, PARRY_INVALID, "status: new, inprogress or done");
        w->status = (int)status;
    }
    if (parry_request_text(c->req, "priority", &text)) {
        if (!parry_priority_parse(text, &priority))
            return parry_fail(err, PARRY_INVALID, "priority: critical, high, medium or low");
        w->priority = (int)priority;
    }
    if (parry_request_text(c->req, "queue", &text)) {
        if (!parry_queue_parse(text, &queue))
            return parry_fail(err, PARRY_INVALID, "queue: Login, Orders, Deliveries, Payments or Refunds");
        w->queue = (int)queue;
    }
    if (parry_request_text(c->req, "channel", &text)) {
        if (!parry_channel_parse(text, &channel))
            return parry_fail(err, PARRY_INVALID, "channel: form, email, phone, chat, agent or api");
        w->channel = (int)channel;
    }
    return PARRY_OK;
}

static parry_code read_time(const parry_call *c, const char *name, bool end, int64_t *ms, parry_err *err)
{
    parry_str text;
    if (!parry_request_text(c->req, name, &text) || parry_time_bound(text, end, ms))
        return PARRY_OK;
    return parry_fail(err, PARRY_INVALID, "%s: a day (2026-11-21) or a time (2026-11-21T09:30) in UTC", name);
}

static parry_code read_order(const parry_call *c, parry_cases_wish *w, parry_err *err)
{
    parry_str text;
    w->order = w->text.n > 0 ? PARRY_CASES_RELEVANCE : PARRY_CASES_NEWEST;
    if (!parry_request_text(c->req, "order", &text))
        return PARRY_OK;
    for (unsigned i = 0; i < ORDERS; i++) {
        if (parry_str_eqz(text, orders[i])) {
            w->order = (parry_cases_order)i;
            return PARRY_OK;
        }
    }
    return parry_fail(err, PARRY_INVALID, "order: newest, oldest, updated, priority or relevance");
}

/* "me", "none", or the id of a person. */
static void read_assignee(const parry_call *c, parry_cases_wish *w)
{
    parry_str text;
    if (!parry_request_text(c->req, "assignee", &text))
        return;
    w->assignee = parry_str_eqz(text, "none") ? parry_str_of("-") : parry_str_eqz(text, "me") ? c->who->id : text;
}

/* A whole address; part of one is searched for. */
static parry_code read_customer(const parry_call *c, parry_cases_wish *w, parry_err *err)
{
    if (!parry_request_text(c->req, "customer", &w->customer))
        return PARRY_OK;
    w->customer = parry_str_trim(w->customer);
    return w->customer.n <= PARRY_TICKET_EMAIL_MAX && parry_str_find(w->customer, parry_str_of("@")) < w->customer.n
               ? PARRY_OK
               : parry_fail(err, PARRY_INVALID, "customer: an e-mail address; names are found by search");
}

parry_code parry_cases_params(const parry_call *c, parry_cases_wish *w, parry_err *err)
{
    parry_code code = read_enumerations(c, w, err);
    if (code == PARRY_OK)
        code = read_customer(c, w, err);
    if (code == PARRY_OK && parry_request_text(c->req, "search", &w->text) &&
        parry_utf8_count(w->text) > PARRY_CASES_TEXT_MAX)
        code = parry_fail(err, PARRY_INVALID, "search: over %d characters", PARRY_CASES_TEXT_MAX);
    if (code == PARRY_OK)
        code = read_time(c, "created_from", false, &w->from_ms, err);
    if (code == PARRY_OK)
        code = read_time(c, "created_until", true, &w->until_ms, err);
    if (code == PARRY_OK)
        code = read_order(c, w, err);
    w->text = parry_str_trim(w->text);
    if (w->text.n == 0 && w->order == PARRY_CASES_RELEVANCE)
        w->order = PARRY_CASES_NEWEST;
    read_assignee(c, w);
    return code;
}

/* ---- the cursor: ["cases", order, place, id]; by relevance the place is how many came before --------------------- */

static parry_str number_text(const parry_call *c, int64_t n)
{
    return parry_str_printf(c->arena, "%lld", (long long)n);
}

static bool read_number(const parry_call *c, parry_str text, int64_t *n)
{
    char *end = NULL;
    const char *z = parry_str_z(c->arena, text);
    if (text.n == 0 || text.n > NUMBER_TEXT)
        return false;
    *n = strtoll(z, &end, 10);
    return *end == 0;
}

parry_code parry_cases_after(const parry_call *c, parry_cases_wish *w, parry_cases_row *place, parry_err *err)
{
    parry_str parts[3];
    int64_t at, id;
    bool given;
    parry_code code = parry_paging_after(c->req, c->arena, "cases", parts, 3, &given, err);
    if (code != PARRY_OK || !given)
        return code;
    if (!parry_str_eqz(parts[0], orders[w->order]) || !read_number(c, parts[1], &at) || !read_number(c, parts[2], &id))
        return parry_fail(err, PARRY_INVALID, "cursor: is of a list in another order");
    if (w->order == PARRY_CASES_RELEVANCE) {
        if (at < 0 || at > PARRY_CASES_OFFSET_MAX)
            return parry_fail(err, PARRY_INVALID, "cursor: beyond the first %d; ask for less", PARRY_CASES_OFFSET_MAX);
        w->offset = (size_t)at;
        return PARRY_OK;
    }
    *place = (parry_cases_row){(uint64_t)id, at};
    w->after = place;
    return PARRY_OK;
}

json_t *parry_cases_next(const parry_call *c, const parry_cases_wish *w, const parry_cases_row *rows, size_t n,
                         size_t total)
{
    bool ranked = w->order == PARRY_CASES_RELEVANCE;
    bool more = n == w->limit && n > 0 && (!ranked || w->offset + n < total);
    if (!more)
        return json_null();
    const parry_str parts[] = {parry_str_of(orders[w->order]),
                               number_text(c, ranked ? (int64_t)(w->offset + n) : rows[n - 1].place),
                               number_text(c, (int64_t)rows[n - 1].id)};
    return parry_paging_next("cases", true, parts, 3);
}
