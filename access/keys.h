/* Keys: what programs bring along. Two kinds.
 *
 * Secret: parry_sk_ID_RANDOM, with a set of rights. 256 random bits; the store holds their SHA-256.
 * Search: parry_pk_ID.PARAMS.MAC, safe in a browser: it may search and send events, for the audiences, locale and
 * filters that stand in it, until it expires. PARAMS is base64url of JSON:
 *     {"expires": UNIX-SECONDS, "audiences": ["customer"], "locale": "en", "filters": {"category": ["Refunds"]}}
 * expires must be there. MAC is base64url of HMAC-SHA-256 over "ID.PARAMS". Where ID is a search key's own, the server
 * made it. Where it is a secret key's, its holder did, without asking anybody (parry_key_derive, or four lines of any
 * language: docs/access.md), under
 *     signing key = HMAC-SHA-256(key: the secret key's whole text, message: "parry search key")
 * and its limits only narrow those of the secret key.
 *
 * Threads: any. Looking at a key writes nothing and waits for nothing but memory. */
#ifndef PARRY_ACCESS_KEYS_H
#define PARRY_ACCESS_KEYS_H

#include "access/access.h"
#include "access/identity.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    PARRY_KEY_ID = 12,
    PARRY_KEY_TEXT_MAX = 2048,
    PARRY_KEY_NAME_MAX = 100,
    PARRY_KEY_LIST_MAX = 16, /* audiences; values of filters together */
    PARRY_KEY_VALUE_MAX = 200,
    PARRY_KEYS_MAX = 10000,
};

typedef struct parry_limits {
    parry_str *audiences; /* none: those open to the public, or with articles.read every one */
    size_t naudiences;
    parry_str locale;            /* empty: all */
    parry_narrowing *narrowings; /* of fields category, product, tag */
    size_t nnarrowings;
} parry_limits;
/* As JSON, and back: {"audiences": [...], "locale": ..., "filters": {"category": [...]}}; all may be missing. INVALID.
 */
json_t *parry_limits_json(const parry_limits *l);
PARRY_MUST parry_code parry_limits_read(parry_arena *a, const json_t *j, parry_limits *out, parry_err *err);

typedef enum parry_key_kind { PARRY_KEY_SECRET, PARRY_KEY_SEARCH } parry_key_kind;

typedef struct parry_key {
    parry_str id, name;
    parry_key_kind kind;
    parry_rights rights;
    parry_limits limits;
    int64_t created_ms, expires_ms, revoked_ms, rotated_ms, old_until_ms, used_ms; /* 0: never */
} parry_key;

/* Of `key`, name, kind, rights (of a secret key), limits and expires_ms are read; a search key must expire. *text is
 * the key itself, shown this once. Fails: INVALID, CONFLICT (too many). */
PARRY_MUST parry_code parry_key_create(parry_access *x, parry_arena *a, const parry_actor *by, const parry_key *key,
                                       parry_key *out, parry_str *text, parry_err *err);
PARRY_MUST parry_code parry_key_get(parry_access *x, parry_arena *a, parry_str id, parry_key *out, parry_err *err);
/* In id order, those after `after` (empty: from the start), at most cap. */
PARRY_MUST parry_code parry_key_list(parry_access *x, parry_arena *a, parry_str after, size_t cap, parry_key **keys,
                                     size_t *n, parry_err *err);
/* A new text for the same key; the one before stays valid for grace_ms. expires_ms: the new end, 0 keeps it. What was
 * derived from a secret key lives as long as the text it was derived from. Fails: NOT_FOUND, CONFLICT (revoked).
 */
PARRY_MUST parry_code parry_key_rotate(parry_access *x, parry_arena *a, const parry_actor *by, parry_str id,
                                       int64_t grace_ms, int64_t expires_ms, parry_str *text, parry_err *err);
/* At once, and what was derived from it too. Revoking again is fine. NOT_FOUND. */
PARRY_MUST parry_code parry_key_revoke(parry_access *x, const parry_actor *by, parry_str id, parry_err *err);
/* Is there a key that is neither revoked nor expired? */
PARRY_MUST parry_code parry_key_any(parry_access *x, bool *any, parry_err *err);

/* Does it look like one? Says nothing of its being valid. */
bool parry_key_looks_secret(parry_str text);
bool parry_key_looks(parry_str text);
/* Whose it is. Strings of *out live in the arena. DENIED: not a key of ours, or not any more. */
PARRY_MUST parry_code parry_key_verify(parry_access *x, parry_arena *a, parry_str text, parry_identity *out,
                                       parry_err *err);
/* A search key out of a secret one. Asks nobody. INVALID. */
PARRY_MUST parry_code parry_key_derive(parry_arena *a, parry_str secret_key, const parry_limits *limits,
                                       int64_t expires_ms, parry_str *text, parry_err *err);

#ifdef __cplusplus
}
#endif
#endif
