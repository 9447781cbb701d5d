/* /v1/gaps: what people look for and do not find; and the first draft of an article about it. */
#include "api/deflection/folding.h"
#include "api/deflection/gaps.h"
#include "api/routes.h"

#include "base/clock.h"
#include "deflection/gap_report.h"

#include <stdlib.h>

static const int64_t kept_ms = 10 * 60 * 1000;

struct parry_gap_shelf {
    pthread_mutex_t mutex;
    json_t *report; /* NULL: none yet */
    uint64_t generation;
    int64_t made_ms;
};

parry_gap_shelf *parry_gap_shelf_new(void)
{
    parry_gap_shelf *s = parry_calloc(1, sizeof *s);
    (void)pthread_mutex_init(&s->mutex, NULL);
    return s;
}

void parry_gap_shelf_free(parry_gap_shelf *s)
{
    if (s == NULL)
        return;
    (void)pthread_mutex_destroy(&s->mutex);
    json_decref(s->report);
    free(s);
}

static const char *memory_path(const parry_call *c)
{
    return parry_str_z(c->arena, parry_str_printf(c->arena, "%s/deflection/gaps.json", c->app->data_dir));
}

static parry_code make(parry_call *c, const parry_generation *g, int64_t now_ms, json_t **out, parry_err *err)
{
    parry_rows *rows = NULL;
    json_t *memory = parry_gap_memory_read(memory_path(c));
    parry_code code = parry_rows_open(parry_folding_rows(c->app->folding), &rows, err);
    if (code == PARRY_OK) {
        const parry_gap_sources s = {.rows = rows,
                                     .g = g,
                                     .searcher = c->searcher,
                                     .encoder = parry_generation_get_info(g)->dim > 0 ? c->app->encoder : NULL,
                                     .audience = parry_str_of(c->config->serve.default_audience),
                                     .people = (size_t)c->config->deflection.k,
                                     .now_ms = now_ms};
        code = parry_gap_report(&s, memory, c->arena, out, err);
    }
    parry_rows_close(rows);
    if (code == PARRY_OK)
        code = parry_gap_memory_write(memory_path(c), memory, err);
    json_decref(memory);
    return code;
}

/* With the shelf's mutex: who comes while they are made waits, and gets the same. *out is borrowed. */
static parry_code take(parry_call *c, bool fresh, json_t **out, parry_err *err)
{
    parry_gap_shelf *s = c->app->gaps;
    int64_t now_ms = parry_clock_now_ms(parry_clock_system());
    parry_generation *g = parry_index_acquire(c->app->index);
    uint64_t number = parry_generation_get_info(g)->number;
    parry_code code = PARRY_OK;
    if (fresh || s->report == NULL || s->generation != number || now_ms - s->made_ms >= kept_ms) {
        json_t *made = NULL;
        code = fresh ? parry_folding_now(c->app->folding, err) : PARRY_OK;
        if (code == PARRY_OK)
            code = make(c, g, now_ms, &made, err);
        if (code == PARRY_OK) {
            json_decref(s->report);
            s->report = made;
            s->generation = number;
            s->made_ms = now_ms;
        }
    }
    parry_generation_release(g);
    *out = s->report;
    return code;
}

/* A key that is for some audiences sees gaps of these. */
static bool may_see(const parry_call *c, const json_t *gap)
{
    const char *audience = json_string_value(json_object_get(gap, "audience"));
    bool any = c->who->naudiences == 0;
    for (size_t i = 0; i < c->who->naudiences && audience != NULL; i++)
        any = any || parry_str_eqz(c->who->audiences[i], audience);
    return any;
}

static json_t *visible(const parry_call *c, const json_t *report)
{
    static const char *const lists[] = {"gaps", "published"};
    json_t *j = json_copy((json_t *)(uintptr_t)report);
    for (size_t k = 0; k < sizeof lists / sizeof *lists; k++) {
        json_t *list = json_array(), *gap;
        size_t i;
        json_array_foreach(json_object_get(report, lists[k]), i, gap)
        {
            if (may_see(c, gap))
                json_array_append(list, gap);
        }
        json_object_set_new(j, lists[k], list);
    }
    return j;
}

static parry_code check(const parry_call *c, parry_err *err)
{
    if (c->app->folding == NULL || c->app->gaps == NULL || c->app->data_dir == NULL)
        return parry_fail(err, PARRY_UNAVAILABLE, "this server counts nothing; ask the one that it follows");
    return parry_unlimited(c, err);
}

parry_code parry_get_gaps(parry_call *c, parry_err *err)
{
    bool fresh = false;
    json_t *report;
    parry_code code = check(c, err);
    if (code == PARRY_OK)
        code = parry_request_flag(c->req, "fresh", &fresh, err);
    if (code != PARRY_OK)
        return code;
    (void)pthread_mutex_lock(&c->app->gaps->mutex);
    code = take(c, fresh, &report, err);
    json_t *j = code == PARRY_OK ? visible(c, report) : NULL;
    (void)pthread_mutex_unlock(&c->app->gaps->mutex);
    if (code == PARRY_OK)
        parry_response_json(c->res, 200, "application/json", j);
    return code;
}

/* ---- a draft ----------------------------------------------------------------------------------------------------- */

static const json_t *find(const parry_call *c, const json_t *report)
{
    size_t i;
    json_t *gap;
    json_array_foreach(json_object_get(report, "gaps"), i, gap)
    {
        const json_t *id = json_object_get(gap, "id");
        if (parry_str_eqz(c->tail, json_string_value(id)) && may_see(c, gap))
            return gap;
    }
    return NULL;
}

static parry_code note(parry_call *c, parry_str article, parry_err *err)
{
    json_t *memory = parry_gap_memory_read(memory_path(c)), *gap = parry_gap_memory_find(memory, c->tail);
    if (gap != NULL)
        parry_gap_drafted(gap, article, parry_clock_now_ms(parry_clock_system()));
    parry_code code = parry_gap_memory_write(memory_path(c), memory, err);
    json_decref(memory);
    return code;
}

static parry_code draft(parry_call *c, json_t **out, parry_err *err)
{
    json_t *report;
    parry_str article;
    parry_code code = take(c, false, &report, err);
    if (code != PARRY_OK)
        return code;
    const json_t *gap = find(c, report);
    if (gap == NULL)
        return parry_fail(err, PARRY_NOT_FOUND, "no gap has the id %.40s now; GET /v1/gaps lists them",
                          parry_str_z(c->arena, c->tail));
    parry_str text = parry_gap_draft(gap, c->arena, &article);
    code = note(c, article, err);
    if (code == PARRY_OK)
        *out = json_pack("{s:o, s:o, s:o, s:o}", "id", parry_json_text(c->tail), "article", parry_json_text(article),
                         "file", parry_json_text(parry_str_printf(c->arena, "%.*s.md", PARRY_FMT(article))), "markdown",
                         parry_json_text(text));
    return code;
}

parry_code parry_post_gap_draft(parry_call *c, parry_err *err)
{
    json_t *j = NULL;
    parry_code code = check(c, err);
    if (code != PARRY_OK)
        return code;
    (void)pthread_mutex_lock(&c->app->gaps->mutex);
    code = draft(c, &j, err);
    (void)pthread_mutex_unlock(&c->app->gaps->mutex);
    if (code == PARRY_OK)
        parry_response_json(c->res, 200, "application/json", j);
    return code;
}
