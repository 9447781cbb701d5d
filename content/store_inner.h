/* The store from inside: its tables and records, for reading (store.c) and importing. Inside content/ only. */
#ifndef PARRY_CONTENT_STORE_INNER_H
#define PARRY_CONTENT_STORE_INNER_H

#include "content/store.h"

#include <pthread.h>

#ifdef __cplusplus
extern "C" {
#endif

struct parry_store {
    parry_env *env;
    parry_table articles, sources, slugs, paths, log, settings;
    pthread_mutex_t importing; /* one import at a time in this process; across processes the lock file */
    char *lock_path;
};

/* An article's record. wanted_*: what its file asked for; id and slug may carry a suffix. gone: its file vanished or
 * has another id now, so that id and slug are free for whoever asks. */
typedef struct parry_record {
    parry_str id, path, slug, audience, wanted_id, wanted_slug;
    parry_hash hash;
    parry_status status;
    uint64_t seq;
    bool gone;
} parry_record;

/* Slices borrow from the transaction's map: copy with parry_record_copy before it writes or ends.
 * Fails: NOT_FOUND, CORRUPT. */
PARRY_MUST parry_code parry_record_get(parry_store *s, parry_txn *t, parry_str id, parry_record *out, parry_err *err);
PARRY_MUST parry_code parry_record_at_path(parry_store *s, parry_txn *t, parry_str path, parry_record *out,
                                           parry_err *err);
PARRY_MUST parry_code parry_record_read(parry_str id, parry_str value, parry_record *out, parry_err *err);
/* Gives it the next seq, and writes record and log entry. */
PARRY_MUST parry_code parry_record_put(parry_store *s, parry_txn *t, parry_record *r, parry_err *err);
/* One more change, of no article: the log's entry alone. what: no article's id ("@rules"). */
PARRY_MUST parry_code parry_log_put(parry_store *s, parry_txn *t, parry_str what, parry_err *err);
parry_record parry_record_copy(parry_arena *a, parry_record r);

/* A version: the file's bytes, and what the article was called. */
typedef struct parry_source {
    parry_str path, id, slug, bytes;
} parry_source;
PARRY_MUST parry_code parry_source_get(parry_store *s, parry_txn *t, parry_hash hash, parry_source *out,
                                       parry_err *err);
PARRY_MUST parry_code parry_source_put(parry_store *s, parry_txn *t, parry_hash hash, const parry_source *v,
                                       parry_err *err);

enum { PARRY_PATH_KEY = 512 };
/* LMDB's keys end at 511 bytes: a longer path is keyed by its hash. Borrowed from path or room. */
parry_str parry_path_key(parry_str path, char room[PARRY_PATH_KEY]);

#ifdef __cplusplus
}
#endif
#endif
