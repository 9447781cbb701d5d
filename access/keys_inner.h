/* What the files of keys share. Private to access/. */
#ifndef PARRY_ACCESS_KEYS_INNER_H
#define PARRY_ACCESS_KEYS_INNER_H

#include "access/inner.h"
#include "access/keys.h"

/* Cuts who down to what the limits allow as well. false: that leaves nothing. */
bool parry_limits_narrow(const parry_access *x, parry_arena *a, const parry_limits *inner, parry_identity *who);

/* What a key of this record signs search keys with. old: with the text it had before it was rotated. CORRUPT. */
PARRY_MUST parry_code parry_key_signer(const parry_access *x, parry_arena *a, parry_str id, const json_t *record,
                                       bool old, parry_secret *out, parry_err *err);
parry_secret parry_key_signer_of(parry_str secret_key); /* from its text */
/* ID.PARAMS.MAC behind its prefix. */
parry_str parry_key_sign(parry_arena *a, const parry_secret *signer, parry_str id, const parry_limits *limits,
                         int64_t expires_ms);
PARRY_MUST parry_code parry_key_of_record(parry_arena *a, parry_str id, const json_t *j, parry_key *out,
                                          parry_err *err);

#define PARRY_SECRET_PREFIX "parry_sk_"
#define PARRY_SEARCH_PREFIX "parry_pk_"

#endif
