/* Reading what Algolia's clients send. */
#include "api/algolia/params.h"

#include "api/http/http.h"
#include "base/json.h"

#include <math.h>
#include <stdlib.h>

enum {
    FORM_PAIRS = 64,
    FORM_BYTES = 32 * 1024,
    PER_PAGE = 20,
    FACET_VALUES = 100,
    FACET_HITS = 10,
    INDEX_BYTES = 100,
    LIST_BYTES = 16 * 1024, /* of a list that came as a string */
};

/* Where values are looked up: the request's members, then what its `params` said. */
typedef struct source {
    parry_arena *arena;
    const json_t *members, *form;
    parry_err *err;
} source;

static const json_t *find(const source *s, const char *name)
{
    const json_t *j = json_object_get(s->members, name);
    if (j == NULL || json_is_null(j))
        j = json_object_get(s->form, name);
    return j == NULL || json_is_null(j) ? NULL : j;
}

static parry_code mistyped(const source *s, const char *name, const char *what)
{
    return parry_fail(s->err, PARRY_INVALID, "%s must be %s", name, what);
}

/* most: bytes; longer is INVALID. */
static parry_code read_text(const source *s, const char *name, size_t most, parry_str *out)
{
    const json_t *j = find(s, name);
    if (j == NULL)
        return PARRY_OK;
    if (!json_is_string(j))
        return mistyped(s, name, "a string");
    if (json_string_length(j) > most)
        return parry_fail(s->err, PARRY_INVALID, "%s has %zu bytes; at most %zu", name, json_string_length(j), most);
    *out = parry_str_copy(s->arena, parry_json_str(j));
    return PARRY_OK;
}

/* 20, 20.0 or "20"; more than `most` is `most`. */
static parry_code read_number(const source *s, const char *name, size_t most, size_t *out)
{
    const json_t *j = find(s, name);
    double v = 0;
    char *end = NULL;
    if (j == NULL)
        return PARRY_OK;
    if (json_is_number(j))
        v = json_number_value(j);
    else if (json_is_string(j) && json_string_value(j)[0] >= '0' && json_string_value(j)[0] <= '9')
        v = strtod(json_string_value(j), &end);
    else
        return mistyped(s, name, "a number");
    if ((end != NULL && *end != 0) || !isfinite(v) || v < 0)
        return mistyped(s, name, "a number, 0 or more");
    *out = v > (double)most ? most : (size_t)v;
    return PARRY_OK;
}

/* true, "true", 1 or "1". */
static parry_code read_flag(const source *s, const char *name, bool *out)
{
    const json_t *j = find(s, name);
    if (j == NULL)
        return PARRY_OK;
    if (json_is_boolean(j))
        *out = json_is_true(j);
    else if (json_is_integer(j))
        *out = json_integer_value(j) != 0;
    else if (json_is_string(j))
        *out = strcmp(json_string_value(j), "true") == 0 || strcmp(json_string_value(j), "1") == 0;
    else
        return mistyped(s, name, "true or false");
    return PARRY_OK;
}

/* ---- lists --------------------------------------------------------------------------------------------------------
 */

static parry_code add_name(const source *s, const char *list, parry_str name, parry_algolia_names *out)
{
    name = parry_str_trim(name);
    if (name.n == 0)
        return PARRY_OK;
    if (name.n > PARRY_ALGOLIA_NAME_BYTES || out->n == PARRY_ALGOLIA_NAMES)
        return parry_fail(s->err, PARRY_INVALID, "%s: at most %d names of %d bytes", list, PARRY_ALGOLIA_NAMES,
                          PARRY_ALGOLIA_NAME_BYTES);
    out->names[out->n++] = parry_str_copy(s->arena, name);
    return PARRY_OK;
}

/* A value that may be an array written as a string, as in a URL: a new reference, or NULL where it is none. */
static json_t *array_in(const json_t *j)
{
    if (!json_is_string(j) || json_string_value(j)[0] != '[' || json_string_length(j) > LIST_BYTES)
        return NULL;
    return json_loadb(json_string_value(j), json_string_length(j), 0, NULL);
}

static parry_code add_names(const source *s, const char *name, const json_t *list, parry_algolia_names *out)
{
    parry_code code = PARRY_OK;
    for (size_t i = 0; i < json_array_size(list) && code == PARRY_OK; i++) {
        const json_t *j = json_array_get(list, i);
        code = json_is_string(j) ? add_name(s, name, parry_json_str(j), out) : mistyped(s, name, "a list of strings");
    }
    return code;
}

/* ["a", "b"], "a,b" or "[\"a\", \"b\"]"; as it was where the request does not say. */
static parry_code read_names(const source *s, const char *name, parry_algolia_names *out)
{
    const json_t *j = find(s, name);
    parry_algolia_names names = {PARRY_ARRAY(s->arena, parry_str, PARRY_ALGOLIA_NAMES), 0};
    if (j == NULL)
        return PARRY_OK;
    json_t *within = array_in(j);
    parry_code code = PARRY_OK;
    if (json_is_array(j) || within != NULL) {
        code = add_names(s, name, within != NULL ? within : j, &names);
    } else if (json_is_string(j) && json_string_length(j) <= LIST_BYTES) {
        parry_str rest = parry_json_str(j), piece;
        while (code == PARRY_OK && rest.n > 0 && parry_str_split(&rest, ',', &piece))
            code = add_name(s, name, piece, &names);
    } else {
        code = mistyped(s, name, "a list of strings");
    }
    json_decref(within);
    if (code == PARRY_OK)
        *out = names;
    return code;
}

/* ---- filters ------------------------------------------------------------------------------------------------------
 */

typedef parry_code (*filters_reader)(const source *s, const json_t *value, parry_algolia_filters *f);

static parry_code facet_filters(const source *s, const json_t *value, parry_algolia_filters *f)
{
    return parry_algolia_filters_facets(f, s->arena, value, false, s->err);
}

static parry_code tag_filters(const source *s, const json_t *value, parry_algolia_filters *f)
{
    return parry_algolia_filters_facets(f, s->arena, value, true, s->err);
}

static parry_code numeric_filters(const source *s, const json_t *value, parry_algolia_filters *f)
{
    return parry_algolia_filters_numeric(f, s->arena, value, s->err);
}

static parry_code read_array_filters(const source *s, const char *name, filters_reader read, parry_algolia_filters *f)
{
    const json_t *j = find(s, name);
    json_t *within = array_in(j);
    parry_code code = read(s, within != NULL ? within : j, f);
    json_decref(within);
    return code;
}

static parry_code read_filters(const source *s, parry_algolia_filters *f)
{
    parry_str text = {NULL, 0};
    parry_code code = read_text(s, "filters", PARRY_ALGOLIA_FILTER_BYTES, &text);
    if (code == PARRY_OK)
        code = parry_algolia_filters_text(f, s->arena, text, s->err);
    if (code == PARRY_OK)
        code = read_array_filters(s, "facetFilters", facet_filters, f);
    if (code == PARRY_OK)
        code = read_array_filters(s, "tagFilters", tag_filters, f);
    if (code == PARRY_OK)
        code = read_array_filters(s, "numericFilters", numeric_filters, f);
    return code;
}

/* ---- one request --------------------------------------------------------------------------------------------------
 */

static parry_code read_pages(const source *s, parry_algolia_params *p)
{
    p->per_page = PER_PAGE;
    parry_code code = read_number(s, "hitsPerPage", PARRY_SEARCH_MAX_LIMIT, &p->per_page);
    if (code == PARRY_OK)
        code = read_number(s, "page", PARRY_ALGOLIA_REACH, &p->page);
    p->offset = p->page * p->per_page;
    p->length = p->per_page;
    p->by_offset = find(s, "offset") != NULL || find(s, "length") != NULL;
    if (!p->by_offset || code != PARRY_OK)
        return code;
    p->offset = 0;
    code = read_number(s, "offset", PARRY_ALGOLIA_REACH, &p->offset);
    return code == PARRY_OK ? read_number(s, "length", PARRY_SEARCH_MAX_LIMIT, &p->length) : code;
}

static parry_algolia_names everything(parry_arena *a)
{
    parry_algolia_names all = {PARRY_ARRAY(a, parry_str, 1), 1};
    all.names[0] = parry_str_of("*");
    return all;
}

static parry_code read_shown(const source *s, parry_algolia_params *p)
{
    p->retrieve = everything(s->arena);
    p->pre = parry_str_of("<em>");
    p->post = parry_str_of("</em>");
    p->ellipsis = parry_str_of("\u2026");
    parry_code code = read_names(s, "attributesToRetrieve", &p->retrieve);
    p->highlight = p->retrieve;
    if (code == PARRY_OK)
        code = read_names(s, "attributesToHighlight", &p->highlight);
    if (code == PARRY_OK)
        code = read_names(s, "attributesToSnippet", &p->snippet);
    if (code == PARRY_OK)
        code = read_text(s, "highlightPreTag", PARRY_ALGOLIA_NAME_BYTES, &p->pre);
    if (code == PARRY_OK)
        code = read_text(s, "highlightPostTag", PARRY_ALGOLIA_NAME_BYTES, &p->post);
    return code == PARRY_OK ? read_text(s, "snippetEllipsisText", PARRY_ALGOLIA_NAME_BYTES, &p->ellipsis) : code;
}

static parry_code read_facets(const source *s, parry_algolia_params *p)
{
    parry_str type = {NULL, 0};
    p->facet_values = FACET_VALUES;
    p->facet_hits = FACET_HITS;
    parry_code code = read_names(s, "facets", &p->facets);
    if (code == PARRY_OK)
        code = read_number(s, "maxValuesPerFacet", FACET_VALUES, &p->facet_values);
    if (code == PARRY_OK)
        code = read_text(s, "type", PARRY_ALGOLIA_NAME_BYTES, &type);
    if (code == PARRY_OK && p->facet.n == 0 && parry_str_eqz(type, "facet"))
        code = read_text(s, "facet", PARRY_ALGOLIA_NAME_BYTES, &p->facet);
    p->facet_search = p->facet.n > 0 || parry_str_eqz(type, "facet");
    if (code != PARRY_OK || !p->facet_search)
        return code;
    code = read_text(s, "facetQuery", PARRY_ALGOLIA_NAME_BYTES, &p->facet_query);
    return code == PARRY_OK ? read_number(s, "maxFacetHits", PARRY_ALGOLIA_FACET_HITS, &p->facet_hits) : code;
}

/* What is too long is cut: nobody who types so much should be told of an error. */
static parry_code read_query(const source *s, size_t most, parry_algolia_params *p)
{
    const json_t *j = find(s, "query");
    parry_str type = parry_str_of("prefixLast");
    if (j != NULL && !json_is_string(j))
        return mistyped(s, "query", "a string");
    p->query = j == NULL ? parry_str_of("") : parry_utf8_cut(parry_json_str(j), most);
    p->query = parry_str_copy(s->arena, p->query);
    p->finished = parry_str_ends(p->query, " ");
    p->query = parry_str_trim(p->query);
    parry_code code = read_text(s, "queryType", PARRY_ALGOLIA_NAME_BYTES, &type);
    p->finished = p->finished || parry_str_eqz(type, "prefixNone");
    return code;
}

static parry_code read_rest(const source *s, parry_algolia_params *p)
{
    parry_algolia_names contexts = {NULL, 0};
    parry_code code = read_names(s, "ruleContexts", &contexts);
    if (code == PARRY_OK && contexts.n > 0)
        p->rule_tag = contexts.names[0];
    if (code == PARRY_OK)
        code = read_text(s, "userToken", PARRY_ALGOLIA_NAME_BYTES, &p->user_token);
    if (code == PARRY_OK)
        code = read_flag(s, "clickAnalytics", &p->click_analytics);
    return code == PARRY_OK ? read_flag(s, "getRankingInfo", &p->ranking_info) : code;
}

static parry_code read_all(const source *s, size_t query_bytes, parry_algolia_params *p)
{
    parry_code code = p->index.n > 0 ? PARRY_OK : read_text(s, "indexName", PARRY_ALGOLIA_NAME_BYTES, &p->index);
    if (code == PARRY_OK)
        code = read_query(s, query_bytes, p);
    if (code == PARRY_OK)
        code = read_pages(s, p);
    if (code == PARRY_OK)
        code = read_shown(s, p);
    if (code == PARRY_OK)
        code = read_facets(s, p);
    if (code == PARRY_OK)
        code = read_filters(s, &p->filters);
    return code == PARRY_OK ? read_rest(s, p) : code;
}

parry_code parry_algolia_form(parry_arena *a, parry_str form, json_t **out, parry_err *err)
{
    json_t *all = json_object();
    parry_code code = PARRY_OK;
    parry_str rest = form, pair;
    if (form.n > FORM_BYTES)
        code = parry_fail(err, PARRY_INVALID, "params has %zu bytes; at most %d", form.n, FORM_BYTES);
    for (size_t n = 0; code == PARRY_OK && rest.n > 0 && parry_str_split(&rest, '&', &pair); n++) {
        parry_str name, value;
        size_t equals = parry_str_find(pair, parry_str_of("="));
        if (n == FORM_PAIRS)
            code = parry_fail(err, PARRY_INVALID, "params has more than %d parameters", FORM_PAIRS);
        if (code == PARRY_OK)
            code = parry_percent_decode(a, parry_str_make(pair.p, equals), true, &name, err);
        if (code == PARRY_OK)
            code = parry_percent_decode(a, parry_str_from(pair, equals + 1), true, &value, err);
        if (code == PARRY_OK && name.n > 0 && json_object_getn(all, name.p, name.n) == NULL)
            json_object_setn_new(all, name.p, name.n, parry_json_text(value));
    }
    if (code == PARRY_OK)
        *out = all;
    else
        json_decref(all);
    return code;
}

parry_code parry_algolia_params_read(parry_arena *a, const json_t *request, parry_str index, parry_str facet,
                                     size_t query_bytes, parry_algolia_params *out, parry_err *err)
{
    parry_algolia_params p = {.index = index, .facet = facet};
    const json_t *params = json_object_get(request, "params");
    json_t *form = NULL;
    parry_code code = PARRY_OK;
    if (request != NULL && !json_is_object(request))
        return parry_fail(err, PARRY_INVALID, "a request is a JSON object");
    if (index.n > PARRY_ALGOLIA_NAME_BYTES || facet.n > PARRY_ALGOLIA_NAME_BYTES)
        return parry_fail(err, PARRY_INVALID, "names of indexes and facets have at most %d bytes",
                          PARRY_ALGOLIA_NAME_BYTES);
    if (json_is_string(params))
        code = parry_algolia_form(a, parry_json_str(params), &form, err);
    const source s = {a, request, json_is_object(params) ? params : form, err};
    if (code == PARRY_OK)
        code = read_all(&s, query_bytes, &p);
    json_decref(form);
    if (code == PARRY_OK)
        *out = p;
    return code;
}

parry_code parry_algolia_requests_read(parry_arena *a, const json_t *body, size_t query_bytes,
                                       parry_algolia_params **out, size_t *n, parry_err *err)
{
    const json_t *list = json_object_get(body, "requests");
    size_t count = json_array_size(list);
    if (!json_is_array(list) || count > PARRY_ALGOLIA_REQUESTS)
        return parry_fail(err, PARRY_INVALID, "the body is {\"requests\": [...]} with at most %d requests",
                          PARRY_ALGOLIA_REQUESTS);
    parry_algolia_params *all = PARRY_ARRAY(a, parry_algolia_params, count + 1);
    parry_code code = PARRY_OK;
    size_t hits = 0;
    for (size_t i = 0; i < count && code == PARRY_OK; i++) {
        code = parry_algolia_params_read(a, json_array_get(list, i), parry_str_of(""), parry_str_of(""), query_bytes,
                                         &all[i], err);
        if (code == PARRY_OK && all[i].index.n == 0)
            code = parry_fail(err, PARRY_INVALID, "requests[%zu] has no indexName", i);
        hits += code == PARRY_OK ? all[i].length : 0;
    }
    if (code == PARRY_OK && hits > PARRY_ALGOLIA_HITS)
        code =
            parry_fail(err, PARRY_INVALID, "the requests want %zu hits together; at most %d", hits, PARRY_ALGOLIA_HITS);
    if (code != PARRY_OK)
        return code;
    *out = all;
    *n = count;
    return PARRY_OK;
}

/* ---- the index's name ---------------------------------------------------------------------------------------------
 */

static bool all_letters(parry_str s, size_t least, size_t most)
{
    bool are = s.n >= least && s.n <= most;
    for (size_t i = 0; i < s.n && are; i++)
        are = (s.p[i] | 32) >= 'a' && (s.p[i] | 32) <= 'z';
    return are;
}

/* "de", "pt-BR", "pt_BR" */
static bool is_locale(parry_str s)
{
    size_t first = 0;
    while (first < s.n && s.p[first] != '-' && s.p[first] != '_')
        first++;
    return all_letters(parry_str_make(s.p, first), 2, 3) &&
           (first == s.n || all_letters(parry_str_from(s, first + 1), 2, 4));
}

static void cut_order(parry_str *index, parry_sort *sort)
{
    static const struct {
        const char *suffix;
        parry_sort sort;
    } orders[] = {{"_by_updated", PARRY_BY_UPDATED}, {"_by_title", PARRY_BY_TITLE}};
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
        if (parry_str_ends(*index, orders[i].suffix)) {
            index->n -= strlen(orders[i].suffix);
            *sort = orders[i].sort;
            return;
        }
    }
}

/* Whether the index is this one, or a language of it; locale borrows from index. */
static bool is_index(parry_str index, parry_str name, parry_str *locale)
{
    if (index.n < name.n || memcmp(index.p, name.p, name.n) != 0)
        return false;
    parry_str rest = parry_str_from(index, name.n);
    if (rest.n == 0)
        return true;
    if (rest.p[0] != '_' || !is_locale(parry_str_from(rest, 1)))
        return false;
    *locale = parry_str_from(rest, 1);
    return true;
}

static bool is_plain(parry_str index)
{
    bool plain = index.n > 0 && index.n <= INDEX_BYTES;
    for (size_t i = 0; i < index.n && plain; i++)
        plain = all_letters(parry_str_make(index.p + i, 1), 1, 1) || strchr("0123456789_.-", index.p[i]) != NULL;
    return plain;
}

parry_code parry_algolia_index(parry_arena *a, const char *known, parry_str index, parry_str *locale, parry_sort *sort,
                               parry_err *err)
{
    parry_str rest = parry_str_trim(parry_str_of(known)), name = index;
    bool any = rest.n == 0, is = false;
    parry_sort order = PARRY_BY_RELEVANCE;
    parry_str language = {NULL, 0};
    cut_order(&name, &order);
    any = any && is_plain(index);
    if (any)
        (void)is_index(name, parry_str_of("articles"), &language);
    while (!any && !is && rest.n > 0) {
        size_t n = 0;
        while (n < rest.n && rest.p[n] != ' ' && rest.p[n] != ',')
            n++;
        is = n > 0 && is_index(name, parry_str_make(rest.p, n), &language);
        rest = parry_str_from(rest, n + 1);
    }
    if (!any && !is)
        return parry_fail(err, PARRY_NOT_FOUND, "Index %.*s does not exist", PARRY_FMT(parry_utf8_cut(index, 100)));
    char *tag = parry_str_z(a, language);
    for (size_t i = 0; i < language.n; i++)
        tag[i] = tag[i] == '_' ? '-' : tag[i];
    *locale = parry_str_make(tag, language.n);
    *sort = order;
    return PARRY_OK;
}
