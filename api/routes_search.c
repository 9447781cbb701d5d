/* /v1/search, /v1/explain and /v1/suggest. */
#include "api/answers.h"
#include "api/deflection/rankings.h"
#include "api/query_log.h"
#include "api/routes.h"

enum {
    SEARCH_LIMIT = 10,
    OFFSET_MAX = 10000,
    SUGGEST_LIMIT = 6,
    SUGGEST_LIMIT_MAX = 20,
    SUGGEST_BYTES = 8 * 1024, /* a whole reply, so that it travels in one round trip */
    SUGGEST_FRAME = 256,      /* of these, for what stands around the hits */
    SUGGEST_SNIPPET = 120,    /* characters ... */
    SUGGEST_COLUMNS = 116,    /* ... of which these are text, and the rest what marks a cut */
    SUGGEST_FIELD = 200,      /* bytes of a title, a section, a category */
    COMPLETIONS = 5,
    COMPLETIONS_MAX = 10,
    COMPLETIONS_BYTES = 2 * 1024, /* of the reply */
    QUERY_MAX = 512,              /* characters; longer texts are for POST */
    NAME_MAX = 200,               /* characters */
    FILTERS_MAX = 16,             /* values in all: each is looked for in every article */
};

static size_t query_limit(const parry_call *c)
{
    size_t configured = (size_t)c->app->config->serve.max_query_bytes;
    return configured < PARRY_QUERY_MAX_BYTES ? configured : PARRY_QUERY_MAX_BYTES;
}

static parry_code read_query(const parry_call *c, parry_str *q, parry_err *err)
{
    *q = parry_str_make("", 0);
    (void)parry_request_text(c->req, "q", q);
    size_t characters = parry_utf8_count(*q);
    if (characters > QUERY_MAX)
        return parry_fail(err, PARRY_INVALID, "q has %zu characters; at most %d", characters, QUERY_MAX);
    if (q->n > query_limit(c))
        return parry_fail(err, PARRY_INVALID, "q has %zu bytes; at most %zu", q->n, query_limit(c));
    *q = parry_str_trim(*q);
    return PARRY_OK;
}

static parry_code read_name(const parry_call *c, const char *name, parry_str *out, parry_err *err)
{
    if (parry_request_text(c->req, name, out) && parry_utf8_count(*out) > NAME_MAX)
        return parry_fail(err, PARRY_INVALID, "%s has %zu characters; at most %d", name, parry_utf8_count(*out),
                          NAME_MAX);
    return PARRY_OK;
}

/* Alternatives between commas: "cards,fees". */
static parry_code read_filter(const parry_call *c, parry_field field, parry_query *q, parry_filter *filters,
                              parry_err *err)
{
    parry_str rest = parry_str_make(NULL, 0), value;
    parry_code code = read_name(c, parry_field_name(field), &rest, err);
    while (code == PARRY_OK && rest.n > 0 && parry_str_split(&rest, ',', &value)) {
        value = parry_str_trim(value);
        if (value.n == 0)
            continue;
        if (q->nfilters == FILTERS_MAX)
            return parry_fail(err, PARRY_INVALID, "%s: more than %d values to filter by", parry_field_name(field),
                              FILTERS_MAX);
        filters[q->nfilters++] = (parry_filter){.field = field, .value = value};
    }
    q->filters = filters;
    return code;
}

/* "2026-11-01" or a whole time; until: a day alone is in it. */
static parry_code read_time(const parry_call *c, const char *name, bool until, int64_t *unix_ms, parry_err *err)
{
    parry_str text;
    if (!parry_request_text(c->req, name, &text))
        return PARRY_OK;
    if (!parry_time_bound(text, until, unix_ms))
        return parry_fail(err, PARRY_INVALID, "%s must be a day (2026-11-01) or a time in UTC (2026-11-01T09:00:00Z)",
                          name);
    return PARRY_OK;
}

static parry_code read_facets(const parry_call *c, unsigned *facets, parry_err *err)
{
    parry_str rest = parry_str_make(NULL, 0), name;
    parry_field field;
    (void)parry_request_text(c->req, "facets", &rest);
    while (rest.n > 0 && parry_str_split(&rest, ',', &name)) {
        parry_code code = parry_field_parse(parry_str_trim(name), &field, err);
        if (code != PARRY_OK) {
            parry_err_context(err, "facets");
            return code;
        }
        *facets |= 1U << field;
    }
    return PARRY_OK;
}

static parry_code read_narrowing(const parry_call *c, parry_query *q, parry_err *err)
{
    parry_str sort = parry_str_of("relevance");
    parry_filter *filters = PARRY_ARRAY(c->arena, parry_filter, FILTERS_MAX);
    (void)parry_request_text(c->req, "sort", &sort);
    parry_code code = read_filter(c, PARRY_FIELD_PRODUCT, q, filters, err);
    if (code == PARRY_OK)
        code = read_filter(c, PARRY_FIELD_TAG, q, filters, err);
    if (code == PARRY_OK)
        code = read_time(c, "updated_from", false, &q->updated_from_ms, err);
    if (code == PARRY_OK)
        code = read_time(c, "updated_until", true, &q->updated_until_ms, err);
    if (code == PARRY_OK)
        code = read_facets(c, &q->facets, err);
    if (code == PARRY_OK)
        code = read_name(c, "rule_tag", &q->rule_tag, err);
    return code == PARRY_OK ? parry_sort_parse(sort, &q->sort, err) : code;
}

/* Where the host says that it is asked: search and suggest have the same names for it. */
static parry_code read_page(const parry_call *c, parry_query *q, parry_err *err)
{
    parry_code code = read_name(c, "page", &q->page, err);
    return code == PARRY_OK ? read_name(c, "page_product", &q->page_product, err) : code;
}

static parry_code read_search(const parry_call *c, parry_query *q, parry_err *err)
{
    parry_str mode = parry_str_of("hybrid");
    (void)parry_request_text(c->req, "mode", &mode);
    parry_code code = read_query(c, &q->text, err);
    if (code == PARRY_OK && q->text.n == 0)
        code = parry_fail(err, PARRY_INVALID, "q is empty; say what to search for");
    if (code == PARRY_OK)
        code = parry_request_number(c->req, "limit", 1, PARRY_SEARCH_MAX_LIMIT, &q->limit, err);
    if (code == PARRY_OK)
        code = parry_request_number(c->req, "offset", 0, OFFSET_MAX, &q->offset, err);
    if (code == PARRY_OK)
        code = parry_request_flag(c->req, "explain", &q->explain, err);
    if (code == PARRY_OK)
        code = read_name(c, "locale", &q->locale, err);
    if (code == PARRY_OK)
        code = read_name(c, "category", &q->category, err);
    if (code == PARRY_OK)
        code = read_page(c, q, err);
    if (code == PARRY_OK)
        code = read_narrowing(c, q, err);
    return code == PARRY_OK ? parry_mode_parse(mode, &q->mode, err) : code;
}

/* by: who answers, for the query log. tested: as rankings are tested, if they are. */
static parry_code logged_search(parry_call *c, const char *by, bool tested, parry_query *q, json_t **out,
                                parry_err *err)
{
    parry_results r = {0};
    parry_ranking x = {.draw = {.part = PARRY_EXPERIMENT_PARTS}};
    parry_generation *g = parry_index_acquire(c->app->index);
    parry_code code = parry_query_narrow(c, q, err);
    if (code == PARRY_OK && tested)
        parry_ranking_choose(c, g, q, &x);
    if (code == PARRY_OK)
        code = parry_ranking_search(c, g, q, &x, &r, err);
    if (code == PARRY_OK) {
        char id[PARRY_UUID_TEXT];
        parry_call_searched(c, &r);
        parry_query_log(
            c, &(parry_query_note){.by = by, .query = q, .results = &r, .tested = parry_ranking_members(c->arena, &x)},
            id);
        *out = parry_results_json(q, &r, c->base);
        json_object_set_new(*out, "query_id", json_string(id));
    }
    parry_generation_release(g);
    return code;
}

parry_code parry_search_json(parry_call *c, parry_query *q, json_t **out, parry_err *err)
{
    return logged_search(c, "page", true, q, out, err);
}

static json_t *search_shape(const parry_call *c, const parry_query *q, const parry_results *r)
{
    return parry_results_json(q, r, c->base);
}

parry_code parry_get_search(parry_call *c, parry_err *err)
{
    static const parry_answering how = {.by = "search", .shape = search_shape};
    parry_query q = {.limit = SEARCH_LIMIT, .snippets = true, .sentences = true};
    parry_code code = read_search(c, &q, err);
    return code == PARRY_OK ? parry_answer_query(c, &how, &q, err) : code;
}

/* As /v1/search, and what its answers rest on. Nobody who calls without a key is trusted: an article of others is
 * unknown here. */
parry_code parry_get_explain(parry_call *c, parry_err *err)
{
    parry_query q = {.limit = SEARCH_LIMIT, .snippets = true, .sentences = true};
    json_t *j = NULL;
    parry_code code = read_search(c, &q, err);
    if (code == PARRY_OK)
        code = parry_request_flag(c->req, "typing", &q.typing, err);
    if (code == PARRY_OK)
        code = read_name(c, "article", &q.why, err);
    q.explain = q.grounds = true;
    if (code == PARRY_OK)
        code = logged_search(c, "explain", false, &q, &j, err);
    if (code == PARRY_OK)
        parry_response_json(c->res, 200, "application/json", j);
    return code;
}

/* ---- suggest ------------------------------------------------------------------------------------------------------
 */

/* One visible character at html.p: a tag shows nothing, an entity shows one. Its length in bytes. */
static size_t step(parry_str html, bool *visible, int *marks)
{
    *visible = html.p[0] != '<';
    if (html.p[0] == '<' || html.p[0] == '&') {
        size_t n = parry_str_find(html, parry_str_of(*visible ? ";" : ">"));
        if (!*visible)
            *marks += parry_str_starts(html, "<mark>") ? 1 : parry_str_starts(html, "</mark>") ? -1 : 0;
        return n < html.n ? n + 1 : html.n;
    }
    unsigned cp;
    return parry_utf8_next(html, &cp);
}

parry_str parry_snippet_cut(parry_arena *a, parry_str html, size_t n)
{
    size_t at = 0, seen = 0;
    int marks = 0;
    while (at < html.n) {
        bool visible;
        int before = marks;
        size_t len = step(parry_str_from(html, at), &visible, &marks);
        if (visible && seen++ == n)
            return parry_str_printf(a, "%.*s%s\u2026", (int)at, html.p, before > 0 ? "</mark>" : "");
        at += len;
    }
    return html;
}

static json_t *suggestion(const parry_call *c, const parry_hit *h)
{
    json_t *j = json_object();
    parry_str url = parry_str_printf(c->arena, "%s/articles/%.*s%s%.*s", c->base, PARRY_FMT(h->slug),
                                     h->anchor.n > 0 ? "#" : "", PARRY_FMT(h->anchor));
    json_object_set_new(j, "id", parry_json_text(h->id));
    json_object_set_new(j, "title", parry_json_text(parry_utf8_cut(h->title, SUGGEST_FIELD)));
    json_object_set_new(j, "section", parry_json_text(parry_utf8_cut(h->section, SUGGEST_FIELD)));
    json_object_set_new(j, "url", parry_json_text(url));
    json_object_set_new(j, "snippet", parry_json_text(parry_snippet_cut(c->arena, h->snippet, SUGGEST_SNIPPET)));
    json_object_set_new(j, "category", parry_json_text(parry_utf8_cut(h->category, SUGGEST_FIELD)));
    return j;
}

/* Into the list, if it fits. One that is too long for what is left (a slug may be of any length) is passed over. */
static void append_fitting(json_t *list, json_t *j, size_t *left)
{
    size_t n = json_dumpb(j, NULL, 0, JSON_COMPACT) + 1;
    if (n <= *left) {
        *left -= n;
        json_array_append(list, j);
    }
    json_decref(j);
}

static json_t *completions(const parry_results *r, size_t *left)
{
    json_t *list = json_array();
    size_t mine = COMPLETIONS_BYTES;
    for (size_t i = 0; i < r->ncompletions; i++)
        append_fitting(list,
                       json_pack("{s:o, s:o}", "text", parry_json_text(r->completions[i].text), "html",
                                 parry_json_text(r->completions[i].html)),
                       &mine);
    *left -= COMPLETIONS_BYTES - mine;
    return list;
}

json_t *parry_suggestions_json(const parry_call *c, const parry_results *r)
{
    size_t left = SUGGEST_BYTES - SUGGEST_FRAME;
    json_t *complete = completions(r, &left), *hits = json_array();
    for (size_t i = 0; i < r->n; i++)
        append_fitting(hits, suggestion(c, &r->hits[i]), &left);
    json_t *j = json_pack("{s:I, s:b, s:b, s:o, s:o}", "generation", (json_int_t)r->generation, "settled",
                          (int)r->settled, "degraded", (int)r->degraded, "completions", complete, "hits", hits);
    parry_results_set_sureness(j, r);
    return j;
}

static json_t *suggest_shape(const parry_call *c, const parry_query *q, const parry_results *r)
{
    (void)q;
    return parry_suggestions_json(c, r);
}

/* A white space at the end says that the last word is finished: it stays. */
static parry_code read_typed(const parry_call *c, parry_str *q, parry_err *err)
{
    parry_code code = read_query(c, q, err);
    parry_str whole = *q;
    if (code == PARRY_OK && q->n > 0 && parry_request_text(c->req, "q", &whole))
        *q = parry_str_make(q->p, (size_t)(whole.p + whole.n - q->p));
    return code;
}

/* previous, even an empty one, says that somebody is typing: the answer is steady. */
static parry_code read_previous(const parry_call *c, parry_query *q, parry_err *err)
{
    q->steady = parry_request_text(c->req, "previous", &q->previous);
    return read_name(c, "previous", &q->previous, err);
}

static json_t *suggest_completions(const parry_results *r)
{
    size_t left = SUGGEST_BYTES - SUGGEST_FRAME;
    return completions(r, &left);
}

parry_code parry_get_suggest(parry_call *c, parry_err *err)
{
    static const parry_answering how = {.by = "suggest",
                                        .shape = suggest_shape,
                                        .completions = suggest_completions,
                                        .hits_bytes = SUGGEST_BYTES - SUGGEST_FRAME - COMPLETIONS_BYTES};
    parry_query q = {.limit = SUGGEST_LIMIT,
                     .snippets = true,
                     .snippet_columns = SUGGEST_COLUMNS,
                     .typing = true,
                     .completions = COMPLETIONS};
    parry_code code = read_typed(c, &q.text, err);
    if (code == PARRY_OK)
        code = parry_request_number(c->req, "limit", 1, SUGGEST_LIMIT_MAX, &q.limit, err);
    if (code == PARRY_OK)
        code = read_name(c, "rule_tag", &q.rule_tag, err);
    if (code == PARRY_OK)
        code = read_previous(c, &q, err);
    if (code == PARRY_OK)
        code = read_page(c, &q, err);
    return code == PARRY_OK ? parry_answer_query(c, &how, &q, err) : code;
}

static json_t *completions_shape(const parry_call *c, const parry_query *q, const parry_results *r)
{
    (void)c, (void)q;
    size_t left = SUGGEST_BYTES - SUGGEST_FRAME;
    return json_pack("{s:I, s:o}", "generation", (json_int_t)r->generation, "completions", completions(r, &left));
}

parry_code parry_get_completions(parry_call *c, parry_err *err)
{
    static const parry_answering how = {.by = "completions", .shape = completions_shape, .unlogged = true};
    parry_query q = {.limit = 1, .mode = PARRY_TEXT, .typing = true, .completions = COMPLETIONS};
    parry_code code = read_typed(c, &q.text, err);
    if (code == PARRY_OK && parry_str_trim(q.text).n == 0)
        code = parry_fail(err, PARRY_INVALID, "q is empty; send what was typed so far");
    if (code == PARRY_OK)
        code = parry_request_number(c->req, "limit", 1, COMPLETIONS_MAX, &q.completions, err);
    return code == PARRY_OK ? parry_answer_query(c, &how, &q, err) : code;
}
