/* What the tests of outbox/ share: an outbox in a folder of its own, a clock that is turned by hand, and a target that
 * does what it is told. */
#ifndef PARRY_TESTS_OUTBOX_SUPPORT_H
#define PARRY_TESTS_OUTBOX_SUPPORT_H

#include "../base/testing.h"

#include "base/hash.h"
#include "outbox/outbox.h"

#include <pthread.h>
#include <stdatomic.h>

enum { MAP_BYTES = 64 << 20, TABLES = PARRY_OUTBOX_TABLES + 1 };

typedef struct box {
    parry_env *env;
    parry_group *group;
    parry_outbox *outbox;
    _Atomic int64_t now_ms;
} box;

static inline int64_t turned(void *ctx) { return atomic_load(&((box *)ctx)->now_ms); }

/* options: all but the clock, which is b's where b->now_ms is not 0. */
static inline void box_open(box *b, scratch *s, const parry_outbox_options *options)
{
    parry_outbox_options o = options != NULL ? *options : (parry_outbox_options){0};
    if (atomic_load(&b->now_ms) != 0)
        o.clock = (parry_clock){turned, b};
    ok(parry_env_open(in(s, "box"), MAP_BYTES, TABLES, &b->env, NULL));
    b->group = parry_group_new(b->env);
    ok(parry_outbox_open(b->env, b->group, &o, &b->outbox, NULL));
}

static inline void box_close(box *b)
{
    parry_outbox_close(b->outbox);
    parry_group_free(b->group);
    parry_env_close(b->env);
}

typedef struct putting {
    parry_outbox *outbox;
    const char *target, *key, *payload;
    uint64_t id;
} putting;

static inline parry_code put_in(void *ctx, parry_txn *t, parry_err *err)
{
    putting *p = ctx;
    return parry_outbox_put(p->outbox, t, parry_str_of(p->target), parry_str_of(p->key), parry_str_of(p->payload),
                            &p->id, err);
}

static inline uint64_t put(box *b, const char *target, const char *key, const char *payload)
{
    putting p = {b->outbox, target, key, payload, 0};
    ok(parry_group_do(b->group, put_in, &p, NULL));
    parry_outbox_wake(b->outbox);
    return p.id;
}

static inline parry_outbox_item get(box *b, parry_arena *a, uint64_t id)
{
    parry_txn *t;
    parry_outbox_item i = {0};
    ok(parry_txn_read(b->env, &t, NULL));
    ok(parry_outbox_get(b->outbox, t, id, a, &i, NULL));
    parry_txn_abort(t);
    return i;
}

/* A target that answers what it is told to, and counts. */
typedef struct fake {
    _Atomic int fate, look_fate;
    atomic_uint sent, looked;
    _Atomic int64_t retry_after_ms;
    atomic_bool ended, holds; /* holds: says nothing until it no longer does */
    char last_payload[64];
    const char *url; /* that it says; NULL: none */
} fake;

static inline void fake_note(fake *f, parry_str payload)
{
    static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    (void)pthread_mutex_lock(&mutex);
    if (payload.n < sizeof f->last_payload && payload.p != NULL)
        (void)snprintf(f->last_payload, sizeof f->last_payload, "%.*s", PARRY_FMT(payload));
    (void)pthread_mutex_unlock(&mutex);
}

static inline parry_fate fake_send(void *ctx, const parry_outbox_item *i, parry_receipt *out, parry_err *err)
{
    fake *f = ctx;
    atomic_fetch_add(&f->sent, 1);
    while (atomic_load(&f->holds))
        parry_sleep_ms(1);
    int fate = atomic_load(&f->fate);
    out->retry_after_ms = atomic_load(&f->retry_after_ms);
    out->ended = atomic_load(&f->ended);
    (void)snprintf(out->remote_url, sizeof out->remote_url, "%s", f->url != NULL ? f->url : "");
    fake_note(f, i->payload);
    if (fate == PARRY_FATE_DELIVERED)
        (void)snprintf(out->remote_id, sizeof out->remote_id, "R%llu", (unsigned long long)i->id);
    else
        (void)parry_fail(err, PARRY_UNAVAILABLE, "the fake says no");
    return (parry_fate)fate;
}

static inline parry_fate fake_look(void *ctx, const parry_outbox_item *i, parry_receipt *out, parry_err *err)
{
    fake *f = ctx;
    (void)i;
    (void)err;
    atomic_fetch_add(&f->looked, 1);
    out->ended = atomic_load(&f->ended);
    (void)snprintf(out->remote_id, sizeof out->remote_id, "found");
    (void)snprintf(out->status, sizeof out->status, "%s", out->ended ? "solved" : "open");
    return (parry_fate)atomic_load(&f->look_fate);
}

static inline parry_target target_of(fake *f, const char *name)
{
    return (parry_target){.name = name, .send = fake_send, .ctx = f, .workers = 1};
}

/* Waits up to 10 s until *n is at least `least`. */
static inline bool reaches(atomic_uint *n, unsigned least)
{
    for (int i = 0; i < 2000 && atomic_load(n) < least; i++)
        parry_sleep_ms(5);
    return atomic_load(n) >= least;
}

static inline bool becomes(box *b, uint64_t id, parry_outbox_state state)
{
    for (int i = 0; i < 2000; i++) {
        parry_arena *a = parry_arena_new();
        bool there = get(b, a, id).state == state;
        parry_arena_free(a);
        if (there)
            return true;
        parry_sleep_ms(5);
    }
    return false;
}

#endif
