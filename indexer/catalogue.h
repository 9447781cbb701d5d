/* Catalogue: which versions of which articles the segments hold. A segment is read once, its list kept; the segment
 * itself is closed again, so that publishing holds no index in memory. */
#ifndef PARRY_INDEXER_CATALOGUE_H
#define PARRY_INDEXER_CATALOGUE_H

#include "indexer/build.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct parry_held {
    char name[PARRY_NAME_TEXT];
    size_t n;
    parry_version *articles; /* by ordinal, which is in id order */
    uint32_t *rows;          /* of each */
    parry_arena *arena;
} parry_held;

typedef struct parry_catalogue parry_catalogue;

parry_catalogue *parry_catalogue_new(const char *segments_dir);
void parry_catalogue_free(parry_catalogue *c); /* NULL is fine */
/* What a segment holds; borrowed until parry_catalogue_keep leaves it out. Looks each time whether its folder is there.
 * Fails: NOT_FOUND, CORRUPT. */
PARRY_MUST parry_code parry_catalogue_get(parry_catalogue *c, const char *name, const parry_held **out, parry_err *err);
/* Forget all but the manifest's segments. */
void parry_catalogue_keep(parry_catalogue *c, const parry_manifest *m);

/* Where an article is; false when it is not in there. */
bool parry_held_find(const parry_held *h, parry_str id, size_t *ordinal);

#ifdef __cplusplus
}
#endif
#endif
