/* Refinery: the thread that refines (indexer/refine.h) what was published, once nothing more was for a while, so that a
 * change is searchable at once and its related articles some seconds later. Inside indexer/ only. */
#ifndef PARRY_INDEXER_REFINERY_H
#define PARRY_INDEXER_REFINERY_H

#include "indexer/refine.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct parry_refinery parry_refinery;

PARRY_MUST parry_code parry_refinery_start(parry_indexer *indexer, int lock_wait_ms, parry_refinery **out,
                                           parry_err *err);
void parry_refinery_soon(parry_refinery *r); /* something was published; any thread */
void parry_refinery_stop(parry_refinery *r); /* ends early what it is at; NULL is fine */

#ifdef __cplusplus
}
#endif
#endif
