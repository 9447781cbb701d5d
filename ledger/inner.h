/* What ledger.c (the queue), commit.c (the writes) and read.c share.
 *
 *   chain     seq            -> format u8, kind u8, at_ms i64, id 16 bytes, payload hash 32, chain hash 32
 *   payloads  seq            -> salt 16 bytes, payload
 *   ids       id             -> seq
 *   about     whom 16 bytes, seq -> ""
 *   notes     seq, whom 16 bytes -> "": of what was erased
 *   state     "head"         -> format u8, seq u64, chain hash 32, ids_from u64, ids u64
 *
 * payload hash = SHA-256(salt, payload); chain hash = SHA-256(chain hash before, seq, the entry up to there). Numbers
 * are big-endian. */
#ifndef PARRY_LEDGER_INNER_H
#define PARRY_LEDGER_INNER_H

#include "base/env.h"
#include "ledger/ledger.h"

#include <pthread.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { PARRY_LEDGER_SALT = 16, PARRY_LEDGER_ENTRY = 90, PARRY_LEDGER_FIXED = 58 };

/* The ids of [ids_from, seq] are remembered: `ids` of them. */
typedef struct parry_ledger_head {
    uint64_t seq;
    parry_hash hash;
    uint64_t ids_from, ids;
} parry_ledger_head;

typedef struct parry_ledger_entry {
    unsigned kind;
    int64_t at_ms;
    parry_uuid id;
    parry_hash payload, chain;
} parry_ledger_entry;

#define PARRY_LEDGER_TABLES(l)                                                                                         \
    {                                                                                                                  \
        (l)->state, (l)->chain, (l)->payloads, (l)->ids, (l)->about, (l)->notes                                        \
    }

/* One append, waiting or decided. */
struct parry_ledger_ticket {
    struct parry_ledger_ticket *next;
    unsigned owners; /* the queue, and who took the ticket */
    bool decided;
    parry_code code;
    parry_err err;
    parry_ledger_told told;
    void *ctx;
    size_t n, bytes;
    parry_ledger_fate *fates;
    parry_ledger_item *items; /* their payloads lie behind, in the same piece of memory */
};

struct parry_ledger {
    parry_env *env;
    parry_table chain, payloads, ids, about, notes, state;
    parry_ledger_options o;
    pthread_t committer;
    bool started;

    pthread_mutex_t mutex; /* all below */
    pthread_cond_t work, decided;
    bool stopping;
    parry_ledger_ticket *first, *last; /* the queue */
    parry_ledger_stats stats;
};

struct parry_ledger_cursor {
    parry_txn *txn;
    parry_cursor *chain, *payloads;
    parry_str key, value; /* the payloads' next pair */
    bool there;
    parry_code code; /* what stopped the walk */
    parry_err err;
    parry_hash chained; /* of the last record: for verify */
    parry_str fixed, salt;
    parry_hash payload_hash;
};

/* ---- visitor.c */
/* That the secret is as it was written. Fails: CORRUPT. */
PARRY_MUST parry_code parry_visitors_check(parry_ledger *l, parry_txn *t, parry_err *err);

/* ---- commit.c */
/* Writes a list of tickets in one transaction and fills their fates. The committer alone. */
PARRY_MUST parry_code parry_ledger_commit(parry_ledger *l, parry_ledger_ticket *list, parry_err *err);
PARRY_MUST parry_code parry_ledger_head_get(parry_ledger *l, parry_txn *t, parry_ledger_head *out, parry_err *err);
PARRY_MUST parry_code parry_ledger_entry_read(parry_str value, parry_ledger_entry *out, parry_err *err);
parry_hash parry_ledger_payload_hash(parry_str salt, parry_str payload);
/* Under everybody whom record seq is about. */
PARRY_MUST parry_code parry_ledger_put_about(parry_ledger *l, parry_txn *t, uint64_t seq, const parry_ledger_item *item,
                                             parry_err *err);
PARRY_MUST parry_code parry_ledger_del_about(parry_ledger *l, parry_txn *t, uint64_t seq, const parry_ledger_item *item,
                                             parry_err *err);
/* fixed: the first PARRY_LEDGER_FIXED bytes of the entry. */
parry_hash parry_ledger_chain_hash(parry_hash before, uint64_t seq, parry_str fixed);
parry_hash parry_ledger_genesis(void);

#ifdef __cplusplus
}
#endif
#endif
