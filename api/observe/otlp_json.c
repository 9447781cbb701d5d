/* Traces in OTLP's JSON: ids are lower-case hex, 64-bit numbers are strings, enumerations are numbers, names are in
 * lowerCamelCase (https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding). */
#include "api/observe/otlp.h"

enum { KIND_INTERNAL = 1, KIND_SERVER = 2, STATUS_ERROR = 2, FLAG_SAMPLED = 1 };

static json_t *text_attribute(const char *key, const char *value)
{
    return json_pack("{s:s, s:{s:s}}", "key", key, "value", "stringValue", value);
}

static json_t *number_json(int64_t n)
{
    char text[24];
    (void)snprintf(text, sizeof text, "%lld", (long long)n);
    return json_string(text);
}

static json_t *int_attribute(const char *key, int64_t value)
{
    return json_pack("{s:s, s:{s:o}}", "key", key, "value", "intValue", number_json(value));
}

static json_t *span_json(const parry_trace *t, const char *id, const char *parent, const char *name, int64_t start_ns,
                         int64_t end_ns)
{
    int64_t shift = t->start_unix_ns - t->start_ns;
    json_t *j = json_pack("{s:s, s:s, s:s, s:o, s:o, s:i}", "traceId", t->context.id, "spanId", id, "name", name,
                          "startTimeUnixNano", number_json(start_ns + shift), "endTimeUnixNano",
                          number_json(end_ns + shift), "flags", FLAG_SAMPLED);
    if (*parent)
        json_object_set_new(j, "parentSpanId", json_string(parent));
    if (t->state[0])
        json_object_set_new(j, "traceState", json_string(t->state));
    return j;
}

static json_t *request_json(const parry_trace *t)
{
    char name[160];
    (void)snprintf(name, sizeof name, "%s%s%s", t->method, *t->route ? " " : "", t->route);
    json_t *j = span_json(t, t->span, t->context.parent, name, t->start_ns, t->end_ns);
    json_object_set_new(j, "kind", json_integer(KIND_SERVER));
    json_t *attributes = json_pack("[o, o, o]", text_attribute("http.request.method", t->method),
                                   int_attribute("http.response.status_code", t->status),
                                   text_attribute("parry.request_id", t->request));
    if (*t->route)
        json_array_append_new(attributes, text_attribute("http.route", t->route));
    json_object_set_new(j, "attributes", attributes);
    if (t->status >= 500)
        json_object_set_new(j, "status", json_pack("{s:i}", "code", STATUS_ERROR));
    return j;
}

/* A stage's id follows from the request's: nobody outside refers to it. */
static void stage_id(const parry_trace *t, size_t i, char id[PARRY_SPAN_ID_TEXT])
{
    unsigned long long n = strtoull(t->span, NULL, 16) + 1 + i;
    (void)snprintf(id, PARRY_SPAN_ID_TEXT, "%016llx", n ? n : PARRY_TRACE_STAGES + 1);
}

static void add_spans(json_t *spans, const parry_trace *t)
{
    char id[PARRY_SPAN_ID_TEXT];
    json_array_append_new(spans, request_json(t));
    for (size_t i = 0; i < t->nstages; i++) {
        const parry_stage *s = &t->stages[i];
        stage_id(t, i, id);
        json_t *j = span_json(t, id, t->span, s->name, s->start_ns, s->end_ns);
        json_object_set_new(j, "kind", json_integer(KIND_INTERNAL));
        json_array_append_new(spans, j);
    }
}

json_t *parry_otlp_json(parry_trace *const *traces, size_t n, const char *service)
{
    json_t *spans = json_array();
    for (size_t i = 0; i < n; i++)
        add_spans(spans, traces[i]);
    json_t *resource = json_pack("{s:[o, o]}", "attributes", text_attribute("service.name", service),
                                 text_attribute("service.version", PARRY_VERSION));
    return json_pack("{s:[{s:o, s:[{s:{s:s, s:s}, s:o}]}]}", "resourceSpans", "resource", resource, "scopeSpans",
                     "scope", "name", "parry", "version", PARRY_VERSION, "spans", spans);
}
