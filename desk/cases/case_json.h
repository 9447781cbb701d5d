/* Cases as others read them: JSON with the members that the desk's page knows, by its names, and a few more; and lines
 * of an export. Pure; any thread. */
#ifndef PARRY_DESK_CASE_JSON_H
#define PARRY_DESK_CASE_JSON_H

#include "desk/cases/cases.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { PARRY_CASE_LINE_COMMENTS = 200 }; /* of an export's line */

json_t *parry_case_json(const parry_case *k); /* without its comments; a new reference, as those below */
json_t *parry_comments_json(const parry_case_comment *list, size_t n);
json_t *parry_case_files_json(const parry_case_comment *m); /* [{id, name, type, size}] */
bool parry_case_hides_external(parry_str external_id);      /* it is an Idempotency-Key, and none of the caller's */

/* A line of CSV (RFC 4180), safe to open in a spreadsheet; k NULL: the names. */
void parry_case_csv(const parry_case *k, parry_buf *out);
void parry_case_line(const parry_case *k, const parry_case_comment *list, size_t n, parry_buf *out); /* of NDJSON */

#ifdef __cplusplus
}
#endif
#endif
