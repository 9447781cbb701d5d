/* What the commands share. */
#include "cli/cli.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>

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
