/* Pages: what people see, rendered from what the API answers plus what the layout needs
 * (web/templates/layout.mustache). They work without JavaScript. Unknown parameters are ignored: links into a help
 * centre carry tracking tags. */
#include "api/routes.h"

#include "api/desk/desk_api.h"

#include "web/site.h"

enum { PER_PAGE = 10, PAGES_MAX = 1000, CATEGORY_PAGE = 200, RECENT = 6, TOC_LEVEL_MAX = 3, TOC_LEAST = 2 };

static const char page_csp[] =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: https:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/* ---- the layout -----------------------------------------------------------------------------------------------------
 */

void parry_page_asset(json_t *j, const char *key, const char *name)
{
    const parry_asset *asset = parry_asset_find(parry_str_of(name));
    if (asset != NULL)
        json_object_set_new(j, key, json_sprintf("/assets/%s?v=%s", name, asset->hash));
}

static json_t *audience_json(const parry_call *c, const char *name, const char *label)
{
    const char *base = parry_audience_base(c->app, parry_str_of(name));
    return json_pack("{s:s, s:o, s:b}", "label", label, "url", json_sprintf("%s/", base), "current",
                     parry_str_eqz(c->audience, name));
}

/* A default audience of one's own has neither link as current, and both are offered. */
static void set_layout(parry_call *c, json_t *j)
{
    json_object_set_new(j, "site_name", json_string(c->app->config->serve.site_name));
    json_object_set_new(j, "base", json_string(c->base));
    if (json_object_get(j, "lang") == NULL)
        json_object_set_new(j, "lang", json_string("en"));
    json_object_set_new(j, "audience", parry_json_text(c->audience));
    json_object_set_new(j, "audiences",
                        json_pack("[o, o]", audience_json(c, "customer", "For customers"),
                                  audience_json(c, "merchant", "For merchants")));
    parry_page_asset(j, "style_url", "style.css");
    parry_page_asset(j, "icon_url", "icon.svg");
    parry_page_asset(j, "script_url", "search-box.js");
    parry_page_asset(j, "journey_url", "journey.js");
    json_object_set_new(j, "keeps_visitor", json_boolean(strcmp(c->app->config->serve.visitors, "browser") == 0));
    json_object_set_new(j, "takes_tickets", json_boolean(c->app->desk != NULL));
    parry_str person = parry_person_url(c);
    if (person.n > 0)
        json_object_set_new(j, "person_url", parry_json_text(person));
}

parry_code parry_page_reply(parry_call *c, const char *page, json_t *j, parry_err *err)
{
    set_layout(c, j);
    c->res->type = "text/html; charset=utf-8";
    c->res->csp = page_csp;
    parry_code code = parry_page(page, j, &c->res->body, err);
    json_decref(j);
    return code == PARRY_OK ? code : PARRY_IO; /* whatever is wrong with a template is our fault, not the reader's */
}

void parry_page_problem(parry_call *c, parry_problem p, const char *detail)
{
    json_t *j = parry_problem_json(p, detail, c->req->id);
    json_object_set_new(j, "noindex", json_true());
    parry_response_drop(c->res);
    parry_err err = {0};
    if (parry_page_reply(c, "error", j, &err) != PARRY_OK)
        parry_problem_reply(c->res, p, detail, c->req->id);
    c->res->status = parry_problem_status(p);
}

static void set_one(json_t *j, const char *count_key)
{
    json_object_set_new(j, "one", json_boolean(json_integer_value(json_object_get(j, count_key)) == 1));
}

/* Each with `one`, so that "1 article" can be written. */
static void set_ones(json_t *list, const char *count_key)
{
    for (size_t i = 0; i < json_array_size(list); i++)
        set_one(json_array_get(list, i), count_key);
}

bool parry_date_text(parry_str iso, char out[PARRY_DATE_TEXT])
{
    static const char *const months[] = {"January", "February", "March",     "April",   "May",      "June",
                                         "July",    "August",   "September", "October", "November", "December"};
    if (iso.n != 10 || iso.p[4] != '-' || iso.p[7] != '-')
        return false;
    int part[3] = {0};
    for (size_t i = 0, k = 0; i < 10; i++) {
        if (i == 4 || i == 7)
            k++;
        else if (iso.p[i] >= '0' && iso.p[i] <= '9')
            part[k] = part[k] * 10 + (iso.p[i] - '0');
        else
            return false;
    }
    if (part[1] < 1 || part[1] > 12)
        return false;
    (void)snprintf(out, PARRY_DATE_TEXT, "%d %s %d", part[2], months[part[1] - 1], part[0]);
    return true;
}

static void set_date(json_t *j)
{
    const json_t *updated = json_object_get(j, "updated");
    parry_str iso = parry_str_make(json_string_value(updated), json_string_length(updated));
    char text[PARRY_DATE_TEXT];
    if (parry_date_text(iso, text)) {
        json_object_set_new(j, "updated_text", json_string(text));
        json_object_set_new(j, "updated_iso", parry_json_text(iso));
    } else {
        json_object_set_new(j, "updated_text", parry_json_text(iso));
    }
}

/* ---- home and categories --------------------------------------------------------------------------------------------
 */

parry_code parry_get_home(parry_call *c, parry_err *err)
{
    json_t *j = parry_categories_json(c), *recent = parry_recent_json(c, RECENT);
    set_ones(json_object_get(j, "categories"), "articles");
    for (size_t i = 0; i < json_array_size(recent); i++)
        set_date(json_array_get(recent, i));
    json_object_set_new(j, "any", json_boolean(json_integer_value(json_object_get(j, "total")) > 0));
    json_object_set_new(j, "recent", recent);
    c->res->tagged = true;
    return parry_page_reply(c, "home", j, err);
}

/* The page number of ?page=, 1 where there is none or it makes no sense. */
static size_t page_number(const parry_call *c)
{
    size_t page = 1;
    if (parry_request_number(c->req, "page", 1, PAGES_MAX, &page, NULL) != PARRY_OK)
        page = 1;
    return page;
}

/* Links to the page before and after; head is the URL up to the number. Nothing where one page holds all. */
static void set_pager(json_t *j, const char *head, size_t page, size_t per_page, size_t total)
{
    size_t pages = (total + per_page - 1) / per_page;
    if (pages > PAGES_MAX)
        pages = PAGES_MAX;
    if (pages <= 1)
        return;
    json_t *p = json_pack("{s:I, s:I}", "page", (json_int_t)page, "pages", (json_int_t)pages);
    if (page > 1)
        json_object_set_new(p, "previous_url", json_sprintf("%s%zu", head, page - 1));
    if (page < pages)
        json_object_set_new(p, "next_url", json_sprintf("%s%zu", head, page + 1));
    json_object_set_new(j, "pager", p);
}

parry_code parry_get_category_page(parry_call *c, parry_err *err)
{
    parry_str name = parry_str_make(c->tail.n > 0 ? c->tail.p : "", c->tail.n);
    size_t page = page_number(c);
    json_t *j = parry_articles_json(
        c, &(parry_articles_page){.category = name, .offset = (page - 1) * CATEGORY_PAGE, .limit = CATEGORY_PAGE});
    size_t total = (size_t)json_integer_value(json_object_get(j, "total"));
    if (json_array_size(json_object_get(j, "articles")) == 0) {
        json_decref(j);
        return parry_fail(err, PARRY_NOT_FOUND, "there is no such topic");
    }
    json_t *url = parry_json_url(c, "/categories/", name);
    set_pager(j, parry_str_printf(c->arena, "%s?page=", json_string_value(url)).p, page, CATEGORY_PAGE, total);
    json_decref(url);
    json_object_set_new(j, "title", name.n > 0 ? parry_json_text(name) : json_string("Other articles"));
    set_one(j, "total");
    c->res->tagged = true;
    return parry_page_reply(c, "category", j, err);
}

/* ---- an article
 * ------------------------------------------------------------------------------------------------------- */

static json_t *toc_json(const json_t *sections)
{
    json_t *toc = json_array();
    for (size_t i = 0; i < json_array_size(sections); i++) {
        json_t *s = json_array_get(sections, i);
        json_int_t level = json_integer_value(json_object_get(s, "level"));
        if (level > 1 && level <= TOC_LEVEL_MAX)
            json_array_append(toc, s);
    }
    return toc;
}

/* What may be wider than a phone stands in a frame that scrolls, by keyboard too. Cleaned HTML has '<' nowhere but
 * before a name, so that an element can be found by its letters. */
static const struct {
    const char *start, *end, *frame;
} wide[] = {
    {"<table", "</table>", "<div class=\"scroll\" role=\"region\" aria-label=\"Table\" tabindex=\"0\">"},
    {"<pre", "</pre>", "<div class=\"scroll\" role=\"region\" aria-label=\"Example\" tabindex=\"0\">"},
};

/* The tag at the start of html with its frame's; how many bytes of html it took. */
static size_t add_framed(parry_str html, parry_buf *out)
{
    for (size_t i = 0; i < sizeof wide / sizeof *wide; i++) {
        if (parry_str_starts(html, wide[i].start)) {
            parry_buf_addz(out, wide[i].frame);
            parry_buf_addz(out, wide[i].start);
            return strlen(wide[i].start);
        }
        if (parry_str_starts(html, wide[i].end)) {
            parry_buf_addz(out, wide[i].end);
            parry_buf_addz(out, "</div>");
            return strlen(wide[i].end);
        }
    }
    parry_buf_addc(out, '<');
    return 1;
}

static json_t *framed(parry_str html)
{
    parry_buf out = PARRY_BUF(PARRY_REPLY_MAX_BYTES);
    while (html.n > 0) {
        size_t n = parry_str_find(html, parry_str_of("<"));
        parry_buf_add(&out, html.p, n);
        html = parry_str_from(html, n);
        if (html.n > 0)
            html = parry_str_from(html, add_framed(html, &out));
    }
    json_t *j = parry_json_text(parry_buf_str(&out));
    parry_buf_free(&out);
    return j;
}

static void set_article(parry_call *c, const parry_article *article, json_t *j)
{
    json_t *toc = toc_json(json_object_get(j, "sections"));
    set_date(j);
    json_object_set_new(j, "category_url", parry_json_url(c, "/categories/", article->category));
    json_object_set_new(j, "has_toc", json_boolean(json_array_size(toc) >= TOC_LEAST));
    json_object_set_new(j, "has_related", json_boolean(json_array_size(json_object_get(j, "related")) > 0));
    json_object_set_new(j, "toc", toc);
    const json_t *html = json_object_get(j, "html");
    json_object_set_new(j, "html", framed(parry_str_make(json_string_value(html), json_string_length(html))));
    json_object_set_new(j, "lang", parry_json_text(article->locale));
}

parry_code parry_get_article_page(parry_call *c, parry_err *err)
{
    parry_article article = {0};
    json_t *j = NULL;
    parry_code code = parry_visible_article(c, c->tail, true, &article, err);
    if (code != PARRY_OK)
        return code;
    code = parry_article_reply(c, &article, &j, err);
    if (code == PARRY_OK) {
        set_article(c, &article, j);
        c->res->tagged = true;
        code = parry_page_reply(c, "article", j, err);
    }
    parry_article_free(&article);
    return code;
}

/* ---- search
 * ------------------------------------------------------------------------------------------------------------ */

static void set_found(parry_call *c, json_t *j, parry_str q, size_t page)
{
    json_t *hits = json_object_get(j, "hits");
    size_t total = (size_t)json_integer_value(json_object_get(j, "total"));
    parry_buf head = PARRY_BUF(32 * 1024);
    parry_buf_printf(&head, "%s/search?q=", c->base);
    parry_percent_encode(q, &head);
    json_object_set_new(j, "first_url", parry_json_text(parry_buf_str(&head)));
    parry_buf_addz(&head, "&page=");
    json_t *hit;
    size_t i;
    json_array_foreach(hits, i, hit)
        json_object_set_new(hit, "position", json_integer((json_int_t)((page - 1) * PER_PAGE + i + 1)));
    json_object_set_new(j, "asked", json_true());
    json_object_set_new(j, "found", json_boolean(json_array_size(hits) > 0));
    json_object_set_new(j, "past_end", json_boolean(page > 1));
    json_object_set_new(j, "first", json_integer((json_int_t)(page - 1) * PER_PAGE + 1));
    if (page > 1) /* it is said of the first article, and was said there */
        json_object_del(j, "doubtful");
    set_one(j, "total");
    set_pager(j, head.p, page, PER_PAGE, total);
    parry_buf_free(&head);
}

/* What the page says about how the query was read. */
static void set_reading(parry_call *c, json_t *j)
{
    json_t *other = json_object_get(j, "did_you_mean"), *relaxed = json_object_get(j, "relaxed"), *one;
    const json_t *query = json_object_get(other, "query");
    size_t i;
    if (query != NULL) {
        parry_buf url = PARRY_BUF(32 * 1024);
        parry_buf_printf(&url, "%s/search?q=", c->base);
        parry_percent_encode(parry_str_make(json_string_value(query), json_string_length(query)), &url);
        json_object_set_new(other, "url", parry_json_text(parry_buf_str(&url)));
        parry_buf_free(&url);
    }
    json_array_foreach(relaxed, i, one) if (strcmp(json_string_value(one), "phrases") == 0)
        json_object_set_new(j, "no_phrase", json_true());
}

static parry_code search_page(parry_call *c, parry_str q, json_t **j, parry_err *err)
{
    size_t page = page_number(c);
    parry_query query = {
        .text = q, .offset = (page - 1) * PER_PAGE, .limit = PER_PAGE, .snippets = true, .sentences = true};
    parry_code code = parry_search_json(c, &query, j, err);
    if (code != PARRY_OK)
        return code;
    set_found(c, *j, q, page);
    set_reading(c, *j);
    if (json_array_size(json_object_get(*j, "hits")) > 0)
        return PARRY_OK;
    json_t *all = parry_categories_json(c);
    json_object_set(*j, "categories", json_object_get(all, "categories"));
    json_decref(all);
    return PARRY_OK;
}

parry_code parry_get_search_page(parry_call *c, parry_err *err)
{
    parry_str q = parry_str_make("", 0);
    json_t *j = NULL;
    (void)parry_request_text(c->req, "q", &q);
    q = parry_str_trim(parry_utf8_cut(q, PARRY_QUERY_MAX_BYTES));
    parry_code code = PARRY_OK;
    if (q.n > 0)
        code = search_page(c, q, &j, err);
    else
        j = json_object();
    if (code != PARRY_OK)
        return code;
    json_object_set_new(j, "query", parry_json_text(q));
    json_object_set_new(j, "title", json_string("Search"));
    json_object_set_new(j, "noindex", json_true());
    return parry_page_reply(c, "search", j, err);
}

/* ---- what else ------------------------------------------------------------------------------------------------------
 */

parry_code parry_get_problem_page(parry_call *c, parry_err *err)
{
    parry_problem p;
    if (!parry_problem_named(c->tail, &p))
        return parry_fail(err, PARRY_NOT_FOUND, "there is no such problem");
    json_t *j =
        json_pack("{s:s, s:s, s:b}", "title", parry_problem_title(p), "detail", parry_problem_help(p), "noindex", 1);
    c->res->tagged = true;
    return parry_page_reply(c, "error", j, err);
}

/* With ?v= of these very bytes it may be kept for good; else it is asked for again, and mostly answered by 304. */
parry_code parry_get_asset(parry_call *c, parry_err *err)
{
    const parry_asset *asset = parry_asset_find(c->tail);
    if (asset == NULL)
        return parry_fail(err, PARRY_NOT_FOUND, "there is no such file");
    parry_str v;
    if (parry_request_text(c->req, "v", &v) && parry_str_eqz(v, asset->hash))
        c->res->cache = "public, max-age=31536000, immutable";
    c->res->type = asset->type;
    c->res->fixed = asset->bytes;
    c->res->tagged = c->res->ranges = true;
    (void)snprintf(c->res->etag, sizeof c->res->etag, "%s", asset->hash);
    return PARRY_OK;
}

/* How to sign in. A one-time link has its token behind the '#', which no browser sends and no log keeps; the page's
 * script posts it. */
parry_code parry_get_sign_in_page(parry_call *c, parry_err *err)
{
    json_t *j = json_pack("{s:s, s:b}", "title", "Sign in", "noindex", 1);
    parry_page_asset(j, "sign_in_url", "sign-in.js");
    return parry_page_reply(c, "sign-in", j, err);
}
