/* Boosts and what they are counted from. */
#include "engine/boosts.h"

#include "engine/filter.h"
#include "engine/side_read.h"

#include <math.h>
#include <stdlib.h>

enum { NAMES_MAX = 500, USAGE_MAX = 1000000 };
static const double ms_a_day = 86400000.0;

/* ---- parsing ------------------------------------------------------------------------------------------------------
 */

static parry_code map_of(const json_t *document, const char *key, const char *allowed, const json_t **out,
                         parry_err *err)
{
    *out = json_object_get(document, key);
    if (*out == NULL)
        return PARRY_OK;
    if (!json_is_object(*out))
        return parry_side_wrong(document, err, "%s is a map of: %s", key, allowed);
    return parry_side_keys(*out, allowed, err);
}

static parry_code read_fields(const json_t *document, parry_boosts *b, parry_err *err)
{
    static const struct {
        const char *name;
        parry_row_kind kind;
    } fields[] = {{"title", PARRY_ROW_TITLE},
                  {"headings", PARRY_ROW_HEADING},
                  {"keywords", PARRY_ROW_KEYWORDS},
                  {"body", PARRY_ROW_PASSAGE}};
    const json_t *map = NULL;
    parry_code code = map_of(document, "fields", "title headings keywords body", &map, err);
    for (size_t i = 0; i < sizeof fields / sizeof *fields && code == PARRY_OK; i++) {
        double times = 1;
        code = parry_side_number(map, fields[i].name, 0.25, 4, &times, err);
        b->field[fields[i].kind] = (float)times;
    }
    return code;
}

static parry_code read_points(const json_t *document, const char *key, const char *allowed, double *points,
                              double *half_life, parry_err *err)
{
    const json_t *map = NULL;
    parry_code code = map_of(document, key, allowed, &map, err);
    if (code == PARRY_OK)
        code = parry_side_number(map, "points", 0, PARRY_BOOST_POINTS_MAX, points, err);
    if (code == PARRY_OK && half_life != NULL)
        code = parry_side_number(map, "half_life_days", 1, 3650, half_life, err);
    return code;
}

static parry_code read_names(const json_t *document, const char *key, parry_arena *a, const parry_named_points **out,
                             size_t *n, parry_err *err)
{
    json_t *map = json_object_get(document, key), *value;
    const char *name;
    if (map == NULL)
        return PARRY_OK;
    if (!json_is_object(map) || json_object_size(map) > NAMES_MAX)
        return parry_side_wrong(document, err, "%s is a map of at most %d names to points", key, NAMES_MAX);
    parry_named_points *list = PARRY_ARRAY(a, parry_named_points, json_object_size(map) + 1);
    json_object_foreach(map, name, value)
    {
        parry_named_points *p = &list[*n];
        if (strcmp(name, PARRY_SIDE_LINE) == 0)
            continue;
        parry_code code =
            parry_side_number(map, name, -PARRY_BOOST_POINTS_MAX, PARRY_BOOST_POINTS_MAX, &p->points, err);
        if (code != PARRY_OK)
            return code;
        p->name = parry_str_copy(a, parry_str_of(name));
        ++*n;
    }
    *out = list;
    return PARRY_OK;
}

parry_code parry_boosts_parse(const json_t *document, parry_arena *a, const void **out, parry_err *err)
{
    parry_boosts *b = PARRY_NEW(a, parry_boosts);
    b->half_life_days = PARRY_HALF_LIFE_DAYS;
    for (int k = 0; k < PARRY_ROW_KINDS; k++)
        b->field[k] = 1;
    *out = b;
    if (json_is_array(document) && json_array_size(document) == 0) /* an empty file */
        return PARRY_OK;
    parry_code code = parry_side_keys(document, "fields freshness popularity votes categories products", err);
    if (code == PARRY_OK)
        code = read_fields(document, b, err);
    if (code == PARRY_OK)
        code = read_points(document, "freshness", "points half_life_days", &b->freshness, &b->half_life_days, err);
    if (code == PARRY_OK)
        code = read_points(document, "popularity", "points", &b->popularity, NULL, err);
    if (code == PARRY_OK)
        code = read_points(document, "votes", "points", &b->votes, NULL, err);
    if (code == PARRY_OK)
        code = read_names(document, "categories", a, &b->categories, &b->ncategories, err);
    if (code == PARRY_OK)
        code = read_names(document, "products", a, &b->products, &b->nproducts, err);
    return code;
}

static int by_id(const void *x, const void *y)
{
    const parry_usage_row *a = x, *b = y;
    return parry_str_cmp(a->id, b->id);
}

static parry_code read_row(const char *id, const json_t *value, parry_arena *a, parry_usage_row *row, parry_err *err)
{
    *row = (parry_usage_row){.id = parry_str_copy(a, parry_str_of(id))};
    parry_code code = parry_side_keys(value, "views up down", err);
    if (code == PARRY_OK)
        code = parry_side_number(value, "views", 0, 1e12, &row->views, err);
    if (code == PARRY_OK)
        code = parry_side_number(value, "up", 0, 1e12, &row->up, err);
    if (code == PARRY_OK)
        code = parry_side_number(value, "down", 0, 1e12, &row->down, err);
    return code;
}

parry_code parry_usage_parse(const json_t *document, parry_arena *a, const void **out, parry_err *err)
{
    size_t n = json_object_size(document);
    const char *id;
    json_t *value;
    if (!json_is_object(document) || n > USAGE_MAX)
        return parry_fail(err, PARRY_INVALID, "usage is a map of at most %d articles", USAGE_MAX);
    parry_usage *u = PARRY_NEW(a, parry_usage);
    parry_usage_row *rows = PARRY_ARRAY(a, parry_usage_row, n + 1);
    json_object_foreach(parry_side_map(document), id, value)
    {
        parry_code code = read_row(id, value, a, &rows[u->n], err);
        if (code != PARRY_OK)
            return code;
        u->most_views = fmax(u->most_views, rows[u->n++].views);
    }
    if (u->n > 0)
        qsort(rows, u->n, sizeof *rows, by_id);
    u->rows = rows;
    *out = u;
    return PARRY_OK;
}

/* ---- applying -----------------------------------------------------------------------------------------------------
 */

double parry_wilson(double up, double down)
{
    const double n = up + down, z = 1.959964;
    if (n <= 0)
        return 0;
    double p = up / n, middle = p + z * z / (2 * n), spread = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n));
    return (middle - spread) / (1 + z * z / n);
}

static double freshness(const parry_boosts *b, parry_str updated, int64_t now_ms)
{
    int64_t ms;
    if (!parry_date_read(updated, &ms))
        return 0;
    double days = (double)(now_ms - ms) / ms_a_day;
    return pow(0.5, fmax(days, 0) / b->half_life_days);
}

static double points_of(const parry_named_points *list, size_t n, parry_str name)
{
    for (size_t i = 0; i < n; i++)
        if (parry_str_eq(list[i].name, name))
            return list[i].points;
    return 0;
}

static const parry_usage_row *usage_of(const parry_usage *u, parry_str id)
{
    parry_usage_row key = {.id = id};
    return u == NULL || u->n == 0 ? NULL : bsearch(&key, u->rows, u->n, sizeof key, by_id);
}

static size_t add(parry_part *parts, size_t n, const char *name, double value, double weight)
{
    parts[n] = (parry_part){name, value, weight, value * weight};
    return n + (weight > 0 || weight < 0);
}

double parry_usage_views(const parry_usage *u, parry_str id)
{
    const parry_usage_row *row = usage_of(u, id);
    return row != NULL ? row->views : 0;
}

size_t parry_boost_parts(const parry_boosts *b, const parry_usage *usage, const parry_article_out *x, int64_t now_ms,
                         parry_part parts[PARRY_BOOST_PARTS])
{
    const parry_usage_row *row = usage_of(usage, x->id);
    double popular = row != NULL && usage->most_views > 0 ? log1p(row->views) / log1p(usage->most_views) : 0;
    size_t n = 0;
    n = add(parts, n, "boost.freshness", freshness(b, x->updated, now_ms), b->freshness);
    n = add(parts, n, "boost.popularity", popular, b->popularity);
    n = add(parts, n, "boost.votes", row != NULL ? parry_wilson(row->up, row->down) : 0, b->votes);
    n = add(parts, n, "boost.category", 1, points_of(b->categories, b->ncategories, x->category));
    return add(parts, n, "boost.product", 1, points_of(b->products, b->nproducts, x->product));
}
