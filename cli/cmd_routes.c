/* parry routes: the server's table, and with --roles who has which right. */
#include "cli/commands.h"
#include "cli/options.h"

#include "access/rights.h"
#include "api/server.h"

#include <stdio.h>

/* As docs/access.md shows it. */
static void print_roles(void)
{
    printf("| right | what it allows |");
    for (unsigned role = 0; role < PARRY_ROLES; role++)
        printf(" %s |", parry_role_name((parry_role)role));
    printf("\n|---|---|");
    for (unsigned role = 0; role < PARRY_ROLES; role++)
        printf(":-:|");
    for (unsigned r = PARRY_RIGHT_OPEN + 1; r < PARRY_RIGHTS; r++) {
        printf("\n| `%s` | %s |", parry_right_name((parry_right)r), parry_right_help((parry_right)r));
        for (unsigned role = 0; role < PARRY_ROLES; role++)
            printf(" %s |", parry_rights_have(parry_role_rights((parry_role)role), (parry_right)r) ? "yes" : "");
    }
    printf("\n");
}

int cmd_routes(parry_cli *cli, int argc, char **argv)
{
    bool roles = false;
    const parry_option options[] = {
        {.name = "roles", .flag = &roles, .help = "Print the table of rights and roles instead."}, {0}};
    const parry_usage usage = {
        .command = "routes",
        .options = options,
        .what = "Lists what the server answers: method, path and the right it asks for, with tabs between.",
        .examples = "  parry routes | grep keys\n  parry routes --roles\n"};
    int first, code;
    if (!parry_options_parse(cli, &usage, argc, argv, &first, &code))
        return code;
    parry_buf out = PARRY_BUF(1 << 20);
    if (roles)
        print_roles();
    else
        parry_server_routes(&out);
    (void)fwrite(out.p ? out.p : "", 1, out.n, stdout);
    parry_buf_free(&out);
    return 0;
}
