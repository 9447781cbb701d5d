/* Metrics: a counter for each pair of route and status, and a histogram for each pair of route and class of status that
 * ever happened, made when it first happens. */
#include "api/observe/metrics.h"

#include "base/hist.h"

#include <assert.h>
#include <stdatomic.h>

static const int statuses[] = {200, 201, 202, 204, 206, 303, 304, 308, 400, 401, 403, 404, 405,
                               406, 409, 412, 413, 414, 415, 416, 422, 428, 429, 431, 500, 503};
enum { STATUSES = sizeof statuses / sizeof *statuses + 1, CLASSES = 5, STAGES = 6 }; /* the last status is "other" */
static const char *const stages[STAGES] = {"understand", "text", "encode", "vector", "fuse", "show"};

/* Those of one name stand together. */
static const struct {
    const char *name, *labels, *help;
} counters[PARRY_COUNTERS] = {
#define REJECTED(why)                                                                                                  \
    {                                                                                                                  \
        "parry_rejected_total", "reason=\"" why "\"", "Requests refused before they were worked on."                   \
    }
    [PARRY_COUNT_REJECTED_URI] = REJECTED("uri"),
    [PARRY_COUNT_REJECTED_HEADERS] = REJECTED("headers"),
    [PARRY_COUNT_REJECTED_BODY] = REJECTED("body"),
    [PARRY_COUNT_REJECTED_BUSY] = REJECTED("busy"),
    [PARRY_COUNT_REJECTED_RATE] = REJECTED("rate"),
    [PARRY_COUNT_REJECTED_OVERLOAD] = REJECTED("overload"),
    [PARRY_COUNT_REJECTED_CONNECTIONS] = REJECTED("connections"),
    [PARRY_COUNT_REJECTED_SLOW] = REJECTED("slow"),
    [PARRY_COUNT_REJECTED_SIGN_IN] = REJECTED("sign_in"),
    [PARRY_COUNT_REJECTED_EXPOSED_KEY] = REJECTED("exposed_key"),
    [PARRY_COUNT_DEGRADED] = {"parry_search_degraded_total", "",
                              "Searches answered without the meaning they asked for."},
    [PARRY_COUNT_ABSTAINED] = {"parry_search_doubtful_total", "", "Searches whose answers likely do not answer."},
};

struct parry_metrics {
    size_t nroutes;
    parry_hist *stage[STAGES];
    _Atomic uint64_t *requests;      /* [route][status] */
    _Atomic(parry_hist *) *duration; /* [route][class] */
    _Atomic uint64_t counts[PARRY_COUNTERS];
    parry_gauge readings[PARRY_GAUGES];
    size_t nreadings;
};

parry_metrics *parry_metrics_new(size_t nroutes)
{
    parry_metrics *m = parry_calloc(1, sizeof *m);
    m->nroutes = nroutes;
    m->requests = parry_calloc((nroutes + 1) * STATUSES, sizeof *m->requests);
    m->duration = parry_calloc((nroutes + 1) * CLASSES, sizeof *m->duration);
    for (size_t i = 0; i < STAGES; i++)
        m->stage[i] = parry_hist_new();
    return m;
}

void parry_metrics_free(parry_metrics *m)
{
    if (m == NULL)
        return;
    for (size_t i = 0; i < (m->nroutes + 1) * CLASSES; i++)
        parry_hist_free(atomic_load(&m->duration[i]));
    for (size_t i = 0; i < STAGES; i++)
        parry_hist_free(m->stage[i]);
    free(m->requests);
    free(m->duration);
    free(m);
}

/* ---- counting --------------------------------------------------------------------------------------------------- */

static void add_one(_Atomic uint64_t *n) { atomic_fetch_add_explicit(n, 1, memory_order_relaxed); }

static size_t status_index(int status)
{
    size_t i = 0;
    while (i < STATUSES - 1 && statuses[i] != status)
        i++;
    return i;
}

void parry_metrics_request(parry_metrics *m, size_t route, int status, int64_t ns)
{
    size_t class = status < 200 ? 0 : status >= 600 ? CLASSES - 1 : (size_t)(status / 100 - 1);
    _Atomic(parry_hist *) *slot = &m->duration[route * CLASSES + class];
    parry_hist *h = atomic_load(slot);
    if (h == NULL) {
        parry_hist *fresh = parry_hist_new();
        if (atomic_compare_exchange_strong(slot, &h, fresh))
            h = fresh;
        else
            parry_hist_free(fresh); /* another thread was first; h is its */
    }
    parry_hist_add(h, ns);
    add_one(&m->requests[route * STATUSES + status_index(status)]);
}

void parry_metrics_stages(parry_metrics *m, const parry_results *r)
{
    const int64_t ns[STAGES] = {r->understand_ns, r->text_ns, r->encode_ns, r->vector_ns, r->fuse_ns, r->show_ns};
    for (size_t i = 0; i < STAGES; i++)
        parry_hist_add(m->stage[i], ns[i]);
    if (r->degraded)
        parry_metrics_count(m, PARRY_COUNT_DEGRADED);
    if (parry_results_doubtful(r))
        parry_metrics_count(m, PARRY_COUNT_ABSTAINED);
}

void parry_metrics_count(parry_metrics *m, parry_counter c) { add_one(&m->counts[c]); }

void parry_metrics_gauge(parry_metrics *m, parry_gauge r)
{
    assert(m->nreadings < PARRY_GAUGES);
    m->readings[m->nreadings++] = r;
}

/* ---- the text --------------------------------------------------------------------------------------------------- */

static void begin(parry_buf *out, const char *name, const char *help, const char *type)
{
    parry_buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

/* "method=...,route=..."; past the table: of requests that fit none. */
static void labels_of(const parry_metrics *m, const parry_route *routes, size_t route, char *out, size_t cap)
{
    const parry_route *r = route < m->nroutes ? &routes[route] : NULL;
    (void)snprintf(out, cap, "method=\"%s\",route=\"%s\"", r ? r->method : "none", r ? r->pattern : "none");
}

static void requests_text(const parry_metrics *m, const parry_route *routes, parry_buf *out)
{
    char labels[160];
    begin(out, "parry_http_requests_total", "Requests answered.", "counter");
    for (size_t i = 0; i < (m->nroutes + 1) * STATUSES; i++) {
        uint64_t n = atomic_load_explicit(&m->requests[i], memory_order_relaxed);
        size_t status = i % STATUSES;
        if (n == 0)
            continue;
        labels_of(m, routes, i / STATUSES, labels, sizeof labels);
        if (status < STATUSES - 1)
            parry_buf_printf(out, "parry_http_requests_total{%s,status=\"%d\"} %llu\n", labels, statuses[status],
                             (unsigned long long)n);
        else
            parry_buf_printf(out, "parry_http_requests_total{%s,status=\"other\"} %llu\n", labels,
                             (unsigned long long)n);
    }
}

static void durations_text(const parry_metrics *m, const parry_route *routes, parry_buf *out)
{
    char labels[160], all[200];
    begin(out, "parry_http_request_duration_seconds", "From the whole request to the reply.", "histogram");
    for (size_t i = 0; i < (m->nroutes + 1) * CLASSES; i++) {
        const parry_hist *h = atomic_load(&m->duration[i]);
        if (h == NULL)
            continue;
        labels_of(m, routes, i / CLASSES, labels, sizeof labels);
        (void)snprintf(all, sizeof all, "%s,class=\"%zuxx\"", labels, i % CLASSES + 1);
        parry_hist_prometheus(h, "parry_http_request_duration_seconds", all, out);
    }
}

static void stages_text(const parry_metrics *m, parry_buf *out)
{
    begin(out, "parry_search_stage_duration_seconds", "Stages of a search.", "histogram");
    for (size_t i = 0; i < STAGES; i++) {
        char labels[40];
        (void)snprintf(labels, sizeof labels, "stage=\"%s\"", stages[i]);
        parry_hist_prometheus(m->stage[i], "parry_search_stage_duration_seconds", labels, out);
    }
}

static void value_text(parry_buf *out, const char *name, const char *labels, double value)
{
    parry_buf_printf(out, "%s%s%s%s %.15g\n", name, *labels ? "{" : "", labels, *labels ? "}" : "", value);
}

static void counters_text(const parry_metrics *m, parry_buf *out)
{
    for (size_t i = 0; i < PARRY_COUNTERS; i++) {
        if (i == 0 || strcmp(counters[i].name, counters[i - 1].name) != 0)
            begin(out, counters[i].name, counters[i].help, "counter");
        value_text(out, counters[i].name, counters[i].labels,
                   (double)atomic_load_explicit(&m->counts[i], memory_order_relaxed));
    }
}

static void readings_text(const parry_metrics *m, parry_buf *out)
{
    for (const parry_gauge *r = m->readings; r < m->readings + m->nreadings; r++) {
        if (r == m->readings || strcmp(r->name, r[-1].name) != 0)
            begin(out, r->name, r->help, r->counter ? "counter" : "gauge");
        value_text(out, r->name, r->labels, r->read(r->ctx));
    }
}

void parry_metrics_text(const parry_metrics *m, const parry_route *routes, parry_buf *out)
{
    requests_text(m, routes, out);
    durations_text(m, routes, out);
    stages_text(m, out);
    counters_text(m, out);
    readings_text(m, out);
}
