/* Rows: what reports count (DATA/deflection), for commands that erase what they are made of. Beside a running server,
 * too. */
#ifndef PARRY_CLI_ROWS_H
#define PARRY_CLI_ROWS_H

#include "cli/cli.h"
#include "deflection/store.h"

typedef struct parry_cli_rows {
    parry_ledger *ledger;
    parry_deflection *rows; /* NULL: there are none yet */
} parry_cli_rows;

PARRY_MUST parry_code parry_cli_rows_open(const parry_cli *cli, parry_ledger *ledger, parry_cli_rows *out,
                                          parry_err *err);
void parry_cli_rows_close(parry_cli_rows *r); /* a zeroed one is fine */
/* As parry_erased_fn of a parry_cli_rows; then takes what was erased off the disk. */
PARRY_MUST parry_code parry_cli_rows_again(void *rows, parry_err *err);

#endif
