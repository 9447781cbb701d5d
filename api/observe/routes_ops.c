/* /health, /ready and /metrics: for what watches the server. */
#include "api/observe/vitals.h"
#include "api/routes.h"

#include "base/clock.h"

#include <unistd.h>

parry_code parry_get_health(parry_call *c, parry_err *err)
{
    (void)err;
    parry_response_json(c->res, 200, "application/json", json_pack("{s:s}", "status", "ok"));
    return PARRY_OK;
}

static json_t *model_json(const parry_call *c)
{
    if (c->app->encoder == NULL)
        return json_null();
    return json_pack("{s:s, s:s}", "name", parry_encoder_name(c->app->encoder), "precision",
                     parry_encoder_precision(c->app->encoder) == PARRY_PRECISION_BF16 ? "bf16" : "f32");
}

parry_code parry_get_ready(parry_call *c, parry_err *err)
{
    (void)err;
    bool draining = atomic_load(&c->app->draining);
    parry_generation *g = parry_index_acquire(c->app->index);
    const parry_generation_info *info = parry_generation_get_info(g);
    const char *status = draining ? "draining" : info->narticles == 0 ? "empty" : "ready";
    bool ready = !draining && info->narticles > 0;
    json_t *degraded = parry_vitals_json(c->app);
    parry_replica_degraded(c, degraded);
    json_t *j =
        json_pack("{s:s, s:I, s:I, s:I, s:o, s:o, s:s}", "status", status, "generation", (json_int_t)info->number,
                  "segments", (json_int_t)info->nsegments, "store_seq", (json_int_t)info->store_seq, "model",
                  model_json(c), "degraded", degraded, "version", PARRY_VERSION);
    parry_generation_release(g);
    json_t *replica = parry_replica_json(c);
    if (replica != NULL)
        json_object_set_new(j, "replica", replica);
    parry_response_json(c->res, ready ? 200 : 503, "application/json", j);
    return PARRY_OK;
}

static unsigned long long resident_bytes(void)
{
    char line[128] = "", *second = line;
    FILE *f = fopen("/proc/self/statm", "re"); /* "size resident ..." in pages */
    if (f == NULL)
        return 0;
    if (fgets(line, sizeof line, f) != NULL)
        (void)strtoull(line, &second, 10);
    (void)fclose(f);
    return strtoull(second, NULL, 10) * (unsigned long long)sysconf(_SC_PAGESIZE);
}

static void gauge(parry_buf *out, const char *name, const char *help, unsigned long long value)
{
    parry_buf_printf(out, "# HELP %s %s\n# TYPE %s gauge\n%s %llu\n", name, help, name, name, value);
}

static void gauges(const parry_call *c, parry_buf *out)
{
    parry_generation *g = parry_index_acquire(c->app->index);
    const parry_generation_info *info = parry_generation_get_info(g);
    gauge(out, "parry_generation", "Number of the generation that is served.", info->number);
    gauge(out, "parry_segments", "Segments in it.", info->nsegments);
    gauge(out, "parry_articles", "Live articles in it, of all audiences.", info->narticles);
    gauge(out, "parry_passages", "Live passages in it.", info->npassages);
    gauge(out, "parry_vectors", "Live vectors in it.", info->nvectors);
    parry_generation_release(g);
    gauge(out, "parry_meaning", "1 where a model is loaded, 0 on text alone.", c->app->encoder != NULL);
    gauge(out, "process_resident_memory_bytes", "Resident memory.", resident_bytes());
    gauge(out, "parry_uptime_seconds", "Seconds since the server started.",
          (unsigned long long)((parry_mono_ns() - c->app->started_ns) / 1000000000));
}

static void parts(const parry_app *app, parry_buf *out)
{
    parry_buf_addz(out, "# HELP parry_degraded 1 where a part works less well than it should; /ready says why.\n"
                        "# TYPE parry_degraded gauge\n");
    for (const parry_vital *p = app->parts; p < app->parts + app->nparts; p++) {
        char why[PARRY_WHY_TEXT];
        parry_buf_printf(out, "parry_degraded{%s} %d\n", p->label, p->degraded(p->ctx, why));
    }
}

parry_code parry_get_metrics(parry_call *c, parry_err *err)
{
    (void)err;
    c->res->type = "text/plain; version=0.0.4; charset=utf-8";
    parry_metrics_text(c->app->metrics, parry_routes, &c->res->body);
    gauges(c, &c->res->body);
    parry_ledger_metrics(c->app, &c->res->body);
    parts(c->app, &c->res->body);
    parry_replica_metrics(c, &c->res->body);
    return PARRY_OK;
}
