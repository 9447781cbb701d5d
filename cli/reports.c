/* Reports for commands. */
#include "cli/reports.h"

#include "base/file.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

parry_code parry_cli_reports_open(const parry_cli *cli, int64_t now_ms, parry_cli_reports *out, parry_err *err)
{
    parry_cli_reports r = {.ledger = NULL};
    parry_arena *a = parry_arena_new();
    parry_code code = parry_ledger_open(parry_cli_path(cli, a, "ledger"), NULL, &r.ledger, err);
    if (code == PARRY_OK)
        code = parry_deflection_open(parry_cli_path(cli, a, "deflection"), r.ledger, &r.deflection, err);
    if (code == PARRY_OK)
        code = parry_deflection_catch_up(r.deflection, now_ms, NULL, NULL, err);
    if (code == PARRY_OK)
        code = parry_rows_open(r.deflection, &r.rows, err);
    parry_arena_free(a);
    if (code != PARRY_OK) {
        parry_cli_reports_close(&r);
        return code;
    }
    *out = r;
    out->source = parry_report_source_of(r.rows, parry_trial_read(&cli->config, &out->trial) ? &out->trial : NULL);
    return PARRY_OK;
}

void parry_cli_reports_close(parry_cli_reports *r)
{
    parry_rows_close(r->rows);
    parry_deflection_close(r->deflection);
    parry_ledger_close(r->ledger);
}
