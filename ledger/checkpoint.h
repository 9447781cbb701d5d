/* Checkpoints: where the chain stood, signed with a key that does not lie beside it. Who can write the whole file can
 * write another chain, but not its checkpoints. One is an audit entry with three more members: "seq" and "head" (the
 * chain's hash at that record, in hex) and "mac", HMAC-SHA-256 over the entry without it (compact JSON, names sorted).
 * Pure but for signing; any thread. */
#ifndef PARRY_LEDGER_CHECKPOINT_H
#define PARRY_LEDGER_CHECKPOINT_H

#include "ledger/ledger.h"

#include <jansson.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { PARRY_CHECKPOINT_KEY = 32 };

#define PARRY_CHECKPOINT_PURPOSE "ledger" /* of the key that access derives for it */

typedef struct parry_checkpoint {
    uint64_t seq;
    parry_hash head;
    bool genuine;
} parry_checkpoint;

/* Adds them to an entry that is appended next; the head is the last durable one. */
PARRY_MUST parry_code parry_checkpoint_sign(parry_ledger *l, const unsigned char key[PARRY_CHECKPOINT_KEY],
                                            json_t *entry, parry_err *err);
/* false: no checkpoint. */
bool parry_checkpoint_read(parry_str payload, const unsigned char key[PARRY_CHECKPOINT_KEY], parry_checkpoint *out);

#ifdef __cplusplus
}
#endif
#endif
