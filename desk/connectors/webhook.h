/* The signature of a webhook, ours to others and others' to us. */
#ifndef PARRY_DESK_CONNECTORS_WEBHOOK_H
#define PARRY_DESK_CONNECTORS_WEBHOOK_H

#include "base/err.h"
#include "base/str.h"
#include "outbox/web.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The value of the header Parry-Signature: "t=UNIX,v1=HEX", HEX the HMAC-SHA-256 under the secret of "UNIX.BODY"; in
 * the arena. */
parry_str parry_webhook_signature(parry_arena *a, parry_str secret, int64_t unix_s, parry_str body);

enum { PARRY_WEBHOOK_SECRETS = 8, PARRY_WEBHOOK_SECRET_LEAST = 16, PARRY_WEBHOOK_TOLERANCE_S = 300 };
/* Is this header of this body, made by who knows one of the secrets, and not over five minutes from now? Compared in
 * constant time. *mac: its HEX, borrowed. DENIED says what is wrong, and nothing of the secrets. */
PARRY_MUST parry_code parry_webhook_verify(parry_arena *a, const parry_str *secrets, size_t n, parry_str header,
                                           parry_str body, int64_t now_s, parry_str *mac, parry_err *err);

typedef struct parry_webhook_call { /* all borrowed */
    const char *url, *event;        /* event: of the header Parry-Event */
    parry_str secret, id, body;     /* id: the same for the same thing, as Idempotency-Key; empty: none */
} parry_webhook_call;
/* Sends a body as JSON, signed anew. Waits; fails as parry_web_ask. */
parry_fate parry_webhook_post(const parry_web_rules *rules, const parry_webhook_call *call, parry_arena *a,
                              parry_web_reply *out, parry_err *err);

#ifdef __cplusplus
}
#endif
#endif
