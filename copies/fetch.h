/* Fetching from another server over HTTP(S), for a replica: one connection kept open, every size limited, certificates
 * verified, no redirect followed (the key goes to nobody else). One thread. */
#ifndef PARRY_COPIES_FETCH_H
#define PARRY_COPIES_FETCH_H

#include "base/str.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { PARRY_FETCH_ETAG = 80 };

typedef struct parry_fetch parry_fetch;

typedef struct parry_fetch_options {
    const char *url;    /* "https://help.example" or "http://127.0.0.1:8080"; without a path */
    parry_str key;      /* sent as a bearer token; empty: none */
    const char *ca;     /* PEM file of who may have signed its certificate; NULL: the system's */
    bool plain;         /* allow http:// to other machines, where key and articles are readable on the way */
    const bool *cancel; /* looked at now and then: true ends what is under way; may be NULL */
} parry_fetch_options;

/* Fails: INVALID (the URL), UNAVAILABLE. */
PARRY_MUST parry_code parry_fetch_open(const parry_fetch_options *o, parry_fetch **out, parry_err *err);
void parry_fetch_close(parry_fetch *f);              /* NULL is fine */
void parry_fetch_key(parry_fetch *f, parry_str key); /* from the next request on; copied, and kept until close */

typedef struct parry_fetched {
    bool same;                   /* 304: what `etag` named is what there is */
    bool partial;                /* 206 */
    char etag[PARRY_FETCH_ETAG]; /* as sent, with its quotes; "" for none */
} parry_fetched;

/* GET url + path into `body`, whose maximum is the limit. etag: what the caller has already; NULL or "" for nothing.
 * from: the first byte wanted, with at most `most` bytes (0: everything, no range). Fails: NOT_FOUND (404), DENIED
 * (401, 403), TOO_LARGE (over body's maximum), UNAVAILABLE (no answer, another status, 5xx). */
PARRY_MUST parry_code parry_fetch_get(parry_fetch *f, const char *path, const char *etag, uint64_t from, size_t most,
                                      parry_buf *body, parry_fetched *out, parry_err *err);

/* "https://host[:port]" without a path, or "http://" to this machine (plain: to any). */
PARRY_MUST parry_code parry_fetch_check(const char *url, bool plain, parry_err *err);

#ifdef __cplusplus
}
#endif
#endif
