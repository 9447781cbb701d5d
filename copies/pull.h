/* Pull: one round of a replica, from what the primary offers (copies/offer.h) to the same articles and the same
 * generation here. Articles first, then segments and tables, each checked by its SHA-256, then the flip. Cut off
 * anywhere, the next round goes on from there; what is served stays whole.
 *
 *     DATA/replica.json    {"epoch": HEX, "whole": true}; whole: everything of this epoch was taken in once
 *
 * The generation has the primary's number, or, where that went back (a restored backup), one more than the last. One
 * thread. */
#ifndef PARRY_COPIES_PULL_H
#define PARRY_COPIES_PULL_H

#include "content/store.h"
#include "copies/fetch.h"
#include "engine/generation.h"

#ifdef __cplusplus
extern "C" {
#endif

#define PARRY_REPLICA_FILE "replica.json"
enum { PARRY_REPLICA_EPOCH = 33, PARRY_REPLICA_KEPT = 2 };

typedef struct parry_pull {
    parry_fetch *fetch;
    parry_store *store;
    const char *data_dir;
    char epoch[PARRY_REPLICA_EPOCH], etag[PARRY_FETCH_ETAG];
    bool whole; /* everything of this epoch was taken in once */
    /* of the last rounds */
    uint64_t primary_generation, generation, fetched_bytes, damaged; /* damaged: files that came wrong and came again */
} parry_pull;

/* Before anything of data_dir is open, under DATA/LOCK: refuses data that is no replica's, and takes out of service
 * what is damaged: the first round fetches it again. *damaged: segments that were. Fails: CONFLICT, IO. */
PARRY_MUST parry_code parry_pull_prepare(const char *data_dir, size_t *damaged, parry_err *err);
/* The rest of p is zeros. */
PARRY_MUST parry_code parry_pull_start(parry_pull *p, parry_err *err);
/* *flipped: another generation is current now. Fails: UNAVAILABLE (the primary, or its version), DENIED, CORRUPT (what
 * it sends), IO. */
PARRY_MUST parry_code parry_pull_round(parry_pull *p, bool *flipped, parry_err *err);

#ifdef __cplusplus
}
#endif
#endif
