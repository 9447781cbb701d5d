/* The job, its thread, and what it tells. */
#include "desk/retention.h"

#include "base/log.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

enum { MINUTE_MS = 60 * 1000, HOUR_MS = 60 * MINUTE_MS, DAY_RUNS = 24, AT_ONCE = 2000 };

/* ---- one run ----------------------------------------------------------------------------------------------------- */

static void set_until(json_t *j, const char *name, int64_t before_ms)
{
    char text[PARRY_TIME_TEXT];
    if (before_ms <= 0)
        return;
    parry_time_text(before_ms, text);
    json_object_set_new(j, name, json_string(text));
}

/* What, how many, up to when. */
static json_t *report_json(const parry_retention_report *r, int64_t handoffs_before, int64_t cases_before)
{
    json_t *j = json_pack("{s:I, s:I, s:I, s:I, s:I}", "given_up", (json_int_t)r->outbox.given_up, "payloads",
                          (json_int_t)r->outbox.erased, "deliveries", (json_int_t)r->outbox.removed, "handoffs",
                          (json_int_t)r->handoffs, "cases", (json_int_t)r->cases);
    set_until(j, "handoffs_until", handoffs_before);
    set_until(j, "cases_until", cases_before);
    return j;
}

static bool any(const parry_retention_report *r)
{
    return r->outbox.given_up + r->outbox.erased + r->outbox.removed + r->handoffs + r->cases > 0;
}

static parry_code tell(const parry_retention_options *o, bool fine, json_t *more, parry_err *err)
{
    const parry_actor by = {parry_str_of("parry:retention"), parry_str_of("")};
    if (o->access == NULL) {
        json_decref(more);
        return PARRY_OK;
    }
    return parry_access_tell(o->access, &by, "desk.retention", "desk", parry_str_of("retention"), fine, more, err);
}

/* The first failure stands in err; what comes after it is done nevertheless. */
static void keep_first(parry_code *first, parry_code code) { *first = *first == PARRY_OK ? code : *first; }

parry_code parry_retention_run(const parry_retention_options *o, bool daily, parry_retention_report *out,
                               parry_err *err)
{
    parry_retention_report r = {.cases = 0};
    int64_t now = parry_clock_now_ms(o->clock);
    int64_t handoffs_before = o->keep_handoffs_ms > 0 ? now - o->keep_handoffs_ms : 0;
    int64_t cases_before = o->keep_cases_ms > 0 ? now - o->keep_cases_ms : 0;
    parry_code code = parry_outbox_tend(o->outbox, &r.outbox, err);
    keep_first(&code, parry_handoffs_retain(o->handoffs, handoffs_before, AT_ONCE, daily, &r.handoffs, err));
    keep_first(&code, parry_cases_retain(o->cases, cases_before, AT_ONCE, &r.cases, err));
    r.more = code == PARRY_OK && (r.handoffs >= AT_ONCE || r.cases >= AT_ONCE);
    if (any(&r) || daily || code != PARRY_OK)
        keep_first(&code, tell(o, code == PARRY_OK, report_json(&r, handoffs_before, cases_before), err));
    if (any(&r))
        parry_log(PARRY_INFO, "desk_retention", "given_up=%llu payloads=%llu deliveries=%llu handoffs=%zu cases=%zu",
                  (unsigned long long)r.outbox.given_up, (unsigned long long)r.outbox.erased,
                  (unsigned long long)r.outbox.removed, r.handoffs, r.cases);
    *out = r;
    return code;
}

/* ---- its thread -------------------------------------------------------------------------------------------------- */

struct parry_retention {
    parry_retention_options o;
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t stopping;
    bool stop;
};

/* A second; false: it is to stop. */
static bool wait_a_second(parry_retention *r)
{
    struct timespec until;
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec++;
    (void)pthread_mutex_lock(&r->mutex);
    while (!r->stop && pthread_cond_timedwait(&r->stopping, &r->mutex, &until) == 0)
        continue;
    bool stop = r->stop;
    (void)pthread_mutex_unlock(&r->mutex);
    return !stop;
}

static void log_failure(parry_code code, parry_err *err)
{
    if (code != PARRY_OK)
        parry_log_err("desk_retention", err);
    *err = (parry_err){0};
}

/* true: soon again. */
static bool run_now(parry_retention *r, unsigned *runs)
{
    parry_retention_report report = {.more = false};
    parry_err err = {0};
    log_failure(parry_retention_run(&r->o, *runs % DAY_RUNS == 0, &report, &err), &err);
    *runs += !report.more;
    return report.more;
}

/* The outbox at once, the rest a minute after the start: it has other things to begin with. */
static void *keep(void *arg)
{
    parry_retention *r = arg;
    unsigned runs = 0;
    int64_t start = parry_mono_ns() / 1000000, tend = start, run = start + MINUTE_MS;
    while (wait_a_second(r)) {
        parry_err err = {0};
        int64_t now = parry_mono_ns() / 1000000;
        log_failure(parry_cases_notice(r->o.cases, &err), &err);
        if (now >= run) {
            run = run_now(r, &runs) ? now : now + HOUR_MS;
        } else if (now >= tend) {
            log_failure(parry_outbox_tend(r->o.outbox, NULL, &err), &err);
            tend = now + MINUTE_MS;
        }
    }
    return NULL;
}

parry_code parry_retention_start(const parry_retention_options *o, parry_retention **out, parry_err *err)
{
    parry_retention *r = parry_calloc(1, sizeof *r);
    pthread_condattr_t monotonic;
    r->o = *o;
    (void)pthread_mutex_init(&r->mutex, NULL);
    (void)pthread_condattr_init(&monotonic);
    (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&r->stopping, &monotonic);
    (void)pthread_condattr_destroy(&monotonic);
    if (pthread_create(&r->thread, NULL, keep, r) != 0) {
        free(r);
        return parry_fail(err, PARRY_UNAVAILABLE, "cannot start the thread that erases what was kept for long enough");
    }
    *out = r;
    return PARRY_OK;
}

void parry_retention_stop(parry_retention *r)
{
    if (r == NULL)
        return;
    (void)pthread_mutex_lock(&r->mutex);
    r->stop = true;
    (void)pthread_cond_signal(&r->stopping);
    (void)pthread_mutex_unlock(&r->mutex);
    (void)pthread_join(r->thread, NULL);
    (void)pthread_cond_destroy(&r->stopping);
    (void)pthread_mutex_destroy(&r->mutex);
    free(r);
}
