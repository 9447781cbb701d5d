/* What handoff.c and handoff_record.c share. */
#ifndef PARRY_DESK_HANDOFF_INNER_H
#define PARRY_DESK_HANDOFF_INNER_H

#include "desk/handoff.h"

/* A record as JSON and back. Strings in the arena. CORRUPT. */
json_t *parry_handoff_json(const parry_handoff *h);
PARRY_MUST parry_code parry_handoff_read(parry_str value, parry_uuid id, parry_arena *a, parry_handoff *out,
                                         parry_err *err);
/* Eight characters that cannot be taken for one another (Crockford's base 32), out of an id. */
void parry_reference_of(parry_uuid id, char out[PARRY_REFERENCE_TEXT]);

#endif
