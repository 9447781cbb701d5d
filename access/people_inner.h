/* What people, sign-in and sessions share. Private to access/. */
#ifndef PARRY_ACCESS_PEOPLE_INNER_H
#define PARRY_ACCESS_PEOPLE_INNER_H

#include "access/inner.h"
#include "access/people.h"

/* Who came by the one-time link: an administrator without an account. No account's id begins with '@'. */
#define PARRY_PERSON_BY_LINK "@link"

PARRY_MUST parry_code parry_person_of_record(parry_arena *a, parry_str id, const json_t *j, parry_person *out,
                                             parry_err *err);
/* NOT_FOUND says which. The caller owns *record. */
PARRY_MUST parry_code parry_person_find(parry_access *x, parry_txn *t, parry_str id, json_t **record, parry_err *err);

/* A change of one person's record in one transaction: fn alters it, and may add to what the audit is told. */
typedef parry_code (*parry_person_change)(void *ctx, parry_access *x, parry_str id, json_t *record, json_t *told,
                                          parry_err *err);
PARRY_MUST parry_code parry_person_alter(parry_access *x, const parry_actor *by, const char *action, parry_str id,
                                         parry_person_change fn, void *ctx, parry_err *err);
void parry_person_end_sessions(json_t *record); /* all that began before */
/* Is it a code of this moment, or a recovery code? Used up in the record. */
bool parry_person_take_code(parry_access *x, parry_str id, json_t *record, parry_str code);

#endif
