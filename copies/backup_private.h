/* What making and restoring a backup share. Private to copies/. */
#ifndef PARRY_COPIES_BACKUP_PRIVATE_H
#define PARRY_COPIES_BACKUP_PRIVATE_H

#include "copies/backup.h"

enum { PARRY_BACKUP_DEPTH = 16 };        /* folders in folders */
#define PARRY_RESTORING_FILE "RESTORING" /* marks a folder that a restore is filling */

const char *parry_backup_path(parry_arena *a, const char *dir, const char *file);
/* The folders above dir/path. */
PARRY_MUST parry_code parry_backup_folders(parry_arena *a, const char *dir, const char *path, parry_err *err);
/* Sync every folder of dir, down to `depth`, and itself. */
PARRY_MUST parry_code parry_backup_sync(parry_arena *a, const char *dir, int depth, parry_err *err);
parry_str parry_backup_time(parry_arena *a, int64_t ms); /* "2026-11-21T143000Z" */
void parry_backup_tell(const parry_inventory *v, parry_backup_report *report);

#endif
