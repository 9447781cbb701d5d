/* Results as JSON: the one shape that the HTTP API and `parry search --json` share. */
#include "engine/search.h"

static json_t *lines(parry_str s)
{
    json_t *list = json_array();
    parry_str rest = s, line;
    while (rest.n > 0 && parry_str_split(&rest, '\n', &line))
        json_array_append_new(list, parry_json_text(line));
    return list;
}

static json_t *names_json(const parry_str *names, size_t n)
{
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, parry_json_text(names[i]));
    return list;
}

/* {"category": [{"value": "Refunds", "count": 12}, ...], ...} */
static json_t *facets_json(const parry_results *r)
{
    json_t *all = json_object();
    for (size_t f = 0; f < r->nfacets; f++) {
        json_t *list = json_array();
        for (size_t i = 0; i < r->facets[f].n; i++) {
            const parry_facet_value *v = &r->facets[f].values[i];
            json_array_append_new(
                list, json_pack("{s:o, s:I}", "value", parry_json_text(v->value), "count", (json_int_t)v->n));
        }
        json_object_set_new(all, parry_field_name(r->facets[f].field), list);
    }
    return all;
}

/* Code points: what most programs count strings in. */
static json_t *highlights(const parry_hit *h)
{
    json_t *list = json_array();
    for (size_t i = 0; i < h->nmarks; i++)
        json_array_append_new(list, json_pack("[I, I]", (json_int_t)h->marks[i].first, (json_int_t)h->marks[i].last));
    return list;
}

static json_t *hit_json(const parry_hit *h, const char *base_url)
{
    char url[2048];
    snprintf(url, sizeof url, "%s/articles/%.*s%s%.*s", base_url, PARRY_FMT(h->slug), h->anchor.n > 0 ? "#" : "",
             PARRY_FMT(h->anchor));
    json_t *j = json_object();
    json_object_set_new(j, "id", parry_json_text(h->id));
    json_object_set_new(j, "title", parry_json_text(h->title));
    json_object_set_new(j, "url", json_string(url));
    json_object_set_new(j, "section", parry_json_text(h->section));
    json_object_set_new(j, "path", parry_json_text(h->path));
    json_object_set_new(j, "category", parry_json_text(h->category));
    json_object_set_new(j, "audience", parry_json_text(h->audience));
    json_object_set_new(j, "locale", parry_json_text(h->locale));
    json_object_set_new(j, "updated", parry_json_text(h->updated));
    if (h->product.n > 0)
        json_object_set_new(j, "product", parry_json_text(h->product));
    json_object_set_new(j, "tags", lines(h->tags));
    if (h->pinned)
        json_object_set_new(j, "pinned", json_true());
    json_object_set_new(j, "snippet", parry_json_text(h->snippet));
    json_object_set_new(j, "snippet_text", parry_json_text(h->snippet_text));
    json_object_set_new(j, "highlights", highlights(h));
    json_object_set_new(j, "passage", parry_json_text(h->passage));
    json_object_set_new(j, "score", json_real(h->score));
    if (h->nparts > 0 && h->rule.n > 0)
        json_object_set_new(j, "rule", parry_json_text(h->rule));
    if (h->nparts > 0)
        json_object_set_new(j, "explain", parry_parts_json(h->parts, h->nparts));
    if (h->grounds != NULL)
        json_object_set_new(j, "grounds", parry_grounds_json(h->grounds));
    return j;
}

static json_t *synonyms_json(const parry_results *r)
{
    json_t *list = json_array();
    for (size_t i = 0; i < r->nsynonyms; i++) {
        const parry_synonym_used *s = &r->synonyms[i];
        json_array_append_new(list, json_pack("{s:o, s:o, s:f, s:i}", "from", parry_json_text(s->from), "to",
                                              parry_json_text(s->to), "weight", s->weight, "line", s->line));
    }
    return list;
}

static json_t *relaxed_json(unsigned relaxed)
{
    json_t *list = json_array();
    if ((relaxed & PARRY_RELAXED_PHRASES) != 0)
        json_array_append_new(list, json_string("phrases"));
    if ((relaxed & PARRY_RELAXED_SPELLING) != 0)
        json_array_append_new(list, json_string("spelling"));
    return list;
}

bool parry_results_doubtful(const parry_results *r)
{
    bool placed = r->n > 0 && r->hits[0].pinned; /* by an author, who knows */
    static const double doubt_under = 0.25;      /* docs/calibration.md: why */
    return r->probability >= 0 && r->probability < doubt_under && !r->answered && !placed;
}

void parry_results_set_sureness(json_t *j, const parry_results *r)
{
    bool known = r->probability >= 0;
    json_object_set_new(j, "probability", known ? json_real(r->probability) : json_null());
    json_object_set_new(j, "calibration", json_string(!known ? "none" : r->own_calibration ? "own" : "shipped"));
    json_object_set_new(j, "answered", json_boolean(r->answered));
    json_object_set_new(j, "doubtful", json_boolean(parry_results_doubtful(r)));
}

json_t *parry_results_json(const parry_query *q, const parry_results *r, const char *base_url)
{
    json_t *hits = json_array();
    for (size_t i = 0; i < r->n; i++)
        json_array_append_new(hits, hit_json(&r->hits[i], base_url));
    json_t *j = json_object();
    json_object_set_new(j, "query", parry_json_text(q->text));
    json_object_set_new(j, "mode", json_string(parry_mode_name(r->mode)));
    json_object_set_new(j, "degraded", json_boolean(r->degraded));
    json_object_set_new(j, "generation", json_integer((json_int_t)r->generation));
    json_object_set_new(j, "total", json_integer((json_int_t)r->total));
    if (r->corrected.n > 0)
        json_object_set_new(j, "corrected", parry_json_text(r->corrected));
    if (q->explain) {
        json_object_set_new(j, "synonyms", synonyms_json(r));
        json_object_set_new(j, "rules", names_json(r->rules, r->nrules));
    }
    if (q->facets != 0)
        json_object_set_new(j, "facets", facets_json(r));
    if (r->corrected.n > 0 && r->mode != PARRY_VECTOR)
        json_object_set_new(j, "corrected_total", json_integer((json_int_t)r->corrected_total));
    if (r->did_you_mean.n > 0)
        json_object_set_new(j, "did_you_mean",
                            json_pack("{s:o, s:I}", "query", parry_json_text(r->did_you_mean), "total",
                                      (json_int_t)r->did_you_mean_total));
    if (r->unknown.n > 0)
        json_object_set_new(j, "unknown", parry_json_text(r->unknown));
    if (r->relaxed != 0)
        json_object_set_new(j, "relaxed", relaxed_json(r->relaxed));
    if (r->explanation != NULL) {
        json_t *explanation = parry_explanation_json(r->explanation);
        json_object_update(j, explanation);
        json_decref(explanation);
    }
    parry_results_set_sureness(j, r);
    json_object_set_new(j, "hits", hits);
    int64_t total = r->understand_ns + r->text_ns + r->encode_ns + r->vector_ns + r->fuse_ns + r->show_ns;
    json_object_set_new(j, "took_us", json_integer(total / 1000));
    return j;
}
