/* Private to engine/: what writer, reader and sweep of segments share. */
#ifndef PARRY_ENGINE_SEGMENT_PRIVATE_H
#define PARRY_ENGINE_SEGMENT_PRIVATE_H

#include "engine/segment.h"

#define PARRY_TMP_PREFIX ".tmp-"

enum { PARRY_SEGMENT_FILES = 5 };
extern const char *const parry_segment_files[PARRY_SEGMENT_FILES]; /* those that segment.json lists */

/* Is a folder that is being written still held by its writer? */
bool parry_folder_held(const char *path);
bool parry_segment_name_valid(parry_str name); /* 32 lower-case hex digits: nothing else is ever made a path of */

#endif
