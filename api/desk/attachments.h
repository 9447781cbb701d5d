/* Attachments: what people send along with a ticket or a comment, looked at before it is taken, and given back as a
 * download. Private to api/. */
#ifndef PARRY_API_DESK_ATTACHMENTS_H
#define PARRY_API_DESK_ATTACHMENTS_H

#include "api/app.h"
#include "desk/ticket.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Of the member "attachments" (api/schema.h). */
#define PARRY_ATTACHMENTS_SCHEMA                                                                                       \
    "{\"type\":\"array\",\"maxItems\":5,\"items\":{\"type\":\"object\",\"required\":[\"name\",\"type\",\"base64\"],"   \
    "\"additionalProperties\":false,\"properties\":{\"name\":{\"type\":\"string\",\"maxLength\":200},"                 \
    "\"type\":{\"type\":\"string\",\"maxLength\":100},\"base64\":{\"type\":\"string\",\"maxLength\":1500000}}}}"

/* The body's attachments, which fit the schema: decoded, each of the type that it says, and named without a way in the
 * name, without what ends a header or turns the direction of text, and not as the packet is. In the arena. INVALID
 * (which one), TOO_LARGE. */
PARRY_MUST parry_code parry_attachments_read(const parry_call *c, const json_t *body,
                                             parry_attachment out[PARRY_TICKET_ATTACHMENTS], size_t *n, parry_err *err);
/* To be saved, and never shown as a page of ours. f must live as long as the reply. */
void parry_attachment_reply(parry_call *c, const parry_attachment *f);

#ifdef __cplusplus
}
#endif
#endif
