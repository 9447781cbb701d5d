/* fields=: of a JSON reply only what is asked for. "id,title,hits.url": members by name, those of members after a dot;
 * a list stands for each of its items. What the reply does not have is passed over. Pure. */
#ifndef PARRY_API_FIELDS_H
#define PARRY_API_FIELDS_H

#include "api/http/http.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { PARRY_FIELDS_MOST = 50, PARRY_FIELD_DEPTH = 8 };

typedef struct parry_fields {
    parry_str paths[PARRY_FIELDS_MOST]; /* borrowed from the text */
    size_t n;
} parry_fields;

/* INVALID: none, too many, an empty name, too deep. */
PARRY_MUST parry_code parry_fields_parse(parry_str text, parry_fields *out, parry_err *err);
json_t *parry_fields_keep(json_t *j, const parry_fields *fields); /* a new reference */
/* Does so to a JSON reply of status 200 where the request has `fields`. INVALID as above. */
PARRY_MUST parry_code parry_fields_reply(const parry_request *req, parry_response *res, parry_err *err);

#ifdef __cplusplus
}
#endif
#endif
