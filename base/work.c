/* One atomic counter hands out the items; the calling thread is worker 0 and works too. */
#include "base/work.h"

#include "base/err.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

typedef struct job {
    void (*fn)(void *ctx, size_t i, unsigned worker);
    void *ctx;
    size_t n;
    atomic_size_t next;
} job;

typedef struct hand {
    job *job;
    pthread_t thread;
    unsigned worker;
} hand;

/* The quota of a container (cgroup v2), rounded up to whole cores; 0 where there is none. */
static unsigned quota_cores(void)
{
    FILE *f = fopen("/sys/fs/cgroup/cpu.max", "re");
    if (f == NULL)
        return 0;
    char line[64], *end;
    unsigned cores = 0;
    if (fgets(line, sizeof line, f) != NULL) {
        long long quota = strtoll(line, &end, 10); /* "max" where unlimited: 0 */
        long long period = strtoll(end, NULL, 10);
        if (quota > 0 && period > 0 && quota / period < 1 << 16)
            cores = (unsigned)((quota + period - 1) / period);
    }
    fclose(f);
    return cores;
}

unsigned parry_cores(void)
{
    cpu_set_t set;
    long n = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : sysconf(_SC_NPROCESSORS_ONLN);
    unsigned cores = n > 0 ? (unsigned)n : 1, quota = quota_cores();
    return quota > 0 && quota < cores ? quota : cores;
}

static void *labour(void *arg)
{
    hand *h = arg;
    job *j = h->job;
    for (;;) {
        size_t i = atomic_fetch_add_explicit(&j->next, 1, memory_order_relaxed);
        if (i >= j->n)
            return NULL;
        j->fn(j->ctx, i, h->worker);
    }
}

void parry_parallel(size_t n, unsigned threads, void (*fn)(void *ctx, size_t i, unsigned worker), void *ctx)
{
    job j = {.fn = fn, .ctx = ctx, .n = n};
    unsigned most = n < threads ? (unsigned)n : threads, started = 1;
    hand *hands = parry_calloc(most ? most : 1, sizeof *hands);
    for (unsigned w = 1; w < most; w++) {
        hand *h = &hands[started];
        h->job = &j;
        h->worker = started;
        if (pthread_create(&h->thread, NULL, labour, h) == 0)
            started++; /* where the system gives no more threads, those there are do the work */
    }
    hands[0].job = &j;
    labour(&hands[0]);
    for (unsigned w = 1; w < started; w++)
        pthread_join(hands[w].thread, NULL);
    free(hands);
}
