/* Refine: what is found out about a generation after it is served, and kept as its side tables (engine/side.h). Each
 * refiner reads the current generation, at leisure and without a lock, and the tables they made are published one after
 * the other; a table of articles that have changed meanwhile is made anew the next time. */
#ifndef PARRY_INDEXER_REFINE_H
#define PARRY_INDEXER_REFINE_H

#include "indexer/indexer.h"

#include <stdatomic.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct parry_refine_report {
    size_t tables;       /* that were made anew */
    uint64_t generation; /* the current one now */
    int64_t ns;          /* it took */
} parry_refine_report;

/* Run every refiner. Where nothing changed since their tables were made, nothing is published. threads: 0 for all
 * cores. stop (may be NULL): set by another thread, ends it early with UNAVAILABLE. report may be NULL. Any thread;
 * lock_wait_ms and failures as parry_indexer_set_side, but an index without a generation is fine. */
PARRY_MUST parry_code parry_indexer_refine(parry_indexer *ix, unsigned threads, int lock_wait_ms,
                                           const atomic_bool *stop, parry_refine_report *report, parry_err *err);
/* The same on one core, told in the log alone: beside serving. */
void parry_indexer_refine_aside(parry_indexer *ix, int lock_wait_ms, const atomic_bool *stop);

#ifdef __cplusplus
}
#endif
#endif
