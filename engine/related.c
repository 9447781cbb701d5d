/* The table of related articles, read. */
#include "engine/related.h"

#include <stdlib.h>

typedef struct other {
    parry_str id;
    double score;
} other;

typedef struct entry {
    parry_str id;
    const other *others;
    size_t n;
} entry;

typedef struct table {
    parry_hash of;
    const entry *entries; /* by id */
    size_t n;
} table;

static int by_id(const void *x, const void *y) { return parry_str_cmp(((const entry *)x)->id, ((const entry *)y)->id); }

static parry_str copy_string(parry_arena *a, const json_t *j)
{
    return parry_str_copy(a, parry_str_make(json_string_value(j), json_string_length(j)));
}

static parry_code parse_entry(const char *id, const json_t *list, parry_arena *a, entry *out, parry_err *err)
{
    size_t n = json_array_size(list);
    other *others = PARRY_ARRAY(a, other, n + 1);
    if (!json_is_array(list) || n > PARRY_RELATED_MAX)
        return parry_fail(err, PARRY_INVALID, "related articles of %s are not a list of at most %d", id,
                          PARRY_RELATED_MAX);
    for (size_t i = 0; i < n; i++) {
        const json_t *pair = json_array_get(list, i), *name = json_array_get(pair, 0), *score = json_array_get(pair, 1);
        json_int_t thousandths = json_integer_value(score);
        if (!json_is_string(name) || !json_is_integer(score) || thousandths < 0 || thousandths > 1000)
            return parry_fail(err, PARRY_INVALID, "related articles of %s: [id, 0 to 1000] is wanted", id);
        others[i] = (other){copy_string(a, name), (double)thousandths / 1000};
    }
    *out = (entry){parry_str_copy(a, parry_str_of(id)), others, n};
    return PARRY_OK;
}

parry_code parry_related_parse(const json_t *document, parry_arena *a, const void **out, parry_err *err)
{
    table *t = PARRY_NEW(a, table);
    const json_t *of = json_object_get(document, "of");
    json_t *related = json_object_get(document, "related"), *list;
    const char *id;
    if (!parry_hash_parse(parry_str_make(json_string_value(of), json_string_length(of)), &t->of) ||
        !json_is_object(related))
        return parry_fail(err, PARRY_INVALID, "related articles: {\"of\": hash, \"related\": {...}} is wanted");
    entry *entries = PARRY_ARRAY(a, entry, json_object_size(related) + 1);
    json_object_foreach(related, id, list)
    {
        parry_code code = parse_entry(id, list, a, &entries[t->n++], err);
        if (code != PARRY_OK)
            return code;
    }
    qsort(entries, t->n, sizeof *entries, by_id);
    t->entries = entries;
    *out = t;
    return PARRY_OK;
}

parry_str parry_language_subtag(parry_str locale)
{
    size_t n = parry_str_find(locale, parry_str_of("-"));
    return parry_str_make(locale.p, n);
}

static bool find_live(const parry_generation *g, parry_str id, parry_article_out *out)
{
    uint32_t segment, article;
    if (!parry_generation_find(g, id, &segment, &article))
        return false;
    parry_segment_article(parry_generation_get_info(g)->segments[segment].segment, article, out);
    return true;
}

bool parry_locale_same(parry_str a, parry_str b)
{
    parry_str x = parry_language_subtag(a), y = parry_language_subtag(b);
    return x.n == y.n && (x.n == 0 || strncasecmp(x.p, y.p, x.n) == 0);
}

size_t parry_related_of(const parry_generation *g, parry_str id, parry_str audience, parry_related *out, size_t cap)
{
    const table *t = parry_generation_side(g, PARRY_SIDE_RELATED);
    const entry key = {.id = id};
    parry_article_out self;
    if (t == NULL || !find_live(g, id, &self) || (audience.n > 0 && !parry_str_eq(audience, self.audience)))
        return 0;
    const entry *e = t->n > 0 ? bsearch(&key, t->entries, t->n, sizeof *t->entries, by_id) : NULL;
    size_t n = 0;
    for (size_t i = 0; e != NULL && i < e->n && n < cap; i++) {
        parry_article_out x;
        if (find_live(g, e->others[i].id, &x) && parry_str_eq(x.audience, self.audience) &&
            parry_locale_same(x.locale, self.locale))
            out[n++] = (parry_related){x.id, x.title, x.slug, e->others[i].score};
    }
    return n;
}

bool parry_related_made_from(const parry_generation *g, parry_hash *out)
{
    const table *t = parry_generation_side(g, PARRY_SIDE_RELATED);
    if (t != NULL)
        *out = t->of;
    return t != NULL;
}
