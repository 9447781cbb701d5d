/* Ticket: what somebody hands over to a person, with everything that was said before: the hand-off packet
 * (docs/handoff-packet.schema.json) as plain data. On disk it is the packet's JSON, sealed.
 *
 * Pure; any thread. */
#ifndef PARRY_DESK_TICKET_H
#define PARRY_DESK_TICKET_H

#include "base/uuid.h"

#include <jansson.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
    PARRY_TICKET_SUBJECT_MAX = 200,       /* characters */
    PARRY_TICKET_DESCRIPTION_MAX = 16000, /* characters */
    PARRY_TICKET_NAME_MAX = 200,          /* characters */
    PARRY_TICKET_EMAIL_MAX = 254,         /* bytes (RFC 5321) */
    PARRY_TICKET_ATTACHMENTS = 5,
    PARRY_TICKET_ATTACHMENT_MAX = 1 << 20, /* bytes of one */
    PARRY_TICKET_PACKET_MAX = 8 << 20,     /* bytes of the whole JSON */
};

/* The packet's name where it goes along with a ticket as a file. No attachment of a person's has it. */
#define PARRY_TICKET_DOCUMENT "parry-handoff.json"

/* The five queues and four priorities of the desk. */
typedef enum parry_queue {
    PARRY_QUEUE_LOGIN,
    PARRY_QUEUE_ORDERS,
    PARRY_QUEUE_DELIVERIES,
    PARRY_QUEUE_PAYMENTS,
    PARRY_QUEUE_REFUNDS,
    PARRY_QUEUES
} parry_queue;
const char *parry_queue_name(parry_queue q); /* "Login" */
bool parry_queue_parse(parry_str name, parry_queue *out);

typedef enum parry_priority {
    PARRY_PRIORITY_LOW,
    PARRY_PRIORITY_MEDIUM,
    PARRY_PRIORITY_HIGH,
    PARRY_PRIORITY_CRITICAL,
    PARRY_PRIORITIES
} parry_priority;
const char *parry_priority_name(parry_priority p); /* "low" */
bool parry_priority_parse(parry_str name, parry_priority *out);

/* The way that it came in by. */
typedef enum parry_channel {
    PARRY_CHANNEL_UNKNOWN, /* nobody said so */
    PARRY_CHANNEL_FORM,
    PARRY_CHANNEL_EMAIL,
    PARRY_CHANNEL_PHONE,
    PARRY_CHANNEL_CHAT,
    PARRY_CHANNEL_AGENT, /* one of the team wrote it down */
    PARRY_CHANNEL_API,
    PARRY_CHANNELS
} parry_channel;
const char *parry_channel_name(parry_channel c);              /* "form"; "" where it is not known */
bool parry_channel_parse(parry_str name, parry_channel *out); /* never UNKNOWN */

typedef struct parry_attachment {
    parry_str name, type; /* "photo.jpg", "image/jpeg" */
    parry_str bytes;
} parry_attachment;

typedef struct parry_ticket {
    parry_str id;       /* of the hand-off: a UUID as text, the external id at every target */
    int64_t created_ms; /* when it was accepted */
    parry_str subject, description;
    parry_str name, email; /* of the person; the name may be empty */
    parry_str locale, audience;
    parry_queue queue;
    parry_priority priority;
    parry_channel channel;
    double queue_probability, priority_probability; /* 0 to 1; below 0: the person or a program said so */
    parry_str rule;                                 /* of urgency, where one decided the priority; else empty */
    parry_str follow_url; /* where the person follows the ticket; empty where there is no public address */
    parry_attachment attachments[PARRY_TICKET_ATTACHMENTS];
    size_t nattachments;
    const json_t *packet; /* all of it, the above too; borrowed */
} parry_ticket;

/* The packet's JSON, read back; strings in the arena or borrowed from packet, which must outlive it. CORRUPT. head: all
 * but the attachments, which are some MiB to decode. */
PARRY_MUST parry_code parry_ticket_read_head(const json_t *packet, parry_ticket *out, parry_err *err);
PARRY_MUST parry_code parry_ticket_read(parry_arena *a, const json_t *packet, parry_ticket *out, parry_err *err);
/* What an agent reads below what the person wrote, as plain text: what was searched, shown, opened and said. Empty
 * where there is nothing, or the person did not agree to share it. */
void parry_ticket_journey_text(const parry_ticket *t, parry_buf *out);

#ifdef __cplusplus
}
#endif
#endif
