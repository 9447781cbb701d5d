/* The commands of `parry`, one file each (cli/cmd_NAME.c). A command gets its own name as argv[0], parses its options
 * with cli/options.h, does its work through the folders' headers and returns the process's exit code (parry_code_exit).
 *
 * A new command: its file, a prototype here, a row in main.c's table. CMake finds the file. */
#ifndef PARRY_CLI_COMMANDS_H
#define PARRY_CLI_COMMANDS_H

#include "cli/cli.h"

int cmd_alerts(parry_cli *cli, int argc, char **argv);
int cmd_audit(parry_cli *cli, int argc, char **argv);
int cmd_backup(parry_cli *cli, int argc, char **argv);
int cmd_calibrate(parry_cli *cli, int argc, char **argv);
int cmd_cases(parry_cli *cli, int argc, char **argv);
int cmd_config(parry_cli *cli, int argc, char **argv);
int cmd_connectors(parry_cli *cli, int argc, char **argv);
int cmd_desk(parry_cli *cli, int argc, char **argv);
int cmd_duplicates(parry_cli *cli, int argc, char **argv);
int cmd_embed(parry_cli *cli, int argc, char **argv);
int cmd_eval(parry_cli *cli, int argc, char **argv);
int cmd_experiment(parry_cli *cli, int argc, char **argv);
int cmd_export(parry_cli *cli, int argc, char **argv);
int cmd_help(parry_cli *cli, int argc, char **argv);
int cmd_index(parry_cli *cli, int argc, char **argv);
int cmd_judge(parry_cli *cli, int argc, char **argv);
int cmd_keys(parry_cli *cli, int argc, char **argv);
int cmd_ledger(parry_cli *cli, int argc, char **argv);
int cmd_outbox(parry_cli *cli, int argc, char **argv);
int cmd_people(parry_cli *cli, int argc, char **argv);
int cmd_related(parry_cli *cli, int argc, char **argv);
int cmd_replica(parry_cli *cli, int argc, char **argv);
int cmd_gaps(parry_cli *cli, int argc, char **argv);
int cmd_report(parry_cli *cli, int argc, char **argv);
int cmd_restore(parry_cli *cli, int argc, char **argv);
int cmd_routes(parry_cli *cli, int argc, char **argv);
int cmd_rules(parry_cli *cli, int argc, char **argv);
int cmd_search(parry_cli *cli, int argc, char **argv);
int cmd_serve(parry_cli *cli, int argc, char **argv);
int cmd_synonyms(parry_cli *cli, int argc, char **argv);
int cmd_visitor(parry_cli *cli, int argc, char **argv);
int cmd_version(parry_cli *cli, int argc, char **argv);

typedef struct parry_command {
    const char *name, *summary; /* one line for `parry help` */
    int (*run)(parry_cli *cli, int argc, char **argv);
} parry_command;

const parry_command *parry_commands(size_t *n);            /* in the order of `parry help` */
const parry_command *parry_command_find(const char *name); /* NULL where there is none */

#endif
