/* Group commit: writes of many threads share one transaction, and so one sync of the disk.
 *
 * The thread that comes first leads: it runs its own write and those that queued meanwhile, commits, and tells the
 * others. (The writers' queue of LevelDB, DBImpl::Write, is the same idea.) Any thread; a thread that holds a write
 * transaction of the environment must not call. */
#ifndef PARRY_BASE_GROUP_H
#define PARRY_BASE_GROUP_H

#include "base/env.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { PARRY_GROUP_MOST = 256 }; /* writes of one transaction */

typedef struct parry_group parry_group;

/* What is to be written in t. Runs on any thread, must not wait, and may run again in another transaction where one
 * that it shared failed: what it tells its caller it tells anew. On failure nothing of it is written. */
typedef parry_code (*parry_group_write)(void *ctx, parry_txn *t, parry_err *err);

parry_group *parry_group_new(parry_env *env); /* env is borrowed */
void parry_group_free(parry_group *g);        /* NULL is fine; nobody may be in parry_group_do */
/* Returns once it is durable, or failed: as write did, or what kept the transaction from the disk. */
PARRY_MUST parry_code parry_group_do(parry_group *g, parry_group_write write, void *ctx, parry_err *err);
/* Transactions that were committed, and writes in them. */
void parry_group_counts(parry_group *g, uint64_t *commits, uint64_t *writes);

#ifdef __cplusplus
}
#endif
#endif
