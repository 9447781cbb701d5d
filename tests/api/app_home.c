#include "app_home.h"

#include "base/clock.h"
#include "base/log.h"

#include <stdatomic.h>

/* The linker puts this in parry_identify's place. */
parry_code __wrap_parry_identify(parry_call *c, parry_err *err);
static const parry_identity *asking;

parry_code __wrap_parry_identify(parry_call *c, parry_err *err)
{
    (void)err;
    c->who = asking;
    return PARRY_OK;
}

static int64_t clock_now(void *ctx) { return ((const app_home *)ctx)->now_ms; }

static void refresh(void *ctx, const parry_index_report *report)
{
    app_home *a = ctx;
    (void)report;
    ok(parry_index_refresh(a->app.index, NULL, &err));
}

app_home *app_home_new(void)
{
    app_home *a = parry_calloc(1, sizeof *a);
    parry_log_level(PARRY_ERROR);
    parry_config_defaults(&a->config);
    a->now_ms = 1000000000000;
    a->home = home_new(NULL);
    a->app = (parry_app){.config = &a->config,
                         .store = a->home->store,
                         .index_dir = a->home->index,
                         .publisher = parry_publisher_new(a->home->indexer),
                         .no_meaning = "a test"};
    ok(parry_index_open(a->home->index, &a->app.index, &err));
    parry_app_open(&a->app);
    ok(parry_once_open(parry_store_env(a->home->store), (parry_clock){clock_now, a}, &a->app.once, &err));
    app_home_as(a, "all", NULL, 0);
    ok(parry_publisher_start(a->app.publisher, refresh, a, &err));
    return a;
}

void app_home_free(app_home *a)
{
    parry_publisher_free(a->app.publisher);
    parry_app_close(&a->app);
    parry_once_close(a->app.once);
    parry_index_close(a->app.index);
    home_free(a->home);
    parry_config_free(&a->config);
    free(a);
}

void app_home_as(app_home *a, const char *rights, parry_str *audiences, size_t n)
{
    a->who = (parry_identity){.who = PARRY_WHO_SECRET_KEY,
                              .id = parry_str_of(rights),
                              .any_audience = n == 0,
                              .audiences = audiences,
                              .naudiences = n};
    ok(parry_rights_parse(parry_str_of(rights), &a->who.rights, &err));
    asking = &a->who;
}

static size_t read_headers(parry_arena *a, const char *text, parry_header *out)
{
    parry_str rest = parry_str_copy(a, parry_str_of(text)), line;
    size_t n = 0;
    while (parry_str_split(&rest, '\n', &line)) {
        size_t colon = parry_str_find(line, parry_str_of(": "));
        out[n].name = parry_str_copy(a, parry_str_make(line.p, colon));
        out[n++].value = parry_str_copy(a, parry_str_from(line, colon + 2));
    }
    return n;
}

static void done(void *arg, parry_code code)
{
    assert_int_equal(code, PARRY_OK);
    atomic_store((atomic_bool *)arg, true);
}

static void wait_for(parry_response *res)
{
    atomic_bool over = false;
    if (res->hold.wait == NULL)
        return;
    res->hold.wait(res->hold.ctx, res->hold.ticket, done, &over);
    while (!atomic_load(&over))
        parry_sleep_ms(1);
    if (res->hold.fill != NULL)
        res->hold.fill(res->hold.ctx, res);
}

static parry_str header_of(parry_arena *a, const parry_response *res, const char *name)
{
    for (size_t i = 0; i < res->nmore; i++) {
        if (parry_str_eqz(res->more[i].name, name))
            return parry_str_copy(a, res->more[i].value);
    }
    return parry_str_make(NULL, 0);
}

answered app_home_ask(app_home *a, const char *method, const char *target, const char *headers, const char *body)
{
    parry_arena *arena = a->home->arena;
    parry_header list[PARRY_HEADERS_MAX];
    parry_response res;
    char id[PARRY_REQUEST_ID_TEXT];
    parry_raw raw = {.method = parry_str_of(method),
                     .target = parry_str_of(target),
                     .address = parry_str_of("127.0.0.1"),
                     .body = parry_str_of(body),
                     .headers = list,
                     .nheaders = headers ? read_headers(arena, headers, list) : 0};
    parry_response_init(&res);
    assert_true(parry_app_handle(&a->app, &raw, &res, id));
    wait_for(&res);
    answered out = {.status = res.status,
                    .location = header_of(arena, &res, "Location"),
                    .retry_after = header_of(arena, &res, "Retry-After"),
                    .replayed = header_of(arena, &res, "Idempotency-Replayed"),
                    .body = parry_str_copy(arena, parry_response_bytes(&res))};
    memcpy(out.etag, res.etag, sizeof out.etag);
    out.json = json_loadb(out.body.p, out.body.n, 0, NULL);
    parry_response_clear(&res);
    return out;
}
