/* Daily: a thread that looks once a minute whether it is due. */
#include "api/deflection/daily.h"

#include "access/secret.h"
#include "api/deflection/folding.h"
#include "base/clock.h"
#include "base/log.h"
#include "deflection/keeping.h"

#include <stdlib.h>
#include <time.h>

enum { LOOK_S = 60 };
static const int64_t every_ms = (int64_t)24 * 3600000;

struct parry_daily {
    parry_app *app;
    parry_secret key;
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t stop;
    bool stopping;
};

static parry_code due(const parry_daily *d, int64_t now_ms, bool *is, parry_err *err)
{
    int64_t last_ms = 0;
    parry_code code = parry_erasures_last(d->app->ledger, PARRY_RETENTION_ACTION, &last_ms, err);
    *is = code == PARRY_OK && (last_ms == 0 || now_ms - last_ms >= every_ms || last_ms > now_ms + every_ms);
    return code;
}

/* Opening makes the secret of a new period, and throws away what is too old. */
static parry_code turn_secrets(const parry_daily *d, int64_t now_ms, parry_err *err)
{
    parry_visitors *v = NULL;
    parry_code code = parry_visitors_open(d->app->ledger, now_ms, &v, err);
    if (code == PARRY_OK)
        parry_visitors_free(v);
    return code;
}

static void log_run(const parry_retained *gone)
{
    parry_log(PARRY_INFO, "retention", "queries=%llu events=%llu audit=%llu",
              (unsigned long long)gone->erased[PARRY_LEDGER_QUERY],
              (unsigned long long)gone->erased[PARRY_LEDGER_EVENT],
              (unsigned long long)gone->erased[PARRY_LEDGER_AUDIT]);
}

static void look(parry_daily *d)
{
    const parry_config *c = atomic_load(&d->app->config);
    const parry_keeping keep = {
        .days = {0, c->retention.queries_days, c->retention.events_days, c->retention.audit_days}};
    const parry_erasing by = {.ledger = d->app->ledger,
                              .actor = parry_str_of("parry"),
                              .key = d->key.b,
                              .erased = parry_folding_again,
                              .ctx = d->app};
    int64_t now_ms = parry_clock_now_ms(parry_clock_system());
    parry_retained gone;
    parry_err err = {0};
    bool is = false, scrubbed;
    parry_code code = due(d, now_ms, &is, &err);
    if (code == PARRY_OK && is)
        code = turn_secrets(d, now_ms, &err);
    if (code == PARRY_OK && is)
        code = parry_keeping_run(&by, &keep, now_ms, false, &gone, &err);
    if (code == PARRY_OK && is && d->app->folding == NULL) /* else it does that */
        code = parry_ledger_scrub(d->app->ledger, &scrubbed, &err);
    if (code != PARRY_OK)
        parry_log_err("retention", &err);
    else if (is)
        log_run(&gone);
}

static bool wait_a_while(parry_daily *d)
{
    struct timespec until;
    (void)clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += LOOK_S;
    (void)pthread_mutex_lock(&d->mutex);
    int rc = 0;
    while (!d->stopping && rc == 0)
        rc = pthread_cond_timedwait(&d->stop, &d->mutex, &until);
    bool goes_on = !d->stopping;
    (void)pthread_mutex_unlock(&d->mutex);
    return goes_on;
}

static void *run(void *arg)
{
    do
        look(arg);
    while (wait_a_while(arg));
    return NULL;
}

parry_code parry_daily_start(parry_app *app, parry_daily **out, parry_err *err)
{
    parry_daily *d = parry_calloc(1, sizeof *d);
    d->app = app;
    parry_access_derive(app->access, PARRY_CHECKPOINT_PURPOSE, &d->key);
    (void)pthread_mutex_init(&d->mutex, NULL);
    (void)pthread_cond_init(&d->stop, NULL);
    if (pthread_create(&d->thread, NULL, run, d) != 0) {
        free(d);
        return parry_fail(err, PARRY_UNAVAILABLE, "cannot start a thread");
    }
    *out = d;
    return PARRY_OK;
}

void parry_daily_stop(parry_daily *d)
{
    if (d == NULL)
        return;
    (void)pthread_mutex_lock(&d->mutex);
    d->stopping = true;
    (void)pthread_cond_signal(&d->stop);
    (void)pthread_mutex_unlock(&d->mutex);
    (void)pthread_join(d->thread, NULL);
    (void)pthread_mutex_destroy(&d->mutex);
    (void)pthread_cond_destroy(&d->stop);
    free(d);
}
