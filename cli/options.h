/* Options of a command, from a table that also prints its --help. Every command has --data, --config, --option and
 * --help besides its own; they are filled into the parry_cli. An unknown option is one line on stderr and exit 2.
 *
 *     bool json = false;
 *     int64_t limit = 10;
 *     const parry_option options[] = {
 *         {.name = "json", .flag = &json, .help = "Print JSON."},
 *         {.name = "limit", .value = "N", .number = &limit, .least = 1, .most = 100, .help = "At most N answers."},
 *         {0}};
 *     const parry_usage usage = {.command = "search", .arguments = "QUERY", .least = 1, .most = 1, .options = options,
 *                                .what = "...", .examples = "  parry search 'late refund'\n"};
 *     int first, code;
 *     if (!parry_options_parse(cli, &usage, argc, argv, &first, &code))
 *         return code;
 */
#ifndef PARRY_CLI_OPTIONS_H
#define PARRY_CLI_OPTIONS_H

#include "cli/cli.h"

#include <stddef.h>

enum { PARRY_TEXTS_MAX = 32 };
typedef struct parry_texts {
    const char *text[PARRY_TEXTS_MAX];
    size_t n;
} parry_texts;

typedef struct parry_option {
    const char *name;  /* without the dashes; NULL ends the table */
    const char *value; /* what its value is called in the help; NULL for a flag */
    const char *help;  /* NULL: the option works, but the help is silent about it */
    bool *flag;        /* exactly one of the three is given; it holds the default before */
    const char **text;
    int64_t *number;
    int64_t least, most; /* of a number */
    parry_texts *texts;  /* in place of the three: may stand several times */
} parry_option;

typedef struct parry_usage {
    const char *command;
    const char *arguments; /* "TREE"; NULL for none */
    const char *what;      /* what the command does, whole sentences, ends without newline */
    const char *examples;  /* indented lines, each ends with a newline */
    const parry_option *options;
    int least, most;           /* number of arguments; most < 0: any */
    bool unconfigured;         /* the configuration is the command's own to read */
    const char *(*more)(void); /* what ends the help; NULL: nothing */
} parry_usage;

/* true: go on, the arguments stand in argv[*first] up to argc. false: return *exit_code (0 after --help). */
bool parry_options_parse(parry_cli *cli, const parry_usage *u, int argc, char **argv, int *first, int *exit_code);

#endif
