/* Keys and errors of Algolia's protocol. */
#include "api/algolia/request.h"

#include "api/algolia/reply.h"

enum { KEY_MAX = 4096 };

bool parry_algolia_path(parry_str path) { return parry_str_starts(path, "/1/"); }

void parry_algolia_refuse(parry_response *res, int status, const char *message)
{
    parry_response_drop(res);
    parry_response_json(res, status, "application/json", parry_algolia_error_json(status, message));
}

static bool is_name(parry_str s, const char *name) { return s.n == strlen(name) && strncasecmp(s.p, name, s.n) == 0; }

static parry_str in_url(parry_arena *a, const parry_request *req)
{
    parry_str rest = req->query, pair, key = {NULL, 0};
    while (rest.n > 0 && parry_str_split(&rest, '&', &pair)) {
        size_t equals = parry_str_find(pair, parry_str_of("="));
        if (is_name(parry_str_make(pair.p, equals), "x-algolia-api-key") && pair.n - equals <= KEY_MAX &&
            parry_percent_decode(a, parry_str_from(pair, equals + 1), true, &key, NULL) == PARRY_OK)
            return key;
    }
    return parry_str_make(NULL, 0);
}

/* Clients put a key there that is too long for a URL. */
static parry_str in_body(parry_arena *a, const parry_request *req)
{
    json_t *body = NULL;
    parry_str key = {NULL, 0};
    if (parry_str_find(req->body, parry_str_of("\"apiKey\"")) == req->body.n ||
        parry_request_json(req, &body, NULL) != PARRY_OK)
        return key;
    const json_t *j = json_object_get(body, "apiKey");
    if (json_is_string(j) && json_string_length(j) <= KEY_MAX)
        key = parry_str_copy(a, parry_str_make(json_string_value(j), json_string_length(j)));
    json_decref(body);
    return key;
}

parry_str parry_algolia_key(parry_arena *a, const parry_request *req, bool *exposed)
{
    parry_str key = parry_request_header(req, "X-Algolia-API-Key");
    *exposed = key.n == 0;
    if (key.n == 0)
        key = in_url(a, req);
    return key.n == 0 ? in_body(a, req) : key;
}

parry_str parry_algolia_exposed(parry_arena *a, const parry_request *req)
{
    bool exposed = false;
    parry_str none = {NULL, 0}, key = parry_algolia_path(req->path) ? parry_algolia_key(a, req, &exposed) : none;
    return exposed && parry_str_starts(key, "parry_sk_") ? key : none;
}
