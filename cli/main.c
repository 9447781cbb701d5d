/* parry: the table of commands, and nothing else. */
#include "cli/commands.h"

#include "base/log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const parry_command commands[] = {
    {"index", "import a tree of Markdown files and bring the index up to date", cmd_index},
#ifdef PARRY_CMD_SERVE
    {"serve", "answer over HTTP", cmd_serve},
#endif
    {"replica", "follow another server and answer like it", cmd_replica},
    {"search", "ask the index on the command line", cmd_search},
    {"duplicates", "find articles that say the same", cmd_duplicates},
    {"related", "list the articles related to one", cmd_related},
#ifdef PARRY_CMD_EVAL
    {"eval", "measure answers against judged queries", cmd_eval},
#endif
#ifdef PARRY_CMD_JUDGE
    {"judge", "check that articles answer what they are judged to answer", cmd_judge},
#endif
#ifdef PARRY_CMD_CALIBRATE
    {"calibrate", "fit to these articles how probable it is that an answer answers", cmd_calibrate},
#endif
    {"experiment", "how many visitors a hold-out needs, what so many can show, which there were", cmd_experiment},
    {"config", "check a configuration, show what is in effect, explain every key", cmd_config},
    {"connectors", "list and test where tickets go", cmd_connectors},
    {"backup", "save everything in a folder, beside a running server", cmd_backup},
    {"restore", "make the data of a backup", cmd_restore},
    {"desk", "train what suggests queues and priorities, and ask it", cmd_desk},
    {"keys", "make, list, rotate and revoke the keys of programs", cmd_keys},
    {"outbox", "what is on its way to ticket systems; send again what was given up", cmd_outbox},
    {"people", "add and change the people who run this help centre", cmd_people},
    {"audit", "prove that what was recorded is as it was written", cmd_audit},
    {"export", "print the ledger's records for other programs", cmd_export},
    {"ledger", "erase what is too old, take erased bytes off the disk", cmd_ledger},
    {"visitor", "give or erase all that is held about one visitor", cmd_visitor},
    {"cases", "list, show and export the cases of the desk", cmd_cases},
    {"gaps", "what people look for and do not find, and drafts about it", cmd_gaps},
    {"alerts", "figures that leave the limits of their own past", cmd_alerts},
    {"report", "figures of what happened after searches, from the ledger", cmd_report},
    {"routes", "list what the server answers, and the right that each asks for", cmd_routes},
    {"rules", "check the synonyms, rules and boosts that authors write", cmd_rules},
    {"synonyms", "find candidates for synonyms in what people asked", cmd_synonyms},
    {"embed", "turn lines of text into vectors", cmd_embed},
    {"version", "say what this program is made of", cmd_version},
    {"help", "explain a command", cmd_help},
};

const parry_command *parry_commands(size_t *n)
{
    *n = sizeof commands / sizeof *commands;
    return commands;
}

const parry_command *parry_command_find(const char *name)
{
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    }
    return NULL;
}

/* A reader that has seen enough (`parry search ... | head`) is no failure of ours. */
static int flushed(int code)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return code;
    if (errno != EPIPE)
        fprintf(stderr, "parry: cannot write the output: %s\n", strerror(errno));
    return errno == EPIPE ? code : parry_code_exit(PARRY_IO);
}

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "help";
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
        name = "help";
    else if (strcmp(name, "--version") == 0)
        name = "version";
    const parry_command *command = parry_command_find(name);
    if (command == NULL)
        return parry_cli_misuse(NULL, "no command or option \"%s\"", name);
    parry_cli cli = {.home = getenv("HOME"),
                     .xdg_cache_home = getenv("XDG_CACHE_HOME"),
                     .environment = environ,
                     .xdg_config_home = getenv("XDG_CONFIG_HOME"),
                     .data = "parry-data"};
    parry_config_defaults(&cli.config);
    char *alone[] = {argc > 1 ? argv[1] : argv[0], NULL};
    int code = command->run(&cli, argc > 1 ? argc - 1 : 1, argc > 1 ? argv + 1 : alone);
    parry_config_free(&cli.config);
    return flushed(code);
}
