/* Idempotency-Key: a request that is sent again because its answer was lost does nothing twice. What was answered is
 * kept in the store's environment for a day, under a hash of who asked and the key they chose.
 *
 *     the first time            it is done, and its answer kept if it went well (2xx)
 *     again, the same request   the same answer, with Idempotency-Replayed: true
 *     while the first runs      409 and Retry-After
 *     another request           422
 *
 * What is known by a signature is done once for each signature, whatever key it brings: sent again by whoever read it
 * along the way, it does nothing.
 *
 * An answer that holds a secret (res->plain) or is over PARRY_ONCE_BODY_MAX is not kept, only that it was given and its
 * headers: again is 409 with Location. Of the request only a hash is kept, under the secret outside DATA. A crash
 * between the work and the keeping of its answer is the one gap: the work is then done, and asked again it answers as
 * anything asked twice does.
 *
 * Any thread. */
#ifndef PARRY_API_IDEMPOTENCY_H
#define PARRY_API_IDEMPOTENCY_H

#include "base/clock.h"
#include "base/env.h"
#include "base/err.h"
#include "base/uuid.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    PARRY_ONCE_KEY_MAX = 255, /* visible ASCII */
    PARRY_ONCE_BODY_MAX = 64 * 1024,
    PARRY_ONCE_MOST = 20000, /* answers; then the oldest go first */
    PARRY_ONCE_HOURS = 24,
};

typedef struct parry_once parry_once;
struct parry_call;
struct parry_route;

/* env is borrowed; makes its tables. */
PARRY_MUST parry_code parry_once_open(parry_env *env, parry_clock clock, parry_once **out, parry_err *err);
void parry_once_close(parry_once *o); /* NULL is fine */
/* What a request brings; p NULL: nothing. INVALID: empty, too long, other characters. */
struct parry_request;
PARRY_MUST parry_code parry_once_key(const struct parry_request *r, parry_str *key, parry_err *err);
/* The route's handler, unless the call brings an Idempotency-Key that was answered before. May wait for a disk. Fails
 * as the handler, and INVALID (the key). */
PARRY_MUST parry_code parry_once_handle(struct parry_call *c, const struct parry_route *route, parry_err *err);
/* For what keeps ids of its own (events): the same for part number `part` of whatever this caller sends to this path
 * under this key. *out is untouched where the call brings no key. INVALID (the key). */
PARRY_MUST parry_code parry_once_uuid(const struct parry_call *c, size_t part, parry_uuid *out, parry_err *err);

#ifdef __cplusplus
}
#endif
#endif
