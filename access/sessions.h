/* Sessions of people in a browser, signing in, and the one-time link. A session's token is 256 random bits, of which
 * the store holds the SHA-256; it is new at every sign-in, whatever the browser brought, so none can be planted.
 * Threads: any. Looking at a session writes nothing; everything else waits for the disk. */
#ifndef PARRY_ACCESS_SESSIONS_H
#define PARRY_ACCESS_SESSIONS_H

#include "access/access.h"
#include "access/identity.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { PARRY_SESSIONS_EACH = 20 }; /* of one person; the oldest gives way */

typedef struct parry_session {
    parry_str token;  /* for the cookie; shown this once */
    parry_str csrf;   /* what every write must send along */
    parry_str person; /* "@link" of who came by the one-time link */
    parry_role role;
    int64_t until_ms; /* at the latest */
} parry_session;

typedef struct parry_sign_in {
    parry_str person, password;
    parry_str code;    /* one-time or recovery code; empty: none was given */
    parry_str address; /* of the client */
    parry_str before;  /* token of the cookie that came along, which ends; may be empty */
} parry_sign_in;

typedef enum parry_sign_in_end {
    PARRY_SIGN_IN_DONE,
    PARRY_SIGN_IN_WRONG, /* account, password or code; never said which */
    PARRY_SIGN_IN_CODE,  /* the password was right, and a code is asked for */
    PARRY_SIGN_IN_WAIT   /* too many tries; after *wait_ms */
} parry_sign_in_end;

/* OK with *end other than DONE leaves *out alone. Fails: UNAVAILABLE (too many sign-ins at once), IO ... */
PARRY_MUST parry_code parry_sign_in_with(parry_access *x, parry_arena *a, const parry_sign_in *in, parry_session *out,
                                         parry_sign_in_end *end, int64_t *wait_ms, parry_err *err);

/* DENIED: no such session, or it ended. Strings of *out live in the arena. */
PARRY_MUST parry_code parry_session_find(parry_access *x, parry_arena *a, parry_str token, parry_identity *out,
                                         parry_err *err);
/* Role of who has it; DENIED as above. */
PARRY_MUST parry_code parry_session_look(parry_access *x, parry_arena *a, parry_str token, parry_session *out,
                                         parry_err *err);
/* It ends; one that is not there is fine. */
PARRY_MUST parry_code parry_session_end(parry_access *x, const parry_actor *by, parry_str token, parry_err *err);

/* How many are kept; those that ended are among them until somebody signs in. */
PARRY_MUST parry_code parry_session_count(parry_access *x, uint64_t *n, parry_err *err);

/* A token that makes one session of an administrator within ttl_ms. The ones made before stop working. */
PARRY_MUST parry_code parry_link_make(parry_access *x, parry_arena *a, int64_t ttl_ms, parry_str *token,
                                      parry_err *err);
/* DENIED: not a link, used already, or too late. WAIT as with passwords. */
PARRY_MUST parry_code parry_link_redeem(parry_access *x, parry_arena *a, parry_str token, parry_str address,
                                        parry_session *out, parry_sign_in_end *end, int64_t *wait_ms, parry_err *err);

#ifdef __cplusplus
}
#endif
#endif
