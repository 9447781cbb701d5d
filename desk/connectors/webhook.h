/* The signature of a webhook, for whoever makes or checks one. */
#ifndef PARRY_DESK_CONNECTORS_WEBHOOK_H
#define PARRY_DESK_CONNECTORS_WEBHOOK_H

#include "base/str.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The value of the header Parry-Signature: "t=UNIX,v1=HEX", HEX the HMAC-SHA-256 under the secret of "UNIX.BODY"; in
 * the arena. */
parry_str parry_webhook_signature(parry_arena *a, parry_str secret, int64_t unix_s, parry_str body);

#ifdef __cplusplus
}
#endif
#endif
