/* What the tests of access share: a store of their own, a clock that they turn, an audit that they read. */
#ifndef PARRY_TESTS_ACCESS_HOUSE_H
#define PARRY_TESTS_ACCESS_HOUSE_H

#include "../base/testing.h"

#include "access/access.h"

typedef struct house {
    scratch *s;
    parry_env *env;
    parry_access *x;
    parry_arena *a;
    int64_t now_ms;
    json_t *told; /* every entry of the audit, in order */
    bool deaf;    /* the audit fails */
} house;

static const parry_actor tester = {{"cli:tester", 10}, {NULL, 0}};
static const parry_str nothing = {NULL, 0};

static int64_t house_now(void *ctx) { return ((house *)ctx)->now_ms; }

static parry_code house_audit(void *ctx, const json_t *entry, parry_err *err)
{
    house *h = ctx;
    if (h->deaf)
        return parry_fail(err, PARRY_IO, "the disk is full");
    json_array_append_new(h->told, json_deep_copy(entry));
    return PARRY_OK;
}

static inline parry_code house_open(house *h, const char *secret, parry_err *err)
{
    const parry_access_options o = {.secret_file = in(h->s, secret),
                                    .clock = {house_now, h},
                                    .audit = house_audit,
                                    .audit_ctx = h,
                                    .session_idle_ms = 30 * 60000,
                                    .session_absolute_ms = 12 * 3600000,
                                    .default_audience = "customer",
                                    .light = true};
    return parry_access_open(h->env, &o, &h->x, err);
}

static inline int house_make(void **state)
{
    house *h = parry_calloc(1, sizeof *h);
    void *s = NULL;
    if (scratch_make(&s) != 0)
        return 1;
    h->s = s;
    h->a = h->s->arena;
    h->now_ms = 1700000000000;
    h->told = json_array();
    *state = h;
    ok(parry_env_open(in(h->s, "store"), 64 << 20, 8, &h->env, NULL));
    ok(house_open(h, "secret", NULL));
    return 0;
}

static inline int house_drop(void **state)
{
    house *h = *state;
    void *s = h->s;
    parry_access_close(h->x);
    parry_env_close(h->env);
    json_decref(h->told);
    free(h);
    return scratch_drop(&s);
}

/* The last entry of the audit: its action, and whether it went well. */
static inline bool told_last(const house *h, const char *action, bool fine)
{
    const json_t *e = json_array_get(h->told, json_array_size(h->told) - 1);
    const char *got = json_string_value(json_object_get(e, "action"));
    return got != NULL && strcmp(got, action) == 0 && json_is_true(json_object_get(e, "ok")) == fine;
}

/* Whether the words stand anywhere in the store's file. */
static inline bool on_disk(house *h, parry_str words)
{
    parry_str bytes;
    ok(parry_file_read(h->a, in(h->s, "store/data.mdb"), 256 << 20, &bytes, NULL));
    return memmem(bytes.p, bytes.n, words.p, words.n) != NULL;
}

#define in_house(test) cmocka_unit_test_setup_teardown(test, house_make, house_drop)
#endif
