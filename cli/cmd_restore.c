/* parry restore: DATA of a backup. */
#include "cli/commands.h"
#include "cli/options.h"

#include "copies/backup.h"

#include <stdio.h>

int cmd_restore(parry_cli *cli, int argc, char **argv)
{
    bool force = false;
    const parry_option options[] = {
        {.name = "force",
         .flag = &force,
         .help = "Where DATA is not empty, move it aside (to DATA.before-TIME) in place of refusing."},
        {0}};
    const parry_usage usage = {
        .command = "restore",
        .arguments = "BACKUP",
        .least = 1,
        .most = 1,
        .options = options,
        .what =
            "Makes DATA of a backup, checking every file on the way. Until all is well nothing is touched; then the\n"
            "whole takes its place at once. No server may work with DATA.",
        .examples = "  parry restore /mnt/backups/2026-11-21T143000Z --data /var/lib/parry\n"};
    int first, code;
    if (!parry_options_parse(cli, &usage, argc, argv, &first, &code))
        return code;
    parry_err err = {0};
    parry_backup_report r = {0};
    if (parry_backup_restore(argv[first], cli->data, force, parry_clock_system(), &r, &err) != PARRY_OK)
        return parry_cli_fail("restore", &err);
    char made[PARRY_TIME_TEXT];
    parry_time_text(r.made_ms, made);
    printf("%s is as it was on %s: generation %llu, %zu files\n", cli->data, made, (unsigned long long)r.generation,
           r.files);
    if (r.path[0])
        printf("what was there before lies in %s\n", r.path);
    return 0;
}
