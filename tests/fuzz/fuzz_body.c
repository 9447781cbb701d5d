/* Any bytes as a body: as JSON, as an event, as a message of JSON-RPC, as requests of Algolia's; each is read or
 * refused with a message that is text. */
#include "api/agents/mcp.h"
#include "api/algolia/params.h"
#include "api/http/http.h"
#include "api/schema.h"
#include "ledger/events.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char schema[] =
    "{\"type\":\"object\",\"required\":[\"turns\"],\"additionalProperties\":false,\"properties\":{"
    "\"turns\":{\"type\":\"array\",\"minItems\":1,\"maxItems\":3,\"items\":{\"type\":\"object\",\"properties\":{"
    "\"role\":{\"enum\":[\"user\",\"agent\"]},\"text\":{\"type\":\"string\",\"maxLength\":9}}}},"
    "\"id\":{\"type\":\"string\",\"maxLength\":8,\"pattern\":\"" PARRY_SCHEMA_TOKEN "\"},"
    "\"limit\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":10}}}";

static void must(bool good)
{
    if (!good)
        abort();
}

static void told(const parry_err *err)
{
    must(err->code != PARRY_OK && err->msg[0] != 0 && parry_utf8_valid(parry_str_of(err->msg), NULL));
}

/* A ledger in a folder that is never read: an event's people are named by its secret. */
static parry_event_context context(void)
{
    static parry_event_context c;
    char dir[] = "/tmp/parry-fuzz-XXXXXX";
    parry_ledger *l = NULL;
    parry_visitors *v = NULL;
    if (c.now_ms != 0)
        return c;
    must(mkdtemp(dir) != NULL &&
         parry_ledger_open(dir, &(parry_ledger_options){.map_bytes = 1 << 20}, &l, NULL) == PARRY_OK &&
         parry_visitors_open(l, 1700000000000, &v, NULL) == PARRY_OK);
    parry_ledger_close(l);
    c = (parry_event_context){.redactor = parry_redactor_new(), .visitors = v, .now_ms = 1700000000000};
    return c;
}

static void as_event(parry_arena *a, const json_t *j)
{
    const parry_event_context c = context();
    parry_ledger_item item;
    parry_err err = {0};
    bool shaped = parry_event_shaped(j);
    if (parry_event_read(&c, a, j, &item, &err) != PARRY_OK)
        told(&err);
    else
        must(item.payload.n <= PARRY_LEDGER_PAYLOAD_MAX && parry_utf8_valid(item.payload, NULL));
    (void)shaped;
}

static void as_message(const json_t *j)
{
    parry_mcp_headers headers = {{NULL, 0}, {NULL, 0}, {NULL, 0}};
    for (int modern = 0; modern < 2; modern++) {
        if (modern)
            headers = (parry_mcp_headers){parry_str_of("2026-07-28"), parry_str_of("tools/call"),
                                          parry_str_of("=?base64?c2VhcmNoX2FydGljbGVz?=")};
        parry_mcp_reply r = parry_mcp_answer(NULL, 0, NULL, &headers, j);
        must(r.body != NULL || r.status == 202);
        json_decref(r.body);
    }
}

static void as_algolia(parry_arena *a, const json_t *j)
{
    parry_algolia_params one, *many = NULL;
    parry_str index = parry_str_of("articles"), none = {NULL, 0};
    parry_err err = {0};
    size_t n = 0;
    if (parry_algolia_params_read(a, j, index, none, 500, &one, &err) != PARRY_OK)
        told(&err);
    if (parry_algolia_requests_read(a, j, 500, &many, &n, &err) != PARRY_OK)
        told(&err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    parry_arena *a = parry_arena_new();
    const parry_request r = {.body = parry_str_make((const char *)data, size)};
    parry_err err = {0};
    json_t *j = NULL, *wanted = parry_schema_of(schema);
    if (parry_request_json(&r, &j, &err) != PARRY_OK) {
        told(&err);
    } else {
        if (parry_schema_check(wanted, j, &err) != PARRY_OK)
            told(&err);
        as_event(a, j);
        as_message(j);
        as_algolia(a, j);
    }
    json_decref(j);
    json_decref(wanted);
    must(parry_arena_bytes(a) < (64U << 20));
    parry_arena_free(a);
    return 0;
}
