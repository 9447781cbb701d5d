/* parry help: the list of commands, or one command's help. */
#include "cli/commands.h"
#include "cli/options.h"

#include <stdio.h>

static void print_commands(void)
{
    size_t n;
    const parry_command *c = parry_commands(&n);
    printf("Parry %s answers people before they open a ticket.\n\nparry COMMAND [options] ...\n\n", PARRY_VERSION);
    for (size_t i = 0; i < n; i++)
        printf("  %-11s%s\n", c[i].name, c[i].summary);
    printf("\n  parry COMMAND --help   its options, with examples\n"
           "  parry config --help    every key of the configuration\n\n"
           "A first answer:\n  parry index examples/marketplace/content\n  parry search 'my parcel never came'\n");
}

int cmd_help(parry_cli *cli, int argc, char **argv)
{
    const parry_usage usage = {.command = "help",
                               .arguments = "[COMMAND]",
                               .most = 1,
                               .what = "Lists the commands, or explains one of them.",
                               .examples = "  parry help search\n"};
    int first = argc, code = 0;
    if (argc > 0 && strcmp(argv[0], "help") == 0 && !parry_options_parse(cli, &usage, argc, argv, &first, &code))
        return code;
    if (first >= argc) {
        print_commands();
        return 0;
    }
    const parry_command *command = parry_command_find(argv[first]);
    if (command == NULL)
        return parry_cli_misuse(NULL, "no command \"%s\"", argv[first]);
    char help[] = "--help", *words[] = {argv[first], help, NULL};
    return command->run(cli, 2, words);
}
