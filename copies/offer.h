/* Offer: what a server lets its replicas copy, as api/ answers it (docs/operations/replica.md).
 *
 *     current    {"format": 1, "epoch": HEX, "store_seq": 9031, "manifest": {...} or null,
 *                 "segments": {NAME: SHA-256 of its segment.json}, "tables": {"KIND-NAME.json": bytes}}
 *
 * The epoch names this history of DATA: a restored backup is another one, and its replicas begin anew. */
#ifndef PARRY_COPIES_OFFER_H
#define PARRY_COPIES_OFFER_H

#include "content/store.h"

#include <jansson.h>

#ifdef __cplusplus
extern "C" {
#endif

#define PARRY_EPOCH_FILE "EPOCH"
enum { PARRY_OFFER_FORMAT = 1, PARRY_EPOCH_TEXT = 33, PARRY_OFFER_PIECE = 8 << 20 };

/* *out: a new reference. Any thread; reads files. Fails: CORRUPT, IO. */
PARRY_MUST parry_code parry_offer_current(const char *data_dir, parry_store *store, json_t **out, parry_err *err);
/* The path of a file that is offered, in the arena. Fails: NOT_FOUND (no such name, or none that may be asked for). */
PARRY_MUST parry_code parry_offer_segment_file(const char *data_dir, parry_arena *a, parry_str segment, parry_str file,
                                               const char **path, parry_err *err);
PARRY_MUST parry_code parry_offer_table(const char *data_dir, parry_arena *a, parry_str file, const char **path,
                                        parry_err *err);
/* At most PARRY_OFFER_PIECE bytes of a file, from `from` on and before `end`, into out; *size: of the file. Fails:
 * NOT_FOUND, IO. */
PARRY_MUST parry_code parry_offer_read(const char *path, uint64_t from, uint64_t end, parry_buf *out, uint64_t *size,
                                       parry_err *err);

#ifdef __cplusplus
}
#endif
#endif
