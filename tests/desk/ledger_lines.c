/* The payloads of a ledger, one a line, in their order: `ledger_lines DATA/ledger`. For tests in Python. */
#include "ledger/ledger.h"

#include <stdio.h>

static parry_code print_all(parry_ledger *l, parry_err *err)
{
    parry_ledger_cursor *c = NULL;
    parry_ledger_record r;
    parry_code code = parry_ledger_read(l, 1, &c, err);
    if (code != PARRY_OK)
        return code;
    while (parry_ledger_next(c, &r))
        printf("%.*s\n", PARRY_FMT(r.payload));
    return parry_ledger_cursor_close(c, err);
}

int main(int argc, char **argv)
{
    parry_err err = {0};
    parry_ledger *l = NULL;
    if (argc != 2) {
        (void)fprintf(stderr, "ledger_lines DATA/ledger\n");
        return 2;
    }
    parry_code code = parry_ledger_open(argv[1], NULL, &l, &err);
    if (code == PARRY_OK)
        code = print_all(l, &err);
    parry_ledger_close(l);
    if (code != PARRY_OK)
        (void)fprintf(stderr, "ledger_lines: %s\n", err.msg);
    return parry_code_exit(code);
}
