/* Web: the one way out over HTTP, on libcurl.
 *
 * What it will not do, whatever a URL says: follow a redirect, use a proxy of the environment, speak plain HTTP to
 * another machine, take a certificate that does not hold, or connect to an address of this machine or of a private
 * network; the last is checked on the very address that is connected to, so that no name that is resolved twice gets
 * around it. Link-local addresses (where clouds keep their credentials) are refused always. Every request has a
 * connection of its own: one that is kept may die unseen, and what is then sent again might arrive twice.
 *
 * Any thread; waits up to its time-out. */
#ifndef PARRY_OUTBOX_WEB_H
#define PARRY_OUTBOX_WEB_H

#include "outbox/outbox.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    PARRY_WEB_HEADERS = 16,           /* of a request */
    PARRY_WEB_PARTS = 32,             /* of a form */
    PARRY_WEB_REPLY_MAX = 8 << 20,    /* bytes of a reply's body */
    PARRY_WEB_WAIT_MOST_MS = 3600000, /* however long a Retry-After */
};

typedef struct parry_web_rules {
    bool insecure;       /* plain http (or mail without TLS) to other machines, too */
    bool inside;         /* addresses of this machine and of private networks, too */
    const char *ca_file; /* PEM of the authorities that are trusted; NULL or "": the system's */
    int64_t timeout_ms;  /* for all of a request; 0: 30 s */
} parry_web_rules;

typedef struct parry_web_part { /* of a form; all borrowed */
    const char *name;
    parry_str value;
    const char *file_name, *type; /* of a file; NULL: a plain value */
} parry_web_part;

typedef struct parry_web_request {
    const char *method, *url;
    const char *headers[PARRY_WEB_HEADERS]; /* "Name: value", up to a NULL */
    const char *user, *password;            /* HTTP's basic authentication; NULL: none */
    parry_str body;                         /* borrowed, like all of it */
    const parry_web_part *parts;            /* in place of a body: multipart/form-data */
    size_t nparts;
} parry_web_request;

typedef struct parry_web_reply {
    int status;             /* 0: no answer */
    parry_str body;         /* in the arena, zero-terminated */
    int64_t retry_after_ms; /* from now; 0: not said */
} parry_web_reply;

/* DELIVERED: 2xx, and all of the answer is there. LATER: nothing was sent, or the status says so. UNSURE: sent, but no
 * answer, or half of one, or one that says nothing certain. Other than DELIVERED has its reason in err, which names the
 * host and the status, and nothing that was sent or answered. */
parry_fate parry_web_ask(const parry_web_rules *rules, const parry_web_request *q, parry_arena *a, parry_web_reply *out,
                         parry_err *err);

/* What a status says of a request that was to create something:
 *     2xx                     DELIVERED
 *     400 413 422             NEVER   what was sent will not do, now or later
 *     408 409 5xx but 501     UNSURE  a gateway may answer so while the machine behind it acts
 *     all else                LATER   settings (401, 403, 404, a redirect) or load (425, 429): may change */
parry_fate parry_web_fate(int status);

/* Is it an absolute URL of one of these schemes ("https http"), with no user in it, and https (smtps) unless it leads
 * to this machine or the rules say insecure? INVALID says what to do. */
PARRY_MUST parry_code parry_web_check_url(const char *url, const char *schemes, bool insecure, parry_err *err);

typedef enum parry_address_kind {
    PARRY_ADDRESS_PUBLIC,
    PARRY_ADDRESS_LOOPBACK,
    PARRY_ADDRESS_PRIVATE,
    PARRY_ADDRESS_NEVER, /* link-local, multicast, unspecified: nobody to deliver to */
} parry_address_kind;
struct sockaddr;
/* Also of an IPv4 address inside an IPv6 one (mapped, 6to4, NAT64). Not an internet address: NEVER. */
parry_address_kind parry_address_of(const struct sockaddr *sa);

#ifdef __cplusplus
}
#endif
#endif
