/* HTTP as plain data: a request that was read, a response to send. Nothing here knows a socket; server.c turns the
 * library's connections into these. A request's strings live in the worker's arena; a response owns its body. One
 * thread. */
#ifndef PARRY_API_HTTP_H
#define PARRY_API_HTTP_H

#include "base/arena.h"
#include "base/str.h"

#include <jansson.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
    PARRY_URI_MAX_BYTES = 8 * 1024,      /* path and query as sent; longer is 414 */
    PARRY_HEADERS_MAX_BYTES = 16 * 1024, /* names and values together; longer is 431 */
    PARRY_PARAMS_MAX = 32,
    PARRY_HEADERS_MAX = 100,  /* of one request */
    PARRY_JSON_DEPTH = 32,    /* of a request's body */
    PARRY_JSON_NODES = 10000, /* objects and lists in it: three bytes of text are 200 of memory */
    PARRY_REPLY_MAX_BYTES = 32 << 20,
    PARRY_REQUEST_ID_TEXT = 17,
};

/* ---- the request ------------------------------------------------------------------------------------------------ */

typedef struct parry_param {
    parry_str name, value; /* decoded: valid UTF-8 without a zero byte */
} parry_param;

typedef struct parry_header {
    parry_str name, value; /* as sent, white space around the value cut */
} parry_header;

typedef struct parry_request {
    char id[PARRY_REQUEST_ID_TEXT]; /* ours, random */
    parry_str method;               /* as sent */
    parry_str path, query;          /* as sent, still encoded; query without '?' */
    parry_str body;                 /* whole; empty where there is none */
    parry_str address;              /* of the client, as text: "127.0.0.1", "::1" */
    const parry_header *headers;
    size_t nheaders;
    int64_t arrived_ns;  /* monotonic, as far as it is known */
    int64_t deadline_ns; /* when its caller wants the answer; 0: whenever */
    parry_param params[PARRY_PARAMS_MAX];
    size_t nparams;
} parry_request;

void parry_request_id(char id[PARRY_REQUEST_ID_TEXT]);
/* "/a/b?x=1" into path and query, borrowed from target. */
void parry_request_target(parry_request *r, parry_str target);
/* %XX decoded, '+' to a space where `plus`. INVALID: a bad escape, a zero byte, not UTF-8. */
PARRY_MUST parry_code parry_percent_decode(parry_arena *a, parry_str s, bool plus, parry_str *out, parry_err *err);
void parry_percent_encode(parry_str s, parry_buf *out); /* everything but letters, digits and -._~ */
/* The query into params. INVALID as above, or too many. */
PARRY_MUST parry_code parry_request_params(parry_request *r, parry_arena *a, parry_err *err);
/* allowed: names with one space between. INVALID names the first parameter that is not among them or stands twice. */
PARRY_MUST parry_code parry_request_check(const parry_request *r, const char *allowed, parry_err *err);

/* One parameter; the first of its name. false or the value as it was when it is not there. */
bool parry_request_text(const parry_request *r, const char *name, parry_str *value);
PARRY_MUST parry_code parry_request_number(const parry_request *r, const char *name, size_t least, size_t most,
                                           size_t *value, parry_err *err);
PARRY_MUST parry_code parry_request_flag(const parry_request *r, const char *name, bool *value, parry_err *err);

/* The first header of that name in any case; empty where there is none (p NULL) or it says nothing. */
parry_str parry_request_header(const parry_request *r, const char *name);
/* The Range of a GET whose If-Range, if it has one, is this etag ("": there is none); else empty. */
parry_str parry_request_range(const parry_request *r, const char *etag);
/* Whether Content-Type is this media type, whatever its parameters; no Content-Type is no type. */
bool parry_request_is(const parry_request *r, const char *type);
/* The body as JSON, whatever Content-Type says: no name twice in an object, at most PARRY_JSON_DEPTH deep and
 * PARRY_JSON_NODES objects and lists. A new reference, an object or an array. INVALID says where it breaks. */
PARRY_MUST parry_code parry_request_json(const parry_request *r, json_t **out, parry_err *err);

/* Which of n media types an Accept header likes best: the first of the best-liked; n where it accepts none. No header
 * accepts all. */
size_t parry_accept_best(parry_str accept, const char *const *types, size_t n);
/* Whether If-None-Match names this tag (without quotes), or is "*". */
bool parry_etag_matches(parry_str if_none_match, const char *tag);

/* ---- the response ------------------------------------------------------------------------------------------------ */

enum { PARRY_ETAG_TEXT = 40, PARRY_ALLOW_TEXT = 64, PARRY_MORE_HEADERS = 12, PARRY_ENCODE_FROM = 1024 };

struct parry_response;

/* The reply goes out only once `wait` called done(arg, PARRY_OK); with another code the caller is told that it failed.
 * done may be called at once or on any thread, and exactly once. */
typedef struct parry_hold {
    void (*wait)(void *ctx, uint64_t ticket, void (*done)(void *arg, parry_code code), void *arg);
    void *ctx;
    uint64_t ticket;
    void (*fill)(void *ctx, struct parry_response *res); /* maybe: after done with OK, writes what only then is known */
    void (*drop)(void *ctx);                             /* maybe: ctx is not used any more; called once */
} parry_hold;

typedef struct parry_response {
    int status;
    const char *type;  /* media type, static */
    parry_buf body;    /* owned ... */
    parry_str fixed;   /* ... or, where not empty, bytes that live as long as the program */
    const char *cache; /* Cache-Control; NULL: no-store, or no-cache with an ETag */
    const char *csp;   /* Content-Security-Policy; NULL: nothing may load */
    bool tagged;       /* give it an ETag of its bytes, and 304 to who has it */
    bool by_accept;    /* the reply depends on Accept */
    char etag[PARRY_ETAG_TEXT];
    char allow[PARRY_ALLOW_TEXT]; /* with 405, and of OPTIONS */
    const char *encoding;         /* of the body as it is now: "gzip", "zstd"; NULL: none */
    bool beacon;                  /* it answers what other sites' pages send unasked: says nothing, may be read */
    bool plain;                   /* never compress it, never keep it: it holds secrets beside what a stranger chose */
    bool ranges; /* of `fixed` with an ETag: a part may be asked for (Range), which is then not compressed */
    bool by_origin, by_encoding;           /* the reply depends on Origin, on Accept-Encoding */
    parry_header more[PARRY_MORE_HEADERS]; /* owned */
    size_t nmore;
    parry_hold hold; /* wait NULL: it goes out at once */
} parry_response;

void parry_response_init(parry_response *res);
void parry_response_drop(
    parry_response *res); /* the body and how it may be kept; what was said about it before an error */
void parry_response_clear(parry_response *res); /* frees the body; as after init */
parry_str parry_response_bytes(const parry_response *res);
void parry_response_text(parry_response *res, const char *type, parry_str text); /* 200, copied */
/* status and compact JSON; steals j. */
void parry_response_json(parry_response *res, int status, const char *type, json_t *j);
/* A further header, copied. One whose value has a control character is left out: it may come from a stranger. */
void parry_response_header(parry_response *res, const char *name, parry_str value);
/* 416: what Range asks for is past the end of what has `size` bytes. */
void parry_response_beyond(parry_response *res, const parry_request *req, uint64_t size);
void parry_response_hold(parry_response *res, parry_hold hold);
/* After the handler: ETag where `tagged`, and 304 where the request has it; compressed where the request takes that
 * and it is worth it. */
void parry_response_finish(parry_response *res, const parry_request *req);

#ifdef __cplusplus
}
#endif
#endif
