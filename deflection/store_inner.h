/* What store.c (open, fold), store_people.c (whose a record is), store_renew.c (his rows), store_words.c and
 * store_rows.c (views) share.
 *
 *   state     "state"                 -> format u32, sizes of the rows u32, seq u64, chain hash 32, as_of_ms i64
 *   alias     key 16                  -> key 16: whose it is
 *   own       who 16, seq             -> "": that record is his
 *   dirty     who 16                  -> "": his rows are to be made again
 *   people    who 16                  -> table u8, time i64, n u32, of each of his rows
 *   sessions, searches, reads, tickets, units   time i64, who 16, n u32 -> the row
 *   words     number 8                -> the word
 *
 * A key is a visitor's, a session's or a contact's (ledger/visitor.h), a query_id, or a hash of a hand-off's id.
 * Numbers in keys are big-endian; those in values, as in rows, are the machine's. */
#ifndef PARRY_DEFLECTION_STORE_INNER_H
#define PARRY_DEFLECTION_STORE_INNER_H

#include "base/env.h"
#include "deflection/fact.h"
#include "deflection/store.h"

#include <pthread.h>

enum { PARRY_DEFLECTION_FORMAT = 2 };

typedef enum parry_row_kind {
    PARRY_ROW_SESSION,
    PARRY_ROW_SEARCH,
    PARRY_ROW_READ,
    PARRY_ROW_TICKET,
    PARRY_ROW_UNIT,
    PARRY_ROW_KINDS
} parry_row_kind;

struct parry_deflection {
    char *dir;
    parry_ledger *ledger;
    parry_env *env;
    parry_table state, alias, own, dirty, people, words, rows[PARRY_ROW_KINDS];
    pthread_mutex_t folding;
};

size_t parry_row_size(parry_row_kind k);

PARRY_MUST parry_code parry_store_state_get(parry_deflection *d, parry_txn *t, parry_rows_state *out, parry_err *err);

/* As parry_rows_open, for who folds. */
PARRY_MUST parry_code parry_store_view(parry_deflection *d, parry_rows **out, parry_err *err);

/* ---- store_renew.c */
/* Makes the rows anew of everybody who is dirty. */
PARRY_MUST parry_code parry_store_renew_all(parry_deflection *d, parry_err *err);

/* ---- store_words.c */
/* Forgets the words that no row names. Holds all numbers that rows name in memory meanwhile: 16 bytes each. */
PARRY_MUST parry_code parry_store_sweep_words(parry_deflection *d, parry_err *err);

/* ---- store_people.c */
/* Notes whose a fact is, and that his rows are to be made again. */
PARRY_MUST parry_code parry_people_add(parry_deflection *d, parry_txn *t, const parry_fact *f, parry_err *err);
/* Whose a key is: itself where nobody has it. */
PARRY_MUST parry_code parry_people_find(parry_deflection *d, parry_txn *t, const parry_ledger_subject *key,
                                        parry_ledger_subject *who, parry_err *err);
/* The numbers of his records, in order, in the arena: the first `most`. */
PARRY_MUST parry_code parry_people_records(parry_deflection *d, parry_txn *t, const parry_ledger_subject *who,
                                           size_t most, parry_arena *a, uint64_t **seqs, size_t *n, parry_err *err);
/* That record is nobody's any more. */
PARRY_MUST parry_code parry_people_disown(parry_deflection *d, parry_txn *t, const parry_ledger_subject *who,
                                          uint64_t seq, parry_err *err);
/* Forgets the keys of whoever has no records left. */
PARRY_MUST parry_code parry_people_sweep(parry_deflection *d, parry_err *err);

#endif
