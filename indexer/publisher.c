/* The publishing thread: sleep until a run is due or somebody has waited too long. */
#include "indexer/publisher.h"

#include "base/clock.h"
#include "base/log.h"
#include "indexer/refinery.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

enum {
    GATHER_MS = 100, /* from one run to the next */
    RETRY_MS = 2000, /* after something went wrong */
    LOCK_WAIT_MS = 10000,
};
#define MS ((int64_t)1000000)

typedef struct waiter {
    uint64_t seq;
    int64_t until_ns;
    parry_live_fn fn;
    void *ctx;
} waiter;

struct parry_publisher {
    parry_indexer *indexer;
    parry_refinery *refinery;
    parry_published_fn after;
    void *ctx;
    pthread_t thread;
    bool running, failed, caught_up;
    pthread_mutex_t mutex; /* over all below */
    pthread_cond_t changed;
    bool stop;
    int64_t due_ns;  /* 0: nothing to do */
    int64_t last_ns; /* end of the last run */
    uint64_t served; /* the store's change that is served */
    waiter waiting[PARRY_PUBLISHER_WAITERS];
    size_t nwaiting;
};

parry_publisher *parry_publisher_new(parry_indexer *indexer)
{
    parry_publisher *p = parry_calloc(1, sizeof *p);
    pthread_condattr_t monotonic;
    p->indexer = indexer;
    (void)pthread_condattr_init(&monotonic);
    (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    (void)pthread_mutex_init(&p->mutex, NULL);
    (void)pthread_cond_init(&p->changed, &monotonic);
    (void)pthread_condattr_destroy(&monotonic);
    return p;
}

static void due_at(parry_publisher *p, int64_t ns)
{
    if (p->due_ns == 0 || ns < p->due_ns)
        p->due_ns = ns;
    (void)pthread_cond_signal(&p->changed);
}

/* At once where nothing was published lately. */
void parry_publisher_poke(parry_publisher *p)
{
    int64_t now = parry_mono_ns();
    (void)pthread_mutex_lock(&p->mutex);
    int64_t rested = p->last_ns + GATHER_MS * MS;
    due_at(p, now > rested ? now : rested);
    (void)pthread_mutex_unlock(&p->mutex);
}

void parry_publisher_rebuild(parry_publisher *p)
{
    parry_indexer_rebuild(p->indexer);
    parry_publisher_poke(p);
}

parry_code parry_publisher_wait(parry_publisher *p, uint64_t seq, int64_t timeout_ms, parry_live_fn fn, void *ctx,
                                parry_err *err)
{
    parry_code code = PARRY_OK;
    (void)pthread_mutex_lock(&p->mutex);
    bool live = seq <= p->served, queued = false;
    if (!live && !p->stop && p->nwaiting == PARRY_PUBLISHER_WAITERS) {
        code = parry_fail(err, PARRY_UNAVAILABLE, "too many wait to be live: ask again without waiting");
    } else if (!live && !p->stop) {
        p->waiting[p->nwaiting++] = (waiter){seq, parry_mono_ns() + timeout_ms * MS, fn, ctx};
        queued = true;
        (void)pthread_cond_signal(&p->changed);
    }
    (void)pthread_mutex_unlock(&p->mutex);
    if (code == PARRY_OK && !queued)
        fn(ctx, live);
    return code;
}

/* Those who need not wait any longer, told with the mutex held: their functions are quick and never come back here. */
static void settle(parry_publisher *p)
{
    int64_t now = parry_mono_ns();
    size_t kept = 0;
    for (size_t i = 0; i < p->nwaiting; i++) {
        const waiter w = p->waiting[i];
        bool live = w.seq <= p->served;
        if (live || p->stop || now >= w.until_ns)
            w.fn(w.ctx, live);
        else
            p->waiting[kept++] = w;
    }
    p->nwaiting = kept;
}

static void sleep_until(parry_publisher *p)
{
    int64_t ns = p->due_ns;
    for (size_t i = 0; i < p->nwaiting; i++) {
        if (ns == 0 || p->waiting[i].until_ns < ns)
            ns = p->waiting[i].until_ns;
    }
    struct timespec until = {.tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000};
    if (ns == 0)
        (void)pthread_cond_wait(&p->changed, &p->mutex);
    else
        (void)pthread_cond_timedwait(&p->changed, &p->mutex, &until);
}

/* Waits until a run is due, and takes it; false at the end. */
static bool wait_until_due(parry_publisher *p)
{
    (void)pthread_mutex_lock(&p->mutex);
    for (settle(p); !p->stop && (p->due_ns == 0 || parry_mono_ns() < p->due_ns); settle(p))
        sleep_until(p);
    p->due_ns = 0;
    bool on = !p->stop;
    (void)pthread_mutex_unlock(&p->mutex);
    return on;
}

static void tell(parry_publisher *p, const parry_index_report *report, int64_t started)
{
    if (report->published)
        parry_log(PARRY_INFO, "index", "generation=%llu articles=%zu passages=%zu removed=%zu segments=%zu dur_ms=%lld",
                  (unsigned long long)report->generation, report->articles, report->passages, report->removed,
                  report->segments, (long long)((parry_mono_ns() - started) / MS));
    if (p->after != NULL)
        p->after(p->ctx, report);
    if (report->published || !p->caught_up)
        parry_refinery_soon(p->refinery);
    p->caught_up = true;
}

static void run_once(parry_publisher *p)
{
    parry_index_report report = {0};
    parry_err err = {0};
    int64_t started = parry_mono_ns();
    parry_code code = parry_indexer_run(p->indexer, LOCK_WAIT_MS, &report, &err);
    if (code == PARRY_OK)
        tell(p, &report, started);
    else if (!p->failed) /* once, not every two seconds */
        parry_log_err("index", &err);
    p->failed = code != PARRY_OK;
    (void)pthread_mutex_lock(&p->mutex);
    p->last_ns = parry_mono_ns();
    if (code == PARRY_OK)
        p->served = report.store_seq;
    else
        due_at(p, p->last_ns + RETRY_MS * MS);
    (void)pthread_mutex_unlock(&p->mutex);
}

static void *publisher_thread(void *arg)
{
    parry_publisher *p = arg;
    while (wait_until_due(p))
        run_once(p);
    return NULL;
}

parry_code parry_publisher_start(parry_publisher *p, parry_published_fn after, void *ctx, parry_err *err)
{
    p->after = after;
    p->ctx = ctx;
    parry_publisher_poke(p);
    parry_code code = parry_refinery_start(p->indexer, LOCK_WAIT_MS, &p->refinery, err);
    if (code == PARRY_OK && (errno = pthread_create(&p->thread, NULL, publisher_thread, p)) != 0)
        code = parry_fail_errno(err, "cannot start the publishing thread");
    p->running = code == PARRY_OK;
    return code;
}

void parry_publisher_stop(parry_publisher *p)
{
    if (p == NULL)
        return;
    (void)pthread_mutex_lock(&p->mutex);
    p->stop = true;
    (void)pthread_cond_signal(&p->changed);
    (void)pthread_mutex_unlock(&p->mutex);
    if (p->running)
        (void)pthread_join(p->thread, NULL);
    p->running = false;
    (void)pthread_mutex_lock(&p->mutex);
    settle(p);
    (void)pthread_mutex_unlock(&p->mutex);
    parry_refinery_stop(p->refinery);
    p->refinery = NULL;
}

void parry_publisher_free(parry_publisher *p)
{
    if (p == NULL)
        return;
    parry_publisher_stop(p);
    (void)pthread_cond_destroy(&p->changed);
    (void)pthread_mutex_destroy(&p->mutex);
    free(p);
}
