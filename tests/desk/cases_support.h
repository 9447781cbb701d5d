/* What the tests of the case store share: a store in a folder of its own, and cases to put into it. */
#ifndef PARRY_TESTS_DESK_CASES_SUPPORT_H
#define PARRY_TESTS_DESK_CASES_SUPPORT_H

#include "../base/testing.h"

#include "desk/cases/cases.h"

#include <pthread.h>
#include <stdatomic.h>

enum { MAP_BYTES = 256 << 20 };

typedef struct desk {
    parry_env *env;
    parry_group *group;
    parry_cases *cases;
    _Atomic int64_t now_ms; /* 0: the system's clock */
} desk;

static const unsigned char desk_key[32] = "the key of every test of a desk";

static inline int64_t turned(void *ctx) { return atomic_load(&((desk *)ctx)->now_ms); }

static inline parry_code desk_try(desk *d, scratch *s, const char *index, const unsigned char *key)
{
    parry_clock clock = atomic_load(&d->now_ms) != 0 ? (parry_clock){turned, d} : parry_clock_system();
    d->cases = NULL;
    ok(parry_env_open(in(s, "desk"), MAP_BYTES, PARRY_CASES_TABLES, &d->env, NULL));
    d->group = parry_group_new(d->env);
    return parry_cases_open(d->env, d->group, index ? in(s, index) : NULL, key, clock, &d->cases, NULL);
}

static inline void desk_open(desk *d, scratch *s, const char *index) { ok(desk_try(d, s, index, desk_key)); }

static inline void desk_close(desk *d)
{
    parry_cases_close(d->cases);
    parry_group_free(d->group);
    parry_env_close(d->env);
}

static inline parry_ticket a_ticket(const char *id, const char *subject, const char *description)
{
    return (parry_ticket){.id = parry_str_of(id),
                          .subject = parry_str_of(subject),
                          .description = parry_str_of(description),
                          .name = parry_str_of("Mirabel Quenneville"),
                          .email = parry_str_of("mirabel@quenneville.example"),
                          .locale = parry_str_of("en"),
                          .audience = parry_str_of("customer"),
                          .queue = PARRY_QUEUE_REFUNDS,
                          .priority = PARRY_PRIORITY_MEDIUM};
}

static inline uint64_t make(desk *d, const parry_ticket *t)
{
    uint64_t id = 0;
    ok(parry_cases_create(d->cases, t, &id, NULL));
    return id;
}

static inline uint64_t make_one(desk *d, const char *subject, const char *description)
{
    parry_ticket t = a_ticket("", subject, description);
    return make(d, &t);
}

static inline parry_case get(desk *d, scratch *s, uint64_t id)
{
    parry_case k = {0};
    ok(parry_cases_get(d->cases, id, s->arena, &k, NULL));
    return k;
}

static inline parry_code say(desk *d, uint64_t id, parry_comment_kind kind, const char *text)
{
    parry_case_comment m = {.author = parry_str_of("Ada"), .kind = kind, .text = parry_str_of(text)};
    return parry_cases_comment(d->cases, id, &m, NULL);
}

static inline parry_case_change no_change(void)
{
    return (parry_case_change){.status = -1, .priority = -1, .queue = -1, .by = "ada"};
}

static inline parry_code set_status(desk *d, uint64_t id, parry_case_status status)
{
    parry_case_change change = no_change();
    change.status = (int)status;
    return parry_cases_change(d->cases, id, &change, NULL);
}

/* Waits up to 20 s until everything written can be found. */
static inline void wait_indexed(desk *d)
{
    parry_cases_counts n = {.unindexed = 1};
    for (int i = 0; i < 4000 && n.unindexed > 0; i++) {
        parry_cases_count(d->cases, &n);
        if (n.unindexed > 0)
            parry_sleep_ms(5);
    }
    assert_int_equal(n.unindexed, 0);
}

/* The ids of a list as text: "3 1". */
static inline const char *listed(desk *d, scratch *s, const parry_cases_wish *w)
{
    parry_cases_row rows[PARRY_CASES_LIST_MAX];
    size_t n, total;
    parry_buf out = PARRY_BUF(4096);
    ok(parry_cases_list(d->cases, w, rows, &n, &total, NULL));
    for (size_t i = 0; i < n; i++)
        parry_buf_printf(&out, "%s%llu", i > 0 ? " " : "", (unsigned long long)rows[i].id);
    char *text = parry_str_z(s->arena, parry_buf_str(&out));
    parry_buf_free(&out);
    return text;
}

#endif
