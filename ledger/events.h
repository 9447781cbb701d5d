/* Events: what happened around searches, as clients tell it. One table says which types there are and which fields
 * each has (docs/events.md is written from it); what comes out is a payload for the ledger with nothing personal in it:
 * texts redacted (redact.h), visitors, sessions and addresses as keys (visitor.h).
 *
 * An event is a JSON object: "type"; maybe "id" (a UUID, which makes sending it again harmless), "at" (Unix ms or
 * RFC 3339; else now); and the fields of its type. */
#ifndef PARRY_LEDGER_EVENTS_H
#define PARRY_LEDGER_EVENTS_H

#include "ledger/redact.h"
#include "ledger/visitor.h"

#include <jansson.h>

#ifdef __cplusplus
extern "C" {
#endif

/* How far from now an event may say it happened. Together they are the ledger's window for ids: an event that is taken
 * at all was never taken before. */
#define PARRY_EVENT_LATE_MS ((int64_t)7 * 86400000)
#define PARRY_EVENT_AHEAD_MS ((int64_t)1 * 86400000)

typedef struct parry_event_context {
    const parry_redactor *redactor;
    const parry_visitors *visitors;
    int64_t now_ms;
    parry_str audience;         /* of who sends it; empty: not said */
    parry_str visitor, session; /* of an event that names none; empty: unknown */
    bool bot;                   /* its sender is a program that says so */
} parry_event_context;

/* The record of one event; its payload lives in the arena, and its id is made where none was given. An event that says
 * it happened later than now happens now, and its payload has by how much ("ahead_ms").
 * Fails: INVALID, "FIELD: what is wrong with it". */
PARRY_MUST parry_code parry_event_read(const parry_event_context *c, parry_arena *a, const json_t *event,
                                       parry_ledger_item *out, parry_err *err);

/* Whether it has the outer form of an event: an object of strings, whole numbers (up to 2^53 either way), true, false
 * and lists of strings. What has not is a mistake in the program that sends it. */
bool parry_event_shaped(const json_t *event);

/* A text, redacted (as one of the payload's "locale", if that is there), into a payload: "name": text, and which kinds
 * were found under "redacted". */
void parry_event_set_text(const parry_redactor *r, parry_arena *a, json_t *payload, const char *name, parry_str text);
/* "name": the key of what somebody calls himself. */
void parry_event_set_key(const parry_visitors *v, json_t *payload, const char *name, parry_pseudonym as, int64_t at_ms,
                         parry_str raw);

/* Whom a payload is about, by the keys in it: visitor, session, contact (a chat's customer_id and session_id, a trial's
 * unit, too). */
void parry_event_set_about(const json_t *payload, parry_ledger_item *item);

void parry_events_manual(parry_buf *out); /* the table of types as Markdown */

#ifdef __cplusplus
}
#endif
#endif
