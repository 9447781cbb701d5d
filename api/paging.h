/* Paging: a list in pieces. Where the next piece begins is said by what the last row was, not by its number, so that
 * rows that come and go meanwhile neither repeat nor hide others. The text is opaque to clients (base64url of JSON),
 * and no secret: whoever makes one up gets a place in a list that is theirs anyway. Pure. */
#ifndef PARRY_API_PAGING_H
#define PARRY_API_PAGING_H

#include "api/http/http.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { PARRY_PAGING_PARTS = 4, PARRY_PAGING_TEXT_MAX = 6000 };

/* For "next": the last row's place in the order of `list` ("articles"), at most PARRY_PAGING_PARTS texts. A new
 * reference; null where `more` is false. */
json_t *parry_paging_next(const char *list, bool more, const parry_str *parts, size_t n);
/* The request's `cursor`. false: it has none. Fails: INVALID (not one of this list's; `offset` beside it). */
PARRY_MUST parry_code parry_paging_after(const parry_request *req, parry_arena *a, const char *list, parry_str *parts,
                                         size_t n, bool *given, parry_err *err);

#ifdef __cplusplus
}
#endif
#endif
