/* What the files of access/ share. Private to access/. */
#ifndef PARRY_ACCESS_INNER_H
#define PARRY_ACCESS_INNER_H

#include "access/access.h"
#include "access/lockout.h"
#include "access/password.h"
#include "access/secret.h"
#include "access/seen.h"

#ifdef __cplusplus
extern "C" {
#endif

struct parry_access {
    parry_env *env;
    parry_table keys, used, people, sessions, meta;
    parry_access_options options; /* strings are our own copies */
    parry_secret master;
    parry_passwords *passwords;
    parry_lockouts *lockouts;
    parry_seen *seen_keys, *seen_sessions;
    parry_arena *arena; /* owns strings, one thread */
};

static inline int64_t parry_access_now(const parry_access *a) { return parry_clock_now_ms(a->options.clock); }

/* Records: JSON in a table. Get: NOT_FOUND, CORRUPT; the caller owns *out. Put steals nothing. */
PARRY_MUST parry_code parry_access_load(parry_txn *t, parry_table table, parry_str key, json_t **out, parry_err *err);
PARRY_MUST parry_code parry_access_save(parry_txn *t, parry_table table, parry_str key, const json_t *j,
                                        parry_err *err);
/* Members of a record; what is not there is empty, 0, false. Borrowed from j. */
parry_str parry_member_text(const json_t *j, const char *name);
int64_t parry_member_number(const json_t *j, const char *name);
bool parry_member_flag(const json_t *j, const char *name);
json_t *parry_text_json(parry_str s); /* never NULL: what is no UTF-8 is cleaned */

/* Tells, then commits; aborts where it cannot be told. Ends t, whatever it returns. */
PARRY_MUST parry_code parry_access_commit(const parry_access *a, parry_txn *t, const parry_actor *by,
                                          const char *action, const char *kind, parry_str target, json_t *more,
                                          parry_err *err);

#ifdef __cplusplus
}
#endif
#endif
