/* Watch: a tree of Markdown files, kept in the store and the index as it is on disk. One thread: inotify events (new,
 * changed, moved and vanished files and folders) are gathered until nothing happened for quiet_ms, imported,
 * and published by the publisher (indexer/publisher.h).
 *
 * Where the system gives no inotify or no more watches of it, the tree is read again every few seconds instead, and
 * where it loses events (an overflow), once; the first is said in the log. Errors are logged and tried again, never
 * fatal: a tree that is away for a moment comes back. */
#ifndef PARRY_INDEXER_WATCH_H
#define PARRY_INDEXER_WATCH_H

#include "content/store.h"
#include "indexer/publisher.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct parry_watch parry_watch;

/* Starts the thread, whose first act is a whole import: what changed before is caught up with. store and publisher are
 * borrowed until parry_watch_stop; the publisher is poked after each import that went well. Fails: NOT_FOUND, INVALID
 * (no folder), IO. */
PARRY_MUST parry_code parry_watch_start(const char *tree, parry_store *store, parry_publisher *publisher,
                                        int64_t quiet_ms, parry_watch **out, parry_err *err);
/* Ends the thread, after the import it is in. NULL is fine. */
void parry_watch_stop(parry_watch *w);

#ifdef __cplusplus
}
#endif
#endif
