/* What sign-in, links and sessions share. Private to access/. */
#ifndef PARRY_ACCESS_SESSIONS_INNER_H
#define PARRY_ACCESS_SESSIONS_INNER_H

#include "access/people_inner.h"
#include "access/sessions.h"

/* A new session in t, which the caller commits; sessions that ended are swept on the way. */
PARRY_MUST parry_code parry_session_put(parry_access *x, parry_txn *t, parry_arena *a, parry_str person,
                                        parry_role role, int64_t epoch, parry_session *out, parry_err *err);
PARRY_MUST parry_code parry_session_drop(parry_access *x, parry_txn *t, parry_str token, parry_err *err);

#endif
