/* Tokens: JWTs by which a site signs its own customers and merchants in. They may search and send events, for the
 * audiences that a claim of theirs stands for. Any thread; nothing is waited for but a moment's change of keys. */
#ifndef PARRY_ACCESS_TOKENS_H
#define PARRY_ACCESS_TOKENS_H

#include "access/access.h"
#include "access/identity.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { PARRY_JWT_MAX = 8 * 1024 };

typedef struct parry_tokens_options {
    const char *jwks_file;
    const char *issuer;   /* what iss must be */
    const char *audience; /* what aud must be, or hold */
    const char *claim;    /* the claim that chooses; a text or a list of texts; "" for none */
    const char *map;      /* "seller=merchant staff=internal": its values and the audiences they stand for */
    int64_t leeway_s;     /* of clocks that differ */
} parry_tokens_options;

typedef struct parry_tokens parry_tokens;
/* Fails: NOT_FOUND, INVALID (the file, or no issuer or audience). */
PARRY_MUST parry_code parry_tokens_open(const parry_tokens_options *options, parry_tokens **out, parry_err *err);
/* The keys once more from their file: who signs has new ones. Fails as open; then the old ones stay. */
PARRY_MUST parry_code parry_tokens_reload(parry_tokens *t, parry_err *err);
void parry_tokens_close(parry_tokens *t); /* NULL is fine */

bool parry_token_looks(parry_str text); /* three parts with dots between, the first an encoded object */
/* Whose it is, at this moment; strings of *out live in the arena. DENIED: not signed with one of the keys, not for us,
 * not now. x makes the subject's pseudonym. */
PARRY_MUST parry_code parry_token_verify(parry_tokens *t, const parry_access *x, parry_arena *a, parry_str text,
                                         int64_t now_ms, parry_identity *out, parry_err *err);

#ifdef __cplusplus
}
#endif
#endif
