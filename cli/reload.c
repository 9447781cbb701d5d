/* Configurations in a list, newest first. */
#include "cli/reload.h"

#include "base/log.h"

#include <stdlib.h>

typedef struct kept {
    parry_config config;
    struct kept *before;
} kept;

struct parry_reload {
    const parry_cli *cli;
    const parry_config *now;
    kept *newest;
};

parry_reload *parry_reload_new(const parry_cli *cli)
{
    parry_reload *r = parry_calloc(1, sizeof *r);
    r->cli = cli;
    r->now = &cli->config;
    return r;
}

void parry_reload_free(parry_reload *r)
{
    if (r == NULL)
        return;
    for (kept *k = r->newest, *before; k != NULL; k = before) {
        before = k->before;
        parry_config_free(&k->config);
        free(k);
    }
    free(r);
}

typedef struct changes {
    int live, waiting;
} changes;

static void told(void *ctx, const char *key, bool live)
{
    changes *c = ctx;
    c->live += live;
    c->waiting += !live;
    parry_log(live ? PARRY_INFO : PARRY_WARN, "config", "key=%s now=%s", key, live ? "changed" : "needs-restart");
}

const parry_config *parry_reload_run(parry_reload *r)
{
    parry_err err = {0};
    parry_config wanted;
    changes c = {0};
    parry_config_defaults(&wanted);
    if (parry_cli_configure(r->cli, &wanted, &err) != PARRY_OK) {
        parry_log_err("reload", &err);
        parry_config_free(&wanted);
        return NULL;
    }
    kept *k = parry_calloc(1, sizeof *k);
    parry_config_live(r->now, &wanted, &k->config, told, &c);
    parry_config_free(&wanted);
    parry_log(PARRY_INFO, "reload", "changed=%d waiting=%d", c.live, c.waiting);
    if (c.live == 0) {
        parry_config_free(&k->config);
        free(k);
        return r->now;
    }
    k->before = r->newest;
    r->newest = k;
    r->now = &k->config;
    return r->now;
}

void parry_reload_log(const parry_config *config)
{
    parry_level level;
    if (parry_level_parse(config->log.level, &level))
        parry_log_level(level);
    parry_log_json_lines(strcmp(config->log.format, "json") == 0);
}
