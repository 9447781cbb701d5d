/* What the files of hand-offs share. */
#ifndef PARRY_DESK_HANDOFF_INNER_H
#define PARRY_DESK_HANDOFF_INNER_H

#include "desk/handoff.h"

struct parry_handoffs {
    parry_env *env;
    parry_group *group;
    parry_outbox *outbox;
    parry_table records, once, remotes; /* id -> JSON; hash -> id, hash of the request; target 0 remote id -> id */
    parry_secret seal, links;
    char *follow_base;
    int64_t follow_ms;
    parry_clock clock;
    char *targets[PARRY_HANDOFF_TARGETS];
    size_t ntargets;
};

enum { PARRY_HANDOFF_REMOTE_KEY = PARRY_OUTBOX_NAME_MAX + 1 + PARRY_OUTBOX_REMOTE_MAX };

static inline parry_str parry_handoff_key(const parry_uuid *id)
{
    return parry_str_make((const char *)id->b, sizeof id->b);
}
parry_str parry_handoff_remote_key(char out[PARRY_HANDOFF_REMOTE_KEY], parry_str target, const char *remote_id);
PARRY_MUST parry_code parry_handoff_load(parry_handoffs *h, parry_txn *t, parry_uuid id, parry_arena *a,
                                         parry_handoff *out, parry_err *err); /* NOT_FOUND */

/* A record as JSON and back. Strings in the arena. CORRUPT. */
json_t *parry_handoff_json(const parry_handoff *h);
PARRY_MUST parry_code parry_handoff_read(parry_str value, parry_uuid id, parry_arena *a, parry_handoff *out,
                                         parry_err *err);
/* Eight characters that cannot be taken for one another (Crockford's base 32), out of an id. */
void parry_reference_of(parry_uuid id, char out[PARRY_REFERENCE_TEXT]);

#endif
