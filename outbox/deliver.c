/* Threads that deliver: each target's take turns, and a turn settles what was sent before and claims the next, in one
 * transaction. */
#include "outbox/inner.h"

#include "base/hash.h"
#include "base/log.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { NICER = 10, IDLE_MS = 1000, WORKERS_MAX = 64, BREAKER_DOUBLINGS = 4, LOOK_DOUBLINGS = 6 };

typedef struct lane { /* a target and its threads */
    parry_outbox *outbox;
    parry_target target;
    char name[PARRY_OUTBOX_NAME_MAX + 1];
    pthread_t threads[WORKERS_MAX];
    unsigned nthreads;
    pthread_mutex_t mutex; /* of what follows */
    pthread_cond_t woken;
    uint64_t wakes;
    parry_outbox_stats stats;
    unsigned failures, opened; /* in a row; how often the breaker opened in a row */
    int64_t quiet_until_ms;    /* nothing is sent before */
    bool probing;
} lane;

struct parry_outbox_threads {
    lane lanes[PARRY_OUTBOX_TARGETS];
    size_t n;
    atomic_bool stop;
};

typedef struct turn { /* of one thread */
    lane *lane;
    parry_arena *arena, *before; /* of what is claimed now, and in the turn before */
    bool settles;                /* there is an outcome of the turn before */
    parry_outbox_item was;       /* what was sent */
    bool looked;                 /* or only looked after */
    parry_fate fate;
    parry_receipt receipt;
    char error[sizeof((parry_err *)0)->msg];
    bool probes;          /* the one that a half-open breaker lets through */
    bool has;             /* claimed: */
    parry_outbox_item is; /* strings in the arena */
    parry_outbox_tended tended;
    int64_t next_ms; /* nothing claimed: when something will be due, as far as is known */
} turn;

static int64_t now_of(const lane *l) { return parry_clock_now_ms(l->outbox->o.clock); }

/* ---- breaker ----------------------------------------------------------------------------------------------------- */

/* May this thread send? If so in a half-open state, it alone. */
static bool may_send(turn *u, int64_t *until_ms)
{
    lane *l = u->lane;
    int64_t now = now_of(l);
    (void)pthread_mutex_lock(&l->mutex);
    bool quiet = now < l->quiet_until_ms;
    if (!quiet && l->stats.breaker == PARRY_BREAKER_OPEN)
        l->stats.breaker = PARRY_BREAKER_HALF;
    bool half = l->stats.breaker == PARRY_BREAKER_HALF, may = !quiet && !(half && l->probing);
    u->probes = may && half;
    l->probing = l->probing || u->probes;
    *until_ms = quiet ? l->quiet_until_ms : now + IDLE_MS;
    (void)pthread_mutex_unlock(&l->mutex);
    return may;
}

static void open_breaker(lane *l)
{
    unsigned doublings = l->opened < BREAKER_DOUBLINGS ? l->opened : BREAKER_DOUBLINGS;
    int64_t until = now_of(l) + (l->outbox->o.breaker_ms << doublings);
    l->quiet_until_ms = until > l->quiet_until_ms ? until : l->quiet_until_ms;
    l->opened++;
    l->stats.breaker = PARRY_BREAKER_OPEN;
    parry_log(PARRY_WARN, "outbox_breaker", "target=%s state=open failures=%u", l->name, l->failures);
}

static void close_breaker(lane *l)
{
    if (l->stats.breaker != PARRY_BREAKER_CLOSED)
        parry_log(PARRY_INFO, "outbox_breaker", "target=%s state=closed", l->name);
    l->stats.breaker = PARRY_BREAKER_CLOSED;
    l->failures = l->opened = 0;
}

static void count(lane *l, parry_fate fate, bool looked)
{
    if (looked)
        l->stats.looked++;
    else if (fate == PARRY_FATE_DELIVERED)
        l->stats.delivered++;
    else if (fate == PARRY_FATE_NEVER)
        l->stats.never++;
    else if (fate == PARRY_FATE_UNSURE)
        l->stats.unsure++;
    else
        l->stats.later++;
}

static void probe_no_more(turn *u)
{
    if (u->probes)
        u->lane->probing = false;
    u->probes = false;
}

/* A failure opens a closed breaker if there were enough in a row, and a half-open one if it is the probe's: what was on
 * its way when the breaker opened says nothing new. */
static void fail_breaker(lane *l, bool probe)
{
    if (l->stats.breaker == PARRY_BREAKER_CLOSED && ++l->failures < l->outbox->o.breaker_failures)
        return;
    if (l->stats.breaker == PARRY_BREAKER_CLOSED || probe)
        open_breaker(l);
}

/* What an attempt says of the target as such. */
static void learn(turn *u)
{
    lane *l = u->lane;
    int64_t wait_ms = u->receipt.retry_after_ms;
    bool answered = u->fate != PARRY_FATE_LATER && u->fate != PARRY_FATE_UNSURE;
    (void)pthread_mutex_lock(&l->mutex);
    count(l, u->fate, u->looked);
    l->stats.sending--;
    if (answered)
        close_breaker(l);
    else
        fail_breaker(l, u->probes);
    if (!answered && wait_ms > 0 && now_of(l) + wait_ms > l->quiet_until_ms)
        l->quiet_until_ms = now_of(l) + wait_ms;
    probe_no_more(u);
    (void)pthread_mutex_unlock(&l->mutex);
}

/* ---- settling ---------------------------------------------------------------------------------------------------- */

/* Full jitter: anything from 0 to the doubled wait. */
static int64_t backoff_ms(const parry_outbox *o, unsigned attempts)
{
    uint32_t any;
    int64_t most = o->o.backoff_ms;
    for (unsigned i = 1; i < attempts && most < o->o.backoff_max_ms; i++)
        most *= 2;
    most = most < o->o.backoff_max_ms ? most : o->o.backoff_max_ms;
    parry_random_bytes(&any, sizeof any);
    return (int64_t)((double)most * (double)any / (double)UINT32_MAX);
}

static void set_look(const lane *l, parry_outbox_record *r, int64_t now)
{
    unsigned doublings = r->looks < LOOK_DOUBLINGS ? r->looks : LOOK_DOUBLINGS;
    int64_t next = now + (l->target.look_ms << doublings);
    bool look = l->target.look != NULL && l->target.look_ms > 0 && !r->item.receipt.ended &&
                next < r->item.delivered_ms + l->target.look_for_ms;
    r->look_ms = look ? next : 0;
}

/* What the other side said by itself, while the turn was on its way, is newer than what the turn was told. */
static void set_receipt(parry_outbox_record *r, const turn *u)
{
    parry_receipt got = u->receipt;
    if (r->item.heard != u->was.heard)
        parry_receipt_hear(&got, &r->item.receipt);
    r->item.receipt = got;
}

static void set_delivered(const lane *l, parry_outbox_record *r, const turn *u, int64_t now)
{
    set_receipt(r, u);
    r->item.error = parry_str_of("");
    r->item.unsure = false;
    if (r->item.state != PARRY_OUTBOX_DELIVERED)
        r->item.delivered_ms = now;
    r->item.state = PARRY_OUTBOX_DELIVERED;
    set_look(l, r, now);
    r->item.due_ms = parry_outbox_next(l->outbox, r);
}

static void set_failed(const lane *l, parry_outbox_record *r, const turn *u, int64_t now)
{
    const parry_outbox_options *o = &l->outbox->o;
    bool dead = u->fate == PARRY_FATE_NEVER || r->item.attempts >= o->attempts_max;
    int64_t wait = backoff_ms(l->outbox, r->item.attempts);
    r->item.error = parry_str_of(u->error);
    if (u->fate == PARRY_FATE_UNSURE && wait < l->target.settle_ms)
        wait = l->target.settle_ms;
    r->item.unsure = r->item.unsure || u->fate == PARRY_FATE_UNSURE;
    r->item.state = dead ? PARRY_OUTBOX_DEAD : PARRY_OUTBOX_WAITING;
    wait = u->receipt.retry_after_ms > wait ? u->receipt.retry_after_ms : wait;
    r->item.due_ms = now + (dead ? o->dead_ms : wait);
}

static void set_looked(const lane *l, parry_outbox_record *r, const turn *u, int64_t now)
{
    r->looks++;
    if (u->fate == PARRY_FATE_DELIVERED)
        set_receipt(r, u);
    set_look(l, r, now);
    r->item.due_ms = parry_outbox_next(l->outbox, r);
}

/* What came of the turn before. An item that was dropped or that another took over meanwhile is left alone. */
static parry_code settle(turn *u, parry_txn *t, parry_err *err)
{
    lane *l = u->lane;
    parry_outbox_record r;
    parry_code code = parry_outbox_load(l->outbox, t, u->was.id, u->arena, &r, NULL);
    if (code == PARRY_NOT_FOUND)
        return PARRY_OK;
    if (code != PARRY_OK)
        return parry_fail(err, code, "item %llu of the outbox cannot be read", (unsigned long long)u->was.id);
    int64_t now = now_of(l), old = r.item.due_ms;
    if (u->looked && r.item.state == PARRY_OUTBOX_DELIVERED)
        set_looked(l, &r, u, now);
    else if (u->looked || r.item.state != PARRY_OUTBOX_SENDING || r.item.attempts != u->was.attempts)
        return PARRY_OK;
    else if (u->fate == PARRY_FATE_DELIVERED)
        set_delivered(l, &r, u, now);
    else
        set_failed(l, &r, u, now);
    return parry_outbox_save(l->outbox, t, &r, old, err);
}

/* ---- claiming ---------------------------------------------------------------------------------------------------- */

static parry_code claim_to_send(turn *u, parry_txn *t, parry_outbox_record *r, int64_t now, parry_err *err)
{
    lane *l = u->lane;
    int64_t old = r->item.due_ms, lease = l->outbox->o.lease_ms;
    r->item.unsure = r->item.unsure || r->item.state == PARRY_OUTBOX_SENDING; /* whose sender died */
    r->item.state = PARRY_OUTBOX_SENDING;
    r->item.attempts++;
    r->item.due_ms = now + (lease > l->target.settle_ms ? lease : l->target.settle_ms);
    parry_code code = parry_outbox_save(l->outbox, t, r, old, err);
    return code == PARRY_OK ? parry_outbox_get(l->outbox, t, r->item.id, u->arena, &u->is, err) : code;
}

/* A delivered one: its payload is erased, it is looked after, or all of it removed. *has: there is something to do
 * outside. */
static parry_code claim_to_tend(turn *u, parry_txn *t, parry_outbox_record *r, int64_t now, bool *has, parry_err *err)
{
    const parry_outbox *o = u->lane->outbox;
    int64_t old = r->item.due_ms;
    bool gone = false;
    parry_code code = parry_outbox_age(u->lane->outbox, t, r, now, &gone, &u->tended, err);
    if (gone)
        return code;
    *has = code == PARRY_OK && r->look_ms != 0 && now >= r->look_ms;
    if (*has)
        u->is = r->item;
    r->item.due_ms = *has ? now + o->o.lease_ms : parry_outbox_next(o, r);
    return code == PARRY_OK ? parry_outbox_save(u->lane->outbox, t, r, old, err) : code;
}

static parry_code claim(turn *u, parry_txn *t, parry_err *err)
{
    lane *l = u->lane;
    int64_t now = now_of(l), due;
    uint64_t id;
    for (;;) {
        parry_outbox_record r;
        parry_code code = parry_outbox_first(l->outbox, t, l->name, &due, &id, err);
        if (code == PARRY_NOT_FOUND || (code == PARRY_OK && due > now)) {
            u->next_ms = code == PARRY_OK ? due : now + IDLE_MS;
            return PARRY_OK;
        }
        if (code == PARRY_OK)
            code = parry_outbox_load(l->outbox, t, id, u->arena, &r, err);
        bool send = code == PARRY_OK && (r.item.state == PARRY_OUTBOX_WAITING || r.item.state == PARRY_OUTBOX_SENDING);
        if (send) {
            u->has = true;
            return claim_to_send(u, t, &r, now, err);
        }
        if (code == PARRY_OK)
            code = claim_to_tend(u, t, &r, now, &u->has, err);
        if (code != PARRY_OK || u->has)
            return code;
    }
}

typedef struct turning {
    turn *u;
    bool claims;
} turning;

static parry_code take_turn(void *ctx, parry_txn *t, parry_err *err)
{
    const turning *x = ctx;
    turn *u = x->u;
    u->has = false;
    u->tended = (parry_outbox_tended){.removed = 0};
    u->next_ms = now_of(u->lane) + IDLE_MS;
    parry_code code = u->settles ? settle(u, t, err) : PARRY_OK;
    return code == PARRY_OK && x->claims ? claim(u, t, err) : code;
}

/* Is anything due? Without a writer's lock. */
static bool anything_due(lane *l, int64_t *next_ms)
{
    parry_txn *t = NULL;
    uint64_t id;
    int64_t now = now_of(l);
    *next_ms = now + IDLE_MS;
    if (parry_txn_read(l->outbox->env, &t, NULL) != PARRY_OK)
        return true;
    int64_t due = INT64_MAX;
    parry_code code = parry_outbox_first(l->outbox, t, l->name, &due, &id, NULL);
    parry_txn_abort(t);
    if (code == PARRY_OK && due > now)
        *next_ms = due;
    return code != PARRY_NOT_FOUND && due <= now;
}

/* ---- doing ------------------------------------------------------------------------------------------------------- */

static parry_fate send_once(const lane *l, const parry_outbox_item *i, parry_receipt *out, parry_err *err)
{
    parry_fate fate = PARRY_FATE_ABSENT;
    if (i->unsure && l->target.look != NULL)
        fate = l->target.look(l->target.ctx, i, out, err);
    if (fate == PARRY_FATE_NEVER) /* it cannot be asked: whether it has it stays open */
        fate = PARRY_FATE_LATER;
    if (fate != PARRY_FATE_ABSENT)
        return fate;
    fate = l->target.send(l->target.ctx, i, out, err);
    return fate == PARRY_FATE_ABSENT ? PARRY_FATE_LATER : fate;
}

/* The item was claimed, and is sent or looked after. */
static void act(turn *u)
{
    lane *l = u->lane;
    parry_err err = {0};
    u->was = u->is;
    u->looked = u->is.state == PARRY_OUTBOX_DELIVERED;
    u->receipt = (parry_receipt){.retry_after_ms = 0};
    (void)pthread_mutex_lock(&l->mutex);
    l->stats.sending++;
    (void)pthread_mutex_unlock(&l->mutex);
    if (u->looked)
        u->fate = l->target.look(l->target.ctx, &u->is, &u->receipt, &err);
    else
        u->fate = send_once(l, &u->is, &u->receipt, &err);
    (void)snprintf(u->error, sizeof u->error, "%s", err.msg);
    u->settles = true;
    learn(u);
    if (u->fate == PARRY_FATE_LATER || u->fate == PARRY_FATE_UNSURE || u->fate == PARRY_FATE_NEVER)
        parry_log(PARRY_WARN, "outbox_attempt", "target=%s item=%llu attempt=%u again=%d reason=%s", l->name,
                  (unsigned long long)u->was.id, u->was.attempts, u->fate != PARRY_FATE_NEVER, parry_logq(u->error));
}

static void wait_until(lane *l, int64_t until_ms, uint64_t wakes)
{
    struct timespec at;
    int64_t wait = until_ms - now_of(l);
    wait = wait < 1 ? 1 : wait > IDLE_MS ? IDLE_MS : wait;
    (void)clock_gettime(CLOCK_MONOTONIC, &at);
    at.tv_nsec += (long)(wait % 1000) * 1000000;
    at.tv_sec += wait / 1000 + at.tv_nsec / 1000000000;
    at.tv_nsec %= 1000000000;
    (void)pthread_mutex_lock(&l->mutex);
    while (l->wakes == wakes && !atomic_load(&l->outbox->threads->stop)) {
        if (pthread_cond_timedwait(&l->woken, &l->mutex, &at) != 0)
            break;
    }
    (void)pthread_mutex_unlock(&l->mutex);
}

static uint64_t wakes_of(lane *l)
{
    (void)pthread_mutex_lock(&l->mutex);
    uint64_t n = l->wakes;
    (void)pthread_mutex_unlock(&l->mutex);
    return n;
}

/* One turn; false: there was nothing to do, and until when. */
static bool turn_once(turn *u, int64_t *until_ms)
{
    lane *l = u->lane;
    parry_err err = {0};
    bool stop = atomic_load(&l->outbox->threads->stop), claims = !stop && anything_due(l, until_ms);
    claims = claims && may_send(u, until_ms);
    if (!claims && !u->settles)
        return false;
    turning x = {u, claims};
    parry_code code = parry_group_do(l->outbox->group, take_turn, &x, &err);
    if (code != PARRY_OK) { /* the lease runs out, and the item comes again */
        parry_log_err("outbox", &err);
        u->has = false;
        *until_ms = now_of(l) + IDLE_MS;
    } else {
        u->settles = false;
        parry_outbox_count_tended(l->outbox, &u->tended);
    }
    if (claims && !u->has) {
        (void)pthread_mutex_lock(&l->mutex);
        probe_no_more(u);
        (void)pthread_mutex_unlock(&l->mutex);
    }
    if (u->has)
        act(u);
    else if (code == PARRY_OK && claims)
        *until_ms = u->next_ms;
    return u->has;
}

static void *deliver(void *arg)
{
    lane *l = arg;
    turn u = {.lane = l, .arena = parry_arena_new(), .before = parry_arena_new()};
    (void)setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid),
                      NICER); /* who hands over goes before what is delivered */
    while (!atomic_load(&l->outbox->threads->stop) || u.settles) {
        uint64_t wakes = wakes_of(l);
        int64_t until = 0;
        bool did = turn_once(&u, &until);
        if (did) {
            parry_arena *spent = u.before;
            u.before = u.arena;
            u.arena = spent;
        }
        parry_arena_reset(u.arena);
        if (!did && atomic_load(&l->outbox->threads->stop))
            break;
        if (!did)
            wait_until(l, until, wakes);
    }
    parry_arena_free(u.arena);
    parry_arena_free(u.before);
    return NULL;
}

/* ---- start and stop ---------------------------------------------------------------------------------------------- */

static void lane_init(lane *l, parry_outbox *o, const parry_target *target)
{
    pthread_condattr_t monotonic;
    l->outbox = o;
    l->target = *target;
    (void)snprintf(l->name, sizeof l->name, "%s", target->name);
    l->target.name = l->stats.target = l->name;
    (void)pthread_mutex_init(&l->mutex, NULL);
    (void)pthread_condattr_init(&monotonic);
    (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&l->woken, &monotonic);
    (void)pthread_condattr_destroy(&monotonic);
}

static parry_code lane_start(lane *l, parry_err *err)
{
    unsigned n = l->target.workers > 0 ? l->target.workers : PARRY_OUTBOX_WORKERS;
    n = n < WORKERS_MAX ? n : WORKERS_MAX;
    while (l->nthreads < n) {
        if (pthread_create(&l->threads[l->nthreads], NULL, deliver, l) != 0)
            return parry_fail(err, PARRY_UNAVAILABLE, "cannot start a thread");
        l->nthreads++;
    }
    return PARRY_OK;
}

static parry_code check_names(const parry_target *targets, size_t n, parry_err *err)
{
    if (n > PARRY_OUTBOX_TARGETS)
        return parry_fail(err, PARRY_INVALID, "over %d targets", PARRY_OUTBOX_TARGETS);
    for (size_t i = 0; i < n; i++) {
        if (!parry_outbox_good_name(parry_str_of(targets[i].name)))
            return parry_fail(err, PARRY_INVALID, "a target's name has 1 to 64 of a-z 0-9 - _");
        for (size_t k = 0; k < i; k++) {
            if (strcmp(targets[i].name, targets[k].name) == 0)
                return parry_fail(err, PARRY_INVALID, "two targets are named %s", targets[i].name);
        }
    }
    return PARRY_OK;
}

/* Up to so many of those that are being sent, or were given up for want of their target, from an id on. */
typedef struct taking_back {
    parry_outbox *o;
    const parry_target *targets;
    size_t ntargets;
    parry_outbox_state state; /* SENDING or DEAD */
    uint64_t after;
    size_t n;
} taking_back;

enum { TAKEN_BACK = 500 };

static bool among(const taking_back *x, parry_str name)
{
    for (size_t k = 0; k < x->ntargets; k++) {
        if (parry_str_eqz(name, x->targets[k].name))
            return true;
    }
    return false;
}

/* At once, but where a look would come too early. */
static int64_t due_again(const taking_back *x, const parry_outbox_item *i)
{
    int64_t now = parry_clock_now_ms(x->o->o.clock), settled = now;
    for (size_t k = 0; k < x->ntargets; k++) {
        if (parry_str_eqz(i->target, x->targets[k].name))
            settled = i->changed_ms + x->targets[k].settle_ms;
    }
    return settled > now ? settled : now;
}

static parry_code take_back_in(void *ctx, parry_txn *t, parry_err *err)
{
    taking_back *x = ctx;
    parry_arena *a = parry_arena_new();
    parry_outbox_item *list = PARRY_ARRAY(a, parry_outbox_item, TAKEN_BACK);
    uint64_t after = x->after;
    parry_code code =
        parry_outbox_list(x->o, t, (int)x->state, parry_str_of(""), after, a, list, TAKEN_BACK, &x->n, err);
    for (size_t i = 0; i < x->n && code == PARRY_OK; i++) {
        parry_outbox_record r;
        after = list[i].id;
        code = parry_outbox_load(x->o, t, after, a, &r, err);
        if (code != PARRY_OK || (x->state == PARRY_OUTBOX_DEAD && !(r.orphan && among(x, r.item.target))))
            continue;
        int64_t old = r.item.due_ms;
        r.item.unsure = r.item.unsure || x->state == PARRY_OUTBOX_SENDING;
        r.orphan = false;
        r.item.error = parry_str_of("");
        r.item.state = PARRY_OUTBOX_WAITING;
        r.item.due_ms = due_again(x, &list[i]);
        code = parry_outbox_save(x->o, t, &r, old, err);
    }
    parry_arena_free(a);
    if (code == PARRY_OK)
        x->after = after;
    return code;
}

/* What a process that died was sending, and what waited for a target that is one again. */
static parry_code take_back(parry_outbox *o, parry_outbox_state state, const parry_target *targets, size_t n,
                            parry_err *err)
{
    taking_back x = {.o = o, .targets = targets, .ntargets = n, .state = state, .n = TAKEN_BACK};
    parry_code code = PARRY_OK;
    while (code == PARRY_OK && x.n == TAKEN_BACK)
        code = parry_group_do(o->group, take_back_in, &x, err);
    return code;
}

parry_code parry_outbox_start(parry_outbox *o, const parry_target *targets, size_t n, parry_err *err)
{
    parry_code code = check_names(targets, n, err);
    if (code == PARRY_OK)
        code = take_back(o, PARRY_OUTBOX_SENDING, targets, n, err);
    if (code == PARRY_OK)
        code = take_back(o, PARRY_OUTBOX_DEAD, targets, n, err);
    if (code != PARRY_OK)
        return code;
    o->threads = parry_calloc(1, sizeof *o->threads);
    for (size_t i = 0; i < n; i++)
        lane_init(&o->threads->lanes[i], o, &targets[i]);
    o->threads->n = n;
    for (size_t i = 0; i < n && code == PARRY_OK; i++)
        code = lane_start(&o->threads->lanes[i], err);
    return code;
}

bool parry_outbox_started(const parry_outbox *o, parry_str target)
{
    for (size_t i = 0; o->threads != NULL && i < o->threads->n; i++) {
        if (parry_str_eqz(target, o->threads->lanes[i].name))
            return true;
    }
    return false;
}

void parry_outbox_wake(parry_outbox *o)
{
    for (size_t i = 0; o->threads != NULL && i < o->threads->n; i++) {
        lane *l = &o->threads->lanes[i];
        (void)pthread_mutex_lock(&l->mutex);
        l->wakes++;
        (void)pthread_cond_broadcast(&l->woken);
        (void)pthread_mutex_unlock(&l->mutex);
    }
}

void parry_outbox_close(parry_outbox *o)
{
    if (o == NULL)
        return;
    if (o->threads != NULL)
        atomic_store(&o->threads->stop, true);
    parry_outbox_wake(o);
    for (size_t i = 0; o->threads != NULL && i < o->threads->n; i++) {
        lane *l = &o->threads->lanes[i];
        for (unsigned k = 0; k < l->nthreads; k++)
            (void)pthread_join(l->threads[k], NULL);
        (void)pthread_cond_destroy(&l->woken);
        (void)pthread_mutex_destroy(&l->mutex);
    }
    free(o->threads);
    free(o);
}

size_t parry_outbox_get_stats(parry_outbox *o, parry_outbox_stats *out, size_t cap)
{
    size_t n = o->threads != NULL && o->threads->n < cap ? o->threads->n : o->threads != NULL ? cap : 0;
    for (size_t i = 0; i < n; i++) {
        lane *l = &o->threads->lanes[i];
        (void)pthread_mutex_lock(&l->mutex);
        out[i] = l->stats;
        (void)pthread_mutex_unlock(&l->mutex);
    }
    return n;
}
