/* Metrics: counts and durations of requests by route and status, and of the stages of a search; Prometheus text.
 * Any thread, without locks. */
#ifndef PARRY_API_METRICS_H
#define PARRY_API_METRICS_H

#include "api/router.h"
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
/* routes: the table, as long as it was told to be. */
void parry_metrics_text(const parry_metrics *m, const parry_route *routes, parry_buf *out);

#ifdef __cplusplus
}
#endif
#endif
