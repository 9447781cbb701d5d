/* Opening access for a command. */
#include "cli/access.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { MINUTE_MS = 60000, HOUR_MS = 3600000 };

static parry_code secret_file(const parry_cli *cli, parry_arena *a, const char **path, parry_err *err)
{
    const char *set = cli->config.access.secret_file, *xdg = cli->xdg_config_home;
    if (*set)
        *path = set;
    else if (xdg != NULL && *xdg)
        *path = parry_str_printf(a, "%s/parry/secret", xdg).p;
    else if (cli->home != NULL && *cli->home)
        *path = parry_str_printf(a, "%s/.config/parry/secret", cli->home).p;
    else
        return parry_fail(err, PARRY_INVALID,
                          "no home folder to keep the secret in; give --option access.secret_file=FILE");
    return PARRY_OK;
}

/* A record of the ledger, and durable before this returns. */
static parry_code audit(void *ctx, const json_t *entry, parry_err *err)
{
    parry_ledger *ledger = ctx;
    parry_ledger_ticket *ticket = NULL;
    char *text = json_dumps(entry, JSON_COMPACT);
    const parry_ledger_item item = {.kind = PARRY_LEDGER_AUDIT, .payload = parry_str_of(text)};
    parry_code code = parry_ledger_append(ledger, &item, 1, &ticket, err);
    if (code == PARRY_OK)
        code = parry_ledger_wait(ledger, ticket, err);
    parry_ledger_release(ledger, ticket);
    free(text);
    return code;
}

parry_code parry_cli_access_over(const parry_cli *cli, parry_store *store, parry_ledger *ledger, parry_access **out,
                                 parry_err *err)
{
    parry_arena *a = parry_arena_new();
    const parry_config *config = &cli->config;
    parry_access_options o = {.clock = parry_clock_system(),
                              .audit = audit,
                              .audit_ctx = ledger,
                              .session_idle_ms = config->access.session_idle_min * MINUTE_MS,
                              .session_absolute_ms = config->access.session_absolute_h * HOUR_MS,
                              .default_audience = config->serve.default_audience};
    parry_code code = secret_file(cli, a, &o.secret_file, err);
    if (code == PARRY_OK)
        code = parry_access_open(parry_store_env(store), &o, out, err);
    parry_arena_free(a);
    return code;
}

parry_code parry_cli_house_open(const parry_cli *cli, parry_cli_house *out, parry_err *err)
{
    parry_cli_house h = {NULL, NULL, NULL};
    parry_arena *a = parry_arena_new();
    parry_code code = parry_store_open(cli->data, &h.store, err);
    if (code == PARRY_OK)
        code = parry_ledger_open(parry_cli_path(cli, a, "ledger"), NULL, &h.ledger, err);
    if (code == PARRY_OK)
        code = parry_cli_access_over(cli, h.store, h.ledger, &h.access, err);
    parry_arena_free(a);
    if (code == PARRY_OK)
        *out = h;
    else
        parry_cli_house_close(&h);
    return code;
}

void parry_cli_house_close(parry_cli_house *h)
{
    parry_access_close(h->access);
    parry_ledger_close(h->ledger);
    parry_store_close(h->store);
}

parry_actor parry_cli_actor(parry_arena *a)
{
    char room[4096];
    struct passwd p, *found = NULL;
    parry_actor actor = {parry_str_printf(a, "cli:%ld", (long)getuid()), {NULL, 0}};
    if (getpwuid_r(getuid(), &p, room, sizeof room, &found) == 0 && found != NULL)
        actor.id = parry_str_printf(a, "cli:%s", found->pw_name);
    return actor;
}

parry_code parry_cli_duration(const char *text, const char *what, int64_t *ms, parry_err *err)
{
    static const struct {
        char letter;
        int64_t ms;
    } units[] = {{'s', 1000}, {'m', MINUTE_MS}, {'h', HOUR_MS}, {'d', (int64_t)24 * HOUR_MS}};
    size_t digits = strspn(text, "0123456789");
    if (strcmp(text, "0") == 0) {
        *ms = 0;
        return PARRY_OK;
    }
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (digits > 0 && digits <= 6 && text[digits] == units[i].letter && text[digits + 1] == 0) {
            *ms = (int64_t)strtoll(text, NULL, 10) * units[i].ms;
            return PARRY_OK;
        }
    }
    return parry_fail(err, PARRY_INVALID, "--%s %.40s: a number and a unit, like 90d, 12h, 30m or 45s", what, text);
}
