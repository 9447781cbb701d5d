/* Indexer: what is published in the store becomes the next generation. The only writer of DATA/index.
 *
 * One way for everything, `parry index`, the watcher, start-up: look at what the store changed since the current
 * generation, build one new segment of it, mark the old versions dead, merge where there are too many segments,
 * publish. Killed anywhere, the next run does the rest; what is served stays whole throughout. */
#ifndef PARRY_INDEXER_INDEXER_H
#define PARRY_INDEXER_INDEXER_H

#include "content/store.h"
#include "engine/generation.h"
#include "models/encoder.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct parry_indexer parry_indexer;

typedef struct parry_indexer_options {
    const parry_encoder *encoder; /* NULL: text alone */
    unsigned threads;             /* 0: all cores */
    uint32_t passage_tokens;      /* target length */
    uint32_t hnsw_from;
    bool drafts; /* an index of the drafts instead, in DATA/drafts: for staff, never served */
    /* Called now and then, on the calling thread; may be NULL. */
    void (*progress)(void *ctx, size_t articles, size_t of_articles, size_t passages, size_t embedded);
    void *progress_ctx;
} parry_indexer_options;

typedef struct parry_index_report {
    uint64_t generation;       /* the one that is current now */
    uint64_t store_seq;        /* the store's change that it is up to date with */
    bool published;            /* false: nothing had changed */
    size_t articles, passages; /* put into new segments */
    size_t embedded, cached;   /* vectors computed, and found in the store */
    size_t removed;            /* articles that went out */
    size_t segments;           /* in the generation now */
    size_t merged;             /* segments that were merged into others (their articles are not counted above) */
    size_t refused;            /* articles left out: this program's parser no longer takes their file */
    size_t settings_refused;   /* of _search/ that this program does not take: their side tables stay as they were */
    bool rebuilt;              /* everything was built anew: the first time, another model, passage length or damage */
} parry_index_report;

/* data_dir: DATA. The store is borrowed. */
PARRY_MUST parry_code parry_indexer_open(const char *data_dir, parry_store *store, const parry_indexer_options *o,
                                         parry_indexer **out, parry_err *err);
void parry_indexer_close(parry_indexer *ix); /* NULL is fine */
/* Bring the index up to date with the store. Takes DATA/LOCK for as long as it runs; lock_wait_ms as parry_lock_take.
 * Any thread: runs exclude each other. After a failure what was current stays so, and the next run does the work again.
 * Fails: CONFLICT (the lock is held), CORRUPT (the manifest; remove DATA/index, it is derived), IO. */
PARRY_MUST parry_code parry_indexer_run(parry_indexer *ix, int lock_wait_ms, parry_index_report *report,
                                        parry_err *err);
/* Have the next run plan everything from the store alone, as if there were no index: one set of segments without the
 * dead. What is built already is not built again, and what is served stays so meanwhile. Any thread. */
void parry_indexer_rebuild(parry_indexer *ix);
/* Give the current generation another side table of this kind (NULL: none): a new generation with the same segments,
 * served as soon as it is published. Nothing happens where it has that very table. Locks and threads as above. Fails:
 * NOT_FOUND (nothing indexed yet), INVALID (the document), CONFLICT, CORRUPT, IO. */
PARRY_MUST parry_code parry_indexer_set_side(parry_indexer *ix, int lock_wait_ms, parry_side kind,
                                             const json_t *document, parry_err *err);

const char *parry_indexer_dir(const parry_indexer *ix); /* DATA/index; as long as the indexer */

#ifdef __cplusplus
}
#endif
#endif
