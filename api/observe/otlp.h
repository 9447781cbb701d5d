/* OTLP: traces to a collector, as OTLP/HTTP in JSON (https://opentelemetry.io/docs/specs/otlp/), by one thread of its
 * own.
 *
 * Handing a trace over never waits: the queue has a limit, and what does not fit is dropped and counted. Sent in
 * batches, after a second at most; tried again with backoff where the collector says so or is not there. */
#ifndef PARRY_API_OTLP_H
#define PARRY_API_OTLP_H

#include "api/observe/trace.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { PARRY_OTLP_QUEUE = 2048, PARRY_OTLP_BATCH = 256 }; /* traces */

typedef struct parry_otlp parry_otlp;

typedef struct parry_otlp_options {
    const char *endpoint;     /* http:// or https://, path and all */
    const char *headers_file; /* "Name: value" lines; "" or NULL: none */
    const char *service;      /* service.name */
    int64_t interval_ms;      /* a batch waits at most so long; 0: 1000 */
    int64_t retry_ms;         /* before the second try, doubled for each after; 0: 1000 */
} parry_otlp_options;

/* Copies the options. Fails: INVALID (endpoint, headers), NOT_FOUND and DENIED (headers_file), UNAVAILABLE (a thread).
 */
PARRY_MUST parry_code parry_otlp_open(const parry_otlp_options *o, parry_otlp **out, parry_err *err);
/* headers_file once more, for the next batch. NULL is fine. Fails as open; then the old headers stay. Any thread. */
PARRY_MUST parry_code parry_otlp_reload(parry_otlp *o, parry_err *err);
/* Takes the trace. Any thread. */
void parry_otlp_hand(parry_otlp *o, parry_trace *t);
/* Sends what is queued for two seconds at most, then drops it. NULL is fine. */
void parry_otlp_close(parry_otlp *o);

typedef struct parry_otlp_stats {
    uint64_t sent, full,
        failed; /* traces: taken by the collector; dropped as the queue was full; given up or refused */
    size_t queued;
    bool failing; /* the last try did not succeed */
} parry_otlp_stats;
parry_otlp_stats parry_otlp_get_stats(parry_otlp *o); /* NULL: zeros. Any thread */

/* An ExportTraceServiceRequest of n traces; a new reference. */
json_t *parry_otlp_json(parry_trace *const *traces, size_t n, const char *service);

#ifdef __cplusplus
}
#endif
#endif
