/* Desk: what becomes of a person whom search did not help. Opens DATA/desk, the one LMDB environment of its tables, and
 * what stands in them, and delivers what is accepted.
 *
 *     DATA/desk/data.mdb    hand-offs (desk/handoff.h), the outbox (outbox/outbox.h), cases (desk/cases/cases.h)
 *     DATA/desk/search      the index of cases, derived
 *     DATA/desk/LOCK        one process works in it
 *
 * Threads: any. */
#ifndef PARRY_DESK_DESK_H
#define PARRY_DESK_DESK_H

#include "access/access.h"
#include "access/secret.h"
#include "desk/cases/cases.h"
#include "desk/connector.h"
#include "desk/guess.h"
#include "desk/handoff.h"
#include "desk/notices.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { PARRY_DESK_TARGETS = PARRY_HANDOFF_TARGETS + 1 }; /* of the outbox: connectors, and who hears notices */

typedef struct parry_desk parry_desk;

typedef struct parry_desk_options {
    const char *data;        /* DATA: the desk is below it, and so is the classifier */
    const parry_secret *key; /* derived from the secret file for the desk alone */
    parry_clock clock;
    int wait_ms;                  /* for another process that has it */
    const char *connectors_file;  /* "": the case store alone */
    const char *hook_secret_file; /* "": hooks are known by a key alone */
    const char *targets;          /* names of connectors, between spaces or commas; the first one's status counts */
    const char *public_url;       /* "https://help.example": packets have a link to follow; "": they have none */
    const parry_access *access;   /* its audit hears what was erased; NULL: nobody does. Borrowed */
    int64_t keep_handoffs_ms, keep_cases_ms; /* desk/retention.h; 0: for ever */
    const parry_encoder *encoder;            /* NULL: classified by words alone. Borrowed */
    parry_notices_options notices;
} parry_desk_options;

/* Fails: CONFLICT (another process has it still), INVALID (connectors, targets), NOT_FOUND, DENIED, CORRUPT, IO. */
PARRY_MUST parry_code parry_desk_open(const parry_desk_options *o, parry_desk **out, parry_err *err);
/* Delivers from now on, on threads of its own, until it is closed. */
PARRY_MUST parry_code parry_desk_start(parry_desk *d, parry_err *err);
void parry_desk_close(parry_desk *d); /* NULL is fine */

/* Accepts a notice for delivery, durably; the same key again is the same one. false: nobody is told here. Fails: IO,
 * INVALID (the key; outbox.h), UNAVAILABLE. */
PARRY_MUST parry_code parry_desk_notify(parry_desk *d, parry_str key, parry_str body, bool *told, parry_err *err);

/* Erases a case with its comments and attachments, the hand-off that it came from, and what of that is in the outbox.
 * Beside a running server, too. NOT_FOUND: there is no such case. */
PARRY_MUST parry_code parry_desk_erase_case(parry_cases *cases, parry_handoffs *handoffs, uint64_t id, parry_err *err);

parry_cases *parry_desk_cases(parry_desk *d);
parry_handoffs *parry_desk_handoffs(parry_desk *d);
parry_outbox *parry_desk_outbox(parry_desk *d);
const parry_str *parry_desk_hook_secrets(const parry_desk *d, size_t *n); /* what others sign with who tell us */
/* A desk that delivers warms it by itself ten seconds after its start. */
parry_guesser *parry_desk_guesser(parry_desk *d);

/* The outbox of a desk that another process may be working in: to list, retry and drop, not to deliver. */
typedef struct parry_desk_visit {
    parry_env *env;
    parry_group *group;
    parry_handoffs *handoffs; /* for the outbox to tell, and to erase */
    parry_outbox *outbox;
} parry_desk_visit;
/* Fails: NOT_FOUND (there is no desk in DATA). */
PARRY_MUST parry_code parry_desk_visit_open(const char *data, parry_desk_visit *out, parry_err *err);
void parry_desk_visit_close(parry_desk_visit *v); /* a zeroed one is fine */

#ifdef __cplusplus
}
#endif
#endif
