/* What the kinds of connectors share. Private to desk/connectors/. */
#ifndef PARRY_DESK_CONNECTORS_INNER_H
#define PARRY_DESK_CONNECTORS_INNER_H

#include "base/json.h"
#include "desk/connector.h"
#include "outbox/web.h"

enum { PARRY_SETTINGS_OF_ONE = 32 };

struct parry_connector {
    const char *name;
    const parry_connector_kind *kind;
    const char *values[PARRY_SETTINGS_OF_ONE]; /* as kind->keys */
    parry_web_rules rules;
    parry_case_store store;
};

extern const parry_connector_kind parry_kind_webhook, parry_kind_zendesk, parry_kind_zendesk_requests,
    parry_kind_zammad, parry_kind_freshdesk, parry_kind_github, parry_kind_smtp, parry_kind_cases;

/* Settings of every kind that goes over the network, and of those that are looked after. */
#define PARRY_KEYS_OF_WEB                                                                                              \
    {"ca_file", PARRY_SETTING_PATH, "", "PEM of the authorities to trust, in place of the system's."},                 \
        {"insecure", PARRY_SETTING_YES_NO, "false",                                                                    \
         "Without TLS to other machines, too. What people wrote then crosses the network in the clear."},              \
        {"private", PARRY_SETTING_YES_NO, "false",                                                                     \
         "It may be on this machine or in a private network; without it such addresses are refused."},                 \
        {"timeout_s", PARRY_SETTING_NUMBER, "30", "Seconds for a whole request."},                                     \
    {                                                                                                                  \
        "workers", PARRY_SETTING_NUMBER, "4", "How many deliveries at once, 1 to 16."                                  \
    }
#define PARRY_KEYS_OF_LOOK                                                                                             \
    {"poll_minutes", PARRY_SETTING_NUMBER, "10",                                                                       \
     "How often a ticket's state is asked for at first, then ever more seldom; 0: never."},                            \
    {                                                                                                                  \
        "poll_days", PARRY_SETTING_NUMBER, "60", "For how long."                                                       \
    }

/* ---- text.c: what an agent reads */

typedef struct parry_text_wish {
    size_t most;      /* bytes; the journey is cut where it is more */
    unsigned without; /* files (parry_connector_files) that do not go along, a bit each: they are named */
    bool privacy;     /* nothing that the person wrote or is, and no articles: for a place that anybody reads */
} parry_text_wish;
/* What the person wrote, then what was suggested, and the journey. Ends with "Hand-off: ID", one line. */
void parry_connector_text(const parry_ticket *t, const parry_text_wish *w, parry_buf *out);
/* What q is called at the target, by a setting of pairs; usual where it says nothing. */
const char *parry_connector_pair(const parry_connector *c, const char *key, const char *name, const char *usual,
                                 parry_arena *a);
/* "it's" in a query of a URL: "it%27s". */
parry_str parry_url_encode(parry_arena *a, parry_str s);

/* ---- packet.c: the packet as a document */

enum { PARRY_CONNECTOR_FILES = PARRY_TICKET_ATTACHMENTS + 1 };
/* What goes along with a ticket as files: what the person attached, then the packet (PARRY_TICKET_DOCUMENT); how many.
 * Names, types and bytes borrowed from t or in the arena. */
size_t parry_connector_files(parry_arena *a, const parry_ticket *t, parry_attachment out[PARRY_CONNECTOR_FILES]);
/* The packet, but for the bytes of its attachments. New reference. */
json_t *parry_connector_packet(const parry_ticket *t);
/* What of the packet anybody may read, member by member: nothing that the person wrote, is, or could be found by.
 * articles: with those that were shown and read. New reference. */
json_t *parry_connector_public_packet(const parry_ticket *t, bool articles);
parry_str parry_connector_document(parry_arena *a, const json_t *packet, bool indented); /* as text; in the arena */

/* ---- http.c: JSON over HTTP */

typedef struct parry_api_call {
    const char *method; /* NULL: GET, or POST where there is something to send */
    const char *path;   /* behind the setting url: "/api/v2/tickets.json" */
    json_t *body;       /* stolen; NULL: none */
    const char *headers[PARRY_WEB_HEADERS];
    const char *user, *password;
    const parry_web_part *parts; /* in place of a body */
    size_t nparts;
    parry_str raw; /* in place of a body; its type is among the headers */
} parry_api_call;
/* As parry_web_ask. *reply: new reference, NULL where the answer is no JSON, which makes a DELIVERED one UNSURE. May be
 * NULL where the fate alone counts. status may be NULL. */
parry_fate parry_api_ask(const parry_connector *c, const parry_api_call *call, json_t **reply, int *status,
                         parry_receipt *out, parry_err *err);
/* The same for `test`: PARRY_OK, or what to do about it. */
PARRY_MUST parry_code parry_api_try(const parry_connector *c, const parry_api_call *call, json_t **reply,
                                    parry_err *err);

/* Into a receipt; cut where longer. A number as text. */
void parry_receipt_set(char out[PARRY_OUTBOX_REMOTE_MAX], const json_t *value);
void parry_receipt_setz(char out[PARRY_OUTBOX_REMOTE_MAX], const char *value);
/* Its page: the setting url, way ("/agent/tickets/") and its id as an address has it; none where that is too long. */
void parry_receipt_page(const parry_connector *c, const char *way, parry_receipt *out);
/* Of look: what it had is there no more: DELIVERED, ended, "deleted". */
parry_fate parry_receipt_gone(const parry_outbox_item *item, parry_receipt *out);
typedef struct parry_looked { /* what a target answered to look */
    bool known;               /* it was asked for a ticket by its own id; else for those with ours */
    int status;               /* of HTTP */
    const json_t *list;       /* with ours: what it found */
    const json_t *ticket;     /* the ticket in the answer; NULL: there is none */
} parry_looked;
/* What that means, fate being what the answer says as HTTP; read puts a ticket into a receipt. */
parry_fate parry_look_end(const parry_connector *c, const parry_outbox_item *item, const parry_looked *looked,
                          parry_fate fate,
                          void (*read)(const parry_connector *c, const json_t *ticket, parry_receipt *out),
                          parry_receipt *out, parry_err *err);
parry_fate parry_odd_answer(parry_err *err); /* LATER: it answers, but not as its documentation says */

#endif
