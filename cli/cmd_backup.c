/* parry backup: DATA into a folder of its own, beside a running server; or is such a folder whole? */
#include "cli/commands.h"
#include "cli/options.h"

#include "copies/backup.h"

#include <stdio.h>

enum { LOCK_WAIT_MS = 60000 };

static double megabytes(uint64_t bytes) { return (double)bytes / 1e6; }

static int make(const parry_cli *cli, const char *dest, bool quiet)
{
    parry_err err = {0};
    parry_backup_report r = {0};
    if (parry_backup_make(cli->data, dest, LOCK_WAIT_MS, parry_clock_system(), &r, &err) != PARRY_OK)
        return parry_cli_fail("backup", &err);
    if (r.no_index)
        fprintf(stderr, "parry backup: the index is damaged and was left out; restored, it is built again\n");
    if (quiet)
        printf("%s\n", r.path);
    else
        printf("%s: generation %llu, %zu files, %.1f MB (%.1f MB of them linked)\n", r.path,
               (unsigned long long)r.generation, r.files, megabytes(r.bytes), megabytes(r.linked_bytes));
    return 0;
}

static int verify(const char *backup, bool quiet)
{
    parry_err err = {0};
    parry_backup_report r = {0};
    char made[PARRY_TIME_TEXT];
    if (parry_backup_verify(backup, &r, &err) != PARRY_OK)
        return parry_cli_fail("backup", &err);
    parry_time_text(r.made_ms, made);
    if (!quiet)
        printf("whole: made %s, generation %llu, %zu files, %.1f MB\n", made, (unsigned long long)r.generation, r.files,
               megabytes(r.bytes));
    return 0;
}

int cmd_backup(parry_cli *cli, int argc, char **argv)
{
    bool check = false, quiet = false;
    const parry_option options[] = {
        {.name = "verify", .flag = &check, .help = "Read the backup FOLDER and check every file; change nothing."},
        {.name = "quiet", .flag = &quiet, .help = "Print the new folder's path alone."},
        {0}};
    const parry_usage usage = {
        .command = "backup",
        .arguments = "FOLDER",
        .least = 1,
        .most = 1,
        .options = options,
        .what =
            "Saves DATA as a new folder in FOLDER, named by the time, while others serve and publish. What did not\n"
            "change since the backup before costs no room, where links can be made. A backup holds personal data and\n"
            "the hashes of keys: keep it as you keep DATA.",
        .examples = "  parry backup --data /var/lib/parry /mnt/backups\n"
                    "  parry backup --verify /mnt/backups/2026-11-21T143000Z\n"};
    int first, code;
    if (!parry_options_parse(cli, &usage, argc, argv, &first, &code))
        return code;
    return check ? verify(argv[first], quiet) : make(cli, argv[first], quiet);
}
