/* parry gaps: what people look for and do not find, from the ledger; and the first draft of an article about it. Beside
 * a running server, too. */
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/reports.h"
#include "cli/served.h"

#include "base/clock.h"
#include "deflection/gap_report.h"

#include <stdio.h>
#include <string.h>

typedef struct asking {
    bool json, words;
    const char *draft; /* NULL: all of them are listed */
} asking;

static const char *text_at(const json_t *j, const char *name)
{
    const char *s = json_string_value(json_object_get(j, name));
    return s != NULL ? s : "";
}

static json_int_t number_at(const json_t *j, const char *name) { return json_integer_value(json_object_get(j, name)); }

static void print_gap(const json_t *gap)
{
    const json_t *near = json_object_get(gap, "nearest"), *samples = json_object_get(gap, "samples"), *one;
    const char *name = text_at(gap, "name");
    size_t i;
    printf("%s  %s\n", text_at(gap, "id"), *name ? name : "(no word that enough people used)");
    printf("    %s, %lld visitors, %s: %s", text_at(gap, "audience"), (long long)number_at(gap, "visitors"),
           text_at(json_object_get(gap, "trend"), "is"), text_at(json_object_get(gap, "action"), "do"));
    if (json_is_object(near))
        printf("; nearest is %s", text_at(near, "id"));
    if (json_is_number(json_object_get(near, "probability")))
        printf(" (%.2f)", json_number_value(json_object_get(near, "probability")));
    putchar('\n');
    json_array_foreach(samples, i, one) { printf("    \"%s\"\n", json_string_value(one)); }
}

static void print_report(const json_t *report, bool json)
{
    size_t i;
    json_t *gap;
    if (json) {
        (void)json_dumpf(report, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(6));
        putchar('\n');
        return;
    }
    json_array_foreach(json_object_get(report, "gaps"), i, gap) { print_gap(gap); }
    if (json_array_size(json_object_get(report, "gaps")) == 0)
        printf("No gap has %lld visitors yet.\n", (long long)number_at(report, "people"));
}

static parry_code print_draft(const json_t *report, json_t *memory, const char *id, parry_arena *a, parry_err *err)
{
    size_t i;
    json_t *gap, *kept = parry_gap_memory_find(memory, parry_str_of(id));
    json_array_foreach(json_object_get(report, "gaps"), i, gap)
    {
        parry_str article;
        if (strcmp(text_at(gap, "id"), id) != 0)
            continue;
        parry_str text = parry_gap_draft(gap, a, &article);
        parry_gap_drafted(kept, article, parry_clock_now_ms(parry_clock_system()));
        printf("%.*s", PARRY_FMT(text));
        return PARRY_OK;
    }
    return parry_fail(err, PARRY_NOT_FOUND, "no gap has the id %s now; `parry gaps` lists them", id);
}

static parry_code make(const parry_cli *cli, const asking *o, parry_gap_sources *s, parry_err *err)
{
    parry_arena *a = parry_arena_new();
    const char *path = parry_cli_path(cli, a, "deflection/gaps.json");
    json_t *memory = parry_gap_memory_read(path), *report = NULL;
    s->searcher = parry_searcher_new(s->encoder);
    parry_searcher_configure(s->searcher, &cli->config);
    parry_code code = parry_gap_report(s, memory, a, &report, err);
    if (code == PARRY_OK && o->draft != NULL)
        code = print_draft(report, memory, o->draft, a, err);
    else if (code == PARRY_OK)
        print_report(report, o->json);
    if (code == PARRY_OK)
        code = parry_gap_memory_write(path, memory, err);
    parry_searcher_free(s->searcher);
    json_decref(report);
    json_decref(memory);
    parry_arena_free(a);
    return code;
}

static int run(const parry_cli *cli, const asking *o)
{
    parry_err err = {0};
    parry_cli_reports house = {.ledger = NULL};
    parry_encoder *encoder = NULL;
    parry_served served;
    int64_t now_ms = parry_clock_now_ms(parry_clock_system());
    parry_code code = parry_served_open(cli, "index", &served, &err);
    if (code == PARRY_OK && parry_served_vectors(&served) && !o->words)
        code = parry_cli_encoder_or_text(cli, "gaps", &encoder, &err);
    if (code == PARRY_OK)
        code = parry_cli_reports_open(cli, now_ms, &house, &err);
    if (code == PARRY_OK) {
        parry_gap_sources s = {.rows = house.rows,
                               .g = served.g,
                               .encoder = encoder,
                               .audience = parry_str_of(cli->config.serve.default_audience),
                               .people = (size_t)cli->config.deflection.k,
                               .now_ms = now_ms};
        code = make(cli, o, &s, &err);
    }
    parry_cli_reports_close(&house);
    parry_served_close(&served);
    parry_encoder_close(encoder);
    return code == PARRY_OK ? 0 : parry_cli_fail("gaps", &err);
}

int cmd_gaps(parry_cli *cli, int argc, char **argv)
{
    asking o = {.json = false};
    const parry_option options[] = {
        {.name = "json", .flag = &o.json, .help = "Print JSON."},
        {.name = "words", .flag = &o.words, .help = "Group by words alone, not by meaning."},
        {0}};
    const parry_usage usage = {
        .command = "gaps",
        .arguments = "[draft ID]",
        .least = 0,
        .most = 2,
        .options = options,
        .what = "What people looked for and did not find in the last 28 days, and what to do about it. `draft` prints "
                "the first\ndraft of an article about one, with front matter. Nothing that too few visitors used is "
                "shown (docs/deflection.md).",
        .examples = "  parry gaps\n  parry gaps draft g0f3c1a2b4d5e > help/gift-wrapping.md\n"};
    int first, code;
    if (!parry_options_parse(cli, &usage, argc, argv, &first, &code))
        return code;
    if (argc - first == 2 && strcmp(argv[first], "draft") == 0)
        o.draft = argv[first + 1];
    else if (argc > first)
        return parry_cli_misuse("gaps", "there is no `parry gaps %s`; `parry gaps draft ID`", argv[first]);
    return run(cli, &o);
}
