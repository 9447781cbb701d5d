/* Trace: whose call a request is part of (W3C Trace Context, https://www.w3.org/TR/trace-context/), and the spans it
 * makes: itself, and the stages of its searches. Plain data; one thread until it is handed to otlp.h. */
#ifndef PARRY_API_TRACE_H
#define PARRY_API_TRACE_H

#include "engine/search.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    PARRY_TRACE_ID_TEXT = 33,
    PARRY_SPAN_ID_TEXT = 17,
    PARRY_TRACE_STATE_MAX = 512, /* bytes of tracestate that are passed on; a longer one is dropped whole */
    PARRY_TRACE_STAGES = 60      /* spans below one request; more are left out */
};

typedef struct parry_trace_context {
    char id[PARRY_TRACE_ID_TEXT];    /* lower-case hex; "": there is none */
    char parent[PARRY_SPAN_ID_TEXT]; /* the caller's span; "": the request began the trace */
    bool sampled;                    /* its spans are wanted */
} parry_trace_context;

/* A traceparent header, strictly: version 00 as it is, a later one by its first four fields. false, and *out
 * untouched: anything else, or ids of zeros. */
bool parry_trace_parse(parry_str traceparent, parry_trace_context *out);
/* Whether a tracestate may be passed on: 1 to 512 bytes, at most 32 members, each KEY=VALUE of printable ASCII. */
bool parry_trace_state_valid(parry_str tracestate);
/* The caller's context; without one, where `tracing`, a new trace that is sampled with this probability; else none. */
void parry_trace_begin(parry_trace_context *c, parry_str traceparent, bool tracing, double ratio);

typedef struct parry_stage {
    const char *name;         /* static */
    int64_t start_ns, end_ns; /* monotonic */
} parry_stage;

/* What a sampled request did. */
typedef struct parry_trace {
    parry_trace_context context;
    char span[PARRY_SPAN_ID_TEXT]; /* the request's own */
    char state[PARRY_TRACE_STATE_MAX + 1];
    char request[24];           /* X-Request-Id */
    const char *method, *route; /* static; route "": it fits none */
    int status;                 /* HTTP's */
    int64_t start_unix_ns;      /* when start_ns was */
    int64_t start_ns, end_ns;   /* monotonic */
    size_t nstages;
    parry_stage stages[PARRY_TRACE_STAGES];
} parry_trace;

/* Of a sampled context, begun now. An invalid tracestate is left out. Freed with free(), or handed on. */
parry_trace *parry_trace_new(const parry_trace_context *c, parry_str tracestate);
/* Ended just now. t may be NULL. */
void parry_trace_stage(parry_trace *t, const char *name, int64_t took_ns);
/* The six stages of a search that ended just now, end to end; those that took no time are left out. t may be NULL. */
void parry_trace_search(parry_trace *t, const parry_results *r);

#ifdef __cplusplus
}
#endif
#endif
