/* What is asked of articles, and the search that answers it. */
#include "api/zendesk/inner.h"

enum { PER_PAGE = 25, PER_PAGE_MAX = 100, RESULTS_MAX = 1000, PAGES_MAX = 1000000, QUERY_MAX = 512 };

parry_code parry_zendesk_read_pages(parry_zendesk_asked *q, size_t usual, parry_err *err)
{
    q->page = 1;
    q->per_page = usual;
    parry_code code = parry_request_number(q->c->req, "page", 1, PAGES_MAX, &q->page, err);
    return code == PARRY_OK ? parry_request_number(q->c->req, "per_page", 1, PER_PAGE_MAX, &q->per_page, err) : code;
}

/* One of after, before, at: bounds of a time. */
static parry_code read_bounds(const parry_zendesk_asked *q, const char *what, int64_t *from, int64_t *until,
                              parry_err *err)
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

static parry_code read_list(const parry_zendesk_asked *q, const char *name, parry_str *out, size_t *n, parry_err *err)
{
    parry_str rest = {NULL, 0}, piece;
    (void)parry_request_text(q->c->req, name, &rest);
    while (rest.n > 0 && parry_str_split(&rest, ',', &piece)) {
        piece = parry_str_trim(piece);
        if (piece.n == 0)
            continue;
        if (*n == PARRY_ZENDESK_IDS_MAX)
            return parry_fail(err, PARRY_INVALID, "%s has more than %d values", name, PARRY_ZENDESK_IDS_MAX);
        out[(*n)++] = piece;
    }
    return PARRY_OK;
}

/* Of the one category everything is; another has nothing in it. */
static parry_code read_places(const parry_zendesk_asked *q, parry_zendesk_wanted *w, parry_err *err)
{
    parry_str ids[PARRY_ZENDESK_IDS_MAX];
    size_t n = 0;
    uint64_t number;
    parry_code code = read_list(q, "section", ids, &n, err);
    for (size_t i = 0; i < n; i++)
        w->sections[w->nsections++] = parry_zendesk_number_of(ids[i], &number) ? number : 0;
    n = 0;
    if (code == PARRY_OK)
        code = read_list(q, "category", ids, &n, err);
    bool ours = n == 0;
    for (size_t i = 0; i < n; i++)
        ours |= parry_zendesk_number_of(ids[i], &number) && number == parry_zendesk_category_number(q);
    if (!ours) {
        w->nsections = 1;
        w->sections[0] = 0;
    }
    return code == PARRY_OK ? read_list(q, "label_names", w->labels, &w->nlabels, err) : code;
}

static parry_code read_wanted(const parry_zendesk_asked *q, parry_zendesk_wanted *w, parry_err *err)
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

static int by_id(const void *pa, const void *pb)
{
    const parry_listing_row *const *a = pa, *const *b = pb;
    return parry_str_cmp((*a)->id, (*b)->id);
}

/* The same rows, by id. */
static const parry_listing_row **rows_by_id(const parry_zendesk_asked *q)
{
    const parry_listing_row **rows = PARRY_ARRAY(q->c->arena, const parry_listing_row *, q->nrows + 1);
    for (size_t i = 0; i < q->nrows; i++)
        rows[i] = q->rows[i];
    qsort(rows, q->nrows, sizeof(const parry_listing_row *), by_id);
    return rows;
}

static const parry_listing_row *row_of_id(const parry_zendesk_asked *q, const parry_listing_row **rows, parry_str id)
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

/* Best first, [from, until); what may be seen is what the rows have. *total: of all. */
static parry_code look_up(const parry_zendesk_asked *q, parry_str text, size_t from, size_t until,
                          parry_zendesk_found *list, size_t *n, size_t *total, parry_err *err)
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
                list[(*n)++] = (parry_zendesk_found){.row = row, .snippet = with_em(q->c->arena, r.hits[i].snippet)};
        }
        query.offset += query.limit;
    }
    parry_generation_release(g);
    return code;
}

static bool plain(const parry_zendesk_wanted *w)
{
    return w->nsections == 0 && w->nlabels == 0 && !w->by_created && !w->by_updated && !w->by_title &&
           w->created_from == 0 && w->created_until == 0 && w->updated_from == 0 && w->updated_until == 0;
}

/* What is neither filtered nor sorted is looked up a page at a time. */
static parry_code search_plain(parry_zendesk_asked *q, parry_str text, parry_err *err)
{
    size_t from = parry_zendesk_offset_of(q), until = from + q->per_page, n = 0, total = 0;
    until = until < RESULTS_MAX ? until : RESULTS_MAX;
    if (from >= until) /* past what is shown: how much there is, and nothing of it */
        from = until = 0;
    parry_zendesk_found *list = PARRY_ARRAY(q->c->arena, parry_zendesk_found, until + 1);
    parry_code code = look_up(q, text, from, until > 0 ? until : 1, list + from, &n, &total, err);
    if (code != PARRY_OK)
        return code;
    n = until > 0 ? from + n : 0;
    return parry_zendesk_reply_found(q, "results", true, list, n, total < RESULTS_MAX ? total : RESULTS_MAX, err);
}

parry_code parry_zendesk_search_articles(parry_zendesk_asked *q, parry_err *err)
{
    parry_zendesk_wanted w = {0};
    parry_str text = {NULL, 0}, any;
    size_t n = 0, total = 0, limit = (size_t)q->c->app->config->serve.max_query_bytes;
    parry_code code = parry_zendesk_read_pages(q, PER_PAGE, err);
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
    parry_zendesk_found *list = PARRY_ARRAY(q->c->arena, parry_zendesk_found, q->nrows + RESULTS_MAX + 1);
    if (text.n > 0 && plain(&w))
        return search_plain(q, text, err);
    if (text.n > 0)
        code = look_up(q, text, 0, RESULTS_MAX, list, &n, &total, err);
    for (size_t i = 0; text.n == 0 && i < q->nrows; i++)
        list[n++] = (parry_zendesk_found){.row = q->rows[i]};
    if (code != PARRY_OK)
        return code;
    n = parry_zendesk_arrange(q, &w, list, n);
    n = n < RESULTS_MAX ? n : RESULTS_MAX;
    return parry_zendesk_reply_found(q, "results", true, list, n, n, err);
}

parry_code parry_zendesk_list_articles(parry_zendesk_asked *q, uint64_t section, parry_err *err)
{
    parry_zendesk_wanted w = {0};
    parry_code code = parry_zendesk_read_pages(q, PARRY_ZENDESK_LISTED_PER_PAGE, err);
    if (code == PARRY_OK)
        code = read_wanted(q, &w, err);
    if (code != PARRY_OK)
        return code;
    if (section != 0) {
        w.nsections = 1;
        w.sections[0] = section;
    }
    parry_zendesk_found *list = PARRY_ARRAY(q->c->arena, parry_zendesk_found, q->nrows + 1);
    for (size_t i = 0; i < q->nrows; i++)
        list[i].row = q->rows[i];
    size_t n = parry_zendesk_arrange(q, &w, list, q->nrows);
    return parry_zendesk_reply_found(q, "articles", false, list, n, n, err);
}
