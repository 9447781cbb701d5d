/* Accepting, and what flows back. */
#include "desk/handoff_inner.h"

#include "base/hash.h"
#include "base/json.h"
#include "desk/follow.h"

#include <sodium.h>
#include <stdlib.h>

enum { ONCE_VALUE = sizeof(parry_uuid) + PARRY_SECRET_BYTES };
#define FOLLOW_MS ((int64_t)30 * 86400000)

/* ---- records ----------------------------------------------------------------------------------------------------- */

parry_code parry_handoff_load(parry_handoffs *h, parry_txn *t, parry_uuid id, parry_arena *a, parry_handoff *out,
                              parry_err *err)
{
    parry_str value;
    parry_code code = parry_get(t, h->records, parry_handoff_key(&id), &value, NULL);
    if (code == PARRY_NOT_FOUND)
        return parry_fail(err, code, "no such hand-off");
    if (code != PARRY_OK)
        return parry_fail(err, code, "the record of a hand-off cannot be read");
    return parry_handoff_read(value, id, a, out, err);
}

static parry_code save(parry_handoffs *h, parry_txn *t, const parry_handoff *r, parry_err *err)
{
    json_t *j = parry_handoff_json(r);
    char *text = json_dumps(j, JSON_COMPACT | JSON_REAL_PRECISION(6));
    parry_code code = parry_put(t, h->records, parry_handoff_key(&r->id), parry_str_of(text), err);
    free(text);
    json_decref(j);
    return code;
}

parry_str parry_handoff_remote_key(char out[PARRY_HANDOFF_REMOTE_KEY], parry_str target, const char *remote_id)
{
    memcpy(out, target.p, target.n);
    out[target.n] = 0;
    size_t n = strlen(remote_id);
    memcpy(out + target.n + 1, remote_id, n);
    return parry_str_make(out, target.n + 1 + n);
}

/* ---- accepting --------------------------------------------------------------------------------------------------- */

typedef struct accepting {
    parry_handoffs *h;
    const parry_handoff_wish *w;
    parry_arena *a;
    parry_handoff record;
    parry_str sealed;
    char id_text[PARRY_UUID_TEXT];
    bool again;
} accepting;

static parry_code put_items(accepting *x, parry_txn *t, parry_err *err)
{
    parry_handoff *r = &x->record;
    parry_code code = PARRY_OK;
    for (size_t i = 0; i < r->ntargets && code == PARRY_OK; i++)
        code = parry_outbox_put(x->h->outbox, t, r->targets[i].name, parry_str_of(x->id_text), x->sealed,
                                &r->targets[i].item, err);
    return code;
}

/* Keyed, since what a person wrote may stand in it. */
static parry_secret hash_of_once(const parry_handoffs *h, parry_str once)
{
    return parry_secret_mac(&h->seal, "once", once);
}

static parry_secret hash_of_request(const parry_handoffs *h, parry_str request)
{
    return parry_secret_mac(&h->seal, "what was sent", request);
}

/* NOT_FOUND: nothing was accepted under it. CONFLICT: something else was. */
static parry_code find_once(parry_handoffs *h, parry_txn *t, parry_str once, parry_str request, parry_uuid *id,
                            parry_err *err)
{
    parry_secret hash = hash_of_once(h, once);
    parry_str value, record;
    parry_uuid found;
    bool known = once.n > 0 &&
                 parry_get(t, h->once, parry_str_make((const char *)hash.b, sizeof hash.b), &value, NULL) == PARRY_OK;
    if (known)
        memcpy(found.b, value.p, sizeof found.b);
    if (!known || parry_get(t, h->records, parry_handoff_key(&found), &record, NULL) == PARRY_NOT_FOUND)
        return parry_fail(err, PARRY_NOT_FOUND, "nothing was accepted under this key, or it was erased since");
    parry_secret was = hash_of_request(h, request);
    if (request.n > 0 && value.n == ONCE_VALUE && !parry_secret_equal(was.b, value.p + sizeof id->b, sizeof was.b))
        return parry_fail(err, PARRY_CONFLICT, "this Idempotency-Key came with another request; take a new one");
    *id = found;
    return PARRY_OK;
}

static parry_code put_once(accepting *x, parry_txn *t, parry_err *err)
{
    char value[ONCE_VALUE];
    parry_str once = x->w->once, request = x->w->request;
    parry_secret hash = hash_of_once(x->h, once);
    parry_secret what = hash_of_request(x->h, request);
    if (once.n == 0)
        return PARRY_OK;
    memcpy(value, x->record.id.b, sizeof x->record.id.b);
    memcpy(value + sizeof x->record.id.b, what.b, sizeof what.b);
    return parry_put(t, x->h->once, parry_str_make((const char *)hash.b, sizeof hash.b),
                     parry_str_make(value, request.n > 0 ? sizeof value : sizeof x->record.id.b), err);
}

/* Saved before the items, whose outbox tells parry_handoffs_told of them, and after, with their numbers. */
static parry_code accept_in(void *ctx, parry_txn *t, parry_err *err)
{
    accepting *x = ctx;
    parry_uuid id;
    parry_err why = {0};
    parry_code code = find_once(x->h, t, x->w->once, x->w->request, &id, &why);
    x->again = code == PARRY_OK;
    if (x->again)
        return parry_handoff_load(x->h, t, id, x->a, &x->record, err);
    if (code != PARRY_NOT_FOUND)
        return parry_fail(err, code, "%s", why.msg);
    code = put_once(x, t, err);
    if (code == PARRY_OK)
        code = save(x->h, t, &x->record, err);
    if (code == PARRY_OK)
        code = put_items(x, t, err);
    return code == PARRY_OK ? save(x->h, t, &x->record, err) : code;
}

/* What only now is known goes into the packet. */
static void complete_packet(accepting *x)
{
    char now[PARRY_TIME_TEXT], token[PARRY_FOLLOW_TEXT];
    parry_time_text(x->record.created_ms, now);
    json_object_set_new(x->w->packet, "version", json_integer(1));
    json_object_set_new(x->w->packet, "handoff_id", json_string(x->id_text));
    json_object_set_new(x->w->packet, "reference", parry_json_text(x->record.reference));
    json_object_set_new(x->w->packet, "created_at", json_string(now));
    if (x->h->follow_base == NULL)
        return;
    parry_handoffs_link(x->h, x->record.id, token, sizeof token);
    json_object_set_new(x->w->packet, "follow_url", json_sprintf("%s%s", x->h->follow_base, token));
}

static parry_code start_record(accepting *x, parry_err *err)
{
    parry_ticket t;
    char reference[PARRY_REFERENCE_TEXT];
    parry_handoff *r = &x->record;
    *r = (parry_handoff){.created_ms = parry_clock_now_ms(x->h->clock)};
    r->id = parry_uuid_v7(r->created_ms);
    parry_uuid_text(r->id, x->id_text);
    parry_reference_of(r->id, reference);
    r->reference = parry_str_copy(x->a, parry_str_of(reference));
    complete_packet(x);
    parry_code code = parry_ticket_read_head(x->w->packet, &t, err);
    if (code != PARRY_OK)
        return code;
    const json_t *channel = json_object_get(x->w->packet, "channel");
    r->queue = t.queue;
    r->priority = t.priority;
    r->queue_probability = t.queue_probability;
    r->priority_probability = t.priority_probability;
    r->locale = parry_str_copy(x->a, t.locale);
    r->audience = parry_str_copy(x->a, t.audience);
    r->rule = parry_str_copy(x->a, t.rule);
    r->first = x->w->first && (t.queue_probability >= 0 || t.priority_probability >= 0);
    r->channel = parry_str_copy(x->a, parry_str_make(json_string_value(channel), json_string_length(channel)));
    r->visitor = parry_str_copy(x->a, x->w->visitor);
    r->session = parry_str_copy(x->a, x->w->session);
    r->contact = parry_str_copy(x->a, x->w->contact);
    for (r->ntargets = 0; r->ntargets < x->h->ntargets; r->ntargets++)
        r->targets[r->ntargets].name = parry_str_of(x->h->targets[r->ntargets]);
    return PARRY_OK;
}

static parry_code seal(accepting *x, parry_err *err)
{
    char *text = json_dumps(x->w->packet, JSON_COMPACT);
    size_t n = strlen(text);
    if (n > PARRY_TICKET_PACKET_MAX * 3 / 4) { /* sealed it is a third longer */
        free(text);
        return parry_fail(err, PARRY_TOO_LARGE, "the ticket is over %d MiB", PARRY_TICKET_PACKET_MAX * 3 / 4 >> 20);
    }
    x->sealed = parry_secret_seal(x->a, &x->h->seal, parry_str_of(x->id_text), parry_str_make(text, n));
    sodium_memzero(text, n);
    free(text);
    return PARRY_OK;
}

parry_code parry_handoffs_accept(parry_handoffs *h, const parry_handoff_wish *w, parry_arena *a, parry_handoff *out,
                                 bool *again, parry_err *err)
{
    accepting x = {.h = h, .w = w, .a = a};
    if (h->ntargets == 0)
        return parry_fail(err, PARRY_UNAVAILABLE, "there is nowhere to send tickets; set desk.targets");
    parry_code code = start_record(&x, err);
    if (code == PARRY_OK)
        code = seal(&x, err);
    if (code == PARRY_OK)
        code = parry_group_do(h->group, accept_in, &x, err);
    if (code != PARRY_OK)
        return code;
    parry_outbox_wake(h->outbox);
    *out = x.record;
    *again = x.again;
    return PARRY_OK;
}

/* ---- what flows back --------------------------------------------------------------------------------------------- */

parry_code parry_handoffs_told(void *ctx, parry_txn *t, const parry_outbox_item *item, parry_err *err)
{
    parry_handoffs *h = ctx;
    parry_arena *a = parry_arena_new();
    parry_handoff r;
    parry_uuid id;
    char key[PARRY_HANDOFF_REMOTE_KEY];
    parry_code code = parry_uuid_parse(item->key, &id) ? parry_handoff_load(h, t, id, a, &r, err) : PARRY_NOT_FOUND;
    for (size_t i = 0; code == PARRY_OK && i < r.ntargets; i++) {
        if (!parry_str_eq(r.targets[i].name, item->target))
            continue;
        r.targets[i].item = item->id;
        r.targets[i].state = item->state;
        r.targets[i].receipt = item->receipt;
        code = save(h, t, &r, err);
        if (code == PARRY_OK && item->receipt.remote_id[0] != 0)
            code = parry_put(t, h->remotes, parry_handoff_remote_key(key, item->target, item->receipt.remote_id),
                             parry_handoff_key(&id), err);
    }
    parry_arena_free(a);
    return code == PARRY_NOT_FOUND ? PARRY_OK : code; /* not every delivery is a hand-off */
}

typedef struct hearing {
    parry_handoffs *h;
    const parry_uuid *handoff;
    parry_str target;
    const parry_receipt *receipt;
    parry_uuid id;
} hearing;

static parry_code find(hearing *x, parry_txn *t, parry_err *err)
{
    char key[PARRY_HANDOFF_REMOTE_KEY];
    parry_str value;
    if (x->handoff != NULL) {
        x->id = *x->handoff;
        return PARRY_OK;
    }
    if (x->target.n > PARRY_OUTBOX_NAME_MAX ||
        parry_get(t, x->h->remotes, parry_handoff_remote_key(key, x->target, x->receipt->remote_id), &value, NULL) !=
            PARRY_OK)
        return parry_fail(err, PARRY_NOT_FOUND, "no hand-off of ours became this ticket");
    memcpy(x->id.b, value.p, sizeof x->id.b);
    return PARRY_OK;
}

/* The outbox keeps an item for a time, a hand-off stays: what is heard later, or of one that was dropped, is its
 * record's alone. */
static parry_code hear_late(hearing *x, parry_txn *t, parry_handoff *r, size_t i, parry_err *err)
{
    parry_receipt_hear(&r->targets[i].receipt, x->receipt);
    r->targets[i].state = PARRY_OUTBOX_DELIVERED; /* it is there: the other system says so */
    return save(x->h, t, r, err);
}

static parry_code hear_in(void *ctx, parry_txn *t, parry_err *err)
{
    hearing *x = ctx;
    parry_arena *a = parry_arena_new();
    parry_handoff r;
    parry_code code = find(x, t, err);
    if (code == PARRY_OK)
        code = parry_handoff_load(x->h, t, x->id, a, &r, err);
    bool there = false;
    for (size_t i = 0; code == PARRY_OK && i < r.ntargets; i++) {
        if (x->target.n > 0 && !parry_str_eq(r.targets[i].name, x->target))
            continue;
        there = true;
        parry_err why = {0};
        code = parry_outbox_hear(x->h->outbox, t, r.targets[i].item, x->receipt, &why);
        if (code == PARRY_NOT_FOUND)
            code = hear_late(x, t, &r, i, err);
        else if (code != PARRY_OK)
            (void)parry_fail(err, code, "%s", why.msg);
        break;
    }
    if (code == PARRY_OK && !there)
        code = parry_fail(err, PARRY_NOT_FOUND, "the hand-off did not go to %.*s", PARRY_FMT(x->target));
    parry_arena_free(a);
    return code;
}

parry_code parry_handoffs_hear(parry_handoffs *h, const parry_uuid *handoff, parry_str target,
                               const parry_receipt *receipt, parry_uuid *id, parry_err *err)
{
    hearing x = {.h = h, .handoff = handoff, .target = target, .receipt = receipt};
    parry_code code = parry_group_do(h->group, hear_in, &x, err);
    if (code == PARRY_OK)
        *id = x.id;
    return code;
}

typedef struct guessing {
    parry_handoffs *h;
    parry_uuid id;
    const parry_guess *guess;
    parry_arena *arena;
    parry_handoff record;
} guessing;

static parry_code guessed_in(void *ctx, parry_txn *t, parry_err *err)
{
    guessing *x = ctx;
    parry_handoff *r = &x->record;
    parry_code code = parry_handoff_load(x->h, t, x->id, x->arena, r, err);
    if (code != PARRY_OK || !r->first)
        return code;
    r->first = false;
    if (r->queue_probability >= 0) {
        r->queue = x->guess->queue;
        r->queue_probability = x->guess->queue_probability;
    }
    if (r->priority_probability >= 0) {
        r->priority = x->guess->priority;
        r->priority_probability = x->guess->priority_probability;
        r->rule = parry_str_of(x->guess->rule != NULL ? x->guess->rule : "");
    }
    code = save(x->h, t, r, err);
    return code == PARRY_OK ? parry_handoff_load(x->h, t, x->id, x->arena, r, err)
                            : code; /* to the digits that are kept */
}

parry_code parry_handoffs_guessed(parry_handoffs *h, parry_uuid id, const parry_guess *g, parry_arena *a,
                                  parry_handoff *out, parry_err *err)
{
    guessing x = {.h = h, .id = id, .guess = g, .arena = a};
    parry_code code = parry_group_do(h->group, guessed_in, &x, err);
    if (code == PARRY_OK)
        *out = x.record;
    return code;
}

typedef struct surveying {
    parry_handoffs *h;
    parry_arena *a;
    parry_uuid id;
    int score;
    parry_str hash;
    parry_handoff record;
} surveying;

static parry_code survey_in(void *ctx, parry_txn *t, parry_err *err)
{
    surveying *x = ctx;
    parry_handoff *r = &x->record;
    parry_code code = parry_handoff_load(x->h, t, x->id, x->a, r, err);
    if (code != PARRY_OK || (r->survey == x->score && parry_str_eq(r->survey_hash, x->hash)))
        return code;
    r->survey = x->score;
    r->survey_ms = parry_clock_now_ms(x->h->clock);
    r->survey_nth++;
    r->survey_hash = x->hash;
    return save(x->h, t, r, err);
}

parry_code parry_handoffs_survey(parry_handoffs *h, parry_uuid id, int score, parry_str comment, parry_arena *a,
                                 parry_handoff *out, parry_err *err)
{
    surveying x = {.h = h, .a = a, .id = id, .score = score};
    parry_secret hash = parry_secret_mac(&h->seal, "survey", parry_str_printf(a, "%d %.*s", score, PARRY_FMT(comment)));
    x.hash = parry_base64_make(a, hash.b, sizeof hash.b);
    parry_code code = parry_group_do(h->group, survey_in, &x, err);
    if (code == PARRY_OK)
        *out = x.record;
    return code;
}

parry_code parry_handoffs_again(parry_handoffs *h, parry_str once, parry_str request, parry_arena *a,
                                parry_handoff *out, parry_err *err)
{
    parry_txn *t = NULL;
    parry_uuid id;
    parry_code code = parry_txn_read(h->env, &t, err);
    if (code == PARRY_OK)
        code = find_once(h, t, once, request, &id, err);
    if (code == PARRY_OK)
        code = parry_handoff_load(h, t, id, a, out, err);
    parry_txn_abort(t);
    return code;
}

parry_code parry_handoffs_get(parry_handoffs *h, parry_uuid id, parry_arena *a, parry_handoff *out, parry_err *err)
{
    parry_txn *t = NULL;
    parry_code code = parry_txn_read(h->env, &t, err);
    if (code == PARRY_OK)
        code = parry_handoff_load(h, t, id, a, out, err);
    parry_txn_abort(t);
    return code;
}

/* From the key on; an id begins with the time. */
static parry_code each_from(parry_handoffs *h, parry_txn *t, parry_str from, parry_handoff_each each, void *ctx,
                            parry_err *err)
{
    parry_arena *a = parry_arena_new();
    parry_cursor *c = NULL;
    parry_str key, value;
    parry_code code = parry_cursor_open(t, h->records, from, &c, err);
    while (code == PARRY_OK && parry_cursor_next(c, &key, &value)) {
        parry_handoff r;
        parry_uuid id;
        memcpy(id.b, key.p, sizeof id.b);
        code = parry_handoff_read(value, id, a, &r, err);
        if (code == PARRY_OK)
            code = each(ctx, &r, err);
        parry_arena_reset(a);
    }
    if (c != NULL) {
        parry_code closed = parry_cursor_close(c, code == PARRY_OK ? err : NULL);
        code = code == PARRY_OK ? closed : code;
    }
    parry_arena_free(a);
    return code;
}

parry_code parry_handoffs_newest(parry_handoffs *h, int64_t ms, parry_handoff_each each, void *ctx, parry_err *err)
{
    parry_txn *t = NULL;
    parry_str key, value;
    unsigned char from[8];
    uint64_t n = 0;
    parry_code code = parry_txn_read(h->env, &t, err);
    if (code == PARRY_OK)
        code = parry_count(t, h->records, &n, err);
    if (code == PARRY_OK && n > 0)
        code = parry_last(t, h->records, &key, &value, err);
    if (code == PARRY_OK && n > 0) {
        uint64_t newest = parry_key_u64_read(key) >> 16, back = (uint64_t)ms;
        parry_key_u64((newest > back ? newest - back : 0) << 16, from);
        code = each_from(h, t, parry_str_make((const char *)from, sizeof from), each, ctx, err);
    }
    parry_txn_abort(t);
    return code;
}

parry_code parry_handoffs_open_packet(const parry_handoffs *h, const parry_outbox_item *item, parry_arena *a,
                                      json_t **packet, parry_ticket *out, parry_err *err)
{
    parry_str plain;
    parry_code code = parry_secret_open(a, &h->seal, item->key, item->payload, &plain, err);
    if (code != PARRY_OK)
        return code;
    json_t *j = json_loadb(plain.p, plain.n, 0, NULL);
    code = parry_ticket_read(a, j, out, err);
    if (code == PARRY_OK)
        *packet = j;
    else
        json_decref(j);
    return code;
}

/* ---- links ------------------------------------------------------------------------------------------------------- */

void parry_handoffs_link(const parry_handoffs *h, parry_uuid id, char *out, size_t size)
{
    char token[PARRY_FOLLOW_TEXT];
    parry_follow_make(&h->links, id, parry_clock_now_ms(h->clock) + h->follow_ms, token);
    (void)snprintf(out, size, "%s", token);
}

parry_code parry_handoffs_follow(const parry_handoffs *h, parry_str token, parry_uuid *id, parry_err *err)
{
    return parry_follow_read(&h->links, token, parry_clock_now_ms(h->clock), id, err);
}

/* ---- open -------------------------------------------------------------------------------------------------------- */

parry_code parry_handoffs_open(parry_env *env, parry_group *group, const parry_handoffs_options *o,
                               parry_handoffs **out, parry_err *err)
{
    parry_handoffs *h = parry_calloc(1, sizeof *h);
    *h = (parry_handoffs){.env = env, .group = group, .follow_ms = o->follow_ms > 0 ? o->follow_ms : FOLLOW_MS};
    h->clock = o->clock.now_ms != NULL ? o->clock : parry_clock_system();
    h->seal = parry_secret_mac(o->master, "desk packets", parry_str_of(""));
    h->links = parry_secret_mac(o->master, "desk links", parry_str_of(""));
    if (o->follow_base != NULL && *o->follow_base != 0)
        h->follow_base = parry_strdup(o->follow_base);
    parry_code code = parry_env_table(env, "handoffs", &h->records, err);
    if (code == PARRY_OK)
        code = parry_env_table(env, "handoff_once", &h->once, err);
    if (code == PARRY_OK)
        code = parry_env_table(env, "handoff_remotes", &h->remotes, err);
    if (code == PARRY_OK)
        *out = h;
    else
        parry_handoffs_close(h);
    return code;
}

void parry_handoffs_use(parry_handoffs *h, parry_outbox *outbox, const char *const *targets, size_t n)
{
    h->outbox = outbox;
    for (h->ntargets = 0; h->ntargets < n && h->ntargets < PARRY_HANDOFF_TARGETS; h->ntargets++)
        h->targets[h->ntargets] = parry_strdup(targets[h->ntargets]);
}

void parry_handoffs_close(parry_handoffs *h)
{
    if (h == NULL)
        return;
    for (size_t i = 0; i < h->ntargets; i++)
        free(h->targets[i]);
    free(h->follow_base);
    free(h);
}
