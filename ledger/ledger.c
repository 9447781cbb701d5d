/* The ledger's queue and its committer thread. */
#include "ledger/inner.h"

#include <assert.h>
#include <stdlib.h>

enum { TABLES = 8, TXN_RECORDS = 1000, DAY_MS = 86400000 };
#define MAP_BYTES ((size_t)256 << 30)

const char *parry_ledger_kind_name(unsigned kind)
{
    switch (kind) {
    case PARRY_LEDGER_QUERY:
        return "query";
    case PARRY_LEDGER_EVENT:
        return "event";
    case PARRY_LEDGER_AUDIT:
        return "audit";
    default:
        return "unknown";
    }
}

/* ---- tickets ----------------------------------------------------------------------------------------------------- */

static parry_ledger_ticket *ticket_new(const parry_ledger_item *items, size_t n, size_t bytes)
{
    parry_ledger_ticket *t =
        parry_malloc(sizeof *t + n * (sizeof(parry_ledger_fate) + sizeof(parry_ledger_item)) + bytes);
    *t = (parry_ledger_ticket){.n = n, .bytes = bytes, .owners = 1};
    t->items = (parry_ledger_item *)(void *)(t + 1);
    t->fates = (parry_ledger_fate *)(void *)(t->items + n);
    char *at = (char *)(t->fates + n);
    for (size_t i = 0; i < n; i++) {
        t->items[i] = items[i];
        t->items[i].payload.p = at;
        t->fates[i] = (parry_ledger_fate){0, false};
        if (items[i].payload.n > 0)
            memcpy(at, items[i].payload.p, items[i].payload.n);
        at += items[i].payload.n;
    }
    return t;
}

void parry_ledger_release(parry_ledger *l, parry_ledger_ticket *t)
{
    if (t == NULL)
        return;
    (void)pthread_mutex_lock(&l->mutex);
    bool last = --t->owners == 0;
    (void)pthread_mutex_unlock(&l->mutex);
    if (last)
        free(t);
}

size_t parry_ledger_ticket_count(const parry_ledger_ticket *t) { return t->n; }

parry_ledger_fate parry_ledger_ticket_fate(const parry_ledger_ticket *t, size_t i)
{
    assert(i < t->n);
    return t->fates[i];
}

/* ---- appending --------------------------------------------------------------------------------------------------- */

static parry_code check(const parry_ledger_item *items, size_t n, size_t *bytes, parry_err *err)
{
    assert(n >= 1 && n <= PARRY_LEDGER_GROUP_MAX);
    *bytes = 0;
    for (size_t i = 0; i < n; i++) {
        if (items[i].payload.n > PARRY_LEDGER_PAYLOAD_MAX)
            return parry_fail(err, PARRY_TOO_LARGE, "a record of %zu bytes; at most %d", items[i].payload.n,
                              PARRY_LEDGER_PAYLOAD_MAX);
        *bytes += items[i].payload.n;
    }
    return PARRY_OK;
}

static bool fits(const parry_ledger *l, size_t n, size_t bytes)
{
    const parry_ledger_stats *s = &l->stats;
    return !l->stopping && s->waiting + n <= l->o.queue_records && s->waiting_bytes + bytes <= l->o.queue_bytes;
}

/* With the mutex held. */
static void enqueue(parry_ledger *l, parry_ledger_ticket *t)
{
    if (l->last != NULL)
        l->last->next = t;
    else
        l->first = t;
    l->last = t;
    l->stats.waiting += t->n;
    l->stats.waiting_bytes += t->bytes;
    (void)pthread_cond_signal(&l->work);
}

parry_code parry_ledger_append(parry_ledger *l, const parry_ledger_item *items, size_t n, parry_ledger_ticket **ticket,
                               parry_err *err)
{
    size_t bytes;
    parry_code code = check(items, n, &bytes, err);
    if (code != PARRY_OK)
        return code;
    parry_ledger_ticket *t = ticket_new(items, n, bytes);
    t->owners += ticket != NULL;
    (void)pthread_mutex_lock(&l->mutex);
    bool taken = fits(l, n, bytes);
    if (taken)
        enqueue(l, t);
    else
        l->stats.refused++;
    (void)pthread_mutex_unlock(&l->mutex);
    if (!taken) {
        free(t);
        return parry_fail(err, PARRY_UNAVAILABLE, "too many records wait for the disk; try again in a second");
    }
    if (ticket != NULL)
        *ticket = t;
    return PARRY_OK;
}

void parry_ledger_notify(parry_ledger *l, parry_ledger_ticket *t, parry_ledger_told fn, void *ctx)
{
    (void)pthread_mutex_lock(&l->mutex);
    bool now = t->decided;
    assert(t->told == NULL);
    if (!now) {
        t->told = fn;
        t->ctx = ctx;
    }
    (void)pthread_mutex_unlock(&l->mutex);
    if (now)
        fn(ctx, t, t->code, &t->err);
}

parry_code parry_ledger_wait(parry_ledger *l, parry_ledger_ticket *t, parry_err *err)
{
    (void)pthread_mutex_lock(&l->mutex);
    while (!t->decided)
        (void)pthread_cond_wait(&l->decided, &l->mutex);
    (void)pthread_mutex_unlock(&l->mutex);
    if (t->code != PARRY_OK && err != NULL)
        *err = t->err;
    return t->code;
}

void parry_ledger_get_stats(parry_ledger *l, parry_ledger_stats *out)
{
    (void)pthread_mutex_lock(&l->mutex);
    *out = l->stats;
    (void)pthread_mutex_unlock(&l->mutex);
}

/* ---- the committer ----------------------------------------------------------------------------------------------- */

/* Whole tickets off the queue, up to one transaction's worth of records. They count as waiting until they are decided:
 * the bound is on memory. With the mutex held. */
static parry_ledger_ticket *take(parry_ledger *l)
{
    parry_ledger_ticket *list = l->first, *end = NULL;
    size_t n = 0;
    for (parry_ledger_ticket *t = list; t != NULL && (end == NULL || n + t->n <= TXN_RECORDS); t = t->next) {
        n += t->n;
        end = t;
    }
    if (end == NULL)
        return NULL;
    l->first = end->next;
    if (l->first == NULL)
        l->last = NULL;
    end->next = NULL;
    return list;
}

static void count(parry_ledger_stats *s, const parry_ledger_ticket *t)
{
    s->waiting -= t->n;
    s->waiting_bytes -= t->bytes;
    for (size_t i = 0; i < t->n; i++) {
        const parry_ledger_fate *f = &t->fates[i];
        if (t->code != PARRY_OK)
            s->failed++;
        else if (f->duplicate)
            s->duplicates++;
        else
            s->appended++;
        if (t->code == PARRY_OK && f->seq > s->seq)
            s->seq = f->seq;
    }
}

/* Tells who asked; drops what is the queue's. */
static void decide(parry_ledger *l, parry_ledger_ticket *list, parry_code code, const parry_err *err)
{
    (void)pthread_mutex_lock(&l->mutex);
    l->stats.commits += code == PARRY_OK;
    for (parry_ledger_ticket *t = list; t != NULL; t = t->next) {
        t->code = code;
        t->err = *err;
        t->decided = true;
        count(&l->stats, t);
    }
    (void)pthread_cond_broadcast(&l->decided);
    (void)pthread_mutex_unlock(&l->mutex);
    while (list != NULL) {
        parry_ledger_ticket *t = list;
        list = t->next;
        if (t->told != NULL) /* nobody sets it once it is decided */
            t->told(t->ctx, t, code, err);
        parry_ledger_release(l, t);
    }
}

static void *commit_all(void *arg)
{
    parry_ledger *l = arg;
    for (;;) {
        (void)pthread_mutex_lock(&l->mutex);
        while (l->first == NULL && !l->stopping)
            (void)pthread_cond_wait(&l->work, &l->mutex);
        parry_ledger_ticket *list = take(l);
        (void)pthread_mutex_unlock(&l->mutex);
        if (list == NULL)
            return NULL; /* stopping, and nothing is left */
        parry_err err = {0};
        parry_code code = parry_ledger_commit(l, list, &err);
        decide(l, list, code, &err);
    }
}

/* ---- open and close ---------------------------------------------------------------------------------------------- */

static parry_ledger_options with_defaults(const parry_ledger_options *given)
{
    parry_ledger_options o = given ? *given : (parry_ledger_options){0};
    if (o.map_bytes == 0)
        o.map_bytes = MAP_BYTES;
    if (o.queue_records == 0)
        o.queue_records = 50000;
    if (o.queue_bytes == 0)
        o.queue_bytes = (size_t)64 << 20;
    if (o.window_ms == 0)
        o.window_ms = (int64_t)8 * DAY_MS;
    if (o.window_ids == 0)
        o.window_ids = 4194304;
    if (o.clock.now_ms == NULL)
        o.clock = parry_clock_system();
    return o;
}

static parry_code open_tables(parry_ledger *l, parry_err *err)
{
    parry_code code = parry_env_table(l->env, "chain", &l->chain, err);
    if (code == PARRY_OK)
        code = parry_env_table(l->env, "payloads", &l->payloads, err);
    if (code == PARRY_OK)
        code = parry_env_table(l->env, "ids", &l->ids, err);
    if (code == PARRY_OK)
        code = parry_env_table(l->env, "about", &l->about, err);
    if (code == PARRY_OK)
        code = parry_env_table(l->env, "notes", &l->notes, err);
    return code == PARRY_OK ? parry_env_table(l->env, "state", &l->state, err) : code;
}

static parry_code read_head(parry_ledger *l, parry_err *err)
{
    parry_txn *t;
    parry_ledger_head head;
    parry_code code = parry_txn_read(l->env, &t, err);
    if (code != PARRY_OK)
        return code;
    code = parry_ledger_head_get(l, t, &head, err);
    parry_txn_abort(t);
    if (code == PARRY_OK)
        l->stats.seq = head.seq;
    return code;
}

parry_code parry_ledger_open(const char *dir, const parry_ledger_options *o, parry_ledger **out, parry_err *err)
{
    parry_ledger *l = parry_calloc(1, sizeof *l);
    l->o = with_defaults(o);
    (void)pthread_mutex_init(&l->mutex, NULL);
    (void)pthread_cond_init(&l->work, NULL);
    (void)pthread_cond_init(&l->decided, NULL);
    parry_code code = parry_env_open(dir, l->o.map_bytes, TABLES, &l->env, err);
    if (code == PARRY_OK)
        code = open_tables(l, err);
    if (code == PARRY_OK)
        code = read_head(l, err);
    if (code == PARRY_OK) {
        l->started = pthread_create(&l->committer, NULL, commit_all, l) == 0;
        if (!l->started)
            code = parry_fail(err, PARRY_UNAVAILABLE, "cannot start a thread");
    }
    if (code != PARRY_OK) {
        parry_err_context(err, "the ledger");
        parry_ledger_close(l);
        return code;
    }
    *out = l;
    return PARRY_OK;
}

void parry_ledger_close(parry_ledger *l)
{
    if (l == NULL)
        return;
    (void)pthread_mutex_lock(&l->mutex);
    l->stopping = true;
    (void)pthread_cond_signal(&l->work);
    (void)pthread_mutex_unlock(&l->mutex);
    if (l->started)
        (void)pthread_join(l->committer, NULL);
    parry_env_close(l->env);
    (void)pthread_cond_destroy(&l->decided);
    (void)pthread_cond_destroy(&l->work);
    (void)pthread_mutex_destroy(&l->mutex);
    free(l);
}
