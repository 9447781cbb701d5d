/* parry config: check a file, show what is in effect, explain every key. */
#include "cli/commands.h"
#include "cli/options.h"

#include "ledger/redact.h"

#include <stdio.h>

enum { TEXT_BYTES = 1 << 20 };

static void count_and_print(void *ctx, const parry_err *err)
{
    int *mistakes = ctx;
    ++*mistakes;
    fprintf(stderr, "%s\n", err->msg);
}

/* The file that redaction reads. */
static parry_code check_rules(const char *path, parry_err *err)
{
    if (*path == 0)
        return PARRY_OK;
    parry_redactor *r = parry_redactor_new();
    parry_code code = parry_redactor_load_file(r, path, err);
    parry_redactor_free(r);
    return code;
}

/* All of the file's mistakes, then those of the environment and of --option. */
static int check(parry_cli *cli)
{
    int mistakes = 0;
    parry_err err = {0};
    parry_code code = PARRY_OK;
    if (cli->config_file != NULL)
        code = parry_config_check(cli->config_file, count_and_print, &mistakes, &err);
    if (code == PARRY_OK && mistakes == 0)
        code = parry_cli_configure(cli, &cli->config, &err);
    if (code == PARRY_OK && mistakes == 0)
        code = check_rules(cli->config.redaction.rules_file, &err);
    if (code != PARRY_OK)
        return parry_cli_fail("config", &err);
    if (mistakes > 0) {
        fprintf(stderr, "parry config: %d mistake%s\n", mistakes, mistakes == 1 ? "" : "s");
        return parry_code_exit(PARRY_INVALID);
    }
    printf("%s: fine\n", cli->config_file ? cli->config_file : "no --config FILE, the defaults");
    return 0;
}

static void print(const parry_buf *text) { (void)fwrite(text->p, 1, text->n, stdout); }

static int show(parry_cli *cli)
{
    parry_err err = {0};
    parry_buf text = PARRY_BUF(TEXT_BYTES);
    if (parry_cli_configure(cli, &cli->config, &err) != PARRY_OK)
        return parry_cli_fail("config", &err);
    parry_config_show(&cli->config, &text);
    print(&text);
    parry_buf_free(&text);
    return 0;
}

static int markdown(void)
{
    parry_buf text = PARRY_BUF(TEXT_BYTES);
    parry_config_markdown(&text);
    print(&text);
    parry_buf_free(&text);
    return 0;
}

/* Every key, below the options; kept for the life of the program. */
static const char *manual(void)
{
    static parry_buf text = PARRY_BUF(TEXT_BYTES);
    parry_buf_clear(&text);
    parry_buf_addz(&text,
                   "Keys of --config FILE (YAML) and of --option KEY=VALUE. \"a.b\" is `a:` and, indented, `b:` in "
                   "the file:\n\n");
    parry_config_manual(&text);
    return text.p;
}

int cmd_config(parry_cli *cli, int argc, char **argv)
{
    const parry_usage usage = {
        .command = "config",
        .arguments = "check [FILE] | show | markdown",
        .least = 1,
        .most = 2,
        .unconfigured = true,
        .more = manual,
        .what = "check     every mistake of a configuration, with its line; exit 0 where there is none\n"
                "show      every value that is in effect, as a file that gives them again\n"
                "markdown  the keys as docs/configuration.md\n\n"
                "The file's values go over the defaults; over them the environment, which may name other files for the "
                "keys that\nend in _file; over it --option.",
        .examples = "  parry config check /etc/parry/parry.yaml\n"
                    "  parry config show --config /etc/parry/parry.yaml --option log.level=debug\n"};
    int first, code;
    if (!parry_options_parse(cli, &usage, argc, argv, &first, &code))
        return code;
    const char *word = argv[first];
    if (strcmp(word, "check") == 0 && argc - first == 2)
        cli->config_file = argv[first + 1];
    else if (argc - first == 2)
        return parry_cli_misuse("config", "%s takes no argument", word);
    if (strcmp(word, "check") == 0)
        return check(cli);
    if (strcmp(word, "show") == 0)
        return show(cli);
    if (strcmp(word, "markdown") == 0)
        return markdown();
    return parry_cli_misuse("config", "\"%s\" is none of check, show and markdown", word);
}
