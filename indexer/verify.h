/* Verify: is the current generation whole? Reads every file of every segment and checks it against its checksum, that
 * no article is live twice and that the manifest names nothing that is not there. For tests, backups and doubtful
 * disks. */
#ifndef PARRY_INDEXER_VERIFY_H
#define PARRY_INDEXER_VERIFY_H

#include "engine/generation.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct parry_verify_report {
    uint64_t generation, store_seq;
    size_t segments, articles, rows, vectors; /* live, but for vectors, which counts dead ones too */
    size_t dead;                              /* articles */
} parry_verify_report;

/* each: called for every live article, in id order; may be NULL. Fails: NOT_FOUND (nothing was published), CORRUPT. */
PARRY_MUST parry_code parry_index_verify(const char *index_dir, void (*each)(void *ctx, parry_str id), void *ctx,
                                         parry_verify_report *report, parry_err *err);

#ifdef __cplusplus
}
#endif
#endif
