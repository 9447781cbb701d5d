/* Form: what somebody sends to open a ticket, read and checked, as a hand-off packet. Private to api/. */
#ifndef PARRY_API_DESK_FORM_H
#define PARRY_API_DESK_FORM_H

#include "api/app.h"
#include "desk/desk.h"

#ifdef __cplusplus
extern "C" {
#endif

extern const char parry_handoff_schema[]; /* of POST /v1/handoffs */
extern const char parry_draft_schema[];   /* of POST /v1/handoffs/draft */

typedef struct parry_form {
    json_t *packet; /* the caller's to free */
    bool first;     /* queue and priority are guessed by words alone, and better before it goes out */
    char visitor[33], session[33], contact[33]; /* keys (ledger/visitor.h); "" unknown */
} parry_form;

/* What a slip of the pen gets wrong, before anything is spent on it. INVALID. */
PARRY_MUST parry_code parry_form_glance(const parry_call *c, const json_t *body, parry_err *err);
/* A body that was glanced at as a packet: classified, with the journey where its sender agrees. Fails: INVALID (which
 * member), DENIED (the audience), UNAVAILABLE. */
PARRY_MUST parry_code parry_form_read(parry_call *c, const json_t *body, parry_form *out, parry_err *err);
/* {"subject": ..., "queue": {...}, "priority": {...}} for what was written so far, or asked by the named searches. */
PARRY_MUST parry_code parry_form_suggest(parry_call *c, const json_t *body, json_t **out, parry_err *err);

#ifdef __cplusplus
}
#endif
#endif
