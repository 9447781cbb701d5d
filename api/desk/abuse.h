/* Abuse: what keeps programs and pranksters from filling a desk. So many tickets an hour for each address and visitor,
 * a field that people do not see, and, where it is turned on, some work for the browser. Any thread. */
#ifndef PARRY_API_DESK_ABUSE_H
#define PARRY_API_DESK_ABUSE_H

#include "access/secret.h"
#include "api/app.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { PARRY_WORK_TEXT = 48, PARRY_WORK_MINUTES = 10, PARRY_WORK_BITS_MAX = 26 };

typedef struct parry_abuse parry_abuse;

parry_abuse *parry_abuse_new(const parry_secret *master);
void parry_abuse_free(parry_abuse *a); /* NULL is fine */

/* One more ticket of this address and this visitor (may be empty). 0: fine; else try again after so many seconds. */
unsigned parry_abuse_take(parry_abuse *a, const parry_call *c, parry_str visitor, int64_t per_hour);

/* Copies of one request that come at once (one `once`) go one after the other, so that a later one finds what became of
 * the first, and neither counts nor works twice. Waits; what comes back is left by. Empty: nobody waits. */
size_t parry_copies_enter(parry_abuse *a, parry_str once);
void parry_copies_leave(parry_abuse *a, size_t turn);

/* Proof of work (Dwork and Naor, 1992; in hashcash's manner): find a text such that SHA-256(challenge "." text) begins
 * with so many zero bits. Challenges are signed, good for PARRY_WORK_MINUTES, and for one ticket. */
void parry_work_make(const parry_abuse *a, int64_t now_ms, char out[PARRY_WORK_TEXT]);
/* Fails: INVALID (too little work, not one of ours, over its time, used before). */
PARRY_MUST parry_code parry_work_check(parry_abuse *a, parry_str challenge, parry_str answer, unsigned bits,
                                       int64_t now_ms, parry_err *err);

/* One plain mail address (the dot-atom form of RFC 5321), at most 254 bytes. */
bool parry_email_good(parry_str s);
/* Is it what its type says, by its first bytes? image/png, image/jpeg, image/gif, image/webp, application/pdf,
 * text/plain (UTF-8). Anything else is not taken. */
bool parry_attachment_good(parry_str type, parry_str bytes);

#ifdef __cplusplus
}
#endif
#endif
