/* What the commands share: settings, where things are, how an error is told. */
#ifndef PARRY_CLI_CLI_H
#define PARRY_CLI_CLI_H

#include "base/config.h"
#include "models/encoder.h"

#include <stdbool.h>
#include <stddef.h>

enum { PARRY_CLI_SETTINGS = 32 };

typedef struct parry_cli {
    const char *home, *xdg_cache_home,
        *xdg_config_home;                     /* of the environment, read in main and nowhere else; may be NULL */
    char *const *environment;                 /* main's; for the files that the configuration names */
    const char *data;                         /* --data; "parry-data" unless told */
    const char *config_file;                  /* --config; NULL: none */
    const char *settings[PARRY_CLI_SETTINGS]; /* --option, as given */
    int nsettings;
    parry_config config; /* defaults, then --config FILE, then the environment, then --option KEY=VALUE */
} parry_cli;

/* The configuration as these say now, over what is in *config; unchanged on failure. Once the options are parsed, and
 * again when a running program is told to. */
PARRY_MUST parry_code parry_cli_configure(const parry_cli *cli, parry_config *config, parry_err *err);
/* As one more --option; false where there are too many. The text is borrowed. */
bool parry_cli_setting(parry_cli *cli, const char *key_value);

/* One line on stderr, "parry COMMAND: what happened", and the exit code that goes with it. */
int parry_cli_fail(const char *command, const parry_err *err);
/* The same for a mistake on the command line: adds where to look, returns 2. */
int parry_cli_misuse(const char *command, const char *fmt, ...) PARRY_PRINTF(2, 3);

/* DATA/NAME in the arena. */
char *parry_cli_path(const parry_cli *cli, parry_arena *a, const char *name);
/* Folder of the configured model, or of the default one, in the arena. */
char *parry_cli_model_dir(const parry_cli *cli, parry_arena *a);
/* The configured encoder. NOT_FOUND says how to fetch the model. */
PARRY_MUST parry_code parry_cli_encoder(const parry_cli *cli, parry_encoder **out, parry_err *err);
/* The same, but *out is NULL and a line on stderr says so where no model is there: text alone still works. */
PARRY_MUST parry_code parry_cli_encoder_or_text(const parry_cli *cli, const char *command, parry_encoder **out,
                                                parry_err *err);

#endif
