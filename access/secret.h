/* Secrets: the one compare that takes the same time whatever differs, random tokens, keyed hashes, sealing, and the
 * file outside DATA that all of it rests on. Pure but for parry_secret_file; any thread. */
#ifndef PARRY_ACCESS_SECRET_H
#define PARRY_ACCESS_SECRET_H

#include "base/hash.h"
#include "base/str.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { PARRY_SECRET_BYTES = 32, PARRY_TOKEN_TEXT = 44 }; /* 32 random bytes as base64url: 43 characters */

typedef struct parry_secret {
    unsigned char b[PARRY_SECRET_BYTES];
} parry_secret;

/* Constant time in the bytes; lengths are no secret here. Every comparison with a secret goes through this one. */
bool parry_secret_equal(const void *a, const void *b, size_t n);
bool parry_secret_equals(parry_str a, parry_str b); /* false at once where lengths differ */

void parry_token_random(char out[PARRY_TOKEN_TEXT]);                  /* 256 bits */
parry_str parry_base64_make(parry_arena *a, const void *p, size_t n); /* base64url without padding, zero-terminated */
/* false: not base64url without padding. */
bool parry_base64_read(parry_arena *a, parry_str text, parry_str *out);

/* HMAC-SHA-256 of `purpose` and what, so that one key serves several purposes without their mixing. */
parry_secret parry_secret_mac(const parry_secret *key, const char *purpose, parry_str what);
/* The same under a key of any length, of `what` alone: what another program computes with any HMAC. */
parry_secret parry_secret_hmac(parry_str key, parry_str what);

/* Encrypted and authenticated (XChaCha20-Poly1305), bound to `about`: text in the arena, base64url. */
parry_str parry_secret_seal(parry_arena *a, const parry_secret *key, parry_str about, parry_str plain);
/* CORRUPT: another key, another `about`, or changed bytes. */
PARRY_MUST parry_code parry_secret_open(parry_arena *a, const parry_secret *key, parry_str about, parry_str sealed,
                                        parry_str *plain, parry_err *err);

/* 32 bytes in hex in a file that only its owner reads; made with its folder (0700) where it is not there.
 * Fails: DENIED (others may read or write it; the text says what to do), CORRUPT, IO. */
PARRY_MUST parry_code parry_secret_file(const char *path, parry_secret *out, parry_err *err);
/* What another program knows, too: 1 to cap secrets, a line each, in a file that only its owner reads; zero-terminated,
 * in the arena. Fails: DENIED (others may read it), INVALID (none or too many, one of under `least` bytes, control
 * characters), NOT_FOUND, IO. */
PARRY_MUST parry_code parry_secret_lines(parry_arena *a, const char *path, size_t least, parry_str *out, size_t cap,
                                         size_t *n, parry_err *err);

#ifdef __cplusplus
}
#endif
#endif
