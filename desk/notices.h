/* Notices: what the server itself tells one program of its owner's, alerts: each a JSON text, signed as a hand-off to a
 * webhook is (docs/connectors.md), delivered through the outbox like one: durable, at least once, with the same
 * Idempotency-Key each time. The guard against private addresses holds as it does there (outbox/web.h). */
#ifndef PARRY_DESK_NOTICES_H
#define PARRY_DESK_NOTICES_H

#include "outbox/outbox.h"

#ifdef __cplusplus
extern "C" {
#endif

#define PARRY_NOTICES_TARGET "alerts" /* of the outbox; no connector may have this name */

typedef struct parry_notices_options {
    const char *url, *secret_file; /* url "": nobody is told */
    bool inside;                   /* the address may be of this machine, or of a private network */
} parry_notices_options;

typedef struct parry_notices parry_notices;

/* *out NULL: nobody is told. Fails: INVALID (url, no secret), NOT_FOUND, DENIED (the secret's file). */
PARRY_MUST parry_code parry_notices_open(const parry_notices_options *o, parry_notices **out, parry_err *err);
void parry_notices_free(parry_notices *n); /* NULL is fine */
/* n is borrowed. */
parry_target parry_notices_target(parry_notices *n);

#ifdef __cplusplus
}
#endif
#endif
