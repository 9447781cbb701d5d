/* A queue of waiting writes, and one leader at a time. */
#include "base/group.h"

#include <pthread.h>
#include <stdlib.h>

typedef struct waiting {
    parry_group_write write;
    void *ctx;
    parry_err *err;
    parry_code code;
    bool failed; /* by itself, not for the transaction's sake */
    bool done;
    struct waiting *next;
} waiting;

struct parry_group {
    parry_env *env;
    pthread_mutex_t mutex;
    pthread_cond_t turned; /* somebody is done, and perhaps nobody leads */
    waiting *first, **last;
    bool led;
    uint64_t commits, writes;
};

parry_group *parry_group_new(parry_env *env)
{
    parry_group *g = parry_calloc(1, sizeof *g);
    g->env = env;
    g->last = &g->first;
    (void)pthread_mutex_init(&g->mutex, NULL);
    (void)pthread_cond_init(&g->turned, NULL);
    return g;
}

void parry_group_free(parry_group *g)
{
    if (g == NULL)
        return;
    (void)pthread_cond_destroy(&g->turned);
    (void)pthread_mutex_destroy(&g->mutex);
    free(g);
}

/* The writes that have not failed, in one transaction. *again: one of them failed, so nothing was written. */
static parry_code attempt(parry_group *g, waiting *list, bool *again, parry_err *err)
{
    parry_txn *t = NULL;
    *again = false;
    parry_code code = parry_txn_write(g->env, &t, err);
    if (code != PARRY_OK)
        return code;
    size_t n = 0;
    for (waiting *w = list; w != NULL && !*again; w = w->next) {
        if (w->failed)
            continue;
        w->code = w->write(w->ctx, t, w->err);
        *again = w->failed = w->code != PARRY_OK;
        n++;
    }
    if (*again || n == 0) {
        parry_txn_abort(t);
        return PARRY_OK;
    }
    return parry_txn_commit(t, err);
}

/* Number of writes that were committed. */
static size_t write_all(parry_group *g, waiting *list)
{
    parry_err err = {0};
    bool again = true;
    size_t written = 0;
    parry_code code = PARRY_OK;
    while (again && code == PARRY_OK)
        code = attempt(g, list, &again, &err);
    for (waiting *w = list; w != NULL; w = w->next) {
        if (!w->failed && code != PARRY_OK && w->err != NULL)
            *w->err = err;
        if (!w->failed)
            w->code = code;
        written += w->code == PARRY_OK;
    }
    return written;
}

/* Up to PARRY_GROUP_MOST of the queue. */
static waiting *take(parry_group *g)
{
    waiting *list = g->first, *end = list;
    for (size_t n = 1; n < PARRY_GROUP_MOST && end->next != NULL; n++)
        end = end->next;
    g->first = end->next;
    if (g->first == NULL)
        g->last = &g->first;
    end->next = NULL;
    return list;
}

static void lead(parry_group *g)
{
    waiting *list = take(g);
    g->led = true;
    (void)pthread_mutex_unlock(&g->mutex);
    size_t written = write_all(g, list);
    (void)pthread_mutex_lock(&g->mutex);
    g->led = false;
    g->commits += written > 0;
    g->writes += written;
    for (waiting *next; list != NULL; list = next) {
        next = list->next; /* its thread's stack: gone once it is told */
        list->done = true;
    }
    (void)pthread_cond_broadcast(&g->turned);
}

parry_code parry_group_do(parry_group *g, parry_group_write write, void *ctx, parry_err *err)
{
    waiting w = {.write = write, .ctx = ctx, .err = err};
    (void)pthread_mutex_lock(&g->mutex);
    *g->last = &w;
    g->last = &w.next;
    while (!w.done) {
        if (!g->led)
            lead(g);
        else
            (void)pthread_cond_wait(&g->turned, &g->mutex);
    }
    (void)pthread_mutex_unlock(&g->mutex);
    return w.code;
}

void parry_group_counts(parry_group *g, uint64_t *commits, uint64_t *writes)
{
    (void)pthread_mutex_lock(&g->mutex);
    *commits = g->commits;
    *writes = g->writes;
    (void)pthread_mutex_unlock(&g->mutex);
}
