/* parry report: figures from the ledger, read beside a running server too. */
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/reports.h"

#include "base/clock.h"

#include <stdio.h>
#include <string.h>

enum { DIMENSIONS = 6, TEXT_MAX = 256 << 20 };
static const char *const dimensions[DIMENSIONS] = {"audience", "locale", "category", "channel", "device", "generation"};

typedef struct asking {
    const char *from, *to, *by, *window, *agents, *limit, *experiment, *format;
    const char *dimension[DIMENSIONS];
} asking;

static parry_str asked(void *ctx, const char *name)
{
    const asking *a = ctx;
    const struct {
        const char *name, *value;
    } named[] = {{"from", a->from},
                 {"to", a->to},
                 {"by", a->by},
                 {"window", a->window},
                 {"limit", a->limit},
                 {"agents", a->agents},
                 {"experiment", a->experiment}};
    for (size_t i = 0; i < sizeof named / sizeof *named; i++) {
        if (strcmp(named[i].name, name) == 0)
            return parry_str_of(named[i].value);
    }
    for (size_t i = 0; i < DIMENSIONS; i++) {
        if (strcmp(dimensions[i], name) == 0)
            return parry_str_of(a->dimension[i]);
    }
    return parry_str_make(NULL, 0);
}

static parry_code print(const parry_report_source *source, const parry_report_request *q, parry_report_format format,
                        parry_err *err)
{
    json_t *report = NULL;
    parry_buf text = PARRY_BUF(TEXT_MAX);
    parry_code code = parry_report_make(source, q, &report, err);
    if (code != PARRY_OK)
        return code;
    parry_report_write(report, format, &text);
    json_decref(report);
    if (text.full)
        code = parry_fail(err, PARRY_TOO_LARGE, "--limit: so many rows do not fit");
    else if (fwrite(text.p, 1, text.n, stdout) != text.n)
        code = parry_fail(err, PARRY_IO, "cannot write the report");
    parry_buf_free(&text);
    return code;
}

static int run(const parry_cli *cli, const char *name, asking *a)
{
    parry_err err = {0};
    parry_cli_reports house = {.ledger = NULL};
    parry_report_request q;
    parry_report_format format;
    const parry_report_house said = {.k = (unsigned)cli->config.deflection.k,
                                     .cost = cli->config.deflection.cost_per_ticket,
                                     .currency = parry_str_of(cli->config.deflection.currency)};
    int64_t now_ms = parry_clock_now_ms(parry_clock_system());
    parry_code code = parry_report_read(name, asked, a, now_ms, &said, &q, &err);
    if (code == PARRY_OK)
        code = parry_report_format_read(parry_str_of(a->format), &format, &err);
    if (code == PARRY_OK)
        code = parry_cli_reports_open(cli, now_ms, &house, &err);
    if (code == PARRY_OK)
        code = print(&house.source, &q, format, &err);
    parry_cli_reports_close(&house);
    return code == PARRY_OK ? 0 : parry_cli_fail("report", &err);
}

static int definitions(void)
{
    parry_buf b = PARRY_BUF(1 << 20);
    parry_report_manual(&b);
    (void)fwrite(b.p, 1, b.n, stdout);
    parry_buf_free(&b);
    return 0;
}

int cmd_report(parry_cli *cli, int argc, char **argv)
{
    asking a = {.format = "json"};
    const parry_option options[] = {
        {.name = "from", .value = "DAY", .text = &a.from, .help = "The first day (UTC); 28 days unless told."},
        {.name = "to", .value = "DAY", .text = &a.to, .help = "The last day; yesterday unless told."},
        {.name = "by",
         .value = "WHAT",
         .text = &a.by,
         .help = "none, day, week, month, audience, locale, category, channel, device or generation."},
        {.name = "window",
         .value = "TIME",
         .text = &a.window,
         .help = "After which a ticket does not count: 24h, 72h, 7d."},
        {.name = "agents", .value = "WHICH", .text = &a.agents, .help = "The team's sessions: without, with or only."},
        {.name = "limit", .value = "N", .text = &a.limit, .help = "At most so many rows (1000)."},
        {.name = "experiment",
         .value = "NAME",
         .text = &a.experiment,
         .help = "Which one `causal` and `cost` are of; the newest unless told."},
        {.name = "audience",
         .value = "NAME",
         .text = &a.dimension[0],
         .help = "Only of this one; so are the next five."},
        {.name = "locale", .value = "NAME", .text = &a.dimension[1], .help = "en, de-AT, ..."},
        {.name = "category", .value = "NAME", .text = &a.dimension[2], .help = "Where it was searched."},
        {.name = "channel", .value = "NAME", .text = &a.dimension[3], .help = "search, article, form, chat, ..."},
        {.name = "device", .value = "NAME", .text = &a.dimension[4], .help = "desktop, mobile, tablet, other."},
        {.name = "generation", .value = "N", .text = &a.dimension[5], .help = "Of the index."},
        {.name = "format", .value = "FORM", .text = &a.format, .help = "json (default), csv or ndjson."},
        {0}};
    const parry_usage usage = {
        .command = "report",
        .arguments = "NAME | definitions",
        .least = 1,
        .most = 1,
        .options = options,
        .what = "What happened after searches, counted from the ledger (docs/reports.md): every cell says what it was "
                "counted of,\nits interval and its definition. `parry audit REPORT` makes it again from the ledger. "
                "`definitions` prints what\nevery cell of every report is, as Markdown.",
        .examples = "  parry report self-service --from 2026-10-01 --to 2026-10-31 --by week\n"
                    "  parry report zero-result --audience merchant --format csv > zero.csv\n"
                    "  parry report outcomes --window 7d > outcomes.json && parry audit outcomes.json\n"};
    int first, code;
    if (!parry_options_parse(cli, &usage, argc, argv, &first, &code))
        return code;
    if (strcmp(argv[first], "definitions") == 0)
        return definitions();
    return run(cli, argv[first], &a);
}
