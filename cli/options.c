/* Options over getopt_long: the command's table and the common one make one list of long options. */
#include "cli/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_OPTIONS = 40, HELP_COLUMN = 26 };

/* One parse. The common options are applied once all are known: an --option beats the file wherever it stands. */
typedef struct parse {
    parry_cli *cli;
    const parry_usage *usage;
    bool help;
    const parry_option *table[MOST_OPTIONS];
    struct option longs[MOST_OPTIONS + 1];
    int n;
} parse;

/* What the common options write to; --option may stand many times, so it is told apart by its row. */
static const parry_option help_row = {.name = "help", .help = "Print this and leave."};
static const parry_option data_row = {.name = "data", .value = "DIR", .help = "Parry's own data (default parry-data)."};
static const parry_option config_row = {
    .name = "config", .value = "FILE", .help = "Settings as YAML (`parry config --help`)."};
static const parry_option set_row = {.name = "option", .value = "KEY=VALUE", .help = "One setting, over the file's."};

static void add_row(parse *p, const parry_option *o)
{
    if (p->n == MOST_OPTIONS)
        abort();
    p->table[p->n] = o;
    p->longs[p->n] = (struct option){o->name, o->value ? required_argument : no_argument, NULL, 0};
    p->n++;
}

static void fill_table(parse *p)
{
    for (const parry_option *o = p->usage->options; o != NULL && o->name != NULL; o++)
        add_row(p, o);
    add_row(p, &data_row);
    add_row(p, &config_row);
    add_row(p, &set_row);
    add_row(p, &help_row);
}

static void print_help(const parse *p)
{
    const parry_usage *u = p->usage;
    printf("parry %s [options]%s%s\n\n%s\n\nOptions:\n", u->command, u->arguments ? " " : "",
           u->arguments ? u->arguments : "", u->what);
    for (int i = 0; i < p->n; i++) {
        const parry_option *o = p->table[i];
        if (o->help == NULL)
            continue;
        int n = printf("  --%s%s%s", o->name, o->value ? " " : "", o->value ? o->value : "");
        printf("%*s%s\n", n < HELP_COLUMN ? HELP_COLUMN - n : 2, "", o->help);
    }
    if (u->examples != NULL)
        printf("\nExamples:\n%s", u->examples);
    if (u->more != NULL)
        printf("\n%s", u->more());
}

static bool take_number(const parse *p, const parry_option *o, const char *value)
{
    char *end;
    errno = 0;
    long long n = strtoll(value, &end, 10);
    if (errno != 0 || end == value || *end || n < o->least || n > o->most) {
        parry_cli_misuse(p->usage->command, "--%s takes a whole number from %lld to %lld, not \"%s\"", o->name,
                         (long long)o->least, (long long)o->most, value);
        return false;
    }
    *o->number = n;
    return true;
}

static bool take(parse *p, const parry_option *o, const char *value)
{
    if (o == &help_row) {
        p->help = true;
    } else if (o == &data_row) {
        p->cli->data = value;
    } else if (o == &config_row) {
        p->cli->config_file = value;
    } else if (o == &set_row) {
        if (!parry_cli_setting(p->cli, value)) {
            parry_cli_misuse(p->usage->command, "more than %d times --option; use a --config FILE", PARRY_CLI_SETTINGS);
            return false;
        }
    } else if (o->flag != NULL) {
        *o->flag = true;
    } else if (o->text != NULL) {
        *o->text = value;
    } else if (o->texts != NULL) {
        if (o->texts->n == PARRY_TEXTS_MAX) {
            parry_cli_misuse(p->usage->command, "more than %d times --%s", PARRY_TEXTS_MAX, o->name);
            return false;
        }
        o->texts->text[o->texts->n++] = value;
    } else {
        return take_number(p, o, value);
    }
    return true;
}

/* false: told on stderr. */
static bool take_options(parse *p, int argc, char **argv)
{
    opterr = 0;
    optind = 0; /* GNU: start afresh */
    for (;;) {
        int at = 0, got = getopt_long(argc, argv, ":h", p->longs, &at);
        if (got == -1)
            return true;
        if (got == '?' || got == ':') {
            const char *word = argv[optind - 1 > 0 ? optind - 1 : 1];
            parry_cli_misuse(p->usage->command, got == ':' ? "%s needs a value" : "unknown option %s", word);
            return false;
        }
        const parry_option *o = got == 'h' ? &help_row : p->table[at];
        if (!take(p, o, optarg))
            return false;
    }
}

static bool right_count(const parry_usage *u, int given)
{
    if (given >= u->least && (u->most < 0 || given <= u->most))
        return true;
    if (given < u->least)
        parry_cli_misuse(u->command, "missing %s", u->arguments);
    else
        parry_cli_misuse(u->command, "too many arguments: it takes %s", u->arguments ? u->arguments : "none");
    return false;
}

bool parry_options_parse(parry_cli *cli, const parry_usage *u, int argc, char **argv, int *first, int *exit_code)
{
    parse p = {.cli = cli, .usage = u};
    fill_table(&p);
    *exit_code = parry_code_exit(PARRY_INVALID);
    if (!take_options(&p, argc, argv))
        return false;
    if (p.help) {
        print_help(&p);
        *exit_code = 0;
        return false;
    }
    parry_err err = {0};
    if (!u->unconfigured && parry_cli_configure(cli, &cli->config, &err) != PARRY_OK) {
        *exit_code = parry_cli_fail(u->command, &err);
        return false;
    }
    *first = optind;
    return right_count(u, argc - optind);
}
