/* What reports are made of, for the commands: DATA's ledger and the rows of it, brought up to date. */
#ifndef PARRY_CLI_REPORTS_H
#define PARRY_CLI_REPORTS_H

#include "cli/cli.h"
#include "deflection/report.h"

typedef struct parry_cli_reports {
    parry_ledger *ledger;
    parry_deflection *deflection;
    parry_rows *rows;
    parry_arena *arena;
    parry_days erasures;
    parry_trial_list trials;
    parry_report_source source; /* borrows these: do not copy */
} parry_cli_reports;

/* As of now_ms. To be closed whatever it returns. */
PARRY_MUST parry_code parry_cli_reports_open(const parry_cli *cli, int64_t now_ms, parry_cli_reports *out,
                                             parry_err *err);
void parry_cli_reports_close(parry_cli_reports *r); /* a zeroed one is fine */

/* `parry audit REPORT`: the report in that file made again, from a ledger that is read anew up to where the report was
 * made, and every cell that differs told on stdout. The exit code: 8 where one does. */
int parry_cli_audit_report(const parry_cli *cli, const char *path);

#endif
