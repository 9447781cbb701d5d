/* Backup and restore: DATA, whole and consistent, as a folder that says of every file how it must be.
 *
 *     DEST/2026-11-21T143000Z/backup.json      copies/inventory.h
 *                             store/data.mdb   the truth as of one moment
 *                             ledger/data.mdb  and every other folder of DATA that is an LMDB environment, later than
 * it index/...        the generation that was served, not newer than the store
 *                             ...              whatever else lies in DATA, but what can be made again
 *
 * Order makes it consistent, not a stop of the server: the generation first (under DATA/LOCK, for as long as linking
 * takes), then the store, then the ledger. So the store is at least as new as the generation (start-up catches up), and
 * the ledger at least as new as the store, which may refer to it.
 *
 * What never changes under its name (segments and tables) is a hard link to DATA's file where one file system holds
 * both, or to the same file of the backup before; else a copy. A backup holds personal data and the hashes of keys: its
 * folder is for its owner alone (0700). */
#ifndef PARRY_COPIES_BACKUP_H
#define PARRY_COPIES_BACKUP_H

#include "base/clock.h"
#include "copies/inventory.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct parry_backup_report {
    char path[4096]; /* of the backup; what a restore moved aside: "" for nothing */
    uint64_t generation, store_seq;
    int64_t made_ms; /* when the backup was made */
    size_t files;
    uint64_t bytes, linked_bytes; /* linked_bytes of them cost no room */
    bool no_index;                /* DATA's index was damaged and is left out: the store makes it again */
} parry_backup_report;

/* A new backup of data_dir below `dest`, which is made if missing and may not lie in data_dir. Other processes serve,
 * import and publish meanwhile; this one must have nothing of data_dir open. Killed, it leaves a .tmp- folder that the
 * next one removes. lock_wait_ms: for DATA/LOCK. Fails: NOT_FOUND (no store there), INVALID, CONFLICT (the lock;
 * another backup to `dest`), CORRUPT, IO. */
PARRY_MUST parry_code parry_backup_make(const char *data_dir, const char *dest, int lock_wait_ms, parry_clock clock,
                                        parry_backup_report *report, parry_err *err);

/* Read every file of it. Fails: NOT_FOUND (no backup there), CORRUPT (names the first file that is not as it was). */
PARRY_MUST parry_code parry_backup_verify(const char *backup, parry_backup_report *report, parry_err *err);

/* Make data_dir of a backup, verifying on the way: data_dir is what it was until everything was read, and then takes
 * the backup's place in one step. What lay there is moved to DATA.before-TIME (force), or refused (without). Killed, it
 * leaves DATA.restoring, which the next one removes. Fails: NOT_FOUND, CORRUPT, CONFLICT (data_dir is not empty, or in
 * use by a process), IO. */
PARRY_MUST parry_code parry_backup_restore(const char *backup, const char *data_dir, bool force, parry_clock clock,
                                           parry_backup_report *report, parry_err *err);

#ifdef __cplusplus
}
#endif
#endif
