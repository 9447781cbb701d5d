/* Jobs: a ring under a mutex. */
#include "api/http/jobs.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

enum { THREADS_MAX = 64 };

typedef struct job {
    void (*fn)(void *arg);
    void *arg;
} job;

struct parry_jobs {
    pthread_mutex_t mutex;
    pthread_cond_t some;
    job *ring;
    size_t cap, first;
    atomic_size_t n;
    bool closing;
    pthread_t threads[THREADS_MAX];
    unsigned nthreads;
};

/* With the mutex held. */
static bool take(parry_jobs *j, job *out)
{
    if (atomic_load(&j->n) == 0)
        return false;
    *out = j->ring[j->first];
    j->first = (j->first + 1) % j->cap;
    atomic_fetch_sub(&j->n, 1);
    return true;
}

static bool next(parry_jobs *j, bool wait, job *out)
{
    (void)pthread_mutex_lock(&j->mutex);
    while (wait && atomic_load(&j->n) == 0 && !j->closing)
        (void)pthread_cond_wait(&j->some, &j->mutex);
    bool any = take(j, out);
    (void)pthread_mutex_unlock(&j->mutex);
    return any;
}

static void *work(void *arg)
{
    job one;
    while (next(arg, true, &one))
        one.fn(one.arg);
    return NULL;
}

bool parry_jobs_run(parry_jobs *j, void (*fn)(void *arg), void *arg)
{
    (void)pthread_mutex_lock(&j->mutex);
    size_t n = atomic_load(&j->n);
    bool room = n < j->cap && !j->closing;
    if (room) {
        j->ring[(j->first + n) % j->cap] = (job){fn, arg};
        atomic_store(&j->n, n + 1);
        (void)pthread_cond_signal(&j->some);
    }
    (void)pthread_mutex_unlock(&j->mutex);
    return room;
}

void parry_jobs_drop(parry_jobs *j, void (*instead)(void *arg))
{
    job one;
    while (next(j, false, &one))
        instead(one.arg);
}

size_t parry_jobs_waiting(const parry_jobs *j) { return atomic_load(&j->n); }

void parry_jobs_close(parry_jobs *j)
{
    if (j == NULL)
        return;
    (void)pthread_mutex_lock(&j->mutex);
    j->closing = true;
    (void)pthread_cond_broadcast(&j->some);
    (void)pthread_mutex_unlock(&j->mutex);
    for (unsigned i = 0; i < j->nthreads; i++)
        (void)pthread_join(j->threads[i], NULL);
    (void)pthread_cond_destroy(&j->some);
    (void)pthread_mutex_destroy(&j->mutex);
    free(j->ring);
    free(j);
}

parry_code parry_jobs_open(unsigned threads, size_t queue_max, parry_jobs **out, parry_err *err)
{
    parry_jobs *j = parry_calloc(1, sizeof *j);
    j->cap = queue_max > 0 ? queue_max : 1;
    j->ring = parry_calloc(j->cap, sizeof *j->ring);
    (void)pthread_mutex_init(&j->mutex, NULL);
    (void)pthread_cond_init(&j->some, NULL);
    while (j->nthreads < threads && j->nthreads < THREADS_MAX &&
           pthread_create(&j->threads[j->nthreads], NULL, work, j) == 0)
        j->nthreads++;
    if (j->nthreads == 0) {
        parry_jobs_close(j);
        return parry_fail(err, PARRY_UNAVAILABLE, "cannot start a thread");
    }
    *out = j;
    return PARRY_OK;
}
