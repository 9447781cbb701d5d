/* parry ledger: what is too old goes, and erased bytes leave the disk. */
#include "cli/access.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/rows.h"

#include "access/secret.h"
#include "base/clock.h"
#include "base/env.h"
#include "base/file.h"
#include "deflection/keeping.h"

#include <stdio.h>
#include <string.h>

static parry_code retain_in(const parry_cli *cli, const parry_cli_house *h, bool dry_run, parry_err *err)
{
    parry_arena *a = parry_arena_new();
    const parry_config *c = &cli->config;
    const parry_keeping keep = {
        .days = {0, c->retention.queries_days, c->retention.events_days, c->retention.audit_days}};
    parry_cli_rows rows = {NULL, NULL};
    parry_retained gone = {{0}};
    parry_secret key;
    parry_access_derive(h->access, PARRY_CHECKPOINT_PURPOSE, &key);
    const parry_erasing e = {.ledger = h->ledger,
                             .actor = parry_cli_actor(a).id,
                             .key = key.b,
                             .erased = parry_cli_rows_again,
                             .ctx = &rows};
    parry_code code = parry_cli_rows_open(cli, h->ledger, &rows, err);
    if (code == PARRY_OK)
        code = parry_keeping_run(&e, &keep, parry_clock_now_ms(parry_clock_system()), dry_run, &gone, err);
    if (code == PARRY_OK)
        printf("%s: %llu searches, %llu events, %llu audit entries\n", dry_run ? "would be erased" : "erased",
               (unsigned long long)gone.erased[PARRY_LEDGER_QUERY], (unsigned long long)gone.erased[PARRY_LEDGER_EVENT],
               (unsigned long long)gone.erased[PARRY_LEDGER_AUDIT]);
    parry_cli_rows_close(&rows);
    parry_arena_free(a);
    return code;
}

static int retain(const parry_cli *cli, bool dry_run)
{
    parry_err err = {0};
    parry_cli_house house = {NULL, NULL, NULL};
    parry_code code = parry_cli_house_open(cli, &house, &err);
    if (code == PARRY_OK)
        code = retain_in(cli, &house, dry_run, &err);
    parry_cli_house_close(&house);
    return code == PARRY_OK ? 0 : parry_cli_fail("ledger", &err);
}

/* The rows that are made of it, too: they have words of it. */
static int compact(const parry_cli *cli)
{
    static const char *const folders[] = {"ledger", "deflection"};
    parry_err err = {0};
    parry_arena *a = parry_arena_new();
    parry_code code = PARRY_OK;
    for (size_t i = 0; i < sizeof folders / sizeof *folders && code == PARRY_OK; i++) {
        const char *dir = parry_cli_path(cli, a, folders[i]);
        if (i == 0 || parry_file_exists(dir))
            code = parry_env_compact(dir, &err);
    }
    parry_arena_free(a);
    return code == PARRY_OK ? 0 : parry_cli_fail("ledger", &err);
}

int cmd_ledger(parry_cli *cli, int argc, char **argv)
{
    bool dry_run = false;
    const parry_option options[] = {
        {.name = "dry-run", .flag = &dry_run, .help = "retain: only say how much it would be."}, {0}};
    const parry_usage usage = {
        .command = "ledger",
        .arguments = "retain | compact",
        .least = 1,
        .most = 1,
        .options = options,
        .what = "retain   erase what is older than retention.queries_days, .events_days and .audit_days say; a server "
                "does it\n         every day. What was erased, and the chain's head, signed, go into the audit.\n"
                "compact  write the ledger's file anew, without the bytes of what was erased; the server must be "
                "stopped.\n\nWhether the ledger is as it was written: `parry audit`.",
        .examples = "  parry ledger retain --dry-run --option retention.queries_days=90\n"
                    "  parry ledger compact\n"};
    int first, code;
    if (!parry_options_parse(cli, &usage, argc, argv, &first, &code))
        return code;
    if (strcmp(argv[first], "retain") == 0)
        return retain(cli, dry_run);
    if (strcmp(argv[first], "compact") == 0)
        return compact(cli);
    return parry_cli_misuse("ledger", "there is no `parry ledger %s`", argv[first]);
}
