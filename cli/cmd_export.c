/* parry export: the ledger's records for other programs. */
#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/options.h"

#include "deflection/export.h"

#include <stdio.h>
#include <string.h>

enum { STEP = 10000, LINE_BYTES = 64 << 20 };

typedef struct wish {
    parry_export_form form;
    int64_t from, limit;
    bool raw;
} wish;

static parry_code flush(parry_buf *lines, parry_err *err)
{
    if (lines->n > 0 && fwrite(lines->p, 1, lines->n, stdout) != lines->n)
        return parry_fail_errno(err, "cannot write the output");
    parry_buf_clear(lines);
    return PARRY_OK;
}

/* In steps, so that the pages that are read can be used again; *n: records of this one. */
static parry_code step(parry_ledger *l, wish *w, parry_common *common, parry_buf *lines, int64_t *n, parry_err *err)
{
    parry_ledger_cursor *c;
    parry_ledger_record r;
    parry_code code = parry_ledger_read(l, (uint64_t)w->from, &c, err), closed;
    if (code != PARRY_OK)
        return code;
    for (*n = 0; code == PARRY_OK && *n < STEP && *n < w->limit && parry_ledger_next(c, &r); ++*n) {
        parry_export_record(w->form, &r, common, lines);
        w->from = (int64_t)r.seq + 1;
        code = flush(lines, err);
    }
    closed = parry_ledger_cursor_close(c, code == PARRY_OK ? err : NULL);
    return code == PARRY_OK ? closed : code;
}

static parry_code export(parry_ledger *l, wish *w, parry_err *err)
{
    parry_common *common = w->raw ? NULL : parry_common_new(l);
    parry_buf lines = PARRY_BUF(LINE_BYTES);
    int64_t n = STEP;
    parry_code code = common != NULL ? parry_common_update(common, err) : PARRY_OK;
    while (code == PARRY_OK && n == STEP && w->limit > 0) {
        code = step(l, w, common, &lines, &n, err);
        w->limit -= n;
    }
    parry_buf_free(&lines);
    parry_common_free(common);
    return code;
}

static int run(const parry_cli *cli, wish *w)
{
    parry_err err = {0};
    parry_ledger *l = NULL;
    parry_arena *a = parry_arena_new();
    parry_code code = parry_ledger_open(parry_cli_path(cli, a, "ledger"), NULL, &l, &err);
    if (code == PARRY_OK)
        code = export(l, w, &err);
    parry_ledger_close(l);
    parry_arena_free(a);
    if (code != PARRY_OK)
        return parry_cli_fail("export", &err);
    fprintf(stderr, "next --from %lld\n", (long long)w->from);
    return 0;
}

int cmd_export(parry_cli *cli, int argc, char **argv)
{
    wish w = {.from = 1, .limit = INT64_MAX};
    const parry_option options[] = {
        {.name = "from",
         .value = "OFFSET",
         .number = &w.from,
         .least = 1,
         .most = INT64_MAX,
         .help = "The first record; the run before printed where to go on (1)."},
        {.name = "limit",
         .value = "N",
         .number = &w.limit,
         .least = 1,
         .most = INT64_MAX,
         .help = "At most N records."},
        {.name = "raw", .flag = &w.raw, .help = "ndjson: the audit too, and texts that few wrote."},
        {0}};
    const parry_usage usage = {
        .command = "export",
        .arguments = "ndjson | ubi",
        .least = 1,
        .most = 1,
        .options = options,
        .what = "ndjson  one record a line: offset, key, kind, at, payload; null for what was erased\n"
                "ubi     User Behavior Insights 1.3.0, as the lines of OpenSearch's _bulk\n\n"
                "Texts that fewer than 5 visitors wrote are withheld. Beside a running server, too (docs/privacy.md).",
        .examples = "  parry export ndjson --from 1201 > new.ndjson\n"
                    "  parry export ubi > ubi.ndjson\n"};
    int first, code;
    if (!parry_options_parse(cli, &usage, argc, argv, &first, &code))
        return code;
    w.form = strcmp(argv[first], "ubi") == 0 ? PARRY_EXPORT_UBI : PARRY_EXPORT_STREAM;
    if (w.form == PARRY_EXPORT_STREAM && strcmp(argv[first], "ndjson") != 0)
        return parry_cli_misuse("export", "there is no `parry export %s`", argv[first]);
    if (w.raw && w.form == PARRY_EXPORT_UBI)
        return parry_cli_misuse("export", "--raw is of ndjson alone");
    return run(cli, &w);
}
