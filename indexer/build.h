/* Builder: versions of articles to a segment. Reads the versions from the store, cuts them into rows, looks their
 * vectors up and encodes the missing ones on all cores, storing them as it goes: a run that is killed does not encode
 * twice. */
#ifndef PARRY_INDEXER_BUILD_H
#define PARRY_INDEXER_BUILD_H

#include "indexer/indexer.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A version of an article as the store says it is now; the file alone may say otherwise (a duplicate's slug has a
 * suffix). */
typedef struct parry_version {
    parry_str id, slug, audience;
    parry_hash hash;
} parry_version;
bool parry_version_eq(const parry_version *a, const parry_version *b);
int parry_version_cmp(const void *a, const void *b); /* by id, for qsort */

typedef struct parry_builder parry_builder;

/* store and the options' encoder are borrowed. One thread calls; the builder uses the options' threads inside. */
PARRY_MUST parry_code parry_builder_open(const char *segments_dir, parry_store *store, const parry_indexer_options *o,
                                         parry_builder **out, parry_err *err);
void parry_builder_close(parry_builder *b); /* NULL is fine */

/* What shapes a segment, for the manifest and for deciding whether an old one still fits. */
const parry_segment_options *parry_builder_shape(const parry_builder *b);

/* Sums over the builds since the last reset; the progress callback is told from here. */
typedef struct parry_tally {
    size_t articles, of_articles, passages, embedded, cached, refused;
} parry_tally;
parry_tally *parry_builder_tally(parry_builder *b);

/* One segment of the versions, which are in id order. Drafts are the caller's to leave out; articles that are not to be
 * searched are left out here. name: the segment's, or "" where none was left. A whole segment of these inputs that is
 * there already is taken as it is. Fails: NOT_FOUND (a version that the store does not have), IO. */
PARRY_MUST parry_code parry_build(parry_builder *b, const parry_version *versions, size_t n, char name[PARRY_NAME_TEXT],
                                  parry_err *err);

#ifdef __cplusplus
}
#endif
#endif
