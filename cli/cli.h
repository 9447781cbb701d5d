/* What the commands share: settings, where things are, how an error is told. */
#ifndef PARRY_CLI_CLI_H
#define PARRY_CLI_CLI_H

#include "base/config.h"
#include "models/encoder.h"

#include <stddef.h>

typedef struct parry_cli {
    const char *home, *xdg_cache_home; /* of the environment, read in main and nowhere else; may be NULL */
    const char *data;                  /* --data; "parry-data" unless told */
    parry_config config;               /* defaults, then --config FILE, then --option KEY=VALUE */
} parry_cli;

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
