/* What web.c and mail.c share: a handle of libcurl that keeps the rules. Private to outbox/. */
#ifndef PARRY_OUTBOX_WEB_INNER_H
#define PARRY_OUTBOX_WEB_INNER_H

#include "outbox/web.h"

#include <curl/curl.h>

typedef struct parry_web_call { /* one transfer */
    CURL *curl;
    const parry_web_rules *rules;
    const char *host; /* for errors; in the arena */
    bool plain;       /* no TLS: loopback alone, unless the rules say insecure */
    bool refused;     /* an address was refused */
    bool large;       /* the answer was too large */
    size_t header_bytes;
    parry_buf body;
    char why[CURL_ERROR_SIZE];
} parry_web_call;

/* schemes: "http,https". Fails: INVALID, UNAVAILABLE. To be closed in either case. */
PARRY_MUST parry_code parry_web_call_open(parry_web_call *c, const parry_web_rules *rules, const char *url,
                                          const char *schemes, parry_arena *a, parry_err *err);
/* curl_easy_perform, without a SIGPIPE. */
CURLcode parry_web_call_do(parry_web_call *c);
/* "cannot reach HOST: ..." into err. */
void parry_web_call_why(const parry_web_call *c, CURLcode code, parry_err *err);
void parry_web_call_close(parry_web_call *c);

#endif
