/* What is looked at, and when it is called degraded. Nothing here waits for a disk: an environment's and a file
 * system's fill level are kept in memory. */
#include "api/observe/vitals.h"

#include "base/env.h"
#include "base/tally.h"

#include <assert.h>
#include <sys/statvfs.h>

enum { STORE_MOST_PERCENT = 80, DISK_LEAST_PERCENT = 5, LEDGER_WAITING_MOST = 25000 };
static const double disk_least_bytes = 256.0 * 1024 * 1024;

/* ---- parts ------------------------------------------------------------------------------------------------------ */

static bool say(char *why, const char *text)
{
    (void)snprintf(why, PARRY_WHY_TEXT, "%s", text);
    return true;
}

typedef struct contents {
    uint64_t narticles, npassages;
    size_t dim;
} contents;

static contents contents_of(const parry_app *app)
{
    parry_generation *g = parry_index_acquire(app->index);
    const parry_generation_info *info = parry_generation_get_info(g);
    contents c = {info->narticles, info->npassages, info->dim};
    parry_generation_release(g);
    return c;
}

static bool no_meaning(void *ctx, char why[PARRY_WHY_TEXT])
{
    const parry_app *app = ctx;
    contents c = contents_of(app);
    if (app->encoder == NULL)
        return say(why, app->no_meaning);
    if (c.npassages > 0 && c.dim == 0)
        return say(why, "the index was built without a model; run parry index");
    return false;
}

static bool nothing_indexed(void *ctx, char why[PARRY_WHY_TEXT])
{
    return contents_of(ctx).narticles == 0 && say(why, "nothing is indexed; run parry index");
}

static bool not_refreshed(void *ctx, char why[PARRY_WHY_TEXT])
{
    const parry_app *app = ctx;
    return atomic_load(&app->refresh_failures) > 0 && say(why, "a newer generation cannot be loaded; the log says why");
}

static double store_share(void *ctx)
{
    const parry_app *app = ctx;
    size_t used = 0, most = 0;
    if (app->store != NULL)
        parry_env_usage(parry_store_env(app->store), &used, &most);
    return most > 0 ? (double)used / (double)most : 0;
}

static bool store_full(void *ctx, char why[PARRY_WHY_TEXT])
{
    double share = store_share(ctx);
    if (share * 100 < STORE_MOST_PERCENT)
        return false;
    (void)snprintf(why, PARRY_WHY_TEXT, "the store of articles is %.0f %% full", share * 100);
    return true;
}

/* What is free for us, and of how much; false where it cannot be known. */
static bool disk(const parry_app *app, double *free_bytes, double *all_bytes)
{
    struct statvfs fs;
    if (app->index_dir == NULL || statvfs(app->index_dir, &fs) != 0)
        return false;
    *free_bytes = (double)fs.f_bavail * (double)fs.f_frsize;
    *all_bytes = (double)fs.f_blocks * (double)fs.f_frsize;
    return true;
}

static double disk_free(void *ctx)
{
    double free_bytes = 0, all = 0;
    return disk(ctx, &free_bytes, &all) ? free_bytes : 0;
}

static bool disk_low(void *ctx, char why[PARRY_WHY_TEXT])
{
    double left, all;
    if (!disk(ctx, &left, &all) || (left >= disk_least_bytes && left * 100 >= all * DISK_LEAST_PERCENT))
        return false;
    (void)snprintf(why, PARRY_WHY_TEXT, "the disk of the data folder has %.0f MB left", left / 1e6);
    return true;
}

bool parry_disk_spare(const parry_app *app)
{
    double left, all, reserve = (double)app->config->limits.disk_reserve_mb * 1e6;
    return reserve == 0 || !disk(app, &left, &all) || left >= reserve;
}

static bool traces_lost(void *ctx, char why[PARRY_WHY_TEXT])
{
    const parry_app *app = ctx;
    return parry_otlp_get_stats(app->otlp).failing &&
           say(why, "traces cannot be sent to trace.endpoint; the log says why");
}

static bool ledger_behind(void *ctx, char why[PARRY_WHY_TEXT])
{
    const parry_app *app = ctx;
    parry_ledger_stats s = {0};
    if (app->ledger != NULL)
        parry_ledger_get_stats(app->ledger, &s);
    if (s.waiting < LEDGER_WAITING_MOST)
        return false;
    (void)snprintf(why, PARRY_WHY_TEXT, "%zu records wait for the disk; events are refused when the queue is full",
                   s.waiting);
    return true;
}

void parry_vital_add(parry_app *app, parry_vital part)
{
    assert(app->nparts < PARRY_VITALS);
    app->parts[app->nparts++] = part;
}

json_t *parry_vitals_json(const parry_app *app)
{
    json_t *j = json_object();
    for (const parry_vital *p = app->parts; p < app->parts + app->nparts; p++) {
        char why[PARRY_WHY_TEXT] = "";
        if (p->degraded(p->ctx, why))
            json_object_set_new(j, p->name, json_string(why));
    }
    return j;
}

/* ---- readings --------------------------------------------------------------------------------------------------- */

static double traces_queued(void *app) { return (double)parry_otlp_get_stats(((parry_app *)app)->otlp).queued; }
static double traces_sent(void *app) { return (double)parry_otlp_get_stats(((parry_app *)app)->otlp).sent; }
static double traces_full(void *app) { return (double)parry_otlp_get_stats(((parry_app *)app)->otlp).full; }
static double traces_failed(void *app) { return (double)parry_otlp_get_stats(((parry_app *)app)->otlp).failed; }
static double refreshes_failed(void *app) { return (double)atomic_load(&((parry_app *)app)->refreshes_failed); }
static double answer_bytes(void *app) { return (double)parry_answer_cache_bytes(((parry_app *)app)->answers); }
static double started(void *app) { return (double)((parry_app *)app)->started_unix_ms / 1000; }

static uint64_t tally_of(parry_cache cache, bool hits)
{
    uint64_t found, missed;
    parry_tally_get(cache, &found, &missed);
    return hits ? found : missed;
}

/* ctx: the cache's name in the enumeration, as a pointer. */
static double hits_of(void *ctx) { return (double)tally_of((parry_cache)(uintptr_t)ctx, true); }
static double misses_of(void *ctx) { return (double)tally_of((parry_cache)(uintptr_t)ctx, false); }

static void read_caches(parry_app *app)
{
    static const char *const labels[PARRY_CACHES] = {[PARRY_CACHE_POSTINGS] = "cache=\"postings\"",
                                                     [PARRY_CACHE_QUERIES] = "cache=\"queries\"",
                                                     [PARRY_CACHE_MEANINGS] = "cache=\"meanings\"",
                                                     [PARRY_CACHE_EMBEDDINGS] = "cache=\"embeddings\"",
                                                     [PARRY_CACHE_ANSWERS] = "cache=\"answers\""};
    for (uintptr_t i = 0; i < PARRY_CACHES; i++)
        parry_metrics_gauge(app->metrics, (parry_gauge){.name = "parry_cache_hits_total",
                                                        .labels = labels[i],
                                                        .help = "Times a cache had what was asked of it.",
                                                        .counter = true,
                                                        .read = hits_of,
                                                        .ctx = (void *)i});
    for (uintptr_t i = 0; i < PARRY_CACHES; i++)
        parry_metrics_gauge(app->metrics, (parry_gauge){.name = "parry_cache_misses_total",
                                                        .labels = labels[i],
                                                        .help = "Times it had not.",
                                                        .counter = true,
                                                        .read = misses_of,
                                                        .ctx = (void *)i});
}

static void read_app(parry_app *app)
{
    const parry_gauge all[] = {
        {"parry_refresh_failures_total", "", "Times a newer generation could not be loaded.", true, refreshes_failed,
         app},
        {"parry_store_used_ratio", "", "Share of the store's room that is used, 0 to 1.", false, store_share, app},
        {"parry_disk_free_bytes", "", "Free on the disk of the data folder.", false, disk_free, app},
        {"parry_answer_cache_bytes", "", "Of answers that are kept.", false, answer_bytes, app},
        {"parry_traces_queued", "", "Traces that wait to be sent.", false, traces_queued, app},
        {"parry_traces_sent_total", "", "Traces that the collector took.", true, traces_sent, app},
        {"parry_traces_dropped_total", "reason=\"full\"", "Traces that were dropped.", true, traces_full, app},
        {"parry_traces_dropped_total", "reason=\"failed\"", "Traces that were dropped.", true, traces_failed, app},
        {"process_start_time_seconds", "", "When the server started, in seconds since 1970.", false, started, app},
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        parry_metrics_gauge(app->metrics, all[i]);
}

static void add(parry_app *app, const char *name, const char *labels, bool (*is)(void *, char *))
{
    parry_vital_add(app, (parry_vital){name, labels, is, app});
}

void parry_vitals_open(parry_app *app)
{
    add(app, "meaning", "part=\"meaning\"", no_meaning);
    add(app, "index", "part=\"index\"", nothing_indexed);
    add(app, "refresh", "part=\"refresh\"", not_refreshed);
    add(app, "store", "part=\"store\"", store_full);
    add(app, "disk", "part=\"disk\"", disk_low);
    add(app, "ledger", "part=\"ledger\"", ledger_behind);
    add(app, "trace", "part=\"trace\"", traces_lost);
    read_app(app);
    read_caches(app);
}
