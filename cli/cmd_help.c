/* parry help: the list of commands, one command's help, or the configuration's manual. */
#include "cli/commands.h"
#include "cli/options.h"

#include <stdio.h>

enum { MANUAL_BYTES = 1 << 20 };

static void print_commands(void)
{
    size_t n;
    const parry_command *c = parry_commands(&n);
    printf("Parry %s answers people before they open a ticket.\n\nparry COMMAND [options] ...\n\n", PARRY_VERSION);
    for (size_t i = 0; i < n; i++)
        printf("  %-11s%s\n", c[i].name, c[i].summary);
    printf("\n  parry COMMAND --help   its options, with examples\n"
           "  parry help config      every key of the configuration\n\n"
           "A first answer:\n  parry index examples/marketplace/content\n  parry search 'my parcel never came'\n");
}

static void print_config(void)
{
    parry_buf manual = PARRY_BUF(MANUAL_BYTES);
    parry_config_manual(&manual);
    printf("Keys of --config FILE (YAML) and of --option KEY=VALUE. \"a.b\" is `a:` and, indented, `b:` in the "
           "file.\n\n%s",
           manual.p ? manual.p : "");
    parry_buf_free(&manual);
}

int cmd_help(parry_cli *cli, int argc, char **argv)
{
    const parry_usage usage = {
        .command = "help",
        .arguments = "[COMMAND | config]",
        .most = 1,
        .what = "Lists the commands, explains one of them, or prints every key of the configuration.",
        .examples = "  parry help search\n  parry help config\n"};
    int first = argc, code = 0;
    if (argc > 0 && strcmp(argv[0], "help") == 0 && !parry_options_parse(cli, &usage, argc, argv, &first, &code))
        return code;
    if (first >= argc) {
        print_commands();
        return 0;
    }
    if (strcmp(argv[first], "config") == 0) {
        print_config();
        return 0;
    }
    const parry_command *command = parry_command_find(argv[first]);
    if (command == NULL)
        return parry_cli_misuse(NULL, "no command \"%s\"", argv[first]);
    char help[] = "--help", *words[] = {argv[first], help, NULL};
    return command->run(cli, 2, words);
}
