#include "copies/follow.h"

#include "base/clock.h"
#include "base/log.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

struct parry_follow {
    parry_arena *arena;
    const char *url;
    parry_pull pull;
    int64_t poll_ms;
    bool stop; /* atomically: libcurl's callback looks at it, too */
    pthread_t thread;
    pthread_mutex_t mutex; /* over what follows */
    pthread_cond_t wake;
    parry_follow_status status;
    int64_t equal_ns; /* when it last was like the primary */
    char *new_key;    /* NULL: the one there is */
};

static bool stopping(const parry_follow *f) { return __atomic_load_n(&f->stop, __ATOMIC_RELAXED); }

/* A reason is said when it comes, and when it goes. */
static void note(parry_follow *f, parry_code code, bool flipped, int64_t began_ns, const parry_err *err)
{
    char before[sizeof f->status.error];
    (void)pthread_mutex_lock(&f->mutex);
    (void)snprintf(before, sizeof before, "%s", f->status.error);
    (void)snprintf(f->status.error, sizeof f->status.error, "%s", code == PARRY_OK ? "" : err->msg);
    f->status.rounds++;
    f->status.failures += code != PARRY_OK;
    f->status.primary_generation = f->pull.primary_generation;
    f->status.fetched_bytes = f->pull.fetched_bytes;
    f->status.damaged = f->pull.damaged;
    if (code == PARRY_OK) {
        f->status.ever = true;
        f->equal_ns = began_ns;
    }
    (void)pthread_mutex_unlock(&f->mutex);
    if (code != PARRY_OK && strcmp(before, err->msg) != 0 && !stopping(f))
        parry_log(PARRY_WARN, "replica", "state=behind code=%s msg=%s", parry_code_name(code), parry_logq(err->msg));
    else if (code == PARRY_OK && before[0])
        parry_log(PARRY_INFO, "replica", "state=following again=true");
    if (flipped)
        parry_log(PARRY_INFO, "replica", "generation=%llu primary_generation=%llu",
                  (unsigned long long)f->pull.generation, (unsigned long long)f->pull.primary_generation);
}

static void rest(parry_follow *f)
{
    struct timespec until;
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    int64_t ns = until.tv_nsec + f->poll_ms * 1000000;
    until.tv_sec += ns / 1000000000;
    until.tv_nsec = ns % 1000000000;
    (void)pthread_mutex_lock(&f->mutex);
    while (!stopping(f) && pthread_cond_timedwait(&f->wake, &f->mutex, &until) != ETIMEDOUT)
        ;
    (void)pthread_mutex_unlock(&f->mutex);
}

void parry_follow_key(parry_follow *f, parry_str key)
{
    char *copy = parry_malloc(key.n + 1);
    memcpy(copy, key.p, key.n);
    copy[key.n] = 0;
    (void)pthread_mutex_lock(&f->mutex);
    free(f->new_key);
    f->new_key = copy;
    (void)pthread_mutex_unlock(&f->mutex);
}

static void take_key(parry_follow *f)
{
    (void)pthread_mutex_lock(&f->mutex);
    char *key = f->new_key;
    f->new_key = NULL;
    (void)pthread_mutex_unlock(&f->mutex);
    if (key != NULL)
        parry_fetch_key(f->pull.fetch, parry_str_of(key));
    free(key);
}

static void *run(void *ctx)
{
    parry_follow *f = ctx;
    while (!stopping(f)) {
        parry_err err = {0};
        bool flipped = false;
        take_key(f);
        int64_t began = parry_mono_ns();
        parry_code code = parry_pull_round(&f->pull, &flipped, &err);
        note(f, code, flipped, began, &err);
        rest(f);
    }
    return NULL;
}

static void drop(parry_follow *f)
{
    parry_fetch_close(f->pull.fetch);
    free(f->new_key);
    (void)pthread_cond_destroy(&f->wake);
    (void)pthread_mutex_destroy(&f->mutex);
    parry_arena_free(f->arena);
    free(f);
}

parry_code parry_follow_start(const parry_follow_options *o, parry_follow **out, parry_err *err)
{
    pthread_condattr_t monotonic;
    parry_follow *f = parry_calloc(1, sizeof *f);
    f->arena = parry_arena_new();
    f->url = parry_str_z(f->arena, parry_str_of(o->fetch.url));
    f->pull.data_dir = parry_str_z(f->arena, parry_str_of(o->data_dir));
    f->pull.store = o->store;
    f->poll_ms = o->poll_ms;
    f->equal_ns = parry_mono_ns();
    (void)pthread_mutex_init(&f->mutex, NULL);
    (void)pthread_condattr_init(&monotonic);
    (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&f->wake, &monotonic);
    (void)pthread_condattr_destroy(&monotonic);
    parry_fetch_options fetch = o->fetch;
    fetch.cancel = &f->stop;
    parry_code code = parry_fetch_open(&fetch, &f->pull.fetch, err);
    if (code == PARRY_OK)
        code = parry_pull_start(&f->pull, err);
    if (code == PARRY_OK && pthread_create(&f->thread, NULL, run, f) != 0)
        code = parry_fail(err, PARRY_UNAVAILABLE, "no thread can be started");
    if (code == PARRY_OK)
        *out = f;
    else
        drop(f);
    return code;
}

void parry_follow_stop(parry_follow *f)
{
    if (f == NULL)
        return;
    (void)pthread_mutex_lock(&f->mutex);
    __atomic_store_n(&f->stop, true, __ATOMIC_RELAXED);
    (void)pthread_cond_signal(&f->wake);
    (void)pthread_mutex_unlock(&f->mutex);
    (void)pthread_join(f->thread, NULL);
    drop(f);
}

void parry_follow_get(parry_follow *f, parry_follow_status *out)
{
    (void)pthread_mutex_lock(&f->mutex);
    *out = f->status;
    out->lag_s = (double)(parry_mono_ns() - f->equal_ns) / 1e9;
    (void)pthread_mutex_unlock(&f->mutex);
}

const char *parry_follow_primary(const parry_follow *f) { return f->url; }
