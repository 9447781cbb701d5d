/* /v1/visitors/erase and /v1/visitors/export: what the ledger holds about one person. Who it is stands in the body:
 * addresses are written into logs. */
#include "api/deflection/folding.h"
#include "api/query_log.h"
#include "api/routes.h"

#include "base/clock.h"
#include "deflection/privacy.h"

enum { PAGE = 1000, PAGE_MAX = 10000, NAME_MAX = 320 };

typedef struct asked {
    json_t *body;
    parry_person who;
    parry_held held;
} asked;

static parry_code read_name(const parry_call *c, const json_t *body, const char *name, parry_str *out, parry_err *err)
{
    parry_code code = parry_member_read(c, body, name, out, err);
    if (code == PARRY_OK && (parry_utf8_count(*out) > NAME_MAX || (out->n == 0 && json_object_get(body, name) != NULL)))
        code = parry_fail(err, PARRY_INVALID, "%s: 1 to %d characters", name, NAME_MAX);
    return code;
}

/* Frees nothing: the body is the caller's, whatever this returns. */
static parry_code find(parry_call *c, const char *members, asked *out, parry_err *err)
{
    parry_str names[3] = {{NULL, 0}, {NULL, 0}, {NULL, 0}};
    static const char *const called[] = {"visitor", "session", "email"};
    if (c->app->ledger == NULL)
        return parry_fail(err, PARRY_UNAVAILABLE, "this server keeps no records");
    parry_code code = parry_members_only(c, members, &out->body, err);
    for (size_t i = 0; i < 3 && code == PARRY_OK; i++)
        code = read_name(c, out->body, called[i], &names[i], err);
    if (code == PARRY_OK && names[0].n + names[1].n + names[2].n == 0)
        code = parry_fail(err, PARRY_INVALID, "say who: visitor, session or email");
    if (code != PARRY_OK)
        return code;
    parry_person_of(c->app->visitors, parry_clock_now_ms(parry_clock_system()), names[0], names[1], names[2],
                    &out->who);
    return parry_person_held(c->app->ledger, &out->who, c->arena, &out->held, err);
}

parry_code parry_post_visitor_erase(parry_call *c, parry_err *err)
{
    asked a = {.body = NULL};
    size_t days = 0;
    const parry_actor by = parry_call_actor(c);
    const parry_erasing e = {
        .ledger = c->app->ledger, .actor = by.id, .address = by.address, .erased = parry_folding_again, .ctx = c->app};
    parry_code code = find(c, "visitor session email", &a, err);
    if (code == PARRY_OK)
        code = parry_person_erase(&e, &a.held, &days, err);
    if (code == PARRY_OK)
        parry_response_json(c->res, 200, "application/json",
                            json_pack("{s:I, s:I}", "erased", (json_int_t)a.held.n, "days", (json_int_t)days));
    json_decref(a.body);
    return code;
}

/* ---- export ------------------------------------------------------------------------------------------------------ */

static parry_code read_number(const json_t *body, const char *name, int64_t least, int64_t most, int64_t *out,
                              parry_err *err)
{
    static const double exact = 9007199254740992.0; /* 2^53: 18873.0 is a whole number, too */
    const json_t *j = json_object_get(body, name);
    double real = json_is_real(j) ? json_real_value(j) : 0;
    int64_t n = real >= 0 && real <= exact ? (int64_t)real : -1;
    if (j == NULL)
        return PARRY_OK;
    if (json_is_integer(j))
        n = json_integer_value(j);
    if (!json_is_number(j) || n < least || n > most || (json_is_real(j) && (double)n - real != 0))
        return parry_fail(err, PARRY_INVALID, "%s: a whole number from %lld to %lld", name, (long long)least,
                          (long long)most);
    *out = n;
    return PARRY_OK;
}

static parry_code collect(void *ctx, json_t *record, parry_err *err)
{
    (void)err;
    (void)json_array_append_new(ctx, record);
    return PARRY_OK;
}

/* Those behind `after`, at most `limit`. */
static parry_held page_of(const parry_held *held, uint64_t after, size_t limit, bool *more)
{
    parry_held page = {.seqs = held->seqs, .n = held->n};
    while (page.n > 0 && page.seqs[0] <= after) {
        page.seqs++;
        page.n--;
    }
    *more = page.n > limit;
    if (*more)
        page.n = limit;
    return page;
}

parry_code parry_post_visitor_export(parry_call *c, parry_err *err)
{
    asked a = {.body = NULL};
    int64_t after = 0, limit = PAGE;
    bool more = false;
    parry_code code = find(c, "visitor session email after limit", &a, err);
    if (code == PARRY_OK)
        code = read_number(a.body, "after", 0, INT64_MAX, &after, err);
    if (code == PARRY_OK)
        code = read_number(a.body, "limit", 1, PAGE_MAX, &limit, err);
    json_decref(a.body);
    if (code != PARRY_OK)
        return code;
    json_t *records = json_array();
    parry_held page = page_of(&a.held, (uint64_t)after, (size_t)limit, &more);
    code = parry_person_export(c->app->ledger, &page, collect, records, err);
    if (code != PARRY_OK) {
        json_decref(records);
        return code;
    }
    parry_call_audit(c, "visitor.export", "ledger", parry_str_of("records"),
                     json_pack("{s:I}", "records", (json_int_t)page.n));
    json_t *next = more ? json_integer((json_int_t)page.seqs[page.n - 1]) : json_null();
    parry_response_json(c->res, 200, "application/json",
                        json_pack("{s:I, s:o, s:o}", "total", (json_int_t)a.held.n, "records", records, "next", next));
    return PARRY_OK;
}
