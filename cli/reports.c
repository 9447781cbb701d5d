/* Reports for commands. */
#include "cli/reports.h"

parry_code parry_cli_reports_open(const parry_cli *cli, int64_t now_ms, parry_cli_reports *out, parry_err *err)
{
    *out = (parry_cli_reports){.arena = parry_arena_new()};
    parry_code code = parry_ledger_open(parry_cli_path(cli, out->arena, "ledger"), NULL, &out->ledger, err);
    if (code == PARRY_OK)
        code = parry_deflection_open(parry_cli_path(cli, out->arena, "deflection"), out->ledger, &out->deflection, err);
    if (code == PARRY_OK)
        code = parry_deflection_catch_up(out->deflection, now_ms, NULL, NULL, err);
    if (code == PARRY_OK)
        code = parry_erasures_read(out->ledger, &out->erasures, err);
    if (code == PARRY_OK)
        code = parry_rows_open(out->deflection, &out->rows, err);
    if (code == PARRY_OK)
        code = parry_trial_list_read(out->ledger, parry_rows_get_state(out->rows).seq, &out->trials, err);
    if (code != PARRY_OK)
        return code;
    out->source = parry_report_source_of(out->rows, &out->trials);
    out->source.erasures = &out->erasures;
    return PARRY_OK;
}

void parry_cli_reports_close(parry_cli_reports *r)
{
    parry_trial_list_free(&r->trials);
    parry_days_free(&r->erasures);
    parry_rows_close(r->rows);
    parry_deflection_close(r->deflection);
    parry_ledger_close(r->ledger);
    parry_arena_free(r->arena);
}
