/* Inventory: what a backup holds, file by file, with sizes and checksums; backup.json of the backup's folder.
 *
 *     {"format": 1, "made": "2026-11-21T14:30:00.000Z", "version": "0.1.0", "generation": 142, "store_seq": 9031,
 *      "files": [{"path": "store/data.mdb", "bytes": 1234, "sha256": "..."}]}
 *
 * A path is relative, and leads nowhere but down: what a stranger wrote into a backup.json cannot name a file outside.
 */
#ifndef PARRY_COPIES_INVENTORY_H
#define PARRY_COPIES_INVENTORY_H

#include "base/hash.h"

#ifdef __cplusplus
extern "C" {
#endif

#define PARRY_INVENTORY_FILE "backup.json"
enum { PARRY_INVENTORY_FILES_MAX = 1000000 };

typedef struct parry_inventory_row {
    parry_str path; /* zero-terminated */
    uint64_t bytes;
    parry_hash hash;
} parry_inventory_row;

typedef struct parry_inventory {
    parry_arena *arena; /* borrowed: rows live there */
    int64_t made_ms;    /* Unix time */
    uint64_t generation, store_seq;
    parry_inventory_row *rows;
    size_t n, cap;
    uint64_t bytes; /* of all rows */
} parry_inventory;

void parry_inventory_add(parry_inventory *v, const char *path, uint64_t bytes, parry_hash hash);
/* The row of a path; NULL where there is none. */
const parry_inventory_row *parry_inventory_find(const parry_inventory *v, parry_str path);
/* dir/backup.json, synced. */
PARRY_MUST parry_code parry_inventory_write(const parry_inventory *v, const char *dir, parry_err *err);
/* Fails: NOT_FOUND (no backup there), CORRUPT (backup.json is damaged or names a path that it must not). */
PARRY_MUST parry_code parry_inventory_read(parry_arena *a, const char *dir, parry_inventory *out, parry_err *err);
/* "a/b.c": relative, without empty, "." and ".." parts. */
bool parry_path_inside(parry_str path);

#ifdef __cplusplus
}
#endif
#endif
