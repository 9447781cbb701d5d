/* parry alerts: how the figures stand against their past, and what was told; read beside a running server too. */
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/reports.h"

#include "base/clock.h"
#include "deflection/alerts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct asked {
    bool all, json;
} asked;

static bool is_shown(const asked *w, const parry_alert *a) { return w->all || a->end == PARRY_ALERT_OPEN; }

static void print_json(const asked *w, const parry_alerts_judged *now, const parry_alert *told, size_t n)
{
    json_t *list = json_array();
    for (size_t i = n; i > 0; i--) {
        if (is_shown(w, &told[i - 1]))
            json_array_append_new(list, parry_alert_json(&told[i - 1]));
    }
    json_t *j = json_pack("{s:o, s:o}", "figures", parry_alerts_figures_json(now), "alerts", list);
    char *text = json_dumps(j, JSON_INDENT(2) | JSON_REAL_PRECISION(6));
    puts(text);
    free(text);
    json_decref(j);
}

static void print_figures(const parry_alerts_judged *now)
{
    printf("%-12s %-15s %8s %8s %8s %8s\n", "figure", "last day", "value", "expected", "low", "high");
    for (unsigned f = 0; f < PARRY_ALERT_FIGURES; f++) {
        const parry_alert_figure_now *x = &now->figures[f];
        const char *name = parry_alert_figure_name((parry_alert_figure)f), *state = parry_alert_state_name(x->state);
        if (f == PARRY_ALERT_VOTES)
            printf("%-12s %-15s %zu articles\n", name, state, x->periods);
        else if (x->state == PARRY_ALERT_FEW)
            printf("%-12s %s: %zu of %d days\n", name, state, x->periods, PARRY_ALERT_LEAST);
        else
            printf("%-12s %-15s %8.4f %8.4f %8.4f %8.4f\n", name, state, x->control.value, x->control.centre,
                   x->control.low, x->control.high);
    }
}

static void print_alerts(const asked *w, const parry_alert *told, size_t n)
{
    for (size_t i = n; i > 0; i--) {
        const parry_alert *a = &told[i - 1];
        if (is_shown(w, a))
            printf("\n%s%s\n  %.4f of %llu, expected %.4f (%.4f to %.4f), over a %s%s%.*s\n", a->id,
                   a->end == PARRY_ALERT_OPEN ? "" : " (ended)", a->value, (unsigned long long)a->now.n, a->expected,
                   a->low, a->high, parry_alert_how_name(a->how), a->article.n > 0 ? ", article " : "",
                   PARRY_FMT(a->article));
    }
}

static parry_code show(const asked *w, const parry_cli *cli, const parry_cli_reports *house, parry_arena *a,
                       parry_err *err)
{
    parry_alert_counts *counts = NULL;
    parry_alert *told = NULL;
    parry_alerts_judged now;
    size_t n = 0;
    parry_code code = parry_alerts_count(&house->source, (unsigned)cli->config.deflection.k, a, &counts, err);
    if (code == PARRY_OK)
        code = parry_alerts_read(house->ledger, a, &told, &n, err);
    if (code != PARRY_OK)
        return code;
    parry_alerts_judge(counts, told, n, a, &now);
    if (w->json) {
        print_json(w, &now, told, n);
    } else {
        print_figures(&now);
        print_alerts(w, told, n);
    }
    return PARRY_OK;
}

int cmd_alerts(parry_cli *cli, int argc, char **argv)
{
    asked w = {.all = false};
    const parry_option options[] = {{.name = "all", .flag = &w.all, .help = "Those that have ended, too."},
                                    {.name = "json", .flag = &w.json, .help = "Print JSON."},
                                    {0}};
    const parry_usage usage = {
        .command = "alerts",
        .options = options,
        .what = "Searches without a hit or an answer, deflection, and the votes of articles against the limits of "
                "their own\npast (docs/deflection.md), and the alerts that a server told. Tells nobody anything.",
        .examples = "  parry alerts\n"
                    "  parry alerts --all --json | jq '.alerts[0]'\n"};
    int first, code;
    parry_err err = {0};
    if (!parry_options_parse(cli, &usage, argc, argv, &first, &code))
        return code;
    parry_cli_reports house = {.ledger = NULL};
    parry_arena *a = parry_arena_new();
    parry_code got = parry_cli_reports_open(cli, parry_clock_now_ms(parry_clock_system()), &house, &err);
    if (got == PARRY_OK)
        got = show(&w, cli, &house, a, &err);
    parry_cli_reports_close(&house);
    parry_arena_free(a);
    return got == PARRY_OK ? 0 : parry_cli_fail("alerts", &err);
}
