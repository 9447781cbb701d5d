/* Problems: one table. */
#include "api/http/problem.h"

static const struct {
    int status;
    const char *name, *title, *help;
} problems[] = {
    [PARRY_PROBLEM_INVALID] = {400, "invalid", "The request is not right",
                               "A parameter is missing, unknown or out of range; the detail names it."},
    [PARRY_PROBLEM_UNAUTHENTICATED] = {401, "unauthenticated", "Who is this?",
                                       "This needs a key or a session, and the request brings none that is valid."},
    [PARRY_PROBLEM_CODE_NEEDED] = {401, "code-needed", "A one-time code is needed",
                                   "The password was right. Send it again with the code of this moment."},
    [PARRY_PROBLEM_DENIED] = {403, "denied", "Not allowed", "This needs rights that the request does not bring."},
    [PARRY_PROBLEM_READ_ONLY] = {403, "read-only", "This server only reads",
                                 "It is a replica of another one, which the detail names: what changes something goes "
                                 "there."},
    [PARRY_PROBLEM_NOT_FOUND] = {404, "not-found", "Not found",
                                 "There is nothing at this address, or nothing for this audience."},
    [PARRY_PROBLEM_METHOD] = {405, "method-not-allowed", "Method not allowed",
                              "The address exists, but not for this method; the Allow header lists those it has."},
    [PARRY_PROBLEM_NOT_ACCEPTABLE] = {406, "not-acceptable", "No such form",
                                      "None of the media types in Accept can be given."},
    [PARRY_PROBLEM_CONFLICT] = {409, "conflict", "Conflict", "Another change was faster. Read again, then retry."},
    [PARRY_PROBLEM_PRECONDITION] = {412, "precondition-failed", "It has changed since",
                                    "The version that If-Match names is not the current one. Read again, then decide."},
    [PARRY_PROBLEM_TOO_LARGE] = {413, "too-large", "Too large", "The body is over the limit of this server."},
    [PARRY_PROBLEM_MEDIA_TYPE] = {415, "unsupported-media-type", "Not in this form",
                                  "The body's Content-Type is not one that this address takes; the detail names them."},
    [PARRY_PROBLEM_RANGE] = {416, "range-not-satisfiable", "Beyond the end",
                             "The part that Range asks for is not there; Content-Range says how long the whole is."},
    [PARRY_PROBLEM_REUSED_KEY] = {422, "idempotency-key-reused", "This key was for another request",
                                  "An Idempotency-Key names one request. A different one needs a key of its own."},
    [PARRY_PROBLEM_PRECONDITION_REQUIRED] = {428, "precondition-required", "Which version?",
                                             "A change must say in If-Match which version it follows, so that nobody's "
                                             "work is overwritten unseen."},
    [PARRY_PROBLEM_URI_TOO_LONG] = {414, "uri-too-long", "Address too long", "Path and query are over 8 KiB."},
    [PARRY_PROBLEM_HEADERS_TOO_LARGE] = {431, "headers-too-large", "Headers too large",
                                         "The request's headers are over 16 KiB together."},
    [PARRY_PROBLEM_TOO_MANY] = {429, "too-many-requests", "Too many requests",
                                "This address or this key asks more often than it may. Retry-After says when to try "
                                "again."},
    [PARRY_PROBLEM_INTERNAL] = {500, "internal", "Something went wrong here",
                                "The fault is in the server; its log has more under the request's id."},
    [PARRY_PROBLEM_UNAVAILABLE] = {503, "unavailable", "Not available now",
                                   "Something that this needs is not here at the moment. Try again later."},
};

int parry_problem_status(parry_problem p) { return problems[p].status; }
const char *parry_problem_name(parry_problem p) { return problems[p].name; }
const char *parry_problem_title(parry_problem p) { return problems[p].title; }
const char *parry_problem_help(parry_problem p) { return problems[p].help; }

bool parry_problem_named(parry_str name, parry_problem *out)
{
    for (unsigned p = 0; p < PARRY_PROBLEMS; p++) {
        if (parry_str_eqz(name, problems[p].name)) {
            *out = (parry_problem)p;
            return true;
        }
    }
    return false;
}

parry_problem parry_problem_of(parry_code code)
{
    switch (code) {
    case PARRY_INVALID:
        return PARRY_PROBLEM_INVALID;
    case PARRY_NOT_FOUND:
        return PARRY_PROBLEM_NOT_FOUND;
    case PARRY_DENIED:
        return PARRY_PROBLEM_DENIED;
    case PARRY_CONFLICT:
        return PARRY_PROBLEM_CONFLICT;
    case PARRY_TOO_LARGE:
        return PARRY_PROBLEM_TOO_LARGE;
    case PARRY_UNAVAILABLE:
        return PARRY_PROBLEM_UNAVAILABLE;
    case PARRY_OK:
    case PARRY_CORRUPT:
    case PARRY_IO:
        return PARRY_PROBLEM_INTERNAL;
    }
    return PARRY_PROBLEM_INTERNAL;
}

json_t *parry_problem_json(parry_problem p, const char *detail, const char *request_id)
{
    char type[64];
    (void)snprintf(type, sizeof type, "/problems/%s", problems[p].name);
    return json_pack("{s:s, s:s, s:i, s:s, s:s}", "type", type, "title", problems[p].title, "status",
                     problems[p].status, "detail", detail, "instance", request_id);
}

void parry_problem_reply(parry_response *res, parry_problem p, const char *detail, const char *request_id)
{
    parry_response_drop(res);
    parry_response_json(res, problems[p].status, "application/problem+json", parry_problem_json(p, detail, request_id));
}
