/* Metrics: counts and durations of requests by route and status, of the stages of a search, of what was refused and
 * why, and readings of what others count; Prometheus text
 * (https://prometheus.io/docs/instrumenting/exposition_formats/). Any thread, without locks. */
#ifndef PARRY_API_METRICS_H
#define PARRY_API_METRICS_H

#include "api/http/router.h"
#include "engine/search.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct parry_metrics parry_metrics;

parry_metrics *parry_metrics_new(size_t nroutes);
void parry_metrics_free(parry_metrics *m); /* NULL is fine */
/* route: index in the table, or nroutes for a request that fits none. */
void parry_metrics_request(parry_metrics *m, size_t route, int status, int64_t ns);
void parry_metrics_stages(parry_metrics *m, const parry_results *r);

/* What is counted by itself. A further counter is a name here and a row in metrics.c. */
typedef enum parry_counter {
    PARRY_COUNT_REJECTED_URI, /* requests refused before their handler ran, by reason ... */
    PARRY_COUNT_REJECTED_HEADERS,
    PARRY_COUNT_REJECTED_BODY,
    PARRY_COUNT_REJECTED_BUSY,        /* no room for a body or a job */
    PARRY_COUNT_REJECTED_RATE,        /* a key's or an address's */
    PARRY_COUNT_REJECTED_OVERLOAD,    /* shed */
    PARRY_COUNT_REJECTED_CONNECTIONS, /* too many of one address */
    PARRY_COUNT_REJECTED_SLOW,        /* did not arrive in its time */
    PARRY_COUNT_REJECTED_SIGN_IN,     /* not known, or not enough rights */
    PARRY_COUNT_REJECTED_EXPOSED_KEY, /* a secret key stood where others read along */
    PARRY_COUNT_DEGRADED,             /* searches answered without meaning where it was asked for */
    PARRY_COUNT_ABSTAINED,            /* searches whose first answer probably does not answer */
    PARRY_COUNTERS
} parry_counter;
void parry_metrics_count(parry_metrics *m, parry_counter c);

/* What others count: read whenever metrics are asked for, by any thread. name: "parry_jobs_waiting", of a counter with
 * _total; labels: `kind="x"` or "". Those of one name are told one after the other, before serving begins; texts are
 * static. At most PARRY_GAUGES. */
enum { PARRY_GAUGES = 96 };
typedef struct parry_gauge {
    const char *name, *labels, *help;
    bool counter; /* else a gauge */
    double (*read)(void *ctx);
    void *ctx;
} parry_gauge;
void parry_metrics_gauge(parry_metrics *m, parry_gauge r);

/* routes: the table, as long as it was told to be. */
void parry_metrics_text(const parry_metrics *m, const parry_route *routes, parry_buf *out);

#ifdef __cplusplus
}
#endif
#endif
