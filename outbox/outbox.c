/* Items in the caller's transaction. */
#include "outbox/inner.h"

#include <stdlib.h>

enum {
    NAME_KEY = PARRY_OUTBOX_NAME_MAX + 1 + PARRY_OUTBOX_KEY_MAX,
    DUE_KEY = PARRY_OUTBOX_NAME_MAX + 1 + 16,
    RECORD_MAX = 8192
};

typedef struct id_key {
    unsigned char b[8];
} id_key;

static parry_str id_bytes(id_key *k, uint64_t id)
{
    parry_key_u64(id, k->b);
    return parry_str_make((const char *)k->b, sizeof k->b);
}

/* ---- keys of the tables ------------------------------------------------------------------------------------------ */

static parry_str name_key(unsigned char out[NAME_KEY], parry_str target, parry_str key)
{
    memcpy(out, target.p, target.n);
    out[target.n] = 0;
    memcpy(out + target.n + 1, key.p, key.n);
    return parry_str_make((const char *)out, target.n + 1 + key.n);
}

static parry_str due_key(unsigned char out[DUE_KEY], parry_str target, int64_t due_ms, uint64_t id)
{
    memcpy(out, target.p, target.n);
    out[target.n] = 0;
    parry_key_u64((uint64_t)due_ms, out + target.n + 1);
    parry_key_u64(id, out + target.n + 9);
    return parry_str_make((const char *)out, target.n + 17);
}

bool parry_outbox_good_name(parry_str s)
{
    bool fine = s.n > 0 && s.n <= PARRY_OUTBOX_NAME_MAX;
    for (size_t i = 0; i < s.n && fine; i++)
        fine = (s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= '0' && s.p[i] <= '9') || s.p[i] == '-' || s.p[i] == '_';
    return fine;
}

static bool good_key(parry_str s)
{
    bool fine = s.n > 0 && s.n <= PARRY_OUTBOX_KEY_MAX;
    for (size_t i = 0; i < s.n && fine; i++)
        fine = s.p[i] > ' ' && s.p[i] < 0x7F;
    return fine;
}

/* ---- records ----------------------------------------------------------------------------------------------------- */

parry_code parry_outbox_load(parry_outbox *o, parry_txn *t, uint64_t id, parry_arena *a, parry_outbox_record *out,
                             parry_err *err)
{
    id_key k;
    parry_str value;
    parry_code code = parry_get(t, o->items, id_bytes(&k, id), &value, NULL);
    if (code == PARRY_NOT_FOUND)
        return parry_fail(err, code, "the outbox has no item %llu", (unsigned long long)id);
    if (code != PARRY_OK)
        return parry_fail(err, code, "item %llu of the outbox cannot be read", (unsigned long long)id);
    return parry_outbox_read(value, id, a, out, err);
}

/* In the table where it belongs by its state, and in no other. */
static parry_code list_under(parry_outbox *o, parry_txn *t, const parry_outbox_item *i, parry_err *err)
{
    id_key k;
    parry_str key = id_bytes(&k, i->id), none = parry_str_of("");
    bool open = i->state == PARRY_OUTBOX_WAITING || i->state == PARRY_OUTBOX_SENDING;
    parry_code code = open ? parry_put(t, o->open, key, none, err) : parry_del(t, o->open, key, err);
    if (code != PARRY_OK)
        return code;
    return i->state == PARRY_OUTBOX_DEAD ? parry_put(t, o->dead, key, none, err) : parry_del(t, o->dead, key, err);
}

static parry_code set_due(parry_outbox *o, parry_txn *t, const parry_outbox_item *i, int64_t old_ms, parry_err *err)
{
    unsigned char key[DUE_KEY];
    parry_code code = PARRY_OK;
    if (old_ms != 0)
        code = parry_del(t, o->due, due_key(key, i->target, old_ms, i->id), err);
    return code == PARRY_OK ? parry_put(t, o->due, due_key(key, i->target, i->due_ms, i->id), parry_str_of(""), err)
                            : code;
}

static bool is_link(const char *url) { return strncmp(url, "https://", 8) == 0 || strncmp(url, "http://", 7) == 0; }

parry_code parry_outbox_save(parry_outbox *o, parry_txn *t, parry_outbox_record *r, int64_t old_due_ms, parry_err *err)
{
    id_key k;
    parry_buf text = PARRY_BUF(RECORD_MAX);
    r->item.changed_ms = parry_clock_now_ms(o->o.clock);
    if (!is_link(r->item.receipt.remote_url))
        r->item.receipt.remote_url[0] = 0;
    parry_outbox_write(r, &text);
    parry_code code = parry_put(t, o->items, id_bytes(&k, r->item.id), parry_buf_str(&text), err);
    if (code == PARRY_OK)
        code = set_due(o, t, &r->item, old_due_ms, err);
    if (code == PARRY_OK)
        code = list_under(o, t, &r->item, err);
    if (code == PARRY_OK && o->o.told != NULL)
        code = o->o.told(o->o.told_ctx, t, &r->item, err);
    parry_buf_free(&text);
    return code;
}

parry_code parry_outbox_erase(parry_outbox *o, parry_txn *t, parry_outbox_record *r, parry_err *err)
{
    id_key k;
    r->erased = true;
    return parry_wipe(t, o->payloads, id_bytes(&k, r->item.id), err);
}

parry_code parry_outbox_remove(parry_outbox *o, parry_txn *t, const parry_outbox_record *r, parry_err *err)
{
    const parry_outbox_item *i = &r->item;
    unsigned char due[DUE_KEY], name[NAME_KEY];
    id_key k;
    parry_str id = id_bytes(&k, i->id);
    const struct {
        parry_table table;
        parry_str key;
    } all[] = {{o->items, id},
               {o->open, id},
               {o->dead, id},
               {o->keys, name_key(name, i->target, i->key)},
               {o->due, due_key(due, i->target, i->due_ms, i->id)}};
    parry_code code = parry_wipe(t, o->payloads, id, err);
    for (size_t n = 0; n < sizeof all / sizeof *all && code == PARRY_OK; n++)
        code = parry_del(t, all[n].table, all[n].key, err);
    return code;
}

parry_code parry_outbox_first(parry_outbox *o, parry_txn *t, const char *target, int64_t *due_ms, uint64_t *id,
                              parry_err *err)
{
    unsigned char from[DUE_KEY];
    parry_str name = parry_str_of(target), key, value;
    parry_cursor *c = NULL;
    parry_code code = parry_cursor_open(t, o->due, due_key(from, name, 0, 0), &c, err);
    if (code != PARRY_OK)
        return code;
    bool found = parry_cursor_next(c, &key, &value) && key.n == name.n + 17 && memcmp(key.p, from, name.n + 1) == 0;
    if (found) {
        *due_ms = (int64_t)parry_key_u64_read(parry_str_from(key, name.n + 1));
        *id = parry_key_u64_read(parry_str_from(key, name.n + 9));
    }
    code = parry_cursor_close(c, err);
    return code != PARRY_OK || found ? code : parry_fail(NULL, PARRY_NOT_FOUND, "nothing is due");
}

int64_t parry_outbox_next(const parry_outbox *o, const parry_outbox_record *r)
{
    int64_t next = r->item.delivered_ms + (r->erased ? o->o.keep_ms : o->o.payload_ms);
    return r->look_ms != 0 && r->look_ms < next ? r->look_ms : next;
}

/* ---- for others -------------------------------------------------------------------------------------------------- */

/* Numbers are never given twice, whatever was removed. */
static parry_code new_id(parry_outbox *o, parry_txn *t, uint64_t *id, parry_err *err)
{
    static const char last[] = "!last"; /* no target's name */
    id_key k;
    parry_str value;
    parry_code code = parry_get(t, o->keys, parry_str_of(last), &value, NULL);
    if (code != PARRY_OK && code != PARRY_NOT_FOUND)
        return parry_fail(err, code, "the outbox cannot be read");
    *id = code == PARRY_OK ? parry_key_u64_read(value) + 1 : 1;
    return parry_put(t, o->keys, parry_str_of(last), id_bytes(&k, *id), err);
}

parry_code parry_outbox_find(parry_outbox *o, parry_txn *t, parry_str target, parry_str key, uint64_t *id,
                             parry_err *err)
{
    unsigned char name[NAME_KEY];
    parry_str value;
    if (!parry_outbox_good_name(target) || !good_key(key))
        return parry_fail(err, PARRY_INVALID, "a target has 1 to 64 of a-z 0-9 - _, a key 1 to 128 visible characters");
    parry_code code = parry_get(t, o->keys, name_key(name, target, key), &value, NULL);
    if (code != PARRY_OK)
        return parry_fail(err, code, "the outbox has nothing for %.*s under this key", PARRY_FMT(target));
    *id = parry_key_u64_read(value);
    return PARRY_OK;
}

parry_code parry_outbox_put(parry_outbox *o, parry_txn *t, parry_str target, parry_str key, parry_str payload,
                            uint64_t *id, parry_err *err)
{
    unsigned char name[NAME_KEY];
    id_key k;
    int64_t now = parry_clock_now_ms(o->o.clock);
    parry_err why = {0};
    parry_code code = parry_outbox_find(o, t, target, key, id, &why);
    if (code == PARRY_OK)
        return code;
    if (code != PARRY_NOT_FOUND)
        return parry_fail(err, code, "%s", why.msg);
    if (payload.n > PARRY_OUTBOX_PAYLOAD_MAX)
        return parry_fail(err, PARRY_TOO_LARGE, "over %d MiB cannot be delivered", PARRY_OUTBOX_PAYLOAD_MAX >> 20);
    parry_outbox_record r = {.item = {.target = target, .key = key, .created_ms = now, .due_ms = now}};
    r.item.error = parry_str_of("");
    code = new_id(o, t, &r.item.id, err);
    if (code == PARRY_OK)
        code = parry_put(t, o->payloads, id_bytes(&k, r.item.id), payload, err);
    if (code == PARRY_OK)
        code = parry_put(t, o->keys, name_key(name, target, key), id_bytes(&k, r.item.id), err);
    if (code == PARRY_OK)
        code = parry_outbox_save(o, t, &r, 0, err);
    if (code == PARRY_OK)
        *id = r.item.id;
    return code;
}

parry_code parry_outbox_get(parry_outbox *o, parry_txn *t, uint64_t id, parry_arena *a, parry_outbox_item *out,
                            parry_err *err)
{
    parry_outbox_record r;
    id_key k;
    parry_str payload;
    parry_code code = parry_outbox_load(o, t, id, a, &r, err);
    if (code != PARRY_OK)
        return code;
    *out = r.item;
    if (parry_get(t, o->payloads, id_bytes(&k, id), &payload, NULL) == PARRY_OK)
        out->payload = parry_str_copy(a, payload);
    return PARRY_OK;
}

void parry_receipt_hear(parry_receipt *known, const parry_receipt *said)
{
    if (said->remote_id[0] != 0)
        memcpy(known->remote_id, said->remote_id, sizeof known->remote_id);
    if (is_link(said->remote_url))
        memcpy(known->remote_url, said->remote_url, sizeof known->remote_url);
    if (said->status[0] != 0)
        memcpy(known->status, said->status, sizeof known->status);
    if (said->status[0] != 0 || said->ended)
        known->ended = said->ended;
}

parry_code parry_outbox_hear(parry_outbox *o, parry_txn *t, uint64_t id, const parry_receipt *receipt, parry_err *err)
{
    parry_arena *a = parry_arena_new();
    parry_outbox_record r;
    parry_code code = parry_outbox_load(o, t, id, a, &r, err);
    if (code == PARRY_OK) {
        int64_t old = r.item.due_ms;
        parry_receipt_hear(&r.item.receipt, receipt);
        r.item.heard++;
        if (r.item.state == PARRY_OUTBOX_DELIVERED) {
            r.look_ms = r.item.receipt.ended ? 0 : r.look_ms;
            r.item.due_ms = parry_outbox_next(o, &r);
        }
        code = parry_outbox_save(o, t, &r, old, err);
    }
    parry_arena_free(a);
    return code;
}

parry_code parry_outbox_retry(parry_outbox *o, parry_txn *t, uint64_t id, parry_err *err)
{
    parry_arena *a = parry_arena_new();
    parry_outbox_record r;
    parry_code code = parry_outbox_load(o, t, id, a, &r, err);
    if (code == PARRY_OK && r.item.state != PARRY_OUTBOX_DEAD && r.item.state != PARRY_OUTBOX_WAITING)
        code = parry_fail(err, PARRY_CONFLICT, "item %llu is %s", (unsigned long long)id,
                          parry_outbox_state_name(r.item.state));
    if (code == PARRY_OK) {
        int64_t old = r.item.due_ms;
        r.item.state = PARRY_OUTBOX_WAITING;
        r.orphan = false;
        r.item.attempts = 0;
        r.item.due_ms = parry_clock_now_ms(o->o.clock);
        code = parry_outbox_save(o, t, &r, old, err);
    }
    parry_arena_free(a);
    return code;
}

parry_code parry_outbox_drop(parry_outbox *o, parry_txn *t, uint64_t id, parry_err *err)
{
    parry_arena *a = parry_arena_new();
    parry_outbox_record r;
    parry_code code = parry_outbox_load(o, t, id, a, &r, err);
    if (code == PARRY_OK && r.item.state == PARRY_OUTBOX_SENDING)
        code = parry_fail(err, PARRY_CONFLICT, "item %llu is being sent; try again", (unsigned long long)id);
    if (code == PARRY_OK)
        code = parry_outbox_remove(o, t, &r, err);
    parry_arena_free(a);
    return code;
}

parry_code parry_outbox_forget(parry_outbox *o, parry_txn *t, uint64_t id, parry_err *err)
{
    parry_arena *a = parry_arena_new();
    parry_outbox_record r;
    parry_err why = {0};
    parry_code code = parry_outbox_load(o, t, id, a, &r, &why);
    if (code == PARRY_OK)
        code = parry_outbox_remove(o, t, &r, err);
    else if (code != PARRY_NOT_FOUND)
        (void)parry_fail(err, code, "%s", why.msg);
    parry_arena_free(a);
    return code == PARRY_NOT_FOUND ? PARRY_OK : code;
}

parry_code parry_outbox_list(parry_outbox *o, parry_txn *t, int state, parry_str target, uint64_t after, parry_arena *a,
                             parry_outbox_item *out, size_t cap, size_t *n, parry_err *err)
{
    parry_table table = state == PARRY_OUTBOX_DEAD                                       ? o->dead
                        : state == PARRY_OUTBOX_WAITING || state == PARRY_OUTBOX_SENDING ? o->open
                                                                                         : o->items;
    id_key k;
    parry_cursor *c = NULL;
    parry_str key, value;
    parry_code code = parry_cursor_open(t, table, id_bytes(&k, after + 1), &c, err);
    if (code != PARRY_OK)
        return code;
    *n = 0;
    while (*n < cap && code == PARRY_OK && parry_cursor_next(c, &key, &value)) {
        parry_outbox_record r;
        code = parry_outbox_load(o, t, parry_key_u64_read(key), a, &r, err);
        bool fits = code == PARRY_OK && (state < 0 || (int)r.item.state == state) &&
                    (target.n == 0 || parry_str_eq(r.item.target, target));
        if (fits)
            out[(*n)++] = r.item;
    }
    parry_code closed = parry_cursor_close(c, code == PARRY_OK ? err : NULL);
    return code == PARRY_OK ? closed : code;
}

static parry_code oldest_open(parry_outbox *o, parry_txn *t, int64_t *ms, parry_err *err)
{
    parry_arena *a = parry_arena_new();
    parry_outbox_item first = {0};
    size_t n = 0;
    parry_code code = parry_outbox_list(o, t, PARRY_OUTBOX_WAITING, parry_str_of(""), 0, a, &first, 1, &n, err);
    *ms = n > 0 ? first.created_ms : 0;
    parry_arena_free(a);
    return code;
}

parry_code parry_outbox_counts(parry_outbox *o, uint64_t counts[4], int64_t *oldest_ms, parry_err *err)
{
    parry_txn *t = NULL;
    uint64_t items = 0, open = 0, dead = 0;
    parry_code code = parry_txn_read(o->env, &t, err);
    if (code == PARRY_OK)
        code = parry_count(t, o->items, &items, err);
    if (code == PARRY_OK)
        code = parry_count(t, o->open, &open, err);
    if (code == PARRY_OK)
        code = parry_count(t, o->dead, &dead, err);
    if (code == PARRY_OK)
        code = oldest_open(o, t, oldest_ms, err);
    parry_txn_abort(t);
    counts[PARRY_OUTBOX_WAITING] = open;
    counts[PARRY_OUTBOX_SENDING] = 0;
    counts[PARRY_OUTBOX_DELIVERED] = items - open - dead;
    counts[PARRY_OUTBOX_DEAD] = dead;
    return code;
}

/* ---- open -------------------------------------------------------------------------------------------------------- */

static void set_default(int64_t *v, int64_t usual) { *v = *v > 0 ? *v : usual; }

static parry_outbox_options with_defaults(const parry_outbox_options *given)
{
    parry_outbox_options o = given != NULL ? *given : (parry_outbox_options){0};
    const int64_t hour = 3600 * 1000;
    set_default(&o.backoff_ms, 1000);
    set_default(&o.backoff_max_ms, hour / 4);
    set_default(&o.lease_ms, 120 * 1000);
    set_default(&o.breaker_ms, 5000);
    set_default(&o.payload_ms, 24 * hour);
    set_default(&o.dead_ms, 30 * 24 * hour);
    set_default(&o.keep_ms, 180 * 24 * hour);
    o.attempts_max = o.attempts_max > 0 ? o.attempts_max : 40;
    o.breaker_failures = o.breaker_failures > 0 ? o.breaker_failures : 5;
    if (o.clock.now_ms == NULL)
        o.clock = parry_clock_system();
    return o;
}

parry_code parry_outbox_open(parry_env *env, parry_group *group, const parry_outbox_options *options,
                             parry_outbox **out, parry_err *err)
{
    parry_outbox *o = parry_calloc(1, sizeof *o);
    *o = (parry_outbox){.env = env, .group = group, .o = with_defaults(options)};
    const struct {
        const char *name;
        parry_table *table;
    } all[PARRY_OUTBOX_TABLES] = {{"outbox_items", &o->items}, {"outbox_payloads", &o->payloads},
                                  {"outbox_keys", &o->keys},   {"outbox_due", &o->due},
                                  {"outbox_open", &o->open},   {"outbox_dead", &o->dead}};
    parry_code code = PARRY_OK;
    for (size_t i = 0; i < PARRY_OUTBOX_TABLES && code == PARRY_OK; i++)
        code = parry_env_table(env, all[i].name, all[i].table, err);
    if (code == PARRY_OK)
        *out = o;
    else
        free(o);
    return code;
}
