/* How long hand-offs are kept. */
#include "desk/handoff_inner.h"

enum { RECORDS = 200, LOOKED_AT = 1000 };
static const int64_t txn_ns = 10 * 1000000;

/* ---- one record -------------------------------------------------------------------------------------------------- */

/* Something of it is yet to be delivered, or may be asked for again. */
static bool busy(parry_handoffs *h, parry_txn *t, const parry_handoff *r)
{
    char key[PARRY_UUID_TEXT];
    uint64_t item;
    parry_uuid_text(r->id, key);
    for (size_t i = 0; i < r->ntargets; i++) {
        if (r->targets[i].state != PARRY_OUTBOX_DELIVERED &&
            parry_outbox_find(h->outbox, t, r->targets[i].name, parry_str_of(key), &item, NULL) == PARRY_OK)
            return true;
    }
    return false;
}

static parry_code erase_target(parry_handoffs *h, parry_txn *t, const parry_handoff_target *target, parry_err *err)
{
    char key[PARRY_HANDOFF_REMOTE_KEY];
    parry_code code = parry_outbox_forget(h->outbox, t, target->item, err);
    if (code != PARRY_OK || target->receipt.remote_id[0] == 0)
        return code;
    return parry_del(t, h->remotes, parry_handoff_remote_key(key, target->name, target->receipt.remote_id), err);
}

static parry_code erase_record(parry_handoffs *h, parry_txn *t, const parry_handoff *r, parry_err *err)
{
    parry_code code = PARRY_OK;
    for (size_t i = 0; i < r->ntargets && code == PARRY_OK; i++)
        code = erase_target(h, t, &r->targets[i], err);
    return code == PARRY_OK ? parry_wipe(t, h->records, parry_handoff_key(&r->id), err) : code;
}

typedef struct forgetting {
    parry_handoffs *h;
    parry_uuid id;
} forgetting;

static parry_code forget_in(void *ctx, parry_txn *t, parry_err *err)
{
    const forgetting *x = ctx;
    parry_arena *a = parry_arena_new();
    parry_handoff r;
    parry_err why = {0};
    parry_code code = parry_handoff_load(x->h, t, x->id, a, &r, &why);
    if (code == PARRY_OK)
        code = erase_record(x->h, t, &r, err);
    else if (code != PARRY_NOT_FOUND)
        (void)parry_fail(err, code, "%s", why.msg);
    parry_arena_free(a);
    return code == PARRY_NOT_FOUND ? PARRY_OK : code;
}

parry_code parry_handoffs_forget(parry_handoffs *h, parry_uuid id, parry_err *err)
{
    forgetting x = {h, id};
    return parry_group_do(h->group, forget_in, &x, err);
}

/* ---- those that are old ------------------------------------------------------------------------------------------ */

typedef struct ageing {
    parry_handoffs *h;
    int64_t before_ms;
    parry_uuid from, next; /* where to begin, and then */
    bool first;            /* at from itself */
    size_t seen;           /* 0: there are no more of that age */
    size_t erased;
} ageing;

/* An id begins with the time, so that the oldest stand first. */
static parry_code next_old(ageing *x, parry_txn *t, parry_uuid *out, size_t *n, parry_err *err)
{
    parry_cursor *c = NULL;
    parry_str key, value;
    parry_code code = parry_cursor_open(t, x->h->records, parry_handoff_key(&x->from), &c, err);
    if (code != PARRY_OK)
        return code;
    for (*n = 0; *n < RECORDS && parry_cursor_next(c, &key, &value) && key.n == sizeof out->b;) {
        if ((int64_t)(parry_key_u64_read(key) >> 16) >= x->before_ms)
            break;
        memcpy(out[*n].b, key.p, sizeof out->b);
        *n += x->first || memcmp(out[*n].b, x->from.b, sizeof x->from.b) != 0;
    }
    return parry_cursor_close(c, err);
}

static parry_code erase_if_idle(ageing *x, parry_txn *t, parry_uuid id, parry_arena *a, parry_err *err)
{
    parry_handoff r;
    parry_code code = parry_handoff_load(x->h, t, id, a, &r, err);
    if (code != PARRY_OK || busy(x->h, t, &r))
        return code;
    x->erased++;
    return erase_record(x->h, t, &r, err);
}

static parry_code age_in(void *ctx, parry_txn *t, parry_err *err)
{
    ageing *x = ctx;
    parry_arena *a = parry_arena_new();
    parry_uuid *ids = PARRY_ARRAY(a, parry_uuid, RECORDS);
    int64_t until_ns = parry_mono_ns() + txn_ns;
    size_t n = 0;
    x->erased = x->seen = 0;
    parry_code code = next_old(x, t, ids, &n, err);
    for (; x->seen < n && code == PARRY_OK && parry_mono_ns() < until_ns; x->seen++)
        code = erase_if_idle(x, t, ids[x->seen], a, err);
    if (code == PARRY_OK && x->seen > 0)
        x->next = ids[x->seen - 1];
    parry_arena_free(a);
    return code;
}

/* ---- what leads nowhere ------------------------------------------------------------------------------------------ */

typedef struct dangling {
    parry_handoffs *h;
    parry_table table;
    parry_arena *a;
    parry_str from; /* in the arena, as the keys */
    parry_str *keys;
    size_t n, looked_at;
} dangling;

static parry_code find_dangling(dangling *x, parry_txn *t, parry_err *err)
{
    parry_cursor *c = NULL;
    parry_str key, value, record;
    parry_code code = parry_cursor_open(t, x->table, x->from, &c, err);
    if (code != PARRY_OK)
        return code;
    for (x->n = x->looked_at = 0; x->looked_at < LOOKED_AT && parry_cursor_next(c, &key, &value); x->looked_at++) {
        parry_uuid id = {{0}};
        memcpy(id.b, value.p, value.n < sizeof id.b ? value.n : sizeof id.b);
        x->from = parry_str_copy(x->a, key);
        if (parry_get(t, x->h->records, parry_handoff_key(&id), &record, NULL) == PARRY_NOT_FOUND)
            x->keys[x->n++] = x->from;
    }
    return parry_cursor_close(c, err);
}

static parry_code erase_dangling(void *ctx, parry_txn *t, parry_err *err)
{
    const dangling *x = ctx;
    parry_code code = PARRY_OK;
    for (size_t i = 0; i < x->n && code == PARRY_OK; i++)
        code = parry_del(t, x->table, x->keys[i], err);
    return code;
}

static parry_code sweep(parry_handoffs *h, parry_table table, parry_err *err)
{
    dangling x = {.h = h, .table = table, .looked_at = LOOKED_AT};
    parry_code code = PARRY_OK;
    parry_arena *before = parry_arena_new();
    while (code == PARRY_OK && x.looked_at == LOOKED_AT) {
        parry_txn *t = NULL;
        x.a = parry_arena_new();
        x.keys = PARRY_ARRAY(x.a, parry_str, LOOKED_AT);
        code = parry_txn_read(h->env, &t, err);
        if (code == PARRY_OK)
            code = find_dangling(&x, t, err);
        parry_txn_abort(t);
        if (code == PARRY_OK && x.n > 0)
            code = parry_group_do(h->group, erase_dangling, &x, err);
        parry_arena_free(before); /* which `from` lay in */
        before = x.a;
    }
    parry_arena_free(before);
    return code;
}

parry_code parry_handoffs_retain(parry_handoffs *h, int64_t before_ms, size_t most, bool thorough, size_t *n,
                                 parry_err *err)
{
    ageing x = {.h = h, .before_ms = before_ms, .first = true, .seen = 1};
    parry_code code = PARRY_OK;
    *n = 0;
    while (code == PARRY_OK && x.seen > 0 && *n < most) {
        code = parry_group_do(h->group, age_in, &x, err);
        *n += code == PARRY_OK ? x.erased : 0;
        x.first = false;
        x.from = x.next;
    }
    bool sweeps = *n < most && (thorough || *n > 0);
    if (code == PARRY_OK && sweeps)
        code = sweep(h, h->once, err);
    return code == PARRY_OK && sweeps ? sweep(h, h->remotes, err) : code;
}
