/* Rules, parsed once a generation and matched to each question. */
#include "engine/rules.h"

#include "engine/challenger.h"
#include "engine/filter.h"
#include "engine/side_read.h"

static const char rule_keys[] = "name query contains tag locale audience from until pin hide filter boost "
                                "filter_curated";
static const char filter_keys[] = "category locale product tag";
static const char boost_keys[] = "id category locale product tag points";

/* ---- parsing ------------------------------------------------------------------------------------------------------
 */

typedef struct parsing {
    parry_arena *arena;
    parry_analyser *analyser;
} parsing;

/* A value that may be one item or a list of them. */
static size_t items(const json_t *value)
{
    return value == NULL ? 0 : json_is_array(value) ? json_array_size(value) : 1;
}

static const json_t *item(const json_t *value, size_t i)
{
    return json_is_array(value) ? json_array_get(value, i) : value;
}

static parry_code phrases_of(const parsing *p, const json_t *map, const char *key, parry_str locale,
                             const parry_wording **out, size_t *n, parry_err *err)
{
    parry_str *texts = NULL;
    parry_code code = parry_side_texts(map, key, p->arena, &texts, n, err);
    parry_wording *list = code == PARRY_OK ? PARRY_ARRAY(p->arena, parry_wording, *n + 1) : NULL;
    for (size_t i = 0; i < *n && code == PARRY_OK; i++) {
        list[i] = parry_wording_of(p->analyser, p->arena, texts[i], locale.n > 0 ? locale : parry_str_of("en"));
        if (list[i].n == 0)
            code = parry_side_wrong(map, err, "%s: \"%.60s\" holds no word", key, texts[i].p);
    }
    *out = list;
    return code;
}

static parry_code read_pin(const parsing *p, const json_t *rule, const json_t *value, size_t next, parry_pin *out,
                           parry_err *err)
{
    double position = (double)next;
    const json_t *map = json_is_object(value) ? value : rule;
    parry_code code = PARRY_OK;
    if (!json_is_object(value)) { /* the id alone */
        json_auto_t *one = json_pack("{s:O, s:i}", "id", value, PARRY_SIDE_LINE, parry_side_line(rule));
        code = parry_side_text(one, "id", p->arena, &out->id, err);
    } else {
        code = parry_side_keys(value, "id position", err);
        if (code == PARRY_OK)
            code = parry_side_text(value, "id", p->arena, &out->id, err);
        if (code == PARRY_OK)
            code = parry_side_number(value, "position", 1, 100, &position, err);
    }
    if (code == PARRY_OK && (out->id.n == 0 || position > (double)(size_t)position))
        code = parry_side_wrong(map, err, "%s", "a pin is an article's id, or {id: ..., position: a whole number}");
    out->position = (size_t)position;
    return code;
}

static parry_code read_pins(const parsing *p, const json_t *map, parry_rule *r, parry_err *err)
{
    const json_t *value = json_object_get(map, "pin");
    size_t n = items(value), next = 1;
    if (n > PARRY_PINS_MAX)
        return parry_side_wrong(map, err, "pin has %zu items; at most %d", n, PARRY_PINS_MAX);
    parry_pin *pins = PARRY_ARRAY(p->arena, parry_pin, n + 1);
    for (size_t i = 0; i < n; i++) {
        parry_code code = read_pin(p, map, item(value, i), next, &pins[i], err);
        if (code != PARRY_OK)
            return code;
        next = pins[i].position + 1;
    }
    r->pins = pins;
    r->npins = n;
    return PARRY_OK;
}

/* All fields of the map that may be filtered by, appended. */
static parry_code read_fields(const parsing *p, const json_t *map, parry_filter *out, size_t cap, size_t *n,
                              parry_err *err)
{
    static const parry_field fields[] = {PARRY_FIELD_CATEGORY, PARRY_FIELD_LOCALE, PARRY_FIELD_PRODUCT,
                                         PARRY_FIELD_TAG};
    for (size_t f = 0; f < sizeof fields / sizeof *fields; f++) {
        parry_str *values = NULL;
        size_t count = 0;
        parry_code code = parry_side_texts(map, parry_field_name(fields[f]), p->arena, &values, &count, err);
        if (code != PARRY_OK)
            return code;
        if (*n + count > cap)
            return parry_side_wrong(map, err, "more than %zu values", cap);
        for (size_t i = 0; i < count; i++)
            out[(*n)++] = (parry_filter){.field = fields[f], .value = values[i]};
    }
    return PARRY_OK;
}

static parry_code read_filter(const parsing *p, const json_t *map, parry_rule *r, parry_err *err)
{
    enum { MOST = 20 };
    const json_t *value = json_object_get(map, "filter");
    parry_filter *filters = PARRY_ARRAY(p->arena, parry_filter, MOST);
    if (value == NULL)
        return PARRY_OK;
    parry_code code = json_is_object(value) ? parry_side_keys(value, filter_keys, err)
                                            : parry_side_wrong(map, err, "filter is a map of: %s", filter_keys);
    if (code == PARRY_OK)
        code = read_fields(p, value, filters, MOST, &r->nfilters, err);
    r->filters = filters;
    return code;
}

static parry_code read_boost(const parsing *p, const json_t *map, parry_rule_boost *out, parry_err *err)
{
    size_t n = 0;
    parry_code code = parry_side_keys(map, boost_keys, err);
    if (code == PARRY_OK)
        code = parry_side_text(map, "id", p->arena, &out->id, err);
    if (code == PARRY_OK)
        code = parry_side_number(map, "points", -PARRY_RULE_POINTS_MAX, PARRY_RULE_POINTS_MAX, &out->points, err);
    if (code == PARRY_OK)
        code = read_fields(p, map, &out->filter, 1, &n, err);
    if (code == PARRY_OK && (n + (out->id.n > 0) != 1 || json_object_get(map, "points") == NULL))
        code = parry_side_wrong(map, err, "%s", "a boost has points, and one of: id, category, locale, product, tag");
    return code;
}

static parry_code read_boosts(const parsing *p, const json_t *map, parry_rule *r, parry_err *err)
{
    const json_t *value = json_object_get(map, "boost");
    size_t n = items(value);
    if (n > PARRY_PINS_MAX)
        return parry_side_wrong(map, err, "boost has %zu items; at most %d", n, PARRY_PINS_MAX);
    parry_rule_boost *boosts = PARRY_ARRAY(p->arena, parry_rule_boost, n + 1);
    parry_code code = PARRY_OK;
    for (size_t i = 0; i < n && code == PARRY_OK; i++)
        code = read_boost(p, item(value, i), &boosts[i], err);
    r->boosts = boosts;
    r->nboosts = n;
    return code;
}

static parry_code read_conditions(const parsing *p, const json_t *map, parry_rule *r, parry_err *err)
{
    parry_str *tags = NULL;
    parry_code code = parry_side_text(map, "locale", p->arena, &r->locale, err);
    if (code == PARRY_OK)
        code = parry_side_text(map, "audience", p->arena, &r->audience, err);
    if (code == PARRY_OK)
        code = parry_side_time(map, "from", false, &r->from_ms, err);
    if (code == PARRY_OK)
        code = parry_side_time(map, "until", true, &r->until_ms, err);
    if (code == PARRY_OK)
        code = phrases_of(p, map, "query", r->locale, &r->query, &r->nquery, err);
    if (code == PARRY_OK)
        code = phrases_of(p, map, "contains", r->locale, &r->contains, &r->ncontains, err);
    if (code == PARRY_OK)
        code = parry_side_texts(map, "tag", p->arena, &tags, &r->ntags, err);
    r->tags = tags;
    if (code == PARRY_OK && r->nquery + r->ncontains + r->ntags == 0)
        code = parry_side_wrong(map, err, "%s", "a rule needs query, contains or tag: when does it apply?");
    if (code == PARRY_OK && r->from_ms >= r->until_ms)
        code = parry_side_wrong(map, err, "%s", "until is not after from");
    return code;
}

static parry_code read_actions(const parsing *p, const json_t *map, parry_rule *r, parry_err *err)
{
    parry_str *hide = NULL;
    parry_code code = read_pins(p, map, r, err);
    if (code == PARRY_OK)
        code = parry_side_texts(map, "hide", p->arena, &hide, &r->nhide, err);
    r->hide = hide;
    if (code == PARRY_OK)
        code = read_filter(p, map, r, err);
    if (code == PARRY_OK)
        code = read_boosts(p, map, r, err);
    if (code == PARRY_OK && r->npins + r->nhide + r->nfilters + r->nboosts == 0)
        code = parry_side_wrong(map, err, "%s", "a rule needs pin, hide, filter or boost: what does it do?");
    return code;
}

static parry_code read_rule(const parsing *p, const json_t *map, parry_rule *r, parry_err *err)
{
    *r = (parry_rule){.from_ms = INT64_MIN, .until_ms = INT64_MAX, .filter_pins = true};
    parry_code code = parry_side_keys(map, rule_keys, err);
    if (code == PARRY_OK)
        code = parry_side_text(map, "name", p->arena, &r->name, err);
    if (code == PARRY_OK)
        code = parry_side_bool(map, "filter_curated", &r->filter_pins, err);
    if (code == PARRY_OK && r->name.n == 0)
        r->name = parry_str_printf(p->arena, "rule at line %d", parry_side_line(map));
    if (code == PARRY_OK)
        code = read_conditions(p, map, r, err);
    return code == PARRY_OK ? read_actions(p, map, r, err) : code;
}

parry_code parry_rules_parse(const json_t *document, parry_arena *a, const void **out, parry_err *err)
{
    size_t n = json_array_size(document);
    if (!json_is_array(document) || n > PARRY_RULES_MAX)
        return parry_fail(err, PARRY_INVALID, "rules are a list of at most %d entries", PARRY_RULES_MAX);
    parsing p = {a, parry_analyser_new()};
    parry_rule *list = PARRY_ARRAY(a, parry_rule, n + 1);
    parry_code code = PARRY_OK;
    for (size_t i = 0; i < n && code == PARRY_OK; i++)
        code = read_rule(&p, json_array_get(document, i), &list[i], err);
    if (code == PARRY_OK) {
        parry_rules *r = PARRY_NEW(a, parry_rules);
        *r = (parry_rules){list, n};
        *out = r;
    }
    parry_analyser_free(p.analyser);
    return code;
}

/* ---- matching -----------------------------------------------------------------------------------------------------
 */

static bool words_match(const parry_rule *r, const parry_wording *asked)
{
    bool exact = r->nquery == 0, inside = r->ncontains == 0;
    for (size_t i = 0; i < r->nquery && !exact; i++)
        exact = parry_wording_eq(&r->query[i], asked);
    for (size_t i = 0; i < r->ncontains && !inside; i++)
        inside = parry_wording_in(&r->contains[i], asked);
    return exact && inside;
}

static bool tag_matches(const parry_rule *r, parry_str tag)
{
    bool any = r->ntags == 0;
    for (size_t i = 0; i < r->ntags && !any; i++)
        any = parry_str_eq(r->tags[i], tag);
    return any;
}

static bool matches(const parry_rule *r, const parry_query *q, const parry_wording *asked, parry_str locale,
                    int64_t now_ms)
{
    return now_ms >= r->from_ms && now_ms < r->until_ms && tag_matches(r, q->rule_tag) &&
           (r->audience.n == 0 || parry_str_eq(r->audience, q->audience)) && parry_locale_fits(locale, r->locale) &&
           words_match(r, asked);
}

parry_matched parry_rules_match(const parry_rules *r, parry_analyser *an, parry_arena *a, const parry_query *q,
                                parry_str locale, int64_t now_ms)
{
    parry_matched m = {NULL, 0};
    if (r == NULL || r->n == 0)
        return m;
    parry_wording asked = parry_wording_of(an, a, q->text, locale);
    m.rules = PARRY_ARRAY(a, const parry_rule *, r->n);
    for (size_t i = 0; i < r->n; i++)
        if (matches(&r->list[i], q, &asked, locale, now_ms))
            m.rules[m.n++] = &r->list[i];
    return m;
}

static int64_t next_change(const parry_rules *r, int64_t now_ms)
{
    int64_t next = INT64_MAX;
    for (size_t i = 0; r != NULL && i < r->n; i++) {
        const int64_t ends[] = {r->list[i].from_ms, r->list[i].until_ms};
        for (size_t k = 0; k < sizeof ends / sizeof *ends; k++)
            next = ends[k] > now_ms && ends[k] < next ? ends[k] : next;
    }
    return next;
}

int64_t parry_search_change_ms(const parry_generation *g, int64_t now_ms)
{
    const parry_query rival = {.challenger = true};
    int64_t next = next_change(parry_generation_side(g, PARRY_SIDE_RULES), now_ms);
    int64_t rivals = next_change(parry_side_for(g, &rival, PARRY_SIDE_RULES), now_ms);
    return rivals < next ? rivals : next;
}

const parry_rule *parry_rules_hiding(const parry_matched *m, parry_str id)
{
    for (size_t i = 0; i < m->n; i++)
        for (size_t h = 0; h < m->rules[i]->nhide; h++)
            if (parry_str_eq(m->rules[i]->hide[h], id))
                return m->rules[i];
    return NULL;
}

const parry_rule *parry_rules_of_filter(const parry_matched *m, const parry_filter *f)
{
    return f->set > 0 && f->set <= m->n ? m->rules[f->set - 1] : NULL;
}

parry_query parry_rules_scope(const parry_matched *m, parry_arena *a, const parry_query *q)
{
    parry_query scoped = *q;
    if (q->nfilters <= 1 && m->n == 0)
        return scoped;
    parry_filter *all = PARRY_ARRAY(a, parry_filter, PARRY_FILTERS_MAX);
    size_t n = q->nfilters;
    if (n > 0)
        memcpy(all, q->filters, n * sizeof *all);
    for (size_t i = 0; i < m->n; i++) {
        const parry_rule *r = m->rules[i];
        if (n + r->nfilters > PARRY_FILTERS_MAX)
            break;
        for (size_t k = 0; k < r->nfilters; k++) {
            all[n] = r->filters[k];
            all[n++].set = (unsigned)i + 1;
        }
    }
    parry_filters_sort(all, n);
    scoped.filters = all;
    scoped.nfilters = n;
    return scoped;
}
