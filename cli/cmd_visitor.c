/* parry visitor: all that the ledger holds about one person, beside a running server too. */
#include "cli/access.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/rows.h"

#include "base/clock.h"
#include "deflection/privacy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct wish {
    const char *id, *session, *email;
    bool dry_run;
    parry_person who;
    parry_held held;
    parry_arena *a;
    parry_ledger *l;
    parry_erasing by;
} wish;

static parry_code print(void *ctx, json_t *record, parry_err *err)
{
    (void)ctx;
    int rc = json_dumpf(record, stdout, JSON_COMPACT);
    json_decref(record);
    if (rc != 0 || putchar('\n') == EOF)
        return parry_fail_errno(err, "cannot write the output");
    return PARRY_OK;
}

static parry_code export(wish *w, parry_err *err)
{
    parry_code code =
        parry_erasing_tell(&w->by, "visitor.export", json_pack("{s:I}", "records", (json_int_t)w->held.n), err);
    return code == PARRY_OK ? parry_person_export(w->l, &w->held, print, NULL, err) : code;
}

static parry_code erase(wish *w, parry_err *err)
{
    size_t days = 0;
    if (w->dry_run) {
        printf("%zu records would be erased, %zu of them for their query_id\n", w->held.n, w->held.linked);
        return PARRY_OK;
    }
    parry_code code = parry_person_erase(&w->by, &w->held, &days, err);
    if (code == PARRY_OK)
        printf("%zu records of %zu days erased\n", w->held.n, days);
    return code;
}

static int run(const parry_cli *cli, wish *w, parry_code (*verb)(wish *w, parry_err *err))
{
    parry_err err = {0};
    parry_visitors *v = NULL;
    int64_t now_ms = parry_clock_now_ms(parry_clock_system());
    parry_cli_rows rows = {NULL, NULL};
    w->a = parry_arena_new();
    parry_code code = parry_ledger_open(parry_cli_path(cli, w->a, "ledger"), NULL, &w->l, &err);
    if (code == PARRY_OK)
        code = parry_visitors_open(w->l, now_ms, &v, &err);
    if (code == PARRY_OK) {
        parry_person_of(v, now_ms, parry_str_of(w->id), parry_str_of(w->session), parry_str_of(w->email), &w->who);
        code = parry_person_held(w->l, &w->who, w->a, &w->held, &err);
    }
    const parry_actor by = parry_cli_actor(w->a);
    if (code == PARRY_OK)
        code = parry_cli_rows_open(cli, w->l, &rows, &err);
    w->by = (parry_erasing){.ledger = w->l, .actor = by.id, .erased = parry_cli_rows_again, .ctx = &rows};
    if (code == PARRY_OK)
        code = verb(w, &err);
    parry_cli_rows_close(&rows);
    parry_visitors_free(v);
    parry_ledger_close(w->l);
    parry_arena_free(w->a);
    return code == PARRY_OK ? 0 : parry_cli_fail("visitor", &err);
}

int cmd_visitor(parry_cli *cli, int argc, char **argv)
{
    wish w = {.session = "", .email = ""};
    const parry_option options[] = {
        {.name = "session", .value = "ID", .text = &w.session, .help = "What the client called the session."},
        {.name = "email", .value = "ADDRESS", .text = &w.email, .help = "Of whom wrote a ticket."},
        {.name = "dry-run", .flag = &w.dry_run, .help = "erase: only say how many."},
        {0}};
    const parry_usage usage = {
        .command = "visitor",
        .arguments = "erase | export [VISITOR]",
        .least = 1,
        .most = 2,
        .options = options,
        .what =
            "What the ledger holds about one person: searches and events under each key of theirs that can still be "
            "told\n(about 90 days back), and what hangs on their searches. Cases of the desk are not touched. The "
            "audit says how\nmany records of which days were erased, not whose (docs/privacy.md).",
        .examples = "  parry visitor export v-4711 > v-4711.ndjson\n"
                    "  parry visitor erase v-4711 --email jane@example.com\n"
                    "  parry visitor erase --session s-1 --dry-run\n"};
    int first, code;
    if (!parry_options_parse(cli, &usage, argc, argv, &first, &code))
        return code;
    w.id = argc - first == 2 ? argv[first + 1] : "";
    if (!*w.id && !*w.session && !*w.email)
        return parry_cli_misuse("visitor", "say who: a visitor's id, --session or --email");
    if (strcmp(argv[first], "erase") == 0)
        return run(cli, &w, erase);
    if (strcmp(argv[first], "export") == 0)
        return run(cli, &w, export);
    return parry_cli_misuse("visitor", "there is no `parry visitor %s`", argv[first]);
}
