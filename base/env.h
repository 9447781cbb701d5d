/* The LMDB environment: named tables of bytes to bytes, ordered by key; any number of readers, one writer at a time,
 * across threads and processes. Commits are durable when they return.
 *
 * Threads: one parry_env for the process (never two on one path); a transaction belongs to the thread that began it.
 * A full disk or map is UNAVAILABLE: nothing was written, and later it may be.
 * Values returned by get and cursors are borrowed from the map: valid until the transaction ends or writes.
 * Keys: 1 to 511 bytes. */
#ifndef PARRY_BASE_ENV_H
#define PARRY_BASE_ENV_H

#include "base/str.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct parry_env parry_env;
typedef struct parry_txn parry_txn;
typedef struct parry_cursor parry_cursor;
typedef unsigned parry_table; /* a handle good for the life of the env */

/* Makes the folder. map_bytes is the most it may grow to (address space, not disk). tables: how many named tables. */
PARRY_MUST parry_code parry_env_open(const char *dir, size_t map_bytes, unsigned tables, parry_env **out,
                                     parry_err *err);
void parry_env_close(parry_env *e); /* NULL is fine; end every transaction first */
/* How much of map_bytes is in use (what was freed inside counts as used), and map_bytes. Any thread. */
void parry_env_usage(parry_env *e, size_t *used_bytes, size_t *map_bytes);
/* Open a table, making it if missing. Call at start-up, outside any transaction of this thread. */
PARRY_MUST parry_code parry_env_table(parry_env *e, const char *name, parry_table *out, parry_err *err);

PARRY_MUST parry_code parry_txn_read(parry_env *e, parry_txn **out, parry_err *err);
PARRY_MUST parry_code parry_txn_write(parry_env *e, parry_txn **out, parry_err *err); /* waits for the writer before */
PARRY_MUST parry_code parry_txn_commit(parry_txn *t, parry_err *err);                 /* ends it, whatever it returns */
void parry_txn_abort(parry_txn *t);                                                   /* NULL is fine */

PARRY_MUST parry_code parry_get(parry_txn *t, parry_table table, parry_str key, parry_str *value,
                                parry_err *err); /* NOT_FOUND */
PARRY_MUST parry_code parry_put(parry_txn *t, parry_table table, parry_str key, parry_str value, parry_err *err);
PARRY_MUST parry_code parry_del(parry_txn *t, parry_table table, parry_str key, parry_err *err); /* not there is fine */
/* The same, and a short value (up to 2 KB) is overwritten first, so that no copy of the environment has it. Pages that
 * are given back keep what they held until they are used again. */
PARRY_MUST parry_code parry_wipe(parry_txn *t, parry_table table, parry_str key, parry_err *err);
PARRY_MUST parry_code parry_count(parry_txn *t, parry_table table, uint64_t *n, parry_err *err);

/* Walk a table in key order from the first key >= `from` ({NULL,0}: the start).
 *     while (parry_cursor_next(c, &k, &v)) ...  then parry_cursor_close(c, err) for what went wrong, if anything. */
PARRY_MUST parry_code parry_cursor_open(parry_txn *t, parry_table table, parry_str from, parry_cursor **out,
                                        parry_err *err);
bool parry_cursor_next(parry_cursor *c, parry_str *key, parry_str *value);
/* The last pair of the table; NOT_FOUND when it is empty. */
PARRY_MUST parry_code parry_last(parry_txn *t, parry_table table, parry_str *key, parry_str *value, parry_err *err);
PARRY_MUST parry_code parry_cursor_close(parry_cursor *c, parry_err *err);

/* A copy of the environment in the folder `from`, as of one moment, without free pages, as to/data.mdb, synced; readers
 * and writers of other processes go on meanwhile. No environment on `from` may be open in this process. `to` is a
 * folder without a data.mdb. Fails: NOT_FOUND, CORRUPT, UNAVAILABLE (the disk is full; nothing is left then), IO. */
PARRY_MUST parry_code parry_env_copy(const char *from, const char *to, parry_err *err);
/* The environment in `dir` again with nothing in its file but what is there to read: bytes that were deleted are gone
 * from the disk. Takes as long as copying it. Fails: CONFLICT (a process has it open), NOT_FOUND, UNAVAILABLE (the disk
 * has no room for a copy); then it is as it was. */
PARRY_MUST parry_code parry_env_compact(const char *dir, parry_err *err);
/* Whether the pages of the file agree with each other: each that is in use is whole, none is free and in use, and there
 * are as many as the tables say. tables: all that there are. Reads the whole file. Fails: CORRUPT (msg names the page).
 */
PARRY_MUST parry_code parry_env_check(parry_env *e, const parry_table *tables, size_t n, parry_err *err);
/* Overwrites with zeros whatever of the file nothing reads, where old bytes are; beside readers and writers, which wait
 * for some milliseconds at a time. Reads the whole file. *left: pages that a reader still holds; they are as they were.
 * Memory of this process may hold some, too, and write them: so once is not quite enough. tables: all that there are.
 */
PARRY_MUST parry_code parry_env_scrub(parry_env *e, const parry_table *tables, size_t n, uint64_t *left,
                                      parry_err *err);
/* The same where it is due: a table of the environment says so, tables[0], under the key "scrub". parry_env_scrub_due
 * writes that in the transaction that deletes; each of two times scrubbing that leaves nothing takes one off. */
PARRY_MUST parry_code parry_env_scrub_due(parry_txn *t, parry_table table, parry_err *err);
PARRY_MUST parry_code parry_env_scrub_if_due(parry_env *e, const parry_table *tables, size_t n, bool *is,
                                             parry_err *err);
/* Does another process have the environment in this folder open? *pid: one that does; 0: none, or no such folder. Not
 * in a process that has it open itself: that would lose its hold. */
PARRY_MUST parry_code parry_env_holder(const char *dir, long *pid, parry_err *err);

void parry_key_u64(uint64_t n, unsigned char out[8]); /* big-endian, so that numbers sort */
uint64_t parry_key_u64_read(parry_str key);           /* of the first 8 bytes; 0 where shorter */

#ifdef __cplusplus
}
#endif
#endif
