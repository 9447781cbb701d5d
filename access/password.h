/* Passwords by argon2id. Hashing takes 64 MB and a tenth of a second, so only a few run at once, a few more wait, and
 * the rest is told to come back. Any thread. */
#ifndef PARRY_ACCESS_PASSWORD_H
#define PARRY_ACCESS_PASSWORD_H

#include "base/str.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    PARRY_PASSWORD_MIN = 10,
    PARRY_PASSWORD_MAX = 256,
    PARRY_PASSWORD_HASH = 128,
    PARRY_HASHING = 2,
    PARRY_HASHING_WAIT = 8
};

typedef struct parry_passwords parry_passwords;
parry_passwords *parry_passwords_new(bool light); /* light: the least cost that there is, for tests */
void parry_passwords_free(parry_passwords *p);    /* NULL is fine */

/* 10 to 256 bytes of UTF-8, not the account's own name. INVALID says what is missing. */
PARRY_MUST parry_code parry_password_fit(parry_str password, parry_str account, parry_err *err);
/* UNAVAILABLE: too many at once. */
PARRY_MUST parry_code parry_password_hash(parry_passwords *p, parry_str password, char out[PARRY_PASSWORD_HASH],
                                          parry_err *err);
/* hash empty (no such account, or one without a password): *right is false, after the same time.
 * UNAVAILABLE: too many at once. */
PARRY_MUST parry_code parry_password_check(parry_passwords *p, parry_str hash, parry_str password, bool *right,
                                           parry_err *err);

#ifdef __cplusplus
}
#endif
#endif
