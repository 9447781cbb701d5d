/* Answers that are kept.
 *
 *   idempotency       32 bytes hash of who and key -> JSON {at, request, status, etag, headers, body}
 *   idempotency_age   u64 ms, hash -> nothing: the oldest first
 */
#include "api/idempotency.h"

#include "api/app.h"
#include "base/log.h"

#include <stdlib.h>

enum { RUNNING_MAX = 256, SWEEP = 16, AGE_KEY = 8 + PARRY_HASH_BYTES };

struct parry_once {
    parry_env *env;
    parry_clock clock;
    parry_table answers, ages;
    pthread_mutex_t mutex; /* over what runs */
    parry_hash running[RUNNING_MAX];
    size_t nrunning;
};

/* One request that brought a key. */
typedef struct attempt {
    parry_hash key, request;
} attempt;

parry_code parry_once_open(parry_env *env, parry_clock clock, parry_once **out, parry_err *err)
{
    parry_once *o = parry_calloc(1, sizeof *o);
    o->env = env;
    o->clock = clock;
    (void)pthread_mutex_init(&o->mutex, NULL);
    parry_code code = parry_env_table(env, "idempotency", &o->answers, err);
    if (code == PARRY_OK)
        code = parry_env_table(env, "idempotency_age", &o->ages, err);
    if (code == PARRY_OK)
        *out = o;
    else
        parry_once_close(o);
    return code;
}

void parry_once_close(parry_once *o)
{
    if (o == NULL)
        return;
    (void)pthread_mutex_destroy(&o->mutex);
    free(o);
}

/* ---- what is asked ------------------------------------------------------------------------------------------------
 */

parry_code parry_once_key(const parry_request *r, parry_str *key, parry_err *err)
{
    *key = parry_request_header(r, "Idempotency-Key");
    if (key->p == NULL)
        return PARRY_OK;
    bool fine = key->n > 0 && key->n <= PARRY_ONCE_KEY_MAX;
    for (size_t i = 0; i < key->n && fine; i++)
        fine = key->p[i] > ' ' && key->p[i] < 0x7F;
    return fine ? PARRY_OK
                : parry_fail(err, PARRY_INVALID, "Idempotency-Key: 1 to %d visible ASCII characters",
                             PARRY_ONCE_KEY_MAX);
}

static parry_str bytes_of(const parry_hash *h) { return parry_str_make((const char *)h->b, PARRY_HASH_BYTES); }

/* One stranger's keys are not another's. */
static parry_hash hash_of_key(const parry_call *c, parry_str key)
{
    bool stranger = c->who->who == PARRY_WHO_ANYONE;
    const parry_str who[] = {parry_str_of(stranger ? "address" : "id"), stranger ? c->req->address : c->who->id, key};
    parry_hasher h;
    parry_hasher_start(&h);
    parry_hasher_add(&h, &c->who->who, sizeof c->who->who);
    for (size_t i = 0; i < sizeof who / sizeof *who; i++)
        parry_hasher_adds(&h, who[i]);
    return parry_hasher_end(&h);
}

/* Under the secret outside DATA: a body may hold a password, and a plain hash of it could be guessed at. */
static parry_hash hash_of_request(const parry_call *c)
{
    const parry_request *r = c->req;
    const parry_str what[] = {r->method, r->path, r->query, parry_request_header(r, "Content-Type"), r->body};
    parry_hasher h;
    parry_hasher_start(&h);
    for (size_t i = 0; i < sizeof what / sizeof *what; i++)
        parry_hasher_adds(&h, what[i]);
    parry_hash plain = parry_hasher_end(&h);
    if (c->app->access == NULL)
        return plain;
    parry_hasher_start(&h);
    parry_hasher_adds(&h, parry_access_pseudonym(c->app->access, c->arena, bytes_of(&plain)));
    return parry_hasher_end(&h);
}

parry_code parry_once_uuid(const parry_call *c, size_t part, parry_uuid *out, parry_err *err)
{
    parry_str key;
    parry_code code = parry_once_key(c->req, &key, err);
    if (code != PARRY_OK || key.p == NULL)
        return code;
    parry_hash of = hash_of_key(c, key);
    parry_hasher h;
    parry_hasher_start(&h);
    parry_hasher_add(&h, of.b, sizeof of.b);
    parry_hasher_adds(&h, c->req->path);
    parry_hasher_add(&h, &part, sizeof part);
    of = parry_hasher_end(&h);
    *out = parry_uuid_of(of.b);
    return PARRY_OK;
}

static bool start_running(parry_once *o, const parry_hash *key)
{
    (void)pthread_mutex_lock(&o->mutex);
    bool mine = o->nrunning < RUNNING_MAX;
    for (size_t i = 0; i < o->nrunning && mine; i++)
        mine = !parry_hash_eq(o->running[i], *key);
    if (mine)
        o->running[o->nrunning++] = *key;
    (void)pthread_mutex_unlock(&o->mutex);
    return mine;
}

static void stop_running(parry_once *o, const parry_hash *key)
{
    (void)pthread_mutex_lock(&o->mutex);
    size_t i = 0;
    while (!parry_hash_eq(o->running[i], *key))
        i++;
    o->running[i] = o->running[--o->nrunning];
    (void)pthread_mutex_unlock(&o->mutex);
}

/* ---- keeping ------------------------------------------------------------------------------------------------------
 */

static json_t *answer_json(const attempt *at, int64_t now, const parry_response *res)
{
    char hex[PARRY_HASH_HEX + 1];
    parry_str body = parry_response_bytes(res);
    bool whole = !res->plain && body.n <= PARRY_ONCE_BODY_MAX && strcmp(res->type, "application/json") == 0;
    json_t *headers = json_object();
    parry_hash_hex(at->request, hex);
    for (size_t i = 0; i < res->nmore; i++)
        json_object_set_new(headers, res->more[i].name.p, json_stringn(res->more[i].value.p, res->more[i].value.n));
    json_t *j = json_pack("{s:I, s:s, s:i, s:s, s:o}", "at", (json_int_t)now, "request", hex, "status", res->status,
                          "etag", res->etag, "headers", headers);
    if (whole)
        json_object_set_new(j, "body", json_stringn(body.p, body.n));
    return j;
}

static void age_key(int64_t ms, parry_str hash, unsigned char out[AGE_KEY])
{
    parry_key_u64((uint64_t)ms, out);
    memcpy(out + 8, hash.p, PARRY_HASH_BYTES);
}

/* The oldest, where they are over their time or too many: some at a time, so that it never takes long. */
static parry_code sweep(parry_once *o, parry_txn *t, int64_t now, parry_err *err)
{
    unsigned char old[SWEEP][AGE_KEY];
    parry_cursor *c = NULL;
    parry_str key, value;
    uint64_t count;
    size_t n = 0;
    parry_code code = parry_count(t, o->ages, &count, err);
    if (code == PARRY_OK)
        code = parry_cursor_open(t, o->ages, parry_str_make(NULL, 0), &c, err);
    if (code != PARRY_OK)
        return code;
    int64_t before = now - (int64_t)PARRY_ONCE_HOURS * 3600 * 1000;
    while (n < SWEEP && parry_cursor_next(c, &key, &value) && key.n == AGE_KEY &&
           ((int64_t)parry_key_u64_read(key) < before || count - n >= PARRY_ONCE_MOST))
        memcpy(old[n++], key.p, AGE_KEY);
    code = parry_cursor_close(c, err);
    for (size_t i = 0; i < n && code == PARRY_OK; i++) {
        code = parry_del(t, o->ages, parry_str_make((const char *)old[i], AGE_KEY), err);
        if (code == PARRY_OK)
            code = parry_del(t, o->answers, parry_str_make((const char *)old[i] + 8, PARRY_HASH_BYTES), err);
    }
    return code;
}

static parry_code keep_in(parry_once *o, parry_txn *t, const attempt *at, int64_t now, parry_str text, parry_err *err)
{
    unsigned char age[AGE_KEY];
    age_key(now, bytes_of(&at->key), age);
    parry_code code = sweep(o, t, now, err);
    if (code == PARRY_OK)
        code = parry_put(t, o->answers, bytes_of(&at->key), text, err);
    return code == PARRY_OK ? parry_put(t, o->ages, parry_str_make((char *)age, AGE_KEY), parry_str_of("1"), err)
                            : code;
}

/* The work is done: that its answer could not be kept is for the log. */
static void keep(parry_once *o, const attempt *at, const parry_response *res)
{
    int64_t now = parry_clock_now_ms(o->clock);
    parry_err err = {0};
    parry_txn *t = NULL;
    json_t *j = answer_json(at, now, res);
    char *text = json_dumps(j, JSON_COMPACT);
    parry_code code = parry_txn_write(o->env, &t, &err);
    if (code == PARRY_OK && text != NULL)
        code = keep_in(o, t, at, now, parry_str_of(text), &err);
    if (code == PARRY_OK)
        code = parry_txn_commit(t, &err);
    else
        parry_txn_abort(t);
    if (code != PARRY_OK)
        parry_log_err("idempotency", &err);
    free(text);
    json_decref(j);
}

/* ---- answering again ----------------------------------------------------------------------------------------------
 */

/* What was answered, unless it is too old; NULL. */
static parry_code find(parry_once *o, const attempt *at, json_t **out, parry_err *err)
{
    parry_txn *t = NULL;
    parry_str value;
    parry_err why = {0};
    *out = NULL;
    parry_code code = parry_txn_read(o->env, &t, err);
    if (code != PARRY_OK)
        return code;
    parry_code found = parry_get(t, o->answers, bytes_of(&at->key), &value, &why);
    if (found == PARRY_OK)
        *out = json_loadb(value.p, value.n, 0, NULL);
    parry_txn_abort(t);
    int64_t age = parry_clock_now_ms(o->clock) - json_integer_value(json_object_get(*out, "at"));
    if (*out != NULL && age > (int64_t)PARRY_ONCE_HOURS * 3600 * 1000) {
        json_decref(*out);
        *out = NULL;
    }
    if (found != PARRY_OK && found != PARRY_NOT_FOUND) {
        *err = why;
        return found;
    }
    return PARRY_OK;
}

static void replay(parry_call *c, const json_t *j)
{
    const json_t *body = json_object_get(j, "body"), *etag = json_object_get(j, "etag");
    parry_response_text(c->res, "application/json", parry_str_make(json_string_value(body), json_string_length(body)));
    c->res->status = (int)json_integer_value(json_object_get(j, "status"));
    (void)snprintf(c->res->etag, sizeof c->res->etag, "%s", etag ? json_string_value(etag) : "");
}

/* Where it is, and that it is not new. */
static void replay_headers(parry_call *c, const json_t *j)
{
    const char *name;
    json_t *value;
    json_object_foreach(json_object_get(j, "headers"), name, value)
        parry_response_header(c->res, name, parry_str_of(json_string_value(value)));
    parry_response_header(c->res, "Idempotency-Replayed", parry_str_of("true"));
}

static void answer_again(parry_call *c, const attempt *at, const json_t *j)
{
    char hex[PARRY_HASH_HEX + 1];
    const char *was = json_string_value(json_object_get(j, "request"));
    parry_hash_hex(at->request, hex);
    if (was == NULL || strcmp(was, hex) != 0) {
        parry_problem_reply(c->res, PARRY_PROBLEM_REUSED_KEY,
                            "this Idempotency-Key came with another request; take a new one", c->req->id);
        return;
    }
    if (json_object_get(j, "body") != NULL)
        replay(c, j);
    else
        parry_problem_reply(
            c->res, PARRY_PROBLEM_CONFLICT,
            "this was done before under this Idempotency-Key. Its answer held a secret or was long, and "
            "is not kept; Location says what was made",
            c->req->id);
    replay_headers(c, j);
}

static void say_busy(parry_call *c)
{
    parry_problem_reply(c->res, PARRY_PROBLEM_CONFLICT, "the first request with this Idempotency-Key is still running",
                        c->req->id);
    parry_response_header(c->res, "Retry-After", parry_str_of("1"));
}

static parry_code try(parry_once *o, parry_call *c, const parry_route *route, const attempt *at, parry_err *err)
{
    json_t *before = NULL;
    parry_code code = find(o, at, &before, err);
    if (code != PARRY_OK)
        return code;
    if (before != NULL) {
        answer_again(c, at, before);
        json_decref(before);
        return PARRY_OK;
    }
    code = route->handle(c, err);
    if (code == PARRY_OK && c->res->status / 100 == 2)
        keep(o, at, c->res);
    return code;
}

parry_code parry_once_handle(parry_call *c, const parry_route *route, parry_err *err)
{
    parry_once *o = c->app->once;
    parry_str key;
    parry_code code = parry_once_key(c->req, &key, err);
    if (code != PARRY_OK)
        return code;
    if (c->signature.n > 0) /* whoever read it along the way gets the same answer, and no more */
        key = c->signature;
    if (o == NULL || key.p == NULL)
        return route->handle(c, err);
    const attempt at = {hash_of_key(c, key), hash_of_request(c)};
    if (!start_running(o, &at.key)) {
        say_busy(c);
        return PARRY_OK;
    }
    code = try(o, c, route, &at, err);
    stop_running(o, &at.key);
    return code;
}
