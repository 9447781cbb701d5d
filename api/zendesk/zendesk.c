/* Zendesk's addresses: what is asked, told apart from the path. */
#include "api/zendesk/zendesk.h"

#include "api/routes.h"
#include "api/zendesk/inner.h"

enum { HOST_MAX = 255 };

bool parry_zendesk_path(parry_str path) { return parry_str_starts(path, PARRY_ZENDESK_BASE); }

void parry_zendesk_refuse(parry_response *res, int status, const char *detail)
{
    const char *error = status == 404   ? "RecordNotFound"
                        : status == 401 ? "Couldn't authenticate you"
                        : status == 403 ? "Forbidden"
                        : status == 429 ? "TooManyRequests"
                        : status >= 500 ? "InternalError"
                                        : "BadRequest";
    parry_response_drop(res);
    parry_response_json(res, status, "application/json",
                        json_pack("{s:s, s:s}", "error", error, "description", status == 404 ? "Not found" : detail));
}

static parry_code none(parry_err *err) { return parry_fail(err, PARRY_NOT_FOUND, "Not found"); }

static parry_code reply_one(const parry_zendesk_asked *q, const char *kind, json_t *j, parry_err *err)
{
    if (j == NULL)
        return none(err);
    parry_response_json(q->c->res, 200, "application/json", json_pack("{s:o}", kind, j));
    return PARRY_OK;
}

static parry_code one_article(const parry_zendesk_asked *q, uint64_t number, parry_err *err)
{
    const parry_listing_row *row = parry_zendesk_row_of(q, number);
    json_t *j = NULL;
    parry_code code = row != NULL ? parry_zendesk_article_json(q, row, &j, err) : none(err);
    return code == PARRY_OK ? reply_one(q, "article", j, err) : code;
}

/* A new reference; NULL where there is none. */
static json_t *section_of(const parry_zendesk_asked *q, uint64_t number)
{
    json_t *all = parry_zendesk_sections_json(q), *j = NULL;
    for (size_t i = 0; i < json_array_size(all) && j == NULL; i++) {
        json_t *s = json_array_get(all, i);
        if ((uint64_t)json_integer_value(json_object_get(s, "id")) == number)
            j = json_incref(s);
    }
    json_decref(all);
    return j;
}

static parry_code list_of(parry_zendesk_asked *q, const char *kind, json_t *all, parry_err *err)
{
    parry_code code = parry_zendesk_read_pages(q, PARRY_ZENDESK_LISTED_PER_PAGE, err);
    if (code == PARRY_OK)
        parry_zendesk_reply_slice(q, kind, all);
    else
        json_decref(all);
    return code;
}

static parry_code below_section(parry_zendesk_asked *q, uint64_t number, parry_str rest, parry_err *err)
{
    json_t *section = section_of(q, number);
    if (section == NULL)
        return none(err);
    if (rest.n == 0)
        return reply_one(q, "section", section, err);
    json_decref(section);
    return parry_str_eqz(rest, "articles") ? parry_zendesk_list_articles(q, number, err) : none(err);
}

static parry_code below_category(parry_zendesk_asked *q, uint64_t number, parry_str rest, parry_err *err)
{
    if (number != parry_zendesk_category_number(q))
        return none(err);
    if (rest.n == 0)
        return reply_one(q, "category", parry_zendesk_category_json(q), err);
    if (parry_str_eqz(rest, "sections"))
        return list_of(q, "sections", parry_zendesk_sections_json(q), err);
    return parry_str_eqz(rest, "articles") ? parry_zendesk_list_articles(q, 0, err) : none(err);
}

static bool is_kind(parry_str s)
{
    return parry_str_eqz(s, "articles") || parry_str_eqz(s, "sections") || parry_str_eqz(s, "categories");
}

/* kind[/number[/rest]], without ".json". */
static parry_code answer(parry_zendesk_asked *q, parry_str kind, parry_str path, parry_err *err)
{
    parry_str id = {NULL, 0};
    uint64_t number = 0;
    bool articles = parry_str_eqz(kind, "articles"), sections = parry_str_eqz(kind, "sections");
    if (path.n == 0) {
        if (articles)
            return parry_zendesk_list_articles(q, 0, err);
        if (sections)
            return list_of(q, "sections", parry_zendesk_sections_json(q), err);
        return list_of(q, "categories", json_pack("[o]", parry_zendesk_category_json(q)), err);
    }
    (void)parry_str_split(&path, '/', &id);
    if (articles && parry_str_eqz(id, "search") && path.n == 0)
        return parry_zendesk_search_articles(q, err);
    if (!parry_zendesk_number_of(id, &number))
        return none(err);
    if (articles)
        return path.n == 0 ? one_article(q, number, err) : none(err);
    return sections ? below_section(q, number, path, err) : below_category(q, number, path, err);
}

/* Where the caller reached us, for links; it is told to nobody else. */
static const char *host_of(const parry_call *c)
{
    parry_str host = parry_request_header(c->req, "Host");
    bool secure = parry_str_eqz(parry_request_header(c->req, "X-Forwarded-Proto"), "https");
    for (size_t i = 0; i < host.n; i++) {
        char p = host.p[i];
        bool fine = (p >= 'a' && p <= 'z') || (p >= 'A' && p <= 'Z') || (p >= '0' && p <= '9') || strchr(".-:[]", p);
        if (!fine || p == 0)
            return "";
    }
    if (host.n == 0 || host.n > HOST_MAX)
        return "";
    return parry_str_printf(c->arena, "http%s://%.*s", secure ? "s" : "", PARRY_FMT(host)).p;
}

parry_code parry_get_zendesk(parry_call *c, parry_err *err)
{
    parry_zendesk_asked q = {.c = c, .host = host_of(c)};
    parry_str path = c->tail, kind = {NULL, 0};
    if (!parry_str_ends(path, ".json"))
        return none(err);
    path.n -= 5;
    (void)parry_str_split(&path, '/', &kind);
    (void)parry_request_text(c->req, "locale", &q.locale);
    if (!is_kind(kind) && kind.n > 0 && kind.n < 36 && path.n > 0) {
        q.locale = kind;
        (void)parry_str_split(&path, '/', &kind);
    }
    if (!is_kind(kind))
        return none(err);
    parry_listing *list = parry_listing_acquire(c->app->listings, c->app->index);
    q.list = list;
    parry_zendesk_gather_rows(&q);
    parry_code code = answer(&q, kind, path, err);
    parry_listing_release(c->app->listings, list);
    return code;
}

parry_code parry_get_zendesk_search(parry_call *c, parry_err *err)
{
    c->tail = parry_str_of("articles/search.json");
    return parry_get_zendesk(c, err);
}
