/* Files: read whole, map, write so that a crash leaves the old or the new one, never half of either. */
#ifndef PARRY_BASE_FILE_H
#define PARRY_BASE_FILE_H

#include "base/str.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The whole file in the arena, zero-terminated. Fails: NOT_FOUND, DENIED, TOO_LARGE (over max_bytes), IO. */
PARRY_MUST parry_code parry_file_read(parry_arena *a, const char *path, size_t max_bytes, parry_str *out,
                                      parry_err *err);
/* Write beside it, fsync, rename over it, fsync the folder. */
PARRY_MUST parry_code parry_file_replace(const char *path, parry_str bytes, parry_err *err);
/* With parents; exists already is fine. Nothing for others than owner and group: what is in them is not for everybody
 * on the machine. */
PARRY_MUST parry_code parry_dir_make(const char *path, parry_err *err);
PARRY_MUST parry_code parry_dir_sync(const char *path, parry_err *err); /* fsync of the folder itself */
PARRY_MUST parry_code parry_file_sync(const char *path, parry_err *err);
PARRY_MUST parry_code parry_tree_remove(const char *path, parry_err *err); /* rm -r; not there is fine */
bool parry_file_exists(const char *path);

/* A file mapped read-only, shared. An empty file maps to {NULL, 0}. */
typedef struct parry_map {
    const unsigned char *p;
    size_t n;
} parry_map;
PARRY_MUST parry_code parry_map_open(const char *path, parry_map *out, parry_err *err);
void parry_map_close(parry_map *m);      /* a zeroed one is fine */
void parry_map_cold(const parry_map *m); /* its pages need not stay in memory (MADV_DONTNEED) */

/* An exclusive lock on a file that is made if missing; holds until unlock or the process ends.
 * wait_ms: 0 tries once, -1 waits without end. Fails: CONFLICT with the holder's pid in the text (the file holds it).
 */
typedef struct parry_lock {
    int fd; /* -1 when not held; start it so: parry_lock l = {-1} */
} parry_lock;
PARRY_MUST parry_code parry_lock_take(parry_lock *l, const char *path, int wait_ms, parry_err *err);
void parry_lock_drop(parry_lock *l);

#ifdef __cplusplus
}
#endif
#endif
