/* /contact: a form that works without JavaScript, and what it sends. */
#include "api/routes.h"

#include "api/deflection/meeting.h"
#include "api/desk/desk_api.h"
#include "api/desk/form.h"
#include "api/schema.h"
#include "base/hash.h"
#include "desk/desk.h"

enum { ONCE_BYTES = 16, FIELDS_MAX = 16000, PAGE_MAX = 500, LOCALE_MAX = 35 };

/* ---- the page ---------------------------------------------------------------------------------------------------- */

static const char *const shown[] = {"query_ids", "page", "subject", "description", "email", "name"};

static json_t *random_name(void)
{
    unsigned char bytes[ONCE_BYTES];
    char hex[2 * ONCE_BYTES + 1];
    parry_random_bytes(bytes, sizeof bytes);
    for (size_t i = 0; i < sizeof bytes; i++)
        (void)snprintf(hex + 2 * i, 3, "%02x", bytes[i]);
    return json_string(hex);
}

/* With what was written before, and why it was not taken. */
static parry_code contact_page(parry_call *c, const parry_request *form, const char *problem, parry_err *err)
{
    bool work = c->app->config->desk.work_bits > 0;
    json_t *j =
        json_pack("{s:s, s:b, s:o, s:b}", "title", "Contact us", "noindex", 1, "once", random_name(), "work", work);
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++) {
        parry_str value = parry_str_of("");
        (void)parry_request_text(form, shown[i], &value);
        json_object_set_new(j, shown[i], parry_json_text(parry_utf8_cut(value, FIELDS_MAX)));
    }
    json_object_set_new(j, "experiment", json_boolean(parry_meeting_runs(c->app->holdout)));
    if (problem != NULL)
        json_object_set_new(j, "problem", json_string(problem));
    parry_page_asset(j, "contact_url", "contact.js");
    if (work)
        parry_page_asset(j, "sha256_url", "sha256.js");
    return parry_page_reply(c, "contact", j, err);
}

/* The page of this site that one came from: the path alone, as what follows it may say what was searched for, and not
 * one that opens somebody's ticket. */
static parry_str came_from(const parry_call *c)
{
    parry_str from = parry_request_header(c->req, "Referer"), host = parry_request_header(c->req, "Host");
    size_t at = parry_str_find(from, parry_str_of("://")), n = 0;
    parry_str rest = at < from.n ? parry_str_from(from, at + 3) : parry_str_of("");
    if (host.n == 0 || rest.n <= host.n || memcmp(rest.p, host.p, host.n) != 0 || rest.p[host.n] != '/')
        return parry_str_of("");
    rest = parry_str_from(rest, host.n);
    while (n < rest.n && n < PAGE_MAX && rest.p[n] > ' ' && rest.p[n] < 0x7f && rest.p[n] != '?' && rest.p[n] != '#')
        n++;
    parry_str path = parry_str_make(rest.p, n);
    return parry_str_find(path, parry_str_of("/ticket/")) < path.n ? parry_str_of("") : path;
}

parry_code parry_get_contact_page(parry_call *c, parry_err *err)
{
    parry_str query_id, elsewhere = parry_person_url(c);
    if (c->app->desk == NULL && elsewhere.n > 0)
        return parry_to_person(c, elsewhere);
    if (c->app->desk == NULL)
        return parry_fail(err, PARRY_NOT_FOUND, "this server takes no messages");
    parry_request form = {0};
    if (parry_request_text(c->req, "query_id", &query_id))
        form.params[form.nparams++] = (parry_param){parry_str_of("query_ids"), query_id};
    form.params[form.nparams++] = (parry_param){parry_str_of("page"), came_from(c)};
    return contact_page(c, &form, NULL, err);
}

/* ---- what it sends ----------------------------------------------------------------------------------------------- */

parry_code parry_same_site(const parry_call *c, parry_err *err)
{
    parry_str origin = parry_request_header(c->req, "Origin"), host = parry_request_header(c->req, "Host");
    size_t at = parry_str_find(origin, parry_str_of("://"));
    if (origin.n == 0 || parry_str_eq(parry_str_from(origin, at + 3), host))
        return PARRY_OK;
    return parry_fail(err, PARRY_DENIED, "this form was sent from another site");
}

static void take_text(const parry_request *form, json_t *body, const char *name, const char *as)
{
    parry_str value;
    if (parry_request_text(form, name, &value) && value.n > 0)
        json_object_set_new(body, as, parry_json_text(value));
}

static void take_queries(const parry_request *form, json_t *body)
{
    parry_str rest = parry_str_of(""), one;
    json_t *list = json_array();
    (void)parry_request_text(form, "query_ids", &rest);
    while (rest.n > 0 && json_array_size(list) < 20 && parry_str_split(&rest, ' ', &one)) {
        parry_uuid id;
        if (parry_uuid_parse(one, &id))
            json_array_append_new(list, parry_json_text(one));
    }
    json_object_set_new(body, "query_ids", list);
}

/* The language that the browser asks for first: "de-AT" of "de-AT,de;q=0.9". */
static parry_str locale_of(const parry_call *c)
{
    parry_str all = parry_request_header(c->req, "Accept-Language");
    size_t n = 0;
    while (n < all.n && n < LOCALE_MAX &&
           ((all.p[n] >= 'A' && all.p[n] <= 'Z') || (all.p[n] >= 'a' && all.p[n] <= 'z') ||
            (all.p[n] >= '0' && all.p[n] <= '9') || all.p[n] == '-'))
        n++;
    return parry_str_make(all.p, n);
}

/* As POST /v1/handoffs has it. The page is part of the journey. */
static json_t *body_of(const parry_call *c, const parry_request *form)
{
    static const char *const names[] = {"subject", "description", "email", "name", "session", "visitor", "website"};
    json_t *body = json_object();
    parry_str value, locale = locale_of(c);
    bool share = parry_request_text(form, "share_journey", &value);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        take_text(form, body, names[i], names[i]);
    take_queries(form, body);
    if (share)
        take_text(form, body, "page", "page");
    if (locale.n > 0)
        json_object_set_new(body, "locale", parry_json_text(locale));
    json_object_set_new(body, "share_journey", json_boolean(share));
    json_object_set_new(body, "audience", parry_json_text(c->audience));
    if (parry_request_text(form, "work_answer", &value) && value.n > 0) {
        json_t *work = json_object();
        take_text(form, work, "work_challenge", "challenge");
        take_text(form, work, "work_answer", "answer");
        json_object_set_new(body, "work", work);
    }
    return body;
}

/* The page's own name, and what was written: sent twice it is one ticket; changed, on the way back here, another. */
static parry_str once_of(const parry_call *c, const parry_request *form, parry_str page)
{
    static const char *const names[] = {"subject", "description", "email", "name"};
    parry_str all = parry_str_printf(c->arena, "form %.*s", PARRY_FMT(parry_utf8_cut(page, 64)));
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        parry_str value = parry_str_of("");
        (void)parry_request_text(form, names[i], &value);
        all = parry_str_printf(c->arena, "%.*s %zu %.*s", PARRY_FMT(all), value.n, PARRY_FMT(value));
    }
    return all;
}

static parry_code open_ticket(parry_call *c, const parry_request *form, parry_handoff *out, unsigned *wait_s,
                              parry_err *err)
{
    parry_str once = parry_str_of("");
    (void)parry_request_text(form, "once", &once);
    if (once.n > 0)
        once = once_of(c, form, once);
    parry_handoff_asked x = {.once = once};
    json_t *body = body_of(c, form), *schema = parry_schema_of(parry_handoff_schema);
    parry_code code = parry_schema_check(schema, body, err);
    if (code == PARRY_OK)
        code = parry_handoff_open(c, body, &x, out, err);
    *wait_s = x.wait_s;
    json_decref(schema);
    json_decref(body);
    return code;
}

parry_code parry_post_contact_page(parry_call *c, parry_err *err)
{
    parry_request form = {.query = c->req->body};
    parry_handoff h;
    parry_err why = {0};
    char token[64];
    if (c->app->desk == NULL)
        return parry_fail(err, PARRY_NOT_FOUND, "this server takes no messages");
    parry_code code = parry_same_site(c, err);
    if (code == PARRY_OK)
        code = parry_request_params(&form, c->arena, err);
    if (code != PARRY_OK)
        return code;
    unsigned wait_s = 0;
    if (open_ticket(c, &form, &h, &wait_s, &why) != PARRY_OK) {
        code = contact_page(c, &form, why.msg, err);
        c->res->status = wait_s > 0 ? 429 : parry_code_http(why.code);
        if (wait_s > 0)
            parry_response_header(c->res, "Retry-After", parry_str_printf(c->arena, "%u", wait_s));
        return code;
    }
    parry_handoffs_link(parry_desk_handoffs(c->app->desk), h.id, token, sizeof token);
    c->res->status = 303;
    c->res->type = "text/plain; charset=utf-8";
    parry_response_header(c->res, "Location", parry_str_printf(c->arena, "/ticket/%s", token));
    return PARRY_OK;
}
