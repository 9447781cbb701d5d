/* parry synonyms: candidates from people's second tries, for an author to judge. */
#include "cli/commands.h"
#include "cli/options.h"

#include "base/file.h"
#include "eval/mine.h"

#include <stdio.h>

static const size_t log_max = (size_t)512 << 20;

static void print_table(const parry_mined *list, size_t n)
{
    printf("from\tto\tsessions\tof\tbound\tboth\n");
    for (size_t i = 0; i < n; i++)
        printf("%.*s\t%.*s\t%zu\t%zu\t%.3f\t%s\n", PARRY_FMT(list[i].from), PARRY_FMT(list[i].to), list[i].sessions,
               list[i].of, list[i].bound, list[i].both ? "yes" : "no");
}

/* Words as the analyser reads them hold no quotes and no backslash. */
static void print_yaml(const parry_mined *list, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (list[i].both && parry_str_cmp(list[i].from, list[i].to) > 0)
            continue; /* said the other way round */
        printf(list[i].both ? "- words: [\"%.*s\", \"%.*s\"]" : "- {from: \"%.*s\", to: \"%.*s\"}",
               PARRY_FMT(list[i].from), PARRY_FMT(list[i].to));
        printf("  # %zu of %zu sessions\n", list[i].sessions, list[i].of);
    }
}

static int mine(const char *file, const char *locale, int64_t least, bool yaml)
{
    parry_err err = {0};
    parry_arena *a = parry_arena_new();
    parry_str tsv;
    parry_mined *list = NULL;
    size_t n = 0;
    parry_code code = parry_file_read(a, file, log_max, &tsv, &err);
    if (code == PARRY_OK) {
        code = parry_mine_synonyms(a, tsv, parry_str_of(locale), (size_t)least, &list, &n, &err);
        if (code != PARRY_OK)
            parry_err_context(&err, "%s", file);
    }
    if (code == PARRY_OK && yaml)
        print_yaml(list, n);
    else if (code == PARRY_OK)
        print_table(list, n);
    parry_arena_free(a);
    return code == PARRY_OK ? 0 : parry_cli_fail("synonyms", &err);
}

int cmd_synonyms(parry_cli *cli, int argc, char **argv)
{
    const char *locale = "en";
    int64_t least = 5;
    bool yaml = false;
    const parry_option options[] = {
        {.name = "least",
         .value = "N",
         .number = &least,
         .least = 1,
         .most = 1000000,
         .help = "Only what N sessions did (default 5: nobody's own words)."},
        {.name = "locale", .value = "LOCALE", .text = &locale, .help = "Language of the questions (default en)."},
        {.name = "yaml", .flag = &yaml, .help = "As entries for _search/synonyms.yaml."},
        {0}};
    const parry_usage usage = {
        .command = "synonyms",
        .arguments = "mine FILE",
        .least = 2,
        .most = 2,
        .options = options,
        .what =
            "Reads what people asked one after the other (FILE: session, time, query with tabs between) and prints\n"
            "which words they replaced by which others, the likeliest first. They are candidates: an author decides.",
        .examples = "  parry synonyms mine sessions.tsv\n"
                    "  parry synonyms mine --least 10 --yaml sessions.tsv >> content/_search/synonyms.yaml\n"};
    int first, code;
    if (!parry_options_parse(cli, &usage, argc, argv, &first, &code))
        return code;
    if (strcmp(argv[first], "mine") != 0)
        return parry_cli_misuse("synonyms", "there is only `parry synonyms mine FILE`, not %s", argv[first]);
    return mine(argv[first + 1], locale, least, yaml);
}
