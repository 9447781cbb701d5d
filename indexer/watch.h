/* Watch: a tree of Markdown files, kept in the store and the index as it is on disk. One thread: inotify events (new,
 * changed, moved and vanished files and folders) are gathered until nothing happened for quiet_ms, imported, and
 * indexed.
 *
 * Where the system gives no inotify or no more watches of it, the tree is read again every few seconds instead, and
 * where it loses events (an overflow), once; the first is said in the log. Errors are logged and tried again, never
 * fatal: a tree that is away for a moment comes back.
 *
 * A second thread refines (indexer/refine.h) what was published, once nothing more was for a while, so that a change is
 * searchable at once and its related articles some seconds later. */
#ifndef PARRY_INDEXER_WATCH_H
#define PARRY_INDEXER_WATCH_H

#include "indexer/refine.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct parry_watch parry_watch;

/* Starts the thread, whose first act is a whole import and run: what changed before is caught up with. store and
 * indexer are borrowed until parry_watch_stop. after (may be NULL) is called on the thread after each run that went
 * well. Fails: NOT_FOUND, INVALID (no folder), IO. */
typedef void (*parry_watch_fn)(void *ctx, const parry_index_report *report);
PARRY_MUST parry_code parry_watch_start(const char *tree, parry_store *store, parry_indexer *indexer, int64_t quiet_ms,
                                        parry_watch_fn after, void *ctx, parry_watch **out, parry_err *err);
/* Ends the thread, after the import or run it is in. NULL is fine. */
void parry_watch_stop(parry_watch *w);

#ifdef __cplusplus
}
#endif
#endif
