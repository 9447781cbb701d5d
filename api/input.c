/* What handlers with a body, and tools, have in common: members of JSON into a query, and the search itself. */
#include "api/input.h"

#include "api/schema.h"

parry_code parry_body_read(const parry_call *c, const char *schema, json_t **out, parry_err *err)
{
    json_t *body = NULL, *wanted = parry_schema_of(schema);
    parry_code code = parry_request_json(c->req, &body, err);
    if (code == PARRY_OK)
        code = parry_schema_check(wanted, body, err);
    if (code == PARRY_OK)
        *out = json_incref(body);
    json_decref(body);
    json_decref(wanted);
    return code;
}

parry_str parry_body_text(const parry_call *c, const json_t *body, const char *name)
{
    const json_t *j = json_object_get(body, name);
    if (!json_is_string(j))
        return parry_str_make(NULL, 0);
    return parry_str_copy(c->arena, parry_str_make(json_string_value(j), json_string_length(j)));
}

size_t parry_body_number(const json_t *body, const char *name, size_t otherwise)
{
    const json_t *j = json_object_get(body, name);
    return json_is_number(j) ? (size_t)json_number_value(j) : otherwise; /* within its schema's bounds */
}

parry_code parry_body_scope(parry_call *c, const json_t *body, parry_query *q, parry_err *err)
{
    q->locale = parry_body_text(c, body, "locale");
    q->category = parry_body_text(c, body, "category");
    q->page = parry_body_text(c, body, "page");
    q->page_product = parry_body_text(c, body, "page_product");
    q->rule_tag = parry_body_text(c, body, "rule_tag");
    parry_str audience = parry_body_text(c, body, "audience");
    return audience.p != NULL ? parry_audience_choose(c, audience, err) : PARRY_OK;
}

parry_code parry_search_within(parry_call *c, parry_query *q, const parry_generation *g, parry_results *r,
                               parry_err *err)
{
    parry_code code = parry_query_narrow(c, q, err);
    if (code == PARRY_OK)
        code = parry_search(c->searcher, g, q, c->arena, r, err);
    if (code == PARRY_OK)
        parry_call_searched(c, r);
    return code;
}

/* Where no probability is known, what was said before counts only beside a need of few words: a follow-up. */
static bool before_is_likelier(const parry_need *need, const parry_results *alone, const parry_results *whole)
{
    enum { FEW_BYTES = 24 };
    if (alone->probability < 0 || whole->probability < 0)
        return alone->n == 0 || need->newest.n <= FEW_BYTES;
    return whole->probability > alone->probability;
}

parry_code parry_search_need(parry_call *c, const parry_need *need, const parry_query *q, const parry_generation *g,
                             parry_results *r, bool *before, parry_err *err)
{
    parry_query alone = *q, whole = *q;
    parry_results other;
    alone.text = need->newest;
    whole.text = need->whole;
    if (before != NULL)
        *before = false;
    parry_code code = parry_search_within(c, &alone, g, r, err);
    if (code != PARRY_OK || need->whole.n == 0)
        return code;
    code = parry_search_within(c, &whole, g, &other, err);
    if (code != PARRY_OK || !before_is_likelier(need, r, &other))
        return code;
    *r = other;
    if (before != NULL)
        *before = true;
    return PARRY_OK;
}

static bool is_host(parry_str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!letter && strchr(".-:[]", c) == NULL)
            return false;
    }
    return s.n > 0 && s.n <= 255;
}

/* Whoever lies about it here gets links that are wrong for himself. */
const char *parry_caller_origin(const parry_call *c)
{
    parry_str host = parry_request_header(c->req, "Host");
    bool secure = c->app->tls || parry_str_eqz(parry_request_header(c->req, "X-Forwarded-Proto"), "https");
    if (!is_host(host))
        return "";
    return parry_str_printf(c->arena, "%s://%.*s", secure ? "https" : "http", PARRY_FMT(host)).p;
}
