/* Rows, where somebody made them. */
#include "cli/rows.h"

#include "base/file.h"

parry_code parry_cli_rows_open(const parry_cli *cli, parry_ledger *ledger, parry_cli_rows *out, parry_err *err)
{
    parry_arena *a = parry_arena_new();
    out->ledger = ledger;
    const char *dir = parry_cli_path(cli, a, "deflection");
    parry_code code = parry_file_exists(dir) ? parry_deflection_open(dir, ledger, &out->rows, err) : PARRY_OK;
    parry_arena_free(a);
    return code;
}

void parry_cli_rows_close(parry_cli_rows *r) { parry_deflection_close(r->rows); }

parry_code parry_cli_rows_again(void *rows, parry_err *err)
{
    parry_cli_rows *r = rows;
    bool is;
    parry_code code = r->rows != NULL ? parry_deflection_again(r->rows, err) : parry_deflection_none(r->ledger, err);
    if (code == PARRY_OK)
        code = parry_ledger_scrub(r->ledger, &is, err);
    return code == PARRY_OK && r->rows != NULL ? parry_deflection_scrub(r->rows, &is, err) : code;
}
