/* Private to engine/: what writer, reader and sweep of segments share. */
#ifndef PARRY_ENGINE_SEGMENT_PRIVATE_H
#define PARRY_ENGINE_SEGMENT_PRIVATE_H

#include "engine/segment.h"

#define PARRY_TMP_PREFIX ".tmp-"

enum { PARRY_SEGMENT_FILES = 5, PARRY_HEAD_BYTES = 8192 };
extern const char *const parry_segment_files[PARRY_SEGMENT_FILES]; /* those that segment.json lists */

/* The hash of a file's first PARRY_HEAD_BYTES: libraries trust their headers, and these are checked at every opening.
 */
PARRY_MUST parry_code parry_hash_head(const char *path, parry_hash *out, parry_err *err);
/* Is a folder that is being written still held by its writer? */
bool parry_folder_held(const char *path);

#endif
