/* Serving, as `parry serve` and `parry replica` do it. */
#ifndef PARRY_CLI_SERVE_H
#define PARRY_CLI_SERVE_H

#include "cli/cli.h"

typedef struct parry_replica_of {
    const char *url, *key_file, *ca; /* key_file, ca: NULL for none */
    bool plain;
    int64_t poll_ms;
} parry_replica_of;

typedef struct parry_serving {
    const char *command;             /* for errors: "serve" */
    const char *listen;              /* NULL: as configured */
    const char *tree;                /* NULL: none is watched */
    bool text_only;                  /* no model */
    const parry_replica_of *replica; /* NULL: this one publishes itself */
} parry_serving;

/* Until SIGTERM or SIGINT; the exit code. */
int parry_serve(parry_cli *cli, const parry_serving *s);

#endif
