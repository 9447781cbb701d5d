/* Results to Algolia's JSON. */
#include "api/algolia/reply.h"

#include "api/algolia/text.h"
#include "api/http/http.h"

#include <stdlib.h>

enum { LEVELS = 7, ATTRIBUTES = 24, SNIPPET_WORDS = 10 };

/* One attribute of a record, "hierarchy.lvl2" for one within another. */
typedef struct attribute {
    const char *name;
    parry_str value;
    parry_marks marks;
    bool null;  /* there is none */
    bool lines; /* a list, one a line */
    bool shown; /* to people: highlighted and cut to snippets */
    bool html;  /* its readers put it into pages as it is */
} attribute;

typedef struct record {
    attribute a[ATTRIBUTES];
    size_t n;
} record;

/* ---- which attributes ---------------------------------------------------------------------------------------------
 */

/* "title", "*", "hierarchy" and "hierarchy.*" of "hierarchy.lvl1". */
static bool pattern_fits(parry_str pattern, const char *name)
{
    const char *dot = strchr(name, '.');
    if (parry_str_eqz(pattern, "*") || parry_str_eqz(pattern, name))
        return true;
    if (dot == NULL)
        return false;
    size_t n = (size_t)(dot - name);
    bool within = pattern.n >= n && memcmp(pattern.p, name, n) == 0;
    return within && (pattern.n == n || parry_str_eqz(parry_str_from(pattern, n), ".*"));
}

static parry_str name_of(parry_str asked) { return parry_str_make(asked.p, parry_str_find(asked, parry_str_of(":"))); }

/* Whether the list names it; "-name" takes it out again. asked: what named it. */
static bool named(const parry_algolia_names *list, const char *name, parry_str *asked)
{
    bool is = false;
    for (size_t i = 0; i < list->n; i++) {
        parry_str one = list->names[i];
        if (parry_str_starts(one, "-")) {
            if (pattern_fits(parry_str_from(one, 1), name))
                return false;
        } else if (pattern_fits(name_of(one), name)) {
            is = true;
            *asked = one;
        }
    }
    return is;
}

/* "content:15" */
static size_t words_asked(parry_arena *a, parry_str asked)
{
    parry_str number = parry_str_from(asked, name_of(asked).n + 1);
    unsigned long n = number.n > 0 ? strtoul(parry_str_z(a, number), NULL, 10) : SNIPPET_WORDS;
    return n == 0 ? 1 : n > 1000 ? 1000 : n;
}

/* ---- a record -----------------------------------------------------------------------------------------------------
 */

static attribute *put(record *r, const char *name, parry_str value, bool shown)
{
    r->a[r->n] = (attribute){.name = name, .value = value, .shown = shown};
    return &r->a[r->n++];
}

/* The headings above the section and its own: pieces of the path. Returns how many. */
static size_t put_levels(parry_arena *a, const parry_hit *h, record *r)
{
    static const char *const names[LEVELS] = {"hierarchy.lvl0", "hierarchy.lvl1", "hierarchy.lvl2", "hierarchy.lvl3",
                                              "hierarchy.lvl4", "hierarchy.lvl5", "hierarchy.lvl6"};
    size_t at = 0, depth = 0;
    parry_str top = h->category.n > 0 ? h->category : parry_str_of("Documentation"); /* clients group by it */
    put(r, names[0], top, true)->html = true;
    attribute *title = put(r, names[1], h->title, true);
    title->marks = h->title_marks;
    title->html = true;
    for (size_t level = 2; level < LEVELS; level++) {
        parry_str rest = parry_str_from(h->path, at);
        bool last = level == LEVELS - 1;
        size_t n = last ? rest.n : parry_str_find(rest, parry_str_of(" > "));
        attribute *x = put(r, names[level], parry_str_make(rest.p, n), true);
        x->html = true;
        x->null = n == 0;
        x->marks = parry_algolia_marks_of(a, h->path_marks, at, n);
        depth += n > 0;
        at += n < rest.n ? n + 3 : n;
    }
    return depth;
}

/* Bytes of the path before the section's own heading. */
static size_t above_own(const parry_hit *h) { return h->path.n > h->section.n ? h->path.n - h->section.n : 0; }

/* "content" where only the section's text matches, else the level of its heading. */
static const char *type_of(const parry_hit *h, size_t depth)
{
    static const char *const levels[] = {"lvl1", "lvl2", "lvl3", "lvl4", "lvl5", "lvl6"};
    parry_marks heading = depth > 0 ? h->path_marks : h->title_marks;
    size_t from = depth > 0 ? above_own(h) : 0;
    bool matches = heading.n > 0 && heading.m[heading.n - 1].start >= from;
    return h->passage_marks.n > 0 && !matches ? "content" : levels[depth];
}

static parry_str url_of(const parry_algolia_answer *a, const parry_hit *h, parry_str anchor)
{
    return parry_str_printf(a->arena, "%.*s/articles/%.*s%s%.*s", PARRY_FMT(a->site), PARRY_FMT(h->slug),
                            anchor.n > 0 ? "#" : "", PARRY_FMT(anchor));
}

static void record_of(const parry_algolia_answer *a, const parry_hit *h, record *r)
{
    const parry_str none = {NULL, 0};
    r->n = 0;
    put(r, "url", url_of(a, h, h->anchor), false);
    put(r, "url_without_anchor", url_of(a, h, none), false);
    put(r, "anchor", h->anchor, false)->null = h->anchor.n == 0;
    size_t depth = put_levels(a->arena, h, r);
    put(r, "type", parry_str_of(type_of(h, depth)), false);
    attribute *content = put(r, "content", h->passage, true);
    content->null = h->passage.n == 0;
    content->marks = h->passage_marks;
    content->html = true;
    put(r, "title", h->title, true)->marks = h->title_marks;
    size_t above = above_own(h);
    put(r, "section", h->section, true)->marks =
        parry_algolia_marks_of(a->arena, h->path_marks, above, h->path.n - above);
    put(r, "snippet", h->snippet_text, true)->marks = (parry_marks){h->marks, h->nmarks};
    put(r, "category", h->category, true);
    put(r, "tags", h->tags, true)->lines = true;
    put(r, "product", h->product, true);
    put(r, "locale", h->locale, false);
    put(r, "audience", h->audience, false);
    put(r, "updated", h->updated, false);
}

/* ---- a hit --------------------------------------------------------------------------------------------------------
 */

/* Into the object, or where the name has a dot into the one within. Steals value. */
static void set(json_t *object, const char *name, json_t *value)
{
    const char *dot = strchr(name, '.');
    if (dot == NULL) {
        json_object_set_new(object, name, value);
        return;
    }
    json_t *within = json_object_getn(object, name, (size_t)(dot - name));
    if (within == NULL) {
        within = json_object();
        json_object_setn_new(object, name, (size_t)(dot - name), within);
    }
    json_object_set_new(within, dot + 1, value);
}

typedef json_t *(*one_line)(const parry_algolia_paint *p, parry_str line, size_t words);

static json_t *plain_line(const parry_algolia_paint *p, parry_str line, size_t words)
{
    (void)p;
    (void)words;
    return parry_json_text(line);
}

static json_t *highlight_line(const parry_algolia_paint *p, parry_str line, size_t words)
{
    (void)words;
    return parry_algolia_highlight(p, line, (parry_marks){NULL, 0});
}

static json_t *snippet_line(const parry_algolia_paint *p, parry_str line, size_t words)
{
    return parry_algolia_snippet(p, line, (parry_marks){NULL, 0}, words);
}

static json_t *lines(const parry_algolia_paint *p, parry_str text, one_line make, size_t words)
{
    json_t *list = json_array();
    parry_str rest = text, line;
    while (rest.n > 0 && parry_str_split(&rest, '\n', &line))
        json_array_append_new(list, make(p, line, words));
    return list;
}

static json_t *plain(const parry_algolia_paint *p, const attribute *x)
{
    if (x->null)
        return json_null();
    if (x->lines)
        return lines(p, x->value, plain_line, 0);
    return x->html ? parry_algolia_plain(p, x->value) : parry_json_text(x->value);
}

/* The engine's own snippet, with its ellipses as the request wants them. */
static json_t *content_snippet(const parry_algolia_answer *a, const parry_algolia_paint *p, const parry_hit *h)
{
    static const char before[] = "\u2026 ", after[] = " \u2026";
    parry_str text = h->snippet_text;
    size_t from = parry_str_starts(text, before) ? sizeof before - 1 : 0;
    size_t cut = parry_str_ends(text, after) ? sizeof after - 1 : 0;
    size_t n = text.n > from + cut ? text.n - from - cut : 0;
    parry_marks marks = parry_algolia_marks_of(a->arena, (parry_marks){h->marks, h->nmarks}, from, n);
    json_t *j = parry_algolia_snippet(p, parry_str_make(text.p + from, n), marks, 0);
    const char *value = json_string_value(json_object_get(j, "value"));
    parry_str whole = parry_str_printf(a->arena, "%.*s%s%.*s", from > 0 ? (int)p->ellipsis.n : 0, p->ellipsis.p, value,
                                       cut > 0 ? (int)p->ellipsis.n : 0, p->ellipsis.p);
    json_object_set_new(j, "value", parry_json_text(whole));
    return j;
}

static json_t *snippet(const parry_algolia_answer *a, const parry_algolia_paint *p, const parry_hit *h,
                       const attribute *x, size_t words)
{
    if (x->lines)
        return lines(p, x->value, snippet_line, words);
    if (strcmp(x->name, "content") == 0 && h->snippet_text.n > 0)
        return content_snippet(a, p, h);
    return parry_algolia_snippet(p, x->value, x->marks, words);
}

static json_t *highlight(const parry_algolia_paint *p, const attribute *x)
{
    return x->lines ? lines(p, x->value, highlight_line, 0) : parry_algolia_highlight(p, x->value, x->marks);
}

static parry_str object_id(parry_arena *a, const parry_hit *h)
{
    return parry_str_printf(a, "%.*s%s%.*s", PARRY_FMT(h->id), h->anchor.n > 0 ? "#" : "", PARRY_FMT(h->anchor));
}

parry_str parry_algolia_article(parry_str id) { return parry_str_make(id.p, parry_str_find(id, parry_str_of("#"))); }

static json_t *hit_json(const parry_algolia_answer *a, const parry_algolia_paint *p, const parry_hit *h)
{
    const parry_algolia_params *q = a->params;
    json_t *j = json_object(), *highlights = json_object(), *snippets = json_object();
    record *r = PARRY_NEW(a->arena, record);
    parry_str asked;
    record_of(a, h, r);
    json_object_set_new(j, "objectID", parry_json_text(object_id(a->arena, h)));
    for (size_t i = 0; i < r->n; i++) {
        const attribute *x = &r->a[i];
        if (named(&q->retrieve, x->name, &asked))
            set(j, x->name, plain(p, x));
        if (!x->shown || x->null)
            continue;
        if (named(&q->highlight, x->name, &asked))
            set(highlights, x->name, highlight(p, x));
        if (named(&q->snippet, x->name, &asked))
            set(snippets, x->name, snippet(a, p, h, x, words_asked(a->arena, asked)));
    }
    json_object_set_new(j, "_highlightResult", highlights);
    if (q->snippet.n > 0)
        json_object_set(j, "_snippetResult", snippets);
    json_decref(snippets);
    if (q->ranking_info)
        json_object_set_new(j, "_rankingInfo",
                            json_pack("{s:i, s:I}", "nbTypos", 0, "userScore", (json_int_t)(h->score * 1000)));
    return j;
}

/* ---- facets -------------------------------------------------------------------------------------------------------
 */

static const parry_facet *facet_of(const parry_results *r, parry_field f)
{
    for (size_t i = 0; i < r->nfacets; i++)
        if (r->facets[i].field == f)
            return &r->facets[i];
    return NULL;
}

static void add_facet(const parry_algolia_answer *a, const char *name, parry_field field, json_t *all)
{
    const parry_facet *f = facet_of(a->results, field);
    json_t *values = json_object();
    for (size_t i = 0; f != NULL && i < f->n && i < a->params->facet_values; i++)
        if (f->values[i].value.n > 0)
            json_object_setn_new(values, f->values[i].value.p, f->values[i].value.n,
                                 json_integer((json_int_t)f->values[i].n));
    json_object_set_new(all, name, values);
}

static json_t *facets_json(const parry_algolia_answer *a)
{
    json_t *all = json_object();
    const parry_algolia_names *names = &a->params->facets;
    for (size_t i = 0; i < names->n; i++) {
        parry_field field;
        if (parry_algolia_field(names->names[i], &field))
            add_facet(a, parry_str_z(a->arena, names->names[i]), field, all);
        for (int f = 0; f < PARRY_FIELDS && parry_str_eqz(names->names[i], "*"); f++)
            add_facet(a, parry_field_name((parry_field)f), (parry_field)f, all);
    }
    return all;
}

/* Where a word of the value begins with what is looked for, in any case; value.n: nowhere. */
static size_t prefix_at(parry_str value, parry_str what)
{
    for (size_t i = 0; i + what.n <= value.n; i++) {
        bool begins = i == 0 || strchr(" -_/.,&", value.p[i - 1]) != NULL;
        if (begins && strncasecmp(value.p + i, what.p, what.n) == 0)
            return i;
    }
    return value.n;
}

json_t *parry_algolia_facet_json(const parry_algolia_answer *a)
{
    const parry_algolia_params *q = a->params;
    const parry_algolia_paint p = {.pre = q->pre, .post = q->post, .words = &q->facet_query, .nwords = 1};
    json_t *hits = json_array();
    parry_str what = parry_str_trim(q->facet_query);
    for (size_t i = 0; i < a->results->nfacets; i++) {
        const parry_facet *f = &a->results->facets[i];
        for (size_t v = 0; v < f->n && json_array_size(hits) < q->facet_hits; v++) {
            parry_str value = f->values[v].value;
            size_t at = what.n > 0 ? prefix_at(value, what) : 0;
            if (value.n == 0 || at == value.n)
                continue;
            parry_mark mark = {.start = (uint32_t)at, .end = (uint32_t)(at + what.n), .words = 1};
            json_t *painted = parry_algolia_highlight(&p, value, (parry_marks){&mark, what.n > 0});
            json_array_append_new(hits,
                                  json_pack("{s:o, s:O, s:I}", "value", parry_json_text(value), "highlighted",
                                            json_object_get(painted, "value"), "count", (json_int_t)f->values[v].n));
            json_decref(painted);
        }
    }
    return json_pack("{s:o, s:b, s:i}", "facetHits", hits, "exhaustiveFacetsCount", 1, "processingTimeMS", 0);
}

/* ---- a result -----------------------------------------------------------------------------------------------------
 */

static int64_t took_ms(const parry_results *r)
{
    return (r->understand_ns + r->text_ns + r->encode_ns + r->vector_ns + r->fuse_ns + r->show_ns) / 1000000;
}

/* How sure Parry is, and what it read: kept where Algolia has room for the site's own. */
static json_t *user_data(const parry_results *r)
{
    json_t *kb = json_object();
    json_object_set_new(kb, "answer_probability", r->probability >= 0 ? json_real(r->probability) : json_null());
    json_object_set_new(kb, "abstained", json_boolean(parry_results_doubtful(r)));
    if (r->corrected.n > 0)
        json_object_set_new(kb, "corrected", parry_json_text(r->corrected));
    if (r->did_you_mean.n > 0)
        json_object_set_new(kb, "did_you_mean", parry_json_text(r->did_you_mean));
    return json_pack("[{s:o}]", "kb", kb);
}

static void set_pages(const parry_algolia_params *q, const parry_results *r, json_t *j)
{
    size_t reach = r->total < PARRY_ALGOLIA_REACH ? r->total : PARRY_ALGOLIA_REACH;
    json_object_set_new(j, "nbHits", json_integer((json_int_t)r->total));
    if (q->by_offset) {
        json_object_set_new(j, "offset", json_integer((json_int_t)q->offset));
        json_object_set_new(j, "length", json_integer((json_int_t)q->length));
    }
    size_t pages = q->per_page > 0 ? (reach + q->per_page - 1) / q->per_page : 0;
    json_object_set_new(j, "page", json_integer((json_int_t)q->page));
    json_object_set_new(j, "nbPages", json_integer((json_int_t)pages));
    json_object_set_new(j, "hitsPerPage", json_integer((json_int_t)q->per_page));
}

static json_t *params_json(const parry_algolia_params *q)
{
    parry_buf b = PARRY_BUF(64 * 1024);
    parry_buf_addz(&b, "query=");
    parry_percent_encode(q->query, &b);
    parry_buf_printf(&b, "&hitsPerPage=%zu&page=%zu", q->per_page, q->page);
    json_t *j = parry_json_text(parry_buf_str(&b));
    parry_buf_free(&b);
    return j;
}

json_t *parry_algolia_result_json(const parry_algolia_answer *a)
{
    const parry_algolia_params *q = a->params;
    const parry_results *r = a->results;
    const parry_algolia_paint p = {q->pre, q->post, q->ellipsis, r->words, r->nwords};
    json_t *j = json_object(), *hits = json_array();
    for (size_t i = 0; i < r->n && i < q->length; i++)
        json_array_append_new(hits, hit_json(a, &p, &r->hits[i]));
    json_object_set_new(j, "hits", hits);
    set_pages(q, r, j);
    json_object_set_new(j, "exhaustiveNbHits", json_true());
    json_object_set_new(j, "exhaustive", json_pack("{s:b, s:b, s:b}", "nbHits", 1, "typo", 1, "facetsCount", 1));
    if (q->facets.n > 0) {
        json_object_set_new(j, "facets", facets_json(a));
        json_object_set_new(j, "facets_stats", json_object());
        json_object_set_new(j, "exhaustiveFacetsCount", json_true());
    }
    json_object_set_new(j, "query", parry_json_text(q->query));
    json_object_set_new(j, "params", params_json(q));
    json_object_set_new(j, "index", parry_json_text(q->index));
    parry_str used =
        parry_str_printf(a->arena, "%.*s@gen-%06llu", PARRY_FMT(q->index), (unsigned long long)r->generation);
    json_object_set_new(j, "indexUsed", parry_json_text(used));
    if (a->query_id.n > 0)
        json_object_set_new(j, "queryID", parry_json_text(a->query_id));
    json_object_set_new(j, "processingTimeMS", json_integer((json_int_t)took_ms(r)));
    json_object_set_new(j, "userData", user_data(r));
    return j;
}

json_t *parry_algolia_error_json(int status, const char *message)
{
    return json_pack("{s:s, s:i}", "message", message, "status", status);
}
