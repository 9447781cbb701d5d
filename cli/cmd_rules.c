/* parry rules: are the files that authors write for search good? For an author, and for a continuous check. */
#include "cli/commands.h"
#include "cli/options.h"

#include "base/file.h"
#include "indexer/settings.h"

#include <stdio.h>

/* "synonyms" of "content/_search/synonyms.yaml"; NULL where the name says none. */
static const char *setting_of(const char *path)
{
    const char *slash = strrchr(path, '/'), *file = slash != NULL ? slash + 1 : path;
    for (int i = 0; i < PARRY_SETTINGS; i++) {
        size_t n = strlen(parry_setting_names[i]);
        if (strncmp(file, parry_setting_names[i], n) == 0 && strcmp(file + n, ".yaml") == 0)
            return parry_setting_names[i];
    }
    return NULL;
}

static parry_code check(const char *path, parry_err *err)
{
    parry_arena *a = parry_arena_new();
    const char *name = setting_of(path);
    parry_str bytes = {NULL, 0};
    json_t *document = NULL;
    parry_code code =
        name != NULL
            ? parry_file_read(a, path, PARRY_SETTING_MAX_BYTES, &bytes, err)
            : parry_fail(err, PARRY_INVALID, "is none of synonyms.yaml, rules.yaml, boosts.yaml and challenger.yaml");
    if (code == PARRY_OK)
        code = parry_setting_parse(a, bytes, &document, err);
    if (code == PARRY_OK)
        code = parry_settings_check(name, document, err);
    if (code != PARRY_OK)
        parry_err_context(err, "%s", path);
    json_decref(document);
    parry_arena_free(a);
    return code;
}

int cmd_rules(parry_cli *cli, int argc, char **argv)
{
    const parry_usage usage = {
        .command = "rules",
        .arguments = "check FILE...",
        .least = 2,
        .most = -1,
        .what = "Checks files of _search/ (synonyms.yaml, rules.yaml, boosts.yaml, challenger.yaml) as the import "
                "would, and changes nothing.",
        .examples = "  parry rules check content/_search/*.yaml\n"};
    int first, code, worst = 0;
    if (!parry_options_parse(cli, &usage, argc, argv, &first, &code))
        return code;
    if (strcmp(argv[first], "check") != 0)
        return parry_cli_misuse("rules", "there is only `parry rules check FILE...`, not %s", argv[first]);
    for (int i = first + 1; i < argc; i++) {
        parry_err err = {0};
        if (check(argv[i], &err) == PARRY_OK)
            printf("%s: good\n", argv[i]);
        else
            worst = parry_cli_fail("rules", &err);
    }
    return worst;
}
