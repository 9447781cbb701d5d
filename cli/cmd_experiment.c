/* parry experiment: before one begins: how many visitors it needs, and what so many can show; and which there were. */
#include "cli/commands.h"
#include "cli/options.h"

#include "base/clock.h"
#include "deflection/stats.h"
#include "deflection/trial.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct asked {
    const char *base, *treated, *holdout, *power; /* as typed; NULL: not said */
    int64_t units, a_month;                       /* 0: not said */
    bool json;
    double from, to; /* base, treated */
    parry_power p;
} asked;

static const double usual_shares[] = {0.05, 0.1, 0.2, 0.5};

typedef struct line { /* of the answer */
    double share;
    double units;  /* in both arms */
    double months; /* below 0: not known */
    double effect; /* that is found */
    bool found;
} line;

/* ---- printing ---------------------------------------------------------------------------------------------------- */

static json_t *line_json(const line *l, bool mde)
{
    json_t *j = json_pack("{s:f}", "holdout", l->share);
    if (mde)
        json_object_set_new(j, "detectable", l->found ? json_real(l->effect) : json_null());
    json_object_set_new(j, "units", json_integer((json_int_t)l->units));
    json_object_set_new(j, "held_out", json_integer((json_int_t)ceil(l->units * l->share)));
    json_object_set_new(j, "months", l->months >= 0 ? json_real(l->months) : json_null());
    return j;
}

static void print_json(const asked *w, const line *lines, size_t n, bool mde)
{
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, line_json(&lines[i], mde));
    json_auto_t *j =
        json_pack("{s:f, s:o, s:f, s:f, s:o}", "base", w->from, "treated", mde ? json_null() : json_real(w->to),
                  "power", w->p.power, "alpha", w->p.alpha, "holdouts", list);
    json_dumpf(j, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(4));
    putchar('\n');
}

static void print_lines(const line *lines, size_t n, bool mde, bool months)
{
    printf("%10s%14s%14s%s%s\n", "hold-out", "units", "held out", months ? "    months" : "",
           mde ? "    points found" : "");
    for (size_t i = 0; i < n; i++) {
        printf("%8.4g %%%14.0f%14.0f", 100 * lines[i].share, lines[i].units, ceil(lines[i].units * lines[i].share));
        if (months)
            printf("%10.1f", lines[i].months);
        if (mde && lines[i].found)
            printf("%16.2f", 100 * lines[i].effect);
        else if (mde)
            printf("%16s", "none");
        putchar('\n');
    }
}

/* ---- the two questions ------------------------------------------------------------------------------------------- */

static line line_of(const asked *w, double share, bool mde)
{
    line l = {.share = share, .months = -1};
    l.units = mde ? (double)w->units : ceil(parry_sample_size(w->from, w->to, share, w->p));
    if (mde)
        l.effect = parry_detectable(w->from, l.units, share, w->p, &l.found);
    if (w->a_month > 0)
        l.months = l.units / (double)w->a_month;
    return l;
}

static int answer(const asked *w, const double *shares, size_t n, bool mde)
{
    line lines[sizeof usual_shares / sizeof *usual_shares];
    for (size_t i = 0; i < n; i++)
        lines[i] = line_of(w, shares[i], mde);
    if (w->json) {
        print_json(w, lines, n, mde);
        return 0;
    }
    if (mde)
        printf("The smallest fall from %.4g %% of tickets that is found (%.4g %% power, 5 %% two-sided), in points:\n",
               100 * w->from, 100 * w->p.power);
    else
        printf("Visitors at the form, in both arms together, to tell %.4g %% of tickets from %.4g %% (%.4g %% power, "
               "5 %% two-sided):\n",
               100 * w->from, 100 * w->to, 100 * w->p.power);
    print_lines(lines, n, mde, w->a_month > 0);
    return 0;
}

/* ---- which there were -------------------------------------------------------------------------------------------- */

static json_t *time_json(int64_t at_ms)
{
    char text[PARRY_TIME_TEXT];
    parry_time_text(at_ms, text);
    return at_ms > 0 ? json_string(text) : json_null();
}

static json_t *trial_json(const parry_trial *t)
{
    return json_pack("{s:s, s:s, s:f, s:f, s:f, s:I, s:s, s:o, s:o}", "name", t->name, "of",
                     t->ranking ? "rankings" : "suggestions at the form", "share", t->plan.share, "base", t->plan.base,
                     "treated", t->plan.treated, "units", (json_int_t)parry_trial_plan_units(&t->plan), "window",
                     parry_windows[t->window], "began", time_json(t->began_ms), "ended", time_json(t->ended_ms));
}

static void print_trial(const parry_trial *t)
{
    char began[PARRY_TIME_TEXT], ended[PARRY_TIME_TEXT];
    parry_time_text(t->began_ms, began);
    parry_time_text(t->ended_ms, ended);
    printf("%s: %s, %.4g %% of %llu visitors, window %s; began %.10s, %s%.10s\n", t->name,
           t->ranking ? "rankings" : "suggestions at the form", 100 * t->plan.share,
           (unsigned long long)parry_trial_plan_units(&t->plan), parry_windows[t->window], began,
           t->ended_ms > 0 ? "ended " : "has not ended", t->ended_ms > 0 ? ended : "");
}

static int list(const parry_cli *cli, bool json)
{
    parry_err err = {0};
    parry_ledger *ledger = NULL;
    parry_trial_list all = {.n = 0};
    parry_arena *a = parry_arena_new();
    parry_code code = parry_ledger_open(parry_cli_path(cli, a, "ledger"), NULL, &ledger, &err);
    if (code == PARRY_OK)
        code = parry_trial_list_read(ledger, UINT64_MAX, &all, &err);
    json_t *found = json_array();
    for (size_t i = 0; i < all.n; i++) {
        json_array_append_new(found, trial_json(&all.list[i]));
        if (!json)
            print_trial(&all.list[i]);
    }
    if (json && code == PARRY_OK)
        (void)json_dumpf(found, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(9));
    json_decref(found);
    parry_trial_list_free(&all);
    parry_ledger_close(ledger);
    parry_arena_free(a);
    return code == PARRY_OK ? 0 : parry_cli_fail("experiment", &err);
}

/* ---- what is asked ----------------------------------------------------------------------------------------------- */

/* text NULL: *out stays. */
static bool share_of(const char *name, const char *text, double *out, int *code)
{
    if (text == NULL)
        return true;
    char *end;
    double x = strtod(text, &end);
    if (*text == 0 || *end != 0 || !(x > 0 && x < 1)) {
        *code =
            parry_cli_misuse("experiment", "--%s must be a number between 0 and 1, both out, not \"%s\"", name, text);
        return false;
    }
    *out = x;
    return true;
}

static int run(asked *w, const char *verb)
{
    bool mde = strcmp(verb, "mde") == 0;
    double share = -1;
    int code = 0;
    if (!mde && strcmp(verb, "power") != 0)
        return parry_cli_misuse("experiment", "there is no `parry experiment %s`", verb);
    if (w->base == NULL || (mde ? w->units == 0 || w->treated != NULL : w->treated == NULL || w->units > 0))
        return parry_cli_misuse("experiment", "%s needs --base and %s", verb, mde ? "--units" : "--treated");
    w->p = parry_usual_power;
    if (!share_of("base", w->base, &w->from, &code) || !share_of("treated", w->treated, &w->to, &code) ||
        !share_of("holdout", w->holdout, &share, &code) || !share_of("power", w->power, &w->p.power, &code))
        return code;
    if (!mde && fabs(w->from - w->to) < 1e-6)
        return parry_cli_misuse("experiment",
                                "--base and --treated are the same: no number of visitors tells them apart");
    return share > 0 ? answer(w, &share, 1, mde)
                     : answer(w, usual_shares, sizeof usual_shares / sizeof *usual_shares, mde);
}

int cmd_experiment(parry_cli *cli, int argc, char **argv)
{
    asked w = {.base = NULL};
    const parry_option options[] = {
        {.name = "base",
         .value = "X",
         .text = &w.base,
         .help = "Share that makes a ticket without suggestions, 0 to 1."},
        {.name = "treated", .value = "X", .text = &w.treated, .help = "power: the share with them that you hope for."},
        {.name = "units",
         .value = "N",
         .number = &w.units,
         .least = 1,
         .most = INT64_C(1000000000000),
         .help = "mde: visitors who reach the form, in both arms."},
        {.name = "holdout", .value = "X", .text = &w.holdout, .help = "Share held out (default: a table of four)."},
        {.name = "a-month",
         .value = "N",
         .number = &w.a_month,
         .least = 1,
         .most = INT64_C(1000000000000),
         .help = "How many reach the form a month; adds how long it takes."},
        {.name = "power", .value = "X", .text = &w.power, .help = "Chance to find what is there (default 0.8)."},
        {.name = "json", .flag = &w.json, .help = "Print JSON."},
        {0}};
    const parry_usage usage = {
        .command = "experiment",
        .arguments = "power | mde | list",
        .least = 1,
        .most = 1,
        .options = options,
        .what =
            "Before a hold-out at the ticket form (docs/deflection.md): `power` says how many visitors it takes to\n"
            "find an effect, `mde` the smallest effect that so many find. `list` says which experiments there were.",
        .examples = "  parry experiment power --base 0.10 --treated 0.09 --holdout 0.1\n"
                    "  parry experiment power --base 0.95 --treated 0.88 --a-month 300\n"
                    "  parry experiment mde --base 0.10 --units 50000\n"};
    int first, code;
    if (!parry_options_parse(cli, &usage, argc, argv, &first, &code))
        return code;
    return strcmp(argv[first], "list") == 0 ? list(cli, w.json) : run(&w, argv[first]);
}
