/* Follow: a thread that keeps DATA like another server's, a round of pulling every poll_ms (copies/pull.h). A round
 * that fails is logged once for each reason and tried again; what is served stays. */
#ifndef PARRY_COPIES_FOLLOW_H
#define PARRY_COPIES_FOLLOW_H

#include "copies/pull.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct parry_follow_options {
    parry_fetch_options fetch; /* cancel is the follower's own */
    const char *data_dir;      /* prepared: parry_pull_prepare */
    parry_store *store;
    int64_t poll_ms;
} parry_follow_options;

typedef struct parry_follow parry_follow;

/* Strings are copied; the store is borrowed until parry_follow_stop. Fails: INVALID (the URL), UNAVAILABLE, IO. */
PARRY_MUST parry_code parry_follow_start(const parry_follow_options *o, parry_follow **out, parry_err *err);
void parry_follow_stop(parry_follow *f); /* ends what it is in; NULL is fine */
/* Another key, from the next round on; copied. Any thread. */
void parry_follow_key(parry_follow *f, parry_str key);

typedef struct parry_follow_status {
    bool ever;    /* it was like the primary once since the start */
    double lag_s; /* for so long it may have been behind: since it last was like the primary, or since the start */
    uint64_t primary_generation, fetched_bytes, damaged, rounds, failures; /* 0 where it is not known */
    char error[240]; /* of the last round; "" where it went well */
} parry_follow_status;
/* Any thread. */
void parry_follow_get(parry_follow *f, parry_follow_status *out);
const char *parry_follow_primary(const parry_follow *f); /* its URL; as long as the follower */

#ifdef __cplusplus
}
#endif
#endif
