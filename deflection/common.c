/* Common texts: a table of hashes of texts, each with hashes of the first visitors who wrote it. */
#include "deflection/common.h"

#include "base/json.h"

#include "deflection/collapse.h"
#include "ledger/visitor.h"

#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>

enum { FIRST = 1 << 12, STEP = 20000, OTHERS = PARRY_COMMON_VISITORS - 1 };

typedef struct slot {
    uint64_t text; /* 0: free */
    int32_t period;
    uint8_t n;
    bool common;
    uint32_t who[OTHERS];
} slot;

struct parry_common {
    parry_ledger *ledger;
    pthread_mutex_t mutex; /* all below */
    unsigned char key[crypto_shorthash_KEYBYTES];
    slot *slots;
    size_t cap, n; /* cap: a power of two */
    uint64_t next; /* record */
};

parry_common *parry_common_new(parry_ledger *l)
{
    parry_common *c = parry_calloc(1, sizeof *c);
    c->ledger = l;
    c->cap = FIRST;
    c->slots = parry_calloc(c->cap, sizeof *c->slots);
    c->next = 1;
    crypto_shorthash_keygen(c->key);
    (void)pthread_mutex_init(&c->mutex, NULL);
    return c;
}

void parry_common_free(parry_common *c)
{
    if (c == NULL)
        return;
    (void)pthread_mutex_destroy(&c->mutex);
    free(c->slots);
    free(c);
}

/* ---- the table --------------------------------------------------------------------------------------------------- */

static uint64_t hash_of(const parry_common *c, parry_str s)
{
    uint64_t h;
    unsigned char out[crypto_shorthash_BYTES];
    (void)crypto_shorthash(out, (const unsigned char *)(s.p ? s.p : ""), s.n, c->key);
    memcpy(&h, out, sizeof h);
    return h ? h : 1;
}

static uint64_t text_hash(const parry_common *c, parry_arena *a, parry_str text)
{
    return hash_of(c, parry_collapse_fold(a, text));
}

/* Its own, or the free one where it belongs. */
static slot *place_of(slot *slots, size_t cap, uint64_t text)
{
    size_t i = text & (cap - 1);
    while (slots[i].text != 0 && slots[i].text != text)
        i = (i + 1) & (cap - 1);
    return &slots[i];
}

static void grow(parry_common *c)
{
    slot *larger = parry_calloc(2 * c->cap, sizeof *larger);
    for (size_t i = 0; i < c->cap; i++) {
        if (c->slots[i].text != 0)
            *place_of(larger, 2 * c->cap, c->slots[i].text) = c->slots[i];
    }
    free(c->slots);
    c->slots = larger;
    c->cap *= 2;
}

static void note_visitor(slot *s, int32_t period, uint32_t who)
{
    if (s->common || period < s->period)
        return;
    if (period > s->period) {
        s->period = period;
        s->n = 0;
    }
    for (unsigned i = 0; i < s->n; i++) {
        if (s->who[i] == who)
            return;
    }
    if (s->n == OTHERS)
        s->common = true;
    else
        s->who[s->n++] = who;
}

static void note(parry_common *c, uint64_t text, int32_t period, uint32_t who)
{
    slot *s = place_of(c->slots, c->cap, text);
    if (s->text == 0 && c->n == PARRY_COMMON_TEXTS)
        return;
    if (s->text == 0) {
        *s = (slot){.text = text, .period = period};
        c->n++;
    }
    note_visitor(s, period, who);
    if (2 * c->n >= c->cap)
        grow(c);
}

/* ---- records ----------------------------------------------------------------------------------------------------- */

/* Strings that are of our making, or name a thing: everything else is somebody's words. */
static bool is_text(const char *name)
{
    static const char *const others[] = {"type",
                                         "by",
                                         "audience",
                                         "mode",
                                         "query_id",
                                         "visitor",
                                         "session",
                                         "contact",
                                         "unit",
                                         "article",
                                         "ticket",
                                         "vote",
                                         "handoff",
                                         "channel",
                                         "device",
                                         "customer_id",
                                         "session_id",
                                         "timestamp",
                                         "experiment",
                                         "arm",
                                         "teams",
                                         "intent_detected",
                                         "resolution_status"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        if (strcmp(name, others[i]) == 0)
            return false;
    }
    return true;
}

static const json_t *visitor_of(const json_t *payload)
{
    const json_t *visitor = json_object_get(payload, "visitor");
    visitor = json_is_string(visitor) ? visitor : json_object_get(payload, "customer_id");
    return json_is_string(visitor) ? visitor : NULL;
}

static void take(parry_common *c, const parry_ledger_record *r, parry_arena *a)
{
    json_t *payload = json_loadb(r->payload.p, r->payload.n, 0, NULL), *value;
    const json_t *visitor = visitor_of(payload), *at = json_object_get(payload, "at");
    const char *name;
    int64_t ms = json_is_integer(at) ? json_integer_value(at) : r->at_ms;
    json_object_foreach(payload, name, value)
    {
        if (visitor != NULL && json_is_string(value) && is_text(name))
            note(c, text_hash(c, a, parry_json_str(value)), (int32_t)(ms / PARRY_VISITOR_PERIOD_MS),
                 (uint32_t)hash_of(c, parry_json_str(visitor)));
    }
    json_decref(payload);
}

static bool erases(const parry_ledger_record *r)
{
    static const char *const actions[] = {"\"action\":\"visitor.erase\"", "\"action\":\"ledger.retain\""};
    bool does = false;
    for (size_t i = 0; i < 2 && r->kind == PARRY_LEDGER_AUDIT && !r->erased; i++)
        does = does || parry_str_find(r->payload, parry_str_of(actions[i])) < r->payload.n;
    return does;
}

/* *n: records. *anew: what was counted before may be gone by now. */
static parry_code step(parry_common *c, bool watch, size_t *n, bool *anew, parry_err *err)
{
    parry_ledger_cursor *cursor;
    parry_ledger_record r;
    parry_arena *a = parry_arena_new();
    parry_code code = parry_ledger_read(c->ledger, c->next, &cursor, err);
    for (*n = 0; code == PARRY_OK && *n < STEP && parry_ledger_next(cursor, &r); ++*n) {
        if (!r.erased && r.kind <= PARRY_LEDGER_EVENT)
            take(c, &r, a);
        *anew = *anew || (watch && erases(&r));
        c->next = r.seq + 1;
        parry_arena_reset(a);
    }
    parry_arena_free(a);
    return code == PARRY_OK ? parry_ledger_cursor_close(cursor, err) : code;
}

static parry_code walk(parry_common *c, bool watch, bool *anew, parry_err *err)
{
    size_t n = STEP;
    parry_code code = PARRY_OK;
    while (code == PARRY_OK && n == STEP)
        code = step(c, watch, &n, anew, err);
    return code;
}

parry_code parry_common_update(parry_common *c, parry_err *err)
{
    bool anew = false;
    (void)pthread_mutex_lock(&c->mutex);
    parry_code code = walk(c, c->next > 1, &anew, err);
    if (code == PARRY_OK && anew) {
        memset(c->slots, 0, c->cap * sizeof *c->slots);
        c->n = 0;
        c->next = 1;
        code = walk(c, false, &anew, err);
    }
    (void)pthread_mutex_unlock(&c->mutex);
    return code;
}

bool parry_common_has(parry_common *c, parry_str text)
{
    parry_arena *a = parry_arena_new();
    (void)pthread_mutex_lock(&c->mutex);
    bool has = place_of(c->slots, c->cap, text_hash(c, a, text))->common;
    (void)pthread_mutex_unlock(&c->mutex);
    parry_arena_free(a);
    return has;
}

/* ---- withholding ------------------------------------------------------------------------------------------------- */

/* Lists of ids stay; lists of anything else have words in them. */
static bool is_plain_list(const json_t *list)
{
    bool plain = true;
    for (size_t i = 0; i < json_array_size(list); i++)
        plain = plain && !json_is_object(json_array_get(list, i)) && !json_is_array(json_array_get(list, i));
    return plain;
}

/* An experiment's unit is the same for months: it would put the keys of different periods together. */
static bool may_stay(parry_common *c, const char *name, const json_t *value)
{
    if (strcmp(name, "unit") == 0)
        return false;
    if (json_is_string(value))
        return !is_text(name) || json_string_length(value) == 0 || parry_common_has(c, parry_json_str(value));
    return !json_is_object(value) && (!json_is_array(value) || is_plain_list(value));
}

void parry_common_withhold(parry_common *c, json_t *payload)
{
    json_t *names = json_array(), *value;
    const char *name;
    size_t i;
    json_object_foreach(payload, name, value)
    {
        if (!may_stay(c, name, value))
            (void)json_array_append_new(names, json_string(name));
    }
    json_array_foreach(names, i, value) { (void)json_object_set_new(payload, json_string_value(value), json_null()); }
    if (json_array_size(names) > 0)
        (void)json_object_set(payload, "withheld", names);
    json_decref(names);
}
