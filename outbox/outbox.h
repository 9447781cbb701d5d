/* Outbox: what is to be delivered to other programs: tickets, webhooks, alerts. One for all of them.
 *
 * Something is accepted in the caller's own transaction, so that it is durable together with what caused it. Threads
 * deliver it, each target's apart from the others':
 *
 *     WAITING --claim--> SENDING --delivered--> DELIVERED --(looked after)--> DELIVERED
 *        ^                  |  \---refused for good, or too often------------> DEAD --retry--> WAITING
 *        +----not now-------+
 *
 * A claim is a lease: a sender that dies leaves an item that becomes due again, marked unsure: at once where the
 * process died, since one process delivers at a time and the next one knows it at its start. Before an unsure item is
 * sent again, a target that can be searched is asked whether it has it: so it is delivered exactly once there, and
 * where the target itself honours a key; elsewhere at least once, with the same key each time.
 *
 * Failures: exponential backoff with full jitter (Brooker, "Exponential Backoff And Jitter", 2015), the target's own
 * Retry-After where it gives one, and a circuit breaker per target (Nygard, "Release It!"): after some failures in a
 * row nothing is sent for a while, then one item alone.
 *
 * What waits for a target that is none any more is given up, and lives again where the target is one again.
 *
 * A payload is opaque bytes; whoever puts personal data in seals it before. It is erased some time after delivery; what
 * is left (key, target, times, the other's id and state) is kept longer, and then removed, too.
 *
 * Threads: any. Functions with a parry_txn run in the caller's transaction of the same environment. */
#ifndef PARRY_OUTBOX_OUTBOX_H
#define PARRY_OUTBOX_OUTBOX_H

#include "base/clock.h"
#include "base/env.h"
#include "base/group.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    PARRY_OUTBOX_NAME_MAX = 64,         /* bytes of a target's name: a-z 0-9 - _ */
    PARRY_OUTBOX_KEY_MAX = 128,         /* bytes of a key: visible ASCII */
    PARRY_OUTBOX_PAYLOAD_MAX = 8 << 20, /* bytes */
    PARRY_OUTBOX_TARGETS = 32,          /* at once */
    PARRY_OUTBOX_TABLES = 6,            /* of the environment */
    PARRY_OUTBOX_REMOTE_MAX = 256,      /* bytes of the other's id, state and URL, each */
    PARRY_OUTBOX_WORKERS = 4,           /* threads of a target, unless it says otherwise */
};

typedef enum parry_outbox_state {
    PARRY_OUTBOX_WAITING,
    PARRY_OUTBOX_SENDING,
    PARRY_OUTBOX_DELIVERED,
    PARRY_OUTBOX_DEAD,
} parry_outbox_state;
const char *parry_outbox_state_name(parry_outbox_state s); /* "waiting" */

/* What the other side said of an item. Zero-terminated UTF-8, cut where longer. */
typedef struct parry_receipt {
    char remote_id[PARRY_OUTBOX_REMOTE_MAX];  /* its own id, "" where it gives none */
    char remote_url[PARRY_OUTBOX_REMOTE_MAX]; /* http or https, since it is made a link of: no other one is kept */
    char status[PARRY_OUTBOX_REMOTE_MAX];     /* its word for the state it is in ("open", "solved"), "" unknown */
    bool ended;                               /* nothing more will come of it: it need not be looked after */
    int64_t retry_after_ms;                   /* of LATER; 0: the outbox chooses */
} parry_receipt;

/* What was said replaces what was known; what was not said ("") stays. One that ended without a word has ended. */
void parry_receipt_hear(parry_receipt *known, const parry_receipt *said);

typedef struct parry_outbox_item {
    uint64_t id;
    parry_str target, key;
    parry_outbox_state state;
    unsigned attempts;
    bool unsure;    /* an attempt may have arrived */
    unsigned heard; /* times that the other side said something by itself */
    int64_t created_ms, changed_ms, due_ms, delivered_ms;
    parry_str error; /* of the last attempt; "" */
    parry_receipt receipt;
    parry_str payload; /* p NULL: erased, or not asked for */
} parry_outbox_item;   /* strings borrowed from the transaction or the arena it was read with */

typedef enum parry_fate {
    PARRY_FATE_DELIVERED, /* it has it, for certain */
    PARRY_FATE_ABSENT,    /* of look: it does not have it */
    PARRY_FATE_LATER,     /* it did not take it, but may: 429, 503, no connection */
    PARRY_FATE_UNSURE,    /* no answer, or half of one: it may have it */
    PARRY_FATE_NEVER,     /* it will not take it: 400, 401, 404, 422 */
} parry_fate;

/* Somewhere to deliver to. The functions run on the target's own threads, several at once, and may wait as long as
 * their time-outs; what they return other than DELIVERED and ABSENT has its reason in err, without personal data. */
typedef struct parry_target {
    const char *name;
    parry_fate (*send)(void *ctx, const parry_outbox_item *item, parry_receipt *out, parry_err *err);
    /* Does it have the item with this key, and in what state? NULL: it cannot be asked. */
    parry_fate (*look)(void *ctx, const parry_outbox_item *item, parry_receipt *out, parry_err *err);
    void *ctx;
    unsigned workers;    /* threads; 0: PARRY_OUTBOX_WORKERS */
    int64_t look_ms;     /* how often a delivered one is looked after at first, then ever more seldom; 0: never */
    int64_t look_for_ms; /* for how long */
    int64_t settle_ms;   /* after an unsure attempt look may not see what it made: nothing is done before; 0: at once */
} parry_target;

typedef struct parry_outbox parry_outbox;

/* Something of an item changed. In the transaction that changes it, on any thread, and perhaps again (base/group.h).
 * What it returns fails the change. */
typedef parry_code (*parry_outbox_told)(void *ctx, parry_txn *t, const parry_outbox_item *item, parry_err *err);

typedef struct parry_outbox_options {   /* 0: the default */
    int64_t backoff_ms, backoff_max_ms; /* of the first wait, and the longest: 1 s, 15 min */
    unsigned attempts_max;              /* then it is dead: 40, which is more than 8 hours */
    int64_t lease_ms;                   /* a sender that is silent for so long has died: 120 s */
    unsigned breaker_failures;          /* in a row: 5 */
    int64_t breaker_ms;                 /* how long it stays open at first, doubling up to 16 times that: 5 s */
    int64_t payload_ms;                 /* from delivery until the payload is erased: 24 h */
    int64_t dead_ms;                    /* from death until it is removed: 30 days */
    int64_t keep_ms;                    /* from delivery until what is left is removed: 180 days */
    parry_clock clock;
    parry_outbox_told told; /* may be NULL */
    void *told_ctx;
} parry_outbox_options;

/* Makes its tables; env and group are borrowed. Delivers nothing before parry_outbox_start. */
PARRY_MUST parry_code parry_outbox_open(parry_env *env, parry_group *group, const parry_outbox_options *o,
                                        parry_outbox **out, parry_err *err);
/* Threads for these targets (copied; what they point to is borrowed until close). Once, and while no other process
 * delivers from this environment: what is marked as being sent has lost its sender, and is due at once, or once its
 * target's settle_ms are over. What was given up because a target of these was none (parry_outbox_tend) waits again.
 * Fails: INVALID (a name, two of one name), UNAVAILABLE (no threads). */
PARRY_MUST parry_code parry_outbox_start(parry_outbox *o, const parry_target *targets, size_t n, parry_err *err);
void parry_outbox_close(parry_outbox *o); /* waits for what is being sent; NULL is fine */

typedef struct parry_outbox_tended {
    uint64_t given_up, erased, removed; /* items, payloads, and items of which nothing is left */
} parry_outbox_tended;
/* What nobody delivers: of targets that are not started what is due is given up, its error says so; what was delivered
 * or given up is erased and removed in its time. Call it every minute or so, after parry_outbox_start. *out (may be
 * NULL): what was done here and by the threads since it was last asked for. Fails: IO, CORRUPT. */
PARRY_MUST parry_code parry_outbox_tend(parry_outbox *o, parry_outbox_tended *out, parry_err *err);

/* ---- in the caller's transaction --------------------------------------------------------------------------------- */

/* Accepts a payload for a target under a key. The same key again for the same target is the same item: nothing is
 * added. *id: its number. Call parry_outbox_wake after the commit. Fails: INVALID, TOO_LARGE. */
PARRY_MUST parry_code parry_outbox_put(parry_outbox *o, parry_txn *t, parry_str target, parry_str key,
                                       parry_str payload, uint64_t *id, parry_err *err);
/* NOT_FOUND. With its payload where that is still there. */
PARRY_MUST parry_code parry_outbox_get(parry_outbox *o, parry_txn *t, uint64_t id, parry_arena *a,
                                       parry_outbox_item *out, parry_err *err);
/* NOT_FOUND: nothing was put under this key. */
PARRY_MUST parry_code parry_outbox_find(parry_outbox *o, parry_txn *t, parry_str target, parry_str key, uint64_t *id,
                                        parry_err *err);
/* The other side said something by itself (a webhook). It goes before what an attempt or a look that began earlier
 * brings home. */
PARRY_MUST parry_code parry_outbox_hear(parry_outbox *o, parry_txn *t, uint64_t id, const parry_receipt *receipt,
                                        parry_err *err);
/* Sends again at once what is dead or waits. CONFLICT: delivered, or being sent. */
PARRY_MUST parry_code parry_outbox_retry(parry_outbox *o, parry_txn *t, uint64_t id, parry_err *err);
/* Removes it, payload and all. CONFLICT: it is being sent. */
PARRY_MUST parry_code parry_outbox_drop(parry_outbox *o, parry_txn *t, uint64_t id, parry_err *err);
/* The same whatever is done with it now, and where it is not there: what is being sent may arrive yet, and nobody hears
 * of it any more. */
PARRY_MUST parry_code parry_outbox_forget(parry_outbox *o, parry_txn *t, uint64_t id, parry_err *err);
/* Up to cap items in state s (any: -1) of a target ("": any) with an id above after, by id; without payloads. */
PARRY_MUST parry_code parry_outbox_list(parry_outbox *o, parry_txn *t, int state, parry_str target, uint64_t after,
                                        parry_arena *a, parry_outbox_item *out, size_t cap, size_t *n, parry_err *err);

/* ---- watching ---------------------------------------------------------------------------------------------------- */

/* Something may be due now. */
void parry_outbox_wake(parry_outbox *o);

typedef enum parry_breaker { PARRY_BREAKER_CLOSED, PARRY_BREAKER_HALF, PARRY_BREAKER_OPEN } parry_breaker;

typedef struct parry_outbox_stats { /* of one target, since start */
    const char *target;
    uint64_t delivered, later, unsure, never, looked; /* outcomes of attempts, and looks */
    parry_breaker breaker;
    unsigned sending; /* now */
} parry_outbox_stats;
/* One for each started target, in their order; the number. */
size_t parry_outbox_get_stats(parry_outbox *o, parry_outbox_stats *out, size_t cap);
/* How many are in each state (by parry_outbox_state; those being sent count as waiting), and since when the oldest
 * waits (0: none does). Counts what is there: fast. */
PARRY_MUST parry_code parry_outbox_counts(parry_outbox *o, uint64_t counts[4], int64_t *oldest_ms, parry_err *err);

#ifdef __cplusplus
}
#endif
#endif
