/* Follow links: a person follows the ticket without an account. A token names the hand-off and when the link ends, and
 * is signed (HMAC-SHA-256, cut to 128 bits); nothing is stored. Pure; any thread. */
#ifndef PARRY_DESK_FOLLOW_H
#define PARRY_DESK_FOLLOW_H

#include "access/secret.h"
#include "base/uuid.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { PARRY_FOLLOW_TEXT = 56 }; /* with its end: 16 + 8 + 16 bytes in base64url */

void parry_follow_make(const parry_secret *key, parry_uuid handoff, int64_t until_ms, char out[PARRY_FOLLOW_TEXT]);
/* Fails: NOT_FOUND (not one of ours, or over its time: which of the two is not said). */
PARRY_MUST parry_code parry_follow_read(const parry_secret *key, parry_str token, int64_t now_ms, parry_uuid *handoff,
                                        parry_err *err);

#ifdef __cplusplus
}
#endif
#endif
