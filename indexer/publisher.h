/* Publisher: the one thread of `parry serve` that brings the index up to date. Whoever changed the store (an import, an
 * edit) pokes it; what changed within about 100 ms becomes one generation. What fails is logged once and tried again.
 *
 *     parry_publisher_new -> parry_publisher_start ... parry_publisher_stop, then parry_publisher_free
 *
 * Any thread may poke and wait, from new to free. */
#ifndef PARRY_INDEXER_PUBLISHER_H
#define PARRY_INDEXER_PUBLISHER_H

#include "indexer/indexer.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct parry_publisher parry_publisher;

enum { PARRY_PUBLISHER_WAITERS = 1024 };

/* indexer is borrowed. */
parry_publisher *parry_publisher_new(parry_indexer *indexer);
/* Starts the threads; the first run is at once, and catches up with what changed before. after (may be NULL) is called
 * on the publisher's thread after each run that went well: it makes the generation the served one. Fails: IO. */
typedef void (*parry_published_fn)(void *ctx, const parry_index_report *report);
PARRY_MUST parry_code parry_publisher_start(parry_publisher *p, parry_published_fn after, void *ctx, parry_err *err);

void parry_publisher_poke(parry_publisher *p);    /* the store has changed */
void parry_publisher_rebuild(parry_publisher *p); /* the same, with everything planned anew (parry_indexer_rebuild) */
/* Calls fn once: with live true when a generation that holds the store's change `seq` is served (at once, on this
 * thread, where one is), with false after timeout_ms or when the publisher stops. Does not poke. Fails: UNAVAILABLE
 * (PARRY_PUBLISHER_WAITERS wait already; fn is not called). fn must be quick, and may not call this. */
typedef void (*parry_live_fn)(void *ctx, bool live);
PARRY_MUST parry_code parry_publisher_wait(parry_publisher *p, uint64_t seq, int64_t timeout_ms, parry_live_fn fn,
                                           void *ctx, parry_err *err);

/* Ends the threads, after the run that it is in; who still waits is told. What is not published then is so at the next
 * start. NULL is fine for both. */
void parry_publisher_stop(parry_publisher *p);
void parry_publisher_free(parry_publisher *p); /* stops it first */

#ifdef __cplusplus
}
#endif
#endif
