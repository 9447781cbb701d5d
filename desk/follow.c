/* handoff 16 bytes, until_ms u64, tag 16 bytes. */
#include "desk/follow.h"

#include "base/env.h"

enum { SIGNED = 24, TAG = 16, ALL = SIGNED + TAG };

static parry_secret tag_of(const parry_secret *key, const unsigned char *bytes)
{
    return parry_secret_mac(key, "desk follow link", parry_str_make((const char *)bytes, SIGNED));
}

void parry_follow_make(const parry_secret *key, parry_uuid handoff, int64_t until_ms, char out[PARRY_FOLLOW_TEXT])
{
    unsigned char bytes[ALL];
    parry_arena *a = parry_arena_new();
    memcpy(bytes, handoff.b, sizeof handoff.b);
    parry_key_u64((uint64_t)until_ms, bytes + sizeof handoff.b);
    parry_secret tag = tag_of(key, bytes);
    memcpy(bytes + SIGNED, tag.b, TAG);
    (void)snprintf(out, PARRY_FOLLOW_TEXT, "%s", parry_base64_make(a, bytes, sizeof bytes).p);
    parry_arena_free(a);
}

parry_code parry_follow_read(const parry_secret *key, parry_str token, int64_t now_ms, parry_uuid *handoff,
                             parry_err *err)
{
    parry_arena *a = parry_arena_new();
    parry_str raw;
    parry_uuid id;
    bool fine = token.n < PARRY_FOLLOW_TEXT && parry_base64_read(a, token, &raw) && raw.n == ALL;
    if (fine) {
        const unsigned char *bytes = (const unsigned char *)raw.p;
        parry_secret tag = tag_of(key, bytes);
        memcpy(id.b, bytes, sizeof id.b);
        fine = parry_secret_equal(tag.b, bytes + SIGNED, TAG) &&
               now_ms < (int64_t)parry_key_u64_read(parry_str_make(raw.p + sizeof id.b, 8));
    }
    parry_arena_free(a);
    if (!fine)
        return parry_fail(err, PARRY_NOT_FOUND, "this link is not valid any more; ask for a new one");
    *handoff = id;
    return PARRY_OK;
}
