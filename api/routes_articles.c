/* /v1/articles and /v1/categories. What is said of an article is listed here key by key: front matter may hold what is
 * not for readers. */
#include "api/routes.h"

#include "api/paging.h"
#include "engine/related.h"

enum { LIST_LIMIT = 100, LIST_LIMIT_MAX = 1000, OFFSET_MAX = 1000000, RELATED_SHOWN = 6, RELATED_LIMIT = 10 };

static const char *const forms[] = {"application/json", "text/markdown", "text/html"};
enum { AS_JSON, AS_MARKDOWN, AS_HTML, FORMS };

/* ---- who may see what ---------------------------------------------------------------------------------------------
 */

static bool may_see(const parry_call *c, parry_status status, parry_str audience)
{
    return status == PARRY_PUBLISHED && parry_str_eq(audience, c->audience);
}

parry_code parry_visible_article(const parry_call *c, parry_str key, bool by_slug, parry_article *out, parry_err *err)
{
    parry_err below = {0};
    parry_article article = {0};
    parry_code code = PARRY_NOT_FOUND;
    if (key.n > 0 && key.n <= 500) /* keys of the store have 511 bytes at most */
        code = by_slug ? parry_store_by_slug(c->app->store, c->arena, key, &article, &below)
                       : parry_store_get(c->app->store, c->arena, key, &article, &below);
    if (code == PARRY_OK && may_see(c, article.status, article.audience) && parry_article_within(c, &article)) {
        *out = article;
        return PARRY_OK;
    }
    if (code == PARRY_OK)
        parry_article_free(&article);
    if (code == PARRY_OK || code == PARRY_NOT_FOUND)
        return parry_fail(err, PARRY_NOT_FOUND, "there is no such article");
    if (err != NULL)
        *err = below;
    return code;
}

/* A row has nothing that a key's limits could look at. */
static bool within_limits(const parry_call *c, parry_str id)
{
    parry_article article = {0};
    if (parry_unlimited(c, NULL) == PARRY_OK)
        return true;
    bool within = parry_visible_article(c, id, false, &article, NULL) == PARRY_OK;
    parry_article_free(&article);
    return within;
}

/* The row of an id, if the caller may see it. */
static bool visible_row(const parry_call *c, parry_str id, parry_store_row *row)
{
    return parry_store_row_get(c->app->store, c->arena, id, row, NULL) == PARRY_OK &&
           may_see(c, row->status, row->audience) && within_limits(c, id);
}

/* A link to a file of the tree: the article it became, or nothing where the reader may not see that. */
static parry_str link_to(void *ctx, parry_arena *a, parry_str path, parry_str fragment)
{
    const parry_call *c = ctx;
    parry_str id;
    parry_store_row row;
    if (parry_store_id_of_path(c->app->store, a, path, &id, NULL) != PARRY_OK || !visible_row(c, id, &row))
        return parry_str_make(NULL, 0);
    return parry_str_printf(a, "%s/articles/%.*s%s%.*s", c->base, PARRY_FMT(row.slug), fragment.n > 0 ? "#" : "",
                            PARRY_FMT(fragment));
}

/* ---- one article ------------------------------------------------------------------------------------------------ */

static json_t *related_item(const parry_call *c, parry_str id, parry_str title, parry_str slug)
{
    return json_pack("{s:o, s:o, s:o}", "id", parry_json_text(id), "title", parry_json_text(title), "url",
                     parry_json_url(c, "/articles/", slug));
}

static bool listed(const json_t *list, parry_str id)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *other = json_object_get(json_array_get(list, i), "id");
        if (parry_str_eq(id, parry_str_make(json_string_value(other), json_string_length(other))))
            return true;
    }
    return false;
}

/* Those that were found, after those that the author named. */
static void add_found(parry_call *c, parry_str id, size_t most, json_t *list)
{
    parry_related found[PARRY_RELATED_MAX];
    parry_generation *g = parry_index_acquire(c->app->index);
    size_t n = parry_related_of(g, id, c->audience, found, PARRY_RELATED_MAX);
    for (size_t i = 0; i < n && json_array_size(list) < most; i++) {
        if (listed(list, found[i].id))
            continue;
        json_t *item = related_item(c, found[i].id, found[i].title, found[i].slug);
        json_object_set_new(item, "score", json_real(found[i].score));
        json_array_append_new(list, item);
    }
    parry_generation_release(g);
}

static json_t *related_json(parry_call *c, const parry_article *article, size_t most)
{
    json_t *list = json_array();
    for (size_t i = 0; i < article->nrelated && json_array_size(list) < most; i++) {
        parry_article other = {0};
        if (parry_visible_article(c, article->related[i], false, &other, NULL) != PARRY_OK)
            continue;
        if (!listed(list, other.id))
            json_array_append_new(list, related_item(c, other.id, other.title, other.slug));
        parry_article_free(&other);
    }
    if (parry_unlimited(c, NULL) == PARRY_OK) /* what was found carries nothing that a limit could look at */
        add_found(c, article->id, most, list);
    return list;
}

static json_t *sections_json(const parry_article *article)
{
    json_t *list = json_array();
    for (size_t i = 0; i < article->nsections; i++) {
        const parry_section *s = &article->sections[i];
        if (s->heading.n > 0)
            json_array_append_new(list, json_pack("{s:i, s:o, s:o}", "level", s->level, "heading",
                                                  parry_json_text(s->heading), "anchor", parry_json_text(s->anchor)));
    }
    return list;
}

static json_t *texts_json(const parry_str *texts, size_t n)
{
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, parry_json_text(texts[i]));
    return list;
}

parry_code parry_article_page_html(parry_call *c, const parry_article *article, parry_str *out, parry_err *err)
{
    return parry_article_html(c->arena, article, link_to, c, out, err);
}

parry_code parry_article_reply(parry_call *c, const parry_article *article, json_t **out, parry_err *err)
{
    parry_str html;
    parry_code code = parry_article_page_html(c, article, &html, err);
    if (code != PARRY_OK)
        return code;
    json_t *j = json_object();
    json_object_set_new(j, "id", parry_json_text(article->id));
    json_object_set_new(j, "title", parry_json_text(article->title));
    json_object_set_new(j, "url", parry_json_url(c, "/articles/", article->slug));
    json_object_set_new(j, "audience", parry_json_text(article->audience));
    json_object_set_new(j, "locale", parry_json_text(article->locale));
    json_object_set_new(j, "category", parry_json_text(article->category));
    json_object_set_new(j, "keywords", texts_json(article->keywords, article->nkeywords));
    json_object_set_new(j, "created", parry_json_text(article->created));
    json_object_set_new(j, "updated", parry_json_text(article->updated));
    json_object_set_new(j, "sections", sections_json(article));
    json_object_set_new(j, "related", related_json(c, article, RELATED_SHOWN));
    json_object_set_new(j, "html", parry_json_text(html));
    *out = j;
    return PARRY_OK;
}

static parry_code html_reply(parry_call *c, const parry_article *article, parry_err *err)
{
    parry_str html = {NULL, 0};
    parry_code code = parry_article_page_html(c, article, &html, err);
    if (code == PARRY_OK)
        parry_response_text(c->res, "text/html; charset=utf-8", html);
    return code;
}

static parry_code reply_as(parry_call *c, const parry_article *article, size_t form, parry_err *err)
{
    json_t *j = NULL;
    parry_code code = PARRY_OK;
    c->res->tagged = true;
    if (form == AS_MARKDOWN) {
        parry_response_text(c->res, "text/markdown; charset=utf-8", article->body);
    } else if (form == AS_HTML) {
        c->res->csp = "default-src 'none'; img-src 'self' data: https:; base-uri 'none'; frame-ancestors 'none'";
        code = html_reply(c, article, err);
    } else {
        code = parry_article_reply(c, article, &j, err);
        if (code == PARRY_OK)
            parry_response_json(c->res, 200, "application/json", j);
    }
    return code;
}

/* An id may itself end in ".md": the whole is tried first. */
static parry_code by_suffix(parry_call *c, parry_article *article, size_t *form, parry_err *err)
{
    static const struct {
        const char *suffix;
        size_t form;
    } suffixes[] = {{".md", AS_MARKDOWN}, {".html", AS_HTML}, {".json", AS_JSON}};
    parry_code code = parry_visible_article(c, c->tail, false, article, err);
    for (size_t i = 0; i < 3 && code == PARRY_NOT_FOUND; i++) {
        if (!parry_str_ends(c->tail, suffixes[i].suffix))
            continue;
        parry_str id = parry_str_make(c->tail.p, c->tail.n - strlen(suffixes[i].suffix));
        code = parry_visible_article(c, id, false, article, err);
        *form = suffixes[i].form;
        return code;
    }
    *form = FORMS;
    return code;
}

static parry_code check_status(parry_str status, parry_err *err)
{
    for (parry_status s = PARRY_DRAFT; s <= PARRY_ARCHIVED; s++) {
        if (parry_str_eqz(status, parry_status_name(s)))
            return PARRY_OK;
    }
    return parry_str_eqz(status, "any")
               ? PARRY_OK
               : parry_fail(err, PARRY_INVALID, "status must be draft, published, archived or any");
}

/* Whatever state it is in, for those who write: what a reader gets, and what a writer needs. */
static parry_code unpublished(parry_call *c, parry_str status, parry_err *err)
{
    parry_store_row row;
    parry_article article;
    json_t *j = NULL;
    if (!parry_rights_have(c->who->rights, PARRY_RIGHT_ARTICLES_READ))
        return parry_fail(err, PARRY_DENIED, "status: this needs the right \"articles.read\"");
    parry_code code = check_status(status, err);
    if (code == PARRY_OK)
        code = parry_staff_article(c, c->tail, &row, err);
    if (code == PARRY_OK && !parry_str_eqz(status, "any") && !parry_str_eqz(status, parry_status_name(row.status)))
        code = parry_fail(err, PARRY_NOT_FOUND, "there is no such article with that status");
    if (code == PARRY_OK)
        code = parry_store_get(c->app->store, c->arena, c->tail, &article, err);
    if (code != PARRY_OK)
        return code;
    c->audience = row.audience; /* its links lead where its readers may go */
    c->base = parry_audience_base(c->app, row.audience);
    c->res->tagged = true;
    code = parry_article_reply(c, &article, &j, err);
    if (code == PARRY_OK) {
        parry_staff_members(&row, j);
        parry_response_json(c->res, 200, "application/json", j);
    }
    parry_article_free(&article);
    return code;
}

parry_code parry_get_article(parry_call *c, parry_err *err)
{
    parry_article article = {0};
    parry_str status;
    size_t form;
    if (parry_request_text(c->req, "status", &status))
        return unpublished(c, status, err);
    parry_code code = by_suffix(c, &article, &form, err);
    if (code != PARRY_OK)
        return code;
    c->res->by_accept = form == FORMS;
    if (form == FORMS)
        form = parry_accept_best(parry_request_header(c->req, "Accept"), forms, FORMS);
    if (form == FORMS)
        parry_problem_reply(c->res, PARRY_PROBLEM_NOT_ACCEPTABLE,
                            "an article is application/json, text/markdown or text/html", c->req->id);
    else
        code = reply_as(c, &article, form, err);
    parry_article_free(&article);
    return code;
}

parry_code parry_get_related(parry_call *c, parry_err *err)
{
    parry_article article = {0};
    size_t limit = RELATED_LIMIT;
    parry_code code = parry_request_number(c->req, "limit", 1, RELATED_LIMIT, &limit, err);
    if (code == PARRY_OK)
        code = parry_visible_article(c, c->tail, false, &article, err);
    if (code != PARRY_OK)
        return code;
    c->res->tagged = true;
    parry_response_json(
        c->res, 200, "application/json",
        json_pack("{s:o, s:o}", "id", parry_json_text(article.id), "related", related_json(c, &article, limit)));
    parry_article_free(&article);
    return PARRY_OK;
}

/* ---- lists ----------------------------------------------------------------------------------------------------------
 */

static json_t *row_json(const parry_call *c, const parry_listing_row *r)
{
    json_t *j = json_object();
    json_object_set_new(j, "id", parry_json_text(r->id));
    json_object_set_new(j, "title", parry_json_text(r->title));
    json_object_set_new(j, "url", parry_json_url(c, "/articles/", r->slug));
    json_object_set_new(j, "category", parry_json_text(r->category));
    json_object_set_new(j, "locale", parry_json_text(r->locale));
    json_object_set_new(j, "updated", parry_json_text(r->updated));
    return j;
}

json_t *parry_articles_json(parry_call *c, const parry_articles_page *page)
{
    parry_listing *cat = parry_listing_acquire(c->app->listings, c->app->index);
    size_t from, n, at = page->offset;
    parry_listing_audience(cat, c->audience, &from, &n);
    if (page->category.p != NULL)
        parry_listing_category(cat, page->category, &from, &n);
    if (page->after)
        at = parry_listing_past(cat, from, n, page->place[0], page->place[1], page->place[2]);
    json_t *list = json_array(), *next = json_null();
    size_t end = at < n && n - at > page->limit ? at + page->limit : n;
    for (size_t i = at; i < end; i++)
        json_array_append_new(list, row_json(c, &cat->rows[from + i]));
    if (end > at) {
        const parry_listing_row *last = &cat->rows[from + end - 1];
        next = parry_paging_next("articles", end < n, (parry_str[]){last->category, last->title, last->id}, 3);
    }
    json_t *j =
        json_pack("{s:I, s:I, s:I, s:I, s:o, s:o}", "generation", (json_int_t)cat->generation, "total", (json_int_t)n,
                  "offset", (json_int_t)at, "limit", (json_int_t)page->limit, "next", next, "articles", list);
    parry_listing_release(c->app->listings, cat);
    return j;
}

json_t *parry_categories_json(parry_call *c)
{
    parry_listing *cat = parry_listing_acquire(c->app->listings, c->app->index);
    size_t from, n;
    parry_listing_audience(cat, c->audience, &from, &n);
    json_t *list = json_array();
    for (size_t i = from; i < from + n;) {
        parry_str name = cat->rows[i].category;
        size_t at = i, count = from + n - i;
        parry_listing_category(cat, name, &at, &count);
        json_array_append_new(list, json_pack("{s:o, s:I, s:o}", "name", parry_json_text(name), "articles",
                                              (json_int_t)count, "url", parry_json_url(c, "/categories/", name)));
        i += count;
    }
    json_t *j = json_pack("{s:I, s:I, s:o}", "generation", (json_int_t)cat->generation, "total", (json_int_t)n,
                          "categories", list);
    parry_listing_release(c->app->listings, cat);
    return j;
}

/* The n newest kept in order, newest first: n is small. */
json_t *parry_recent_json(parry_call *c, size_t n)
{
    parry_listing *cat = parry_listing_acquire(c->app->listings, c->app->index);
    const parry_listing_row **newest = PARRY_ARRAY(c->arena, const parry_listing_row *, n + 1);
    size_t from, total, kept = 0;
    parry_listing_audience(cat, c->audience, &from, &total);
    for (size_t i = from; i < from + total; i++) {
        size_t at = kept;
        while (at > 0 && parry_str_cmp(newest[at - 1]->updated, cat->rows[i].updated) < 0)
            at--;
        if (at == n)
            continue;
        memmove(newest + at + 1, newest + at, (kept - at) * sizeof(const parry_listing_row *));
        newest[at] = &cat->rows[i];
        kept += kept < n;
    }
    json_t *list = json_array();
    for (size_t i = 0; i < kept; i++)
        json_array_append_new(list, row_json(c, newest[i]));
    parry_listing_release(c->app->listings, cat);
    return list;
}

parry_code parry_get_articles(parry_call *c, parry_err *err)
{
    parry_articles_page page = {.limit = LIST_LIMIT};
    parry_code code = parry_request_number(c->req, "limit", 1, LIST_LIMIT_MAX, &page.limit, err);
    if (code == PARRY_OK)
        code = parry_request_number(c->req, "offset", 0, OFFSET_MAX, &page.offset, err);
    if (code == PARRY_OK)
        code = parry_paging_after(c->req, c->arena, "articles", page.place, 3, &page.after, err);
    if (code == PARRY_OK)
        code = parry_unlimited(c, err);
    if (code != PARRY_OK)
        return code;
    if (parry_request_text(c->req, "category", &page.category) && page.category.n == 0)
        page.category.p = NULL; /* an empty field of a form: all */
    c->res->tagged = true;
    parry_response_json(c->res, 200, "application/json", parry_articles_json(c, &page));
    return PARRY_OK;
}

parry_code parry_get_categories(parry_call *c, parry_err *err)
{
    parry_code code = parry_unlimited(c, err);
    if (code != PARRY_OK)
        return code;
    c->res->tagged = true;
    parry_response_json(c->res, 200, "application/json", parry_categories_json(c));
    return PARRY_OK;
}
