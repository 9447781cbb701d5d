/* Connectors: where tickets go. A kind is a table of settings and a few functions; a connector is a kind with its
 * settings, under a name of its own, and a target of the outbox (outbox/outbox.h). Kinds: webhook, zendesk,
 * zendesk-requests, zammad, freshdesk, github, smtp, and cases, our own store; a table in connectors/connectors.c.
 *
 *     # connectors.yaml
 *     helpdesk:
 *       kind: zendesk
 *       url: https://acme.zendesk.com
 *       user: bot@acme.example
 *       token_file: /etc/parry/zendesk.token
 *
 * Secrets come from files, never from the YAML itself, and stand in no log and no error. Requests go out by
 * outbox/web.h: https (http to this machine alone, or where `insecure: true`), no redirects, a limit on every size and
 * time, and to a private address only where `private: true` says so.
 *
 * Threads: reading is one's; what was read may be used by any number at once. */
#ifndef PARRY_DESK_CONNECTOR_H
#define PARRY_DESK_CONNECTOR_H

#include "desk/ticket.h"
#include "outbox/outbox.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct parry_connector parry_connector;

typedef enum parry_setting {
    PARRY_SETTING_TEXT,
    PARRY_SETTING_NAME,        /* letters, digits, - and _ */
    PARRY_SETTING_PAIRS,       /* "Refunds=Money, Orders=Shop": queues, and what they are called there */
    PARRY_SETTING_NUMBER,      /* from 0 */
    PARRY_SETTING_YES_NO,      /* true, false */
    PARRY_SETTING_URL,         /* http or https */
    PARRY_SETTING_MAIL_SERVER, /* smtp or smtps */
    PARRY_SETTING_ADDRESS,     /* of e-mail */
    PARRY_SETTING_PATH,        /* a file that must be there */
    PARRY_SETTING_SECRET,      /* a file that only its owner may read; the setting's value is its text */
} parry_setting;

typedef struct parry_connector_key { /* a setting */
    const char *name;
    parry_setting what;
    const char *usual; /* its default; NULL: it must be there */
    const char *help;
} parry_connector_key;

typedef enum parry_once_by {                       /* how a ticket is kept from arriving twice */
                             PARRY_ONCE_KEY,       /* the target honours a key that we send, and can be asked */
                             PARRY_ONCE_LOOK,      /* we ask whether it has our external id before we send again */
                             PARRY_ONCE_STABLE_ID, /* at least once, with the same id each time */
} parry_once_by;

typedef struct parry_connector_kind {
    const char *name, *help;
    const parry_connector_key *keys; /* until a NULL name */
    parry_once_by once;
    parry_fate (*send)(parry_connector *c, const parry_ticket *t, parry_receipt *out, parry_err *err);
    /* Has it the ticket, and in what state? By the item's key, the hand-off's id, or by the other's id in its receipt
     * once that is known. NULL: it cannot be asked. */
    parry_fate (*look)(parry_connector *c, const parry_outbox_item *item, parry_receipt *out, parry_err *err);
    /* Can it be reached, and are we let in? Creates nothing. */
    parry_code (*test)(parry_connector *c, parry_err *err);
} parry_connector_kind;

const parry_connector_kind *const *parry_connector_kinds(size_t *n);
const char *parry_once_name(parry_once_by once); /* "exactly once", "once", "at least once" */
/* Every kind and its settings, as docs/connectors.md. */
void parry_connectors_manual(parry_buf *out);

typedef struct parry_connectors parry_connectors;

enum { PARRY_CONNECTORS_MAX = PARRY_OUTBOX_TARGETS, PARRY_CONNECTORS_FILE_MAX = 256 << 10 };

/* Out of a YAML file; "": none but the built-in case store, which is always there, first, and named "cases". Fails:
 * INVALID (which connector, which setting, what to do), NOT_FOUND, DENIED (a secret's file that others may read). */
PARRY_MUST parry_code parry_connectors_read(const char *path, parry_connectors **out, parry_err *err);
void parry_connectors_free(parry_connectors *c); /* NULL is fine */
size_t parry_connectors_count(const parry_connectors *c);
parry_connector *parry_connectors_at(const parry_connectors *c, size_t i);
parry_connector *parry_connectors_named(const parry_connectors *c, parry_str name); /* NULL: none */

const char *parry_connector_name(const parry_connector *c);
const parry_connector_kind *parry_connector_kind_of(const parry_connector *c);
const char *parry_connector_get(const parry_connector *c, const char *key); /* of its settings; never NULL */
/* The outbox's target as this connector's settings have it (how many threads, how often it is looked after); send, look
 * and ctx are the caller's to fill. The name is borrowed. */
parry_target parry_connector_target(const parry_connector *c);

/* The case store that the connector "cases" delivers to: until this is said it answers LATER. */
typedef struct parry_case_store {
    void *ctx;
    parry_fate (*send)(void *ctx, const parry_ticket *t, parry_receipt *out, parry_err *err);
    parry_fate (*look)(void *ctx, parry_str handoff_id, parry_receipt *out, parry_err *err);
} parry_case_store;
void parry_connectors_use_cases(parry_connectors *c, const parry_case_store *store); /* copied; before threads */

#ifdef __cplusplus
}
#endif
#endif
