/* Reload: the configuration of a running program, read again. Requests go on with what they hold: every configuration
 * stays as it is until parry_reload_free, and a new one only takes its place. One thread. */
#ifndef PARRY_CLI_RELOAD_H
#define PARRY_CLI_RELOAD_H

#include "cli/cli.h"

typedef struct parry_reload parry_reload;

/* Borrows cli, whose configuration is the first. */
parry_reload *parry_reload_new(const parry_cli *cli);
void parry_reload_free(parry_reload *r); /* NULL is fine; after whatever read a configuration of it has ended */
/* The file, the environment and the options again. What came of it is logged: keys that changed, and those that wait
 * for a restart; a mistake, and then nothing changes: NULL. Else what to go by from now on, the same as before where no
 * live key changed: files that keys name may hold something else all the same. */
const parry_config *parry_reload_run(parry_reload *r);
/* Level and format of the log. */
void parry_reload_log(const parry_config *config);

#endif
