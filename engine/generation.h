/* A generation: a manifest that lists segments and the articles dead in them; one is CURRENT.
 *
 *     DATA/index/generations/000142.json   {format, number, store_seq, model, segments: [{name, dead: [ordinals]}],
 *                                           tables: {kind: name}}
 *     DATA/index/tables/weights-NAME.json  a side table: what changes without the text changing (engine/side.h)
 *     DATA/index/CURRENT                   "000142\n", replaced by rename; never goes backwards
 *
 * Reading: a parry_index watches CURRENT; each query holds a reference to one parry_generation, whole and unchanging,
 * while newer ones come. Writing: the publisher (indexer/) under DATA/LOCK. Any thread may acquire and release. */
#ifndef PARRY_ENGINE_GENERATION_H
#define PARRY_ENGINE_GENERATION_H

#include "engine/segment.h"
#include "engine/side.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- manifests, for the publisher ---------------------------------------------------------------------------------
 */

typedef struct parry_manifest_segment {
    char name[PARRY_NAME_TEXT];
    uint32_t *dead; /* article ordinals, ascending */
    size_t ndead;
} parry_manifest_segment;

typedef struct parry_manifest {
    uint64_t number;    /* 0: none has been published */
    uint64_t store_seq; /* the store's change that it is up to date with */
    parry_hash model;   /* identity of the encoder its segments were built with; zeros without */
    uint32_t chunking;
    parry_manifest_segment *segments;
    size_t nsegments;
    char tables[PARRY_SIDES][PARRY_NAME_TEXT]; /* names of its side tables by kind; "" where it has none */
} parry_manifest;

/* The current one, in the arena; number 0 and nothing in it when there is none yet. Fails: CORRUPT. */
PARRY_MUST parry_code parry_manifest_current(const char *index_dir, parry_arena *a, parry_manifest *out,
                                             parry_err *err);
/* One of those that are kept. Fails: NOT_FOUND, CORRUPT. */
PARRY_MUST parry_code parry_manifest_read(const char *index_dir, uint64_t number, parry_arena *a, parry_manifest *out,
                                          parry_err *err);
/* Numbers of the generations that are kept, newest (the current one) first. Fails: CORRUPT, IO. */
PARRY_MUST parry_code parry_generations_list(const char *index_dir, parry_arena *a, uint64_t **numbers, size_t *n,
                                             parry_err *err);
/* Write number m->number (must be over the current) and flip CURRENT to it, both synced. Then it is served. */
PARRY_MUST parry_code parry_manifest_publish(const char *index_dir, const parry_manifest *m, parry_err *err);
/* The current one's number and bytes, for a copy of this index elsewhere; 0 and nothing where there is none. Whether
 * they are good shows in parsing them. Fails: CORRUPT. */
PARRY_MUST parry_code parry_manifest_text(const char *index_dir, parry_arena *a, uint64_t *number, parry_str *text,
                                          parry_err *err);
/* Into the arena. Fails: CORRUPT. */
PARRY_MUST parry_code parry_manifest_parse(parry_str text, parry_arena *a, parry_manifest *out, parry_err *err);
/* Remove segments, side tables and manifests that neither the current generation nor the `keep` before it need,
 * left-over .tmp-* folders that no writer holds, and *.tmp files beside what was being replaced. Under DATA/LOCK, by
 * the thread that publishes: a finished segment that no manifest lists yet, or a half-written CURRENT, would go too. */
PARRY_MUST parry_code parry_generations_sweep(const char *index_dir, unsigned keep, parry_err *err);

/* ---- serving ------------------------------------------------------------------------------------------------------
 */

typedef struct parry_index parry_index;
typedef struct parry_generation parry_generation;

/* index_dir: DATA/index. An index without any generation opens, and is empty. */
PARRY_MUST parry_code parry_index_open(const char *index_dir, parry_index **out, parry_err *err);
void parry_index_close(parry_index *ix); /* NULL is fine; after every generation was released */
/* Look at CURRENT; load and switch if it moved (segments already open are shared). *moved may be NULL. One thread at a
 * time; on failure the served generation stays. */
PARRY_MUST parry_code parry_index_refresh(parry_index *ix, bool *moved, parry_err *err);

parry_generation *parry_index_acquire(parry_index *ix); /* never NULL */
void parry_generation_release(parry_generation *g);

typedef struct parry_live_segment {
    const parry_segment *segment;
    const uint8_t *live; /* a bit an article ordinal; NULL: all live */
} parry_live_segment;

typedef struct parry_generation_info {
    uint64_t number, store_seq;
    const parry_live_segment *segments;
    size_t nsegments;
    uint64_t narticles, npassages, nvectors;                           /* live */
    uint64_t kind_rows[PARRY_ROW_KINDS], kind_length[PARRY_ROW_KINDS]; /* live */
    size_t dim;                                                        /* 0: text alone */
    parry_hash model;
} parry_generation_info;
const parry_generation_info *parry_generation_get_info(const parry_generation *g);
/* Where an article is; false when it is not live here. */
bool parry_generation_find(const parry_generation *g, parry_str id, uint32_t *segment, uint32_t *article);
/* A side table as its kind's parser left it (engine/side.c names the type); NULL where the generation has none. */
const void *parry_generation_side(const parry_generation *g, parry_side kind);

#ifdef __cplusplus
}
#endif
#endif
