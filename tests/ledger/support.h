/* What the tests of ledger/ share: a folder of their own, a clock that is turned by hand, records in short form. */
#ifndef PARRY_TESTS_LEDGER_SUPPORT_H
#define PARRY_TESTS_LEDGER_SUPPORT_H

#include "../base/testing.h"

#include "ledger/ledger.h"

#include <pthread.h>
#include <stdatomic.h>

/* Shows a time; while `shut`, who asks waits. */
typedef struct hand_clock {
    int64_t ms;
    bool shut;
    pthread_mutex_t mutex;
    pthread_cond_t open;
} hand_clock;
#define HAND_CLOCK(at)                                                                                                 \
    {                                                                                                                  \
        (at), false, PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER                                               \
    }

static inline int64_t hand_now(void *ctx)
{
    hand_clock *c = ctx;
    (void)pthread_mutex_lock(&c->mutex);
    while (c->shut)
        (void)pthread_cond_wait(&c->open, &c->mutex);
    int64_t ms = c->ms;
    (void)pthread_mutex_unlock(&c->mutex);
    return ms;
}

static inline void hand_shut(hand_clock *c, bool shut)
{
    (void)pthread_mutex_lock(&c->mutex);
    c->shut = shut;
    (void)pthread_cond_broadcast(&c->open);
    (void)pthread_mutex_unlock(&c->mutex);
}

static inline parry_ledger *ledger_open(scratch *s, const parry_ledger_options *o)
{
    parry_ledger *l = NULL;
    ok(parry_ledger_open(in(s, "ledger"), o, &l, NULL));
    return l;
}

/* The same for the same number. */
static inline parry_uuid numbered(uint32_t n)
{
    parry_uuid u = {{0x01, 0x90, 0, 0, 0, 0, 0x70, 0, 0x80}};
    for (unsigned i = 0; i < 4; i++)
        u.b[12 + i] = (unsigned char)(n >> (24 - 8 * i));
    return u;
}

static inline parry_ledger_item item(parry_uuid id, const char *payload)
{
    return (parry_ledger_item){.kind = PARRY_LEDGER_EVENT, .id = id, .payload = parry_str_of(payload)};
}

static inline const char *repeated_x(scratch *s, size_t n)
{
    char *z = parry_arena_alloc(s->arena, n + 1);
    memset(z, 'x', n);
    return z;
}

/* Appends one and waits. */
static inline parry_ledger_fate append(parry_ledger *l, parry_uuid id, const char *payload)
{
    parry_ledger_ticket *t = NULL;
    parry_ledger_item i = item(id, payload);
    ok(parry_ledger_append(l, &i, 1, &t, NULL));
    ok(parry_ledger_wait(l, t, NULL));
    parry_ledger_fate fate = parry_ledger_ticket_fate(t, 0);
    parry_ledger_release(l, t);
    return fate;
}

#endif
