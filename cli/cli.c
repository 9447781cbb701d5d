/* What the commands share. */
#include "cli/cli.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

int parry_cli_fail(const char *command, const parry_err *err)
{
    fflush(stdout);
    fprintf(stderr, "parry %s: %s\n", command, err->msg);
    return parry_code_exit(err->code);
}

int parry_cli_misuse(const char *command, const char *fmt, ...)
{
    fflush(stdout);
    fprintf(stderr, "parry%s%s: ", command ? " " : "", command ? command : "");
    va_list ap;
    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fprintf(stderr, "; see `parry %s%s`\n", command ? command : "help", command ? " --help" : "");
    return parry_code_exit(PARRY_INVALID);
}

static parry_code apply_setting(parry_config *config, const char *setting, parry_err *err)
{
    const char *equals = strchr(setting, '=');
    if (equals == NULL)
        return parry_fail(err, PARRY_INVALID, "--option takes KEY=VALUE, not \"%s\"", setting);
    char *key = strndup(setting, (size_t)(equals - setting));
    if (key == NULL)
        parry_oom();
    parry_code code = parry_config_set(config, key, equals + 1, err);
    free(key);
    return code;
}

parry_code parry_cli_configure(const parry_cli *cli, parry_config *config, parry_err *err)
{
    parry_config next = *config;
    parry_code code = PARRY_OK;
    if (cli->config_file != NULL)
        code = parry_config_load(&next, cli->config_file, err);
    if (code == PARRY_OK)
        code = parry_config_environment(&next, cli->environment, err);
    for (int i = 0; i < cli->nsettings && code == PARRY_OK; i++)
        code = apply_setting(&next, cli->settings[i], err);
    if (code == PARRY_OK)
        *config = next;
    return code;
}

bool parry_cli_setting(parry_cli *cli, const char *key_value)
{
    if (cli->nsettings == PARRY_CLI_SETTINGS)
        return false;
    cli->settings[cli->nsettings++] = key_value;
    return true;
}

char *parry_cli_path(const parry_cli *cli, parry_arena *a, const char *name)
{
    return parry_str_z(a, parry_str_printf(a, "%s/%s", cli->data, name));
}

char *parry_cli_model_dir(const parry_cli *cli, parry_arena *a)
{
    if (*cli->config.encoder.model_dir)
        return parry_str_z(a, parry_str_of(cli->config.encoder.model_dir));
    char path[PATH_MAX];
    parry_model_default_dir(cli->xdg_cache_home, cli->home, path, sizeof path);
    return parry_str_z(a, parry_str_of(path));
}

parry_code parry_cli_encoder(const parry_cli *cli, parry_encoder **out, parry_err *err)
{
    parry_precision precision;
    parry_code code = parry_precision_parse(cli->config.encoder.precision, &precision, err);
    if (code != PARRY_OK)
        return code;
    parry_arena *a = parry_arena_new();
    char *dir = parry_cli_model_dir(cli, a);
    code = parry_encoder_open(dir, precision, out, err);
    if (code == PARRY_NOT_FOUND)
        parry_err_context(err, "no model in %s (./dev setup fetches the default one)", dir);
    parry_arena_free(a);
    return code;
}

parry_code parry_cli_encoder_or_text(const parry_cli *cli, const char *command, parry_encoder **out, parry_err *err)
{
    parry_err why = {0};
    parry_code code = parry_cli_encoder(cli, out, &why);
    if (code == PARRY_NOT_FOUND) {
        fprintf(stderr, "parry %s: working on text alone: %s\n", command, why.msg);
        *out = NULL;
        return PARRY_OK;
    }
    if (code != PARRY_OK && err != NULL)
        *err = why;
    return code;
}
