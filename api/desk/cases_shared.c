/* What the handlers of cases share: who may, which one, and the reply. */
#include "api/desk/desk_api.h"

parry_code parry_need_cases(const parry_call *c, parry_err *err)
{
    if (c->app->cases == NULL)
        return parry_fail(err, PARRY_UNAVAILABLE, "this server keeps no cases");
    parry_code code = parry_unlimited(c, err);
    if (code == PARRY_OK && c->who->naudiences > 0)
        code = parry_fail(err, PARRY_DENIED, "this key is limited to some audiences; cases are for those who see all");
    return code;
}

static bool read_number(parry_str s, uint64_t *out)
{
    uint64_t n = 0;
    bool fine = s.n > 0 && s.n <= 18 && s.p[0] != '0';
    for (size_t i = 0; i < s.n && fine; i++) {
        fine = s.p[i] >= '0' && s.p[i] <= '9';
        n = n * 10 + (uint64_t)(s.p[i] - '0');
    }
    if (fine)
        *out = n;
    return fine;
}

parry_code parry_case_number_in(const parry_call *c, uint64_t *id, parry_err *err)
{
    return read_number(c->tail, id)
               ? PARRY_OK
               : parry_fail(err, PARRY_NOT_FOUND, "there is no such case: a case is named by its number");
}

parry_code parry_attachment_number_in(const parry_call *c, uint64_t *n, parry_err *err)
{
    return read_number(c->tail2, n)
               ? PARRY_OK
               : parry_fail(err, PARRY_NOT_FOUND, "there is no such attachment: it is named by its number");
}

parry_code parry_case_reply(parry_call *c, int status, uint64_t id, uint64_t after, parry_err *err)
{
    parry_case k;
    parry_case_comment *list = NULL;
    size_t n = 0;
    parry_code code = parry_cases_get(c->app->cases, id, c->arena, &k, err);
    if (code == PARRY_OK)
        code = parry_cases_comments_after(c->app->cases, id, true, after, PARRY_CASE_COMMENTS_SHOWN + 1, c->arena,
                                          &list, &n, err);
    if (code != PARRY_OK)
        return code;
    bool more = n > PARRY_CASE_COMMENTS_SHOWN;
    n = more ? PARRY_CASE_COMMENTS_SHOWN : n;
    json_t *j = parry_case_json(&k);
    json_object_set_new(j, "comments", parry_comments_json(list, n));
    json_object_set_new(j, "commentsNext", more ? json_integer((json_int_t)list[n - 1].id) : json_null());
    (void)snprintf(c->res->etag, sizeof c->res->etag, "%u", k.version);
    c->res->cache = "private, no-cache";
    parry_response_json(c->res, status, "application/json", j);
    return PARRY_OK;
}
