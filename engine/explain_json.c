/* An explanation as JSON. */
#include "engine/search.h"

static json_t *place_json(const parry_place *p)
{
    if (!p->found)
        return json_null();
    json_t *j = json_pack("{s:f, s:o, s:o}", "value", p->value, "section", parry_json_text(p->heading), "passage",
                          parry_json_text(p->text));
    if (p->rank > 0)
        json_object_set_new(j, "rank", json_integer((json_int_t)p->rank));
    return j;
}

json_t *parry_parts_json(const parry_part *parts, size_t n)
{
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, json_pack("{s:s, s:f, s:f, s:f}", "name", parts[i].name, "value", parts[i].value,
                                              "weight", parts[i].weight, "points", parts[i].points));
    return list;
}

json_t *parry_grounds_json(const parry_grounds *e)
{
    json_t *matches = json_array();
    for (size_t i = 0; i < e->nmatches; i++) {
        const parry_match *m = &e->matches[i];
        json_array_append_new(matches,
                              json_pack("{s:o, s:s, s:o, s:b, s:s, s:I, s:f, s:f}", "word", parry_json_text(m->word),
                                        "kind", m->kind, "term", parry_json_text(m->term), "stem", m->stem, "field",
                                        m->field, "tf", (json_int_t)m->tf, "weight", m->weight, "idf", m->idf));
    }
    return json_pack("{s:I, s:I, s:o, s:o, s:o}", "text_rank", (json_int_t)e->text_rank, "vector_rank",
                     (json_int_t)e->dense_rank, "text", place_json(&e->text), "vector", place_json(&e->dense),
                     "matches", matches);
}

static json_t *readings_json(const parry_explanation *e)
{
    json_t *list = json_array();
    for (size_t i = 0; i < e->nreadings; i++) {
        const parry_reading *r = &e->readings[i];
        json_array_append_new(list,
                              json_pack("{s:o, s:s, s:o, s:b, s:f}", "word", parry_json_text(r->word), "kind", r->kind,
                                        "read_as", parry_json_text(r->read_as), "stem", r->stem, "weight", r->weight));
    }
    return list;
}

static json_t *values_json(parry_str values)
{
    json_t *list = json_array();
    parry_str rest = values, value;
    while (rest.n > 0 && parry_str_split(&rest, '\n', &value))
        json_array_append_new(list, parry_json_text(value));
    return list;
}

/* A rule's or a pin's members stand only where there is one. */
static void set_curation(json_t *j, const parry_why_not *w)
{
    json_t *filters = json_array(), *pins = json_array();
    for (size_t i = 0; i < w->nunmet; i++) {
        const parry_unmet *x = &w->unmet[i];
        json_t *filter = json_pack("{s:s, s:o, s:o}", "field", x->field, "wanted", values_json(x->wanted), "has",
                                   values_json(x->has));
        if (x->rule.n > 0)
            json_object_set_new(filter, "rule", parry_json_text(x->rule));
        json_array_append_new(filters, filter);
    }
    for (size_t i = 0; i < w->npins; i++)
        json_array_append_new(pins, json_pack("{s:o, s:o}", "id", parry_json_text(w->pins[i].id), "rule",
                                              parry_json_text(w->pins[i].rule)));
    if (w->nunmet > 0)
        json_object_set(j, "filters", filters);
    if (w->rule.n > 0)
        json_object_set_new(j, "rule", parry_json_text(w->rule));
    if (w->pinned > 0)
        json_object_set_new(j, "pinned_to", json_integer((json_int_t)w->pinned));
    if (w->npins > 0)
        json_object_set(j, "pinned_above", pins);
    if (w->why == PARRY_WHY_CUT)
        json_object_set_new(j, "odds", json_real(w->odds));
    json_decref(filters);
    json_decref(pins);
}

static void set_measured(json_t *j, const parry_why_not *w)
{
    json_object_set_new(j, "title", parry_json_text(w->hit->title));
    if (w->rank > 0)
        json_object_set_new(j, "rank", json_integer((json_int_t)w->rank));
    json_object_set_new(j, "score", json_real(w->hit->score));
    json_object_set_new(j, "explain", parry_parts_json(w->hit->parts, w->hit->nparts));
    if (w->hit->grounds != NULL)
        json_object_set_new(j, "grounds", parry_grounds_json(w->hit->grounds));
    if (w->last == NULL)
        return;
    json_t *gaps = json_array();
    for (size_t i = 0; i < w->ngaps; i++)
        json_array_append_new(gaps, json_pack("{s:s, s:f, s:f, s:f}", "name", w->gaps[i].name, "points",
                                              w->gaps[i].points, "last", w->gaps[i].last_points, "lacks",
                                              w->gaps[i].last_points - w->gaps[i].points));
    json_object_set_new(j, "last_shown",
                        json_pack("{s:o, s:I, s:f, s:o}", "id", parry_json_text(w->last->id), "rank",
                                  (json_int_t)w->last_rank, "score", w->last->score, "parts", gaps));
}

json_t *parry_explanation_json(const parry_explanation *e)
{
    json_t *j = json_pack("{s:o}", "words", readings_json(e));
    const parry_why_not *w = e->article;
    if (w == NULL)
        return j;
    json_t *article = json_pack("{s:o, s:s, s:o}", "id", parry_json_text(w->id), "status", parry_why_name(w->why),
                                "said", parry_json_text(w->said));
    set_curation(article, w);
    if (w->hit != NULL)
        set_measured(article, w);
    json_object_set_new(j, "article", article);
    return j;
}
