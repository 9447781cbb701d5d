/* The refining thread: asleep until something is due. */
#include "indexer/refinery.h"

#include "base/clock.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

enum { REFINE_AFTER_MS = 2000 }; /* without another generation */

struct parry_refinery {
    parry_indexer *indexer;
    int lock_wait_ms;
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    int64_t due_ns; /* 0: nothing to do */
    atomic_bool stop;
};

void parry_refinery_soon(parry_refinery *r)
{
    (void)pthread_mutex_lock(&r->mutex);
    r->due_ns = parry_mono_ns() + (int64_t)REFINE_AFTER_MS * 1000000;
    (void)pthread_cond_signal(&r->changed);
    (void)pthread_mutex_unlock(&r->mutex);
}

/* Waits until something is due, and takes it; false at the end. */
static bool wait_until_due(parry_refinery *r)
{
    (void)pthread_mutex_lock(&r->mutex);
    while (!atomic_load(&r->stop) && (r->due_ns == 0 || parry_mono_ns() < r->due_ns)) {
        struct timespec until = {.tv_sec = r->due_ns / 1000000000, .tv_nsec = r->due_ns % 1000000000};
        if (r->due_ns == 0)
            (void)pthread_cond_wait(&r->changed, &r->mutex);
        else
            (void)pthread_cond_timedwait(&r->changed, &r->mutex, &until);
    }
    r->due_ns = 0;
    (void)pthread_mutex_unlock(&r->mutex);
    return !atomic_load(&r->stop);
}

static void *refine_thread(void *arg)
{
    parry_refinery *r = arg;
    while (wait_until_due(r))
        parry_indexer_refine_aside(r->indexer, r->lock_wait_ms, &r->stop);
    return NULL;
}

static void free_refinery(parry_refinery *r)
{
    (void)pthread_cond_destroy(&r->changed);
    (void)pthread_mutex_destroy(&r->mutex);
    free(r);
}

parry_code parry_refinery_start(parry_indexer *indexer, int lock_wait_ms, parry_refinery **out, parry_err *err)
{
    parry_refinery *r = parry_calloc(1, sizeof *r);
    pthread_condattr_t monotonic;
    r->indexer = indexer;
    r->lock_wait_ms = lock_wait_ms;
    (void)pthread_condattr_init(&monotonic);
    (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    (void)pthread_mutex_init(&r->mutex, NULL);
    (void)pthread_cond_init(&r->changed, &monotonic);
    (void)pthread_condattr_destroy(&monotonic);
    if ((errno = pthread_create(&r->thread, NULL, refine_thread, r)) != 0) {
        parry_code code = parry_fail_errno(err, "cannot start the refining thread");
        free_refinery(r);
        return code;
    }
    *out = r;
    return PARRY_OK;
}

void parry_refinery_stop(parry_refinery *r)
{
    if (r == NULL)
        return;
    (void)pthread_mutex_lock(&r->mutex);
    atomic_store(&r->stop, true);
    (void)pthread_cond_signal(&r->changed);
    (void)pthread_mutex_unlock(&r->mutex);
    (void)pthread_join(r->thread, NULL);
    free_refinery(r);
}
