/* Any bytes as a request's line and headers (lines; the first is the target): what is read keeps to its limits. */
#include "api/http/http.h"
#include "api/limits/limits.h"
#include "api/observe/trace.h"
#include "api/paging.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { HEADERS = 16 };

static void must(bool good)
{
    if (!good)
        abort();
}

static void check_text(parry_str s) { must(parry_utf8_valid(s, NULL) && (s.n == 0 || memchr(s.p, 0, s.n) == NULL)); }

static void check_params(const parry_request *r, parry_arena *a)
{
    parry_str parts[PARRY_PAGING_PARTS];
    bool given = false;
    must(r->nparams <= PARRY_PARAMS_MAX);
    for (size_t i = 0; i < r->nparams; i++) {
        check_text(r->params[i].name);
        check_text(r->params[i].value);
    }
    if (parry_paging_after(r, a, "keys", parts, 1, &given, NULL) == PARRY_OK && given)
        check_text(parts[0]);
    (void)!parry_request_check(r, "q limit cursor", NULL);
}

static size_t read_headers(parry_str rest, parry_header *out)
{
    parry_str line;
    size_t n = 0;
    while (n < HEADERS && parry_str_split(&rest, '\n', &line)) {
        size_t colon = parry_str_find(line, parry_str_of(":"));
        out[n++] = (parry_header){parry_str_make(line.p, colon), parry_str_trim(parry_str_from(line, colon + 1))};
    }
    return n;
}

static void check_headers(const parry_request *r)
{
    static const char *const types[] = {"application/json", "text/html"};
    parry_trace_context trace = {.id = ""};
    for (size_t i = 0; i < r->nheaders; i++) {
        must(parry_accept_best(r->headers[i].value, types, 2) <= 2);
        (void)parry_etag_matches(r->headers[i].value, "0123");
        if (parry_trace_parse(r->headers[i].value, &trace))
            must(strlen(trace.id) == PARRY_TRACE_ID_TEXT - 1 && strlen(trace.parent) == PARRY_SPAN_ID_TEXT - 1);
        (void)parry_trace_state_valid(r->headers[i].value);
    }
    (void)parry_framing_fault(r->headers, r->nheaders, r->nheaders % 2 == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    parry_arena *a = parry_arena_new();
    parry_str rest = parry_str_make((const char *)data, size), target = {NULL, 0}, path;
    parry_header headers[HEADERS];
    parry_request r = {.headers = headers};
    parry_err err = {0};
    (void)parry_str_split(&rest, '\n', &target);
    parry_request_target(&r, target);
    if (parry_percent_decode(a, r.path, false, &path, &err) == PARRY_OK)
        check_text(path);
    if (parry_request_params(&r, a, &err) == PARRY_OK)
        check_params(&r, a);
    must(parry_utf8_valid(parry_str_of(err.msg), NULL));
    r.nheaders = read_headers(rest, headers);
    check_headers(&r);
    must(parry_arena_bytes(a) < (16U << 20));
    parry_arena_free(a);
    return 0;
}
