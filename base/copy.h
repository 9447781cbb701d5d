/* Files and folders as a whole: listed, copied, exchanged. What is copied is synced before this returns; the folder
 * that got the name is the caller's to sync, once, after the last of many. */
#ifndef PARRY_BASE_COPY_H
#define PARRY_BASE_COPY_H

#include "base/hash.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Names in a folder, in byte order, without "." and "..", zero-terminated in the arena. A folder that is not there has
 * none. */
PARRY_MUST parry_code parry_dir_list(parry_arena *a, const char *path, parry_str **names, size_t *n, parry_err *err);

/* A regular file under a name that must be free, with the mode of the original. A symbolic link is no regular file.
 * hash, bytes: of what was read; either may be NULL. On failure nothing is left under the name.
 * Fails: NOT_FOUND, INVALID (no regular file), CONFLICT (the name is taken), IO. */
PARRY_MUST parry_code parry_file_copy(const char *from, const char *to, parry_hash *hash, uint64_t *bytes,
                                      parry_err *err);

/* Two folders on one file system exchange their names, in one step where the system can. Both names synced. */
PARRY_MUST parry_code parry_dir_exchange(const char *a, const char *b, parry_err *err);

#ifdef __cplusplus
}
#endif
#endif
