/* What time does to items, and what becomes of those whose target is none any more. */
#include "outbox/inner.h"

#include "base/log.h"

enum { AT_ONCE = 200, DAY_MS = 24 * 3600 * 1000 };
static const int64_t txn_ns = 10 * 1000000;

parry_code parry_outbox_age(parry_outbox *o, parry_txn *t, parry_outbox_record *r, int64_t now_ms, bool *gone,
                            parry_outbox_tended *n, parry_err *err)
{
    *gone = r->item.state == PARRY_OUTBOX_DEAD || now_ms >= r->item.delivered_ms + o->o.keep_ms;
    if (*gone) {
        n->erased += !r->erased;
        n->removed++;
        return parry_outbox_remove(o, t, r, err);
    }
    if (r->erased || now_ms < r->item.delivered_ms + o->o.payload_ms)
        return PARRY_OK;
    n->erased++;
    return parry_outbox_erase(o, t, r, err);
}

void parry_outbox_count_tended(parry_outbox *o, const parry_outbox_tended *n)
{
    atomic_fetch_add(&o->given_up, n->given_up);
    atomic_fetch_add(&o->erased, n->erased);
    atomic_fetch_add(&o->removed, n->removed);
}

/* ---- without a target -------------------------------------------------------------------------------------------- */

typedef struct tending {
    parry_outbox *o;
    char name[PARRY_OUTBOX_NAME_MAX + 1]; /* of the target */
    parry_outbox_tended n;
    bool more;
} tending;

/* Dead as any other one; but it is known why, so that it lives again with its target. */
static void give_up(tending *x, parry_outbox_record *r, int64_t now_ms, parry_arena *a)
{
    r->item.state = PARRY_OUTBOX_DEAD;
    r->orphan = true;
    r->item.due_ms = now_ms + x->o->o.dead_ms;
    r->item.error =
        parry_str_printf(a, "nothing is sent to %s any more: it is not among the targets (desk.targets)", x->name);
    x->n.given_up++;
}

/* One that would be looked after is left for the day when its target is one again. */
static parry_code tend_one(tending *x, parry_txn *t, parry_outbox_record *r, int64_t now_ms, parry_arena *a,
                           parry_err *err)
{
    int64_t old = r->item.due_ms;
    bool gone = false;
    parry_code code = PARRY_OK;
    if (r->item.state == PARRY_OUTBOX_WAITING || r->item.state == PARRY_OUTBOX_SENDING) {
        give_up(x, r, now_ms, a);
    } else {
        code = parry_outbox_age(x->o, t, r, now_ms, &gone, &x->n, err);
        if (r->look_ms != 0 && r->look_ms <= now_ms)
            r->look_ms = now_ms + DAY_MS;
        r->item.due_ms = parry_outbox_next(x->o, r);
    }
    return code == PARRY_OK && !gone ? parry_outbox_save(x->o, t, r, old, err) : code;
}

static parry_code tend_in(void *ctx, parry_txn *t, parry_err *err)
{
    tending *x = ctx;
    parry_arena *a = parry_arena_new();
    int64_t now = parry_clock_now_ms(x->o->o.clock), until_ns = parry_mono_ns() + txn_ns, due;
    parry_code code = PARRY_OK;
    x->n = (parry_outbox_tended){.removed = 0};
    x->more = true;
    for (int i = 0; i < AT_ONCE && code == PARRY_OK && x->more && parry_mono_ns() < until_ns; i++) {
        parry_outbox_record r;
        uint64_t id = 0;
        code = parry_outbox_first(x->o, t, x->name, &due, &id, err);
        x->more = code == PARRY_OK && due <= now;
        if (code == PARRY_NOT_FOUND)
            code = PARRY_OK;
        if (x->more)
            code = parry_outbox_load(x->o, t, id, a, &r, err);
        if (code == PARRY_OK && x->more)
            code = tend_one(x, t, &r, now, a, err);
    }
    parry_arena_free(a);
    return code;
}

static parry_code tend_target(parry_outbox *o, const char *name, parry_err *err)
{
    tending x = {.o = o, .more = true};
    parry_code code = PARRY_OK;
    (void)snprintf(x.name, sizeof x.name, "%s", name);
    while (code == PARRY_OK && x.more) {
        code = parry_group_do(o->group, tend_in, &x, err);
        if (code == PARRY_OK)
            parry_outbox_count_tended(o, &x.n);
        if (code == PARRY_OK && x.n.given_up > 0)
            parry_log(PARRY_WARN, "outbox_given_up", "target=%s items=%llu why=%s", name,
                      (unsigned long long)x.n.given_up, "\"desk.targets does not name it\"");
    }
    return code;
}

/* The name of the target after `after` in the order of names; false: there is none. */
static parry_code next_target(parry_outbox *o, const char *after, char out[PARRY_OUTBOX_NAME_MAX + 1], bool *found,
                              parry_err *err)
{
    char from[PARRY_OUTBOX_NAME_MAX + 2];
    parry_txn *t = NULL;
    parry_cursor *c = NULL;
    parry_str key, value;
    int n = snprintf(from, sizeof from, "%s\x01", after); /* behind all of its own, which go on with a 0 */
    parry_code code = parry_txn_read(o->env, &t, err);
    if (code == PARRY_OK)
        code = parry_cursor_open(t, o->due, parry_str_make(from, (size_t)n), &c, err);
    *found = code == PARRY_OK && parry_cursor_next(c, &key, &value);
    if (*found)
        (void)snprintf(out, PARRY_OUTBOX_NAME_MAX + 1, "%.*s", (int)strnlen(key.p, key.n), key.p);
    if (c != NULL)
        code = parry_cursor_close(c, err);
    parry_txn_abort(t);
    return code;
}

parry_code parry_outbox_tend(parry_outbox *o, parry_outbox_tended *out, parry_err *err)
{
    char name[PARRY_OUTBOX_NAME_MAX + 1] = "", next[sizeof name];
    bool found = true;
    parry_code code = PARRY_OK;
    while (code == PARRY_OK && found) {
        code = next_target(o, name, next, &found, err);
        if (code == PARRY_OK && found && !parry_outbox_started(o, parry_str_of(next)))
            code = tend_target(o, next, err);
        memcpy(name, next, sizeof name);
    }
    if (code == PARRY_OK && out != NULL)
        *out = (parry_outbox_tended){atomic_exchange(&o->given_up, 0), atomic_exchange(&o->erased, 0),
                                     atomic_exchange(&o->removed, 0)};
    return code;
}
