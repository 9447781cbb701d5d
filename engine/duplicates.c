/* The table of near-duplicates, written and read. */
#include "engine/duplicates.h"

typedef struct table {
    parry_hash of;
    parry_duplicate *pairs;
    size_t n;
} table;

static const char *const kinds[PARRY_DUPLICATE_KINDS] = {
    [PARRY_COPY] = "copy", [PARRY_CONTAINED] = "contained", [PARRY_PARAPHRASE] = "paraphrase"};

const char *parry_duplicate_kind_name(parry_duplicate_kind k) { return kinds[k]; }

static json_int_t thousandths(double x) { return (json_int_t)(x * 1000 + 0.5); }

json_t *parry_duplicates_document(const parry_duplicate *d, size_t n, parry_hash of)
{
    char hex[PARRY_HASH_HEX + 1];
    json_t *pairs = json_array();
    parry_hash_hex(of, hex);
    for (size_t i = 0; i < n; i++)
        json_array_append_new(pairs,
                              json_pack("{s:o, s:o, s:s, s:I, s:I, s:I, s:I}", "a", json_stringn(d[i].a.p, d[i].a.n),
                                        "b", json_stringn(d[i].b.p, d[i].b.n), "kind", kinds[d[i].kind], "score",
                                        thousandths(d[i].score), "a_in_b", thousandths(d[i].a_in_b), "b_in_a",
                                        thousandths(d[i].b_in_a), "meaning", thousandths(d[i].meaning)));
    return json_pack("{s:s, s:o}", "of", hex, "pairs", pairs);
}

static bool read_number(const json_t *pair, const char *key, double *out)
{
    const json_t *j = json_object_get(pair, key);
    *out = (double)json_integer_value(j) / 1000;
    return json_is_integer(j) && *out >= 0 && *out <= 1;
}

static bool read_string(const json_t *pair, const char *key, parry_arena *a, parry_str *out)
{
    const json_t *j = json_object_get(pair, key);
    *out = parry_str_copy(a, parry_str_make(json_string_value(j), json_string_length(j)));
    return json_is_string(j);
}

static bool read_pair(const json_t *pair, parry_arena *a, parry_duplicate *out)
{
    parry_str kind;
    if (!read_string(pair, "a", a, &out->a) || !read_string(pair, "b", a, &out->b) ||
        !read_string(pair, "kind", a, &kind) || !read_number(pair, "score", &out->score) ||
        !read_number(pair, "a_in_b", &out->a_in_b) || !read_number(pair, "b_in_a", &out->b_in_a) ||
        !read_number(pair, "meaning", &out->meaning))
        return false;
    int k = 0;
    while (k < PARRY_DUPLICATE_KINDS && !parry_str_eqz(kind, kinds[k]))
        k++;
    out->kind = (parry_duplicate_kind)k;
    return k < PARRY_DUPLICATE_KINDS;
}

parry_code parry_duplicates_parse(const json_t *document, parry_arena *a, const void **out, parry_err *err)
{
    table *t = PARRY_NEW(a, table);
    const json_t *of = json_object_get(document, "of"), *pairs = json_object_get(document, "pairs");
    if (!parry_hash_parse(parry_str_make(json_string_value(of), json_string_length(of)), &t->of) ||
        !json_is_array(pairs))
        return parry_fail(err, PARRY_INVALID, "duplicates: {\"of\": hash, \"pairs\": [...]} is wanted");
    t->pairs = PARRY_ARRAY(a, parry_duplicate, json_array_size(pairs) + 1);
    for (; t->n < json_array_size(pairs); t->n++)
        if (!read_pair(json_array_get(pairs, t->n), a, &t->pairs[t->n]))
            return parry_fail(err, PARRY_INVALID, "duplicates: pair %zu is not as the others", t->n);
    *out = t;
    return PARRY_OK;
}

bool parry_duplicates_made_from(const parry_generation *g, parry_hash *out)
{
    const table *t = parry_generation_side(g, PARRY_SIDE_DUPLICATES);
    if (t != NULL)
        *out = t->of;
    return t != NULL;
}

void parry_duplicates_kept(const parry_generation *g, double threshold, parry_arena *a, parry_duplicate **out,
                           size_t *n)
{
    const table *t = parry_generation_side(g, PARRY_SIDE_DUPLICATES);
    uint32_t segment, article;
    *n = 0;
    *out = PARRY_ARRAY(a, parry_duplicate, (t != NULL ? t->n : 0) + 1);
    for (size_t i = 0; t != NULL && i < t->n; i++)
        if (t->pairs[i].score >= threshold && parry_generation_find(g, t->pairs[i].a, &segment, &article) &&
            parry_generation_find(g, t->pairs[i].b, &segment, &article))
            (*out)[(*n)++] = t->pairs[i];
}
