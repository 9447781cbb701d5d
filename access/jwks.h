/* JWKS: the keys that another system signs its users' tokens with (RFC 7517). Of kty oct, RSA and EC (P-256), each for
 * the one algorithm that its type has here: HS256, RS256, ES256. Private to access/; read only after it was read. */
#ifndef PARRY_ACCESS_JWKS_H
#define PARRY_ACCESS_JWKS_H

#include "base/str.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { PARRY_JWKS_MAX = 32, PARRY_JWKS_BYTES = 256 * 1024, PARRY_RSA_BITS = 2048, PARRY_HMAC_BYTES = 32 };

typedef struct parry_jwk {
    parry_str kid;   /* empty: it has none */
    const char *alg; /* the only one it is good for */
    parry_str key;   /* raw bytes of an oct, PEM of the others; zero-terminated */
} parry_jwk;

typedef struct parry_jwks {
    parry_jwk keys[PARRY_JWKS_MAX];
    size_t n;
} parry_jwks;

/* text: {"keys": [...]}. Keys for encryption, of other types or algorithms are left out; weak ones (RSA under 2,048
 * bits, oct under 32 bytes) and damaged ones are INVALID, and so is a set with none left. Strings live in the arena. */
PARRY_MUST parry_code parry_jwks_read(parry_arena *a, parry_str text, parry_jwks *out, parry_err *err);

#ifdef __cplusplus
}
#endif
#endif
