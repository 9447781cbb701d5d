/* Metrics: a histogram for each pair of route and status that ever happened, made when it first happens. */
#include "api/metrics.h"

#include "base/hist.h"

#include <stdatomic.h>

static const int statuses[] = {200, 201, 202, 204, 206, 303, 304, 308, 400, 401, 403, 404, 405,
                               406, 409, 412, 413, 414, 415, 416, 422, 428, 429, 431, 500, 503};
enum { STATUSES = sizeof statuses / sizeof *statuses + 1, STAGES = 6 }; /* the last is "other" */
static const char *const stages[STAGES] = {"understand", "text", "encode", "vector", "fuse", "show"};

struct parry_metrics {
    size_t nroutes;
    parry_hist *stage[STAGES];
    _Atomic(parry_hist *) *slots; /* [route][status] */
};

parry_metrics *parry_metrics_new(size_t nroutes)
{
    parry_metrics *m = parry_calloc(1, sizeof *m);
    m->nroutes = nroutes;
    m->slots = parry_calloc((nroutes + 1) * STATUSES, sizeof *m->slots);
    for (size_t i = 0; i < STAGES; i++)
        m->stage[i] = parry_hist_new();
    return m;
}

void parry_metrics_free(parry_metrics *m)
{
    if (m == NULL)
        return;
    for (size_t i = 0; i < (m->nroutes + 1) * STATUSES; i++)
        parry_hist_free(atomic_load(&m->slots[i]));
    for (size_t i = 0; i < STAGES; i++)
        parry_hist_free(m->stage[i]);
    free(m->slots);
    free(m);
}

static size_t status_index(int status)
{
    size_t i = 0;
    while (i < STATUSES - 1 && statuses[i] != status)
        i++;
    return i;
}

void parry_metrics_request(parry_metrics *m, size_t route, int status, int64_t ns)
{
    _Atomic(parry_hist *) *slot = &m->slots[route * STATUSES + status_index(status)];
    parry_hist *h = atomic_load(slot);
    if (h == NULL) {
        parry_hist *fresh = parry_hist_new();
        if (atomic_compare_exchange_strong(slot, &h, fresh))
            h = fresh;
        else
            parry_hist_free(fresh); /* another thread was first; h is its */
    }
    parry_hist_add(h, ns);
}

void parry_metrics_stages(parry_metrics *m, const parry_results *r)
{
    const int64_t ns[STAGES] = {r->understand_ns, r->text_ns, r->encode_ns, r->vector_ns, r->fuse_ns, r->show_ns};
    for (size_t i = 0; i < STAGES; i++)
        parry_hist_add(m->stage[i], ns[i]);
}

/* route NULL: of requests that fit none. */
static void labels_of(char *out, size_t cap, const parry_route *route, size_t status)
{
    char number[8] = "other";
    if (status < STATUSES - 1)
        (void)snprintf(number, sizeof number, "%d", statuses[status]);
    (void)snprintf(out, cap, "method=\"%s\",route=\"%s\",status=\"%s\"", route ? route->method : "none",
                   route ? route->pattern : "none", number);
}

static void requests_text(const parry_metrics *m, const parry_route *routes, bool durations, parry_buf *out)
{
    for (size_t i = 0; i < (m->nroutes + 1) * STATUSES; i++) {
        const parry_hist *h = atomic_load(&m->slots[i]);
        if (h == NULL)
            continue;
        char labels[200];
        size_t route = i / STATUSES;
        labels_of(labels, sizeof labels, route < m->nroutes ? &routes[route] : NULL, i % STATUSES);
        if (durations)
            parry_hist_prometheus(h, "parry_http_request_duration_seconds", labels, out);
        else
            parry_buf_printf(out, "parry_http_requests_total{%s} %llu\n", labels,
                             (unsigned long long)parry_hist_count(h));
    }
}

void parry_metrics_text(const parry_metrics *m, const parry_route *routes, parry_buf *out)
{
    parry_buf_addz(out, "# HELP parry_http_requests_total Requests answered.\n"
                        "# TYPE parry_http_requests_total counter\n");
    requests_text(m, routes, false, out);
    parry_buf_addz(out, "# HELP parry_http_request_duration_seconds From the whole request to the reply.\n"
                        "# TYPE parry_http_request_duration_seconds histogram\n");
    requests_text(m, routes, true, out);
    parry_buf_addz(out, "# HELP parry_search_stage_duration_seconds Stages of a search.\n"
                        "# TYPE parry_search_stage_duration_seconds histogram\n");
    for (size_t i = 0; i < STAGES; i++) {
        char labels[40];
        (void)snprintf(labels, sizeof labels, "stage=\"%s\"", stages[i]);
        parry_hist_prometheus(m->stage[i], "parry_search_stage_duration_seconds", labels, out);
    }
}
