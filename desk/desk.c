/* The environment of the desk, what stands in it, and its targets. */
#include "desk/desk.h"

#include "base/file.h"
#include "base/log.h"
#include "desk/connectors/webhook.h"
#include "desk/retention.h"
#include "desk/targets.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

/* Address space, not disk; tables of those to come too. */
enum { TABLES = 32, WARM_S = 10 };
static const size_t map_bytes = (size_t)64 << 30;

struct parry_desk {
    parry_lock lock;
    parry_env *env;
    parry_group *group;
    parry_cases *cases;
    parry_handoffs *handoffs;
    parry_connectors *connectors;
    parry_outbox *outbox;
    parry_notices *notices; /* NULL: nobody is told */
    parry_desk_target targets[PARRY_HANDOFF_TARGETS];
    const char *names[PARRY_HANDOFF_TARGETS];
    size_t ntargets;
    parry_arena *arena; /* of the secrets */
    parry_str hook_secrets[PARRY_WEBHOOK_SECRETS];
    size_t nhook_secrets;
    parry_guesser *guesser;
    parry_retention_options keeps;
    parry_retention *retention; /* NULL: not started */
    pthread_mutex_t mutex;      /* of all below */
    pthread_t warmer;
    pthread_cond_t stopping;
    bool warming, stop;
};

/* ---- the built-in case store as a target ------------------------------------------------------------------------- */

static void say_case(uint64_t id, const parry_case *k, parry_receipt *out)
{
    (void)snprintf(out->remote_id, sizeof out->remote_id, "%llu", (unsigned long long)id);
    (void)snprintf(out->status, sizeof out->status, "%s", parry_case_status_name(k->status));
    out->ended = k->status == PARRY_CASE_DONE;
}

static parry_fate store_send(void *ctx, const parry_ticket *t, parry_receipt *out, parry_err *err)
{
    parry_desk *d = ctx;
    parry_case made = {.status = PARRY_CASE_NEW};
    uint64_t id;
    parry_code code = parry_cases_create(d->cases, t, &id, err);
    if (code != PARRY_OK)
        return code == PARRY_INVALID ? PARRY_FATE_NEVER : PARRY_FATE_LATER;
    say_case(id, &made, out);
    return PARRY_FATE_DELIVERED;
}

static parry_fate store_look(void *ctx, parry_str handoff_id, parry_receipt *out, parry_err *err)
{
    parry_desk *d = ctx;
    parry_arena *a = parry_arena_new();
    parry_case k;
    uint64_t id;
    parry_code code = parry_cases_by_external(d->cases, handoff_id, &id, NULL);
    parry_fate fate = code == PARRY_NOT_FOUND ? PARRY_FATE_ABSENT : PARRY_FATE_LATER;
    if (code == PARRY_OK && parry_cases_get(d->cases, id, a, &k, err) == PARRY_OK) {
        say_case(id, &k, out);
        fate = PARRY_FATE_DELIVERED;
    }
    parry_arena_free(a);
    return fate;
}

/* ---- targets ----------------------------------------------------------------------------------------------------- */

static parry_code add_target(parry_desk *d, parry_str name, parry_err *err)
{
    parry_connector *c = parry_connectors_named(d->connectors, name);
    if (c == NULL)
        return parry_fail(err, PARRY_INVALID,
                          "desk.targets: there is no connector \"%.*s\"; see `parry connectors list`", PARRY_FMT(name));
    if (d->ntargets == PARRY_HANDOFF_TARGETS)
        return parry_fail(err, PARRY_INVALID, "desk.targets: over %d connectors", PARRY_HANDOFF_TARGETS);
    d->targets[d->ntargets] = (parry_desk_target){d->handoffs, d->guesser, c};
    d->names[d->ntargets++] = parry_connector_name(c);
    return PARRY_OK;
}

static parry_code read_targets(parry_desk *d, const char *text, parry_err *err)
{
    parry_code code = PARRY_OK;
    for (const char *p = text; *p != 0 && code == PARRY_OK;) {
        size_t n = strcspn(p, " ,");
        if (n > 0)
            code = add_target(d, parry_str_make(p, n), err);
        p += n + (p[n] != 0);
    }
    return code;
}

/* ---- open -------------------------------------------------------------------------------------------------------- */

static parry_code open_env(parry_desk *d, parry_arena *a, const parry_desk_options *o, parry_err *err)
{
    char *dir = parry_str_z(a, parry_str_printf(a, "%s/desk", o->data));
    char *lock = parry_str_z(a, parry_str_printf(a, "%s/LOCK", dir));
    parry_code code = parry_dir_make(dir, err);
    if (code == PARRY_OK)
        code = parry_lock_take(&d->lock, lock, o->wait_ms, err);
    return code == PARRY_OK ? parry_env_open(dir, map_bytes, TABLES, &d->env, err) : code;
}

static parry_code open_all(parry_desk *d, parry_arena *a, const parry_desk_options *o, parry_err *err)
{
    char *search = parry_str_z(a, parry_str_printf(a, "%s/desk/search", o->data));
    bool public_url = *o->public_url != 0;
    char *follow = parry_str_z(a, parry_str_printf(a, "%s%s", o->public_url, public_url ? "/ticket/" : ""));
    d->group = parry_group_new(d->env);
    parry_code code = parry_cases_open(d->env, d->group, search, o->key->b, o->clock, &d->cases, err);
    const parry_handoffs_options ho = {.master = o->key, .follow_base = follow, .clock = o->clock};
    if (code == PARRY_OK)
        code = parry_handoffs_open(d->env, d->group, &ho, &d->handoffs, err);
    const parry_outbox_options oo = {.clock = o->clock, .told = parry_handoffs_told, .told_ctx = d->handoffs};
    if (code == PARRY_OK)
        code = parry_outbox_open(d->env, d->group, &oo, &d->outbox, err);
    if (code == PARRY_OK)
        code = parry_connectors_read(o->connectors_file, &d->connectors, err);
    if (code == PARRY_OK && *o->hook_secret_file != 0)
        code = parry_secret_lines(d->arena, o->hook_secret_file, PARRY_WEBHOOK_SECRET_LEAST, d->hook_secrets,
                                  PARRY_WEBHOOK_SECRETS, &d->nhook_secrets, err);
    if (code != PARRY_OK)
        return code;
    if (parry_connectors_named(d->connectors, parry_str_of(PARRY_NOTICES_TARGET)) != NULL)
        return parry_fail(err, PARRY_INVALID, "a connector may not be called " PARRY_NOTICES_TARGET);
    code = parry_notices_open(&o->notices, &d->notices, err);
    if (code != PARRY_OK)
        return code;
    const parry_case_store store = {d, store_send, store_look};
    parry_connectors_use_cases(d->connectors, &store);
    code = read_targets(d, o->targets, err);
    if (code == PARRY_OK)
        parry_handoffs_use(d->handoffs, d->outbox, d->names, d->ntargets);
    d->keeps = (parry_retention_options){d->cases, d->handoffs,         d->outbox,       o->access,
                                         o->clock, o->keep_handoffs_ms, o->keep_cases_ms};
    return code;
}

parry_code parry_desk_open(const parry_desk_options *o, parry_desk **out, parry_err *err)
{
    parry_desk *d = parry_calloc(1, sizeof *d);
    parry_arena *a = parry_arena_new();
    d->lock.fd = -1;
    d->arena = parry_arena_new();
    d->guesser = parry_guesser_new(o->data, o->encoder);
    (void)pthread_mutex_init(&d->mutex, NULL);
    (void)pthread_cond_init(&d->stopping, NULL);
    parry_code code = open_env(d, a, o, err);
    if (code == PARRY_OK)
        code = open_all(d, a, o, err);
    parry_arena_free(a);
    if (code == PARRY_OK)
        *out = d;
    else
        parry_desk_close(d);
    return code;
}

/* The classifier is there before the first ticket is, but not while the server has other things to begin with. */
static void *warm(void *arg)
{
    parry_desk *d = arg;
    struct timespec at;
    parry_err err = {0};
    (void)clock_gettime(CLOCK_REALTIME, &at);
    at.tv_sec += WARM_S;
    (void)pthread_mutex_lock(&d->mutex);
    while (!d->stop && pthread_cond_timedwait(&d->stopping, &d->mutex, &at) == 0)
        continue;
    bool stop = d->stop;
    (void)pthread_mutex_unlock(&d->mutex);
    if (!stop && parry_guesser_warm(d->guesser, &err) != PARRY_OK)
        parry_log_err("classifier", &err);
    return NULL;
}

static void stop_warming(parry_desk *d)
{
    if (!d->warming)
        return;
    (void)pthread_mutex_lock(&d->mutex);
    d->stop = true;
    (void)pthread_cond_signal(&d->stopping);
    (void)pthread_mutex_unlock(&d->mutex);
    (void)pthread_join(d->warmer, NULL);
}

parry_code parry_desk_start(parry_desk *d, parry_err *err)
{
    parry_target targets[PARRY_DESK_TARGETS];
    size_t n = d->ntargets;
    for (size_t i = 0; i < n; i++)
        targets[i] = parry_target_of(&d->targets[i]);
    if (d->notices != NULL)
        targets[n++] = parry_notices_target(d->notices);
    parry_code code = parry_outbox_start(d->outbox, targets, n, err);
    if (code == PARRY_OK)
        code = parry_retention_start(&d->keeps, &d->retention, err);
    d->warming = code == PARRY_OK && pthread_create(&d->warmer, NULL, warm, d) == 0;
    return code;
}

void parry_desk_close(parry_desk *d)
{
    if (d == NULL)
        return;
    stop_warming(d);
    parry_retention_stop(d->retention);
    parry_outbox_close(d->outbox);
    parry_handoffs_close(d->handoffs);
    parry_cases_close(d->cases);
    parry_connectors_free(d->connectors);
    parry_notices_free(d->notices);
    parry_guesser_free(d->guesser);
    parry_group_free(d->group);
    parry_env_close(d->env);
    parry_lock_drop(&d->lock);
    (void)pthread_cond_destroy(&d->stopping);
    (void)pthread_mutex_destroy(&d->mutex);
    parry_arena_free(d->arena);
    free(d);
}

parry_cases *parry_desk_cases(parry_desk *d) { return d->cases; }
parry_handoffs *parry_desk_handoffs(parry_desk *d) { return d->handoffs; }
parry_outbox *parry_desk_outbox(parry_desk *d) { return d->outbox; }
parry_guesser *parry_desk_guesser(parry_desk *d) { return d->guesser; }

const parry_str *parry_desk_hook_secrets(const parry_desk *d, size_t *n)
{
    *n = d->nhook_secrets;
    return d->hook_secrets;
}

/* ---- notices ----------------------------------------------------------------------------------------------------- */

typedef struct notice {
    parry_desk *d;
    parry_str key, body;
} notice;

static parry_code put_notice(void *ctx, parry_txn *t, parry_err *err)
{
    const notice *n = ctx;
    uint64_t id;
    return parry_outbox_put(n->d->outbox, t, parry_str_of(PARRY_NOTICES_TARGET), n->key, n->body, &id, err);
}

parry_code parry_desk_notify(parry_desk *d, parry_str key, parry_str body, bool *told, parry_err *err)
{
    notice n = {d, key, body};
    *told = d->notices != NULL;
    parry_code code = *told ? parry_group_do(d->group, put_notice, &n, err) : PARRY_OK;
    if (code == PARRY_OK && *told)
        parry_outbox_wake(d->outbox);
    return code;
}

/* ---- erasing ----------------------------------------------------------------------------------------------------- */

/* The hand-off first: while the case is there, it says which one that is. */
parry_code parry_desk_erase_case(parry_cases *cases, parry_handoffs *handoffs, uint64_t id, parry_err *err)
{
    parry_arena *a = parry_arena_new();
    parry_case k = {.id = 0};
    parry_uuid handoff;
    parry_err why = {0};
    parry_code code = parry_cases_get(cases, id, a, &k, &why);
    if (code == PARRY_CORRUPT) /* what cannot be read is erased nevertheless */
        code = PARRY_OK;
    else if (code != PARRY_OK)
        (void)parry_fail(err, code, "%s", why.msg);
    if (code == PARRY_OK && k.id == id && parry_uuid_parse(k.external_id, &handoff))
        code = parry_handoffs_forget(handoffs, handoff, err);
    parry_arena_free(a);
    return code == PARRY_OK ? parry_cases_erase(cases, id, err) : code;
}

/* ---- visits ------------------------------------------------------------------------------------------------------ */

/* What is changed in the outbox is told to the records, which needs none of their keys. */
static parry_code open_visit(parry_desk_visit *v, parry_err *err)
{
    static const parry_secret none;
    const parry_handoffs_options ho = {.master = &none};
    v->group = parry_group_new(v->env);
    parry_code code = parry_handoffs_open(v->env, v->group, &ho, &v->handoffs, err);
    const parry_outbox_options oo = {.told = parry_handoffs_told, .told_ctx = v->handoffs};
    if (code == PARRY_OK)
        code = parry_outbox_open(v->env, v->group, &oo, &v->outbox, err);
    if (code == PARRY_OK)
        parry_handoffs_use(v->handoffs, v->outbox, NULL, 0);
    return code;
}

parry_code parry_desk_visit_open(const char *data, parry_desk_visit *out, parry_err *err)
{
    parry_arena *a = parry_arena_new();
    parry_desk_visit v = {.env = NULL};
    char *dir = parry_str_z(a, parry_str_printf(a, "%s/desk", data));
    parry_code code = PARRY_OK;
    if (!parry_file_exists(parry_str_z(a, parry_str_printf(a, "%s/data.mdb", dir))))
        code = parry_fail(err, PARRY_NOT_FOUND, "%s has no desk: no ticket was ever taken there", data);
    if (code == PARRY_OK)
        code = parry_env_open(dir, map_bytes, TABLES, &v.env, err);
    if (code == PARRY_OK)
        code = open_visit(&v, err);
    parry_arena_free(a);
    if (code == PARRY_OK)
        *out = v;
    else
        parry_desk_visit_close(&v);
    return code;
}

void parry_desk_visit_close(parry_desk_visit *v)
{
    parry_outbox_close(v->outbox);
    parry_handoffs_close(v->handoffs);
    parry_group_free(v->group);
    if (v->env != NULL)
        parry_env_close(v->env);
}
