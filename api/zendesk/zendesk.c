/* Zendesk's addresses: what is asked, told apart from the path, and answered from the listing and the search. */
#include "api/zendesk/zendesk.h"

#include "api/routes.h"
#include "api/zendesk/numbers.h"

#include <inttypes.h>

enum {
    PER_PAGE = 25,
    LISTED_PER_PAGE = 30,
    PER_PAGE_MAX = 100,
    RESULTS_MAX = 1000,
    PAGES_MAX = 1000000,
    IDS_MAX = 16,
    HOST_MAX = 255,
    QUERY_MAX = 512
};
static const char no_section[] = "Articles"; /* of articles without a category */

typedef struct asked {
    parry_call *c;
    const parry_listing *list;
    const parry_listing_row **rows; /* those that the caller may see, of the locale, in the order of the listing */
    size_t nrows;
    parry_str locale;      /* "" for any */
    const char *host;      /* "https://help.example", or "" */
    size_t page, per_page; /* page from 1 */
} asked;

/* ---- errors ---------------------------------------------------------------------------------------------------------
 */

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

/* ---- who sees what --------------------------------------------------------------------------------------------------
 */

static bool has_line(parry_str lines, parry_str wanted)
{
    parry_str line;
    while (parry_str_split(&lines, '\n', &line)) {
        if (parry_str_eq(line, wanted))
            return true;
    }
    return false;
}

static bool has_field(const parry_listing_row *r, parry_narrowing n)
{
    if (parry_str_eqz(n.field, "category"))
        return parry_str_eq(r->category, n.value);
    if (parry_str_eqz(n.field, "product"))
        return parry_str_eq(r->product, n.value);
    if (parry_str_eqz(n.field, "audience"))
        return parry_str_eq(r->audience, n.value);
    return parry_str_eqz(n.field, "tag") && has_line(r->tags, n.value);
}

/* "en" is of "en-US" and the other way round: clients ask for en-us where articles say en. */
static bool one_language(parry_str a, parry_str b)
{
    size_t i = 0;
    while (i < a.n && i < b.n && (a.p[i] | 0x20) == (b.p[i] | 0x20))
        i++;
    return (i == a.n && (i == b.n || b.p[i] == '-')) || (i == b.n && a.p[i] == '-');
}

/* What the caller's key was made for: of one field any value will do, of different fields all must hold. */
static bool may_see(const parry_call *c, const parry_listing_row *r)
{
    const parry_identity *who = c->who;
    if (who->locale.n > 0 && !one_language(r->locale, who->locale))
        return false;
    for (size_t i = 0; i < who->nnarrowings; i++) {
        bool any = false;
        for (size_t k = 0; k < who->nnarrowings; k++)
            any |= parry_str_eq(who->narrowings[k].field, who->narrowings[i].field) && has_field(r, who->narrowings[k]);
        if (!any)
            return false;
    }
    return true;
}

static void gather_rows(asked *q)
{
    size_t from, n;
    parry_listing_audience(q->list, q->c->audience, &from, &n);
    q->rows = PARRY_ARRAY(q->c->arena, const parry_listing_row *, n + 1);
    for (size_t i = from; i < from + n; i++) {
        const parry_listing_row *r = &q->list->rows[i];
        if (may_see(q->c, r) && (q->locale.n == 0 || one_language(r->locale, q->locale)))
            q->rows[q->nrows++] = r;
    }
}

static const parry_listing_row *row_of(const asked *q, uint64_t number)
{
    for (size_t i = 0; i < q->nrows; i++) {
        if (q->rows[i]->number == number)
            return q->rows[i];
    }
    return NULL;
}

/* ---- numbers, names, dates ------------------------------------------------------------------------------------------
 */

static parry_str section_name(const parry_listing_row *r)
{
    return r->category.n > 0 ? r->category : parry_str_of(no_section);
}

static uint64_t section_number(const asked *q, parry_str name)
{
    return parry_number(parry_str_printf(q->c->arena, "section %.*s", PARRY_FMT(name)));
}

static uint64_t category_number(const asked *q)
{
    return parry_number(parry_str_printf(q->c->arena, "category %.*s", PARRY_FMT(q->c->audience)));
}

/* "2026-11-06" to "2026-11-06T00:00:00Z". */
static json_t *time_json(parry_str written)
{
    char text[PARRY_TIME_TEXT];
    int64_t ms = 0;
    (void)parry_time_parse(written, &ms, NULL);
    parry_time_text(ms, text);
    return json_sprintf("%.19sZ", text);
}

static json_t *locale_json(const asked *q, parry_str locale)
{
    char *z = parry_str_z(q->c->arena, locale.n > 0 ? locale : parry_str_of("en"));
    for (char *p = z; *p; p++)
        *p = *p >= 'A' && *p <= 'Z' ? (char)(*p | 0x20) : *p;
    return parry_json_text(parry_str_of(z));
}

static json_t *api_url(const asked *q, const char *kind, uint64_t number)
{
    return json_sprintf("%s" PARRY_ZENDESK_BASE "%s/%" PRIu64 ".json", q->host, kind, number);
}

static json_t *page_url(const asked *q, const char *path, parry_str name)
{
    json_t *j = parry_json_url(q->c, path, name);
    json_t *whole = json_sprintf("%s%s", q->host, json_string_value(j));
    json_decref(j);
    return whole;
}

static bool number_of(parry_str s, uint64_t *out)
{
    uint64_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9' || n > (uint64_t)1 << PARRY_NUMBER_BITS)
            return false;
        n = n * 10 + (uint64_t)(s.p[i] - '0');
    }
    *out = n;
    return s.n > 0;
}

/* ---- things as JSON -------------------------------------------------------------------------------------------------
 */

/* What all three kinds say. */
static json_t *thing_json(const asked *q, const char *kind, uint64_t number, parry_str name, parry_str locale)
{
    json_t *j = json_object();
    json_object_set_new(j, "id", json_integer((json_int_t)number));
    json_object_set_new(j, "url", api_url(q, kind, number));
    json_object_set_new(j, "name", parry_json_text(name));
    json_object_set_new(j, "locale", locale_json(q, locale));
    json_object_set_new(j, "source_locale", locale_json(q, locale));
    json_object_set_new(j, "position", json_integer(0));
    json_object_set_new(j, "outdated", json_false());
    return j;
}

static void set_times(json_t *j, parry_str created, parry_str updated)
{
    json_object_set_new(j, "created_at", time_json(created.n > 0 ? created : updated));
    json_object_set_new(j, "updated_at", time_json(updated.n > 0 ? updated : created));
}

static json_t *labels_json(parry_str tags)
{
    json_t *list = json_array();
    parry_str tag;
    while (parry_str_split(&tags, '\n', &tag)) {
        if (tag.n > 0)
            json_array_append_new(list, parry_json_text(tag));
    }
    return list;
}

static void set_article(const asked *q, json_t *j, const parry_listing_row *r, const parry_article *a)
{
    json_object_set_new(j, "html_url", page_url(q, "/articles/", r->slug));
    json_object_set_new(j, "title", parry_json_text(r->title));
    json_object_set_new(j, "section_id", json_integer((json_int_t)section_number(q, section_name(r))));
    json_object_set_new(
        j, "author_id",
        json_integer((json_int_t)parry_number(parry_str_printf(q->c->arena, "author %.*s", PARRY_FMT(a->author)))));
    json_object_set_new(j, "label_names", labels_json(r->tags));
    json_object_set_new(j, "promoted", json_boolean(a->promoted));
    json_object_set_new(j, "draft", json_false());
    json_object_set_new(j, "comments_disabled", json_true());
    json_object_set_new(j, "vote_sum", json_integer(0));
    json_object_set_new(j, "vote_count", json_integer(0));
    json_object_set_new(j, "user_segment_id", json_null());
    set_times(j, a->created, a->updated);
    json_object_set_new(j, "edited_at", time_json(a->updated.n > 0 ? a->updated : a->created));
}

/* NOT_FOUND where it went since the listing was made. */
static parry_code article_json(const asked *q, const parry_listing_row *r, json_t **out, parry_err *err)
{
    parry_article a = {0};
    json_t *reply = NULL;
    parry_code code = parry_visible_article(q->c, r->id, false, &a, err);
    if (code != PARRY_OK)
        return code;
    code = parry_article_reply(q->c, &a, &reply, err);
    if (code == PARRY_OK) {
        json_t *j = thing_json(q, "articles", r->number, r->title, r->locale);
        set_article(q, j, r, &a);
        json_object_set(j, "body", json_object_get(reply, "html"));
        *out = j;
    }
    json_decref(reply);
    parry_article_free(&a);
    return code;
}

static json_t *section_json(const asked *q, const parry_listing_row *r, parry_str updated, size_t position)
{
    parry_str name = section_name(r);
    json_t *j = thing_json(q, "sections", section_number(q, name), name, r->locale);
    json_object_set_new(j, "html_url", page_url(q, "/categories/", r->category));
    json_object_set_new(j, "description", json_string(""));
    json_object_set_new(j, "category_id", json_integer((json_int_t)category_number(q)));
    json_object_set_new(j, "parent_section_id", json_null());
    json_object_set_new(j, "position", json_integer((json_int_t)position));
    set_times(j, updated, updated);
    return j;
}

/* All sections, in order. */
static json_t *sections_json(const asked *q)
{
    json_t *list = json_array();
    for (size_t i = 0, end; i < q->nrows; i = end) {
        parry_str updated = {NULL, 0};
        for (end = i; end < q->nrows && parry_str_eq(q->rows[end]->category, q->rows[i]->category); end++)
            updated = parry_str_cmp(q->rows[end]->updated, updated) > 0 ? q->rows[end]->updated : updated;
        json_array_append_new(list, section_json(q, q->rows[i], updated, json_array_size(list)));
    }
    return list;
}

static json_t *category_json(const asked *q)
{
    parry_str name = parry_str_of(q->c->app->config->serve.site_name), updated = {NULL, 0};
    for (size_t i = 0; i < q->nrows; i++)
        updated = parry_str_cmp(q->rows[i]->updated, updated) > 0 ? q->rows[i]->updated : updated;
    json_t *j = thing_json(q, "categories", category_number(q), name, q->nrows > 0 ? q->rows[0]->locale : q->locale);
    json_object_set_new(j, "html_url", page_url(q, "/", parry_str_make("", 0)));
    json_object_set_new(j, "description", json_string(""));
    set_times(j, updated, updated);
    return j;
}

/* ---- pages ----------------------------------------------------------------------------------------------------------
 */

static json_t *turned(const asked *q, size_t page)
{
    parry_buf url = PARRY_BUF(64 * 1024);
    parry_buf_printf(&url, "%s%.*s?page=%zu", q->host, PARRY_FMT(q->c->req->path), page);
    for (size_t i = 0; i < q->c->req->nparams; i++) {
        const parry_param *p = &q->c->req->params[i];
        if (parry_str_eqz(p->name, "page"))
            continue;
        parry_buf_addc(&url, '&');
        parry_percent_encode(p->name, &url);
        parry_buf_addc(&url, '=');
        parry_percent_encode(p->value, &url);
    }
    json_t *j = parry_json_text(parry_buf_str(&url));
    parry_buf_free(&url);
    return j;
}

static void reply_page(const asked *q, const char *kind, json_t *list, size_t count)
{
    size_t pages = (count + q->per_page - 1) / q->per_page;
    json_t *j = json_object();
    json_object_set_new(j, kind, list);
    json_object_set_new(j, "count", json_integer((json_int_t)count));
    json_object_set_new(j, "page", json_integer((json_int_t)q->page));
    json_object_set_new(j, "page_count", json_integer((json_int_t)pages));
    json_object_set_new(j, "per_page", json_integer((json_int_t)q->per_page));
    json_object_set_new(j, "next_page", q->page < pages ? turned(q, q->page + 1) : json_null());
    json_object_set_new(j, "previous_page", q->page > 1 && q->page - 1 <= pages ? turned(q, q->page - 1) : json_null());
    parry_response_json(q->c->res, 200, "application/json", j);
}

static size_t offset_of(const asked *q) { return (q->page - 1) * q->per_page; }

/* Those of the page, out of a list of all; steals all. */
static void reply_slice(const asked *q, const char *kind, json_t *all)
{
    json_t *list = json_array();
    size_t n = json_array_size(all);
    for (size_t i = offset_of(q); i < n && i < offset_of(q) + q->per_page; i++)
        json_array_append(list, json_array_get(all, i));
    reply_page(q, kind, list, n);
    json_decref(all);
}

/* ---- lists of articles ----------------------------------------------------------------------------------------------
 */

/* One that may be shown, with what a search said of it. */
typedef struct found {
    const parry_listing_row *row;
    parry_str snippet;
    int64_t created_ms, updated_ms;
} found;

typedef struct wanted {
    uint64_t sections[IDS_MAX];
    size_t nsections;
    parry_str labels[IDS_MAX];
    size_t nlabels;
    int64_t created_from, created_until, updated_from, updated_until; /* [from, until); 0: open */
    bool by_created, by_updated, by_title, ascending;
} wanted;

static bool holds(const asked *q, const wanted *w, const parry_listing_row *r)
{
    bool section = w->nsections == 0, label = w->nlabels == 0;
    for (size_t i = 0; i < w->nsections; i++)
        section |= w->sections[i] == section_number(q, section_name(r));
    for (size_t i = 0; i < w->nlabels; i++)
        label |= has_line(r->tags, w->labels[i]);
    return section && label;
}

static bool within(int64_t ms, int64_t from, int64_t until)
{
    return (from == 0 || ms >= from) && (until == 0 || ms < until);
}

static bool needs_created(const wanted *w) { return w->by_created || w->created_from != 0 || w->created_until != 0; }

/* When it was made stands in the article alone. */
static void read_times(const asked *q, const wanted *w, found *f)
{
    parry_article a = {0};
    (void)parry_time_parse(f->row->updated, &f->updated_ms, NULL);
    f->created_ms = f->updated_ms;
    if (!needs_created(w) || parry_visible_article(q->c, f->row->id, false, &a, NULL) != PARRY_OK)
        return;
    (void)parry_time_parse(a.created, &f->created_ms, NULL);
    parry_article_free(&a);
}

static int by_created(const void *a, const void *b)
{
    const found *x = a, *y = b;
    return (x->created_ms > y->created_ms) - (x->created_ms < y->created_ms);
}

static int by_updated(const void *a, const void *b)
{
    const found *x = a, *y = b;
    return (x->updated_ms > y->updated_ms) - (x->updated_ms < y->updated_ms);
}

static int by_title(const void *a, const void *b)
{
    const found *x = a, *y = b;
    return parry_str_cmp(x->row->title, y->row->title);
}

/* Narrowed and in the order that is asked for; the number that is left. */
static size_t arrange(const asked *q, const wanted *w, found *list, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        found f = list[i];
        if (!holds(q, w, f.row))
            continue;
        read_times(q, w, &f);
        if (within(f.created_ms, w->created_from, w->created_until) &&
            within(f.updated_ms, w->updated_from, w->updated_until))
            list[kept++] = f;
    }
    if (!w->by_created && !w->by_updated && !w->by_title)
        return kept;
    qsort(list, kept, sizeof *list, w->by_created ? by_created : w->by_updated ? by_updated : by_title);
    for (size_t i = 0; !w->ascending && i < kept / 2; i++) {
        found f = list[i];
        list[i] = list[kept - 1 - i];
        list[kept - 1 - i] = f;
    }
    return kept;
}

static parry_str with_em(parry_arena *a, parry_str html)
{
    parry_buf out = PARRY_BUF(64 * 1024);
    while (html.n > 0) {
        if (parry_str_starts(html, "<mark>") || parry_str_starts(html, "</mark>")) {
            bool end = html.p[1] == '/';
            parry_buf_addz(&out, end ? "</em>" : "<em>");
            html = parry_str_from(html, end ? 7 : 6);
        } else {
            parry_buf_addc(&out, html.p[0]);
            html = parry_str_from(html, 1);
        }
    }
    parry_str copy = parry_str_copy(a, parry_buf_str(&out));
    parry_buf_free(&out);
    return copy;
}

static parry_code reply_found(const asked *q, const char *kind, bool results, const found *list, size_t n, size_t count,
                              parry_err *err)
{
    json_t *out = json_array();
    parry_code code = PARRY_OK;
    for (size_t i = offset_of(q); i < n && i < offset_of(q) + q->per_page && code == PARRY_OK; i++) {
        json_t *j = NULL;
        code = article_json(q, list[i].row, &j, err);
        if (code == PARRY_NOT_FOUND) {
            code = PARRY_OK;
            continue;
        }
        if (results && j != NULL) {
            json_object_set_new(j, "result_type", json_string("article"));
            json_object_set_new(j, "snippet", parry_json_text(list[i].snippet));
        }
        json_array_append_new(out, j);
    }
    if (code == PARRY_OK)
        reply_page(q, kind, out, count);
    else
        json_decref(out);
    return code;
}

/* ---- what is asked --------------------------------------------------------------------------------------------------
 */

static parry_code read_pages(asked *q, size_t usual, parry_err *err)
{
    q->page = 1;
    q->per_page = usual;
    parry_code code = parry_request_number(q->c->req, "page", 1, PAGES_MAX, &q->page, err);
    return code == PARRY_OK ? parry_request_number(q->c->req, "per_page", 1, PER_PAGE_MAX, &q->per_page, err) : code;
}

/* One of after, before, at: bounds of a time. */
static parry_code read_bounds(const asked *q, const char *what, int64_t *from, int64_t *until, parry_err *err)
{
    static const char *const ways[] = {"after", "before", "at"};
    for (size_t i = 0; i < 3; i++) {
        char name[32];
        parry_str text;
        int64_t ms;
        (void)snprintf(name, sizeof name, "%s_%s", what, ways[i]);
        if (!parry_request_text(q->c->req, name, &text))
            continue;
        bool after = i == 0, before = i == 1;
        if (!parry_time_bound(text, after, &ms))
            return parry_fail(err, PARRY_INVALID, "%s must be a day (2026-11-01) or a time in UTC", name);
        if (!before)
            *from = ms;
        if (before || i == 2)
            *until = ms;
        if (i == 2 && !parry_time_bound(text, true, until))
            return parry_fail(err, PARRY_INVALID, "%s must be a day (2026-11-01)", name);
    }
    return PARRY_OK;
}

static parry_code read_list(const asked *q, const char *name, parry_str *out, size_t *n, parry_err *err)
{
    parry_str rest = {NULL, 0}, piece;
    (void)parry_request_text(q->c->req, name, &rest);
    while (rest.n > 0 && parry_str_split(&rest, ',', &piece)) {
        piece = parry_str_trim(piece);
        if (piece.n == 0)
            continue;
        if (*n == IDS_MAX)
            return parry_fail(err, PARRY_INVALID, "%s has more than %d values", name, IDS_MAX);
        out[(*n)++] = piece;
    }
    return PARRY_OK;
}

/* Of the one category everything is; another has nothing in it. */
static parry_code read_places(const asked *q, wanted *w, parry_err *err)
{
    parry_str ids[IDS_MAX];
    size_t n = 0;
    uint64_t number;
    parry_code code = read_list(q, "section", ids, &n, err);
    for (size_t i = 0; i < n; i++)
        w->sections[w->nsections++] = number_of(ids[i], &number) ? number : 0;
    n = 0;
    if (code == PARRY_OK)
        code = read_list(q, "category", ids, &n, err);
    bool ours = n == 0;
    for (size_t i = 0; i < n; i++)
        ours |= number_of(ids[i], &number) && number == category_number(q);
    if (!ours) {
        w->nsections = 1;
        w->sections[0] = 0;
    }
    return code == PARRY_OK ? read_list(q, "label_names", w->labels, &w->nlabels, err) : code;
}

static parry_code read_wanted(const asked *q, wanted *w, parry_err *err)
{
    parry_str sort = {NULL, 0}, order = parry_str_of("desc");
    (void)parry_request_text(q->c->req, "sort_by", &sort);
    w->by_created = parry_str_eqz(sort, "created_at");
    w->by_updated = parry_str_eqz(sort, "updated_at") || parry_str_eqz(sort, "edited_at");
    w->by_title = parry_str_eqz(sort, "title");
    if (w->by_title)
        order = parry_str_of("asc");
    (void)parry_request_text(q->c->req, "sort_order", &order);
    w->ascending = parry_str_eqz(order, "asc");
    if (sort.n > 0 && !w->by_created && !w->by_updated && !w->by_title && !parry_str_eqz(sort, "position") &&
        !parry_str_eqz(sort, "relevance"))
        return parry_fail(err, PARRY_INVALID, "sort_by must be created_at, updated_at, title or position");
    parry_code code = read_places(q, w, err);
    if (code == PARRY_OK)
        code = read_bounds(q, "created", &w->created_from, &w->created_until, err);
    return code == PARRY_OK ? read_bounds(q, "updated", &w->updated_from, &w->updated_until, err) : code;
}

/* ---- search ---------------------------------------------------------------------------------------------------------
 */

static int by_id(const void *pa, const void *pb)
{
    const parry_listing_row *const *a = pa, *const *b = pb;
    return parry_str_cmp((*a)->id, (*b)->id);
}

/* The same rows, by id. */
static const parry_listing_row **rows_by_id(const asked *q)
{
    const parry_listing_row **rows = PARRY_ARRAY(q->c->arena, const parry_listing_row *, q->nrows + 1);
    for (size_t i = 0; i < q->nrows; i++)
        rows[i] = q->rows[i];
    qsort(rows, q->nrows, sizeof(const parry_listing_row *), by_id);
    return rows;
}

static const parry_listing_row *row_of_id(const asked *q, const parry_listing_row **rows, parry_str id)
{
    const parry_listing_row key = {.id = id}, *wanted_row = &key;
    const parry_listing_row **hit = bsearch(&wanted_row, rows, q->nrows, sizeof(const parry_listing_row *), by_id);
    return hit != NULL ? *hit : NULL;
}

/* "en-us" asks for "en": articles that say en are for it, too. */
static parry_str language_of(parry_str locale)
{
    return parry_str_make(locale.p, parry_str_find(locale, parry_str_of("-")));
}

/* Best first, [from, until); what may be seen is what the rows have. *total: of all. */
static parry_code look_up(const asked *q, parry_str text, size_t from, size_t until, found *list, size_t *n,
                          size_t *total, parry_err *err)
{
    parry_query query = {.text = text, .snippets = true, .offset = from, .locale = language_of(q->locale)};
    const parry_listing_row **rows = rows_by_id(q);
    parry_generation *g = parry_index_acquire(q->c->app->index);
    parry_code code = parry_query_narrow(q->c, &query, err);
    *total = until;
    while (code == PARRY_OK && query.offset < *total && query.offset < until) {
        parry_results r = {0};
        query.limit = until - query.offset < PARRY_SEARCH_MAX_LIMIT ? until - query.offset : PARRY_SEARCH_MAX_LIMIT;
        code = parry_search(q->c->searcher, g, &query, q->c->arena, &r, err);
        *total = r.total;
        for (size_t i = 0; code == PARRY_OK && i < r.n; i++) {
            const parry_listing_row *row = row_of_id(q, rows, r.hits[i].id);
            if (row != NULL)
                list[(*n)++] = (found){.row = row, .snippet = with_em(q->c->arena, r.hits[i].snippet)};
        }
        query.offset += query.limit;
    }
    parry_generation_release(g);
    return code;
}

static bool plain(const wanted *w)
{
    return w->nsections == 0 && w->nlabels == 0 && !w->by_created && !w->by_updated && !w->by_title &&
           w->created_from == 0 && w->created_until == 0 && w->updated_from == 0 && w->updated_until == 0;
}

/* What is neither filtered nor sorted is looked up a page at a time. */
static parry_code search_plain(asked *q, parry_str text, parry_err *err)
{
    size_t from = offset_of(q), until = from + q->per_page, n = 0, total = 0;
    until = until < RESULTS_MAX ? until : RESULTS_MAX;
    if (from >= until) /* past what is shown: how much there is, and nothing of it */
        from = until = 0;
    found *list = PARRY_ARRAY(q->c->arena, found, until + 1);
    parry_code code = look_up(q, text, from, until > 0 ? until : 1, list + from, &n, &total, err);
    if (code != PARRY_OK)
        return code;
    n = until > 0 ? from + n : 0;
    return reply_found(q, "results", true, list, n, total < RESULTS_MAX ? total : RESULTS_MAX, err);
}

static parry_code search_articles(asked *q, parry_err *err)
{
    wanted w = {0};
    parry_str text = {NULL, 0}, any;
    size_t n = 0, total = 0, limit = (size_t)q->c->app->config->serve.max_query_bytes;
    parry_code code = read_pages(q, PER_PAGE, err);
    if (code == PARRY_OK)
        code = read_wanted(q, &w, err);
    if (code != PARRY_OK)
        return code;
    (void)parry_request_text(q->c->req, "query", &text);
    text = parry_str_trim(text);
    if (parry_utf8_count(text) > QUERY_MAX || text.n > limit || text.n > PARRY_QUERY_MAX_BYTES)
        return parry_fail(err, PARRY_INVALID, "query is over %d characters", QUERY_MAX);
    if (text.n == 0 && w.nsections == 0 && w.nlabels == 0 && !parry_request_text(q->c->req, "category", &any))
        return parry_fail(err, PARRY_INVALID, "one of query, category, section and label_names is needed");
    found *list = PARRY_ARRAY(q->c->arena, found, q->nrows + RESULTS_MAX + 1);
    if (text.n > 0 && plain(&w))
        return search_plain(q, text, err);
    if (text.n > 0)
        code = look_up(q, text, 0, RESULTS_MAX, list, &n, &total, err);
    for (size_t i = 0; text.n == 0 && i < q->nrows; i++)
        list[n++] = (found){.row = q->rows[i]};
    if (code != PARRY_OK)
        return code;
    n = arrange(q, &w, list, n);
    n = n < RESULTS_MAX ? n : RESULTS_MAX;
    return reply_found(q, "results", true, list, n, n, err);
}

/* section: 0 for all. */
static parry_code list_articles(asked *q, uint64_t section, parry_err *err)
{
    wanted w = {0};
    parry_code code = read_pages(q, LISTED_PER_PAGE, err);
    if (code == PARRY_OK)
        code = read_wanted(q, &w, err);
    if (code != PARRY_OK)
        return code;
    if (section != 0) {
        w.nsections = 1;
        w.sections[0] = section;
    }
    found *list = PARRY_ARRAY(q->c->arena, found, q->nrows + 1);
    for (size_t i = 0; i < q->nrows; i++)
        list[i].row = q->rows[i];
    size_t n = arrange(q, &w, list, q->nrows);
    return reply_found(q, "articles", false, list, n, n, err);
}

/* ---- addresses ------------------------------------------------------------------------------------------------------
 */

static parry_code reply_one(const asked *q, const char *kind, json_t *j, parry_err *err)
{
    if (j == NULL)
        return none(err);
    parry_response_json(q->c->res, 200, "application/json", json_pack("{s:o}", kind, j));
    return PARRY_OK;
}

static parry_code one_article(const asked *q, uint64_t number, parry_err *err)
{
    const parry_listing_row *row = row_of(q, number);
    json_t *j = NULL;
    parry_code code = row != NULL ? article_json(q, row, &j, err) : none(err);
    return code == PARRY_OK ? reply_one(q, "article", j, err) : code;
}

/* A new reference; NULL where there is none. */
static json_t *section_of(const asked *q, uint64_t number)
{
    json_t *all = sections_json(q), *j = NULL;
    for (size_t i = 0; i < json_array_size(all) && j == NULL; i++) {
        json_t *s = json_array_get(all, i);
        if ((uint64_t)json_integer_value(json_object_get(s, "id")) == number)
            j = json_incref(s);
    }
    json_decref(all);
    return j;
}

static parry_code list_of(asked *q, const char *kind, json_t *all, parry_err *err)
{
    parry_code code = read_pages(q, LISTED_PER_PAGE, err);
    if (code == PARRY_OK)
        reply_slice(q, kind, all);
    else
        json_decref(all);
    return code;
}

static parry_code below_section(asked *q, uint64_t number, parry_str rest, parry_err *err)
{
    json_t *section = section_of(q, number);
    if (section == NULL)
        return none(err);
    if (rest.n == 0)
        return reply_one(q, "section", section, err);
    json_decref(section);
    return parry_str_eqz(rest, "articles") ? list_articles(q, number, err) : none(err);
}

static parry_code below_category(asked *q, uint64_t number, parry_str rest, parry_err *err)
{
    if (number != category_number(q))
        return none(err);
    if (rest.n == 0)
        return reply_one(q, "category", category_json(q), err);
    if (parry_str_eqz(rest, "sections"))
        return list_of(q, "sections", sections_json(q), err);
    return parry_str_eqz(rest, "articles") ? list_articles(q, 0, err) : none(err);
}

static bool is_kind(parry_str s)
{
    return parry_str_eqz(s, "articles") || parry_str_eqz(s, "sections") || parry_str_eqz(s, "categories");
}

/* kind[/number[/rest]], without ".json". */
static parry_code answer(asked *q, parry_str kind, parry_str path, parry_err *err)
{
    parry_str id = {NULL, 0};
    uint64_t number = 0;
    bool articles = parry_str_eqz(kind, "articles"), sections = parry_str_eqz(kind, "sections");
    if (path.n == 0) {
        if (articles)
            return list_articles(q, 0, err);
        if (sections)
            return list_of(q, "sections", sections_json(q), err);
        return list_of(q, "categories", json_pack("[o]", category_json(q)), err);
    }
    (void)parry_str_split(&path, '/', &id);
    if (articles && parry_str_eqz(id, "search") && path.n == 0)
        return search_articles(q, err);
    if (!number_of(id, &number))
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
    asked q = {.c = c, .host = host_of(c)};
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
    gather_rows(&q);
    parry_code code = answer(&q, kind, path, err);
    parry_listing_release(c->app->listings, list);
    return code;
}

parry_code parry_get_zendesk_search(parry_call *c, parry_err *err)
{
    c->tail = parry_str_of("articles/search.json");
    return parry_get_zendesk(c, err);
}
