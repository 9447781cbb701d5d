/* What is served of DATA, for the commands that ask it. */
#ifndef PARRY_CLI_SERVED_H
#define PARRY_CLI_SERVED_H

#include "cli/cli.h"
#include "engine/generation.h"

typedef struct parry_served {
    parry_index *index;
    parry_generation *g; /* empty, number 0, where nothing was indexed */
} parry_served;

/* name: "index" or "drafts", of DATA. Fails: CORRUPT, IO; then there is nothing to close, and closing it is fine. */
PARRY_MUST parry_code parry_served_open(const parry_cli *cli, const char *name, parry_served *out, parry_err *err);
void parry_served_close(parry_served *s);
/* NOT_FOUND, saying what to do, where nothing was indexed. */
PARRY_MUST parry_code parry_served_any(const parry_served *s, parry_err *err);
/* Are there vectors that a model may be loaded for? */
bool parry_served_vectors(const parry_served *s);

#endif
