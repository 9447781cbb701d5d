/* Access: who may do what. Opens the tables that keys, people and sessions stand in (the store's LMDB environment), and
 * holds what they share: the secret of the file outside DATA, the clock, the audit.
 *
 *   access_keys      id -> record (JSON): rights, limits, times, hash of the secret; never the secret
 *   access_used      key id -> u64 Unix ms of its last use, to the minute
 *   access_people    id -> record (JSON): name, role, argon2id hash, sealed one-time secret, hashes of recovery codes
 *   access_sessions  SHA-256 of the session's token -> record (JSON): person, times
 *   access_meta      "secret" -> what tells another secret file from this one; "link:HASH" -> one-time links
 *
 * Every change and every sign-in, good or bad, is told to the audit before it is committed: what cannot be told is not
 * done. Threads: any; a call that changes something waits for the disk. Another process may write at the same time:
 * each look sees the newest commit. */
#ifndef PARRY_ACCESS_ACCESS_H
#define PARRY_ACCESS_ACCESS_H

#include "base/clock.h"
#include "base/env.h"

#include <jansson.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct parry_access parry_access;

/* entry (borrowed): {"action": "key.create", "actor": "person:ada", "address": ..., "target": "key:0123", "ok": true,
 * ...}. Its time is the record's own. Called from any thread, sometimes inside a write transaction of the store. */
typedef parry_code (*parry_audit_fn)(void *ctx, const json_t *entry, parry_err *err);

typedef struct parry_access_options {
    const char *secret_file; /* made on first use */
    parry_clock clock;
    parry_audit_fn audit; /* NULL: nobody is told */
    void *audit_ctx;
    int64_t session_idle_ms, session_absolute_ms;
    const char *default_audience;
    bool light; /* for tests: passwords are hashed at the least cost */
} parry_access_options;

/* CONFLICT: the store's secrets were made with another secret file. */
PARRY_MUST parry_code parry_access_open(parry_env *env, const parry_access_options *options, parry_access **out,
                                        parry_err *err);
void parry_access_close(parry_access *a); /* NULL is fine; writes when keys were last used */
/* Writes when keys were last used and sessions last seen, if that is new: call it every minute or so, where waiting for
 * the disk is fine. */
PARRY_MUST parry_code parry_access_tick(parry_access *a, parry_err *err);

/* Who does something: "person:ada", "key:0123456789ab", "cli:root"; and from where ("" where there is no network). */
typedef struct parry_actor {
    parry_str id, address;
} parry_actor;

/* Tells the audit what was done to target ("article:refunds": kind and target); steals `more` (an object with further
 * members, may be NULL). Waits for the disk. What the tables of this folder hold tells itself, before it is committed.
 */
PARRY_MUST parry_code parry_access_tell(const parry_access *a, const parry_actor *by, const char *action,
                                        const char *kind, parry_str target, bool ok, json_t *more, parry_err *err);

/* A key of its own for one purpose, derived from the secret file: 32 bytes. */
struct parry_secret;
void parry_access_derive(const parry_access *a, const char *purpose, struct parry_secret *out);
/* Open to everybody: customer, merchant, and the configured default. */
bool parry_access_public(const parry_access *a, parry_str audience);
/* A stable name for a subject of another system that does not give the subject away: 32 hex digits. */
parry_str parry_access_pseudonym(const parry_access *a, parry_arena *arena, parry_str subject);

#ifdef __cplusplus
}
#endif
#endif
