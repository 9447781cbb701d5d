/* Mail: a message by SMTP, on libcurl, under the rules of web.h. TLS is required (smtps, or STARTTLS), but to this
 * machine itself, or where the rules say insecure.
 *
 * Nothing in a value can begin another header or another recipient: control characters become spaces, what is not ASCII
 * is encoded (RFC 2047, RFC 2231), and an address that is not plainly one is refused. Any thread. */
#ifndef PARRY_OUTBOX_MAIL_H
#define PARRY_OUTBOX_MAIL_H

#include "outbox/web.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { PARRY_MAIL_FILES = 16, PARRY_MAIL_EXTRA = 8, PARRY_MAIL_TO = 16 };

typedef struct parry_mail_file {
    parry_str name, type, bytes;
} parry_mail_file;

typedef struct parry_mail { /* all borrowed */
    parry_str from_name, from, to[PARRY_MAIL_TO];
    size_t nto;
    parry_str reply_name, reply_to; /* empty: none */
    parry_str message_id;           /* "id@host": the same each time the same message is sent */
    int64_t date_ms;
    parry_str subject;
    struct {
        const char *name; /* "X-Queue" */
        parry_str value;
    } extra[PARRY_MAIL_EXTRA];
    size_t nextra;
    parry_str text; /* UTF-8, any kind of line ends */
    parry_mail_file files[PARRY_MAIL_FILES];
    size_t nfiles;
} parry_mail;

typedef struct parry_mail_server {
    const char *url;             /* smtp://host:587, smtps://host:465 */
    const char *user, *password; /* NULL: none */
} parry_mail_server;

/* DELIVERED: the server took it. LATER: it was not sent, or the server said not now, or its rules or our settings
 * forbid it; UNSURE: no answer to what was sent; NEVER: refused after it was read (552, 554). */
parry_fate parry_mail_send(const parry_web_rules *rules, const parry_mail_server *server, const parry_mail *m,
                           parry_err *err);
/* Connects, turns to TLS and signs in; sends nothing. */
PARRY_MUST parry_code parry_mail_try(const parry_web_rules *rules, const parry_mail_server *server, parry_err *err);

/* ---- its headers (mail_words.c), for who tests them */

/* One mailbox in plain ASCII: a local part of usual characters, @, a host name. */
bool parry_mail_is_address(parry_str s);
/* "Name: value" without an end of line, folded; the value as it is, or in encoded words. The name
 * has up to 40 bytes. */
void parry_mail_header(parry_buf *out, const char *name, parry_str value);
/* "Name: \"A B\" <a@b.example>"; the address must be one. */
void parry_mail_person(parry_buf *out, const char *name, parry_str person, parry_str address);
/* A part's Content-Disposition: an attachment of this name. */
void parry_mail_disposition(parry_buf *out, parry_str file_name);

#ifdef __cplusplus
}
#endif
#endif
