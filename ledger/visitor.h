/* Visitor keys: what tells one visitor from another without saying who. A key is an HMAC of what the client calls its
 * visitor, under a secret that changes every 30 days; two of different periods cannot be put together. Each secret
 * follows from the one before by a hash, so that an old one can be thrown away and not be found again: after about 90
 * days nobody, not even we, can say whose a key was. The secret lies in the ledger's environment. */
#ifndef PARRY_LEDGER_VISITOR_H
#define PARRY_LEDGER_VISITOR_H

#include "ledger/ledger.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { PARRY_VISITOR_TEXT = 33 };
#define PARRY_VISITOR_PERIOD_MS ((int64_t)30 * 86400000) /* of a secret: periods begin at multiples of it, Unix ms */

typedef enum parry_pseudonym { /* the same text as two of them gives two keys */
                               PARRY_PSEUDONYM_VISITOR,
                               PARRY_PSEUDONYM_SESSION,
                               PARRY_PSEUDONYM_CONTACT, /* an e-mail address: trimmed, and in small letters */
} parry_pseudonym;

typedef struct parry_visitors parry_visitors;

/* Makes the secret where there is none; throws away what is older than it needs to be. Waits for the disk. */
PARRY_MUST parry_code parry_visitors_open(parry_ledger *l, int64_t now_ms, parry_visitors **out, parry_err *err);
void parry_visitors_free(parry_visitors *v); /* NULL is fine */
/* 32 hex digits. at_ms: when it happened, which says the period. Any thread; waits for nothing. */
void parry_visitor_key(const parry_visitors *v, parry_pseudonym as, int64_t at_ms, parry_str raw,
                       char out[PARRY_VISITOR_TEXT]);

/* The key of every period whose secret is still there, oldest first, up to that of now_ms: whoever wants to be found
 * is found under all of them. At most cap into out[]; returns how many. Any thread. */
enum { PARRY_VISITOR_PERIODS = 64 }; /* more than there ever are */
size_t parry_visitor_keys(const parry_visitors *v, parry_pseudonym as, int64_t now_ms, parry_str raw,
                          parry_ledger_subject *out, size_t cap);

#ifdef __cplusplus
}
#endif
#endif
