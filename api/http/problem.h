/* Problems (RFC 9457): the one shape of every error the API answers.
 *     {"type": "/problems/NAME", "title": ..., "status": ..., "detail": ..., "instance": REQUEST-ID} */
#ifndef PARRY_API_PROBLEM_H
#define PARRY_API_PROBLEM_H

#include "api/http/http.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum parry_problem {
    PARRY_PROBLEM_INVALID,
    PARRY_PROBLEM_UNAUTHENTICATED,
    PARRY_PROBLEM_CODE_NEEDED,
    PARRY_PROBLEM_DENIED,
    PARRY_PROBLEM_READ_ONLY,
    PARRY_PROBLEM_NOT_FOUND,
    PARRY_PROBLEM_METHOD,
    PARRY_PROBLEM_NOT_ACCEPTABLE,
    PARRY_PROBLEM_CONFLICT,
    PARRY_PROBLEM_PRECONDITION,
    PARRY_PROBLEM_TOO_LARGE,
    PARRY_PROBLEM_MEDIA_TYPE,
    PARRY_PROBLEM_RANGE,
    PARRY_PROBLEM_REUSED_KEY,
    PARRY_PROBLEM_PRECONDITION_REQUIRED,
    PARRY_PROBLEM_URI_TOO_LONG,
    PARRY_PROBLEM_HEADERS_TOO_LARGE,
    PARRY_PROBLEM_TOO_MANY,
    PARRY_PROBLEM_INTERNAL,
    PARRY_PROBLEM_UNAVAILABLE,
    PARRY_PROBLEMS
} parry_problem;

int parry_problem_status(parry_problem p);
const char *parry_problem_name(parry_problem p);  /* "not-found" */
const char *parry_problem_title(parry_problem p); /* for people */
const char *parry_problem_help(parry_problem p);  /* what it means and what to do: the page at /problems/NAME */
/* By name; false where there is none. */
bool parry_problem_named(parry_str name, parry_problem *out);
/* CORRUPT and IO are INTERNAL: what went wrong inside is for the log, not for the caller. */
parry_problem parry_problem_of(parry_code code);

json_t *parry_problem_json(parry_problem p, const char *detail, const char *request_id);
/* Makes it the response; the body there was before is dropped. */
void parry_problem_reply(parry_response *res, parry_problem p, const char *detail, const char *request_id);

#ifdef __cplusplus
}
#endif
#endif
