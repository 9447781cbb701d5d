/* One-time codes: six digits, a new one every 30 seconds (RFC 6238), by liboath. Pure; any thread. */
#ifndef PARRY_ACCESS_TOTP_H
#define PARRY_ACCESS_TOTP_H

#include "base/str.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { PARRY_TOTP_BYTES = 20, PARRY_TOTP_DIGITS = 6, PARRY_TOTP_STEP_S = 30 };

/* Is it the code of this moment, or of the step before or after? Only of a step later than *step, so that no code works
 * twice; *step becomes its own. secret: PARRY_TOTP_BYTES raw bytes. */
bool parry_totp_check(parry_str secret, int64_t now_ms, parry_str code, uint64_t *step);
parry_str parry_totp_base32(parry_arena *a, parry_str secret);
/* What an app scans: otpauth://totp/ISSUER:ACCOUNT?secret=... */
parry_str parry_totp_uri(parry_arena *a, const char *issuer, parry_str account, parry_str base32);

#ifdef __cplusplus
}
#endif
#endif
