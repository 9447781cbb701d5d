/* parry connectors: where tickets go. Checks the file that says so, and tries each. */
#include "cli/commands.h"
#include "cli/options.h"

#include "desk/connector.h"

#include <signal.h>
#include <stdio.h>

enum { TEXT_BYTES = 256 << 10 };

static void print_one(const parry_connector *c)
{
    const parry_connector_kind *kind = parry_connector_kind_of(c);
    const char *url = parry_connector_get(c, "url");
    size_t n = strcspn(url, "?#"); /* what follows may be a secret */
    printf("%s\t%s\t%s\t%.*s\n", parry_connector_name(c), kind->name, parry_once_name(kind->once), n > 0 ? (int)n : 1,
           n > 0 ? url : "-");
}

static int list(const parry_connectors *all)
{
    printf("name\tkind\tarrives\turl\n");
    for (size_t i = 0; i < parry_connectors_count(all); i++)
        print_one(parry_connectors_at(all, i));
    return 0;
}

static int test_one(parry_connector *c)
{
    parry_err err = {0};
    if (parry_connector_kind_of(c)->test(c, &err) == PARRY_OK) {
        printf("%s: good\n", parry_connector_name(c));
        return 0;
    }
    parry_err_context(&err, "%s", parry_connector_name(c));
    return parry_cli_fail("connectors", &err);
}

static int test(const parry_connectors *all, const char *name)
{
    int worst = 0;
    parry_connector *c = name != NULL ? parry_connectors_named(all, parry_str_of(name)) : NULL;
    if (name != NULL && c == NULL) {
        parry_err err = {0};
        (void)parry_fail(&err, PARRY_NOT_FOUND, "there is no connector %s; `parry connectors list` lists them", name);
        return parry_cli_fail("connectors", &err);
    }
    (void)fflush(stdout);
    for (size_t i = 0; c == NULL && i < parry_connectors_count(all); i++) {
        int code = test_one(parry_connectors_at(all, i));
        worst = code != 0 ? code : worst;
    }
    return c != NULL ? test_one(c) : worst;
}

static int markdown(void)
{
    parry_buf text = PARRY_BUF(TEXT_BYTES);
    parry_connectors_manual(&text);
    (void)fwrite(text.p, 1, text.n, stdout);
    parry_buf_free(&text);
    return 0;
}

static int kinds(void)
{
    size_t n;
    const parry_connector_kind *const *all = parry_connector_kinds(&n);
    for (size_t i = 0; i < n; i++) {
        printf("%s (%s)\n    %s\n", all[i]->name, parry_once_name(all[i]->once), all[i]->help);
        for (const parry_connector_key *k = all[i]->keys; k->name != NULL; k++)
            printf("    %-14s %s%s%s%s\n", k->name, k->help,
                   k->usual == NULL ? " Needed."
                   : *k->usual      ? " Default "
                                    : "",
                   k->usual != NULL ? k->usual : "", k->usual != NULL && *k->usual ? "." : "");
    }
    return 0;
}

static int with_file(const parry_cli *cli, const char *file, const char *word, const char *name)
{
    parry_err err = {0};
    parry_connectors *all = NULL;
    if (parry_connectors_read(file != NULL ? file : cli->config.desk.connectors_file, &all, &err) != PARRY_OK)
        return parry_cli_fail("connectors", &err);
    int code = strcmp(word, "list") == 0 ? list(all) : test(all, name);
    parry_connectors_free(all);
    return code;
}

int cmd_connectors(parry_cli *cli, int argc, char **argv)
{
    const char *file = NULL;
    const parry_option options[] = {
        {.name = "file", .value = "FILE", .text = &file, .help = "The connectors, before desk.connectors_file."}, {0}};
    const parry_usage usage = {
        .command = "connectors",
        .arguments = "list | test [NAME] | kinds | markdown",
        .least = 1,
        .most = 2,
        .options = options,
        .what = "Where tickets go: the systems that the file desk.connectors_file (or --file) names.\n\n"
                "list      every connector: its name, kind, how often a ticket arrives, and where\n"
                "test      can it be reached, and are we let in? Creates nothing; all of them where none is named\n"
                "kinds     every kind of connector and its settings\n"
                "markdown  the same as docs/connectors.md",
        .examples = "  parry connectors list --file connectors.yaml\n"
                    "  parry connectors test helpdesk --config /etc/parry/parry.yaml\n"
                    "  parry connectors kinds\n"};
    int first, code;
    if (!parry_options_parse(cli, &usage, argc, argv, &first, &code))
        return code;
    const char *word = argv[first], *name = argc - first == 2 ? argv[first + 1] : NULL;
    if (name != NULL && strcmp(word, "test") != 0)
        return parry_cli_misuse("connectors", "%s takes no argument", word);
    if (strcmp(word, "kinds") == 0)
        return kinds();
    if (strcmp(word, "markdown") == 0)
        return markdown();
    if (strcmp(word, "list") != 0 && strcmp(word, "test") != 0)
        return parry_cli_misuse("connectors", "\"%s\" is none of list, test, kinds and markdown", word);
    return with_file(cli, file, word, name);
}
