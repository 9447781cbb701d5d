/* People: those who run the help centre, each with one role. A change of password, a lock and a removal end all of the
 * person's sessions at once; a change of role holds from the next request on. Threads: any; changes wait for the disk.
 */
#ifndef PARRY_ACCESS_PEOPLE_H
#define PARRY_ACCESS_PEOPLE_H

#include "access/access.h"
#include "access/rights.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { PARRY_PERSON_ID_MAX = 64, PARRY_PERSON_NAME_MAX = 100, PARRY_PEOPLE_MAX = 10000, PARRY_RECOVERY_CODES = 10 };

typedef struct parry_person {
    parry_str id;   /* what they sign in with: lower-case letters, digits, and ._@+- */
    parry_str name; /* for people */
    parry_role role;
    bool locked, two_factor;
    int64_t created_ms, signed_in_ms; /* 0: never */
} parry_person;

/* id, name (empty: the id) and role are read. Fails: INVALID, CONFLICT (there is one). */
PARRY_MUST parry_code parry_person_add(parry_access *x, const parry_actor *by, const parry_person *p,
                                       parry_str password, parry_err *err);
PARRY_MUST parry_code parry_person_get(parry_access *x, parry_arena *a, parry_str id, parry_person *out,
                                       parry_err *err);
/* In id order, those after `after` (empty: from the start), at most cap. */
PARRY_MUST parry_code parry_person_list(parry_access *x, parry_arena *a, parry_str after, size_t cap,
                                        parry_person **people, size_t *n, parry_err *err);
/* All: NOT_FOUND. */
PARRY_MUST parry_code parry_person_set_role(parry_access *x, const parry_actor *by, parry_str id, parry_role role,
                                            parry_err *err);
PARRY_MUST parry_code parry_person_set_password(parry_access *x, const parry_actor *by, parry_str id,
                                                parry_str password, parry_err *err);
PARRY_MUST parry_code parry_person_lock(parry_access *x, const parry_actor *by, parry_str id, bool locked,
                                        parry_err *err);
PARRY_MUST parry_code parry_person_remove(parry_access *x, const parry_actor *by, parry_str id, parry_err *err);

/* One-time codes, in two steps, so that nobody locks himself out. Start gives the secret (base32, and a URI for an
 * app); they are asked for once confirm saw a code of it, and it gives PARRY_RECOVERY_CODES codes that work once each
 * in place of one. CONFLICT: they are on already; INVALID: nothing was started, or the code is wrong. */
PARRY_MUST parry_code parry_person_codes_start(parry_access *x, parry_arena *a, const parry_actor *by, parry_str id,
                                               parry_str *base32, parry_str *uri, parry_err *err);
PARRY_MUST parry_code parry_person_codes_confirm(parry_access *x, parry_arena *a, const parry_actor *by, parry_str id,
                                                 parry_str code, parry_str recovery[PARRY_RECOVERY_CODES],
                                                 parry_err *err);
PARRY_MUST parry_code parry_person_codes_off(parry_access *x, const parry_actor *by, parry_str id, parry_err *err);

#ifdef __cplusplus
}
#endif
#endif
