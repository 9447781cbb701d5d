/* At the start, and once an hour. What failed is tried again, and told once. */
#include "api/deflection/alerting.h"

#include "api/deflection/folding.h"
#include "base/clock.h"
#include "base/log.h"
#include "deflection/alerts.h"
#include "desk/desk.h"

#include <stdlib.h>

enum { POLL_MS = 200, AGAIN_MS = 60000, SOME = 20000 };
static const int64_t notify_ms = (int64_t)2 * 86400000; /* what is newer is (still) to be delivered */

typedef struct reading {
    parry_alerting *of;
    parry_alert_figure figure;
} reading;

struct parry_alerting {
    parry_app *app;
    pthread_t thread;
    bool started, failed;
    atomic_bool stop;
    int64_t due_ms;
    atomic_uint open[PARRY_ALERT_FIGURES];
    reading readings[PARRY_ALERT_FIGURES];
    pthread_mutex_t mutex; /* of found */
    json_t *found;
};

/* ---- telling ----------------------------------------------------------------------------------------------------- */

static void log_alert(const parry_alert *a)
{
    char since[PARRY_TIME_TEXT];
    bool open = a->end == PARRY_ALERT_OPEN;
    parry_time_text(a->since_ms, since);
    parry_arena *scratch = parry_arena_new();
    parry_log(open ? PARRY_WARN : PARRY_INFO, open ? "alert" : "alert_ended",
              "id=%s figure=%s over=%s since=%s value=%.4f expected=%.4f low=%.4f high=%.4f n=%llu article=%s",
              parry_logq(a->id), parry_alert_figure_name(a->figure), parry_alert_how_name(a->how), since, a->value,
              a->expected, a->low, a->high, (unsigned long long)a->now.n, parry_logq(parry_str_z(scratch, a->article)));
    parry_arena_free(scratch);
}

static parry_code tell(parry_alerting *x, parry_alert *list, size_t n, parry_err *err)
{
    parry_code code = PARRY_OK;
    for (size_t i = 0; i < n && code == PARRY_OK; i++) {
        bool again = false;
        code = parry_alert_tell(x->app->ledger, &list[i], parry_clock_now_ms(parry_clock_system()), &again, err);
        if (code == PARRY_OK && !again)
            log_alert(&list[i]);
    }
    return code;
}

/* Into the outbox, which knows the key of what it has or had: so that nothing is lost between there and the ledger. */
static parry_code notify(const parry_alerting *x, const parry_alert *a, parry_err *err)
{
    parry_arena *scratch = parry_arena_new();
    bool told = false;
    parry_str key = parry_str_printf(scratch, "%s-%s", a->id, a->end == PARRY_ALERT_OPEN ? "opened" : "ended");
    json_t *body = json_pack("{s:o}", "alert", parry_alert_json(a));
    char *text = json_dumps(body, JSON_COMPACT | JSON_REAL_PRECISION(6));
    parry_code code = parry_desk_notify(x->app->desk, key, parry_str_of(text), &told, err);
    free(text);
    json_decref(body);
    parry_arena_free(scratch);
    return code;
}

static parry_code notify_all(const parry_alerting *x, const parry_alert *list, size_t n, parry_err *err)
{
    parry_code code = PARRY_OK;
    int64_t from_ms = parry_clock_now_ms(parry_clock_system()) - notify_ms;
    for (size_t i = 0; i < n && x->app->desk != NULL && code == PARRY_OK; i++) {
        parry_alert opened = list[i];
        opened.end = PARRY_ALERT_OPEN;
        opened.until_ms = opened.ended_ms = 0;
        if (opened.told_ms >= from_ms)
            code = notify(x, &opened, err);
        if (code == PARRY_OK && list[i].end != PARRY_ALERT_OPEN && list[i].ended_ms >= from_ms)
            code = notify(x, &list[i], err);
    }
    return code;
}

/* ---- one look ---------------------------------------------------------------------------------------------------- */

static void keep(parry_alerting *x, int64_t as_of_ms, const parry_alerts_judged *judged)
{
    char at[PARRY_TIME_TEXT];
    parry_time_text(as_of_ms, at);
    json_t *j = json_pack("{s:s, s:o}", "as_of", at, "figures", parry_alerts_figures_json(judged));
    (void)pthread_mutex_lock(&x->mutex);
    json_decref(x->found);
    x->found = j;
    (void)pthread_mutex_unlock(&x->mutex);
}

static void count_open(parry_alerting *x, const parry_alert *list, size_t n)
{
    unsigned open[PARRY_ALERT_FIGURES] = {0};
    for (size_t i = 0; i < n; i++)
        open[list[i].figure] += list[i].end == PARRY_ALERT_OPEN;
    for (size_t f = 0; f < PARRY_ALERT_FIGURES; f++)
        atomic_store(&x->open[f], open[f]);
}

static parry_code judge(parry_alerting *x, const parry_alert_counts *counts, parry_arena *a, parry_err *err)
{
    parry_alert *told = NULL;
    size_t n = 0;
    parry_alerts_judged judged;
    parry_code code = parry_alerts_read(x->app->ledger, a, &told, &n, err);
    if (code != PARRY_OK)
        return code;
    parry_alerts_judge(counts, told, n, a, &judged);
    keep(x, counts->as_of_ms, &judged);
    code = tell(x, judged.ended, judged.nended, err);
    if (code == PARRY_OK)
        code = tell(x, judged.opened, judged.nopened, err);
    if (code == PARRY_OK)
        code = parry_alerts_read(x->app->ledger, a, &told, &n, err);
    if (code == PARRY_OK)
        count_open(x, told, n);
    return code == PARRY_OK ? notify_all(x, told, n, err) : code;
}

/* What came until now, whoever folds it: rows of a fold that is under way are not all there yet. */
static parry_code catch_up(const parry_alerting *x, int64_t now_ms, parry_err *err)
{
    size_t n = SOME;
    parry_code code = PARRY_OK;
    while (code == PARRY_OK && n == SOME && !atomic_load(&x->stop))
        code = parry_deflection_fold(parry_folding_rows(x->app->folding), SOME, now_ms, &n, err);
    return code;
}

static parry_code look(parry_alerting *x, int64_t now_ms, parry_err *err)
{
    parry_arena *a = parry_arena_new();
    parry_rows *rows = NULL;
    parry_alert_counts *counts = NULL;
    parry_code code = catch_up(x, now_ms, err);
    if (code == PARRY_OK)
        code = parry_rows_open(parry_folding_rows(x->app->folding), &rows, err);
    if (code == PARRY_OK) {
        const parry_config *config = atomic_load(&x->app->config);
        parry_rows_as_of(rows, now_ms);
        const parry_report_source s = parry_report_source_of(rows, NULL);
        code = parry_alerts_count(&s, (unsigned)config->deflection.k, a, &counts, err);
    }
    parry_rows_close(rows);
    if (code == PARRY_OK && !atomic_load(&x->stop))
        code = judge(x, counts, a, err);
    parry_arena_free(a);
    return code;
}

/* ---- the thread -------------------------------------------------------------------------------------------------- */

static void step(parry_alerting *x)
{
    parry_err err = {0};
    int64_t now_ms = parry_clock_now_ms(parry_clock_system());
    if (now_ms < x->due_ms)
        return;
    parry_code code = look(x, now_ms, &err);
    if (code != PARRY_OK && !x->failed)
        parry_log_err("alerts", &err);
    x->failed = code != PARRY_OK;
    x->due_ms = x->failed ? now_ms + AGAIN_MS : parry_alerts_next_ms(now_ms);
}

static void *run(void *arg)
{
    parry_alerting *x = arg;
    while (!atomic_load(&x->stop)) {
        step(x);
        parry_sleep_ms(POLL_MS);
    }
    return NULL;
}

static double open_now(void *ctx)
{
    const reading *r = ctx;
    return atomic_load(&r->of->open[r->figure]);
}

static void add_readings(parry_alerting *x)
{
    static const char *const labels[PARRY_ALERT_FIGURES] = {"figure=\"zero_result\"", "figure=\"abstention\"",
                                                            "figure=\"deflection\"", "figure=\"votes\""};
    for (unsigned f = 0; f < PARRY_ALERT_FIGURES; f++) {
        x->readings[f] = (reading){x, (parry_alert_figure)f};
        parry_metrics_gauge(x->app->metrics,
                            (parry_gauge){"parry_alerts_open", labels[f],
                                          "Figures, and articles, that are out of the limits of their past.", false,
                                          open_now, &x->readings[f]});
    }
}

parry_code parry_alerting_start(parry_app *app, parry_alerting **out, parry_err *err)
{
    parry_alerting *x = parry_calloc(1, sizeof *x);
    x->app = app;
    x->found = json_pack("{s:n, s:[]}", "as_of", "figures");
    (void)pthread_mutex_init(&x->mutex, NULL);
    if (pthread_create(&x->thread, NULL, run, x) != 0) {
        parry_alerting_stop(x);
        return parry_fail(err, PARRY_UNAVAILABLE, "cannot start a thread");
    }
    x->started = true;
    add_readings(x);
    *out = x;
    return PARRY_OK;
}

void parry_alerting_stop(parry_alerting *a)
{
    if (a == NULL)
        return;
    atomic_store(&a->stop, true);
    if (a->started)
        (void)pthread_join(a->thread, NULL);
    json_decref(a->found);
    (void)pthread_mutex_destroy(&a->mutex);
    free(a);
}

json_t *parry_alerting_found(parry_alerting *a)
{
    (void)pthread_mutex_lock(&a->mutex);
    json_t *j = json_deep_copy(a->found);
    (void)pthread_mutex_unlock(&a->mutex);
    return j;
}
