/* Tree events: inotify over a whole tree of folders, as the paths of Markdown files and folders that may have changed.
 * One thread. */
#ifndef PARRY_INDEXER_TREE_EVENTS_H
#define PARRY_INDEXER_TREE_EVENTS_H

#include "base/str.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct parry_tree_events parry_tree_events;

/* Fails: UNAVAILABLE (no inotify, or its limits are reached: read the tree again now and then instead), NOT_FOUND, IO.
 */
PARRY_MUST parry_code parry_tree_events_open(const char *tree, parry_tree_events **out, parry_err *err);
void parry_tree_events_close(parry_tree_events *t);   /* NULL is fine */
int parry_tree_events_fd(const parry_tree_events *t); /* readable when there is something to take */

/* Read what there is, without waiting; *news says whether any of it matters. Fails: UNAVAILABLE, as above;
 * NOT_FOUND (the tree itself went). It is of no more use then. */
PARRY_MUST parry_code parry_tree_events_read(parry_tree_events *t, bool *news, parry_err *err);
/* What was gathered since the last take: relative paths in the arena, each once; *all instead where events were lost,
 * so that the tree must be read as a whole. A folder stands for all that is in it, or was. */
void parry_tree_events_take(parry_tree_events *t, parry_arena *a, parry_str **paths, size_t *n, bool *all);

#ifdef __cplusplus
}
#endif
#endif
