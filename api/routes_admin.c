/* Generations, and what an operator may ask of the index. */
#include "api/routes.h"

#include "api/paging.h"
#include "indexer/publisher.h"

#include <inttypes.h>

enum { GENERATIONS_LIMIT = 100 };

static json_t *segments_json(const parry_manifest *m)
{
    json_t *list = json_array();
    for (size_t i = 0; i < m->nsegments; i++)
        json_array_append_new(
            list, json_pack("{s:s, s:I}", "name", m->segments[i].name, "dead", (json_int_t)m->segments[i].ndead));
    return list;
}

static json_t *tables_json(const parry_manifest *m)
{
    json_t *j = json_object();
    for (unsigned kind = 0; kind < PARRY_SIDES; kind++) {
        if (m->tables[kind][0])
            json_object_set_new(j, parry_side_name((parry_side)kind), json_string(m->tables[kind]));
    }
    return j;
}

/* Counts are known of the one that is served. */
static void add_served(const parry_call *c, uint64_t number, json_t *j)
{
    parry_generation *g = parry_index_acquire(c->app->index);
    const parry_generation_info *info = parry_generation_get_info(g);
    bool served = info->number == number;
    json_object_set_new(j, "served", json_boolean(served));
    if (served) {
        json_object_set_new(j, "articles", json_integer((json_int_t)info->narticles));
        json_object_set_new(j, "passages", json_integer((json_int_t)info->npassages));
        json_object_set_new(j, "vectors", json_integer((json_int_t)info->nvectors));
    }
    parry_generation_release(g);
}

static json_t *generation_json(const parry_call *c, const parry_manifest *m, bool details)
{
    char model[PARRY_HASH_HEX + 1];
    parry_hash_hex(m->model, model);
    json_t *j = json_pack("{s:I, s:I, s:I}", "number", (json_int_t)m->number, "change", (json_int_t)m->store_seq,
                          "segments", (json_int_t)m->nsegments);
    add_served(c, m->number, j);
    if (!details)
        return j;
    json_object_set_new(j, "parts", segments_json(m));
    json_object_set_new(j, "tables", tables_json(m));
    json_object_set_new(j, "model", json_string(model));
    return j;
}

/* How many there are at or above the cursor's number. */
static parry_code skip(const parry_call *c, const uint64_t *numbers, size_t n, size_t *at, parry_err *err)
{
    parry_str last;
    bool given;
    *at = 0;
    parry_code code = parry_paging_after(c->req, c->arena, "generations", &last, 1, &given, err);
    if (code != PARRY_OK || !given)
        return code;
    uint64_t number = strtoull(parry_str_z(c->arena, last), NULL, 10);
    while (*at < n && numbers[*at] >= number)
        ++*at;
    return PARRY_OK;
}

parry_code parry_get_generations(parry_call *c, parry_err *err)
{
    uint64_t *numbers = NULL;
    size_t n = 0, at, limit = GENERATIONS_LIMIT;
    parry_code code = parry_request_number(c->req, "limit", 1, GENERATIONS_LIMIT, &limit, err);
    if (code == PARRY_OK)
        code = parry_generations_list(c->app->index_dir, c->arena, &numbers, &n, err);
    if (code == PARRY_OK)
        code = skip(c, numbers, n, &at, err);
    if (code != PARRY_OK)
        return code;
    json_t *list = json_array();
    size_t end = n - at > limit ? at + limit : n;
    for (size_t i = at; i < end; i++) {
        parry_manifest m;
        if (parry_manifest_read(c->app->index_dir, numbers[i], c->arena, &m, NULL) == PARRY_OK) /* else just swept */
            json_array_append_new(list, generation_json(c, &m, false));
    }
    parry_str last = end > at ? parry_str_printf(c->arena, "%" PRIu64, numbers[end - 1]) : parry_str_make(NULL, 0);
    parry_response_json(c->res, 200, "application/json",
                        json_pack("{s:I, s:o, s:o}", "current", n > 0 ? (json_int_t)numbers[0] : (json_int_t)0, "next",
                                  parry_paging_next("generations", end < n, &last, 1), "generations", list));
    return PARRY_OK;
}

static bool read_number(parry_str text, uint64_t *number)
{
    *number = 0;
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] < '0' || text.p[i] > '9' || text.n > 18)
            return false;
        *number = *number * 10 + (uint64_t)(text.p[i] - '0');
    }
    return text.n > 0;
}

parry_code parry_get_generation(parry_call *c, parry_err *err)
{
    uint64_t number, *numbers = NULL;
    size_t n = 0, i = 0;
    parry_manifest m;
    bool current = parry_str_eqz(c->tail, "current");
    if (!current && !read_number(c->tail, &number))
        return parry_fail(err, PARRY_NOT_FOUND, "a generation is a number, or current");
    parry_code code = parry_generations_list(c->app->index_dir, c->arena, &numbers, &n, err);
    if (code != PARRY_OK)
        return code;
    while (!current && i < n && numbers[i] != number)
        i++;
    if (i == n)
        return parry_fail(err, PARRY_NOT_FOUND, "this generation is not kept");
    code = parry_manifest_read(c->app->index_dir, numbers[i], c->arena, &m, err);
    if (code == PARRY_OK)
        parry_response_json(c->res, 200, "application/json", generation_json(c, &m, true));
    return code;
}

/* ---- asking -------------------------------------------------------------------------------------------------------
 */

static parry_code asked(parry_call *c, void (*ask)(parry_publisher *p), const char *action, parry_err *err)
{
    if (c->app->publisher == NULL)
        return parry_fail(err, PARRY_UNAVAILABLE, "this server only reads: ask the one that it follows");
    uint64_t seq = 0;
    parry_code code = parry_store_seq(c->app->store, &seq, err);
    if (code != PARRY_OK)
        return code;
    parry_generation *g = parry_index_acquire(c->app->index);
    uint64_t number = parry_generation_get_info(g)->number;
    parry_generation_release(g);
    ask(c->app->publisher);
    parry_call_audit(c, action, "index", parry_str_printf(c->arena, "%" PRIu64, number), NULL);
    parry_response_json(c->res, 202, "application/json",
                        json_pack("{s:I, s:I}", "generation", (json_int_t)number, "change", (json_int_t)seq));
    return PARRY_OK;
}

parry_code parry_post_refresh(parry_call *c, parry_err *err)
{
    return asked(c, parry_publisher_poke, "index.refresh", err);
}

parry_code parry_post_reindex(parry_call *c, parry_err *err)
{
    return asked(c, parry_publisher_rebuild, "index.reindex", err);
}
