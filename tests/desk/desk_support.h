/* What the tests of the desk share: waiting for a hand-off, and counting what is left. */
#ifndef PARRY_TESTS_DESK_SUPPORT_H
#define PARRY_TESTS_DESK_SUPPORT_H

#include "../base/testing.h"

#include "desk/handoff.h"

/* Waits up to 10 s until the hand-off's first target is so. */
static inline parry_handoff until(parry_handoffs *handoffs, scratch *s, parry_uuid id, parry_outbox_state state)
{
    parry_handoff h = {0};
    for (int i = 0; i < 2000; i++) {
        ok(parry_handoffs_get(handoffs, id, s->arena, &h, NULL));
        if (h.targets[0].state == state)
            break;
        parry_sleep_ms(5);
    }
    assert_int_equal(h.targets[0].state, state);
    return h;
}

static inline uint64_t rows_of(parry_env *env, const char *name)
{
    parry_table table;
    parry_txn *t = NULL;
    uint64_t n = 0;
    ok(parry_env_table(env, name, &table, NULL));
    ok(parry_txn_read(env, &t, NULL));
    ok(parry_count(t, table, &n, NULL));
    parry_txn_abort(t);
    return n;
}

#endif
